"""A plan frozen into a chain of revisions: their names and the text of their files."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from toolkit.core.changes import Action, Plan, Risk, Step
from toolkit.migrate.files import LOSES_DATA, STEP, WRITE_HERE
from toolkit.source.effects import read_effects
from toolkit.source.facts import NAMED_BY_SERVICES, Grant
from toolkit.source.losses import find_removals
from toolkit.source.reading import read_facts
from toolkit.source.revisions import FORMAT, NO_TRANSACTION, Expected
from toolkit.source.statements import Statement

_ID = "%Y%m%d%H%M%S"
_SECOND = timedelta(seconds=1)
_LONGEST_SLUG = 40
_LATER_BODIES = (
    "-- The body of a function may speak of what comes after it.\nSET LOCAL check_function_bodies = off;"
)
_PYTHON = '''"""{message}"""

from toolkit.migrate.files import sql_files

revision = {id}
down_revision = {parent}
branch_labels = None
depends_on = None
format_version = {format}
transactional = {transactional}
phase = {phase}
{fingerprints}
upgrade, downgrade = sql_files(__file__)
'''


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision in the making: all its steps run in one transaction, or none of them in any.

    parent: the revision that it follows, None for the first. stem: what the names of its files begin with.
    breaks: whether the plan that it is of breaks those who rely on the contract.
    """

    id: str
    parent: str | None
    message: str
    stem: str
    steps: tuple[Step, ...]
    transactional: bool
    breaks: bool = False

    @property
    def losses(self) -> list[str]:
        """What data its steps lose."""
        return [loss for step in self.steps for loss in _losses(step)]

    @property
    def unwritten(self) -> list[str]:
        """What a person has to write."""
        return [step.by_hand for step in self.steps if step.by_hand]

    @property
    def phase(self) -> str:
        """Contract where services lose what they use, data where a person has to write, else expand."""
        changes = any(step.action is not Action.CREATE for step in self.steps)
        if self.losses or (self.breaks and changes) or any(map(_takes_away, self.steps)):
            return "contract"
        return "data" if self.unwritten else "expand"


def split_steps(plan: Plan) -> list[tuple[Step, ...]]:
    """Return the steps by revision: a run of steps that are alike in transactions makes one.

    Renames make one of their own, for their way back is not worked out from the databases.
    """
    alike = groupby(plan.steps, lambda step: (step.transactional, step.action is Action.RENAME))
    return [tuple(steps) for _, steps in alike]


def draft_chain(
    plan: Plan, message: str, parent: str | None, now: datetime, *, breaks: bool = False
) -> list[Draft]:
    """Return the revisions that a plan becomes.

    message: what they are for. parent: the head that the first one follows. now: the time in UTC, which the
    ids are made of; they come after that of the parent, and each after the one before it. breaks: see Draft.
    """
    parts = split_steps(plan)
    first = _first_id(now, parent)
    slug = re.sub(r"[^a-z0-9]+", "_", message.lower())[:_LONGEST_SLUG].strip("_") or "revision"
    drafts: list[Draft] = []
    for number, steps in enumerate(parts, 1):
        id_ = (first + _SECOND * (number - 1)).strftime(_ID)
        place = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        stem = f"{id_}_{slug}" + (f"_{number}" if len(parts) > 1 else "")
        drafts.append(
            Draft(
                id_,
                drafts[-1].id if drafts else parent,
                f"{_one_line(message).rstrip('.')}{place}.",
                stem,
                steps,
                steps[0].transactional,
                breaks,
            )
        )
    return drafts


def up_text(draft: Draft) -> str:
    """Return the text of the `.up.sql`: a comment for each step, a marker where it loses data."""
    return _text(draft, draft.message, draft.steps, mark_losses=True)


def down_text(draft: Draft, steps: Sequence[Step]) -> str:
    """Return the text of the `.down.sql` whose steps are given."""
    return _text(draft, f"Back from: {draft.message}", steps, mark_losses=False)


def python_text(draft: Draft, source: Expected | None = None, target: Expected | None = None) -> str:
    """Return the text of the `.py`; source, target: fingerprints of what the revision touches."""
    expected = [("source", source), ("target", target)]
    return _PYTHON.format(
        message=draft.message.replace("\\", "\\\\").replace('"', '\\"'),
        id=json.dumps(draft.id),
        parent=json.dumps(draft.parent) if draft.parent else None,
        format=FORMAT,
        transactional=draft.transactional,
        phase=json.dumps(draft.phase),
        fingerprints="".join(_literal(name, value) for name, value in expected if value is not None),
    )


def _literal(name: str, value: Mapping[str, str | None]) -> str:
    if not value:
        return f"{name} = {{}}\n"
    lines = "".join(
        f"    {json.dumps(key, ensure_ascii=False)}: {json.dumps(mark) if mark else None},\n"
        for key, mark in value.items()
    )
    return f"{name} = {{\n{lines}}}\n"


def _first_id(now: datetime, parent: str | None) -> datetime:
    try:
        after = datetime.strptime(parent or "", _ID).replace(tzinfo=UTC) + _SECOND
    except ValueError:  # none, or one that is no time
        return now
    return max(now, after)


def _text(draft: Draft, title: str, steps: Sequence[Step], *, mark_losses: bool) -> str:
    head = [] if draft.transactional else [NO_TRANSACTION]
    blocks = ["\n".join([*head, f"-- {title}"])]
    if draft.transactional and any(_makes_routine(step) for step in steps):
        blocks.append(_LATER_BODIES)
    for step in steps:
        if step.by_hand:
            blocks.append(WRITE_HERE + _one_line(step.by_hand))
        lead = [f"-- {_one_line(f'{step.action} {step.object}: {step.why}')}"]
        if mark_losses:
            lead += [LOSES_DATA + _one_line(loss) for loss in _losses(step)]
        for statement in step.sql:
            mark = [] if draft.transactional else [_step_mark(statement)]
            blocks.append("\n".join([*mark, *lead, _ended(statement)]))
            lead = []
    return "\n\n".join(blocks) + "\n"


def _makes_routine(step: Step) -> bool:
    return step.action is not Action.DROP and step.object.kind in ("FUNCTION", "PROCEDURE")


def _step_mark(statement: str) -> str:
    """Return the line before a step; the planner says that it is safe to run again where nobody sees it."""
    once = read_effects(Statement(Path(), statement, 1)).once
    return f"{STEP} repeatable" if once else STEP


def _takes_away(step: Step) -> bool:
    """Return whether a service of the version before may miss what a step drops, renames or revokes."""
    if step.object.kind == "ACL":
        grants = [fact for text in step.sql for fact in read_facts(text, "") if isinstance(fact, Grant)]
        revoked = {name for grant in grants if not grant.granted for name in grant.grantees} - {"public"}
        return not revoked <= {name for grant in grants if grant.granted for name in grant.grantees}
    return step.action is Action.RENAME or (
        step.action is Action.DROP and step.object.kind.lower() in NAMED_BY_SERVICES
    )


def _losses(step: Step) -> list[str]:
    found = [loss for text in step.sql for loss in find_removals(Statement(Path(), text, 1))]
    if step.risk is Risk.LOSES_DATA and not found:
        return [f"{step.action} {step.object}: {step.why}"]
    return found


def _ended(statement: str) -> str:
    text = statement.strip()
    return f"{text}\n;" if "--" in text.rpartition("\n")[2] else f"{text};"


def _one_line(text: str) -> str:
    return " ".join(text.split())
