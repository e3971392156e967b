"""What a service installs: the wheel without extras, in a virtual environment with nothing else."""

import importlib.metadata
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# The base install, and psycopg's own libpq, which a service chooses for itself.
NEEDED = ("psycopg", "psycopg-pool", "msgspec", "typing-extensions", "psycopg-binary")
SERVICE = """
import importlib.util, json, sys
from blog_db import CONTRACT, ERRORS, Database, commands, errors, queries

with Database(sys.argv[1], contract=CONTRACT, errors=ERRORS) as db:
    user_id = commands.create_user(db, name="Ada", email="ada@example.org")
    try:
        commands.create_user(db, name="Eve", email="ADA@example.org")
    except errors.DuplicateEmail as error:
        code = error.code
    user = queries.user_with_stats.find_one(db, {"id": user_id})
heavy = ("pglast", "alembic", "sqlalchemy", "click", "rich", "pytest", "hypothesis", "pgdumplib")
print(json.dumps([code, user.email, [name for name in heavy if importlib.util.find_spec(name)]]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a copy, so that the build leaves nothing in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "toolkit", folder / "toolkit", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
    subprocess.run([*build, "--outdir", folder / "dist", folder], check=True, capture_output=True)
    (wheel,) = (folder / "dist").iterdir()
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of an environment that has the wheel and what it says that it needs."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin/python"
    shown = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    site = Path(shown.stdout.strip())
    for name in NEEDED:
        found = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            source = Path(found.locate_file(top))
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, site / top)
    pip = [sys.executable, "-m", "pip", "--python", python]
    offline = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *offline, wheel], check=True, capture_output=True)
    checked = subprocess.run([*pip, "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    return python


def test_client_and_generated_package_work_without_the_tools(python, blog_url, generated, tmp_path):
    (tmp_path / "service.py").write_text(SERVICE)
    shutil.copytree(generated / "blog_db", tmp_path / "blog_db")
    done = subprocess.run(
        [python, tmp_path / "service.py", blog_url], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == ["DUPLICATE_EMAIL", "ada@example.org", []]


def test_command_line_of_the_base_install_says_what_is_missing(python):
    done = subprocess.run(
        [python.with_name("toolkit"), "migrate"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'cqrs-toolkit[cli]'" in done.stderr
