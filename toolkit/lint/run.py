"""From paths to findings: finds the files, reads them and asks the rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from toolkit.core.findings import Finding
from toolkit.core.settings import Settings
from toolkit.errors import SqlFileError
from toolkit.lint.examine import LARGE, Examiner, Input, Progress, Sheet, examine_each
from toolkit.lint.file import File, Role
from toolkit.lint.files import Layout, files_in
from toolkit.lint.history import migrations
from toolkit.lint.judge import Page, judge, unreadable
from toolkit.lint.registry import Fix, Report, by_fact
from toolkit.lint.selection import Selection
from toolkit.lint.tree import ErrorCodes, Placed, Tree
from toolkit.source.errors_toml import read_error_codes
from toolkit.source.revisions import read_revisions
from toolkit.source.statements import read_sql

if TYPE_CHECKING:
    from toolkit.lint.cache import Cache

_ERRORS, _CONTRACT, _SUFFIX = "errors.toml", "contract", ".contract"
_NOTHING: Final[Mapping[Path, str]] = {}


# Looks at files: examine_each, or several processes (toolkit.lint.workers).
Examine = Callable[[Examiner, Sequence[Input], Progress], list[Sheet]]
OpenCache = Callable[[str], "Cache"]


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


class _Project(NamedTuple):
    """What is linted: of the files asked for, and of those around them, what could be read and what not.

    asked: the names of the files asked for. unread: a finding for each that can't be read. errors: what
    errors.toml says, None where it has nothing to do with them. contract: the texts of the committed contract
    by the names of its files, without their suffix. versions: the folder of revisions, None where there are
    none.
    """

    asked: frozenset[str]
    inputs: list[Input]
    unread: list[Finding]
    errors: ErrorCodes | None
    contract: Mapping[str, str]
    versions: Path | None


def lint_files(
    paths: Iterable[Path],
    settings: Settings,
    selection: Selection,
    texts: Mapping[Path, str] = _NOTHING,
    *,
    history: bool = False,
    progress: Progress = _silent,
    examine: Examine = examine_each,
    open_cache: OpenCache | None = None,
) -> Examined:
    """Lint files; one that can't be read is a finding.

    texts: what is to be at a path, whatever is there now. history: also give the findings of revisions before
    the one that the settings begin with. progress: is told how many files of how many are examined.
    Where a file belongs to the artifacts or to the migrations, the rules over the whole tree look at all of
    them; findings are those of the files asked for, and of errors.toml where all artifacts are.
    examine, open_cache: what looks at many files, and what gives the cache for what is found, by what that
    depends on; they are asked where files are LARGE in all, so that a small run need not import them.
    """
    project = _read(paths, settings, selection, texts)
    large = sum(len(given.text) for given in project.inputs) >= LARGE
    if not large or open_cache is None:
        examiner = Examiner(selection.rules.values(), settings, project.asked)
        sheets = (examine if large else examine_each)(examiner, project.inputs, progress)
        return _judge(project, sheets, settings, selection, history=history)
    examiner = Examiner(selection.rules.values(), settings)
    cache = open_cache(_context(settings, selection))
    keys = [cache.key(given.name, given.role.value, given.text) for given in project.inputs]
    whole = cache.key(b"".join(keys), repr(history), *_beside(project))
    if (result := cache.result(whole)) is not None:
        return Examined(*result)
    known = cache.sheets(keys)
    missing = {key: given for key, given in zip(keys, project.inputs, strict=True) if key not in known}
    made = dict(zip(missing, examine(examiner, list(missing.values()), progress), strict=True))
    known |= made
    examined = _judge(project, [known[key] for key in keys], settings, selection, history=history)
    if made:
        cache.keep_sheets(keys, made)
    cache.keep_result(whole, tuple(examined))
    return examined


def _read(
    paths: Iterable[Path], settings: Settings, selection: Selection, texts: Mapping[Path, str]
) -> _Project:
    """Read the files asked for and those around them."""
    layout = Layout(settings)
    given = {str(path): text for path, text in texts.items()}
    asked = dict.fromkeys(map(str, paths))
    around = layout.around(asked)
    every = asked | dict.fromkeys(path for folder in around for path in files_in(folder, settings))
    inputs: list[Input] = []
    unread: list[Finding] = []
    for place in every:
        name = layout.name(place)
        try:
            text = given[place] if place in given else read_sql(Path(place))
        except SqlFileError as error:
            unread.append(unreadable(name, error, selection))
        else:
            inputs.append(Input(name, text, layout.role(place)))
    versions = settings.migrations / "versions"
    return _Project(
        frozenset(map(layout.name, asked)),
        inputs,
        unread,
        _read_errors(settings) if settings.sql in around else None,
        _read_contract(settings.sql / _CONTRACT) if settings.sql in around else {},
        versions if any(versions.glob("*.py")) else None,
    )


def _context(settings: Settings, selection: Selection) -> str:
    """Return what all findings depend on."""
    ignored = [(glob, sorted(codes)) for glob, codes in selection.ignored]
    return repr((settings, sorted(selection.severities.items()), ignored))


def _beside(project: _Project) -> Iterator[str | bytes]:
    """Yield what the findings of a run depend on beside the files that can be read."""
    yield repr((sorted(project.asked), project.unread))
    if project.errors is not None:
        yield project.errors.text
    yield from chain.from_iterable(project.contract.items())
    for file in sorted(project.versions.glob("*.py")) if project.versions else ():
        yield file.name
        with suppress(OSError):  # whoever reads it says so
            yield file.read_bytes()


def _judge(
    project: _Project, sheets: list[Sheet], settings: Settings, selection: Selection, *, history: bool
) -> Examined:
    """Return the findings of the files asked for, by what all of them gave."""
    result = _judge_all(project, sheets, settings, selection)
    wanted = set(project.asked)
    errors = project.errors
    if errors and wanted.issuperset(given.name for given in project.inputs if given.role is Role.ARTIFACT):
        wanted.add(errors.path)
    if not history:
        wanted -= _left_alone(settings)
    findings = [finding for finding in (*project.unread, *result.findings) if finding.path in wanted]
    return result._replace(findings=sorted(findings), files=len(project.asked), paths=frozenset(wanted))


def _left_alone(settings: Settings) -> set[str]:
    """Return the files of the revisions before the setting since-revision: they are applied."""
    if settings.lint.since_revision is None:
        return set()
    revisions = read_revisions(settings.migrations / "versions")
    since = revisions.find(settings.lint.since_revision).id
    before = [revisions[id_] for id_ in revisions.ancestors(since) - {since}]
    files = [file for revision in before for file in (revision.up, revision.down) if file is not None]
    return set(map(Layout(settings).name, files))


def _judge_all(project: _Project, sheets: list[Sheet], settings: Settings, selection: Selection) -> Examined:
    """Ask the rules about more than one file, and make findings of what all rules report."""
    errors = project.errors
    files = [File(*given, settings, sheet.facts) for given, sheet in zip(project.inputs, sheets, strict=True)]
    reports: dict[str, list[tuple[str, Report]]] = defaultdict(list)
    for path, code, report in chain(
        _ask_tree(files, sheets, settings, selection, project),
        _ask_migrations(files, settings, selection, project.versions),
    ):
        reports[path].append((code, report))
    result = Examined([], {}, len(files))
    for file, sheet in zip(files, sheets, strict=True):
        every = (*sheet.reports, *reports.pop(file.path, ()))
        for found, fix in judge(file, sheet.suppressions, every, selection):
            result.findings.append(found)
            if fix:
                result.fixes[found] = fix
    if errors is not None and errors.path in reports:
        page = Page(errors.path, errors.text)
        for code, report in reports[errors.path]:
            result.findings.append(page.finding(code, selection.severities[code], report))
    return result


def _ask_tree(
    files: list[File], sheets: list[Sheet], settings: Settings, selection: Selection, project: _Project
) -> Iterator[tuple[str, str, Report]]:
    """Yield path, code and report of the rules about the whole tree; migrations are no part of it."""
    tree = Tree(
        (file for file in files if file.role in (Role.ARTIFACT, Role.SCRIPT)),
        settings,
        project.errors,
        (
            Placed(file.path, one)
            for file, sheet in zip(files, sheets, strict=True)
            for one in sheet.documents
        ),
        project.contract,
    )
    for rule in selection.rules.values():
        if rule.scope == "tree":
            for report in rule.function(tree):
                yield report.path, rule.code, report


def _ask_migrations(
    files: list[File], settings: Settings, selection: Selection, versions: Path | None
) -> Iterator[tuple[str, str, Report]]:
    """Yield path, code and report of the rules about migrations, asked in the order of application."""
    wanted = by_fact(selection.rules.values(), "migration")
    forward = sorted((file for file in files if file.role is Role.FORWARD), key=lambda file: file.path)
    phases: dict[str, str] = {}
    if versions and forward:
        layout = Layout(settings)
        order: dict[str, int] = {}
        for revision in read_revisions(versions).order:
            if revision.up is not None:
                path = layout.name(revision.up)
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
    return ErrorCodes(Layout(settings).name(path), path.read_text(encoding="utf-8"), names)


def _read_contract(folder: Path) -> dict[str, str]:
    """Return the texts of the contract by name, with signs that no contract has for what is no text."""
    texts = {}
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        with suppress(OSError):  # `toolkit contract check` says so
            texts[file.name.removesuffix(_SUFFIX)] = file.read_text(encoding="utf-8", errors="replace")
    return texts
