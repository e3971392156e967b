"""The SQL files of a revision: found, read, cut into steps; and the two functions that Alembic calls."""

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic import op

from toolkit.errors import RevisionFileInvalid, ToolkitError
from toolkit.source.checksums import checksum
from toolkit.source.effects import Effects, read_effects
from toolkit.source.losses import find_removals
from toolkit.source.revisions import NO_TRANSACTION, Revision
from toolkit.source.statements import Statement, read_sql, split_statements

Direction = Literal["upgrade", "downgrade"]
_STEP = re.compile(r"\s*--\s*toolkit:\s*step(\s+repeatable)?\s*")
STEP = "-- toolkit: step"
WRITE_HERE = "-- toolkit: write here: "  # what a person has to write follows
LOSES_DATA = "-- toolkit: loses-data "  # what is lost follows; somebody meant it
_REMEDY = "docs/how-to/write-a-revision.md of cqrs-toolkit shows what such a file looks like."


@dataclass(frozen=True, slots=True)
class Action:
    """One statement and what it does."""

    statement: Statement
    effects: Effects


@dataclass(frozen=True, slots=True)
class Step:
    """Statements that are recorded together; checksum is that of their text."""

    actions: tuple[Action, ...]
    checksum: str


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One SQL file of a revision; a transactional one is a single step. checksum: of the text as read."""

    path: Path
    text: str
    checksum: str
    steps: tuple[Step, ...]


def sql_files(path: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return `upgrade` and `downgrade` of the revision whose `.py` is `path`; they run its SQL files."""
    name = Path(path).name

    def upgrade() -> None:
        _apply(name, "upgrade")

    def downgrade() -> None:
        _apply(name, "downgrade")

    return upgrade, downgrade


def _apply(name: str, direction: Direction) -> None:
    context = op.get_context()
    run = context.opts.get("toolkit_run")
    if run is None:
        raise ToolkitError(
            f"{name} can be applied by the toolkit's environment only.",
            remedy="Let migrations/env.py call toolkit.migrate.env.run().",
        )
    run.apply(context, name, direction)


def read_file(revision: Revision, direction: Direction, *, draft: bool = False) -> SqlFile:
    """Read one SQL file of a revision that is no merge.

    draft: whether something may still have to be written. Raises RevisionFileInvalid for a missing file, for
    one that does not agree with the `.py` on transactions or that waits for a person to write something, and
    for statements that can't be applied so; SqlFileError, SqlSyntaxError.
    """
    path = revision.up if direction == "upgrade" else revision.down
    if path is None:
        wanted = revision.path.with_suffix(".up.sql" if direction == "upgrade" else ".down.sql")
        raise RevisionFileInvalid(f"{wanted} is missing.", remedy="Restore it, or write it.")
    digest, text = checksum(path), read_sql(path)
    if text.startswith(NO_TRANSACTION) == revision.transactional:
        raise RevisionFileInvalid(
            f"{path} and {revision.path.name} do not agree on whether the revision runs in a transaction.",
            remedy=f"With transactional = False both SQL files begin with `{NO_TRANSACTION}`, else none.",
        )
    if not draft:
        _refuse_unwritten(text, path)
    actions = _read_actions(text, path)
    for action in actions:
        _refuse_unfit(action)
    groups = [list(actions)] if revision.transactional else _group(actions, text, path)
    return SqlFile(path, text, digest, tuple(Step(tuple(group), _digest(group)) for group in groups))


@functools.lru_cache(maxsize=8)  # a proof reads the same file several times
def _read_actions(text: str, path: Path) -> tuple[Action, ...]:
    return tuple(Action(statement, read_effects(statement)) for statement in split_statements(text, path))


def _refuse_unwritten(text: str, path: Path) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(WRITE_HERE):
            raise RevisionFileInvalid(
                f"{path}:{number}: somebody has to write here: {line.removeprefix(WRITE_HERE).strip()}.",
                remedy="Write it there, or nothing if nothing is needed, and remove the line.",
            )


def _refuse_unfit(action: Action) -> None:
    place = f"{action.statement.path}:{action.statement.line}"
    if action.effects.ends_transaction:
        raise RevisionFileInvalid(
            f"{place}: a revision must not begin or end transactions itself.", remedy="Remove the statement."
        )
    if action.effects.copies:
        raise RevisionFileInvalid(
            f"{place}: a revision can't COPY to or from the client.", remedy="Write INSERT statements."
        )


def find_unmarked_losses(file: SqlFile) -> Iterator[tuple[Statement, str]]:
    """Yield what the statements drop for good without a `-- toolkit: loses-data` line before them."""
    lines = file.text.splitlines()
    actions = [action for step in file.steps for action in step.actions]
    for action, before in _before(actions):
        if not any(lines[number - 1].startswith(LOSES_DATA) for number in before):
            yield from ((action.statement, loss) for loss in find_removals(action.statement))


def _before(actions: Sequence[Action]) -> Iterator[tuple[Action, range]]:
    """Yield statements with the lines between the one before and it: what stands there is no part of one."""
    end = 0
    for action in actions:
        first = action.statement.line
        yield action, range(end + 1, first)
        end = first + action.statement.text.count("\n")


def _group(actions: Sequence[Action], text: str, path: Path) -> list[list[Action]]:
    """Check that one statement follows each line `-- toolkit: step`; a line inside a statement is none.

    A step that was interrupted is run again, so its statement must not mind what it did already.
    """
    lines = text.splitlines()
    for action, before in _before(actions):
        place = f"{path}:{action.statement.line}"
        mark = next((found for number in before if (found := _STEP.fullmatch(lines[number - 1]))), None)
        if mark is None:
            raise RevisionFileInvalid(f"{place}: no `-- toolkit: step` before the statement.", remedy=_REMEDY)
        if action.effects.once and not mark[1]:
            raise RevisionFileInvalid(
                f"{place}: a step has to be safe to run again.",
                remedy=f"Make it so: {action.effects.once}; or let a transactional revision do it.",
            )
    return [[action] for action in actions]


def _digest(actions: list[Action]) -> str:
    return hashlib.sha256(";\n".join(action.statement.text for action in actions).encode()).hexdigest()
