"""From paths to findings: finds the files, reads them, asks the rules, and says where in the text it is."""

import re
from collections import defaultdict
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
from toolkit.lint.tree import ErrorCodes, Tree
from toolkit.source.errors_toml import read_error_codes
from toolkit.source.facts import Problem
from toolkit.source.reading import read_facts
from toolkit.source.statements import read_sql

_WORD: Final = re.compile(
    r"""(?:"(?:[^"]|"")*"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$]+))*|'(?:[^']|'')*'|\S""", re.DOTALL
)
_BACKWARD: Final = ".down.sql"
_ERRORS: Final = "errors.toml"


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
    """Lint files; one that can't be read is a finding.

    Where a file belongs to the artifacts or to the migrations, the rules over the whole tree look at all of
    them; findings are those of the files asked for.
    """
    asked = list(dict.fromkeys(paths))
    around = [
        folder
        for folder in (settings.sql, settings.migrations)
        if any(path.is_relative_to(folder) for path in asked)
    ]
    files: list[File] = []
    findings: list[Finding] = []
    for path in dict.fromkeys([*asked, *find_files(around, settings)]):
        name = _shown(path, settings.root)
        try:
            text = read_sql(path)
        except SqlFileError as error:
            findings.append(_unreadable(name, error, selection))
            continue
        files.append(_read(text, name, role_of(path, settings), settings))
    shown = {_shown(path, settings.root) for path in asked}
    shown |= {f"{_shown(folder, settings.root)}/{_ERRORS}" for folder in around}
    result = _examine(files, settings, selection)
    kept = [finding for finding in (*findings, *result.findings) if finding.path in shown]
    return result._replace(findings=sorted(kept), files=len(asked))


def lint_text(text: str, path: Path, settings: Settings, selection: Selection) -> Examined:
    """Lint a text that is, or is to be, at a path."""
    file = _read(text, _shown(path, settings.root), role_of(path, settings), settings)
    return _examine([file], settings, selection)


def _read(text: str, name: str, role: Role, settings: Settings) -> File:
    return File(name, text, role, settings, read_facts(text, settings.schema))


def _examine(files: list[File], settings: Settings, selection: Selection) -> Examined:
    """Ask all rules, drop what comments and settings allow, and say where the rest is."""
    reports: dict[str, list[tuple[str, Report]]] = defaultdict(list)
    examiner = Examiner(selection.rules.values())
    for file in files:
        for rule, report in _reports(file, examiner):
            reports[file.path].append((rule.code, report))
    errors = _read_errors(settings)
    trees = [Tree((f for f in files if f.role in (Role.ARTIFACT, Role.SCRIPT)), settings, errors)]
    for rule in selection.rules.values():
        if rule.scope == "tree":
            for tree in trees:
                for report in rule.function(tree):
                    reports[report.path].append((rule.code, report))
    result = Examined([], {}, len(files))
    for file in files:
        _judge(file, reports.pop(file.path, []), selection, result)
    if errors is not None:
        for code, report in reports.pop(errors.path, []):
            severity = selection.severities[code]
            result.findings.append(_finding(errors.text, errors.path, code, severity, report))
    result.findings.sort()
    return result


def _judge(file: File, reports: list[tuple[str, Report]], selection: Selection, result: Examined) -> None:
    """Add the findings of a file that nothing allows, and those about the comments that allow."""
    suppressions = read_suppressions(file.text, file.facts)
    ignored = _ignored(file.path, selection)
    used: set[tuple[int, str]] = set()
    for code, report in reports:
        if code in ignored:
            continue
        allowing = [s for s in suppressions if s.allows(code, report.start)]
        used |= {(suppression.start, code) for suppression in allowing}
        if not allowing:
            finding = _finding(file.text, file.path, code, selection.severities[code], report)
            result.findings.append(finding)
            if report.fix:
                result.fixes[finding] = report.fix
    for code, report in _about(suppressions, used, selection):
        if code in selection.rules and code not in ignored:
            severity = selection.severities[code]
            result.findings.append(_finding(file.text, file.path, code, severity, report))


def _read_errors(settings: Settings) -> ErrorCodes | None:
    """Return what errors.toml beside the artifacts says; None where it is not there."""
    path = settings.sql / _ERRORS
    if not path.is_file():
        return None
    names = frozenset(read_error_codes(path))
    return ErrorCodes(_shown(path, settings.root), path.read_text(encoding="utf-8"), names)


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
