"""Several calls in one transaction, for a user, in time; and what is tried again."""

import asyncio
import threading

import pytest
from psycopg.conninfo import make_conninfo

from toolkit.client import AsyncDatabase
from toolkit.client.errors import (
    Conflict,
    Internal,
    Invalid,
    NotFound,
    Rejected,
    SerializationFailure,
    TimedOut,
)


def emails(admin):
    return [row[0] for row in admin.execute("SELECT email FROM tb_author ORDER BY email").fetchall()]


def test_transaction_is_done_as_a_whole_or_not_at_all(db, admin):
    with db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="A", p_email="a")
        assert emails(admin) == []
        tx.call_function("fn_add_author", p_name="B", p_email="b")
    assert emails(admin) == ["a", "b"]
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="C", p_email="c")
        tx.call_function("fn_add_author", p_name="A", p_email="a")
    with pytest.raises(ZeroDivisionError), db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="D", p_email="d")
        raise ZeroDivisionError
    assert emails(admin) == ["a", "b"]
    assert db.call_function("fn_value", p_text="still", p_count=1) == "still1"


def test_transaction_that_has_failed_says_so(db):
    with pytest.raises(Internal, match="has failed before") as caught, db.transaction() as tx:
        with pytest.raises(Rejected):
            tx.call_function("fn_raise", p_state="P0001", p_rule="")
        tx.count("v_item")
    assert caught.value.sqlstate == "25P02"


def test_session_of_a_transaction_is_of_no_use_behind_its_end(connect, outside, url):
    connection = outside("connection", url, autocommit=True)
    for db in (connect(url), connect(connection)):
        with db.transaction() as tx, tx.transaction() as inner:
            actor = inner.as_user("ada")
            stream = actor.stream("v_item")
        for ask in (
            lambda tx=tx: tx.find("v_item"),
            lambda inner=inner: inner.call_function("fn_actor"),
            lambda actor=actor: actor.run(lambda tx: tx.count("v_item")),
            lambda stream=stream: next(stream),
        ):
            with pytest.raises(Internal, match="has ended"):
                ask()


def test_stream_that_outlives_its_transaction_disturbs_no_other(connect, url, admin):
    admin.execute("INSERT INTO tb_item (id) SELECT n FROM generate_series(1, 3000) AS n")
    db = connect(url, max_size=1)
    with db.transaction() as tx:
        stream = tx.stream("v_item", order_by="id")
        assert next(stream)["id"] == 1
    with db.transaction() as other:
        with pytest.raises(Internal, match="has ended"):
            list(stream)
        assert other.count("v_item") == 3000


def test_transaction_in_a_transaction_is_a_savepoint(db, admin):
    with db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="A", p_email="a")
        with pytest.raises(Conflict), tx.transaction() as inner:
            inner.call_function("fn_add_author", p_name="B", p_email="b")
            inner.call_function("fn_add_author", p_name="A", p_email="a")
        with tx.transaction() as inner:
            inner.call_function("fn_add_author", p_name="C", p_email="c")
    assert emails(admin) == ["a", "c"]


def test_rule_that_is_checked_at_the_end_is_told(db, admin):
    admin.execute("ALTER TABLE tb_author DROP CONSTRAINT uq_author_email")
    admin.execute(
        "ALTER TABLE tb_author ADD CONSTRAINT uq_author_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED"
    )
    with pytest.raises(Conflict) as caught, db.transaction() as tx:
        for name in "AB":
            tx.call_function("fn_add_author", p_name=name, p_email="same")
    assert caught.value.code == "DUPLICATE_EMAIL"


def test_user_is_known_to_calls_reads_and_transactions_and_to_nobody_after(connect, reader_url):
    db = connect(reader_url, max_size=1)
    ada = db.as_user("ada", tenant="t1")
    for _ in range(7):  # before and after the statements are prepared
        assert db.as_user("ada").call_function("fn_actor") == "ada"
        assert db.call_function("fn_actor") is None
        assert ada.call_function("fn_actor") == "ada"
        assert ada.call_function("fn_context", p_name="app.tenant") == "t1"
        assert [row["id"] for row in ada.find("v_secret", order_by="id")] == [1, 3]
        assert ada.count("v_secret") == 2
        assert db.find("v_secret") == []
        with ada.transaction() as tx:
            assert tx.call_function("fn_actor") == "ada"
            assert tx.exists("v_secret", {"id": 3})
            assert tx.as_user("bob").find("v_secret") == [{"id": 2, "owner": "bob"}]
            assert tx.call_function("fn_actor") == "ada"
            assert tx.call_function("fn_context", p_name="app.tenant") == "t1"
        assert db.call_function("fn_context", p_name="app.tenant") is None
        assert db.as_user(None).call_function("fn_actor") is None
        assert db.count("v_secret") == 0


def test_user_leaks_through_no_error(connect, reader_url):
    db = connect(reader_url, max_size=1)
    with pytest.raises(NotFound):
        db.as_user("ada").call_function("fn_raise", p_state="P0002", p_rule="x")
    assert db.call_function("fn_actor") is None
    with pytest.raises(NotFound), db.as_user("ada").transaction() as tx:
        tx.call_function("fn_raise", p_state="P0002", p_rule="x")
    assert db.call_function("fn_actor") is None


def test_settings_that_are_none_are_refused(shared):
    with pytest.raises(Invalid) as caught:
        shared.as_user("a\0", **{"x; DROP": 1})
    assert [fault.place for fault in caught.value.faults] == ["x; DROP", "user_id"]


def test_calls_at_the_same_time_in_a_transaction_are_those_of_their_users(url, contract):
    async def work():
        async with AsyncDatabase(url, contract=contract) as db, db.transaction() as tx:
            users = [None, *"abcd"] * 4
            calls = [(tx.as_user(user) if user else tx).call_function("fn_actor") for user in users]
            return users, await asyncio.gather(*calls)

    users, found = asyncio.run(work())
    assert found == users


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e9, "1", True])
def test_timeout_that_is_none_is_refused(shared, make, url, seconds):
    with pytest.raises(Invalid):
        shared.with_timeout(seconds)
    with pytest.raises(Invalid):
        make(url, timeout=seconds)
    with pytest.raises(Invalid):
        make(url, wait=seconds)


def test_timeout_keeps_the_options_of_the_environment(connect, url, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c app.user_id=ada")
    assert connect(url, timeout=5).call_function("fn_actor") == "ada"


def test_timeouts_take_effect_where_they_are_said(connect, shared, url):
    with pytest.raises(TimedOut):
        shared.with_timeout(0.02).call_function("fn_sleep", p_seconds=20)
    with shared.transaction() as tx, pytest.raises(TimedOut), tx.transaction() as inner:
        inner.with_timeout(0.02).call_function("fn_sleep", p_seconds=20)
    with pytest.raises(TimedOut), shared.with_timeout(0.02).transaction() as tx:
        tx.call_function("fn_sleep", p_seconds=20)
    assert shared.call_function("fn_sleep", p_seconds=0.03) == "slept"
    with pytest.raises(TimedOut):
        connect(url, timeout=0.02).call_function("fn_sleep", p_seconds=20)


def test_timeout_holds_on_a_connection_of_the_service_for_the_client_only(make, outside, url):
    connection = outside("connection", url, autocommit=True)
    with pytest.raises(TimedOut):
        make(connection, timeout=0.02).call_function("fn_sleep", p_seconds=20)
    cursor = outside.wait(connection.execute("SHOW statement_timeout"))
    assert outside.wait(cursor.fetchone()) == ("0",)


def serializable(url):
    return make_conninfo(url, options="-c default_transaction_isolation=serializable")


def test_transaction_that_could_not_be_put_in_order_runs_again(connect, url, admin):
    db = connect(serializable(url))
    admin.execute("INSERT INTO tb_item (id, name) VALUES (1, 'before')")
    seen = []

    def work(tx):
        seen.append(tx.find_one("v_item", {"id": 1})["label"])
        if len(seen) == 1:
            admin.execute("UPDATE tb_item SET name = 'between' WHERE id = 1")
        return tx.call_function("fn_rename", p_id=1, p_name=f"{seen[-1]} and after")

    assert db.run(work) == 1
    assert seen == ["before", "between"]
    assert db.find_one("v_item", {"id": 1})["label"] == "between and after"


def test_attempts_are_counted(connect, url, admin):
    db = connect(serializable(url))
    attempts = []

    def work(tx):
        attempts.append(1)
        tx.call_function("fn_raise", p_state="40001", p_rule="x")

    with pytest.raises(SerializationFailure):
        db.run(work, attempts=3)
    assert len(attempts) == 3


def test_other_errors_and_savepoints_are_not_tried_again(db):
    attempts = []

    def work(tx, state):
        attempts.append(state)
        tx.call_function("fn_raise", p_state=state, p_rule="x")

    with pytest.raises(NotFound):
        db.run(lambda tx: work(tx, "P0002"))
    with pytest.raises(SerializationFailure), db.transaction() as tx:
        tx.run(lambda inner: work(inner, "40001"))
    assert attempts == ["P0002", "40001"]


def test_writers_who_wait_for_each_other_all_get_done(connect, url, admin):
    db = connect(make_conninfo(url, options="-c deadlock_timeout=10ms"), wait=60)
    admin.execute("INSERT INTO tb_item (id, rank) SELECT n, 0 FROM generate_series(1, 4) AS n")
    admin.execute(
        "CREATE OR REPLACE FUNCTION fn_rename(p_id bigint, p_name text) RETURNS bigint LANGUAGE sql VOLATILE"
        " AS $$ UPDATE tb_item SET rank = rank + 1 WHERE id = p_id RETURNING id $$"
    )
    failed = []

    def writer(number):
        def work(tx):
            for place in range(2):
                tx.call_function("fn_rename", p_id=1 + (number * 3 + place * (1 + number % 3)) % 4, p_name="")

        try:
            db.run(work, attempts=50)
        except Exception as error:  # noqa: BLE001 - of another thread
            failed.append(error)

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert admin.execute("SELECT sum(rank) FROM tb_item").fetchone() == (128,)
