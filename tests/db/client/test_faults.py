"""Connections lost at every step, and migrations under live clients: nothing wrong, nothing twice."""

import asyncio
import threading
import time

import psycopg
import pytest

from toolkit.client import AsyncDatabase
from toolkit.client.errors import OutcomeUnknown, Unavailable

LOCK = 4711
WAITERS = """
    SELECT count(pg_terminate_backend(l.pid))
    FROM pg_locks AS l INNER JOIN pg_database AS d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted
"""
SLOW = f"""
    CREATE OR REPLACE FUNCTION fn_nothing(p_text text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        INSERT INTO tb_author (name, email) VALUES ('x', p_text);
        PERFORM pg_advisory_xact_lock({LOCK});
    END $$
"""
SLOW_COMMIT = f"""
    CREATE FUNCTION tg_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock({LOCK});
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER tg_wait AFTER INSERT ON tb_author DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION tg_wait()
"""


def authors(admin):
    return admin.execute("SELECT count(*) FROM tb_author").fetchone()[0]


@pytest.fixture
def killed(url, admin):
    """Run something whose backend is ended while it waits; return the error that it gives."""

    def run(action):
        errors = []

        def act():
            try:
                action()
            except Exception as error:  # noqa: BLE001 - of another thread
                errors.append(error)

        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            thread = threading.Thread(target=act)
            thread.start()
            deadline = time.monotonic() + 20
            while admin.execute(WAITERS).fetchone() == (0,):
                assert thread.is_alive(), errors
                assert time.monotonic() < deadline
            thread.join()
        (error,) = errors
        return error

    return run


def test_backend_killed_in_a_call_that_writes(db, admin, killed):
    admin.execute(SLOW)
    error = killed(lambda: db.call_function("fn_nothing", p_text="a"))
    assert type(error) is OutcomeUnknown
    assert authors(admin) == 0
    db.call_function("fn_nothing", p_text="a")
    assert authors(admin) == 1


def test_backend_killed_in_a_transaction(db, admin, killed):
    admin.execute(SLOW)
    attempts = []

    def work(tx):
        attempts.append(1)
        tx.call_function("fn_nothing", p_text="a")

    error = killed(lambda: db.run(work))
    assert (type(error), len(attempts)) == (Unavailable, 1)
    db.run(work)
    assert authors(admin) == 1


def test_backend_killed_while_committing(db, admin, killed):
    admin.execute(SLOW_COMMIT)
    attempts = []

    def work(tx):
        attempts.append(1)
        tx.call_function("fn_add_author", p_name="A", p_email="a")

    error = killed(lambda: db.run(work))
    assert (type(error), len(attempts)) == (OutcomeUnknown, 1)
    assert type(killed(lambda: db.call_function("fn_add_author", p_name="A", p_email="a"))) is OutcomeUnknown
    assert authors(admin) == 0
    db.run(work)
    assert authors(admin) == 1


def test_backend_killed_between_the_calls_of_a_transaction(db, admin):
    with pytest.raises(Unavailable) as caught, db.transaction() as tx:
        pid = tx.call_function("fn_backend")
        tx.call_function("fn_add_author", p_name="A", p_email="a")
        admin.execute("SELECT pg_terminate_backend(%s, 20000)", [pid])
        tx.call_function("fn_add_author", p_name="B", p_email="b")
    assert type(caught.value) is Unavailable
    with pytest.raises(OutcomeUnknown), db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="A", p_email="a")
        admin.execute("SELECT pg_terminate_backend(%s, 20000)", [tx.call_function("fn_backend")])
    assert authors(admin) == 0
    assert db.call_function("fn_add_author", p_name="A", p_email="a")
    assert authors(admin) == 1


def test_backend_killed_while_streaming(db, admin):
    admin.execute("INSERT INTO tb_item (id) SELECT n FROM generate_series(1, 3000) AS n")
    with pytest.raises(Unavailable), db.transaction() as tx:
        for row in tx.stream("v_item", order_by="id"):
            if row["id"] == 1:
                admin.execute("SELECT pg_terminate_backend(%s, 20000)", [tx.call_function("fn_backend")])
    assert len(list(db.stream("v_item"))) == 3000


@pytest.mark.parametrize("how", ["call", "user", "transaction", "run", "waiting"])
def test_call_that_is_cancelled_ends_on_the_server_and_leaves_nothing(url, admin, contract, how):
    admin.execute(SLOW)
    waiting = (
        "SELECT count(*) FROM pg_locks AS l INNER JOIN pg_database AS d ON d.oid = l.database"
        " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted"
    )

    async def in_transaction(db):
        async with db.transaction() as tx:
            await tx.call_function("fn_nothing", p_text="a")

    work = {
        "call": lambda db: db.call_function("fn_nothing", p_text="a"),
        "user": lambda db: db.as_user("ada").call_function("fn_nothing", p_text="a"),
        "transaction": in_transaction,
        "run": lambda db: db.run(lambda tx: tx.call_function("fn_nothing", p_text="a")),
        "waiting": lambda db: db.call_function("fn_nothing", p_text="a"),
    }[how]

    async def main():
        async with AsyncDatabase(url, contract=contract, max_size=1) as db:
            admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            first = asyncio.create_task(work(db))
            while admin.execute(waiting).fetchone() == (0,):
                assert not first.done()
                await asyncio.sleep(0.01)
            if how == "waiting":
                second = asyncio.create_task(work(db))
                await asyncio.sleep(0.01)
                second.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await second
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            assert admin.execute(waiting).fetchone() == (0,)
            admin.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            assert authors(admin) == 0
            await work(db)
            assert (authors(admin), await db.call_function("fn_actor")) == (1, None)

    asyncio.run(main())


def prepare(call):
    for _ in range(7):
        call()


def test_function_that_changes_its_result_is_called_once_and_right(connect, url, admin):
    db = connect(url, min_size=1, max_size=1)

    def add(email):
        return db.call_function("fn_add_author", p_name="A", p_email=email)

    for number in range(7):
        add(f"{number}")
    admin.execute(
        "DROP FUNCTION fn_add_author(text, text);"
        " CREATE FUNCTION fn_add_author(p_name text, p_email text) RETURNS text LANGUAGE sql VOLATILE"
        " AS $$ INSERT INTO tb_author (name, email) VALUES (p_name, p_email) RETURNING email $$"
    )
    assert add("new") == "new"
    assert authors(admin) == 8
    assert db.as_user("ada").call_function("fn_add_author", p_name="A", p_email="for ada") == "for ada"


def test_transaction_over_a_plan_that_is_stale_runs_again(connect, url, admin):
    db = connect(url, min_size=1, max_size=1)
    attempts = []

    def work(tx):
        attempts.append(1)
        tx.call_function("fn_nothing", p_text=f"{len(attempts)}")
        return tx.call_function("fn_context", p_name="app.none")

    for _ in range(7):
        assert db.run(work) is None
    admin.execute(
        "DROP FUNCTION fn_context(text);"
        " CREATE FUNCTION fn_context(p_name text) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT 5 $$"
    )
    assert db.run(work) == 5
    assert (len(attempts), authors(admin)) == (9, 8)


def test_view_that_gains_a_key_and_a_column_is_read_on(connect, url, admin):
    db = connect(url, min_size=1, max_size=1)
    admin.execute("INSERT INTO tb_item (id, name, price) VALUES (1, 'x', 1.5)")

    def ask():
        return [
            db.find_one("v_item", {"id": 1})["label"],
            db.find("v_plain", limit=1),
            db.page("v_item", order_by="name")[0][0]["label"],
            db.count("v_item", {"label": "x"}),
        ]

    before = ask()
    prepare(ask)
    admin.execute(
        "CREATE OR REPLACE VIEW v_item AS SELECT i.id, jsonb_build_object('new', 1, 'id', i.id,"
        " 'label', i.name, 'price', i.price, 'at', i.at, 'tags', i.tags,"
        " 'owner', jsonb_build_object('name', i.owner, 'rank', i.rank)) AS data,"
        " i.name, i.rank, i.price, i.at, i.mood, i.flag, i.tags, i.owner FROM tb_item AS i;"
        " CREATE OR REPLACE VIEW v_plain AS SELECT i.id, i.name, i.price, i.flag FROM tb_item AS i"
    )
    assert ask() == before
