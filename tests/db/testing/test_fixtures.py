"""The fixtures, in a project's own test suite."""

import os
import re
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from toolkit.server.scratch import open_scratch
from toolkit.testing.databases import Lease

TESTS = """
import asyncio
from uuid import uuid4

import psycopg
import pytest

from toolkit.client.errors import ClientError
from toolkit.errors import RightMissing

ADD = "SELECT fn_add_book(%s)"
COUNT = "SELECT count(*) FROM tb_book"


@pytest.mark.parametrize("turn", range(3))
def test_each_begins_empty(database, turn):
    assert database.execute(COUNT).fetchone() == (0,)
    database.execute(ADD, ["one"])
    assert database.execute(COUNT).fetchone() == (1,)


def test_error_does_not_last(database):
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.execute("INSERT INTO tb_book (title) VALUES ('a'), ('a')")


def test_still_empty(database):
    assert database.execute(COUNT).fetchone() == (0,)


def test_commit_is_refused(database):
    with pytest.raises(psycopg.ProgrammingError):
        database.commit()


def test_closed_by_the_test(database):
    database.close()


@pytest.mark.parametrize("turn", range(2))
def test_own_database_takes_commits(fresh_database, turn):
    with psycopg.connect(fresh_database) as connection:
        assert connection.execute(COUNT).fetchone() == (0,)
        connection.execute(ADD, ["one"])


def test_roles_have_their_rights(database, as_role):
    with as_role("sample_command", "00000000-0000-4000-8000-000000000000"):
        database.execute(ADD, ["mine"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction():
            database.execute(COUNT)
    with as_role("sample_read"):
        assert database.execute("SELECT data->>'title' FROM v_book").fetchall() == [("mine",)]
    row = database.execute("SELECT owner_id::text, current_user = session_user FROM tb_book").fetchone()
    assert row == ("00000000-0000-4000-8000-000000000000", True)


def test_role_ends_with_an_error(database, as_role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), as_role("sample_read"):
        database.execute(COUNT)
    assert database.execute(COUNT).fetchone() == (0,)


def test_role_that_is_none(database, as_role):
    with pytest.raises(RightMissing) as caught, as_role("nope"):
        pass
    assert str(caught.value) == (
        'The role nope can\\'t be taken: role "nope" does not exist.'
        " Name one of [tool.toolkit.roles], or one that sql/roles.sql makes."
    )
    assert database.execute(COUNT).fetchone() == (0,)


def test_role_inside_of_a_role_ends_with_the_outer_one(database, as_role):
    acting = "SELECT current_setting('app.user_id') AS actor, current_user::text AS role"
    database.row_factory = psycopg.rows.dict_row
    with as_role("sample_command", "1"):
        with as_role("sample_read", "2"):
            assert database.execute(acting).fetchone() == {"actor": "2", "role": "sample_read"}
        assert database.execute(acting).fetchone() == {"actor": "1", "role": "sample_command"}


def test_rows_of_the_test_before_are_no_matter(database):
    assert database.execute(COUNT).fetchone() == (0,)


def test_client_takes_part_in_the_transaction(database, database_client, as_role):
    with as_role("sample_command"):
        id_ = database_client.as_user(uuid4()).call_function("fn_add_book", p_title="by the client")
    with as_role("sample_read"):
        assert database_client.find_one("v_book", {"id": id_})["title"] == "by the client"
    with pytest.raises(ClientError) as caught, database_client.transaction() as inner:
        inner.call_function("fn_drop_book", p_book_id=uuid4())
    assert caught.value.code == "NOT_FOUND"
    assert database.execute(COUNT).fetchone() == (1,)


def test_client_without_waiting(async_database_client):
    async def work():
        async with async_database_client as client:
            await client.call_function("fn_add_book", p_title="one")
            return await client.count("v_book")

    assert asyncio.run(work()) == 1


def test_deferred_constraint_is_asked(database):
    database.execute("CREATE TABLE tb_a (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    database.execute("INSERT INTO tb_a VALUES (1), (1)")
"""
FAILING = """
import psycopg


def test_shared(database):
    database.execute("SELECT fn_add_book('shared')")
    assert False


def test_of_its_own(fresh_database):
    with psycopg.connect(fresh_database) as connection:
        connection.execute("SELECT fn_add_book('own')")
    assert False


def test_after_that(database):
    assert database.execute("SELECT count(*) FROM tb_book").fetchone() == (0,)
"""


def pytest_of(root, *options: str, text: str = TESTS):
    """Return the arguments of subprocess that run a project's tests."""
    (root / "test_books.py").write_text(text)
    return {
        "args": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "test_books.py"],
        "cwd": root,
        "env": {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "text": True,
    }


def ended(outcomes: str) -> dict[str, int]:
    (line,) = re.findall(r"^=*.*(?:passed|failed).* in .*$", outcomes, re.MULTILINE)
    return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", line)}


@pytest.mark.parametrize("options", [(), ("-n2",)], ids=["alone", "xdist"])
def test_each_test_has_its_database(sample, options):
    done = subprocess.run(**pytest_of(sample, *options), capture_output=True, check=False, timeout=120)
    assert ended(done.stdout) == {"passed": 17, "error": 1}, done.stdout
    assert "UniqueViolation" in done.stdout  # what was deferred
    assert "test_deferred_constraint_is_asked" in done.stdout


def test_databases_of_failed_tests_are_kept(sample):
    done = subprocess.run(
        **pytest_of(sample, "--toolkit-keep", text=FAILING), capture_output=True, check=False, timeout=120
    )
    assert ended(done.stdout) == {"failed": 2, "passed": 1}, done.stdout
    (keeper,) = set(re.findall(r"until: kill (\d+)", done.stdout))
    try:
        shared, own = re.findall(r'psql "(.*)"', done.stdout)
        for conninfo, title in ((shared, "shared"), (own, "own")):
            with psycopg.connect(conninfo) as connection:
                assert connection.execute("SELECT title FROM tb_book").fetchall() == [(title,)]
    finally:
        os.kill(int(keeper), signal.SIGKILL)


def test_password_of_the_server_is_not_shown():
    told = Lease("host=db.example user=ada password=geheim dbname=a", lambda: "It stays.").keep()
    assert re.fullmatch(r'psql "user=ada host=db.example dbname=toolkit_kept_\w+"\nIt stays\.', told)


COUNTING = """
from functools import wraps
from pathlib import Path

from toolkit.checks.run import CHECKS


def noted(name, check):
    @wraps(check)
    def run(project):
        with (Path(__file__).parent / "ran").open("a") as file:
            file.write(f"{name} ")
        return check(project)
    return run


CHECKS |= {name: noted(name, check) for name, check in CHECKS.items()}
"""


def test_workers_find_out_once_what_all_want_to_know(sample, tmp_path_factory):
    (sample / "conftest.py").write_text(COUNTING)
    view = sample / "sql/views/v_book.sql"
    view.write_text(view.read_text().replace("'pages', pages", "'page_count', pages"))
    run = pytest_of(sample, "-n2", "sql", "migrations")
    common = tmp_path_factory.mktemp("common")
    run["env"]["TMPDIR"] = str(common)
    done = subprocess.run(**run, capture_output=True, check=False, timeout=120)
    failed = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    assert sorted(failed) == ["migrations/env.py::head", "sql/views/v_book.sql::contract"], done.stdout
    ran = (sample / "ran").read_text().split()
    assert sorted(ran) == [
        "arguments", "bodies", "contract", "documents", "errors", "head", "lint", "load", "reach"
    ]  # fmt: skip
    assert list(common.glob("cqrs-toolkit-run-*")) == []


def test_killed_run_leaves_nothing(sample, scratch):
    text = """
import time


def test_long(fresh_database):
    print(fresh_database, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen(**pytest_of(sample, "-s", "-q", text=text), stdout=subprocess.PIPE) as process:
        conninfo = next(line for line in process.stdout if "dbname" in line or "postgres" in line).strip()
        process.kill()
    name = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    assert name.startswith("toolkit_scratch_")
    with psycopg.connect(
        psycopg.conninfo.make_conninfo(conninfo, dbname="postgres"), autocommit=True
    ) as server:
        for _ in range(200):
            with open_scratch():  # whoever comes next drops what was left
                there = server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
            if there is None:
                return
            time.sleep(0.1)
    pytest.fail(f"{name} is still there")


def test_project_without_what_the_plugin_needs(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'a'\nversion = '1'\n")
    text = "def test_a(database):\n    pass\n"
    done = subprocess.run(**pytest_of(tmp_path, text=text), capture_output=True, check=False, timeout=120)
    assert "No pyproject.toml with a [tool.toolkit] table at or above" in done.stdout
    assert "settings.py" not in done.stdout  # where it was raised
