"""The history and sql/ meet: a database at the head of one equals a database loaded from the other."""

from pathlib import Path

import pytest
from alembic.command import downgrade, upgrade
from alembic.config import Config

from toolkit.catalog.comparison import differences
from toolkit.catalog.dump import read_entries
from toolkit.core.settings import load_settings
from toolkit.migrate.states import States
from toolkit.server.binaries import find_binaries
from toolkit.source.revisions import read_revisions

ROOT = Path(__file__).parents[2]
SETTINGS = load_settings(ROOT)
REVISIONS = read_revisions(SETTINGS.migrations / "versions").order


@pytest.fixture
def read(scratch_by_major):
    return lambda conninfo: read_entries(conninfo, find_binaries(scratch_by_major.major))


@pytest.fixture
def loaded(scratch_by_major, read):
    """Return the entries of a database that sql/ was loaded into."""
    states = States(SETTINGS, scratch_by_major)
    with states.copy(states.desired()) as conninfo:
        return read(conninfo)


@pytest.fixture
def database(scratch_by_major):
    conninfo = scratch_by_major.create()
    yield conninfo
    scratch_by_major.release(conninfo)


def go(command, conninfo, revision):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", conninfo)
        command(Config(ROOT / "alembic.ini"), revision)


def test_database_at_head_equals_one_loaded_from_sql(database, loaded, read):
    go(upgrade, database, "head")
    assert differences(loaded, read(database), ("sql/", "head")) == []


def test_every_revision_goes_up_down_and_up_again(database, loaded, read):
    go(upgrade, database, "+1")  # makes the roles too, which no down takes back
    go(downgrade, database, "base")
    base = before = read(database)
    for revision in REVISIONS:
        go(upgrade, database, "+1")
        after = read(database)
        go(downgrade, database, "-1")
        assert differences(before, read(database), ("before", f"after down of {revision.id}")) == []
        go(upgrade, database, "+1")
        assert differences(after, read(database), ("first up", f"second up of {revision.id}")) == []
        before = after
    go(downgrade, database, "base")
    assert differences(base, read(database), ("first base", "base")) == []
    go(upgrade, database, "head")
    assert differences(loaded, read(database), ("sql/", "head after base")) == []
