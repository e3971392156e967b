"""The limits that keep the code readable, and what short ways may not import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "toolkit").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LONGEST_FUNCTION, LONGEST_FILE, MOST_OPTIONS = 60, 400, 12
VAGUE = {"utils", "helpers", "manager", "common"}


def breaches(path, text):
    """Return what in a file breaks a limit, with the line."""
    tree = ast.parse(text)
    if path.stem in VAGUE:
        yield f"{path}: a name that says nothing"
    if text.count("\n") > LONGEST_FILE:
        yield f"{path}: longer than {LONGEST_FILE} lines"
    for node in ast.walk(tree):
        place = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ExceptHandler) and catches_everything(node):
            yield f"{place}: catches everything"
        if isinstance(node, FUNCTIONS):
            if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION:
                yield f"{place}: function longer than {LONGEST_FUNCTION} lines"
            if sum(is_option(decorator) for decorator in node.decorator_list) > MOST_OPTIONS:
                yield f"{place}: command with more than {MOST_OPTIONS} options"
            if "cli" not in path.parts and any(
                isinstance(part, ast.Import | ast.ImportFrom) for part in ast.walk(node)
            ):
                yield f"{place}: import inside a function"


def catches_everything(handler):
    """Return whether any error ends here; what is to be undone after all of them is for an ExitStack."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {ast.unparse(kind) if kind else "" for kind in types}
    return bool(names & {"", "Exception", "BaseException"})


def is_option(decorator):
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("option")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_file_keeps_the_limits(path):
    assert list(breaches(path.relative_to(ROOT), path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("name", "text", "breach"),
    [
        ("toolkit/utils.py", "", "a name that says nothing"),
        ("toolkit/a.py", "\n" * 401, "longer than 400 lines"),
        ("toolkit/a.py", "def f():\n" + "    pass\n" * 60, "function longer than 60 lines"),
        ("toolkit/a.py", "try:\n    f()\nexcept:\n    pass", "catches everything"),
        ("toolkit/a.py", "try:\n    f()\nexcept (OSError, Exception):\n    pass", "catches everything"),
        ("toolkit/a.py", "try:\n    f()\nexcept BaseException:\n    raise", "catches everything"),
        ("toolkit/a.py", "def f():\n    import os", "import inside a function"),
        (
            "toolkit/cli/a.py",
            "@click.option('--x')\n" * 13 + "def f(): pass",
            "command with more than 12 options",
        ),
    ],
)
def test_breach_of_a_limit_is_seen(name, text, breach):
    (found,) = breaches(Path(name), text)
    assert found.endswith(breach)


def test_code_within_the_limits_is_fine():
    text = "def f():\n" + "    pass\n" * 59 + "try:\n    f()\nexcept OSError:\n    pass\n"
    assert list(breaches(Path("toolkit/a.py"), text)) == []
    assert list(breaches(Path("toolkit/cli/a.py"), "def f():\n    import os\n")) == []


def loaded_after(code):
    """Return the top-level packages that a Python of its own has imported after `code`."""
    child = f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", child], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_imports_nothing_heavy():
    code = (
        "from toolkit.cli import main\nsys.argv = ['toolkit', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    assert loaded_after(code) & {"alembic", "sqlalchemy", "pglast", "pgdumplib", "psycopg", "rich"} == set()


def test_reading_the_state_of_a_database_imports_nothing_heavy():
    code = "import toolkit.migrate.status, toolkit.source.revisions, toolkit.server.target"
    assert loaded_after(code) & {"alembic", "sqlalchemy", "pglast", "pgdumplib", "rich"} == set()


def test_packages_import_nothing_by_themselves():
    packages = ", ".join(
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in FILES
        if path.name == "__init__.py" and path.parent.name != "client"  # what a service imports is all of it
    )
    assert loaded_after(f"import {packages}") & {
        "alembic", "sqlalchemy", "pglast", "pgdumplib", "psycopg", "click", "rich", "msgspec",
    } == set()  # fmt: skip


def test_client_imports_what_a_base_install_has():
    code = "import toolkit.client, toolkit.client.typed"
    loaded = loaded_after(code)
    assert loaded & {
        "alembic", "sqlalchemy", "pglast", "pgdumplib", "click", "rich", "pytest", "pydantic",
    } == set()  # fmt: skip
    assert {"psycopg", "psycopg_pool", "msgspec"} <= loaded


def test_synchronous_client_is_made_from_the_asynchronous_one():
    made = subprocess.run(
        [sys.executable, ROOT / "tools/sync_client.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
