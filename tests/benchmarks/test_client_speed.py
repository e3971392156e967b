"""What the client costs beside psycopg on the same pool, and beside SQLAlchemy.

Yardsticks get the same SQL with the same casts, and decode as psycopg does by itself.
"""

import asyncio
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import psycopg
import pytest
import sqlalchemy
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from sqlalchemy.orm import Session

from toolkit.checks.contracts import infer_contract
from toolkit.client import AsyncDatabase, Database
from toolkit.codegen.python import Source, python_package
from toolkit.core.settings import load_settings

pytestmark = pytest.mark.benchmark

ROWS = 10_000
SCHEMA = f"""
    CREATE TABLE tb_user (
        id integer PRIMARY KEY, name text NOT NULL, email text NOT NULL, posts integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO tb_user SELECT n, 'User number ' || n, 'user' || n || '@example.org', n % 7
    FROM generate_series(1, {ROWS}) AS n;
    CREATE VIEW v_user AS SELECT id, jsonb_build_object(
        'id', id, 'name', name, 'email', email, 'posts', posts, 'createdAt', created_at
    ) AS data FROM tb_user;
    CREATE FUNCTION fn_echo(p_text text, p_number bigint) RETURNS text LANGUAGE sql VOLATILE
    AS $$ SELECT p_text $$;
    CREATE FUNCTION fn_rename_user(p_id integer, p_name text) RETURNS integer LANGUAGE sql VOLATILE
    AS $$ UPDATE tb_user SET name = p_name WHERE id = p_id RETURNING id $$;
"""
ECHO = "SELECT public.fn_echo(p_text => %s::text, p_number => %s::bigint)"
RENAME = "SELECT public.fn_rename_user(p_id => %s::integer, p_name => %s::text)"
ONE = "SELECT data FROM public.v_user WHERE id = %s::integer LIMIT 1"
MANY = "SELECT data FROM public.v_user ORDER BY id LIMIT %s"
CALLERS = [1, 4, 16, 64]
CALLS = 20  # few at once: a sample is no longer than the machine leaves us alone


class User(msgspec.Struct):
    id: int
    name: str
    email: str
    posts: int
    createdAt: str  # noqa: N815 - the key of the document


@pytest.fixture
def url(scratch, tmp_path) -> Iterator[str]:
    def build(conninfo: str) -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(SCHEMA)
            connection.execute("VACUUM ANALYZE")

    conninfo = scratch.clone(scratch.template(SCHEMA, build))
    yield conninfo
    scratch.release(conninfo)


@pytest.fixture
def contract(url, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.toolkit]\n", encoding="utf-8")
    return infer_contract(url, load_settings(tmp_path)).contract


@pytest.fixture
def commands(contract, tmp_path, monkeypatch):
    """The commands of a generated package."""
    for name, text in python_package(Source(contract)).items():
        (tmp_path / "blog_db").mkdir(exist_ok=True)
        (tmp_path / "blog_db" / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "blog_db"]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("blog_db.commands")


@pytest.fixture
def pool(url) -> Iterator[ConnectionPool]:
    with ConnectionPool(url, min_size=16, max_size=16, kwargs={"autocommit": True}) as pool:
        pool.wait()
        yield pool


@pytest.fixture
def db(pool, contract) -> Database:
    return Database(pool, contract=contract)


def repeat(action: Callable[[int], object], times: int = CALLS) -> Callable[[], None]:
    def run() -> None:
        for number in range(1, times + 1):
            action(number)

    return run


def raw(pool: ConnectionPool, sql: str, one: bool = True) -> Callable[..., Any]:  # noqa: FBT001, FBT002
    def ask(*values: object) -> Any:  # noqa: ANN401
        with pool.connection() as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchone()[0] if one else [row[0] for row in cursor.fetchall()]

    return ask


PAIRS = {
    "dynamic call": (
        1.05,
        CALLS,
        lambda db, _: lambda n: db.call_function("fn_echo", p_text="Ada", p_number=n),
        (ECHO, lambda ask: lambda n: ask("Ada", n), True),
    ),
    "generated call": (
        1.02,
        CALLS,
        lambda db, commands: lambda n: commands.echo(db, text="Ada", number=n),
        (ECHO, lambda ask: lambda n: ask("Ada", n), True),
    ),
    "find_one": (
        1.02,
        CALLS,
        lambda db, _: lambda n: db.find_one("v_user", {"id": n}),
        (ONE, lambda ask: ask, True),
    ),
    "find_one, Struct": (
        1.02,
        CALLS,
        lambda db, _: lambda n: db.find_one("v_user", {"id": n}, into=User),
        (ONE, lambda ask: ask, True),
    ),
    "100 rows": (
        0.8,
        5,
        lambda db, _: lambda _: db.find("v_user", limit=100),
        (MANY, lambda ask: lambda _: ask(100), False),
    ),
    "100 rows, Struct": (
        0.8,
        5,
        lambda db, _: lambda _: db.find("v_user", limit=100, into=User),
        (MANY, lambda ask: lambda _: ask(100), False),
    ),
    "100 rows, bytes": (
        0.65,
        5,
        lambda db, _: lambda _: db.find("v_user", limit=100, into=bytes),
        (MANY, lambda ask: lambda _: ask(100), False),
    ),
    "10,000 rows": (
        0.6,
        1,
        lambda db, _: lambda _: db.find("v_user", limit=ROWS),
        (MANY, lambda ask: lambda _: ask(ROWS), False),
    ),
    "10,000 rows, Struct": (
        0.6,
        1,
        lambda db, _: lambda _: db.find("v_user", limit=ROWS, into=User),
        (MANY, lambda ask: lambda _: ask(ROWS), False),
    ),
    "10,000 rows, bytes": (
        0.5,
        1,
        lambda db, _: lambda _: db.find("v_user", limit=ROWS, into=bytes),
        (MANY, lambda ask: lambda _: ask(ROWS), False),
    ),
}


@pytest.mark.parametrize("title", PAIRS)
def test_synchronous_client(title, db, commands, pool, compare):
    bar, times, ours, (sql, theirs, one) = PAIRS[title]
    call, ask = ours(db, commands), theirs(raw(pool, sql, one))
    assert call(7) == ask(7) or "bytes" in title or "Struct" in title
    compare(
        f"{title} against psycopg, {times} each",
        repeat(call, times),
        repeat(ask, times),
        bar=bar,
        rounds=300 if times > 1 else 50,
    )


async def asynchronous(url, contract, sql: str, one: bool) -> Any:  # noqa: ANN401, FBT001
    """Return a pool, the client over it, and what asks by psycopg."""
    pool = AsyncConnectionPool(url, min_size=16, max_size=16, kwargs={"autocommit": True}, open=False)
    await pool.open(wait=True)

    async def ask(*values: object) -> Any:  # noqa: ANN401
        async with pool.connection() as connection:
            cursor = await connection.execute(sql, values)
            if one:
                return (await cursor.fetchone())[0]
            return [row[0] for row in await cursor.fetchall()]

    return pool, AsyncDatabase(pool, contract=contract), ask


@pytest.mark.parametrize("title", PAIRS)
def test_asynchronous_client(title, url, contract, commands, compare):
    bar, times, ours, (sql, theirs, one) = PAIRS[title]
    times *= 4 if times > 1 else 1  # to begin to run is much of a small sample
    with asyncio.Runner() as runner:
        pool, db, ask = runner.run(asynchronous(url, contract, sql, one))

        def repeated(action: Callable[[int], Any]) -> Callable[[], None]:
            async def run() -> None:
                for number in range(1, times + 1):
                    await action(number)

            return lambda: runner.run(run())

        compare(
            f"{title} against async psycopg, {times} each",
            repeated(ours(db, commands)),
            repeated(theirs(ask)),
            bar=bar,
            rounds=100 if times > 1 else 50,
        )
        runner.run(pool.close())


@pytest.mark.parametrize("callers", CALLERS)
def test_concurrent_callers(callers, db, pool, compare):
    ask = raw(pool, ONE)

    def all_at_once(action: Callable[[int], object]) -> Callable[[], None]:
        return lambda: list(threads.map(lambda _: repeat(action, 640 // callers)(), range(callers)))

    with ThreadPoolExecutor(callers) as threads:
        compare(
            f"{callers} threads with find_one against psycopg, 640 calls",
            all_at_once(lambda n: db.find_one("v_user", {"id": n})),
            all_at_once(ask),
            bar=1.05,
            rounds=50,
        )


@pytest.mark.parametrize("callers", CALLERS)
def test_concurrent_asynchronous_callers(callers, url, contract, compare):
    with asyncio.Runner() as runner:
        pool, db, ask = runner.run(asynchronous(url, contract, ONE, one=True))

        def all_at_once(action: Callable[[int], Any]) -> Callable[[], None]:
            async def caller() -> None:
                for number in range(1, 640 // callers + 1):
                    await action(number)

            async def run() -> None:
                await asyncio.gather(*(caller() for _ in range(callers)))

            return lambda: runner.run(run())

        compare(
            f"{callers} tasks with find_one against async psycopg, 640 calls",
            all_at_once(lambda n: db.find_one("v_user", {"id": n})),
            all_at_once(ask),
            bar=1.05,
            rounds=50,
        )
        runner.run(pool.close())


def test_one_row_against_sqlalchemy(url, contract, compare):
    """All read the same document by id, each through its default pool: one connection for one caller."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**parts))
    table = sqlalchemy.Table("v_user", sqlalchemy.MetaData(), autoload_with=engine)
    wanted = sqlalchemy.select(table.c.data).where(table.c.id == sqlalchemy.bindparam("id")).limit(1)

    def core(number: int) -> object:
        with engine.begin() as connection:
            return connection.execute(wanted, {"id": number}).scalar_one()

    Entity = type("Entity", (), {})  # noqa: N806 - a class
    sqlalchemy.orm.registry().map_imperatively(Entity, table, primary_key=[table.c.id])

    def orm(number: int) -> object:
        with Session(engine) as session, session.begin():
            return session.get(Entity, number).data

    with Database(url, contract=contract) as db:
        assert db.find_one("v_user", {"id": 7}) == core(7) == orm(7)
        ours = repeat(lambda n: db.find_one("v_user", {"id": n}))
        compare("find_one against SQLAlchemy Core", ours, repeat(core), bar=0.5, rounds=300)
        compare("find_one against SQLAlchemy ORM", ours, repeat(orm), bar=0.3, rounds=300)
    engine.dispose()


def test_import(compare):
    def child(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    compare(
        "import of toolkit.client against psycopg and psycopg_pool, with the start of Python",
        child("import toolkit.client"),
        child("import psycopg, psycopg_pool"),
        bar=1.3,
    )
