"""Pools and connections of the client and the service, through a pooler, to several hosts, and lost ones."""

import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from toolkit.checks.contracts import infer_contract
from toolkit.client import Database
from toolkit.client.errors import Conflict, ContractMismatch, Internal, TimedOut, Unavailable
from toolkit.client.introspect import SIGNATURES, read_signatures
from toolkit.core.contract import write_contract
from toolkit.server.dev import DevCluster

END_OTHERS = """
    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def authors(admin):
    return admin.execute("SELECT count(*) FROM tb_author").fetchone()[0]


@pytest.mark.parametrize("autocommit", [True, False])
def test_pool_of_the_service_is_used_and_left_open(connect, outside, url, admin, autocommit):
    pool = outside("pool", url, min_size=1, max_size=1, kwargs={"autocommit": autocommit})
    db = connect(pool)
    db.call_function("fn_add_author", p_name="A", p_email="a")
    with pytest.raises(Conflict):
        db.call_function("fn_add_author", p_name="A", p_email="a")
    with db.as_user("ada").transaction() as tx:
        tx.call_function("fn_add_author", p_name="B", p_email="b")
    assert db.as_user("ada").call_function("fn_actor") == "ada"
    assert db.call_function("fn_actor") is None
    assert db.count("v_item") == 0
    db.close()
    assert (authors(admin), pool.closed, pool.get_stats()["pool_available"]) == (2, False, 1)


def test_connection_of_the_service_is_used_in_its_transaction(connect, outside, url, admin):
    connection = outside("connection", url)
    db = connect(connection)
    db.call_function("fn_add_author", p_name="A", p_email="a")
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="B", p_email="b")
        tx.call_function("fn_add_author", p_name="A", p_email="a")
    assert db.as_user("ada").call_function("fn_actor") == "ada"
    assert db.call_function("fn_actor") is None
    assert authors(admin) == 0
    outside.wait(connection.rollback())
    db.call_function("fn_add_author", p_name="C", p_email="c")
    outside.wait(connection.commit())
    assert authors(admin) == 1
    db.close()
    assert not connection.closed


def test_kinds_of_cursors_of_the_service_are_no_matter(connect, outside, url, make):
    kinds = {
        "sync": (psycopg.RawCursor, psycopg.RawServerCursor),
        "async": (psycopg.AsyncRawCursor, psycopg.AsyncRawServerCursor),
    }[make.kind]
    connection = outside("connection", url, autocommit=True, row_factory=dict_row)
    connection.cursor_factory, connection.server_cursor_factory = kinds
    db = connect(connection)
    for session in (db, db.as_user("ada"), db.with_timeout(60)):
        assert session.call_function("fn_value", p_text="a", p_count=1) == "a1"
        assert session.find("v_item", {"id": 1}) == []
        assert list(session.stream("v_item", {"id": 1})) == []
        with session.transaction() as tx:
            assert tx.as_user("bob").call_function("fn_actor") == "bob"
            assert list(tx.stream("v_item", {"id": 1})) == []


def test_nothing_is_read_in_a_pipeline(url, contract):
    with psycopg.connect(url, autocommit=True) as connection:
        db = Database(connection, contract=contract)
        db.start()
        with connection.pipeline(), pytest.raises(Internal, match="pipeline mode"):
            db.find("v_item")
        assert db.find("v_item") == []


@pytest.mark.parametrize("whose", ["client", "service"])
def test_nothing_is_sent_through_a_closed_pool(connect, outside, url, whose):
    pool = outside("pool", url) if whose == "service" else None
    db = connect(pool or url)
    db.start()
    outside.wait(pool.close()) if pool else db.close()
    for ask in (lambda: db.count("v_item"), lambda: db.call_function("fn_nothing", p_text="a")):
        with pytest.raises(Unavailable, match="closed") as caught:
            ask()
        assert type(caught.value) is Unavailable


@pytest.mark.parametrize("check", ["strict", "off"])
def test_first_transaction_on_a_connection_of_the_service_is_committed(connect, outside, url, admin, check):
    connection = outside("connection", url)
    db = connect(connection, check=check)
    with db.transaction() as tx:
        tx.call_function("fn_add_author", p_name="A", p_email="a")
    assert authors(admin) == 1


def test_several_hosts_are_tried(connect, url):
    parts = conninfo_to_dict(url)
    host, port = parts["host"], parts.get("port", "5432")
    db = connect(make_conninfo(url, host=f"/nowhere,{host}", port=f"1,{port}", target_session_attrs="any"))
    assert db.call_function("fn_value", p_text="a", p_count=1) == "a1"


def test_server_that_is_not_there_is_unavailable(connect, monkeypatch):
    db = connect("host=/nowhere dbname=none", wait=0.2)
    with pytest.raises(Unavailable):
        db.find("v_item")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(Unavailable, match="set DATABASE_URL"):
        Database()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"dbname": "toolkit_none"}, "refuses the connection"),
        ({"user": "toolkit_nobody"}, "refuses the connection"),
        ({"host": "127.0.0.1"}, "No server answers"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"check": "off"}])
def test_refused_connection_is_told_of_at_once(connect, url, wrong, says, options):
    with closing(socket.socket()) as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = {"port": unheard.getsockname()[1]} if "host" in wrong else {}
        db = connect(make_conninfo(url, **wrong, **port), wait=86_400, **options)  # the test ends before
        for _ in range(2):
            with pytest.raises(Unavailable, match=says) as caught:
                db.find("v_item")
            assert isinstance(caught.value.__cause__, psycopg.OperationalError)
            assert "toolkit_no" not in str(caught.value)


@pytest.fixture
def starting(url):
    """The port of a server that is about to start; in another process, since libpq's ping keeps the GIL."""
    parts = conninfo_to_dict(url)
    script = Path(__file__).with_name("starting_server.py")
    command = [sys.executable, script, f"{parts['host']}/.s.PGSQL.{parts['port']}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.terminate()


def test_server_that_is_about_to_start_is_waited_for(connect, url, starting):
    there = make_conninfo(url, host="127.0.0.1", port=starting, sslmode="disable", gssencmode="disable")
    assert connect(there, wait=60).count("v_item") == 0


@pytest.mark.parametrize("bad", ["postgresql://[", "nonsense", "postgresql+psycopg://ada:s3cret@host/db"])
def test_malformed_connection_string_is_refused_at_once(connect, bad):
    with pytest.raises(ValueError, match="malformed") as caught:
        connect(bad)
    assert "s3cret" not in str(caught.value)


def test_lost_connections_are_told_of_once_and_then_all_is_well(connect, url, admin):
    db = connect(url, min_size=3, max_size=3)
    for _ in range(2):
        db.count("v_item")
        admin.execute(END_OTHERS)
        with pytest.raises(Unavailable):
            db.find("v_item")
        for _ in range(6):
            assert db.find("v_item") == []
    admin.execute(END_OTHERS)
    with pytest.raises(Unavailable), db.transaction() as tx:
        tx.count("v_item")
    with db.transaction() as tx:
        assert tx.count("v_item") == 0


def test_server_that_comes_back_is_used_again(connect, url, admin):
    db = connect(url, min_size=1, max_size=1, wait=0.3)
    assert db.count("v_item") == 0
    name = conninfo_to_dict(url)["dbname"]
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as elsewhere:
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute(END_OTHERS)
        for _ in range(2):
            with pytest.raises(Unavailable):
                db.count("v_item")
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    deadline = time.monotonic() + 20
    while True:
        try:
            assert db.count("v_item") == 0
            break
        except Unavailable:
            assert time.monotonic() < deadline


@pytest.fixture
def cluster(tmp_path):
    """A server of the test's own, which it may stop."""
    cluster = DevCluster(tmp_path)
    cluster.start()
    yield cluster
    cluster.reset()
    shutil.rmtree(cluster.directory, ignore_errors=True)


def test_restart_of_the_server_is_told_of_once_and_waited_for(connect, cluster):
    with psycopg.connect(cluster.conninfo(), autocommit=True) as admin:
        admin.execute("CREATE VIEW v_one AS SELECT 1 AS id")
    db = connect(cluster.conninfo(), contract=None, min_size=2, wait=600)
    assert db.count("v_one") == 1
    cluster.stop()
    with pytest.raises(Unavailable):
        db.count("v_one")
    found = []
    waiting = [threading.Thread(target=lambda: found.append(db.count("v_one"))) for _ in range(4)]
    for thread in waiting:
        thread.start()
    assert found == []
    cluster.start()
    for thread in waiting:
        thread.join()
    assert found == [1, 1, 1, 1]
    with db.transaction() as tx:
        assert tx.find("v_one") == [{"id": 1}]


def test_contract_is_compared_with_the_database(connect, url, admin, caplog):
    admin.execute("ALTER FUNCTION fn_value(text, bigint) RENAME TO fn_other")
    admin.execute("DROP FUNCTION fn_strict; DROP VIEW v_plain")
    admin.execute(
        "CREATE FUNCTION fn_strict(p_text text, p_more text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'"
    )
    admin.execute("DROP VIEW v_value; CREATE VIEW v_value AS SELECT 'x'::text AS data")
    with pytest.raises(ContractMismatch) as caught:
        connect(url).start()
    for problem in (
        "there is no v_plain", "v_value.data is text, not jsonb", "there is no fn_value(text, bigint)",
        "fn_strict(text) is fn_strict(text, text), or has other parameters or another result",
    ):  # fmt: skip
        assert problem in str(caught.value)
    with caplog.at_level(logging.WARNING, "toolkit.client"):
        db = connect(url, check="warn")
        assert db.count("v_item") == 0
        connect(url, check="off").start()
    assert len(caplog.records) == 1
    with pytest.raises(ContractMismatch) as missing:
        db.call_function("fn_value", p_text="a", p_count=1)
    assert missing.value.sqlstate == "42883"


def test_contract_is_read_from_its_folder(connect, url, contract, tmp_path):
    (tmp_path / "all.contract").write_text(write_contract(*contract.read_models, *contract.commands))
    assert connect(url, contract=tmp_path).call_function("fn_pick", p_value=1) == "bigint"
    assert connect(url, contract=str(tmp_path / "all.contract")).count("v_item") == 0


def test_signatures_of_the_database_are_those_of_the_contract(admin, contract):
    """The second reader sees what the first one does, but for documents, rows, limits and errors."""
    found = read_signatures(admin.execute(SIGNATURES, {"schema": "public"}).fetchall()).everything

    inside = ("json", "jsonb", "document_t", "parcel", "address[]", "anyelement", "anyarray")

    def signatures(contract):
        return [
            (
                (command.name, command.volatility, command.result.type, command.result.many),
                [(each.name, each.type, each.optional, each.variadic) for each in command.parameters],
                [each.shape for each in command.parameters if each.type not in inside],
            )
            for command in contract.commands
        ]

    assert signatures(found) == signatures(contract)
    columns = {model.name: [(each.name, each.type) for each in model.columns] for model in found.read_models}
    for model in contract.read_models:
        assert columns[model.name] == [(each.name, each.type) for each in model.columns]


@pytest.mark.parametrize("path", ["public", "app", "app,public", '""'])
def test_types_of_any_schema_are_those_of_the_contract_whatever_the_search_path(
    connect, url, admin, project, path
):
    admin.execute("""
        CREATE SCHEMA app;
        CREATE TYPE app.colour AS ENUM ('red', 'blue');
        CREATE DOMAIN app.mood_t AS public.mood;
        CREATE FUNCTION app.fn_both(p_colours app.colour[], p_mood public.mood, p_feeling app.mood_t)
        RETURNS text LANGUAGE sql STABLE AS 'SELECT concat($1, $2, $3)';
        CREATE VIEW app.v_both AS SELECT 1 AS id, 'red'::app.colour AS colour, 'sad'::public.mood AS mood;
    """)
    contract = infer_contract(url, replace(project, schema="app")).contract
    for known in (contract, None):
        db = connect(make_conninfo(url, options=f"-csearch_path={path}"), schema="app", contract=known)
        assert db.find_one("v_both", {"colour": "red", "mood": {"in": ["sad"]}})["id"] == 1
        given = {"p_colours": ["red"], "p_mood": "sad", "p_feeling": "happy"}
        assert db.call_function("fn_both", **given) == "{red}sadhappy"


def test_pool_of_the_other_kind_is_refused(make, url):
    other = AsyncConnectionPool if make.kind == "sync" else ConnectionPool
    mine = "ConnectionPool or Connection" if make.kind == "sync" else "AsyncConnectionPool or AsyncConnection"
    with pytest.raises(TypeError, match=f"must be a connection string, {mine}, not {other.__name__}"):
        make(other(url, open=False))


@pytest.mark.parametrize(("option", "value"), [("check", "maybe"), ("documents", "no")])
def test_unknown_settings_are_refused(make, url, option, value):
    with pytest.raises(ValueError, match=f"{option} must be one of"):
        make(url, **{option: value})


@pytest.fixture
def bouncer(url, tmp_path_factory):
    """PgBouncer in transaction mode over two connections."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("needs pgbouncer")
    parts = conninfo_to_dict(url)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tmp_path_factory.mktemp("bouncer"))
    (folder / "users.txt").write_text(f'"{parts["user"]}" ""\n', encoding="utf-8")
    target = " ".join(
        f"{name}={value}" for name, value in parts.items() if name in ("host", "port", "dbname")
    )
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\nblog = {target}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        "unix_socket_dir =\nauth_type = trust\npool_mode = transaction\ndefault_pool_size = 2\n"
        f"auth_file = {folder / 'users.txt'}\n",
        encoding="utf-8",
    )
    for path in (folder, *folder.parents):
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    as_owner = (
        ["-u", Path(parts["host"]).owner()] if os.geteuid() == 0 else []
    )  # it may enter the socket's folder
    process = subprocess.Popen(
        [program, "-q", *as_owner, folder / "pgbouncer.ini"], stderr=subprocess.PIPE, text=True
    )
    try:
        through = make_conninfo(host="127.0.0.1", port=port, user=parts["user"], dbname="blog")
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(through, connect_timeout=5).close()
                break
            except psycopg.OperationalError:
                assert process.poll() is None, process.stderr.read()
                assert time.monotonic() < deadline
        yield through
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


def test_pooler_that_can_not_prepare_is_no_obstacle(connect, bouncer, admin):
    db = connect(bouncer, prepare_threshold=None, min_size=4, max_size=4)
    for number in range(12):
        assert db.call_function("fn_value", p_text="a", p_count=number) == f"a{number}"
        assert db.as_user(number).call_function("fn_actor") == str(number)
        assert db.call_function("fn_actor") is None
        with db.as_user("ada").transaction() as tx:
            assert tx.find("v_item", {"id": number}) == []
            assert tx.call_function("fn_actor") == "ada"
    assert list(db.stream("v_item")) == []
    with pytest.raises(TimedOut):
        db.with_timeout(0.02).call_function("fn_sleep", p_seconds=20)
