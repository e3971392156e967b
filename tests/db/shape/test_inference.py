"""What is worked out beside the shapes: projections, declared shapes, origins, what reads what."""

import psycopg
import pytest

from toolkit.catalog.trees import read_snapshot
from toolkit.core.contract import write_contract
from toolkit.core.shapes import Object
from toolkit.shape.inference import Inference, Note

BLOG = """
    CREATE TABLE tb_user (id uuid PRIMARY KEY, name text NOT NULL, bio text);
    CREATE VIEW v_user AS
        SELECT id, jsonb_build_object('id', id, 'name', name, 'bio', bio) AS data, name FROM tb_user;
    CREATE TABLE tv_user (id uuid NOT NULL, data jsonb NOT NULL, name varchar(9) NOT NULL);
    CREATE VIEW v_page AS
        SELECT t.id, jsonb_build_object('user', t.data, 'lost', t.data -> 'mail') AS data FROM tv_user t;
"""


@pytest.fixture
def infer(scratch_by_major):
    """Return infer(SQL, projections=…, schema=…): the inference on a database with these objects."""
    made = []

    def run(statements, projections=None, schema="public"):
        made.append(scratch_by_major.create())
        with psycopg.connect(made[-1], autocommit=True) as connection:
            connection.execute(statements)
            return Inference(read_snapshot(connection, schema), projections)

    yield run
    for conninfo in made:
        scratch_by_major.release(conninfo)


def text(inference, name):
    return write_contract(inference.read_model(name))


def test_projection_has_the_shape_of_what_fills_it(infer):
    inference = infer(BLOG, {"tv_user": "v_user"})
    assert text(inference, "tv_user") == (
        "tv_user\n  id: uuid\n  data: {\n    id: uuid\n    name: text\n    bio: text?\n  }\n"
        "  name: varchar(9)\n"
    )
    assert "user: {\n      id: uuid" in text(inference, "v_page")
    assert inference.notes == (Note("v_page", "there is no key 'mail' in tv_user.data"),)
    assert inference.reads("v_page") == ("tv_user",)
    assert inference.reads("tv_user") == ("v_user",)
    assert inference.reads("v_user") == ("tb_user",)


def test_projection_that_nobody_speaks_of_is_opaque(infer):
    inference = infer(BLOG)
    assert text(inference, "tv_user") == (
        "tv_user\n  id: uuid\n  data: opaque<column tv_user.data>\n  name: varchar(9)\n"
    )


def test_leaves_know_the_columns_that_they_come_from(infer):
    inference = infer(BLOG, {"tv_user": "v_user"})
    user = inference.read_model("v_page").get("data").shape.get("user").shape
    assert isinstance(user, Object)
    assert [each.shape.origin for each in user.properties] == ["tb_user.id", "tb_user.name", "tb_user.bio"]
    assert user.origin == "tv_user.data"


def test_shapes_are_declared_in_comments(infer):
    inference = infer("""
        CREATE TABLE tb_page (id uuid PRIMARY KEY, body jsonb, head jsonb NOT NULL, foot jsonb, title text);
        COMMENT ON COLUMN tb_page.body IS 'Blocks of the page.
            shape: [{kind: text in (text|image), content: text?}]';
        COMMENT ON COLUMN tb_page.head IS 'shape: {a text}';
        COMMENT ON COLUMN tb_page.foot IS 'The shape: of things';
        COMMENT ON COLUMN tb_page.title IS 'shape: text';
        CREATE VIEW v_page AS
            SELECT id, jsonb_build_object('first', body -> 0 -> 'kind', 'head', head, 'foot', foot) AS data
            FROM tb_page;
    """)
    assert text(inference, "v_page") == (
        "v_page\n  id: uuid\n  data: {\n    first: text in (text|image)?\n"
        "    head: opaque<column tb_page.head>\n    foot: opaque<column tb_page.foot>\n  }\n"
    )
    assert tuple(inference.declared) == ("tb_page.body",)
    assert [note.text for note in inference.notes] == [
        'the shape in the comment of tb_page.head can\'t be read: ":" should stand at line 1, column 3 of it',
        "tb_page.title is no document, but its comment declares a shape",
    ]


def test_objects_outside_the_schema_are_qualified(infer):
    inference = infer(
        """
        CREATE SCHEMA app;
        CREATE TYPE app.mood AS ENUM ('a');
        CREATE TYPE mood AS ENUM ('b');
        CREATE TABLE app.tb_x (id integer, one app.mood NOT NULL, two public.mood NOT NULL);
        CREATE VIEW app.v_x AS SELECT id, jsonb_build_object('one', one, 'two', two) AS data FROM app.tb_x;
        """,
        schema="app",
    )
    assert "one: mood in (a)\n    two: public.mood in (b)\n" in text(inference, "v_x")


def test_constraints_that_need_not_hold_are_not_believed(infer):
    inference = infer("""
        CREATE EXTENSION postgres_fdw;
        CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE distant (id integer NOT NULL, kind text CHECK (kind IN ('a'))) SERVER away;
        CREATE TABLE near (id integer NOT NULL, kind text CHECK (kind IN ('a')));
        CREATE FOREIGN TABLE below (extra integer) INHERITS (near) SERVER away;
        CREATE TYPE pair AS (a integer, b text);
        CREATE TABLE tb_pair (id integer PRIMARY KEY, one pair NOT NULL);
    """)
    for name in ("distant", "near"):
        assert text(inference, name) == f"{name}\n  id: integer?\n  kind: text?\n"
    assert "one: pair {\n    a: integer?\n    b: text?\n  }\n" in text(inference, "tb_pair")


def test_bodies_of_functions_are_not_known_where_nothing_can_be_created(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("""
            CREATE FUNCTION fn_text() RETURNS jsonb LANGUAGE sql
                AS $$ SELECT jsonb_build_object('a', 1) -- and no more $$;
            CREATE FUNCTION fn_tree() RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('a', 1);
            CREATE FUNCTION fn_wrong() RETURNS jsonb LANGUAGE sql
                AS $$ SET work_mem = '1MB'; SELECT '1'::jsonb $$;
        """)
        writable = Inference(read_snapshot(connection))
        connection.execute("SET default_transaction_read_only = on")
        reading = Inference(read_snapshot(connection))
    scratch_by_major.release(conninfo)
    names = ("fn_text", "fn_tree", "fn_wrong")
    unread = "opaque<result of {}(), whose body can't be read>?".format
    known = "{\n  a: =1\n}"
    assert [result(writable, name) for name in names] == [known, known, unread("fn_wrong")]
    assert [result(reading, name) for name in names] == [unread("fn_text"), known, unread("fn_wrong")]


def result(inference, name):
    return write_contract(*inference.commands(name)).partition(" returns ")[2].strip()


def test_overloads_are_commands_of_their_own(infer):
    inference = infer("""
        CREATE FUNCTION fn_f(p_a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION fn_f(p_a text, p_b text DEFAULT 'x', OUT c integer, OUT d text) LANGUAGE sql
            AS $$ SELECT 1, p_b $$;
        CREATE FUNCTION fn_g(integer) RETURNS SETOF text LANGUAGE plpgsql STABLE AS 'BEGIN END';
    """)
    assert write_contract(*inference.commands("fn_f"), *inference.commands("fn_g")) == (
        "volatile fn_f(\n  p_a: integer\n) returns =1\n\n"
        "volatile fn_f(\n  p_a: text\n  p_b?: text\n) returns record {\n  c: =1\n  d: text?\n}\n\n"
        'stable fn_g(\n  "$1": integer\n) returns many text?\n'
    )
    assert [each.signature for each in inference.commands("fn_f")] == ["fn_f(integer)", "fn_f(text, text)"]


NAMES = [
    "a [b]",
    "[ 1 2 ]",
    ":location",
    ":resname x",
    "x\\y",
    "{z}",
    "(i 1)",
    "<>",
    '"',
    "two\nlines",
    "1",
    "-1",
    "é",
    "[",
]


def test_names_of_any_kind_are_read(infer):
    def named(text):
        return '"' + text.replace('"', '""') + '"'

    columns = ", ".join(f"{place} AS {named(name)}" for place, name in enumerate(NAMES))
    inference = infer(
        f"CREATE VIEW v AS SELECT {columns};"
        "CREATE VIEW w AS SELECT to_jsonb(s) AS data FROM (SELECT * FROM v) AS s"
    )
    assert [column.name for column in inference.read_model("v").columns] == NAMES
    properties = inference.read_model("w").columns[0].shape.properties
    assert [(each.name, each.shape.values) for each in properties] == [
        (name, (str(place),)) for place, name in enumerate(NAMES)
    ]
