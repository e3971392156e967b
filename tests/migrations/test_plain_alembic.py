"""Plain Alembic works, and keeps lock, ledger and checksums."""

import subprocess
from itertools import pairwise

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from toolkit.server.binaries import find_binaries

LEDGER = "SELECT operation, revision, heads_before, heads_after FROM toolkit.ledger ORDER BY seq"
STEPS = "SELECT revision, direction, position, steps, event FROM toolkit.step ORDER BY seq"


@pytest.fixture
def shop(project):
    """Four revisions: a table, an index outside a transaction, a column, rows with quotes and % in them."""
    project.add("a", "CREATE TABLE tb_a (id int);", "DROP TABLE tb_a;")
    project.add(
        "b",
        "-- toolkit: step\nCREATE INDEX CONCURRENTLY IF NOT EXISTS idx_a ON tb_a (id);\n"
        "-- toolkit: step\nANALYZE tb_a;",
        "-- toolkit: step\nDROP INDEX CONCURRENTLY IF EXISTS idx_a;",
        transactional=False,
    )
    project.add("c", "ALTER TABLE tb_a ADD name text;", "ALTER TABLE tb_a DROP name;")
    project.add("d", "INSERT INTO tb_a VALUES (1, 'it''s 5 % of :x, \\n é');", "DELETE FROM tb_a;")
    return project


def describe(project):
    """Everything that applying the revisions of `shop` makes."""
    return {
        "heads": project.heads(),
        "rows": project.sql("SELECT id, name FROM tb_a"),
        "ledger": project.sql(
            "SELECT operation, revision, heads_before, heads_after, checksum, down_sql"
            " FROM toolkit.ledger ORDER BY seq"
        ),
        "steps": project.sql("SELECT revision, position, event, checksum FROM toolkit.step ORDER BY seq"),
        "objects": project.sql(
            "SELECT nspname, relname, relkind::text, relowner::regrole::text FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'toolkit') ORDER BY 1, 2"
        ),
    }


def run_script(script, database, stop="1"):
    psql = find_binaries(18).bindir / "psql"
    return subprocess.run(
        [psql, "-X", "-q", "-v", f"ON_ERROR_STOP={stop}", "-d", database],
        input=script, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_up_down_and_up_again_with_a_row_in_the_ledger_for_each(shop):
    shop.done("alembic", "upgrade", "head")
    assert shop.heads() == ["d"]
    shop.done("alembic", "downgrade", "-1")
    shop.done("alembic", "downgrade", "base")
    assert shop.heads() == []
    shop.done("alembic", "upgrade", "head")
    heads = [[], ["a"], ["b"], ["c"], ["d"]]
    upgrades = [("upgrade", *after, before, after) for before, after in pairwise(heads)]
    downgrades = [("downgrade", *before, before, after) for before, after in pairwise(heads[::-1])]
    assert shop.sql(LEDGER) == upgrades + downgrades + upgrades
    assert shop.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_a'::regclass") == [(True,)]
    once = [("b", "upgrade", n, 2, event) for n in (1, 2) for event in ("started", "finished")]
    back = [("b", "downgrade", 1, 1, event) for event in ("started", "finished")]
    assert shop.sql(STEPS) == once + back + once


def test_questions_neither_lock_nor_write(shop):
    with psycopg.connect(shop.database) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [0x63717273_746B6974])
        assert shop.done("alembic", "current") == ""
        assert "a -> b" in shop.done("alembic", "history", "--indicate-current")
        assert shop.done("alembic", "heads") == "d (head)\n"
    assert shop.sql("SELECT nspname FROM pg_namespace WHERE nspname = 'toolkit'") == []
    shop.done("alembic", "upgrade", "c")
    assert shop.done("alembic", "current") == "c\n"


def test_script_makes_the_same_database(shop, scratch):
    shop.done("alembic", "upgrade", "head")
    live = describe(shop)
    script = shop.done("alembic", "upgrade", "head", "--sql")
    shop.database = scratch.create()
    finished = run_script(script, shop.database)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert describe(shop) == live
    assert "At the head; the ledger agrees." in shop.done("toolkit", "status")
    down = shop.done("alembic", "downgrade", "d:base", "--sql")
    assert run_script(down, shop.database).returncode == 0
    assert shop.heads() == []
    assert run_script(script, shop.database).returncode == 0
    assert shop.heads() == ["d"]


def test_script_refuses_a_database_that_stands_elsewhere(shop):
    script = shop.done("alembic", "upgrade", "b:head", "--sql")
    shop.done("alembic", "upgrade", "a")
    before = shop.sql(LEDGER)
    finished = run_script(script, shop.database)
    assert finished.returncode == 3
    assert "script starts at {b}, the database is at {a}" in finished.stderr
    assert shop.sql(LEDGER) == before


def test_script_run_without_stop_on_error_applies_nothing_from_the_wrong_start(shop):
    script = shop.done("alembic", "upgrade", "c:head", "--sql")
    shop.done("alembic", "upgrade", "b")
    shop.sql("ALTER TABLE tb_a ADD name text")
    run_script(script, shop.database, stop="0")
    assert shop.heads() == ["b"]
    assert shop.sql("SELECT * FROM tb_a") == []


def test_stamp_is_recorded_and_a_purge_settles_a_disagreement(shop):
    shop.done("alembic", "stamp", "b")
    assert shop.sql(LEDGER) == [("stamp", "b", [], ["b"])]
    shop.sql("DELETE FROM alembic_version")
    assert "the ledger says b" in shop.run("alembic", "upgrade", "head").stdout
    shop.done("alembic", "stamp", "--purge", "base")
    shop.done("alembic", "upgrade", "head")
    assert shop.heads() == ["d"]


def test_merge_joins_two_heads_and_can_be_undone(project):
    project.add("a", "SELECT 1;", "SELECT 1;")
    project.add("b", "SELECT 1;", "SELECT 1;", after="a")
    project.add("c", "SELECT 1;", "SELECT 1;", after="a")
    project.done("alembic", "merge", "heads", "-m", "join", "--rev-id", "m")
    project.done("alembic", "upgrade", "head")
    assert project.sql("SELECT revision, heads_after FROM toolkit.ledger ORDER BY seq DESC LIMIT 1") == [
        ("m", ["m"])
    ]
    project.done("alembic", "downgrade", "base")
    assert project.heads() == []


def test_revision_is_refused_with_what_to_do_instead(shop):
    finished = shop.run("alembic", "revision", "-m", "x")
    assert finished.returncode != 0
    assert "docs/how-to/write-a-revision.md" in finished.stdout
    assert len(list(shop.versions.glob("*.py"))) == 4


def test_failing_revision_ends_without_a_traceback_and_leaves_the_ones_before(shop):
    shop.file("c", ".up.sql").write_text("CREATE TABLE tb_c ();\nSELECT 1 / 0;\n")
    finished = shop.run("alembic", "upgrade", "head")
    assert "c_revision.up.sql:2: division by zero" in finished.stdout
    assert "Traceback" not in finished.stdout + finished.stderr
    assert shop.heads() == ["b"]
    assert shop.sql("SELECT to_regclass('tb_c')") == [(None,)]


def test_settings_that_a_revision_changes_do_not_reach_the_next(project):
    project.add("a", "RESET ROLE; SET search_path = pg_catalog; SET statement_timeout = '1ms';")
    project.add("b", "CREATE TABLE tb_b (id int); SELECT pg_sleep(0.05);")
    project.done("alembic", "upgrade", "head")
    assert project.sql("SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'tb_b'") == [
        ("public", "shop_owner")
    ]


def test_lock_given_up_by_a_revision_is_noticed(project):
    project.add("a", "SELECT pg_advisory_unlock_all();")
    project.add("b", "CREATE TABLE tb_b (id int);")
    assert "The session lost the lock" in project.run("alembic", "upgrade", "head").stdout
    assert project.heads() == ["a"]


def test_ledger_can_only_grow(shop):
    shop.done("alembic", "upgrade", "head")
    for statement in (
        "UPDATE toolkit.ledger SET revision = 'x'",
        "DELETE FROM toolkit.step",
        "TRUNCATE toolkit.ledger",
    ):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="added, never changed"):
            shop.sql(statement)


def test_target_is_a_conninfo_of_any_form(shop):
    parts = conninfo_to_dict(shop.database)
    shop.done(
        "alembic", "upgrade", "a", database=" ".join(f"{key}='{value}'" for key, value in parts.items())
    )
    assert shop.heads() == ["a"]
