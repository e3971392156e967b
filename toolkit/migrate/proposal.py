"""The plan from the head of the revisions to what sql/ declares, and the revisions that it becomes."""

import contextlib
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from psycopg import sql

from toolkit.catalog.catalog import Catalog
from toolkit.core.changes import ObjectKey, Plan
from toolkit.migrate.chain import Chain, refuse_losses, write_chain
from toolkit.migrate.freeze import Draft, draft_chain
from toolkit.migrate.goals import choose_target
from toolkit.migrate.proof import Snapshot, Tables, snapshot, take_snapshot
from toolkit.migrate.states import States
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan
from toolkit.source.artifacts import read_artifacts
from toolkit.source.references import Declaration
from toolkit.source.revisions import Revisions

# Objects that one statement of an artifact makes, and nothing else with them; by their name space.
_WRITTEN: Final = {
    "VIEW": "relation",
    "MATERIALIZED VIEW": "relation",
    "FUNCTION": "routine",
    "PROCEDURE": "routine",
}
_SIGNATURE: Final = """
SELECT proname || '(' || coalesce((
    SELECT string_agg(format_type(t, NULL), ', ' ORDER BY n)
    FROM unnest(proargtypes) WITH ORDINALITY AS argument (t, n)), '') || ')'
FROM pg_proc WHERE oid = %s
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The plan from the one database to the other. parent: the head that its revisions will follow.

    owner: the role that the revisions will run as.
    """

    head: Snapshot
    desired: Snapshot
    plan: Plan
    parent: str | None
    owner: str


def propose(states: States, revisions: Revisions) -> Proposal:
    """Work out what leads from the head of the revisions to sql/.

    Raises what States.desired and States.at raise, SeveralHeads, and PlanImpossible.
    """
    settings = states.settings
    heads = choose_target(revisions, "head")
    with states.copy(states.desired()) as conninfo:
        desired = take_snapshot(conninfo)
        with closing(psycopg.connect(conninfo, autocommit=True)) as connection:
            texts = _texts(states, desired.catalog, connection)
            owner = settings.owner or connection.info.user
    head = snapshot(states, states.at(revisions))
    plan = make_plan(head.catalog, desired.catalog, texts=texts, postgresql=settings.postgresql, owner=owner)
    return Proposal(head, desired, plan, next(iter(heads), None), owner)


def write_revisions(
    states: States, proposal: Proposal, message: str, now: datetime, *, allow_data_loss: bool
) -> Chain:
    """Freeze a proposal into revisions, prove them, and write their files.

    message: what they are for. now: the time in UTC. Raises DataLoss where data is lost and that is not
    allowed, ProofFailed, PlanImpossible for the way back; then nothing is written.
    """
    drafts = draft_chain(proposal.plan, message, proposal.parent, now)
    if not allow_data_loss:
        refuse_losses(drafts)

    def back(draft: Draft, before: Snapshot, after: Snapshot) -> Plan:
        return make_plan(
            after.catalog,
            before.catalog,
            mode=Mode.TRANSACTION if draft.transactional else Mode.STEPS,
            postgresql=states.settings.postgresql,
            owner=proposal.owner,
        )

    tables = {draft.id: _tables(draft, proposal) for draft in drafts}
    return write_chain(states, drafts, proposal.desired, back, tables)


def _tables(draft: Draft, proposal: Proposal) -> Tables:
    """Return the tables that a revision touches, by themselves or by what belongs to them."""
    found: set[tuple[str, str]] = set()
    for key in {step.object for step in draft.steps}:
        edges = [
            edge
            for catalog in (proposal.head.catalog, proposal.desired.catalog)
            for edge in catalog.dependencies(key)
            if edge.owned
        ]
        found |= {(on.schema, on.name) for on in (key, *(edge.on for edge in edges)) if on.kind == "TABLE"}
    return sorted(found)


def _texts(states: States, catalog: Catalog, connection: psycopg.Connection) -> Mapping[ObjectKey, str]:
    """Return the statements in sql/ that make the views and routines of the catalog loaded from it."""
    settings = states.settings
    by_name: dict[tuple[str, str, str], list[ObjectKey]] = defaultdict(list)
    for key in catalog.by_key:
        if key.kind in _WRITTEN:
            by_name[_WRITTEN[key.kind], key.schema, key.name.partition("(")[0]].append(key)
    texts: dict[ObjectKey, str] = {}
    for artifact in read_artifacts(settings.sql, settings.schema):
        for declaration in artifact.declarations:
            names = [by_name[name.space, name.schema, name.name] for name in declaration.declares]
            keys = [key for found in names for key in found]
            if len(keys) == 1:
                texts[keys[0]] = declaration.statement.text
            elif keys:
                signature = _signature(declaration, settings.schema, connection)
                texts.update((key, declaration.statement.text) for key in keys if key.name == signature)
    return texts


def _signature(declaration: Declaration, schema: str, connection: psycopg.Connection) -> str | None:
    """Ask the server which of several routines of one name a statement makes; None where it can't tell."""
    (name,) = declaration.declares
    qualified = sql.Identifier(name.schema, name.name).as_string()
    arguments = (declaration.identity or "").partition("(")[2]
    with contextlib.suppress(psycopg.Error), connection.transaction():  # a type with an awkward name
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        found = connection.execute("SELECT to_regprocedure(%s)::oid", [f"{qualified}({arguments}"]).fetchone()
        connection.execute("SET LOCAL search_path = ''")
        row = connection.execute(_SIGNATURE, found).fetchone()
        return str(row[0]) if row else None
    return None
