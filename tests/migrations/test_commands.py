"""What the commands print, how they exit, and what they may import."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo


@pytest.fixture
def history(project):
    """The project with three revisions."""
    for name in ("a", "b", "c"):
        project.add(name, f"CREATE TABLE tb_{name} (id int);", f"DROP TABLE tb_{name};")
    return project


def test_migrate_lists_what_it_did_and_then_has_nothing_to_do(history):
    shown = history.done("toolkit", "migrate")
    assert shown.startswith("Applied 3 revisions:\n  a  The a.  ")
    assert history.done("toolkit", "migrate").startswith("Nothing to do: the database is at c.\n")


def test_dry_run_changes_nothing(history):
    shown = history.done("toolkit", "migrate", "--dry-run")
    assert shown.startswith("Would apply 3 revisions:\n  a  The a.  expand\n")
    assert history.sql("SELECT FROM pg_namespace WHERE nspname = 'toolkit'") == []
    listed = json.loads(history.done("toolkit", "migrate", "--dry-run", "--format", "json"))
    assert [revision["revision"] for revision in listed["pending"]] == ["a", "b", "c"]
    assert listed["applied"] == []


def test_migrate_to_a_revision_and_report_as_json(history):
    report = json.loads(history.done("toolkit", "migrate", "b", "--format", "json"))
    assert [(done["revision"], done["direction"]) for done in report["applied"]] == [
        ("a", "upgrade"),
        ("b", "upgrade"),
    ]
    assert history.heads() == report["heads"] == ["b"]


def test_status_tells_by_its_exit_what_is_to_be_done(history, tmp_path):
    pending = history.run("toolkit", "status")
    assert (pending.returncode, pending.stderr) == (1, "")
    assert "Pending:\n  a  The a.\n" in pending.stdout
    history.done("toolkit", "migrate")
    at_head = json.loads(history.done("toolkit", "status", "--format", "json"))
    assert at_head["heads"] == at_head["code_heads"] == at_head["ledger_heads"] == ["c"]
    assert (at_head["pending"], at_head["problems"], at_head["partial"]) == ([], [], None)
    history.file("a", ".up.sql").write_text("SELECT 1;")
    changed = history.run("toolkit", "status", "--format", "json")
    assert changed.returncode == 1
    assert [problem["code"] for problem in json.loads(changed.stdout)["problems"]] == ["file-changed"]
    assert history.run("toolkit", "status", database=f"host={tmp_path}").returncode == 2


def test_rollback_goes_back_as_far_as_is_said(project):
    for name in ("a", "b", "c", "d", "e"):
        project.add(name, f"CREATE VIEW v_{name} AS SELECT 1;", f"DROP VIEW v_{name};")
    project.done("toolkit", "migrate")
    assert project.done("toolkit", "rollback").startswith("Took back:\n  e  The e.  ")
    assert project.heads() == ["d"]
    project.done("toolkit", "rollback", "-2")
    assert project.heads() == ["b"]
    project.done("toolkit", "rollback", "a")
    assert project.heads() == ["a"]
    project.done("toolkit", "rollback", "base")
    assert project.heads() == []
    assert project.done("toolkit", "rollback").startswith("Nothing to take back.\n")


@pytest.mark.parametrize(
    ("down", "loss"),
    [("DROP TABLE tb_a;", "drops table tb_a"), ("DO $$BEGIN END$$;", "DO can do anything and is not judged")],
)
def test_rollback_loses_data_only_when_that_is_allowed(project, down, loss):
    project.add("a", "CREATE TABLE tb_a (id int);", down)
    project.add("b", "CREATE VIEW v_b AS SELECT 1;", "DROP VIEW v_b;")
    project.done("toolkit", "migrate")
    refused = project.run("toolkit", "rollback", "base")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"a_revision.down.sql:1: {loss}\n" in refused.stderr
    assert f"{loss}\nAdd --allow-data-loss" in refused.stderr
    assert project.heads() == ["b"]
    project.done("toolkit", "rollback", "base", "--allow-data-loss")
    assert project.heads() == []


def test_nothing_to_do_needs_neither_alembic_nor_sqlalchemy_nor_pglast(history):
    history.done("toolkit", "migrate")
    code = (
        "import sys, toolkit.cli.main as main\n"
        "try: main.run()\n"
        "finally: print(*{'alembic', 'sqlalchemy', 'pglast'} & sys.modules.keys(), file=sys.stderr)"
    )
    options = history.command("toolkit", "migrate")
    options["args"] = [sys.executable, "-c", code, "migrate"]
    finished = subprocess.run(**options, capture_output=True, check=True)
    assert finished.stdout.startswith("Nothing to do")
    assert finished.stderr == "\n"


def test_statement_that_waits_too_long_for_a_table_is_tried_again(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.add("b", "ALTER TABLE tb_a ADD COLUMN note text;")
    with psycopg.connect(project.database) as other:
        other.execute("LOCK TABLE tb_a")
        with subprocess.Popen(
            **project.command("toolkit", "migrate"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child:
            told = child.stderr.readline()
            other.commit()
            shown, _ = child.communicate(timeout=60)
    assert "b_revision.up.sql:1: waited too long for a lock; next try in" in told
    assert (child.returncode, "Applied 1 revision:" in shown) == (0, True)


def test_rollback_waits_for_a_table_and_goes_back_as_far_as_was_said(project):
    for name in ("a", "b", "c"):
        project.add(name, f"CREATE VIEW v_{name} AS SELECT 1;", f"DROP VIEW v_{name};")
    project.done("toolkit", "migrate")
    with psycopg.connect(project.database) as other:
        other.execute("LOCK TABLE v_b")
        running = project.start("toolkit", "rollback", "-2")
        told = running.stderr.readline()
        assert project.heads() == ["b"]
        other.commit()
        shown, _ = running.communicate(timeout=60)
    assert "b_revision.down.sql:1: waited too long for a lock; next try in" in told
    assert (running.returncode, shown.count("\n  "), project.heads()) == (0, 2, ["a"])


def test_lock_that_stays_is_named_with_a_remedy(project):
    project.add("a", "CREATE VIEW v_a AS SELECT 1;", "DROP VIEW v_a;")
    project.done("toolkit", "migrate")
    with psycopg.connect(project.database) as other:
        other.execute("LOCK TABLE v_a")
        told = project.run("alembic", "downgrade", "base").stdout
    assert "a_revision.down.sql:1: canceling statement due to lock timeout" in told
    assert "raise tool.toolkit.migrate.lock-timeout" in told


def test_password_is_neither_printed_nor_written(project):
    project.add("a", "CREATE VIEW v_a AS SELECT 1;", "DROP VIEW v_a;")
    secret = make_conninfo(project.database, password="s3cret")
    commands = ["toolkit migrate", "toolkit status --format json", "toolkit rollback", "alembic upgrade head"]
    seen = "".join(project.done(*command.split(), database=secret) for command in commands)
    assert "user=postgres" in seen
    assert "s3cret" not in seen
    files = [path for path in project.root.rglob("*") if path.is_file()]
    assert [path for path in files if b"s3cret" in path.read_bytes()] == []


def test_login_without_rights_is_told_so(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.sql("DO $$ BEGIN CREATE ROLE shop_stranger LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    for command in ("migrate", "status", "rollback"):
        told = project.run("toolkit", command, database=make_conninfo(project.database, user="shop_stranger"))
        assert (told.returncode, told.stdout) == (2, "")
        assert "permission denied" in told.stderr
        assert "Traceback" not in told.stderr


def test_half_done_downgrade_is_finished_first(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    down = "-- toolkit: step repeatable\nSELECT 1;\n-- toolkit: step repeatable\nSELECT 1 / 0;\n"
    project.add("b", "-- toolkit: step repeatable\nSELECT 1;\n", down, transactional=False)
    project.done("toolkit", "migrate")
    assert project.run("toolkit", "rollback", "--allow-data-loss").returncode == 1
    refused = project.run("toolkit", "migrate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "The downgrade of b is at step 2 of 2. Finish the downgrade first" in refused.stderr
    file = project.file("b", ".down.sql")
    file.write_text(file.read_text().replace("1 / 0", "1 / 1"))
    project.done("toolkit", "rollback", "--allow-data-loss")
    assert project.heads() == ["a"]


def test_revision_that_the_code_lost_is_settled_by_a_stamp(project):
    project.add("a", "CREATE TABLE tb_a (id int);")
    project.done("toolkit", "migrate")
    project.sql("UPDATE alembic_version SET version_num = 'gone'")
    told = project.run("toolkit", "status")
    assert told.returncode == 1
    assert "Pending" not in told.stdout
    assert "stamp --purge" in told.stdout
    project.done("alembic", "stamp", "--purge", "a")
    assert "the ledger agrees" in project.done("toolkit", "status")


def test_checksum_is_that_of_the_text_that_was_applied(project):
    project.add("a", "SELECT pg_sleep(1); CREATE TABLE tb_a (id int);")
    running = project.start("toolkit", "migrate")
    project.until("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query ~ 'pg_sleep')")
    project.file("a", ".up.sql").write_text("SELECT 2;")
    assert running.wait(timeout=30) == 0
    assert "was changed after it was applied" in project.run("toolkit", "status").stdout


def test_full_disk_under_the_output_neither_stops_a_migration_nor_hides_an_error(history):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            **history.command("toolkit", "migrate", "b"), stdout=full, stderr=-1, check=False
        )
        assert (done.returncode, history.heads()) == (2, ["b"])
        assert done.stderr.startswith("toolkit: The output can't be written: ")
        history.file("c", ".up.sql").write_text("CREATE TABLE tb_c (id int)")
        history.add("d", "SELECT 1 / 0;")
        failed = subprocess.run(**history.command("toolkit", "migrate"), stdout=full, stderr=-1, check=False)
    assert (failed.returncode, history.heads()) == (1, ["c"])
    assert "d_revision.up.sql:1: division by zero" in failed.stderr


def test_error_of_a_migration_is_an_object_where_json_is_asked_for(history):
    history.file("b", ".up.sql").write_text("SELECT 1 / 0;")
    failed = history.run("toolkit", "migrate", "--format", "json")
    error = json.loads(failed.stdout)["error"]
    assert (failed.returncode, error["code"], error["remedy"]) == (1, "revision-failed", None)
    assert error["message"].endswith("b_revision.up.sql:1: division by zero")
