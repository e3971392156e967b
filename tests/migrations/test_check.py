"""`toolkit check`: what is wrong with a project, each as one finding at its place."""

import json
import subprocess

import pytest

TABLE = "CREATE TABLE tb_user (id int PRIMARY KEY);"


@pytest.fixture
def shop(project):
    """A project on PostgreSQL 18 whose sql/ and head are the same."""
    settings = project.root / "pyproject.toml"
    settings.write_text(
        settings.read_text().replace("[tool.toolkit]", "[tool.toolkit]\npostgresql = 18")
        + "[tool.toolkit.lint]\nselect = ['X']\n"
    )
    (project.root / "sql").mkdir()
    (project.root / "sql/tb_user.sql").write_text(TABLE)
    project.add("20261119000000", TABLE, "DROP TABLE tb_user;")
    return project


def check(project, *arguments: str):
    """Return the exit status and what was found, by check: code, place and message of each."""
    done = project.run("toolkit", "check", *arguments, "--format", "json")
    assert "Traceback" not in done.stderr, done.stderr
    found = {
        name: [(f["code"], f"{f['path']}:{f['line']}", f["message"]) for f in outcome["findings"]]
        for name, outcome in json.loads(done.stdout).items()
    }
    return done.returncode, found


def test_project_that_is_fine(shop):
    shown = shop.done("toolkit", "check")
    assert shown == (
        "lint       3 files linted\n"
        "load       1 object made on PostgreSQL 18\n"
        "bodies     0 PL/pgSQL routines resolved on PostgreSQL 18\n"
        "head       sql/ and the head compared on PostgreSQL 18\n"
        "stairway   1 revision taken up, down and up again on PostgreSQL 18\n"
        "contract   no contract is committed; `toolkit contract update` writes it\n"
        "codegen    no folder is set in [tool.toolkit.codegen]\n"
        "documents  0 documents compared with the contract on PostgreSQL 18\n"
        "arguments  0 commands called 0 times on PostgreSQL 18\n"
        "errors     0 errors that commands document raised on PostgreSQL 18\n"
        "reach      the rights of shop_read and shop_command asked\n"
        "Nothing found.\n"
    )


def test_file_that_several_checks_stop_at_is_told_once(shop):
    (shop.root / "sql/errors.toml").write_text("[rules.uq_user]\ncode = \n")
    done = shop.run("toolkit", "check", "lint", "load", "contract", "errors")
    assert done.returncode == 2
    assert [line for line in done.stdout.splitlines() if "help:" not in line] == [
        "lint      stopped at an error",
        "load      1 object made on PostgreSQL 18",
        "contract  no contract is committed; `toolkit contract update` writes it",
        "errors    stopped at an error",
        "sql/errors.toml:2:8 error-codes Invalid value",
        "1 found.",
    ]


def test_findings_that_the_baseline_knows_are_left_out(shop):
    with (shop.root / "pyproject.toml").open("a") as settings:
        settings.write('baseline = "known.json"\n')
    (shop.root / "known.json").write_text('{"version": 1, "findings": {}}')
    (shop.root / "sql/tb_user.sql").write_text(f"-- toolkit: allow X05 once\n{TABLE}")
    assert check(shop, "lint") == (1, {"lint": [("X02", "sql/tb_user.sql:1", "nothing here breaks X05")]})
    shop.done("toolkit", "lint", "--update-baseline")
    assert check(shop, "lint") == (0, {"lint": []})


def test_sql_that_is_ahead_of_the_head(shop):
    (shop.root / "sql/v_user.sql").write_text("CREATE VIEW v_user AS SELECT id FROM tb_user;")
    status, found = check(shop, "head")
    assert (status, found) == (1, {"head": [("head", "sql/v_user.sql:1", "VIEW public.v_user: only in sql")]})


@pytest.mark.parametrize(
    ("name", "content", "code", "place", "words"),
    [
        ("a.sql", b"CREATE VIEW v AS\nSELEC 1", "sql-syntax", "sql/a.sql:2", 'error at or near "SELEC"'),
        ("a.sql", b"\nCREATE VIEW v AS SELECT nam\nFROM tb_user", "load", "sql/a.sql:2", 'column "nam" does'),
        ("a.sql", b"-- a\n-- \xe4", "sql-file", "sql/a.sql:2", "byte 0xe4 is not UTF-8"),
        ("a.sql", TABLE.encode(), "artifact", "sql/a.sql:1", "both declare table public.tb_user"),
        ("a.sql", b"\nINSERT INTO tb_user VALUES (1)", "artifact", "sql/a.sql:2", "INSERT"),
        ("a.sql", b"DROP TABLE tb_user", "artifact", "sql/a.sql:1", "DROP"),
        ("a.sql", b"CREATE EXTENSION nothing", "load", "sql/a.sql:1", 'extension "nothing" is not available'),
        (
            "a.sql",
            b"CREATE VIEW v AS SELECT * FROM w;\nCREATE VIEW w AS SELECT * FROM v;",
            "load",
            "sql/a.sql:1",
            'relation "w" does not exist (1 more could not run)',
        ),
        ("roles.sql", b"SELECT 1;\nSELECT 1 / 0", "load", "sql/roles.sql:2", "division by zero"),
    ],
)
def test_input_that_can_not_be_used_is_one_finding_with_its_place(shop, name, content, code, place, words):
    (shop.root / "sql" / name).write_bytes(content)
    status, found = check(shop, "head")
    ((found_code, found_place, message),) = found["head"]
    unreadable = code == "sql-file"
    assert (status, found_code, found_place) == (2 if unreadable else 1, code, place)
    assert words in message


@pytest.mark.parametrize(
    ("up", "down", "code", "place", "words"),
    [
        ("CREATE VIEW v AS SELECT 1 AS a;", "", "proof", "down.sql:1", "VIEW public.v: only in that after"),
        ("SELECT 1;\nSELECT 1 / 0;", "", "revision-failed", "up.sql:2", "division by zero"),
        ("", "\nDROP VIEW v;", "revision-failed", "down.sql:2", 'view "v" does not exist'),
        (
            "ALTER TABLE tb_user ADD a int;\n-- toolkit: write here: how to fill a\n",
            "ALTER TABLE tb_user DROP a;",
            "revision-file",
            "up.sql:2",
            "somebody has to write here: how to fill a",
        ),
    ],
)
def test_revision_that_does_not_do_what_it_has_to(shop, up, down, code, place, words):
    shop.add("20261120000000", up, down)
    status, found = check(shop, "stairway")
    ((found_code, found_place, message),) = found["stairway"]
    assert (status, found_code) == (1, code)
    assert found_place == f"migrations/versions/20261120000000_revision.{place}"
    assert words in message


def test_loss_needs_its_marker_in_a_revision_of_the_toolkit(shop):
    shop.add("20261120000000", "SELECT 1;\nDROP TABLE tb_user;", TABLE)
    assert check(shop, "stairway") == (0, {"stairway": []})
    file = shop.file("20261120000000", ".py")
    file.write_text(file.read_text().replace("upgrade,", "source = target = {}\nupgrade,"))
    lost = ("data-loss", "migrations/versions/20261120000000_revision.up.sql:2", "drops table tb_user")
    assert check(shop, "stairway") == (1, {"stairway": [lost]})
    up = shop.file("20261120000000", ".up.sql")
    up.write_text("SELECT 1;\n-- toolkit: loses-data drops table tb_user\nDROP TABLE tb_user;")
    assert check(shop, "stairway") == (0, {"stairway": []})


def test_fingerprints_that_do_not_fit_the_sql_are_told(shop):
    shop.add("20261120000000", "CREATE VIEW v_user AS SELECT 1 AS a;", "DROP VIEW v_user;")
    file = shop.file("20261120000000", ".py")
    literals = "source = {'view public.v_user': None}\ntarget = {'view public.v_user': '0123456789ab'}\n"
    file.write_text(file.read_text().replace("upgrade,", f"{literals}upgrade,"))
    status, found = check(shop, "stairway")
    ((code, _, message),) = found["stairway"]
    assert (status, code) == (1, "proof")
    assert "view public.v_user is not what it was" in message


def test_rows_that_a_revision_does_not_survive_are_a_note(shop):
    shop.add(
        "20261120000000",
        "ALTER TABLE tb_user ADD name text NOT NULL;",
        "ALTER TABLE tb_user DROP COLUMN name;",
    )
    file = shop.file("20261120000000", ".py")
    file.write_text(file.read_text().replace("upgrade,", "source = {'table public.tb_user': None}\nupgrade,"))
    file.write_text(file.read_text().replace("None}", "''}"))
    shown = shop.run("toolkit", "check", "stairway").stdout
    assert "is not what it was" in shown  # the fingerprint is none
    file.write_text(file.read_text().replace("source = {'table public.tb_user': ''}", ""))
    assert "note" not in shop.done("toolkit", "check", "stairway")


VIEW = "CREATE VIEW v_user AS SELECT id, jsonb_build_object('id', id, 'name', name) AS data FROM tb_user;"
LONG = TABLE.replace(");", ", name text NOT NULL);")


@pytest.fixture
def base(shop):
    """The shop with a read model, its contract, and all of it committed as `base`."""
    (shop.root / "sql/tb_user.sql").write_text(LONG)
    (shop.root / "sql/v_user.sql").write_text(VIEW)
    shop.file("20261119000000", ".up.sql").write_text(f"{LONG}\n{VIEW}")
    shop.file("20261119000000", ".down.sql").write_text("DROP VIEW v_user; DROP TABLE tb_user;")
    shop.done("toolkit", "contract", "update")
    git(shop.root, "init", "--quiet")
    (shop.root / ".gitignore").write_text("__pycache__\n.toolkit_cache\n")
    git(shop.root, "add", "--all")
    git(shop.root, "commit", "--quiet", "--message", "base")
    git(shop.root, "tag", "base")
    return shop


def git(root, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def rename_key(shop, revision: str, phase: str) -> None:
    """Let the read model lose a key, by a revision of a phase, and update the contract."""
    after = VIEW.replace("'name', name", "'title', name")
    (shop.root / "sql/v_user.sql").write_text(after)
    shop.add(revision, f"CREATE OR REPLACE {after[7:]}", f"CREATE OR REPLACE {VIEW[7:]}")
    file = shop.file(revision, ".py")
    file.write_text(file.read_text().replace('phase = "expand"', f"phase = {phase!r}"))


def test_only_what_changed_since_a_base_is_judged(base):
    shown = base.done("toolkit", "check", "--since", "base")
    assert "lint       0 files linted" in shown
    assert "stairway   0 revisions taken up" in shown
    base.add("20261120000000", "CREATE VIEW v AS SELECT 1 AS a;", "DROP VIEW v;")
    (base.root / "sql/v.sql").write_text("CREATE VIEW v AS SELECT 1 AS a;")
    shown = base.run("toolkit", "check", "--since", "base").stdout
    assert "lint       3 files linted" in shown
    assert "stairway   1 revision taken up" in shown
    assert "phases     1 new revision looked at" in shown


def test_clients_of_the_base_that_a_revision_breaks(base):
    rename_key(base, "20261120000000", "expand")
    status, found = check(base, "phases", "breaks", "--since", "base")
    assert status == 1
    lost = "BREAK v_user data.name: key removed; title looks like it"
    place = "migrations/versions/20261120000000_revision.up.sql:1"
    assert found["phases"] == [("phases", place, f"clients of base break: {lost}")]
    assert found["breaks"] == [("breaks", "sql/v_user.sql:1", lost)]
    base.done("toolkit", "contract", "update", "--allow-break", "nobody reads it")
    status, found = check(base, "phases", "breaks", "--since", "base")
    assert (status, found["breaks"]) == (1, [])


def test_clients_of_the_base_are_gone_in_a_phase_of_contraction(base):
    rename_key(base, "20261120000000", "contract")
    base.done("toolkit", "contract", "update", "--allow-break", "nobody reads it")
    assert check(base, "phases", "breaks", "--since", "base") == (0, {"phases": [], "breaks": []})


def test_revision_that_was_edited_since_the_base(base):
    file = base.file("20261119000000", ".up.sql")
    file.write_text(file.read_text() + "\n-- and more")
    status, found = check(base, "stairway", "--since", "base")
    ((code, place, message),) = found["stairway"]
    assert (status, code, place) == (1, "edited", f"migrations/versions/{file.name}:1")
    assert message == "it is not what it is at base, and may be applied already"


def test_base_that_is_none_is_an_error_of_usage(base):
    refused = base.run("toolkit", "check", "lint", "--since", "nothing")
    assert refused.returncode == 2
    assert refused.stderr == (
        "toolkit: git can't tell what was committed: there is no commit nothing."
        " Name a commit, a branch or a tag that is here, or fetch it.\n"
    )


def test_ledger_that_does_not_fit_the_files(shop):
    shop.done("toolkit", "migrate")
    assert check(shop, "ledger", "--database", shop.database) == (0, {"ledger": []})
    file = shop.file("20261119000000", ".up.sql")
    file.write_text(f"{TABLE} -- and more")
    status, found = check(shop, "ledger", "--database", shop.database)
    ((code, place, message),) = found["ledger"]
    assert (status, code) == (1, "file-changed")
    assert message.startswith(f"{place.removesuffix(':1')} was changed after it was applied")


def test_formats_for_programs(shop):
    (shop.root / "sql/v_user.sql").write_text("CREATE VIEW v_user AS SELECT id FROM tb_user;")
    sarif = json.loads(shop.run("toolkit", "check", "head", "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("head", "error")
    shown = shop.run("toolkit", "check", "head", "--format", "github").stdout
    assert shown.startswith(
        "::error file=sql/v_user.sql,line=1,endLine=1,col=1,endColumn=1,title=head::VIEW public.v_user"
    )
