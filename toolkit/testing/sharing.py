"""What checks find, shared by the workers of one run of pytest-xdist: the first that asks finds it out."""

import fcntl
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from toolkit.checks.outcome import Outcome
from toolkit.core.findings import Finding, Severity

Outcomes = Mapping[str, Outcome]


class SharedOutcomes:
    """Outcomes in a folder that all workers of a run have; None where there is one process only."""

    def __init__(self, folder: Path | None) -> None:
        """Begin; the folder is there, and goes away with the run."""
        self._folder = folder

    def get(self, name: str, find_out: Callable[[], Outcomes]) -> Outcomes:
        """Return what was found out under a name; whoever asks first calls find_out, and the others wait.

        What find_out raises is raised; the next one tries again then.
        """
        if self._folder is None:
            return find_out()
        file = self._folder / hashlib.sha256(name.encode()).hexdigest()
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                text = json.dumps({name: asdict(outcome) for name, outcome in find_out().items()})
                part = file.with_suffix(".part")
                part.write_text(text, encoding="utf-8")
                part.replace(file)
            texts = json.loads(file.read_text(encoding="utf-8"))
        return {name: _outcome(**facts) for name, facts in texts.items()}


def _outcome(said: str, findings: list[Any], notes: list[str], unproven: list[Any], stopped: int) -> Outcome:
    found, open_ = (tuple(_finding(each) for each in part) for part in (findings, unproven))
    return Outcome(said, found, tuple(notes), open_, stopped)


def _finding(parts: list[Any]) -> Finding:
    finding = Finding(*parts)
    return finding._replace(severity=Severity(finding.severity))
