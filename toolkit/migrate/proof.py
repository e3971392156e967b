"""Revisions proven: taken up, down and up again on a scratch database that is looked at in between."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import psycopg

from toolkit.catalog.bodies import Trouble, resolve_bodies
from toolkit.catalog.catalog import Catalog
from toolkit.catalog.comparison import differences
from toolkit.catalog.facts import Facts, differing_facts, read_facts
from toolkit.catalog.fingerprints import Fingerprints, read_fingerprints
from toolkit.catalog.rows import fill_tables
from toolkit.errors import DatabaseDrifted, ProofFailed, RevisionFailed
from toolkit.migrate.runner import Walk
from toolkit.migrate.states import States, read_scratch
from toolkit.source.revisions import Revision, Revisions

AfterUp = Callable[[int, Catalog, Catalog], None]
Tables = Collection[tuple[str, str]]  # schema and name
_SEED = 1
_ABOUT_ROWS = ("22", "23")  # classes of errors: a value that does not fit, a constraint that is broken


class BodiesBroken(ProofFailed):
    """After a revision, bodies in PL/pgSQL name what is not there."""

    code = "bodies"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database as two readers see it that have nothing in common, the first of them pg_dump."""

    catalog: Catalog
    facts: Facts


@dataclass(frozen=True, slots=True)
class Proof:
    """Revisions went up, down and up again, and every database in between was as it had to be.

    major: of the server. fingerprints: of what was asked for, before the first revision and after each. rows:
    how many random rows were there. broken_by_rows: what failed because of such rows, so that the proof holds
    without rows.
    """

    major: int
    revisions: tuple[Revision, ...]
    fingerprints: tuple[Fingerprints, ...]
    rows: int = 0
    broken_by_rows: str | None = None


class Readers:
    """Both readers of one scratch database, at work at once.

    Their connection stays: what its backend knows of the catalogs it has not to read again at the next stop.
    """

    def __init__(self, conninfo: str) -> None:
        """Connect to the database, whose search path has to be the server's own."""
        self._conninfo = conninfo
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute("SET search_path = ''")

    def read(
        self, catalog: Catalog | None = None, *, edges: bool = False, touched: Collection[str] = ()
    ) -> tuple[Snapshot, Fingerprints]:
        """Read the database, and the fingerprints of the objects that are named in `touched`.

        catalog: of the database, where it is known. edges: whether its dependencies are wanted.
        Raises CatalogUnreadable, ServerBinariesMissing.
        """
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(self._ask, touched)
            found = catalog or read_scratch(self._conninfo, edges=edges)
            facts, fingerprints = told.result()
        return Snapshot(found, facts), fingerprints

    def _ask(self, touched: Collection[str]) -> tuple[Facts, Fingerprints]:
        facts = read_facts(self._connection)
        return facts, read_fingerprints(self._connection, touched) if touched else Fingerprints({}, {})

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


def snapshot(states: States, template: str, catalog: Catalog | None = None) -> Snapshot:
    """Read a template; catalog: its, where that is known. Raises as Readers.read."""
    with states.copy(template) as conninfo, closing(Readers(conninfo)) as readers:
        return readers.read(catalog)[0]


def compare(first: Snapshot, second: Snapshot, names: tuple[str, str]) -> list[str]:
    """Return the differences between two databases, none where they are equal; names: what to call them."""
    found = differences(first.catalog.entries, second.catalog.entries, names)
    return found or list(differing_facts(first.facts, second.facts, names))


class _Goal(NamedTuple):
    """What the database has to be at the end, and what is wrong there with bodies in PL/pgSQL."""

    snapshot: Snapshot
    troubles: list[Trouble]


def _read_goal(states: States, template: str, catalog: Catalog | None) -> _Goal:
    with states.copy(template) as conninfo:
        with closing(Readers(conninfo)) as readers:
            found, _ = readers.read(catalog)
        return _Goal(found, _wrong_bodies(conninfo, states.settings.schema))


def _wrong_bodies(conninfo: str, schema: str) -> list[Trouble]:
    return [trouble for trouble in resolve_bodies(conninfo, schema)[1] if trouble.certain]


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
        desired: str | None = None,
        ends: tuple[Catalog | None, Catalog | None] = (None, None),
        tables: Mapping[str, Tables] | None = None,
        after_up: AfterUp | None = None,
        touched: Collection[str] = (),
    ) -> Proof:
        """Take the last revisions of the history up one by one, down one by one, and up again.

        desired: the template of what it has to be at the end, where there is one. ends: the databases before
        all and at the end, where they are known. tables: those that get random rows before a revision, by its
        id. after_up: called with the place of a revision in the chain and the databases before and after it,
        in time to write its `.down.sql`. touched: the names of the objects whose fingerprints are wanted.
        Raises ProofFailed with the differences, RevisionFailed for a statement that fails, BodiesBroken where
        bodies that were right, or were not there, name what is not there at the end.
        """
        with ThreadPoolExecutor(1) as pool:
            goal = pool.submit(_read_goal, self._states, desired, ends[1]) if desired else None
            trip = _Trip(self._states, self._revisions, self._walk, chain, ends[0], goal, after_up, touched)
            return self._go(trip, tables or {})

    def _go(self, trip: "_Trip", tables: Mapping[str, Tables]) -> Proof:
        try:
            return trip.go(tables)
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
        return replace(trip.go({}), broken_by_rows=broken)


class _Trip(NamedTuple):
    """Up, down and up again; see Prover.prove."""

    states: States
    revisions: Revisions
    walk: Walk
    chain: Sequence[Revision]
    start: Catalog | None
    goal: Future[_Goal] | None
    after_up: AfterUp | None
    touched: Collection[str]

    def go(self, tables: Mapping[str, Tables]) -> Proof:
        ids = [revision.id for revision in self.chain]
        before = Revisions([revision for revision in self.revisions.order if revision.id not in ids])
        edges = self.after_up is not None
        rows = 0
        with (
            self.states.copy(self.states.at(before)) as conninfo,
            closing(Readers(conninfo)) as readers,
        ):
            seen = [readers.read(self.start, edges=edges, touched=self.touched)]
            for place, id_ in enumerate(ids):
                rows += _fill(conninfo, tables.get(id_, ()))
                self.walk.up(conninfo, id_)
                seen.append(readers.read(edges=edges, touched=self.touched))
                if self.after_up:
                    self.after_up(place, seen[-2][0].catalog, seen[-1][0].catalog)
            stops = [stop for stop, _ in seen]
            if self.goal is not None:
                _require(self.goal.result().snapshot, stops[-1], ("sql/", "the head"))
                self._require_bodies(self.goal.result().troubles, before)
            self._back(conninfo, readers, stops)
            self.walk.up(conninfo, *ids)
            _require(stops[-1], readers.read()[0], ("the head", "the head after a second time up"))
        fingerprints = tuple(found for _, found in seen)
        return Proof(self.states.scratch.major, tuple(self.chain), fingerprints, rows)

    def _require_bodies(self, troubles: Collection[Trouble], before: Revisions) -> None:
        """Raise BodiesBroken for what is wrong with bodies now, and was not before."""
        if not troubles:
            return
        with self.states.copy(self.states.at(before)) as conninfo:
            known = _wrong_bodies(conninfo, self.states.settings.schema)
        listed = "".join(
            f"\n{each.schema}.{each.routine}, line {each.line} of its body: {each.message}"
            for each in troubles
            if each not in known
        )
        if listed:
            raise BodiesBroken(
                f"After the revision these bodies fail when a call gets there:{listed}\n",
                remedy="Mend them in sql/; nothing was written.",
            )

    def _back(self, conninfo: str, readers: Readers, stops: Sequence[Snapshot]) -> None:
        for revision, before in zip(reversed(self.chain), stops[-2::-1], strict=True):
            self.walk.down(conninfo, revision.id)
            names = (f"the database before {revision.id}", "that after its down")
            _require(before, readers.read()[0], names, revision.down)


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
