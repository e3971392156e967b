"""The baseline: the findings that a project had when it took the linter up, and that are not shown.

A finding is known again by its path, its code and the statement it is in, without the white space, never by
its line. So it stays hidden when lines move or other statements change, and comes back when its own does.
"""

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings
from toolkit.errors import BaselineInvalid, SqlFileError
from toolkit.lint.registry import all_rules
from toolkit.lint.run import Examined
from toolkit.lint.selection import Selection
from toolkit.source.facts import Statement
from toolkit.source.reading import read_facts
from toolkit.source.statements import read_sql

_VERSION: Final = 1
_UPDATE: Final = "`toolkit lint --update-baseline`"
_NOTHING: Final[Mapping[Path, str]] = {}
_NO_SQL: Final = (".toml", ".json", ".contract", ".py")  # what is read beside the SQL
_UNUSED: Final = "X02"  # the rule about a comment that allows what is not there: an entry is the same


class Entry(NamedTuple):
    """What findings have in common that the baseline does not tell apart; digest: of their statement."""

    path: str
    code: str
    digest: str


Entries = Counter[Entry]
Texts = Mapping[Path, str]


def baseline_file(settings: Settings) -> Path | None:
    """Return the file of a project's baseline, None where it has none."""
    return settings.root / settings.lint.baseline if settings.lint.baseline else None


def read_baseline(file: Path) -> Entries:
    """Return how many findings of each kind are known; raises BaselineInvalid."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BaselineInvalid(f"There is no {file}.", remedy=f"{_UPDATE} writes it.") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        remedy = f"Remove it and run {_UPDATE}."
        raise BaselineInvalid(f"{file} can't be read: {why}.", remedy=remedy) from error
    version = content.get("version") if isinstance(content, dict) else None
    if version != _VERSION:
        raise BaselineInvalid(
            f"{file} has the version {version}, and only {_VERSION} is known.",
            remedy=f"Install a newer toolkit, or remove it and run {_UPDATE}.",
        )
    try:
        return Entries(dict(_entries(content["findings"])))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BaselineInvalid(
            f"{file} is no baseline of findings.", remedy=f"Remove it and run {_UPDATE}."
        ) from error


def _entries(findings: Any) -> Iterator[tuple[Entry, int]]:  # noqa: ANN401 - JSON
    for path, codes in findings.items():
        for code, digests in codes.items():
            for digest, number in digests.items():
                if not isinstance(number, int) or number < 1:
                    raise ValueError(number)
                yield Entry(path, code, digest), number


def write_baseline(file: Path, entries: Entries) -> None:
    """Write a baseline, one line for each entry, in order; raises BaselineInvalid where it can't."""
    findings: dict[str, dict[str, dict[str, int]]] = {}
    for (path, code, digest), number in sorted(entries.items()):
        findings.setdefault(path, {}).setdefault(code, {})[digest] = number
    content = {"version": _VERSION, "findings": findings}
    try:
        file.write_text(
            json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
        )
    except OSError as error:
        raise BaselineInvalid(f"{file} can't be written: {error.strerror}.") from error


def updated(entries: Entries, examined: Examined, selection: Selection, settings: Settings) -> Entries:
    """Return what a baseline is to hold: of what was linted all that was found, of the rest what it held."""
    rest = {entry: n for entry, n in entries.items() if not _was_asked(entry, examined, selection, settings)}
    return Entries(rest) + Entries(_kinds(examined.findings, settings, {}))


def hide_known(
    examined: Examined, selection: Selection, settings: Settings, texts: Texts = _NOTHING
) -> Examined:
    """Return what was found without what the baseline knows, and with a finding for each idle entry of it.

    texts: as lint_files took them. Raises BaselineInvalid.
    """
    file = baseline_file(settings)
    if file is None:
        return examined
    left = read_baseline(file)
    findings = []
    for finding, kind in zip(examined.findings, _kinds(examined.findings, settings, texts), strict=True):
        if left[kind] > 0:
            left[kind] -= 1
        else:
            findings.append(finding)
    hidden = len(examined.findings) - len(findings)
    if _UNUSED in selection.rules:
        stale = [
            entry
            for entry, number in left.items()
            if number and _was_asked(entry, examined, selection, settings)
        ]
        findings += _stale(file, stale, selection.severities[_UNUSED], settings)
    return examined._replace(findings=sorted(findings), hidden=hidden)


def fingerprints(findings: list[Finding], settings: Settings, texts: Texts) -> Iterator[str]:
    """Yield, for each finding, what tells it from the others of its file and rule as a baseline does."""
    seen: Entries = Counter()
    for kind in _kinds(findings, settings, texts):
        seen[kind] += 1
        yield f"{kind.digest}:{seen[kind]}"


def _was_asked(entry: Entry, examined: Examined, selection: Selection, settings: Settings) -> bool:
    """Return whether an entry would have been matched if there still were what it is for."""
    if entry.code not in all_rules() or not (settings.root / entry.path).exists():
        return True
    return entry.path in examined.paths and entry.code in selection.rules


def _stale(file: Path, entries: list[Entry], severity: Severity, settings: Settings) -> Iterator[Finding]:
    text = file.read_text(encoding="utf-8") if entries else ""
    name = file.relative_to(settings.root).as_posix() if file.is_relative_to(settings.root) else str(file)
    for entry in entries:
        place = 0
        for word in entry:
            place = max(text.find(f"{json.dumps(word, ensure_ascii=False)}: ", place), place)
        line = text.count("\n", 0, place) + 1
        column = place - text.rfind("\n", 0, place)
        end = column + len(entry.digest) + 2
        message = f"{entry.path} breaks {entry.code} less often than the baseline says"
        yield Finding(name, line, column, line, end, _UNUSED, severity, message, f"Run {_UPDATE}.")


def _kinds(findings: list[Finding], settings: Settings, texts: Texts) -> Iterator[Entry]:
    """Yield the entry that stands for each finding; they are sorted by path."""
    for name, group in groupby(findings, attrgetter("path")):
        path = settings.root / name
        try:
            text = texts[path] if path in texts else read_sql(path)
        except SqlFileError:
            text = ""
        lines = text.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        facts = read_facts(text, settings.schema, bodies=False) if path.suffix not in _NO_SQL else ()
        statements = [fact for fact in facts if isinstance(fact, Statement)]
        for finding in group:
            offset = starts[finding.line - 1] + finding.column - 1 if text else 0
            place = bisect_right(statements, offset, key=attrgetter("start"))
            if place and offset <= statements[place - 1].end:
                about = text[statements[place - 1].start : statements[place - 1].end]
            else:  # a comment between statements, another file, one that can't be read
                about = lines[finding.line - 1] if text else finding.message
            yield Entry(name, finding.code, _digest(about))


def _digest(text: str) -> str:
    return hashlib.sha256("".join(text.lower().split()).encode()).hexdigest()[:16]
