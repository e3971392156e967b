"""What the planner is told about one object; that it is right on a server is shown by tests/db/plan."""

from dataclasses import replace

import pytest

from toolkit.catalog.catalog import Entries, Entry
from toolkit.core.changes import Lock, ObjectKey, Risk
from toolkit.plan.alteration import Context, Mode, Part
from toolkit.plan.kinds import alter
from toolkit.plan.lookup import is_volatile, key_of, made_name
from toolkit.plan.rights import grant_statements

CONTEXT = Context()
T = "CREATE TABLE public.t (\n    a integer{}\n);"


def entry(kind, name, definition):
    return Entry(kind, "public", name, definition)


def entries(*several: Entry):
    return Entries(several)


def alter_table(before, after, others=(), context=CONTEXT, gone=()):
    """Return the answer for a table; others are in both catalogs, what is gone in the old one."""
    old, new = (entry("TABLE", "t", T.format(text)) for text in (before, after))
    return alter(old, new, replace(context, old=entries(old, *others, *gone), new=entries(new, *others)))


def sql(answer):
    return [statement for alteration in answer for statement in alteration.sql]


@pytest.mark.parametrize(
    ("column", "risk"),
    [
        ("b integer", Risk.SAFE),
        ("b integer DEFAULT 3", Risk.SAFE),
        ("b timestamp with time zone DEFAULT now()", Risk.SAFE),
        ("b uuid DEFAULT gen_random_uuid()", Risk.REWRITES_TABLE),
        ("b text DEFAULT lower('gen_random_uuid()'::text)", Risk.SAFE),
        ("b integer DEFAULT public.fn_stable()", Risk.SAFE),
        ("b integer DEFAULT public.fn_volatile()", Risk.REWRITES_TABLE),
        ("b integer DEFAULT public.fn_unknown()", Risk.REWRITES_TABLE),
        ("b integer GENERATED ALWAYS AS ((a * 2)) STORED", Risk.REWRITES_TABLE),
        ("b integer GENERATED ALWAYS AS ((a * 2))", Risk.SAFE),
        ("b public.plain", Risk.SAFE),
        ("b public.checked", Risk.REWRITES_TABLE),
    ],
)
def test_risk_of_a_new_column_is_that_of_what_fills_it(column, risk):
    stable = (
        "CREATE FUNCTION public.fn_stable() RETURNS integer\n    LANGUAGE sql STABLE\n    AS $$SELECT 1$$;"
    )
    volatile = (
        "CREATE FUNCTION public.fn_volatile() RETURNS integer\n    LANGUAGE sql\n    AS $$SELECT 1 STABLE$$;"
    )
    others = [
        entry("FUNCTION", "fn_stable()", stable),
        entry("FUNCTION", "fn_volatile()", volatile),
        entry("DOMAIN", "plain", "CREATE DOMAIN public.plain AS integer;"),
        entry("DOMAIN", "checked", "CREATE DOMAIN public.checked AS integer NOT NULL;"),
    ]
    (added,) = alter_table("", f",\n    {column}", others)
    assert (added.risk, added.lock) == (risk, Lock.ACCESS_EXCLUSIVE)
    assert added.sql == (f"ALTER TABLE public.t ADD COLUMN {column}",)


def test_overloads_of_which_one_is_volatile_are_volatile():
    one = entry(
        "FUNCTION", "f(integer)", "CREATE FUNCTION public.f(integer) …\n    LANGUAGE sql IMMUTABLE\n    AS 1;"
    )
    two = entry("FUNCTION", "f(text)", "CREATE FUNCTION public.f(text) …\n    LANGUAGE sql\n    AS 1;")
    assert not is_volatile("public.f(1)", entries(one))
    assert is_volatile("public.f(1)", entries(one, two))


def test_column_that_nothing_fills_leaves_a_place_for_a_person():
    answer = alter_table("", ",\n    b integer NOT NULL", context=Context(mode=Mode.TRANSACTION))
    assert [alteration.by_hand for alteration in answer] == [
        None,
        "give every row of public.t a value for b",
        None,
    ]
    assert sql(answer)[-1] == "ALTER TABLE public.t ALTER COLUMN b SET NOT NULL"


def test_dropped_column_takes_what_belongs_to_it_and_comes_last():
    others = [
        entry(
            "DEFAULT",
            "t b",
            "ALTER TABLE ONLY public.t ALTER COLUMN b SET DEFAULT nextval('public.s'::regclass);",
        ),
        entry("COMMENT", "COLUMN t.b", "COMMENT ON COLUMN public.t.b IS 'b';"),
        entry("ACL", "COLUMN t.b", "GRANT SELECT(b) ON TABLE public.t TO r;"),
        entry("ACL", "COLUMN t.a", "GRANT SELECT(a) ON TABLE public.t TO r;"),
        entry("SEQUENCE OWNED BY", "s", "ALTER SEQUENCE public.s OWNED BY public.t.b;"),
    ]
    sequence = entry("SEQUENCE", "s", "CREATE SEQUENCE public.s;")
    (dropped,) = alter_table(",\n    b integer", "", others, gone=[sequence])
    assert (dropped.part, dropped.risk) == (Part.AFTER, Risk.LOSES_DATA)
    kept = ObjectKey("ACL", "public", "COLUMN t.a")
    assert dropped.takes == {other.key for other in others} - {kept} | {sequence.key}
    assert dropped.remakes == {("column", "b")}


def test_dropped_column_leaves_a_sequence_that_stays():
    sequence = entry("SEQUENCE", "s", "CREATE SEQUENCE public.s;")
    owned = entry("SEQUENCE OWNED BY", "s", "ALTER SEQUENCE public.s OWNED BY public.t.b;")
    (dropped,) = alter_table(",\n    b integer", "", [sequence], gone=[owned])
    assert dropped.takes == frozenset()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n)\nPARTITION BY LIST (a", "\n)\nPARTITION BY RANGE (a"),
        ("\n)\nON mars (", "\n)\nON venus ("),
    ],
)
def test_what_no_alter_table_does_has_no_answer(before, after):
    assert alter_table(before, after) is None


def test_pieces_that_have_to_make_way_come_back():
    text = " DEFAULT public.f(),\n    b public.mood,\n    CONSTRAINT ck CHECK ((public.f() > a))"
    rebuilt = frozenset({("default", "a"), ("constraint", "ck"), ("column", "b")})
    answer = alter_table(text, text, context=Context(rebuilt=rebuilt, mode=Mode.TRANSACTION))
    assert sql(alteration for alteration in answer if alteration.part is Part.BEFORE) == [
        "ALTER TABLE public.t DROP CONSTRAINT ck",
        "ALTER TABLE ONLY public.t ALTER COLUMN a DROP DEFAULT",
        "ALTER TABLE public.t ALTER COLUMN b TYPE text USING b::text",
    ]
    assert sql(alteration for alteration in answer if alteration.part is Part.MAIN) == [
        "ALTER TABLE public.t ALTER COLUMN b TYPE public.mood USING b::public.mood",
        "ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT public.f()",
        "ALTER TABLE public.t ADD CONSTRAINT ck CHECK ((public.f() > a))",
    ]


def test_partition_leaves_to_its_table_what_goes_down_from_there():
    attach = "ALTER TABLE ONLY public.p ATTACH PARTITION public.t FOR VALUES IN (1);"
    attached = entry("TABLE ATTACH", "t", attach)
    parent = "CREATE TABLE public.p (\n    a {},\n    k integer\n)\nPARTITION BY LIST (k);"
    table = "CREATE TABLE public.t (\n    a {},\n    k integer\n);"
    old, new = (entry("TABLE", "t", table.format(type_)) for type_ in ("integer", "bigint"))
    old_parent, new_parent = (entry("TABLE", "p", parent.format(type_)) for type_ in ("integer", "bigint"))
    context = Context(old=entries(old, old_parent, attached), new=entries(new, new_parent, attached))
    assert alter(old, new, context) == ()
    assert sql(alter(old_parent, new_parent, context)) == ["ALTER TABLE public.p ALTER COLUMN a TYPE bigint"]
    alone = Context(old=entries(old, old_parent), new=entries(new, new_parent))
    assert sql(alter(old, new, alone)) == ["ALTER TABLE public.t ALTER COLUMN a TYPE bigint"]


def test_type_of_a_partition_key_stays():
    parent = "CREATE TABLE public.p (\n    a {}\n)\nPARTITION BY LIST (a);"
    old, new = (entry("TABLE", "p", parent.format(type_)) for type_ in ("integer", "bigint"))
    assert alter(old, new, CONTEXT) is None
    mood = entry("TABLE", "p", parent.format("public.mood"))
    assert alter(mood, mood, replace(CONTEXT, rebuilt=frozenset({("type", "a")}))) is None


def test_labels_are_added_alone_and_not_where_one_transaction_uses_them():
    old, new = (
        entry("TYPE", "mood", f"CREATE TYPE public.mood AS ENUM (\n    {text}\n);")
        for text in ("'a'", "'a',\n    'b'")
    )
    (added,) = alter(old, new, Context())
    assert (added.part, added.transactional) == (Part.BEFORE, False)
    assert alter(old, new, Context(mode=Mode.TRANSACTION)) is None
    assert alter(new, old, Context()) is None


def test_index_is_built_in_the_words_of_the_artifact():
    index = entry("INDEX", "ix", "CREATE INDEX ix ON public.t USING btree (a);")
    text = "CREATE INDEX ix ON t (a) -- of a"
    (online,) = alter(None, index, Context(text=text))
    assert online.sql == ("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON t (a) -- of a",)
    assert (online.transactional, online.risk) == (False, Risk.SAFE)
    (plain,) = alter(None, index, Context(text=text, mode=Mode.TRANSACTION))
    assert (plain.sql, plain.risk, plain.lock) == ((text,), Risk.BLOCKS_WRITES, Lock.SHARE)
    assert alter(None, index, Context(text=text, fresh=True)) is None


def test_part_of_a_partitioned_index_is_not_dropped_alone():
    index = entry("INDEX", "ix", "CREATE INDEX ix ON public.t USING btree (a);")
    attached = entry("INDEX ATTACH", "ix", "ALTER INDEX public.ix_p ATTACH PARTITION public.ix;")
    assert alter(index, None, Context(old=entries(index, attached))) is None
    assert sql(alter(index, None, Context(old=entries(index)))) == [
        "DROP INDEX CONCURRENTLY IF EXISTS public.ix"
    ]


def test_rights_are_granted_in_words_that_the_target_knows():
    acl = entry(
        "ACL",
        "TABLE t",
        "REVOKE ALL ON TABLE public.t FROM o;\nGRANT SELECT,INSERT,MAINTAIN ON TABLE public.t TO o;",
    )
    assert grant_statements(acl, 17) == (
        "REVOKE ALL ON TABLE public.t FROM o",
        "GRANT SELECT,INSERT,MAINTAIN ON TABLE public.t TO o",
    )
    assert grant_statements(acl, 16) == (
        "REVOKE ALL ON TABLE public.t FROM o",
        "GRANT ALL ON TABLE public.t TO o",
        "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLE public.t FROM o",
    )


def test_right_that_old_versions_can_not_name_is_revoked_with_the_others():
    old = entry("ACL", "TABLE t", "GRANT SELECT,MAINTAIN ON TABLE public.t TO r;")
    new = entry("ACL", "TABLE t", "GRANT SELECT ON TABLE public.t TO r;")
    assert sql(alter(old, new, Context(postgresql=17))) == ["REVOKE MAINTAIN ON TABLE public.t FROM r"]
    assert sql(alter(old, new, Context(postgresql=15))) == [
        "REVOKE ALL ON TABLE public.t FROM r",
        "GRANT SELECT ON TABLE public.t TO r",
    ]


def test_made_names_are_cut_to_what_postgresql_keeps():
    assert made_name("t", '"A b"', "not_null") == '"t_A b_not_null"'
    assert len(made_name("é" * 40, "x").strip('"').encode()) <= 63


def test_keys_are_those_of_pg_dump():
    assert key_of("CONSTRAINT", 'public."T x"', '"c ""k"') == ObjectKey("CONSTRAINT", "public", 'T x c "k')
