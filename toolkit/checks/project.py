"""A project as the checks see it: its settings, its files, and the databases that stand for them."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings
from toolkit.errors import SqlFileError, ToolkitError
from toolkit.migrate.application import Event, Running
from toolkit.migrate.runner import Retry
from toolkit.migrate.states import States, Unavailable, open_oldest
from toolkit.server.scratch import open_scratch
from toolkit.source.revisions import Revisions, read_revisions

Show = Callable[[str], None]  # what is going on, for people
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?:? (?P<words>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found. said: one sentence about what was looked at, without its full stop.

    findings: what is wrong. notes: what is not, and should be known all the same.
    """

    said: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class Project:
    """Settings, revisions and scratch servers; each is read or opened when it is first asked for."""

    def __init__(self, settings: Settings, stack: ExitStack, show: Show) -> None:
        """Begin; stack: closes what is opened, show: hears what is going on."""
        self.settings = settings
        self.show = show
        self._stack = stack

    @cached_property
    def revisions(self) -> Revisions:
        """The history; raises RevisionsInvalid."""
        return read_revisions(self.settings.migrations / "versions")

    @cached_property
    def states(self) -> States:
        """The databases of the project on the scratch server; raises what starting that raises."""
        self.show("Starting the scratch server")
        return States(self.settings, self._stack.enter_context(open_scratch()), self._hear)

    @cached_property
    def oldest(self) -> States | Unavailable | None:
        """The same on the oldest target major; None where that is the scratch server's."""
        return self._stack.enter_context(open_oldest(self.states))

    @property
    def servers(self) -> tuple[States, ...]:
        """Both, as far as they are to be had."""
        return (self.states, self.oldest) if isinstance(self.oldest, States) else (self.states,)

    @property
    def majors(self) -> str:
        """The major versions of the servers, as text."""
        return " and ".join(str(states.scratch.major) for states in self.servers)

    @property
    def missing(self) -> tuple[str, ...]:
        """What to say about a server that is not to be had."""
        oldest = self.oldest
        return (
            (f"Not run on PostgreSQL {oldest.major}: {oldest.reason}",)
            if isinstance(oldest, Unavailable)
            else ()
        )

    def as_finding(self, error: ToolkitError, place: Path | None = None) -> Finding:
        """Return an error as a finding: where it says that it is, else at the beginning of `place`."""
        found = _PLACE.match(error.message)
        message = found["words"] if found else error.message
        path = Path(found["path"]) if found else place or self.settings.sql
        line, column = (int(found[name] or 1) for name in ("line", "column")) if found else (1, 1)
        if isinstance(error, SqlFileError):
            path, message = error.path, error.reason
        return finding(
            self.settings,
            path,
            error.code or "error",
            message.rstrip("."),
            error.remedy or "Mend it.",
            line,
            column,
        )

    def _hear(self, event: Event | Retry) -> None:
        if isinstance(event, Running):
            self.show(f"{event.direction} {event.revision.id} {event.revision.message}")


def finding(
    settings: Settings, path: Path, code: str, message: str, remedy: str, line: int = 1, column: int = 1
) -> Finding:
    """Return an error at a place in a file; its path becomes relative to the root of the project."""
    name = path.relative_to(settings.root) if path.is_relative_to(settings.root) else path
    return Finding(name.as_posix(), line, column, line, column, code, Severity.ERROR, message, remedy)


@contextmanager
def open_project(settings: Settings, show: Show) -> Iterator[Project]:
    """Give a Project whose scratch databases die with the block."""
    with ExitStack() as stack:
        yield Project(settings, stack, show)
