"""The linter over whole trees: the project's own, and the first draft of the blog that it grew from."""

import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.core.settings import load_settings
from toolkit.lint.files import find_files
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

ROOT = Path(__file__).parents[3]
DRAFT = ROOT / "tests/cases/lint/first_blog.sql"
TOOLKIT = Path(sys.executable).with_name("toolkit")


def run(*arguments: str, cwd=ROOT, text=None):
    return subprocess.run(
        [TOOLKIT, *arguments], cwd=cwd, input=text, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_reference_package_is_clean_without_any_comment():
    settings = load_settings(ROOT)
    files = list(find_files([settings.sql, settings.migrations], settings))
    examined = lint_files(files, settings, select(settings))
    assert examined.findings == []
    assert examined.files > 30
    assert not any("toolkit: allow" in file.read_text() for file in files)


def test_the_first_draft_of_the_blog_has_the_defects_it_is_known_for(project):
    findings = lint_files([DRAFT], project, select(project, ("all",))).findings
    assert [(finding.code, finding.line) for finding in findings] == [
        ("N06", 7),  # a variable with the name of a column
        ("P04", 10),  # a look before the INSERT
        ("P01", 11),  # an error that only its text tells from others
        ("Q04", 48),  # a command that returns a boolean
        ("N04", 111),  # a function without its prefix
        ("Q07", 111),  # a refresh in a trigger
        ("Q05", 114),  # a concurrent refresh without a unique index
    ]


def test_the_command_line():
    done = run("lint", str(DRAFT), "--select", "P")
    assert done.returncode == 1
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith("tests/cases/lint/first_blog.sql:10:5 P04 a look into tb_user")
    assert second.startswith("    help: ")
    assert done.stdout.endswith("Found 0 errors and 2 warnings in 1 file (1 file checked).\n")
    assert "\x1b" not in done.stdout
    done = run("lint", cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_text_from_standard_input(tmp_path):
    done = run("lint", "-", "--stdin-filename", "sql/views/x.sql", cwd=tmp_path, text="SELECT (")
    assert done.returncode == 1
    assert done.stdout.startswith("sql/views/x.sql:1:9 X01 syntax error at end of input\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lint", "nowhere.sql"], "nowhere.sql"),
        (["lint", "--select", "Q99"], "There is no lint rule or family 'Q99'. `toolkit rule` lists them."),
        (["lint"], "/sql. Make it, set tool.toolkit.sql in pyproject.toml, or name files."),
        (["lint", "a.sql", "--stdin-filename", "b"], "goes with `-` alone"),
        (["rule", "J44"], "There is no lint rule J44. Did you mean"),
    ],
)
def test_wrong_usage_is_one_sentence(tmp_path, arguments, words):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_wrong_settings_are_not_passed_over(tmp_path):
    (tmp_path / "inner").mkdir()
    for text in ('[tool.toolkit.lint]\nselekt = "J"\n', "[tool.toolkit"):
        (tmp_path / "pyproject.toml").write_text(text)
        done = run("lint", "-", cwd=tmp_path / "inner", text="SELECT 1;")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1


def test_a_rule_is_explained():
    done = run("rule", "j04")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "J04 unique keys (error, on by default)\n\nWrite each key of a JSON object once."
    )
    assert "-- toolkit: allow J04 reason" in done.stdout
    assert "N06  - warning" in run("rule").stdout


def test_linting_imports_neither_a_driver_nor_alembic():
    code = (
        "import sys; from toolkit.cli.main import run\n"
        f"sys.argv = ['toolkit', 'lint', {str(DRAFT)!r}]\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'alembic', 'psycopg', 'rich', 'msgspec'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
