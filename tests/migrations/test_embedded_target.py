"""The target without DATABASE_URL: made by what changes it, asked by what looks, led astray by nothing."""

import json
import shutil

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from toolkit.server.dev import DevCluster

ASTRAY = {
    "PGSERVICE": "nowhere",
    "PGHOST": "192.0.2.1",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGUSER": "nobody",
    "PGDATABASE": "nothing",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGSSLMODE": "verify-full",
    "PGREQUIREPEER": "nobody",
    "PGTARGETSESSIONATTRS": "standby",
    "PGDATESTYLE": "none",
}


@pytest.fixture
def cluster(project):
    """The dev cluster of the project, which has one revision and no server yet."""
    project.add("a", "CREATE VIEW v_a AS SELECT 1;", "DROP VIEW v_a;")
    project.database = ""
    cluster = DevCluster(project.root)
    yield cluster
    cluster.reset()
    shutil.rmtree(cluster.directory, ignore_errors=True)


def test_who_only_looks_makes_no_server(project, cluster):
    status = project.run("toolkit", "status")
    assert (status.returncode, status.stderr) == (1, "")
    assert "the embedded development server, which `toolkit migrate` will make" in status.stdout
    assert "Database at: base" in status.stdout
    assert "Pending:\n  a  The a.\n" in status.stdout
    report = json.loads(project.run("toolkit", "status", "--format", "json").stdout)
    assert (report["target"], report["server"], report["heads"]) == (None, None, [])
    shown = project.done("toolkit", "migrate", "--dry-run")
    assert shown.startswith("Would apply 1 revision:\n  a  The a.")
    assert project.done("toolkit", "rollback").startswith("Nothing to take back.\nTarget: the embedded")
    assert "The a." in project.done("alembic", "history")
    assert cluster.status().state == "absent"


@pytest.mark.parametrize(("goal", "status"), [("nowhere", 2), ("head", 1)])
def test_goal_that_is_none_makes_no_server(project, cluster, goal, status):
    project.add("b", "SELECT 1;", after="a")
    project.add("c", "SELECT 1;", after="a")
    assert project.run("toolkit", "migrate", goal).returncode == status
    assert cluster.status().state == "absent"


def test_server_with_data_is_started_to_be_asked(project, cluster):
    project.done("toolkit", "migrate")
    cluster.stop()
    assert "At the head; the ledger agrees." in project.done("toolkit", "status")
    cluster.stop()
    assert project.done("toolkit", "migrate", "--dry-run").startswith("Nothing to do: the database is at a.")


def test_variables_of_libpq_do_not_reach_it(project, cluster):
    project.done("toolkit", "migrate", **ASTRAY)
    assert project.done("alembic", "current", **ASTRAY).split() == ["a", "(head)"]
    for command in ("status", "rollback", "migrate"):
        project.done("toolkit", command, **ASTRAY)


def test_variables_of_libpq_count_for_database_url(project, cluster, empty_database, tmp_path):
    parts = conninfo_to_dict(empty_database)
    database = make_conninfo("", **{name: parts[name] for name in ("host", "port", "user", "dbname")})
    file = tmp_path / "services"
    file.write_text("[shop]\noptions=-c default_transaction_read_only=on\n")
    for variables in (
        {"PGSERVICE": "shop", "PGSERVICEFILE": str(file)},
        {"PGOPTIONS": "-c default_transaction_read_only=on"},
    ):
        refused = project.run("toolkit", "migrate", database=database, **variables)
        assert "read only by default" in refused.stderr
    wrong = project.run("toolkit", "status", database="dbname=x", PGHOST="/nowhere")
    assert "/nowhere/.s.PGSQL" in wrong.stderr
