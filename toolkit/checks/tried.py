"""Calls of commands, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from toolkit.core.contract import INTERNAL, Command

ACTOR: Final = "app.user_id"
# By the name of the parameter; one that is not there is left to its default.
Values = Mapping[str, str | None]


class Call(NamedTuple):
    """A command with arguments as text. actor: who acts, None for nobody."""

    command: Command
    values: Values
    actor: str | None

    def __str__(self) -> str:
        given = ", ".join(f"{name} => {shown(value)}" for name, value in self.values.items())
        return f"{self.command.name}({given}) with {ACTOR} {shown(self.actor)}"


class Answer(NamedTuple):
    """What became of a call.

    sqlstate: empty where it returned. rule: that the error names. wrote: whether something was changed or
    locked.
    """

    sqlstate: str
    rule: str
    message: str
    wrote: bool


@dataclass(slots=True)
class Tried:
    """What the calls of one command came to.

    good: calls that returned, those that changed something first. writing: how many those are. seen: the
    first call of each error.
    bad: calls of which one argument is none that the command takes, and what is wrong with it. stuck: the
    call that did not end, after which there are no others.
    """

    calls: int = 0
    writing: int = 0
    good: list[Call] = field(default_factory=list)
    seen: dict[tuple[str, str], tuple[Call, Answer]] = field(default_factory=dict)
    bad: list[tuple[str, Call, Answer]] = field(default_factory=list)
    stuck: Call | None = None


def documented(command: Command) -> set[tuple[str, str]]:
    """Return SQLSTATE and rule of the errors that arguments of a command can raise, as it says."""
    return {(error.sqlstate, error.rule) for error in command.errors if error.rule and error.code != INTERNAL}


def shown(value: str | None) -> str:
    """Return an argument for people, a long one cut."""
    if value is None:
        return "NULL"
    return repr(value if len(value) <= 40 else f"{value[:30]}…")  # noqa: PLR2004
