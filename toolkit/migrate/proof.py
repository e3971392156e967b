"""Revisions proven: taken up, down and up again on a scratch database that is looked at in between."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from toolkit.catalog.catalog import Catalog
from toolkit.catalog.comparison import differences
from toolkit.catalog.facts import Facts, differing_facts, read_facts
from toolkit.catalog.fingerprints import Fingerprints, read_fingerprints
from toolkit.catalog.rows import fill_tables
from toolkit.errors import DatabaseDrifted, ProofFailed, RevisionFailed
from toolkit.migrate.runner import Walk
from toolkit.migrate.states import States, read_scratch
from toolkit.source.revisions import Revision, Revisions

Tables = Collection[tuple[str, str]]  # schema and name
_SEED = 1
_ABOUT_ROWS = ("22", "23")  # classes of errors: a value that does not fit, a constraint that is broken


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database as three readers see it; only the first of them is pg_dump."""

    catalog: Catalog
    facts: Facts
    fingerprints: Fingerprints


@dataclass(frozen=True, slots=True)
class Proof:
    """Revisions went up, down and up again, and every database in between was as it had to be.

    major: of the server. stops: the database before the first revision and after each. rows: how many random
    rows were there. broken_by_rows: what failed because of such rows, so that the proof holds without rows.
    """

    major: int
    revisions: tuple[Revision, ...]
    stops: tuple[Snapshot, ...]
    rows: int = 0
    broken_by_rows: str | None = None


def take_snapshot(conninfo: str) -> Snapshot:
    """Read a scratch database; raises CatalogUnreadable, ServerBinariesMissing."""
    with closing(psycopg.connect(conninfo, autocommit=True)) as connection:
        connection.execute("SET search_path = ''")
        facts, fingerprints = read_facts(connection), read_fingerprints(connection)
    return Snapshot(read_scratch(conninfo), facts, fingerprints)


def snapshot(states: States, template: str) -> Snapshot:
    """Read a template; raises as take_snapshot."""
    with states.copy(template) as conninfo:
        return take_snapshot(conninfo)


def compare(first: Snapshot, second: Snapshot, names: tuple[str, str]) -> list[str]:
    """Return the differences between two databases, none where they are equal; names: what to call them."""
    found = differences(first.catalog.entries, second.catalog.entries, names)
    return found or list(differing_facts(first.facts, second.facts, names))


class Prover:
    """Proves revisions on the server of some States."""

    def __init__(self, states: States, revisions: Revisions, *, draft: bool = False) -> None:
        """Begin; revisions: the whole history. draft: whether a person may still have to write something."""
        self._states = states
        self._revisions = revisions
        self._walk = Walk(states.settings, revisions, states.notify, draft=draft)

    def prove(
        self,
        chain: Sequence[Revision],
        *,
        desired: Snapshot | None = None,
        tables: Mapping[str, Tables] | None = None,
        after_up: Callable[[int, Snapshot, Snapshot], None] | None = None,
    ) -> Proof:
        """Take the last revisions of the history up one by one, down one by one, and up again.

        desired: what the database has to be at the end, if that is known. tables: those that get random rows
        before a revision, by its id. after_up: called with the place of a revision in the chain and the
        databases before and after it, in time to write its `.down.sql`.
        Raises ProofFailed with the differences, RevisionFailed for a statement that fails.
        """
        try:
            return self._go(chain, desired, tables or {}, after_up)
        except RevisionFailed as error:
            if not tables or not (error.sqlstate or "").startswith(_ABOUT_ROWS):
                raise
            broken = str(error)
        except DatabaseDrifted as error:
            raise ProofFailed(
                error.message,
                remedy="Take source and target out of its .py, or write it anew with `toolkit revision`.",
            ) from error
        # Nobody knows whether the rows of a live database are like that.
        return replace(self._go(chain, desired, {}, after_up), broken_by_rows=broken)

    def _go(
        self,
        chain: Sequence[Revision],
        desired: Snapshot | None,
        tables: Mapping[str, Tables],
        after_up: Callable[[int, Snapshot, Snapshot], None] | None,
    ) -> Proof:
        ids = [revision.id for revision in chain]
        start = Revisions([revision for revision in self._revisions.order if revision.id not in ids])
        rows = 0
        with self._states.copy(self._states.at(start)) as conninfo:
            stops = [take_snapshot(conninfo)]
            for place, id_ in enumerate(ids):
                rows += _fill(conninfo, tables.get(id_, ()))
                self._walk.up(conninfo, id_)
                stops.append(take_snapshot(conninfo))
                if after_up:
                    after_up(place, stops[-2], stops[-1])
            if desired is not None:
                _require(desired, stops[-1], ("sql/", "the head"))
            for revision, before in zip(reversed(chain), stops[-2::-1], strict=True):
                self._walk.down(conninfo, revision.id)
                names = (f"the database before {revision.id}", "that after its down")
                _require(before, take_snapshot(conninfo), names, revision.down)
            self._walk.up(conninfo, *ids)
            _require(stops[-1], take_snapshot(conninfo), ("the head", "the head after a second time up"))
        return Proof(self._states.scratch.major, tuple(chain), tuple(stops), rows)


def _fill(conninfo: str, tables: Tables) -> int:
    if not tables:
        return 0
    with closing(psycopg.connect(conninfo, autocommit=True)) as connection:
        return sum(filled.rows for filled in fill_tables(connection, seed=_SEED, only=tables))


def _require(expected: Snapshot, found: Snapshot, names: tuple[str, str], place: Path | None = None) -> None:
    """Raise ProofFailed where two databases differ; place: the file that is to blame."""
    told = compare(expected, found, names)
    if told:
        lead = f"{place}:1: " if place else ""
        listed = "".join(f"\n{text}" for text in told)
        raise ProofFailed(
            f"{lead}{names[0]} and {names[1]} differ:{listed}\n", remedy="Mend the SQL of the revision."
        )
