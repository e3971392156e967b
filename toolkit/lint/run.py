"""From paths to findings: finds the files, reads them and asks the rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from toolkit.core.findings import Finding
from toolkit.core.settings import Settings
from toolkit.errors import LintUsage, SqlFileError
from toolkit.lint.examine import Examiner, Input, Sheet
from toolkit.lint.file import File, Role
from toolkit.lint.history import migrations
from toolkit.lint.judge import finding, judge, unreadable
from toolkit.lint.registry import Fix, Report, by_fact
from toolkit.lint.selection import Selection
from toolkit.lint.tree import ErrorCodes, Tree
from toolkit.source.errors_toml import read_error_codes
from toolkit.source.revisions import read_revisions
from toolkit.source.statements import read_sql

_BACKWARD: Final = ".down.sql"
_ERRORS: Final = "errors.toml"
_NOTHING: Final[Mapping[Path, str]] = {}


Progress = Callable[[int, int], None]  # how many are done, of how many


def _silent(done: int, of: int) -> None:
    """Say nothing."""


class Examined(NamedTuple):
    """What linting gave: the findings by path and place, the fix of each where it has one, files asked for.

    paths: the files whose findings these are, as findings name them. hidden: how many a baseline left out.
    """

    findings: list[Finding]
    fixes: dict[Finding, Fix]
    files: int
    paths: frozenset[str] = frozenset()
    hidden: int = 0


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
    progress: Progress = _silent,
) -> Examined:
    """Lint files; one that can't be read is a finding.

    texts: what is to be at a path, whatever is there now. history: also give the findings of revisions before
    the one that the settings begin with. progress: is told how many files of how many are examined.
    Where a file belongs to the artifacts or to the migrations, the rules over the whole tree look at all of
    them; findings are those of the files asked for, and of errors.toml where all artifacts are.
    """
    asked = list(dict.fromkeys(paths))
    around = [
        folder
        for folder in (settings.sql, settings.migrations)
        if folder.is_dir() and any(path.is_relative_to(folder) for path in asked)
    ]
    inputs: list[Input] = []
    findings: list[Finding] = []
    for path in dict.fromkeys([*asked, *find_files(around, settings)]):
        name = shown(path, settings.root)
        try:
            text = texts[path] if path in texts else read_sql(path)
        except SqlFileError as error:
            findings.append(unreadable(name, error, selection))
        else:
            inputs.append(Input(name, text, role_of(path, settings)))
    examiner = Examiner(selection.rules.values(), settings)
    sheets = []
    for number, given in enumerate(inputs):
        progress(number, len(inputs))
        sheets.append(examiner.examine(given))
    errors = _read_errors(settings) if settings.sql in around else None
    result = _judge(inputs, sheets, settings, selection, errors)
    wanted = {shown(path, settings.root) for path in asked}
    if errors and wanted.issuperset(given.name for given in inputs if given.role is Role.ARTIFACT):
        wanted.add(errors.path)
    if not history:
        wanted -= _left_alone(settings)
    kept = [finding for finding in (*findings, *result.findings) if finding.path in wanted]
    return result._replace(findings=sorted(kept), files=len(asked), paths=frozenset(wanted))


def _left_alone(settings: Settings) -> set[str]:
    """Return the files of the revisions before the setting since-revision: they are applied."""
    if settings.lint.since_revision is None:
        return set()
    revisions = read_revisions(settings.migrations / "versions")
    since = revisions.find(settings.lint.since_revision).id
    before = [revisions[id_] for id_ in revisions.ancestors(since) - {since}]
    files = [file for revision in before for file in (revision.up, revision.down) if file is not None]
    return {shown(file, settings.root) for file in files}


def _judge(
    inputs: list[Input],
    sheets: list[Sheet],
    settings: Settings,
    selection: Selection,
    errors: ErrorCodes | None,
) -> Examined:
    """Ask the rules about more than one file, and make findings of what all rules report."""
    files = [File(*given, settings, sheet.facts) for given, sheet in zip(inputs, sheets, strict=True)]
    reports: dict[str, list[tuple[str, Report]]] = defaultdict(list)
    for path, code, report in chain(
        _ask_tree(files, settings, selection, errors), _ask_migrations(files, settings, selection)
    ):
        reports[path].append((code, report))
    result = Examined([], {}, len(files))
    for file, sheet in zip(files, sheets, strict=True):
        every = (*sheet.reports, *reports.pop(file.path, ()))
        for found, fix in judge(file, sheet.suppressions, every, selection):
            result.findings.append(found)
            if fix:
                result.fixes[found] = fix
    if errors is not None:
        for code, report in reports.pop(errors.path, []):
            severity = selection.severities[code]
            result.findings.append(finding(errors.text, errors.path, code, severity, report))
    return result


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
                path = shown(revision.up, settings.root)
                order[path] = len(order)
                phases[path] = revision.phase
        forward.sort(key=lambda file: order.get(file.path, len(order)))
    for migration in migrations(forward, phases):
        for fact in migration.facts:
            for rule, function in wanted.get(type(fact), ()):
                for report in function(fact, migration):
                    yield migration.path, rule.code, report
            migration.apply(fact)


def _read_errors(settings: Settings) -> ErrorCodes | None:
    """Return what errors.toml beside the artifacts says; None where it is not there."""
    path = settings.sql / _ERRORS
    if not path.is_file():
        return None
    names = frozenset(read_error_codes(path))
    return ErrorCodes(shown(path, settings.root), path.read_text(encoding="utf-8"), names)


def shown(path: Path, root: Path) -> str:
    """Return what findings call a file: its path from the root, the whole one where it is elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
