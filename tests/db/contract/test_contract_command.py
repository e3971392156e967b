"""`toolkit contract`: from a project's SQL to files, and from changes of the SQL to what breaks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

SETTINGS = '[tool.toolkit]\nowner = "none"\npostgresql = 18\n'
TABLE = """CREATE TABLE tb_user (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    raw jsonb,
    CONSTRAINT ck_user_name CHECK (char_length(name) <= 40)
);
"""
USER = """CREATE VIEW v_user AS
SELECT id, jsonb_build_object('id', id, 'name', name) AS data FROM tb_user;
"""
TEAM = """CREATE VIEW v_team AS
SELECT u.id, jsonb_build_object('id', u.id, 'lead', u.data) AS data FROM v_user AS u;
"""
COMMAND = """CREATE FUNCTION fn_rename(p_id uuid, p_name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tb_user SET name = p_name WHERE id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_user_exists';
    END IF;
    RETURN true;
END $$;
"""
CODES = '[rules.ck_user_name]\ncode = "NAME_TOO_LONG"\n\n[rules.rule_user_exists]\ncode = "NOT_FOUND"\n'


class Project:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("pyproject.toml", SETTINGS)
        self.write("sql/errors.toml", CODES)
        for name, text in (("tb_user", TABLE), ("v_user", USER), ("v_team", TEAM), ("fn_rename", COMMAND)):
            self.write(f"sql/{name}.sql", text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name, old, new):
        path = self.root / "sql" / f"{name}.sql"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def contract(self, name):
        return (self.root / "sql/contract" / f"{name}.contract").read_text(encoding="utf-8")

    def run(self, *arguments: str):
        command = [Path(sys.executable).parent / "toolkit", "contract", *arguments]
        done = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in done.stderr
        return done

    def git(self, *arguments: str):
        identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
        environment = os.environ | identity | {"GIT_COMMITTER_EMAIL": "a@b"}
        subprocess.run(["git", *arguments], cwd=self.root, env=environment, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path, scratch):  # the server stays up between the commands
    return Project(tmp_path)


@pytest.fixture
def committed(project):
    assert project.run("update").returncode == 0
    return project


def test_update_writes_one_file_for_each_read_model_and_command(project):
    done = project.run("update")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "3 files changed.")
    assert project.contract("v_team") == (
        "v_team\n  id: uuid\n  data: {\n    id: uuid\n"
        "    lead: {\n      id: uuid\n      name: text\n    }\n  }\n"
    )
    assert project.contract("fn_rename") == (
        "volatile fn_rename(\n  p_id: uuid?\n  p_name: text\n"
        "    check ck_user_name: char_length(name) <= 40\n) returns boolean?\n"
        "  raises 23514 ck_user_name NAME_TOO_LONG\n  raises P0002 rule_user_exists NOT_FOUND\n"
    )
    assert project.run("update").stdout == "No files changed.\n"
    assert project.run("check").returncode == 0


def test_show_prints_one_and_refuses_what_is_not_there(project):
    assert project.run("show", "v_user").stdout.startswith("v_user\n  id: uuid\n")
    (found,) = json.loads(project.run("show", "v_user", "--format", "json").stdout)
    assert found["columns"]["data"]["shape"]["kind"] == "object"
    refused = project.run("show", "v_usr")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.endswith("There is no read model or command v_usr. Did you mean v_user?\n")


def test_check_names_the_file_and_the_change(committed):
    committed.edit("v_user", "'name', name", "'label', name")
    done = committed.run("check", "--format", "json")
    assert done.returncode == 1
    found = {(each["path"], each["message"]) for each in json.loads(done.stdout)}
    assert (
        "sql/contract/v_team.contract",
        "BREAK v_team data.lead.name: key removed; label looks like it",
    ) in found
    assert (
        "sql/contract/v_user.contract",
        "SAFE v_user data.label: key added: text (from tb_user.name)",
    ) in found


def test_diff_says_who_breaks_from_where_and_who_embeds_it(committed):
    committed.edit("tb_user", "name text NOT NULL", "name text")
    done = committed.run("diff")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "v_user (read by v_team)" in lines
    assert "  BREAK data.lead.name: may be null now (from tb_user.name)" in lines
    assert "tb_user.name breaks 2: v_team, v_user." in lines


def test_break_is_written_with_a_reason_only_and_the_reason_is_kept(committed):
    committed.edit("v_user", ", 'name', name", "")
    before = committed.contract("v_user")
    refused = committed.run("update")
    assert refused.returncode == 1
    assert "BREAK v_user data.name: key removed" in refused.stderr
    assert committed.contract("v_user") == before
    assert committed.run("update", "--allow-break", "nobody reads it").returncode == 0
    record = (committed.root / "sql/contract/breaks.md").read_text()
    assert ": nobody reads it\n\n" in record
    assert "- BREAK v_user data.name: key removed" in record
    assert committed.run("check").returncode == 0


def test_check_without_a_committed_contract_says_how_to_make_it(project):
    refused = project.run("check")
    assert refused.returncode == 2
    assert refused.stderr == (
        "toolkit: There is no contract under sql/contract/ to compare with. "
        "`toolkit contract update` writes it; commit it with the SQL.\n"
    )
    told = json.loads(project.run("check", "--format", "json").stdout)
    assert told["error"]["code"] == "contract-unknown"


def test_check_names_what_is_in_the_wrong_file(committed):
    (committed.root / "sql/v_team.sql").unlink()
    folder = committed.root / "sql/contract"
    user, team = folder / "v_user.contract", folder / "v_team.contract"
    user.write_text(user.read_text() + "\n" + team.read_text())
    team.unlink()
    done = committed.run("check")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "sql/contract/v_user.contract it holds v_team, which is no matter of this file",
        "    help: Run `toolkit contract update` and review the files, or take the change of the SQL back.",
    ]
    assert done.stdout.endswith(": 1 finding.\n")


def test_reference_outside_of_a_repository_and_unknown_one(committed):
    refused = committed.run("diff", "--against", "main")
    assert refused.returncode == 2
    assert refused.stderr == (
        f"toolkit: There is no git repository around {committed.root}, so nothing was committed. "
        "Leave the reference out, or commit the project first.\n"
    )
    committed.git("init", "-q")
    refused = committed.run("diff", "--against", "main")
    assert refused.returncode == 2
    assert "there is no commit main. Name a commit, a branch or a tag that is here" in refused.stderr


def test_code_of_a_contract_that_sql_is_ahead_of_is_told(committed):
    def generate(*arguments: str):
        command = [Path(sys.executable).parent / "toolkit", "codegen", "python", "--out", "made", *arguments]
        return subprocess.run(command, cwd=committed.root, capture_output=True, text=True, check=True).stderr

    assert generate() == ""
    committed.edit("v_user", "'name', name", "'name', name, 'more', name")
    assert generate("--check").startswith("note: sql/ was not compared with the contract since it changed; ")
    assert committed.run("check").returncode == 1
    assert generate("--check").startswith(
        "note: sql/ makes another contract than the one that is committed; "
    )


def test_what_is_gone_loses_its_file(committed):
    (committed.root / "sql/v_team.sql").unlink()
    assert committed.run("check").returncode == 1
    done = committed.run("update", "--allow-break", "teams are gone")
    assert "removed sql/contract/v_team.contract" in done.stdout
    assert not (committed.root / "sql/contract/v_team.contract").exists()


def test_diff_against_a_git_reference(committed):
    committed.git("init", "--quiet")
    committed.git("add", ".")
    committed.git("commit", "--quiet", "--message", "first")
    committed.edit("v_user", "'name', name", "'name', name, 'raw', raw")
    assert committed.run("update").returncode == 0
    assert committed.run("diff").stdout == "Nothing changes.\n"
    done = committed.run("diff", "--against", "HEAD")
    assert (done.returncode, "SAFE  data.raw: key added" in done.stdout) == (0, True)
    refused = committed.run("diff", "--against", "nowhere")
    assert refused.returncode == 2
    assert refused.stderr.startswith("toolkit: git can't tell what was committed:")


def test_diff_against_a_database(project, empty_database):
    with psycopg.connect(empty_database) as connection:
        connection.execute(TABLE + USER)
    done = project.run("diff", "--database", empty_database, "--format", "json")
    assert done.returncode == 0
    assert {each["subject"] for each in json.loads(done.stdout)} == {"v_team", "fn_rename(uuid, text)"}


def test_opaque_values_are_counted_against_the_setting(committed):
    committed.edit("v_user", "'name', name", "'name', name, 'raw', raw")
    committed.run("update")
    committed.write("pyproject.toml", SETTINGS + "[tool.toolkit.contract]\nmax-opaque = 1\n")
    done = committed.run("check")
    assert (done.returncode, "2 opaque values, where 1 may be" in done.stdout) == (1, True)
    committed.write("pyproject.toml", SETTINGS + "[tool.toolkit.contract]\nmax-opaque = 2\n")
    assert committed.run("check").returncode == 0


def test_file_that_is_no_contract_is_named_with_the_place(committed):
    (committed.root / "sql/contract/v_user.contract").write_text("v_user\n  id uuid\n")
    refused = committed.run("check")
    assert refused.returncode == 2
    assert "sql/contract/v_user.contract:2:5:" in refused.stderr + refused.stdout


def test_verify_finds_documents_as_the_contract_says_and_lists_what_it_did_not_see(project):
    project.edit(
        "tb_user", "raw jsonb", "raw jsonb, kind text CHECK (kind IN ('a', 'never') AND kind <> 'never')"
    )
    project.edit("v_user", "'name', name", "'name', name, 'kind', kind, 'raw', raw")
    shape = "shape: {title: text, tags: [text], level?: integer in (1|2)}"
    project.edit("tb_user", ");\n", f");\nCOMMENT ON COLUMN tb_user.raw IS '{shape}';\n")
    done = project.run("verify", "--rounds", "3")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("documents in 3 rounds: none broken.\n")
    assert "unseen: v_user data.kind is never\n" in done.stdout
    assert "raw.level" not in done.stdout  # seen absent, 1 and 2
    again = [
        project.run("verify", "--rounds", "1", "--seed", "2", "--format", "json").stdout for _ in range(2)
    ]
    assert again[0] == again[1]
    assert json.loads(again[0])["documents"] > 0


def test_verify_names_view_path_document_and_seed_of_what_breaks_the_contract(project):
    project.edit("tb_user", "raw jsonb", "tags text[]")
    project.edit("v_user", "'name', name", "'name', name, 'tags', tags")
    # No type of PostgreSQL says how many dimensions an array has.
    project.write(
        "sql/trg_tags.sql",
        "CREATE FUNCTION fn_nest() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN new.tags := '{{a,b}}'; RETURN new; END $$;\n"
        "CREATE TRIGGER trg_nest BEFORE INSERT ON tb_user FOR EACH ROW EXECUTE FUNCTION fn_nest();\n",
    )
    done = project.run("verify", "--rounds", "1", "--seed", "3")
    assert done.returncode == 1
    assert "v_user data.tags.0 ['a', 'b'], where text is promised" in done.stdout
    assert '"tags": [["a", "b"]]' in done.stdout
    assert "(seed 3)" in done.stdout


def test_texts_that_follow_the_session_are_notes(project):
    project.write(
        "sql/tb_stay.sql", "CREATE TABLE tb_stay (id uuid PRIMARY KEY, day date, took interval, pay money);\n"
    )
    project.write(
        "sql/v_stay.sql",
        "CREATE VIEW v_stay AS SELECT id, jsonb_build_object(\n"
        "    'id', id, 'day', day, 'text', day::text, 'all', jsonb_build_array(took), 'pay', pay::numeric\n"
        ") AS data FROM tb_stay;\n",
    )
    assert project.run("update").returncode == 0
    told = [line for line in project.run("check").stdout.splitlines() if line.startswith("note:")]
    cast, value = told
    assert cast == (
        "note: v_stay: a cast from date to text follows DateStyle of the session; "
        "take to_char(…, 'YYYY-MM-DD')"
    )
    assert value == (
        "note: v_stay: data.all[] is the text of interval, which follows IntervalStyle of the session; "
        "take extract(epoch FROM …)"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["update", "--allow-break", " "], "it is empty"),
        (["diff", "--against", ""], "it is empty"),
        (["diff", "--against", "--help"], "can't tell what was committed"),
        (["diff", "--against", "HEAD:sql"], "can't tell what was committed"),
    ],
)
def test_reason_and_reference_have_to_say_something(project, arguments, words):
    project.git("init", "-q")
    project.git("add", ".")
    project.git("commit", "-qm", "All")
    done = project.run(*arguments)
    assert (done.returncode, done.stdout, words in done.stderr) == (2, "", True)
