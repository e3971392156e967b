"""What a check says."""

from dataclasses import dataclass
from pathlib import Path

from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found. said: one sentence about what was looked at, without its full stop.

    findings: what is wrong. notes: what is not, and should be known all the same. unproven: what could not be
    shown, where it stands. stopped: the exit status of the error that it stopped at, so that nothing else is
    known; 0 where it did not.
    """

    said: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    unproven: tuple[Finding, ...] = ()
    stopped: int = 0


def finding(
    settings: Settings, path: Path, code: str, message: str, remedy: str, line: int = 1, column: int = 1
) -> Finding:
    """Return an error at a place in a file; its path becomes relative to the root of the project."""
    name = path.relative_to(settings.root) if path.is_relative_to(settings.root) else path
    return Finding(name.as_posix(), line, column, line, column, code, Severity.ERROR, message, remedy)
