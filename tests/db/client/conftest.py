"""A database with every kind of routine, its contract, and both clients behind the words of one."""

import asyncio
import inspect
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from toolkit.checks.contracts import infer_contract
from toolkit.client import AsyncDatabase, Database
from toolkit.client.async_session import AsyncSession
from toolkit.core.settings import load_settings

SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
CODES = (
    '[rules.uq_author_email]\ncode = "DUPLICATE_EMAIL"\n'
    '[rules.uq_entry]\ncode = "DUPLICATE_ENTRY"\n'
    '[rules.rule_author_owner]\ncode = "FORBIDDEN"\n'
)
READER = "toolkit_client_reader"


class Blocking:
    """The asynchronous client behind the words of the synchronous one; its loop runs in another thread."""

    def __init__(self, loop, made) -> None:
        self._loop, self._made = loop, made

    def __getattr__(self, name: str) -> object:
        found = getattr(self._made, name)
        return lambda *given, **named: self._answer(found(*map(self._work, given), **named))

    def _work(self, given):
        """Turn the function that run() is given into one of a coroutine."""
        if not inspect.isfunction(given):
            return given

        async def work(session):
            return await asyncio.to_thread(given, Blocking(self._loop, session))

        return work

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def _answer(self, made):
        if isinstance(made, AsyncSession):
            return Blocking(self._loop, made)
        if hasattr(made, "__aenter__"):
            return self._inside(made)
        if hasattr(made, "__anext__"):
            return self._each(made)
        return self._wait(made) if inspect.iscoroutine(made) else made

    @contextmanager
    def _inside(self, manager):
        session = self._wait(manager.__aenter__())
        try:
            yield Blocking(self._loop, session)
        except BaseException as error:
            if not self._wait(manager.__aexit__(type(error), error, error.__traceback__)):
                raise
        else:
            self._wait(manager.__aexit__(None, None, None))

    def _each(self, generator):
        try:
            while True:
                try:
                    yield self._wait(generator.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self._wait(generator.aclose())


@pytest.fixture(scope="session")
def loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("client")
    (root / "pyproject.toml").write_text('[tool.toolkit]\nowner = "none"\n', encoding="utf-8")
    (root / "sql").mkdir()
    (root / "sql/errors.toml").write_text(CODES, encoding="utf-8")
    return load_settings(root)


@pytest.fixture(scope="session")
def prepared(scratch_by_major, project):
    """The template of the schema, and its contract."""

    def build(conninfo):
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(SCHEMA)

    template = scratch_by_major.template(SCHEMA, build)
    conninfo = scratch_by_major.clone(template)
    contract = infer_contract(conninfo, project).contract
    scratch_by_major.release(conninfo)
    return template, contract


@pytest.fixture(scope="session")
def contract(prepared):
    return prepared[1]


@pytest.fixture(scope="session")
def shared_url(scratch_by_major, prepared):
    """A database for tests that read only, or write what no other one looks at."""
    conninfo = scratch_by_major.clone(prepared[0])
    yield conninfo
    scratch_by_major.release(conninfo)


@pytest.fixture
def url(scratch_by_major, prepared):
    conninfo = scratch_by_major.clone(prepared[0])
    yield conninfo
    scratch_by_major.release(conninfo)


@pytest.fixture
def admin(url):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def reader_url(url, admin):
    """A session without rights over rows: a superuser reads past every policy."""
    admin.execute(
        f"DO $$ BEGIN CREATE ROLE {READER}; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}")
    return make_conninfo(url, options=f"-c role={READER}")


@pytest.fixture(scope="session", params=["sync", "async"])
def make(request, loop, contract):
    """Make a client of either kind, with the contract."""

    def make(target, **options: object):
        options = {"contract": contract, "wait": 5, **options}
        if request.param == "sync":
            return Database(target, **options)

        async def made():
            return AsyncDatabase(target, **options)

        return Blocking(loop, asyncio.run_coroutine_threadsafe(made(), loop).result(60))

    make.kind = request.param
    return make


@pytest.fixture
def connect(make):
    """Make a client that is closed after the test."""
    with ExitStack() as closing:

        def connect(target, **options: object):
            database = make(target, **options)
            closing.callback(database.close)
            return database

        yield connect


@pytest.fixture
def outside(make, loop):
    """Open pools and connections of a service, of the kind of the client; closed after the test."""
    opened = []

    def wait(made):
        if inspect.iscoroutine(made):
            return asyncio.run_coroutine_threadsafe(made, loop).result(60)
        return made

    def open_(what: str, url: str, **options: object):
        if make.kind == "sync":
            made = (
                ConnectionPool(url, open=True, **options)
                if what == "pool"
                else psycopg.connect(url, **options)
            )
        elif what == "pool":

            async def pool():
                made = AsyncConnectionPool(url, open=False, **options)
                await made.open(wait=True)
                return made

            made = wait(pool())
        else:
            made = wait(psycopg.AsyncConnection.connect(url, **options))
        opened.append(made)
        return made

    open_.wait = wait
    yield open_
    for made in opened:
        wait(made.close())


@pytest.fixture
def db(connect, url):
    """A client of a database that is the test's own."""
    return connect(url)


@pytest.fixture(scope="session")
def shared(make, shared_url):
    """A client of the database that all tests read."""
    database = make(shared_url)
    yield database
    database.close()
