"""Proving a revision of a project of 100 to 5,000 objects, whose two states are cached as templates."""

import math
import time
from datetime import UTC, datetime

import pytest

from tests.benchmarks.synthetic import change_body, change_columns, change_table, make_schema
from tests.migrations.conftest import Project
from toolkit.core.settings import load_settings
from toolkit.migrate.proposal import propose, write_revisions
from toolkit.migrate.states import States
from toolkit.source.revisions import read_revisions

SIZES = (100, 1000, 5000)
SCENARIOS = {"A": change_body, "B": change_columns, "C": change_table}
BAR = 12.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def make_project(root, before, after):
    """Return the settings of a project whose head is one schema and whose sql/ is the other."""
    project = Project(root, "")
    project.add("20251201000000", before.text, "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;")
    (root / "pyproject.toml").write_text('[tool.toolkit]\npostgresql = 18\nowner = "none"\n')
    for path, text in after.files.items():
        (root / "sql" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "sql" / path).write_text(text)
    return load_settings(root)


@pytest.mark.benchmark
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_proof_by_size(scenario, scratch, tmp_path, report):
    rows = []
    for size in SIZES:
        before = make_schema(size)
        settings = make_project(tmp_path / str(size), before, SCENARIOS[scenario](before))
        states = States(settings, scratch)
        revisions = read_revisions(settings.migrations / "versions")
        states.desired(), states.at(revisions)
        start = time.perf_counter()
        proposal = propose(states, revisions)
        planned = time.perf_counter()
        chain = write_revisions(states, proposal, "edit", NOW, allow_data_loss=False)
        assert chain.proofs
        rows.append((size, planned - start, time.perf_counter() - planned))
    lines = [f"scenario {scenario} (bar of a proof at 5,000 objects: {BAR:.0f} s; slope 1.1)"]
    for size, planning, proving in rows:
        lines.append(f"  {size:>5} objects: read and planned in {planning:.2f} s, proven in {proving:.2f} s")
    slope = math.log(rows[-1][2] / rows[0][2]) / math.log(SIZES[-1] / SIZES[0])
    lines.append(f"  proof: log-log slope {slope:.2f}")
    report("\n".join(lines))
