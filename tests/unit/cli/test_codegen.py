"""`toolkit codegen`: files from a committed contract, without a server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACT = {
    "v_user": "v_user\n  id: uuid\n  data: {\n    id: uuid\n    name: text\n  }\n",
    "fn_rename": (
        "volatile fn_rename(\n  p_id: uuid\n  p_names: [text]\n) returns boolean\n"
        "  raises 23514 ck_user_name NAME_EMPTY\n"
    ),
}
SQL = """CREATE VIEW v_user AS SELECT id, data FROM tb_user;
COMMENT ON VIEW public.v_user IS 'Everybody.';
CREATE FUNCTION fn_rename(p_id uuid, p_names varchar(5)[]) RETURNS boolean LANGUAGE sql AS 'SELECT true';
COMMENT ON FUNCTION fn_rename(uuid, text[]) IS 'Call somebody by other names.';
"""
NOT_COMPARED = "sql/ was not compared with the contract since it changed; `toolkit contract check` does."


@pytest.fixture
def project(tmp_path):
    (tmp_path / "sql/contract").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.toolkit]\n[tool.toolkit.codegen]\npython = "app/db"\n')
    (tmp_path / "sql/all.sql").write_text(SQL)
    for name, text in CONTRACT.items():
        (tmp_path / f"sql/contract/{name}.contract").write_text(text)
    return tmp_path


def run(project, *arguments: str):
    command = [Path(sys.executable).parent / "toolkit", "codegen", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    return done


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_package_goes_to_the_folder_of_the_settings(project):
    done = run(project, "python")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "7 files changed.")
    package = project / "app/db"
    assert names(package) == [
        "__init__.py", "_contract.py", "commands.py", "errors.py", "models.py", "py.typed", "queries.py",
    ]  # fmt: skip
    assert '"""Everybody."""' in (package / "models.py").read_text()
    assert '"""Call somebody by other names.' in (package / "commands.py").read_text()
    again = run(project, "python")
    assert (again.returncode, again.stdout) == (0, "No files changed.\n")
    assert run(project, "python", "--check").stdout == "All files are current.\n"


@pytest.mark.parametrize("name", ["blog-db", "class", "1db"])
def test_package_that_can_not_be_imported_is_not_written(project, name):
    done = run(project, "python", "--out", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"A package in a folder called '{name}' can't be imported." in done.stderr
    suggested = done.stderr.partition("Choose a name such as ")[2].partition(":")[0]
    assert suggested.isidentifier()
    assert not (project / name).exists()
    assert run(project, "python", "--out", suggested).returncode == 0
    assert run(project, "json-schema", "--out", name).returncode == 0


def test_sql_that_was_not_compared_with_the_contract_is_told(project):
    for arguments in (["--out", "made"], ["--out", "made", "--check"]):
        done = run(project, "python", *arguments)
        assert (done.returncode, done.stderr) == (0, f"note: {NOT_COMPARED}\n")


def test_check_says_what_is_not_current_and_writes_nothing(project):
    run(project, "python")
    (project / "app/db/py.typed").unlink()
    view = project / "sql/contract/v_user.contract"
    view.write_text(view.read_text().replace("name: text", "name: text?"))
    done = run(project, "python", "--check", "--format", "json")
    assert done.returncode == 1
    found = {Path(each["path"]).name: each["message"] for each in json.loads(done.stdout)}
    assert found["py.typed"] == "is missing"
    assert found["models.py"] == "is not what the contract makes"
    assert run(project, "python", "--check").stdout.splitlines()[-1] == "Run `toolkit codegen python`."
    assert not (project / "app/db/py.typed").exists()


def test_schemas_of_read_models_that_are_gone_are_removed_and_strangers_are_left(project):
    schemas = project / "schemas"
    assert run(project, "json-schema", "--out", "schemas").returncode == 0
    assert json.loads((schemas / "v_user.json").read_text())["title"] == "v_user"
    (schemas / "other.json").write_text("{}")
    (project / "sql/contract/v_user.contract").rename(project / "sql/contract/v_person.contract")
    person = project / "sql/contract/v_person.contract"
    person.write_text(person.read_text().replace("v_user", "v_person"))
    done = run(project, "json-schema", "--out", "schemas")
    assert sorted(done.stdout.splitlines()) == [
        "2 files changed.", "removed schemas/v_user.json", "schemas/v_person.json",
    ]  # fmt: skip
    assert names(schemas) == ["other.json", "v_person.json"]


def test_empty_file_of_somebody_else_is_left(project):
    run(project, "python")
    (project / "app/db/theirs.py").touch()
    assert run(project, "python", "--check").stdout == "All files are current.\n"
    assert run(project, "python").stdout == "No files changed.\n"
    assert (project / "app/db/theirs.py").exists()


def test_file_of_somebody_else_is_not_written_over(project):
    (project / "app/db").mkdir(parents=True)
    (project / "app/db/models.py").write_text("theirs = 1\n")
    done = run(project, "python")
    assert done.returncode == 2
    assert "models.py was not made by `toolkit codegen`. Choose a folder of its own" in done.stderr
    assert names(project / "app/db") == ["models.py"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["json-schema"], "Say where: --out FOLDER, or set tool.toolkit.codegen.json-schema"),
        (["python", "--out", "pyproject.toml"], "is a file"),
        (["ruby"], "No such command 'ruby'"),
        (["python", "--out", ""], "it is empty"),
    ],
)
def test_wrong_usage_is_told(project, arguments, words):
    done = run(project, *arguments)
    assert (done.returncode, words in done.stderr) == (2, True)


def test_without_a_contract_there_is_nothing_to_make_from(project):
    for path in (project / "sql/contract").iterdir():
        path.unlink()
    done = run(project, "python")
    assert done.returncode == 2
    assert "Run `toolkit contract update` first." in done.stderr


def test_check_command_looks_at_made_code(project):
    def check():
        command = [Path(sys.executable).parent / "toolkit", "check", "codegen"]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=60)

    assert check().stdout.count("is missing") == 7
    run(project, "python")
    done = check()
    assert (done.returncode, done.stdout) == (0, "codegen  made code compared: python\nNothing found.\n")
