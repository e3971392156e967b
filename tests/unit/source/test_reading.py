from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import share
from toolkit.source.facts import (
    Alteration,
    Column,
    Constraint,
    Declared,
    Do,
    Drop,
    Grant,
    Index,
    Other,
    Parameter,
    Problem,
    Refresh,
    Rename,
    Routine,
    Setting,
    Statement,
    Table,
    Transaction,
    Trigger,
    View,
)
from toolkit.source.queries import Expression, QualifiedName, Query, Write
from toolkit.source.reading import read_facts

ROOT = Path(__file__).parents[3]
REAL = [
    path.read_text() for folder in ("sql", "migrations") for path in sorted((ROOT / folder).rglob("*.sql"))
]


def read(sql, kind=None):
    facts = read_facts(sql, "public")
    return facts if kind is None else [fact for fact in facts if type(fact) is kind]


def one(sql, kind):
    (fact,) = read(sql, kind)
    return fact


def public(name):
    return QualifiedName("public", name)


def words(sql, facts):
    return [sql[fact.start :].split(None, 1)[0].rstrip("(;,") for fact in facts]


def test_a_table():
    sql = (
        "CREATE TABLE app.tb_a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b varchar(20) NOT NULL"
        " DEFAULT fn_b(), c int REFERENCES tb_c (id), CONSTRAINT ck_a CHECK (b <> '' AND c > 0))"
    )
    table = one(sql, Table)
    assert table.name == QualifiedName("app", "tb_a")
    assert [(c.name, c.type, c.not_null) for c in table.columns] == [
        ("id", "bigint", True),
        ("b", "character varying(20)", True),
        ("c", "integer", False),
    ]
    assert table.columns[0].identity
    assert table.columns[1].default.name == "fn_b"
    assert [(c.kind, c.name, c.columns) for c in table.constraints] == [
        ("primary key", "", ("id",)),
        ("not null", "", ("b",)),
        ("foreign key", "", ("c",)),
        ("check", "ck_a", ("b", "c")),
    ]
    assert table.constraints[2].references == public("tb_c")
    assert [use.name for use in table.uses.calls] == [public("fn_b")]
    assert words(sql, read(sql, Column)) == ["id", "b", "c"]
    assert words(sql, read(sql, Constraint)) == ["PRIMARY", "NOT", "REFERENCES", "CONSTRAINT"]


@pytest.mark.parametrize(
    ("sql", "field", "value"),
    [
        ("CREATE TEMP TABLE a (b int)", "temporary", True),
        ("CREATE TABLE pg_temp.a (b int)", "temporary", True),
        ("CREATE UNLOGGED TABLE a (b int)", "unlogged", True),
        ("CREATE TABLE a PARTITION OF tb_p FOR VALUES IN (1)", "partition_of", public("tb_p")),
        ("CREATE TABLE a (b int) PARTITION BY LIST (b)", "partitioned", True),
        ("CREATE TABLE a () INHERITS (b, c.d)", "inherits", (public("b"), QualifiedName("c", "d"))),
        ("CREATE FOREIGN TABLE a (b int) SERVER s", "foreign", True),
        ("CREATE TABLE IF NOT EXISTS a (b int)", "if_not_exists", True),
    ],
)
def test_kinds_of_tables(sql, field, value):
    table = one(sql, Table)
    assert table.name.name == "a"
    assert getattr(table, field) == value


def test_table_as_a_query():
    table = one("CREATE TABLE tb_a AS SELECT * FROM tb_b", Table)
    assert [use.name for use in table.uses.reads] == [public("tb_b")]
    assert table.query.outputs[0].value.kind == "star"


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("int[]", "integer[]"),
        ("numeric(10,2)", "numeric(10,2)"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("char", "character"),
        ("char(4)", "character(4)"),
        ("app.money", "app.money"),
        ("public.money", "money"),
        ("interval day to second", "interval"),
        ("serial", "serial"),
    ],
)
def test_types_as_text(written, type_):
    assert one(f"CREATE TABLE a (b {written})", Column).type == type_


def test_views():
    sql = "CREATE OR REPLACE VIEW v_a (x, y) WITH (security_invoker) AS SELECT id, data FROM tb_a"
    view = one(sql, View)
    assert (view.name, view.columns, view.replace) == (public("v_a"), ("x", "y"), True)
    assert view.options == ("security_invoker",)
    assert not view.materialized
    view = one("CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id WITH NO DATA", View)
    assert view.materialized
    assert not view.populated


def test_an_index():
    sql = "CREATE UNIQUE INDEX CONCURRENTLY uq_a ON app.tb_a USING gist (b, lower(c)) INCLUDE (d) WHERE e"
    index = one(sql, Index)
    assert sql[index.start :].startswith("uq_a")
    assert index[1:9] == ("uq_a", QualifiedName("app", "tb_a"), ("b", ""), True, True, True, "gist", False)
    assert index.included == ("d",)


def test_a_trigger():
    sql = "CREATE TRIGGER trg_a BEFORE INSERT OR UPDATE ON tb_a FOR EACH ROW EXECUTE FUNCTION app.fn_a()"
    trigger = one(sql, Trigger)
    assert sql[trigger.start :].startswith("trg_a")
    assert trigger[1:] == (
        "trg_a", public("tb_a"), QualifiedName("app", "fn_a"), True, "before", ("insert", "update"),
    )  # fmt: skip


def test_a_routine():
    sql = (
        "CREATE FUNCTION app.fn_a(p_a int, OUT b text, VARIADIC c int[] DEFAULT '{}') RETURNS SETOF text"
        " LANGUAGE SQL STABLE SECURITY DEFINER SET search_path = pg_catalog, app SET x.y FROM CURRENT"
        " AS 'SELECT id FROM tb_a'"
    )
    routine = one(sql, Routine)
    assert routine.identity == "app.fn_a(integer, integer[])"
    assert [parameter[1:] for parameter in routine.parameters] == [
        ("p_a", "integer", "in", False),
        ("b", "text", "out", False),
        ("c", "integer[]", "variadic", True),
    ]
    assert (routine.returns, routine.set, routine.language) == ("text", True, "sql")
    assert (routine.volatility, routine.definer) == ("stable", True)
    assert routine.settings == (("search_path", "pg_catalog, app"), ("x.y", "current"))
    assert [use.name for use in routine.uses.reads] == [public("tb_a")]
    assert sql[routine.uses.reads[0].start :] == "tb_a'"


def test_a_body_in_standard_sql():
    routine = one(
        "CREATE FUNCTION fn_a() RETURNS int BEGIN ATOMIC INSERT INTO tb_a VALUES (1); SELECT 2; END", Routine
    )
    assert routine.language == "sql"
    assert [type(step.facts[0]) for step in routine.body.steps] == [Write, Query]
    assert [use.name for use in routine.uses.writes] == [public("tb_a")]
    routine = one("CREATE PROCEDURE fn_a(INOUT p_a int) LANGUAGE sql RETURN fn_b()", Routine)
    assert (routine.kind, routine.parameters[0].mode) == ("procedure", "inout")
    assert routine.body.steps[0].kind == "return"


@pytest.mark.parametrize(
    ("sql", "kind", "name"),
    [
        ("CREATE TYPE app.mood AS ENUM ('ok', 'Bad')", "enum type", QualifiedName("app", "mood")),
        ("CREATE TYPE pair AS (a int, b text)", "composite type", public("pair")),
        ("CREATE DOMAIN email AS text CHECK (VALUE ~ '@')", "domain", public("email")),
        ("CREATE SEQUENCE seq_a", "sequence", public("seq_a")),
        ("CREATE SCHEMA app", "schema", QualifiedName("", "app")),
        ("CREATE EXTENSION citext", "extension", QualifiedName("", "citext")),
        ("CREATE AGGREGATE total (int) (SFUNC = f, STYPE = int)", "aggregate", public("total")),
        ("CREATE POLICY own ON tb_a USING (fn_a())", "policy", public("own")),
    ],
)
def test_other_objects(sql, kind, name):
    declared = one(sql, Declared)
    assert (declared.kind, declared.name) == (kind, name)


@pytest.mark.parametrize(
    ("action", "kind", "expected"),
    [
        ("ADD COLUMN c int", "add column", {"name": "c"}),
        ("ALTER c TYPE bigint USING c::bigint", "alter column type", {"name": "c", "type": "bigint"}),
        ("ALTER c SET NOT NULL", "set not null", {"name": "c"}),
        ("ALTER c DROP NOT NULL", "drop not null", {"name": "c"}),
        ("ALTER c SET DEFAULT 1", "column default", {"name": "c"}),
        ("ADD CONSTRAINT x CHECK (a > 0) NOT VALID", "add constraint", {"name": "x"}),
        ("VALIDATE CONSTRAINT x", "validate constraint", {"name": "x"}),
        ("DROP CONSTRAINT IF EXISTS x CASCADE", "drop constraint", {"if_exists": True, "cascade": True}),
        ("DROP COLUMN c", "drop column", {"name": "c"}),
        (
            "DETACH PARTITION p CONCURRENTLY",
            "detach partition",
            {"concurrently": True, "partition": public("p")},
        ),
    ],
)
def test_alterations(action, kind, expected):
    alteration = one(f"ALTER TABLE tb_a {action}", Alteration)
    assert (alteration.table, alteration.kind, alteration.object) == (public("tb_a"), kind, "table")
    assert {field: getattr(alteration, field) for field in expected} == expected


def test_an_added_constraint():
    constraint = one(
        "ALTER TABLE a ADD CONSTRAINT fk_a FOREIGN KEY (b) REFERENCES c (d) NOT VALID", Constraint
    )
    assert (constraint.validated, constraint.added, constraint.inline) == (False, True, False)
    assert (constraint.columns, constraint.referenced) == (("b",), ("d",))
    assert one("ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX i", Constraint).using_index == "i"


@pytest.mark.parametrize(
    ("sql", "kind", "expected"),
    [
        ("ALTER TABLE a RENAME TO b", Rename, ("table", public("a"), "", "b")),
        ("ALTER TABLE a RENAME COLUMN c TO d", Rename, ("column", public("a"), "c", "d")),
        ("ALTER TABLE a RENAME CONSTRAINT c TO d", Rename, ("constraint", public("a"), "c", "d")),
        ("ALTER FUNCTION f(int) RENAME TO g", Rename, ("function", public("f"), "", "g")),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a", Refresh, (public("mv_a"), True, True)),
        ("SET LOCAL lock_timeout = '5s'", Setting, ("lock_timeout", "5s", True)),
        ("SET statement_timeout TO 0", Setting, ("statement_timeout", "0", False)),
        ("COMMIT", Transaction, ("commit",)),
        ("TRUNCATE a CASCADE", Other, ("TRUNCATE", "cascade", public("a"), frozenset())),
        ("VACUUM FULL a", Other, ("VACUUM", "", public("a"), frozenset({"full"}))),
        (
            "ALTER TYPE t ADD VALUE 'x'",
            Other,
            ("ALTER TYPE", "add value", public("t"), frozenset({"newVal=x"})),
        ),
    ],
)
def test_other_changes(sql, kind, expected):
    assert one(sql, kind)[1:] == expected


def test_drops():
    drops = read("DROP TABLE IF EXISTS a, b.c CASCADE; DROP TRIGGER t ON d.a; DROP FUNCTION f(int)", Drop)
    assert [(drop.kind, drop.name, drop.cascade, drop.if_exists) for drop in drops[:2]] == [
        ("table", public("a"), True, True),
        ("table", QualifiedName("b", "c"), True, True),
    ]
    assert (drops[2].name.name, drops[2].parent) == ("t", QualifiedName("d", "a"))
    assert drops[3].routine == "public.f(integer)"


def test_grants():
    sql = (
        "GRANT SELECT, INSERT ON tb_a TO PUBLIC, bob; REVOKE ALL ON FUNCTION fn_a(int) FROM PUBLIC;"
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO bob"
    )
    first, second, third = read(sql, Grant)
    assert first[1:6] == (True, ("select", "insert"), "table", public("tb_a"), ("public", "bob"))
    assert second[1:6] == (False, ("all",), "function", public("fn_a"), ("public",))
    assert second.routine == "public.fn_a(integer)"
    assert third.everything
    assert third.name.schema == "app"


def test_json_constructors_anywhere_are_facts_of_their_own():
    sql = (
        "SELECT jsonb_build_object('a', jsonb_agg(x)) FROM b;"
        "CREATE FUNCTION f() RETURNS json LANGUAGE plpgsql AS $$ BEGIN RETURN to_json(1); END $$"
    )
    calls = read(sql, Expression)
    assert [call.name for call in calls] == ["jsonb_agg", "jsonb_build_object", "to_json"]
    assert words(sql, calls) == ["jsonb_agg(x))", "jsonb_build_object('a'", "to_json(1)"]


def test_places_count_characters_behind_others_than_ascii():
    sql = (
        "-- é 漢字 😀\nSELECT 'é', fn_a();\n"
        "CREATE FUNCTION fn_b() RETURNS int LANGUAGE sql AS 'SELECT ''é'', fn_c()'"
    )
    query = one(sql, Query)
    assert sql[query.outputs[1].start :].startswith("fn_a()")
    call = one(sql, Routine).uses.calls[0]
    assert sql[call.start :] == "fn_c()'"
    statements = [sql[statement.start : statement.end] for statement in read(sql, Statement)]
    assert statements == ["SELECT 'é', fn_a()", sql[sql.index("CREATE") :]]


def test_what_the_grammar_adds_stands_where_its_statement_does():
    sql = "SELECT 1;\n\nCREATE VIEW v_a AS TABLE tb_a"
    (output,) = one(sql, View).query.outputs
    assert [output.start, output.value.start] == [sql.index("CREATE")] * 2


@pytest.mark.parametrize("end", ["", " SELECT 1", "x ;"])
def test_a_statement_that_does_not_parse_hides_no_other(end):
    sql = "CREATE TABLE a (id int);\nCREATE TABEL b;\nCREATE TABLE c (id int);\nSELECT (;" + end
    assert [table.name.name for table in read(sql, Table)] == ["a", "c"]
    first, second, *_ = read(sql, Problem)
    assert (first.kind, first.message) == ("syntax", 'syntax error at or near "TABEL"')
    assert sql[first.start :].startswith("TABEL")
    assert second.start >= sql.index("SELECT")


@pytest.mark.parametrize("end", ["'abc; x", "$$ abc; x", "/* abc; x", "U&'x", "SELECT 1, 'x", "'x\ny\nz"])
def test_what_has_no_end_hides_nothing_before_it(end):
    sql = "CREATE TABLE a (id int);\nCREATE TABEL b;\nCREATE TABLE c (id int);\n" + end
    assert [table.name.name for table in read(sql, Table)] == ["a", "c"]
    first, second = read(sql, Problem)
    assert sql[first.start :].startswith("TABEL")
    assert "unterminated" in second.message
    assert "\n" not in second.message


def test_commands_variables_and_data_of_psql_are_passed_over():
    sql = "\\set x 1\nSELECT :x, :'y', a[1:2] FROM tb_a;\nCOPY tb_a FROM stdin;\n1\t'\n\\.\nSELECT 2 \\gset\n"
    assert not read(sql, Problem)
    assert len(read(sql, Query)) == 2


@pytest.mark.parametrize("sql", ["", "\n", "-- a comment", ";;", "/* é */"])
def test_nothing_says_nothing(sql):
    assert read(sql) == ()


def test_deep_nesting_is_a_problem_and_no_crash():
    for sql in ("SELECT " + "(" * 20000 + "1" + ")" * 20000, "SELECT " + "1+" * 5000 + "1; SELECT 2"):
        assert any(isinstance(fact, Problem) for fact in read(sql))


def test_do_blocks_have_bodies():
    do = one("DO $$ BEGIN DELETE FROM tb_a; END $$", Do)
    assert [use.name for use in do.uses.writes] == [public("tb_a")]
    assert read_facts("DO $$ BEGIN DELETE FROM tb_a; END $$", "public", bodies=False)[1].body is None


@pytest.mark.parametrize(
    "header",
    [
        "f(OUT a int, OUT b text) RETURNS SETOF record",
        "f(OUT a int, OUT b text)",
        "f(INOUT a app.t) RETURNS app.t",
        "f(OUT a app.t[])",
        "f(p app.t.c%TYPE) RETURNS SETOF app.t",
        "f() RETURNS TABLE (a app.t)",
    ],
)
@pytest.mark.parametrize(
    "declared",
    [
        "v app.t%rowtype",
        "v app.t %ROWTYPE",
        "w app.t.c%TYPE; v app.t",
        "w text; -- of the table\n v app.t := NULL",
        "w int /* a number */; /* a row */ v app.t",
    ],
)
def test_types_that_only_a_server_knows_hide_no_body(header, declared):
    body = f"DECLARE x app.u[]; {declared}; BEGIN v.a := 1; DELETE FROM tb_a; END"
    found = read(f"CREATE FUNCTION {header} LANGUAGE plpgsql AS $$ {body} $$")
    assert not [fact for fact in found if isinstance(fact, Problem)]
    (routine,) = (fact for fact in found if isinstance(fact, Routine))
    assert [use.name for use in routine.uses.writes] == [public("tb_a")]


def test_whom_an_assignment_is_for():
    routine = one(
        "CREATE FUNCTION f(p_a int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE v text; a text[]; BEGIN"
        " p_a := 1; v := 'x'; a[2] := v; FOREACH v IN ARRAY a LOOP NULL; END LOOP; END $$",
        Routine,
    )
    assert routine.body is not None
    (block,) = routine.body.steps
    assert [step.into for step in block.branches[0]] == [("p_a",), ("v",), ("a[2]",), ()]


def test_dynamic_sql_runs_wherever_it_stands():
    routine = one(
        "CREATE FUNCTION f(p text) RETURNS SETOF int LANGUAGE plpgsql AS $$ DECLARE c refcursor; r record;"
        " d CURSOR (x text) FOR SELECT x; BEGIN EXECUTE p; RETURN QUERY EXECUTE p; OPEN c FOR EXECUTE p;"
        " FOR r IN EXECUTE p LOOP NULL; END LOOP; OPEN d(p); RETURN QUERY SELECT 1; END $$",
        Routine,
    )
    assert routine.body is not None
    (block,) = routine.body.steps
    kinds = [step.kind for step in block.branches[0]]
    assert kinds == ["execute", "execute", "execute", "execute", "open", "return query"]


@pytest.mark.parametrize("other", ["\\echo x", "SELECT FROM WHERE;", "SELECT atomic FROM begin WHERE;"])
def test_what_does_not_parse_cuts_no_body_in_standard_sql(other):
    body = "BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; DELETE FROM tb_b; END"
    found = read(f"SELECT 1;\n{other}\nCREATE FUNCTION f() RETURNS void {body}; DELETE FROM tb_a;")
    (routine,) = (fact for fact in found if isinstance(fact, Routine))
    assert [use.name for use in routine.uses.writes] == [public("tb_b")]
    assert [fact.table for fact in found if isinstance(fact, Write)] == [public("tb_a")]
    assert sum(isinstance(fact, Problem) for fact in found) == (other[0] == "S")


def test_what_does_not_parse_cuts_no_rule():
    rule = "CREATE RULE r AS ON INSERT TO tb_a DO ALSO (INSERT INTO tb_b VALUES (1); DELETE FROM tb_c);"
    found = read(f"SELECT );\n{rule}\nDELETE FROM tb_a; SELECT (; DELETE FROM tb_d;")
    assert [fact.table for fact in found if isinstance(fact, Write)] == [public("tb_a"), public("tb_d")]
    assert [fact.message for fact in found if isinstance(fact, Problem)] == [
        'syntax error at or near ")"', "syntax error at end of input",
    ]  # fmt: skip


def test_an_atomic_body_without_an_end_hides_nothing_else():
    found = read("CREATE FUNCTION f() RETURNS void BEGIN ATOMIC SELECT 1; DELETE FROM tb_a; SELECT (")
    assert [fact.table for fact in found if isinstance(fact, Write)] == [public("tb_a")]


def test_handlers_stand_where_they_are_written():
    sql = """DO $$ BEGIN
        BEGIN
            SELECT CASE WHEN others > 1 THEN 1 END FROM others;
        EXCEPTION WHEN foreign_key_violation OR OTHERS THEN NULL; WHEN SQLSTATE '23505' THEN NULL;
        END;
    EXCEPTION WHEN division_by_zero THEN
        BEGIN PERFORM 1; EXCEPTION WHEN OTHERS THEN NULL; END;
    WHEN OTHERS THEN RAISE;
    END $$;"""
    do = one(sql, Do)
    assert do.body is not None
    outer = do.body.steps[0].branches[0][0]  # in the block that the compiler puts around it
    inner, (first, last) = outer.branches[0][0], outer.handlers
    handlers = [*inner.handlers, first, *first.steps[0].handlers, last]
    words = [
        "foreign_key_violation",
        "23505'",
        "division_by_zero",
        "OTHERS THEN NULL; END",
        "OTHERS THEN RAISE",
    ]
    assert [sql[handler.start :].startswith(word) for handler, word in zip(handlers, words, strict=True)] == [
        True
    ] * 5


def test_parameters_of_any_kind():
    sql = "CREATE FUNCTION f(int, TABLE_a text) RETURNS TABLE (c int, d text) LANGUAGE c AS 'lib', 'sym'"
    assert [(p.name, p.mode) for p in one(sql, Routine).parameters] == [
        ("", "in"), ("table_a", "in"), ("c", "table"), ("d", "table"),
    ]  # fmt: skip
    assert all(isinstance(parameter, Parameter) for parameter in one(sql, Routine).parameters)


@share(1.5)
@given(st.data())
def test_no_change_to_real_sql_makes_it_crash(data):
    sql = data.draw(st.sampled_from(REAL))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(sql)))
        end = min(len(sql), start + data.draw(st.integers(0, 30)))
        sql = (
            sql[:start]
            + data.draw(st.sampled_from(["", "(", "'", "$$", "é", ";", "--", "\\x", " a ", "[", ":b"]))
            + sql[end:]
        )
    for fact in read(sql):
        assert 0 <= fact.start <= len(sql)


def test_a_string_that_is_cut_in_its_middle_is_one_problem():
    found = read("SELECT 1;\nE'\\U&'a'''ZE) AS data;")
    (problem,) = (fact for fact in found if isinstance(fact, Problem))
    assert (problem.start, problem.message) == (12, "invalid Unicode escape")
    assert any(isinstance(fact, Query) for fact in found)


def test_a_constraint_is_added_to_a_domain():
    constraint = one('ALTER DOMAIN app."D" ADD CONSTRAINT ck_d CHECK (VALUE > 0) NOT VALID', Constraint)
    assert (constraint.table, constraint.kind, constraint.name) == (
        QualifiedName("app", "D"),
        "check",
        "ck_d",
    )
    assert (constraint.on_domain, constraint.added, constraint.validated) == (True, True, False)
    assert one("ALTER DOMAIN d SET NOT NULL", Other).name == public("d")
