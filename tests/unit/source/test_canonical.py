"""Definitions as pg_dump writes them, taken apart without losing a word."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.source.canonical import Column, NotNull, read_table
from toolkit.source.canonical_parts import read_constraint, read_index, read_policy
from toolkit.source.canonical_rights import Right, read_rights
from toolkit.source.canonical_types import Attribute, read_domain, read_sequence, read_type
from toolkit.source.cursor import Cursor, bare, built_concurrently, items, split_name, statements, unqualified

TABLE = """CREATE UNLOGGED TABLE public."tb, (User" (
    id integer NOT NULL,
    name character varying(10) DEFAULT 'a, (''b'''::character varying NOT NULL COLLATE pg_catalog."C",
    mine text CONSTRAINT mynn NOT NULL,
    made text CONSTRAINT "x_made_not_null" NOT NULL NO INHERIT,
    "when" timestamp(3) with time zone DEFAULT
CASE
    WHEN (1 IS NOT NULL) THEN now()
    ELSE NULL::timestamp with time zone
END NOT NULL,
    sums numeric(10,2)[] DEFAULT ARRAY[1, 2],
    twice integer GENERATED ALWAYS AS ((id * 2)) STORED,
    thrice integer GENERATED ALWAYS AS ((id * 3)),
    NOT NULL inherited,
    CONSTRAINT "ck ;" CHECK (
CASE
    WHEN ((name)::text = ';'::text) THEN false
    ELSE true
END) NO INHERIT
)
INHERITS (public.p, other."Q")
WITH (fillfactor='80', toast.autovacuum_enabled='false');
ALTER TABLE ONLY public."tb, (User" ALTER COLUMN id SET STATISTICS 7;
ALTER TABLE ONLY public."tb, (User" ALTER COLUMN name SET (n_distinct=5, n_distinct_inherited=6);
ALTER TABLE ONLY public."tb, (User" ALTER COLUMN name SET STORAGE EXTERNAL;
ALTER TABLE ONLY public."tb, (User" ALTER COLUMN name SET COMPRESSION pglz;
ALTER TABLE ONLY public."tb, (User" ALTER COLUMN b SET NOT NULL;

ALTER TABLE ONLY public."tb, (User" REPLICA IDENTITY FULL;

ALTER TABLE ONLY public."tb, (User" FORCE ROW LEVEL SECURITY;"""


def test_table_is_taken_apart():
    table = read_table(TABLE)
    assert table.name == 'public."tb, (User"'
    assert list(table.columns) == ["id", "name", "mine", "made", '"when"', "sums", "twice", "thrice"]
    assert table.columns["name"] == Column(
        "name",
        "character varying(10)",
        'pg_catalog."C"',
        "'a, (''b'''::character varying",
        not_null=NotNull(),
        storage="EXTERNAL",
        compression="pglz",
        options={"n_distinct": "5", "n_distinct_inherited": "6"},
    )
    assert table.columns["id"].statistics == "7"
    assert table.columns["mine"].not_null == NotNull("mynn")
    assert table.columns["made"].not_null == NotNull(inherit=False)
    assert table.columns['"when"'].default.startswith("CASE\n")
    assert table.columns['"when"'].default.endswith("\nEND")
    assert table.columns['"when"'].not_null == NotNull()
    assert table.columns["sums"].default == "ARRAY[1, 2]"
    assert [table.columns[name].generated for name in ("twice", "thrice", "id")] == ["stored", "virtual", ""]
    assert table.columns["twice"].default == "(id * 2)"
    assert list(table.checks) == ['"ck ;"']
    assert table.checks['"ck ;"'].endswith("END) NO INHERIT")
    assert table.not_nulls == {"inherited": NotNull(), "b": NotNull()}
    assert table.parents == ("public.p", 'other."Q"')
    assert table.options == {"fillfactor": "'80'", "toast.autovacuum_enabled": "'false'"}
    assert (table.unlogged, table.foreign, table.force_row_security) == (True, False, True)
    assert (table.replica_identity, table.rest) == ("FULL", ())


@pytest.mark.parametrize(
    ("definition", "rest"),
    [
        ("CREATE TABLE t (\n    a integer NOT NULL WEIRD\n);", "a integer NOT NULL WEIRD"),
        ("CREATE TABLE t (\n    a integer\n)\nON THE MOON;", "ON THE MOON"),
        ("CREATE TABLE t (\n    a integer\n);\nALTER TABLE t MOVE TO mars;", "ALTER TABLE t MOVE TO mars"),
    ],
)
def test_what_is_not_understood_is_kept(definition, rest):
    assert read_table(definition).rest == (rest,)


def test_other_forms_of_tables():
    foreign = read_table(
        "CREATE FOREIGN TABLE public.ft (\n    a integer NOT NULL\n)\nSERVER srv\nOPTIONS (\n    q 'z;'\n);\n"
        "ALTER FOREIGN TABLE ONLY public.ft ALTER COLUMN a OPTIONS (\n    x 'y'\n);"
    )
    assert (foreign.foreign, foreign.server, foreign.foreign_options) == (True, "srv", {"q": "'z;'"})
    assert foreign.columns["a"].foreign_options == {"x": "'y'"}
    typed = read_table("CREATE TABLE public.t OF public.ty (\n    a DEFAULT 5 NOT NULL\n);")
    assert (typed.of_type, typed.columns["a"]) == (
        "public.ty",
        Column("a", default="5", not_null=NotNull()),
    )
    assert read_table("CREATE TABLE public.t OF public.ty;").columns == {}
    parted = read_table("CREATE TABLE p (\n    a integer\n)\nPARTITION BY RANGE (a, ((b + 1)));")
    assert parted.partition_by == "RANGE (a, ((b + 1)))"
    assert read_table("CREATE TABLE public.nothing (\n);").columns == {}


def test_types_and_domains():
    enum = read_type("CREATE TYPE public.mood AS ENUM (\n    'sad',\n    'so ''so, ('\n);")
    assert (enum.name, enum.form, enum.labels) == ("public.mood", "enum", ("'sad'", "'so ''so, ('"))
    pair = read_type('CREATE TYPE public.pair AS (\n\ta integer,\n\tb text COLLATE pg_catalog."C"\n);')
    assert pair.attributes == (Attribute("a", "integer"), Attribute("b", "text", 'pg_catalog."C"'))
    assert read_type("CREATE TYPE public.nothing AS (\n);").attributes == ()
    assert read_type("CREATE TYPE public.r AS RANGE (\n    subtype = text\n);").form == "range"
    assert read_type("CREATE TYPE public.s;").form == "shell"
    domain = read_domain(
        'CREATE DOMAIN public.d AS character varying(5)[] COLLATE pg_catalog."C" NOT NULL'
        " DEFAULT '{}'::text[]\n\tCONSTRAINT ck CHECK ((VALUE <> ';'::text))"
        "\n\tCONSTRAINT other CHECK ((VALUE IS NOT NULL));"
    )
    assert (domain.type, domain.collation, domain.default) == (
        "character varying(5)[]",
        'pg_catalog."C"',
        "'{}'::text[]",
    )
    assert domain.not_null == NotNull()
    assert domain.checks == {
        "ck": "CHECK ((VALUE <> ';'::text))",
        "other": "CHECK ((VALUE IS NOT NULL))",
    }


def test_sequences():
    plain = read_sequence(
        "CREATE SEQUENCE public.s\n    AS smallint\n    START WITH 3\n    INCREMENT BY -2\n    NO MINVALUE\n"
        "    MAXVALUE 100\n    CACHE 4\n    CYCLE;"
    )
    assert plain.clauses == {
        "AS": "AS smallint",
        "START": "START WITH 3",
        "INCREMENT": "INCREMENT BY -2",
        "MINVALUE": "NO MINVALUE",
        "MAXVALUE": "MAXVALUE 100",
        "CACHE": "CACHE 4",
        "CYCLE": "CYCLE",
    }
    identity = read_sequence(
        'ALTER TABLE public."T" ALTER COLUMN "user" ADD GENERATED BY DEFAULT AS IDENTITY (\n'
        '    SEQUENCE NAME public."T_user_seq"\n    START WITH 1\n    CACHE 1\n);\n'
        'ALTER SEQUENCE public."T_user_seq" SET UNLOGGED;'
    )
    assert (identity.table, identity.column, identity.identity) == ('public."T"', '"user"', "BY DEFAULT")
    assert (identity.name, identity.unlogged) == ('public."T_user_seq"', True)


def test_constraints_indexes_and_policies():
    key = read_constraint(
        "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (c);\n\n"
        "ALTER TABLE public.t CLUSTER ON k;"
    )
    assert (key.table, key.name, key.kind, key.columns) == ("public.t", "k", "UNIQUE", ["a", "b"])
    assert key.others == ("ALTER TABLE public.t CLUSTER ON k",)
    over = read_constraint("ALTER TABLE ONLY t\n    ADD CONSTRAINT k PRIMARY KEY (a, b WITHOUT OVERLAPS);")
    assert over.columns == ["a", "b"]
    domain = read_constraint("ALTER DOMAIN public.d\n    ADD CONSTRAINT ck CHECK ((VALUE > 0)) NOT VALID;")
    assert (domain.domain, domain.only, domain.body) == (True, False, "CHECK ((VALUE > 0)) NOT VALID")
    index = read_index(
        "CREATE UNIQUE INDEX ix ON ONLY public.t USING btree (a DESC, lower(b)) INCLUDE (c)"
        " NULLS NOT DISTINCT WITH (fillfactor='50') WHERE (a > 3);"
    )
    assert (index.name, index.table, index.unique, index.only) == ("ix", "public.t", True, True)
    assert index.body == (
        "USING btree (a DESC, lower(b)) INCLUDE (c) NULLS NOT DISTINCT",
        "WHERE (a > 3)",
    )
    assert index.options == {"fillfactor": "'50'"}
    policy = read_policy(
        'CREATE POLICY "p o" ON public.t AS RESTRICTIVE FOR UPDATE TO a, "b c" USING ((x = 1))'
        " WITH CHECK (true);"
    )
    assert (policy.restrictive, policy.command, policy.roles) == (True, "UPDATE", 'a, "b c"')
    assert (policy.using, policy.check) == ("(x = 1)", "true")


def test_rights():
    rights = read_rights(
        "REVOKE ALL ON FUNCTION public.f(p_to integer, p_on text) FROM PUBLIC;\n"
        "GRANT SELECT(a),UPDATE(a) ON TABLE public.t TO r WITH GRANT OPTION;\n"
        "SET SESSION AUTHORIZATION r;\nGRANT SELECT(a) ON TABLE public.t TO s;\nRESET SESSION AUTHORIZATION;"
    )
    assert rights.revoked == (Right("", "PUBLIC", "ALL"),)
    assert rights.granted == (
        Right("", "r", "SELECT(a)", grantable=True),
        Right("", "r", "UPDATE(a)", grantable=True),
        Right("r", "s", "SELECT(a)"),
    )
    default = read_rights("ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA s GRANT ALL ON TABLES TO r;")
    assert (default.prefix, default.target) == ("ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA s", "TABLES")


def test_names():
    assert split_name('public."a.b ""c"""') == ("public", 'a.b "c"')
    assert split_name("alone") == ("", "alone")
    assert unqualified('public."a.b"') == '"a.b"'
    assert bare('"a""b"') == 'a"b'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE INDEX ix ON t (a)", "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON t (a)"),
        (
            "create /* index */ unique index -- the index\n ix on t (a)",
            "create /* index */ unique index CONCURRENTLY IF NOT EXISTS -- the index\n ix on t (a)",
        ),
        ("CREATE INDEX ON t (a)", None),
        ("CREATE INDEX CONCURRENTLY ix ON t (a)", None),
        ("CREATE INDEX IF NOT EXISTS ix ON t (a)", None),
    ],
)
def test_index_is_built_concurrently_in_the_words_of_the_artifact(text, expected):
    assert built_concurrently(text) == expected


words = st.text(alphabet=string.ascii_lowercase + "é", min_size=1, max_size=4)
atoms = st.one_of(
    words,
    st.text(alphabet=string.printable + "é", max_size=6).map(
        lambda text: "'" + text.replace("'", "''") + "'"
    ),
    st.text(alphabet="a ,;()\"'é", min_size=1, max_size=5).map(
        lambda text: '"' + text.replace('"', '""') + '"'
    ),
)
nested = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({', '.join(parts)})"),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: f"CASE WHEN {' ; '.join(parts)} END"),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: f"x[{', '.join(parts)}]"),
    ),
    max_leaves=6,
)


@given(st.lists(nested, min_size=1, max_size=5))
def test_lists_and_statements_are_parted_where_they_were_joined(parts):
    assert items(", ".join(parts)) == parts
    assert statements("; ".join(parts) + ";") == parts
    assert Cursor(f"({', '.join(parts)})").group() == ", ".join(parts)
