"""The history and sql/ meet, and every revision of it goes up, down and up again."""

from pathlib import Path

import pytest

from toolkit.core.settings import load_settings
from toolkit.migrate.proof import Prover, compare, snapshot
from toolkit.migrate.states import States
from toolkit.source.revisions import read_revisions

SETTINGS = load_settings(Path(__file__).parents[2])
REVISIONS = read_revisions(SETTINGS.migrations / "versions")


@pytest.fixture
def states(scratch_by_major):
    return States(SETTINGS, scratch_by_major)


def test_database_at_head_equals_one_loaded_from_sql(states):
    desired, head = snapshot(states, states.desired()), snapshot(states, states.at(REVISIONS))
    assert compare(desired, head, ("sql/", "head")) == []


def test_every_revision_goes_up_down_and_up_again(states):
    proof = Prover(states, REVISIONS).prove(REVISIONS.order, desired=states.desired())
    assert len(proof.fingerprints) == len(REVISIONS.order) + 1
