"""From paths to findings: finds the files, reads them, asks the rules, and says where in the text it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple

from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings
from toolkit.errors import LintUsage, SqlFileError
from toolkit.lint.examine import Examiner
from toolkit.lint.file import File, Role
from toolkit.lint.registry import Fix, Report, Rule, all_rules, expand_codes, select_rules
from toolkit.lint.suppressions import Suppression, read_suppressions
from toolkit.source.facts import Problem
from toolkit.source.reading import read_facts
from toolkit.source.statements import read_sql

_WORD: Final = re.compile(
    r"""(?:"(?:[^"]|"")*"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$]+))*|'(?:[^']|'')*'|\S""", re.DOTALL
)
_BACKWARD: Final = ".down.sql"


class Selection(NamedTuple):
    """The rules that run: all of them by code, with the severity that each has in this project."""

    rules: dict[str, Rule]
    severities: dict[str, Severity]
    ignored: tuple[tuple[str, frozenset[str]], ...]  # codes by glob of the path


class Examined(NamedTuple):
    """What linting gave: the findings by path and place, the fix of each where it has one, files read."""

    findings: list[Finding]
    fixes: dict[Finding, Fix]
    files: int


def select(settings: Settings, chosen: Sequence[str] = (), ignored: Sequence[str] = ()) -> Selection:
    """Return the rules that the settings and the command line ask for; raises LintUsage for unknown ones."""
    lint = settings.lint
    every = all_rules()
    try:
        rules = select_rules(chosen or lint.select, (*lint.ignore, *ignored))
        severities = {code: rule.severity for code, rule in rules.items()}
        for word, severity in lint.severity:
            severities |= dict.fromkeys(expand_codes(word, every) & rules.keys(), Severity(severity))
        by_glob = tuple(
            (glob, frozenset().union(*(expand_codes(word, every) for word in words)))
            for glob, words in lint.per_file_ignores
        )
    except KeyError as error:
        raise LintUsage(
            f"There is no lint rule or family {error.args[0]!r}.", remedy="`toolkit rule` lists them."
        ) from error
    return Selection(rules, severities, by_glob)


def find_files(paths: Iterable[Path], settings: Settings) -> Iterator[Path]:
    """Yield the SQL files at and under some paths; raises LintUsage where there is nothing."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*.sql")
                if file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
                and not file.is_relative_to(settings.sql / "contract")
            )
        elif path.exists():
            yield path
        else:
            raise LintUsage(f"There is no {path}.", remedy="Name files or folders that are there.")


def role_of(path: Path, settings: Settings) -> Role:
    """Return what a file is to the project."""
    if path.is_relative_to(settings.sql):
        return Role.ARTIFACT
    if path.is_relative_to(settings.migrations):
        return Role.BACKWARD if path.name.endswith(_BACKWARD) else Role.FORWARD
    return Role.SCRIPT


def lint_files(paths: Iterable[Path], settings: Settings, selection: Selection) -> Examined:
    """Lint files; one that can't be read is a finding."""
    examiner = Examiner(selection.rules.values())
    result = Examined([], {}, 0)
    count = 0
    for path in paths:
        count += 1
        name = _shown(path, settings.root)
        try:
            text = read_sql(path)
        except SqlFileError as error:
            result.findings.append(_unreadable(name, error, selection))
            continue
        _lint_text(text, name, role_of(path, settings), settings, selection, examiner, result)
    result.findings.sort()
    return result._replace(files=count)


def lint_text(text: str, path: Path, settings: Settings, selection: Selection) -> Examined:
    """Lint a text that is, or is to be, at a path."""
    result = Examined([], {}, 1)
    examiner = Examiner(selection.rules.values())
    _lint_text(
        text, _shown(path, settings.root), role_of(path, settings), settings, selection, examiner, result
    )
    result.findings.sort()
    return result


def _lint_text(
    text: str,
    name: str,
    role: Role,
    settings: Settings,
    selection: Selection,
    examiner: Examiner,
    result: Examined,
) -> None:
    facts = read_facts(text, settings.schema)
    file = File(name, text, role, settings, facts)
    suppressions = read_suppressions(text, facts)
    ignored = _ignored(name, selection)
    used: set[tuple[int, str]] = set()
    for rule, report in _reports(file, examiner):
        if rule.code in ignored:
            continue
        allowing = [s for s in suppressions if s.allows(rule.code, report.start)]
        used |= {(suppression.start, rule.code) for suppression in allowing}
        if not allowing:
            finding = _finding(text, name, rule.code, selection.severities[rule.code], report)
            result.findings.append(finding)
            if report.fix:
                result.fixes[finding] = report.fix
    for code, report in _about(suppressions, used, selection):
        if code in selection.rules and code not in ignored:
            result.findings.append(_finding(text, name, code, selection.severities[code], report))


def _reports(file: File, examiner: Examiner) -> Iterator[tuple[Rule, Report]]:
    """Yield the reports on a file; of the down side of a revision, whether it can be read."""
    if file.role is Role.BACKWARD:
        file = file._replace(facts=tuple(fact for fact in file.facts if isinstance(fact, Problem)))
    yield from examiner.examine(file)


def _about(
    suppressions: tuple[Suppression, ...], used: set[tuple[int, str]], selection: Selection
) -> Iterator[tuple[str, Report]]:
    """Yield what is wrong with the suppressions of a file: X02 for unused ones, X03 for unknown ones."""
    every = all_rules()
    for suppression in suppressions:
        start, end = suppression.start, suppression.end
        if not suppression.codes or not suppression.reason:
            what = "code" if not suppression.codes else "reason"
            yield (
                "X03",
                Report(start, f"this comment gives no {what}", "Write -- toolkit: allow CODE reason.", end),
            )
        for code in suppression.codes:
            if code not in every:
                yield (
                    "X03",
                    Report(start, f"there is no lint rule {code}", "`toolkit rule` lists the rules.", end),
                )
            elif code in selection.rules and (start, code) not in used:
                yield "X02", Report(start, f"nothing here breaks {code}", "Remove the comment.", end)


def _ignored(name: str, selection: Selection) -> frozenset[str]:
    return frozenset().union(*(codes for glob, codes in selection.ignored if fnmatchcase(name, glob)))


def _finding(text: str, name: str, code: str, severity: Severity, report: Report) -> Finding:
    start = min(report.start, len(text))
    end = report.end
    if end < start:
        match = _WORD.match(text, start)
        end = match.end() if match else start
    line, column = _place(text, start)
    end_line, end_column = _place(text, end)
    return Finding(name, line, column, end_line, end_column, code, severity, report.message, report.remedy)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _unreadable(name: str, error: SqlFileError, selection: Selection) -> Finding:
    severity = selection.severities.get("X01", Severity.ERROR)
    line = error.line or 1
    reason = error.reason.rstrip(".")
    return Finding(name, line, 1, line, 1, "X01", severity, reason, error.remedy or "Make it readable.")


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
