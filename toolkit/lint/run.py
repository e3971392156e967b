"""From paths to findings: finds the files, reads them, asks the rules, and says where in the text it is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Settings
from toolkit.errors import LintUsage, SqlFileError
from toolkit.lint.examine import Examiner
from toolkit.lint.file import File, Role
from toolkit.lint.history import migrations
from toolkit.lint.registry import Fix, Report, Rule, all_rules, by_fact, expand_codes, select_rules
from toolkit.lint.suppressions import Suppression, read_suppressions
from toolkit.lint.tree import ErrorCodes, Tree
from toolkit.source.errors_toml import read_error_codes
from toolkit.source.facts import Problem
from toolkit.source.reading import read_facts
from toolkit.source.revisions import read_revisions
from toolkit.source.statements import read_sql

_WORD: Final = re.compile(
    r"""(?:"(?:[^"]|"")*"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$]+))*|'(?:[^']|'')*'|\S""", re.DOTALL
)
_BACKWARD: Final = ".down.sql"
_ERRORS: Final = "errors.toml"
_NOTHING: Final[Mapping[Path, str]] = {}


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


def lint_files(
    paths: Iterable[Path],
    settings: Settings,
    selection: Selection,
    texts: Mapping[Path, str] = _NOTHING,
    *,
    history: bool = False,
) -> Examined:
    """Lint files; one that can't be read is a finding.

    texts: what is to be at a path, whatever is there now. history: also give the findings of revisions before
    the one that the settings begin with. Where a file belongs to the artifacts or to the
    migrations, the rules over the whole tree look at all of them; findings are those of the files asked for,
    and of errors.toml where all artifacts are.
    """
    asked = list(dict.fromkeys(paths))
    around = [
        folder
        for folder in (settings.sql, settings.migrations)
        if folder.is_dir() and any(path.is_relative_to(folder) for path in asked)
    ]
    context = list(find_files(around, settings))
    files: list[File] = []
    findings: list[Finding] = []
    for path in dict.fromkeys([*asked, *context]):
        name = _shown(path, settings.root)
        try:
            text = texts[path] if path in texts else read_sql(path)
        except SqlFileError as error:
            findings.append(_unreadable(name, error, selection))
            continue
        role = role_of(path, settings)
        files.append(File(name, text, role, settings, read_facts(text, settings.schema)))
    errors = _read_errors(settings) if settings.sql in around else None
    result = _examine(files, settings, selection, errors)
    shown = {_shown(path, settings.root) for path in asked}
    if errors and shown.issuperset(file.path for file in files if file.role is Role.ARTIFACT):
        shown.add(errors.path)
    if not history:
        shown -= _left_alone(settings)
    kept = [finding for finding in (*findings, *result.findings) if finding.path in shown]
    return result._replace(findings=sorted(kept), files=len(asked))


def _left_alone(settings: Settings) -> set[str]:
    """Return the files of the revisions before the setting since-revision: they are applied."""
    if settings.lint.since_revision is None:
        return set()
    revisions = read_revisions(settings.migrations / "versions")
    since = revisions.find(settings.lint.since_revision).id
    before = [revisions[id_] for id_ in revisions.ancestors(since) - {since}]
    files = [file for revision in before for file in (revision.up, revision.down) if file is not None]
    return {_shown(file, settings.root) for file in files}


def _examine(
    files: list[File], settings: Settings, selection: Selection, errors: ErrorCodes | None
) -> Examined:
    """Ask all rules, drop what comments and settings allow, and say where the rest is."""
    reports: dict[str, list[tuple[str, Report]]] = defaultdict(list)
    for path, code, report in chain(
        _ask_files(files, selection),
        _ask_tree(files, settings, selection, errors),
        _ask_migrations(files, settings, selection),
    ):
        reports[path].append((code, report))
    result = Examined([], {}, len(files))
    for file in files:
        _judge(file, reports.pop(file.path, []), selection, result)
    if errors is not None:
        for code, report in reports.pop(errors.path, []):
            severity = selection.severities[code]
            result.findings.append(_finding(errors.text, errors.path, code, severity, report))
    return result


def _ask_files(files: list[File], selection: Selection) -> Iterator[tuple[str, str, Report]]:
    """Yield path, code and report of the rules about single files."""
    examiner = Examiner(selection.rules.values())
    for file in files:
        for rule, report in _reports(file, examiner):
            yield file.path, rule.code, report


def _ask_tree(
    files: list[File], settings: Settings, selection: Selection, errors: ErrorCodes | None
) -> Iterator[tuple[str, str, Report]]:
    """Yield path, code and report of the rules about the whole tree; migrations are no part of it."""
    tree = Tree((file for file in files if file.role in (Role.ARTIFACT, Role.SCRIPT)), settings, errors)
    for rule in selection.rules.values():
        if rule.scope == "tree":
            for report in rule.function(tree):
                yield report.path, rule.code, report


def _ask_migrations(
    files: list[File], settings: Settings, selection: Selection
) -> Iterator[tuple[str, str, Report]]:
    """Yield path, code and report of the rules about migrations, asked in the order of application."""
    wanted = by_fact(selection.rules.values(), "migration")
    forward = sorted((file for file in files if file.role is Role.FORWARD), key=lambda file: file.path)
    versions = settings.migrations / "versions"
    phases: dict[str, str] = {}
    if any(versions.glob("*.py")):
        order: dict[str, int] = {}
        for revision in read_revisions(versions).order:
            if revision.up is not None:
                path = _shown(revision.up, settings.root)
                order[path] = len(order)
                phases[path] = revision.phase
        forward.sort(key=lambda file: order.get(file.path, len(order)))
    for migration in migrations(forward, phases):
        for fact in migration.facts:
            for rule, function in wanted.get(type(fact), ()):
                for report in function(fact, migration):
                    yield migration.path, rule.code, report
            migration.apply(fact)


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
