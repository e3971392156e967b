"""The plan from the head of the revisions to what sql/ declares, and the revisions that it becomes."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import psycopg

from toolkit.catalog.catalog import Catalog
from toolkit.core.changes import Action, Plan, Step
from toolkit.migrate.chain import Chain, refuse_losses, write_chain
from toolkit.migrate.freeze import Draft, draft_chain
from toolkit.migrate.goals import choose_target
from toolkit.migrate.proof import Tables
from toolkit.migrate.states import States, read_scratch
from toolkit.plan.alteration import Mode
from toolkit.plan.planner import make_plan
from toolkit.plan.renames import Renaming, find_renamings, rename_steps, reverse
from toolkit.plan.texts import match_texts
from toolkit.source.artifacts import read_artifacts
from toolkit.source.renames import read_renames
from toolkit.source.revisions import Revisions
from toolkit.source.statements import read_sql


@dataclass(frozen=True, slots=True)
class Proposal:
    """The plan from the one database to the other. parent: the head that its revisions will follow.

    owner: the role that the revisions will run as. renamings: what the first steps of the plan do, if any.
    """

    head: Catalog
    desired: Catalog
    plan: Plan
    parent: str | None
    owner: str
    renamings: tuple[Renaming, ...] = ()


def propose(states: States, revisions: Revisions) -> Proposal:
    """Work out what leads from the head of the revisions to sql/.

    Raises what States.desired and States.at raise, SeveralHeads, and PlanImpossible.
    """
    settings = states.settings
    heads = choose_target(revisions, "head")
    artifacts = read_artifacts(settings.sql, settings.schema)
    said = [
        renamed
        for artifact in artifacts
        for renamed in read_renames(read_sql(artifact.path), artifact.path, settings.schema)
    ]
    templates = states.desired(), states.at(revisions)
    with ThreadPoolExecutor(len(templates)) as pool:
        desired, head = pool.map(partial(_read, states), templates)
    owner = settings.owner or states.scratch.user
    renamings = find_renamings(said, head, desired)
    renames = rename_steps(renamings, head)
    start = _renamed(states, revisions, renames) if renames else head
    texts = match_texts(artifacts, desired, settings.schema)
    plan = make_plan(start, desired, texts=texts, postgresql=settings.postgresql, owner=owner)
    plan = replace(plan, steps=renames + plan.steps)
    return Proposal(head, desired, plan, next(iter(heads), None), owner, renamings)


def _renamed(states: States, revisions: Revisions, renames: Iterable[Step]) -> Catalog:
    """Return the catalog at the head of the revisions after some renames, which PostgreSQL follows up."""
    with states.copy(states.at(revisions)) as conninfo:
        with psycopg.connect(conninfo) as connection:
            for step in renames:
                for statement in step.sql:
                    connection.execute(statement.encode())
        return read_scratch(conninfo)


def _read(states: States, template: str) -> Catalog:
    with states.copy(template) as conninfo:
        return read_scratch(conninfo)


def write_revisions(
    states: States,
    proposal: Proposal,
    message: str,
    now: datetime,
    *,
    allow_data_loss: bool,
    breaks: bool = False,
) -> Chain:
    """Freeze a proposal into revisions, prove them, and write their files.

    message: what they are for. now: the time in UTC. breaks: whether those who rely on the head's contract
    break, which makes it a phase of contraction. Raises DataLoss where data is lost and that is not
    allowed, ProofFailed, PlanImpossible for the way back; then nothing is written.
    """
    drafts = draft_chain(proposal.plan, message, proposal.parent, now, breaks=breaks)
    if not allow_data_loss:
        refuse_losses(drafts)

    def back(draft: Draft, before: Catalog, after: Catalog) -> Plan:
        if draft.steps[0].action is Action.RENAME:
            return Plan(rename_steps(reverse(proposal.renamings), after))
        return make_plan(
            after,
            before,
            mode=Mode.TRANSACTION if draft.transactional else Mode.STEPS,
            postgresql=states.settings.postgresql,
            owner=proposal.owner,
        )

    tables = {draft.id: _tables(draft, proposal) for draft in drafts}
    return write_chain(states, drafts, (proposal.head, proposal.desired), back, tables)


def _tables(draft: Draft, proposal: Proposal) -> Tables:
    """Return the tables that a revision touches, by themselves or by what belongs to them."""
    found: set[tuple[str, str]] = set()
    for key in {step.object for step in draft.steps if step.action is not Action.RENAME}:
        edges = [
            edge
            for catalog in (proposal.head, proposal.desired)
            for edge in catalog.dependencies(key)
            if edge.owned
        ]
        found |= {(on.schema, on.name) for on in (key, *(edge.on for edge in edges)) if on.kind == "TABLE"}
    return sorted(found)
