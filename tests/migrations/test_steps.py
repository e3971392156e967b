"""Revisions outside a transaction: their steps are recorded, and what was interrupted goes on from there."""

import psycopg
import pytest

TABLE = ("CREATE TABLE tb_a (id int);", "DROP TABLE tb_a;")
HELD_UP = (
    "EXISTS (SELECT FROM pg_stat_progress_create_index"
    " WHERE datname = current_database() AND phase LIKE 'waiting%')"
)
INDEXES = (
    "SELECT indexrelid::regclass::text, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indrelid"
    " WHERE relname LIKE 'tb_%' ORDER BY 1"
)


def steps(*statements: str, mark: str = "step") -> str:
    return "".join(f"-- toolkit: {mark}\n{statement};\n" for statement in statements)


def repeatable(*statements: str) -> str:
    return steps(*statements, mark="step repeatable")


def index(name: str, on: str = "tb_a (id)", kind: str = "INDEX") -> str:
    return f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {name} ON {on}"


@pytest.fixture
def halted(project):
    """A revision of three steps that stands after the first: the second divides by zero."""
    project.add("a", *TABLE)
    up = repeatable("INSERT INTO tb_a VALUES (1)", "SELECT 1 / 0", "INSERT INTO tb_a VALUES (3)")
    project.add("b", up, repeatable("DELETE FROM tb_a"), transactional=False)
    failed = project.run("toolkit", "migrate")
    assert failed.returncode == 1
    assert "b_revision.up.sql:5: division by zero" in failed.stderr
    assert project.sql("TABLE tb_a") == [(1,)]
    return project


def edit(project, old: str, new: str) -> None:
    file = project.file("b", ".up.sql")
    file.write_text(file.read_text().replace(old, new))


def test_failed_step_is_mended_and_finished_ones_are_skipped(halted):
    edit(halted, "1 / 0", "1 / 1")
    halted.done("toolkit", "migrate")
    assert halted.sql("TABLE tb_a") == [(1,), (3,)]
    assert "the ledger agrees" in halted.done("toolkit", "status")


def test_finished_step_must_not_be_edited(halted):
    edit(halted, "VALUES (1)", "VALUES (2)")
    edit(halted, "1 / 0", "1 / 1")
    refused = halted.run("toolkit", "migrate")
    assert refused.returncode == 1
    assert "step 1 was changed after it was applied. Restore it; only steps that have" in refused.stderr
    assert halted.sql("TABLE tb_a") == [(1,)]


def test_rollback_waits_until_the_revision_is_whole(halted):
    refused = halted.run("toolkit", "rollback", "--allow-data-loss")
    assert refused.returncode == 1
    assert "The upgrade of b is at step 2 of 3. Finish the upgrade first" in refused.stderr
    assert halted.heads() == ["a"]
    edit(halted, "1 / 0", "1 / 1")
    halted.done("toolkit", "migrate")
    halted.done("toolkit", "rollback", "-2", "--allow-data-loss")
    assert halted.heads() == []


def test_status_says_which_step(halted):
    shown = halted.run("toolkit", "status")
    assert shown.returncode == 1
    assert "In part:     upgrade of b, step 2 of 3 (not finished)" in shown.stdout


def test_every_step_runs_again_after_a_rollback(project):
    project.add("a", *TABLE)
    up = steps(index("ix_one"), index("ix_two", "tb_a (abs(id))"))
    down = steps("DROP INDEX CONCURRENTLY IF EXISTS ix_two", "DROP INDEX CONCURRENTLY IF EXISTS ix_one")
    project.add("b", up, down, transactional=False)
    for _ in range(2):
        project.done("toolkit", "migrate")
        assert project.sql(INDEXES) == [("ix_one", True), ("ix_two", True)]
        project.done("toolkit", "rollback")
        assert project.sql(INDEXES) == []


@pytest.mark.parametrize("table", ["tb_a", "other.tb_a"])
def test_invalid_index_is_built_anew(project, table):
    project.sql("CREATE SCHEMA other; GRANT ALL ON SCHEMA other TO PUBLIC")
    project.add("a", f"CREATE TABLE {table} (id int); INSERT INTO {table} VALUES (1), (1);")
    up = steps(index("ix", f"{table} (id)", "UNIQUE INDEX"))
    project.add("b", up, steps("DROP INDEX CONCURRENTLY IF EXISTS other.ix, ix"), transactional=False)
    failed = project.run("toolkit", "migrate")
    assert "is duplicated" in failed.stderr
    name = table.replace("tb_a", "ix")
    assert project.sql(INDEXES) == [(name, False)]
    project.sql(f"DELETE FROM {table} WHERE ctid = '(0,1)'")
    project.done("toolkit", "migrate")
    assert project.sql(INDEXES) == [(name, True)]


def test_index_of_that_name_on_another_table_is_no_success(project):
    project.add("a", "CREATE TABLE tb_a (id int); CREATE TABLE tb_b (id int); CREATE INDEX ix ON tb_b (id);")
    project.add("b", steps(index("ix")), transactional=False)
    refused = project.run("toolkit", "migrate")
    assert refused.returncode == 1
    assert "b_revision.up.sql:3: ix exists and is no index of tb_a" in refused.stderr
    assert project.heads() == ["a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (steps("CREATE INDEX CONCURRENTLY ix ON tb_a (id)"), "add IF NOT EXISTS and a name"),
        (steps("CREATE INDEX CONCURRENTLY ON tb_a (id)"), "add IF NOT EXISTS and a name"),
        (steps("DROP INDEX CONCURRENTLY ix"), "add IF EXISTS"),
        (steps("ALTER TABLE tb_a ADD COLUMN b int"), "add IF NOT EXISTS or IF EXISTS to each clause"),
        (steps("ALTER TABLE tb_a ADD CONSTRAINT ch CHECK (id > 0)"), "drop the constraint IF EXISTS"),
        (repeatable("SELECT 1;\nSELECT 2"), "no `-- toolkit: step` before the statement"),
        ("SELECT 1;\n", "no `-- toolkit: step` before the statement"),
    ],
)  # fmt: skip
def test_step_that_could_not_be_repeated_is_refused_before_anything_runs(project, text, words):
    project.add("a", *TABLE)
    project.add("b", text, transactional=False)
    refused = project.run("toolkit", "migrate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert words in refused.stderr
    assert project.sql("SELECT to_regclass('tb_a')") == [(None,)]


@pytest.mark.parametrize("transactional", [True, False])
def test_settings_of_one_revision_do_not_reach_the_next(project, transactional):
    changes = ["RESET ROLE", "SET search_path = pg_catalog", "SET statement_timeout = 1", "RESET ALL"]
    text = "".join(f"{change};\n" for change in changes) if transactional else steps(*changes)
    project.add("a", text, transactional=transactional)
    project.add("b", "CREATE TABLE tb_a (id int); SELECT pg_sleep(0.01);")
    project.add("c", steps("SET ROLE NONE", "CREATE TABLE IF NOT EXISTS tb_b (id int)"), transactional=False)
    project.done("toolkit", "migrate")
    tables = (
        "SELECT schemaname, tablename, tableowner FROM pg_tables WHERE tablename LIKE 'tb\\__' ORDER BY 2"
    )
    assert project.sql(tables) == [("public", "tb_a", "shop_owner"), ("public", "tb_b", "shop_owner")]


def test_step_waits_for_old_transactions_longer_than_lock_timeout(project):
    """CONCURRENTLY waits as long as it takes: giving up would leave an invalid index each time."""
    project.add("a", *TABLE)
    project.done("toolkit", "migrate")
    project.add("b", steps(index("ix")), transactional=False)
    with psycopg.connect(project.database) as old:
        old.execute("LOCK TABLE tb_a IN ROW EXCLUSIVE MODE")
        running = project.start("toolkit", "migrate")
        project.until(HELD_UP)
        project.sql("SELECT pg_sleep(0.7)")  # lock-timeout is 0.5
        assert running.poll() is None
        old.rollback()
        assert running.wait(20) == 0
    assert project.sql(INDEXES) == [("ix", True)]
