"""From reports to findings: drops what comments and settings allow, and says where the rest is."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from toolkit.core.findings import Finding, Severity
from toolkit.errors import SqlFileError
from toolkit.lint.file import File, Role
from toolkit.lint.registry import Fix, Report, all_rules
from toolkit.lint.selection import Selection
from toolkit.lint.suppressions import Allowed, Suppression, removals

# A text, compiled when there is a finding.
_WORD: Final = r"""(?s)(?:"(?:[^"]|"")*"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$]+))*|'(?:[^']|'')*'|\S"""


def judge(
    file: File,
    suppressions: tuple[Suppression, ...],
    reports: Iterable[tuple[str, Report]],
    selection: Selection,
) -> Iterator[tuple[Finding, Fix | None]]:
    """Yield the findings of a file that nothing allows, and those about the comments that allow.

    suppressions: those in the file. reports: what rules say of it, with their codes. A migration has no fix.
    """
    ignored = frozenset().union(*(codes for glob, codes in selection.ignored if fnmatchcase(file.path, glob)))
    used: set[tuple[int, str]] = set()
    allowed = Allowed(suppressions)
    left = []
    for code, report in reports:
        if code in ignored:
            continue
        allowing = allowed.by(code, report.start)
        used |= {(suppression.start, code) for suppression in allowing}
        if not allowing:
            left.append((code, report))
    about = _about(file, suppressions, used, selection)
    left += [(code, report) for code, report in about if code in selection.rules and code not in ignored]
    # What is applied history, or may be, stays as it is.
    stays = file.role in (Role.FORWARD, Role.BACKWARD) or "migrations" in file.path.split("/")
    if left:
        page = Page(file.path, file.text)
        for code, report in left:
            found = page.finding(code, selection.severities[code], report)
            yield found, None if stays else report.fix


class Page:
    """A text of which findings are made: it knows where its lines begin."""

    def __init__(self, path: str, text: str) -> None:
        """Find the lines; path: what findings call the file."""
        self._path, self._text = path, text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def finding(self, code: str, severity: Severity, report: Report) -> Finding:
        """Return a report as a finding: with lines and columns instead of offsets."""
        start = min(report.start, len(self._text))
        end = report.end
        if end < start:
            match = re.compile(_WORD).match(self._text, start)
            end = match.end() if match else start
        return Finding(self._path, *self.span(start, end), code, severity, report.message, report.remedy)

    def span(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Return the line and the column of two offsets, from 1."""
        return (*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def unreadable(name: str, error: SqlFileError, selection: Selection) -> Finding:
    """Return the finding for a file that can't be read."""
    severity = selection.severities.get("X01", Severity.ERROR)
    line = error.line or 1
    reason = error.reason.rstrip(".")
    return Finding(name, line, 1, line, 1, "X01", severity, reason, error.remedy or "Make it readable.")


def _about(
    file: File, suppressions: tuple[Suppression, ...], used: set[tuple[int, str]], selection: Selection
) -> Iterator[tuple[str, Report]]:
    """Yield what is wrong with the suppressions of a file: X02 for unused ones, X03 for unknown ones."""
    every = all_rules()
    unused: dict[Suppression, list[str]] = {}
    for suppression in suppressions:
        start, end = suppression.start, suppression.end
        if not suppression.codes or not suppression.reason:
            what = "code" if not suppression.codes else "reason"
            remedy = "Write -- toolkit: allow CODE reason."
            yield "X03", Report(start, f"this comment gives no {what}", remedy, end)
        for code in suppression.codes:
            if code not in every:
                remedy = "`toolkit rule` lists the rules."
                yield "X03", Report(start, f"there is no lint rule {code}", remedy, end)
            elif code in selection.rules and (start, code) not in used:
                unused.setdefault(suppression, []).append(code)
    fixes = removals(unused, file.text, file.facts)
    for suppression, codes in unused.items():
        # What the rules over the tree say of a file outside of it depends on the files linted with it.
        certain = file.role is not Role.SCRIPT or all(every[code].scope != "tree" for code in codes)
        fix = fixes.get(suppression) if certain else None
        for code in codes:
            message = f"nothing here breaks {code}"
            yield "X02", Report(suppression.start, message, "Remove the comment.", suppression.end, fix)
