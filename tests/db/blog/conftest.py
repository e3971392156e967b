"""A blog of one's own: a database migrated to head, cloned for each test on each PostgreSQL."""

import asyncio
import importlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
from alembic.command import downgrade, upgrade
from alembic.config import Config
from psycopg import sql
from psycopg.conninfo import make_conninfo

from toolkit.client.errors import ClientError

ROOT = Path(__file__).parents[3]
CONTENT = "So long that the check on the length of a post has nothing to say."
POST = {"title": "Notes", "content": CONTENT}
LOGIN = "toolkit_blog_service"
# A member of two groups, as a service logs in. Roles are the server's: other tests make it at the same time.
MAKE_LOGIN = f"""
DO $$ BEGIN
    CREATE ROLE {LOGIN};
    GRANT cqrs_read, cqrs_command TO {LOGIN};
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def run_alembic(command, conninfo, revision):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", conninfo)
        command(Config(ROOT / "alembic.ini"), revision)


@pytest.fixture(scope="session")
def blog_template(scratch_by_major):
    files = [ROOT / "sql/roles.sql", *sorted((ROOT / "migrations/versions").glob("*.up.sql"))]
    key = "".join(file.read_text(encoding="utf-8") for file in files)
    return scratch_by_major.template(key, lambda conninfo: run_alembic(upgrade, conninfo, "head"))


@pytest.fixture
def blog_url(scratch_by_major, blog_template):
    conninfo = scratch_by_major.clone(blog_template)
    yield conninfo
    scratch_by_major.release(conninfo)


@pytest.fixture
def blog(blog_url):
    """An administrator's connection, each statement a transaction of its own."""
    with psycopg.connect(blog_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def go_up(blog_url):
    return partial(run_alembic, upgrade, blog_url)


@pytest.fixture
def go_down(blog_url):
    return partial(run_alembic, downgrade, blog_url)


@pytest.fixture
def call(blog):
    """Call a function as a member of cqrs_command does, with or without a user signed in."""

    def call(function, *, actor=None, role="cqrs_command", on=blog, **arguments: object):
        statement = sql.SQL("SELECT {}({})").format(
            sql.Identifier(function),
            sql.SQL(", ").join(
                sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in arguments
            ),
        )
        with on.transaction():
            on.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
            if actor is not None:
                on.execute("SELECT set_config('app.user_id', %s, true)", [str(actor)])
            return on.execute(statement, arguments).fetchone()[0]

    return call


@pytest.fixture
def breaks():
    """A block that must break one rule: by SQLSTATE and name, with the words that callers look for."""

    @contextmanager
    def breaks(rule, sqlstate, words=""):
        with pytest.raises(psycopg.Error) as caught:
            yield
        assert (caught.value.diag.constraint_name, caught.value.sqlstate) == (rule, sqlstate)
        assert words in caught.value.diag.message_primary

    return breaks


@pytest.fixture
def ada(call):
    return call("fn_create_user", p_name="Ada", p_email="ada@example.org")


@pytest.fixture
def bob(call):
    return call("fn_create_user", p_name="Bob", p_email="bob@example.org")


@pytest.fixture
def draft(call, ada):
    """A draft of Ada's."""
    return call("fn_create_post", actor=ada, p_title="Notes", p_content=CONTENT, p_tags=["engine", "poetry"])


@pytest.fixture
def published(call, ada, draft):
    call("fn_publish_post", actor=ada, p_post_id=draft)
    return draft


@pytest.fixture
def events(blog):
    """The events of one aggregate, in order."""

    def events(aggregate):
        rows = blog.execute(
            "SELECT event_type FROM tb_domain_events WHERE aggregate_id = %s ORDER BY seq", [aggregate]
        )
        return [event for (event,) in rows]

    return events


@pytest.fixture
def at_once(blog_url):
    """Run functions of a connection at once, each in a thread of its own; returns results and errors."""

    def at_once(functions):
        start = threading.Barrier(len(functions))

        def run(function):
            with psycopg.connect(blog_url, autocommit=True) as connection:
                start.wait(timeout=30)
                try:
                    return function(connection)
                except psycopg.Error as error:
                    return error

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(run, functions))

    return at_once


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """The folder of the package blog_db, as `toolkit codegen` makes it for the service."""
    folder = tmp_path_factory.mktemp("service")
    command = [Path(sys.executable).with_name("toolkit"), "codegen", "python", "--out", folder / "blog_db"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="session")
def web(generated):
    """The example service."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(generated)
        yield importlib.import_module("tests.service.web")


class Service:
    """The running service; its loop runs while it is asked.

    db: what it calls the database with. raised: the errors that it has answered with.
    """

    def __init__(self, runner, app, client, raised) -> None:
        self._client, self._tokens = client, app.state.tokens
        self.run, self.db, self.raised = runner.run, app.state.db, raised

    def ask(self, method, path, *, token=None, **content: object):
        return self.run(self.send(method, path, token, **content))

    async def send(self, method, path, token=None, **content: object):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._client.request(method, path, headers=headers, json=content or None)

    def refused(self, *question: object, **content: object):
        """Return the status and the code of an answer that must be an error."""
        answer = self.ask(*question, **content)
        assert set(answer.json()) == {"code", "message", "faults"}
        return answer.status_code, answer.json()["code"]

    def sign_up(self, name):
        """Create a user who is signed in with the name as the token; return the id."""
        made = self.ask("POST", "/users", name=name, email=f"{name}@example.org").json()
        return self.sign_in(name, made["id"])

    def sign_in(self, token, user_id):
        self._tokens[token] = user_id
        return user_id

    def draft(self, token):
        return self.ask("POST", "/posts", token=token, **POST).json()["id"]


@pytest.fixture
def service(web, blog_url, blog):
    blog.execute(MAKE_LOGIN)
    app = web.create_app(make_conninfo(blog_url, options=f"-c role={LOGIN}"), {})
    raised = []

    async def refuse(request, error):
        raised.append(error)
        return await web.refuse(request, error)

    app.exception_handlers[ClientError] = refuse
    with asyncio.Runner() as runner:
        running = app.router.lifespan_context(app)
        runner.run(running.__aenter__())
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://service")
        yield Service(runner, app, client, raised)
        runner.run(client.aclose())
        runner.run(running.__aexit__(None, None, None))
