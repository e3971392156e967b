"""Fingerprints change with what they stand for and with nothing else, and are the same on every major."""

from pathlib import Path

import psycopg
import pytest

from toolkit.catalog.fingerprints import read_facts, read_fingerprints
from toolkit.core.changes import ObjectKey

CASES = Path(__file__).parents[2] / "cases" / "catalog"
ZOO = (CASES / "zoo.sql").read_text(encoding="utf-8")
# What 15 writes with qualifiers and 16 does not, and other text that the server makes up itself.
MORE = """
CREATE VIEW v_all AS SELECT u.id FROM tb_user u WHERE EXISTS (SELECT FROM tb_post WHERE author = u.id);
CREATE VIEW v_join AS SELECT * FROM tb_user JOIN tb_post USING (id) LEFT JOIN LATERAL (
    SELECT count(*) AS n FROM tb_part WHERE a = tb_post.id) AS parts ON true;
CREATE VIEW v_tree AS WITH RECURSIVE t AS (
    SELECT 1 AS n UNION ALL SELECT t.n + 1 FROM t WHERE t.n < 9) SELECT t.n, row_number() OVER w FROM t
    WINDOW w AS (PARTITION BY t.n % 2);
CREATE VIEW v_whole AS SELECT u, to_jsonb(u.*) AS data FROM tb_user u;
CREATE FUNCTION fn_posts(p_id integer) RETURNS SETOF tb_post LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT tb_post.* FROM tb_post WHERE tb_post.id = p_id; END;
CREATE TABLE tb_times (at timestamptz DEFAULT '2020-01-01 00:00+02', real float DEFAULT 0.1, i interval
    DEFAULT '1 day 2 hours', raw bytea DEFAULT '\\x00');
CREATE POLICY po_sub ON tb_post USING (author IN (SELECT u.id FROM tb_user u WHERE u.name = 'x'));
CREATE AGGREGATE ag_sum (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE TYPE span AS RANGE (subtype = integer);
"""
# No part of a fingerprint: owners, comments, and kinds that no revision is kept from.
UNTOLD = ("COMMENT", "DEFAULT ACL", "PUBLICATION", "TABLE public.tb_user: owner")


def blocks(name):
    _, *blocks = (CASES / name).read_text(encoding="utf-8").strip().split("\n\n")
    return [tuple(block.removeprefix("-- ").split("\n", 1)) for block in blocks]


@pytest.fixture
def connect(scratch_by_major):
    """Return a connection to a database of the zoo after the given statements."""
    template = scratch_by_major.template(f"fingerprints {ZOO}", lambda conninfo: run(conninfo, ZOO))
    made = []

    def connect(statements=""):
        conninfo = scratch_by_major.clone(template)
        made.append((conninfo, psycopg.connect(conninfo, autocommit=True)))
        made[-1][1].execute(statements)
        return made[-1][1]

    yield connect
    for conninfo, connection in made:
        connection.close()
        scratch_by_major.release(conninfo)


def run(conninfo, statements):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statements)


def read(connection):
    found = read_fingerprints(connection)
    return found.own, found.whole


def test_facts_are_the_same_on_every_major(open_major):
    facts = []
    for major in (15, 18):
        scratch = open_major(major)
        conninfo = scratch.create()
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(ZOO + MORE)
            facts.append({f"{key} {text}" for key, _, text in read_facts(connection)})
        scratch.release(conninfo)
    assert facts[0] - facts[1] == facts[1] - facts[0] == set()
    assert len(facts[0]) > 100


def test_every_difference_that_counts_changes_them(connect):
    before = read(connect())
    missed = [
        change
        for expected, change in blocks("seen.sql")
        if not expected.startswith(UNTOLD) and read(connect(change)) == before
    ]
    assert missed == []


def test_what_must_not_count_does_not(connect):
    told = {
        case: sorted(map(str, here.items() ^ there.items()))
        for case, text in blocks("unseen.sql")
        for here, there in [[read(connect(part))[1] for part in text.split("-- or")]]
        if here != there
    }
    assert told == {}


def test_what_goes_with_an_object_counts_only_where_it_is_dropped(connect):
    view, index = ObjectKey("VIEW", "public", "v_user"), ObjectKey("INDEX", "public", "idx_new")
    own, whole = read(connect())
    changed = connect("GRANT SELECT ON v_user TO catalog_reader; CREATE INDEX idx_new ON tb_user (name)")
    own_after, whole_after = read(changed)
    table = ObjectKey("TABLE", "public", "tb_user")
    assert (own[view], own[table]) == (own_after[view], own_after[table])
    assert whole[view] != whole_after[view]
    assert whole[table] != whole_after[table]
    assert own_after.keys() - own.keys() == {index, ObjectKey("ACL", "public", "VIEW v_user")}


def test_only_what_is_asked_for_is_read(connect):
    awkward = 'CREATE TABLE "a.b (c) d" (id int); CREATE INDEX "i x" ON "a.b (c) d" (id)'
    connection = connect(awkward)
    every = read_fingerprints(connection)
    for kind, name in [
        ("TABLE", "a.b (c) d"),
        ("INDEX", "i x"),
        ("INDEX", "idx_post_author"),
        ("VIEW", "v_user"),
        ("FUNCTION", "fn_twice(integer)"),
        ("FK CONSTRAINT", "tb_post fk_author"),
        ("TRIGGER", "tb_user trg_touch"),
        ("STATISTICS", "st_post"),
        ("TYPE", "mood"),
        ("DOMAIN", "email"),
    ]:
        key = ObjectKey(kind, "public", name)
        some = read_fingerprints(connection, [str(key)])
        assert (some.own[key], some.whole[key]) == (every.own[key], every.whole[key])
        assert len(some.own) < len(every.own)


def test_settings_of_the_session_do_not_count_and_stay(connect):
    settings = {
        "DateStyle": "German",
        "TimeZone": "Asia/Tokyo",
        "search_path": "public",
        "bytea_output": "escape",
    }
    plain = connect(MORE)
    expected = read(plain)
    for name, value in settings.items():
        plain.execute(f"SET {name} = '{value}'")
    assert read(plain) == expected
    assert plain.execute("SHOW search_path").fetchone() == ("public",)
    assert plain.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)
    with plain.transaction():
        plain.execute("CREATE TABLE tb_more (id int)")
        assert read(plain) != expected
        assert plain.execute("SHOW search_path").fetchone() == ("public",)
