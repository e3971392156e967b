"""`toolkit plan` and `toolkit revision`: from an edited file to revisions that are applied."""

import json
import signal
import time
import uuid

import pytest

from toolkit.source.revisions import read_revisions

TABLE = "CREATE TABLE tb_user (id int PRIMARY KEY, name text);"
VIEW = "-- Users.\nCREATE VIEW v_user AS\nSELECT id -- theirs\nFROM tb_user;\n"


@pytest.fixture
def shop(project):
    """A project for PostgreSQL 18 with a table, whose sql/ and head are the same."""
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace("[tool.toolkit]", "[tool.toolkit]\npostgresql = 18"))
    (project.root / "sql").mkdir()
    project.add("20261119000000", TABLE, "DROP TABLE tb_user;")
    write(project, "tb_user.sql", TABLE)
    return project


def write(project, name, text):
    (project.root / "sql" / name).write_text(text)


def files(project):
    return sorted(path.name for path in project.versions.iterdir() if path.name != "__pycache__")


def refused(project, *arguments: str, status=1):
    """Run `toolkit revision`, which must write nothing; return what it said."""
    before = files(project)
    done = project.run("toolkit", "revision", "-m", "Change it", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    assert files(project) == before
    return done.stderr


def test_nothing_to_do(shop):
    assert shop.done("toolkit", "plan") == "Nothing to do: sql/ and the head of the revisions are the same.\n"
    shown = json.loads(shop.done("toolkit", "plan", "--format", "json"))
    assert shown == {"risk": "safe", "revisions": [], "possible_renames": []}
    before = files(shop)
    assert shop.done("toolkit", "revision", "-m", "Nothing").startswith("Nothing to do: ")
    assert files(shop) == before


def test_plan_tells_what_why_and_at_which_risk(shop):
    write(shop, "v_user.sql", VIEW)
    write(shop, "tb_user.sql", "CREATE TABLE tb_user (id int PRIMARY KEY);")
    shown = shop.run("toolkit", "plan", "--sql")
    assert shown.returncode == 1
    lines = [line.split("  ") for line in shown.stdout.splitlines()]
    created = next(line for line in lines if line[0] == "+")
    assert [cell.strip() for cell in created if cell][:3] == ["+", "create", "view public.v_user"]
    assert created[-1] == "safe"
    altered = next(line for line in lines if line[0] == "~")
    assert "ACCESS EXCLUSIVE" in altered
    assert altered[-1] == "loses data"
    assert "       SELECT id -- theirs\n       FROM tb_user;\n" in shown.stdout
    assert shown.stdout.endswith("1 to create, 1 to change. Worst risk: loses data.\n")
    planned = json.loads(shop.run("toolkit", "plan", "--format", "json").stdout)
    (revision,) = planned["revisions"]
    steps = {step["action"]: step for step in revision["steps"]}
    assert (planned["risk"], revision["transactional"]) == ("loses data", True)
    assert steps["create"]["object"] == {"kind": "view", "schema": "public", "name": "v_user"}
    assert steps["alter"]["lock"] == "ACCESS EXCLUSIVE"


def test_edited_files_become_a_revision_that_is_applied_and_taken_back(shop):
    shop.done("toolkit", "migrate")
    write(shop, "v_user.sql", VIEW)
    write(shop, "fn_two.sql", "CREATE FUNCTION fn(a int) RETURNS int LANGUAGE sql RETURN 1 /* one */;\n"
          "CREATE FUNCTION fn(a text) RETURNS int LANGUAGE sql AS 'SELECT 2 /* two */';")  # fmt: skip
    told = json.loads(shop.done("toolkit", "revision", "-m", "Show the users", "--format", "json"))
    assert [proof["major"] for proof in told["proofs"]] == [18]
    (up,) = [shop.root / name for name in told["files"] if name.endswith(".up.sql")]
    for written in ("CREATE VIEW v_user AS\nSELECT id -- theirs\nFROM tb_user;", "/* one */;", "/* two */';"):
        assert written in up.read_text()
    assert shop.done("toolkit", "plan").startswith("Nothing to do")
    shop.done("toolkit", "migrate")
    assert shop.heads() == [told["revisions"][0]["revision"]]
    shop.done("toolkit", "rollback")
    assert shop.sql("SELECT to_regclass('v_user')") == [(None,)]


def test_phase_is_contract_where_the_contract_breaks(shop):
    view = "CREATE VIEW v_user AS SELECT id, jsonb_build_object('id', id, 'name', name) AS data FROM tb_user;"
    write(shop, "v_user.sql", view)
    told = json.loads(shop.done("toolkit", "revision", "-m", "Show users", "--format", "json"))
    assert (told["revisions"][0]["phase"], told["breaks"]) == ("expand", [])
    write(shop, "v_user.sql", view.replace("'id', id, ", "'id', id, 'nick', name, "))
    assert "\nPhase expand.\n" in shop.done("toolkit", "revision", "-m", "Show nicks")
    write(shop, "v_user.sql", view.replace(", 'name', name", ""))
    shown = shop.done("toolkit", "revision", "-m", "Show no names")
    lost = "\n  BREAK v_user data.name: key removed\n"
    assert "\nPhase contract. Those who rely on the contract break:\n" in shown
    assert lost in shown
    revisions = read_revisions(shop.versions)
    assert [revision.phase for revision in revisions.order] == ["expand", "expand", "expand", "contract"]


def test_new_project_gets_its_first_revision(shop):
    for path in shop.versions.glob("2026*"):
        path.unlink()
    shown = shop.done("toolkit", "revision", "-m", "Begin")
    assert shown.startswith("Wrote:\n  migrations/versions/20")
    assert "Proven on PostgreSQL 18, without rows: up leads to sql/, down restores" in shown
    (python,) = shop.versions.glob("*.py")
    assert "\ndown_revision = None\n" in python.read_text()
    shop.done("toolkit", "migrate")
    assert shop.sql("TABLE tb_user") == []


def test_renames_are_asked_about_and_done_when_they_are_said(shop):
    write(shop, "v_user.sql", "CREATE VIEW v_user AS SELECT id, name FROM tb_user;")
    shop.done("toolkit", "revision", "-m", "Show users")
    shop.done("toolkit", "migrate")
    shop.sql("INSERT INTO tb_user VALUES (1, 'Ada')")
    renamed = TABLE.replace("tb_user", "tb_person").replace(" name text", "\n    {}full_name text")
    write(shop, "tb_user.sql", renamed.format(""))
    write(shop, "v_user.sql", "CREATE VIEW v_user AS SELECT id, full_name FROM tb_person;")
    shown = shop.run("toolkit", "plan").stdout
    assert "loses data" in shown
    write(shop, "tb_user.sql", "-- toolkit: renamed from tb_user\n" + renamed.format(""))
    shown = shop.run("toolkit", "plan").stdout
    assert "if so, write `-- toolkit: renamed from name` in the artifact." in shown
    said = renamed.format("-- toolkit: renamed from name\n    ")
    write(shop, "tb_user.sql", "-- toolkit: renamed from tb_user\n" + said)
    told = json.loads(shop.done("toolkit", "revision", "-m", "Call them persons", "--format", "json"))
    assert len(told["revisions"]) == 2  # the renames, and the view
    shop.done("toolkit", "migrate")
    assert shop.sql("SELECT full_name FROM v_user") == [("Ada",)]
    assert shop.done("toolkit", "plan").startswith("Nothing to do")
    shop.done("toolkit", "rollback", "-2")
    assert shop.sql("SELECT name FROM v_user JOIN tb_user USING (id, name)") == [("Ada",)]


def test_name_that_nothing_had_is_refused_with_its_place(shop):
    write(
        shop, "tb_user.sql", "\n-- toolkit: renamed from tb_nobody\n" + TABLE.replace("tb_user", "tb_person")
    )
    error = refused(shop)
    assert "sql/tb_user.sql:2: there is no table tb_nobody to rename." in error


def test_place_that_a_person_has_to_fill_is_told_and_proven_when_it_is(shop):
    write(shop, "tb_user.sql", TABLE.replace("name text", "name text, age int NOT NULL"))
    shown = shop.done("toolkit", "revision", "-m", "Ask for the age")
    assert "_ask_for_the_age" in shown
    assert ".up.sql: give every row of public.tb_user a value for age.\n" in shown
    assert shown.endswith("Write that, remove its line, and run `toolkit check`.\n")
    unwritten = shop.run("toolkit", "check", "stairway")
    assert unwritten.returncode == 1
    assert "somebody has to write here: give every row of public.tb_user" in unwritten.stdout
    (up,) = [path for path in shop.versions.glob("*ask_for*.up.sql") if "write here" in path.read_text()]
    lines = up.read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if "write here" in line)
    for statement, status in (("UPDATE tb_user SET age = 1;", 0), ("UPDATE tb_user SET age = x;", 1)):
        lines[place] = statement
        up.write_text("\n".join(lines))
        checked = shop.run("toolkit", "check", "stairway")
        assert (checked.returncode, "note:" in checked.stdout) == (status, False), checked.stdout
    assert 'column "x" does not exist' in checked.stdout


def test_loss_has_to_be_allowed(shop):
    write(shop, "tb_user.sql", "CREATE TABLE tb_user (id int PRIMARY KEY);")
    told = refused(shop)
    assert "The revision loses data:\n  drops column public.tb_user.name\n" in told
    assert "Add --allow-data-loss if that is what you want; nothing was written." in told
    shop.done("toolkit", "revision", "-m", "Forget the names", "--allow-data-loss")
    (up,) = shop.versions.glob("*forget_the_names.up.sql")
    assert "\n-- toolkit: loses-data drops column public.tb_user.name\nALTER TABLE" in up.read_text()
    assert shop.run("toolkit", "check", "stairway").returncode == 0


def test_what_can_not_be_used_writes_nothing(shop):
    write(shop, "v_user.sql", "CREATE VIEW v_user AS\nSELECT nam FROM tb_user;")
    assert f'{shop.root}/sql/v_user.sql:2: column "nam" does not exist' in refused(shop)
    write(shop, "v_user.sql", VIEW)
    shop.add("b", "SELECT 1;", after="20261119000000")
    shop.add("c", "SELECT 1;", after="20261119000000")
    assert "The history has several heads: b, c." in refused(shop)
    assert "Missing option '-m'" in shop.run("toolkit", "revision").stderr


def test_bodies_that_it_would_break_are_told(shop):
    body = (
        "CREATE FUNCTION fn_name(p int) RETURNS text LANGUAGE plpgsql AS $$\nBEGIN\n"
        "RETURN (SELECT {} FROM tb_user WHERE id = p);\nEND $$;\n"
    )
    write(shop, "fn_name.sql", body.format("nme"))
    assert 'public.fn_name, line 3 of its body: column "nme" does not exist' in refused(shop)
    write(shop, "fn_name.sql", body.format("name"))
    shop.done("toolkit", "revision", "-m", "Tell the name")
    write(shop, "tb_user.sql", "CREATE TABLE tb_user (id int PRIMARY KEY);")
    told = refused(shop, "--allow-data-loss")
    assert 'public.fn_name, line 3 of its body: column "name" does not exist' in told
    assert "Mend them in sql/; nothing was written." in told


def test_bodies_that_were_wrong_before_hold_up_nothing(shop):
    wrong = "CREATE FUNCTION fn_wrong() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN nope; END';"
    shop.add("20261119000001", wrong, "DROP FUNCTION fn_wrong();")
    write(shop, "fn_wrong.sql", wrong)
    write(shop, "v_user.sql", VIEW)
    shop.done("toolkit", "revision", "-m", "Show the users")


def test_scratch_server_of_another_major_is_told(shop, open_major):
    url = open_major(15).create()
    done = shop.run("toolkit", "plan", TOOLKIT_SCRATCH_URL=url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The scratch server is PostgreSQL 15, older than the project's 18." in done.stderr


def test_proof_that_could_not_be_made_on_the_oldest_target_is_told(shop, scratch):
    shop.configure("shop")  # for PostgreSQL 15
    write(shop, "v_user.sql", VIEW)
    url = scratch.create()
    shown = shop.done("toolkit", "revision", "-m", "Show", TOOLKIT_SCRATCH_URL=url)
    assert "Proven on PostgreSQL 18" in shown
    assert "Not proven on PostgreSQL 15: The server of TOOLKIT_SCRATCH_URL is PostgreSQL 18" in shown


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGKILL])
def test_whoever_is_interrupted_leaves_nothing(shop, scratch, way):
    """On a server that goes on: with the embedded one everything goes when its last user does."""
    shop.database = scratch.create()
    url = {"TOOLKIT_SCRATCH_URL": shop.database}
    mark = f"slept_{uuid.uuid4().hex}"  # other tests have databases and sleepers on this server
    write(shop, "mv.sql", f"CREATE MATERIALIZED VIEW mv AS SELECT pg_sleep(60) IS NULL AS {mark};")
    before = files(shop)
    running = shop.start("toolkit", "revision", "-m", "Show", **url)
    sleeper = f"FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%{mark}%'"
    shop.until(f"EXISTS (SELECT {sleeper})")
    [[database]] = shop.sql(f"SELECT datname {sleeper}")
    number = database.removeprefix("toolkit_scratch_").split("_")[0]
    databases = f"SELECT datname FROM pg_database WHERE datname ^@ 'toolkit_scratch_{number}_'"
    assert shop.sql(databases)
    running.send_signal(way)
    _, told = running.communicate(timeout=60)
    assert running.returncode == (130 if way == signal.SIGINT else -signal.SIGKILL), told
    assert files(shop) == before
    (shop.root / "sql/mv.sql").unlink()
    deadline = time.monotonic() + 30
    while shop.sql(databases):
        assert time.monotonic() < deadline
        if way == signal.SIGKILL:  # the next ones clean up beside their work, as far as they get
            shop.done("toolkit", "plan", **url)
        time.sleep(0.05)
