"""A database with every kind of routine, its contract, and both clients behind the words of one."""

import asyncio
import inspect
import threading
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

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


@pytest.fixture(params=["sync", "async"])
def connect(request, loop, contract):
    """Make a client of either kind, with the contract; closed after the test."""
    made = []

    def connect(target, **options: object):
        options = {"contract": contract, **options}
        if request.param == "sync":
            made.append(Database(target, **options))
        else:

            async def make():
                return AsyncDatabase(target, **options)

            made.append(Blocking(loop, asyncio.run_coroutine_threadsafe(make(), loop).result(60)))
        return made[-1]

    connect.kind = request.param
    yield connect
    for database in made:
        database.close()


@pytest.fixture
def db(connect, url):
    return connect(url)
