"""Tests that write themselves: for each file of a project, the checks that say something about it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from toolkit.checks.base import phase_findings
from toolkit.checks.committed import SUFFIX, contract_folder, read_committed
from toolkit.checks.git import name_commit
from toolkit.checks.history import check_step
from toolkit.checks.outcome import Outcome
from toolkit.checks.project import Project
from toolkit.checks.run import CHECKS, Check, run_check
from toolkit.core.findings import Finding
from toolkit.core.settings import find_root, load_settings
from toolkit.errors import ToolkitError
from toolkit.source.revisions import Revision
from toolkit.testing.sharing import Outcomes, SharedOutcomes

_ITEMS: Final = (
    "lint", "load", "bodies", "head", "stairway", "contract", "codegen", "documents", "arguments", "errors",
    "reach", "breaks", "phases",
)  # fmt: skip
_TOGETHER: Final = (("arguments", "errors"),)  # of the same calls
_MAKING: Final = ("load", "stairway")  # the checks that tell what is wrong where nothing can be made


class CheckFailed(AssertionError):  # noqa: N818 - named as the errors of the toolkit are
    """A check found something. findings: what."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Begin."""
        self.findings = list(findings)
        super().__init__("\n".join(f"{each.path}:{each.line}: {each.message}" for each in self.findings))


class Collector:
    """The project whose files are collected; what its checks find is found out once."""

    def __init__(self, config: pytest.Config, checks: str, base: str | None, shared: Path | None) -> None:
        """Begin; checks: their names with commas between, or all. base: a git reference.

        shared: the folder of all workers of the run, None where there is one process only.
        Raises UsageError for a name that is none, for settings that can't be read and for no such commit.
        """
        self._wanted = set(_ITEMS) if checks == "all" else {name.strip() for name in checks.split(",")}
        unknown = sorted(self._wanted - set(_ITEMS))
        if unknown:
            raise pytest.UsageError(f"There is no check {unknown[0]}. Known: {', '.join(_ITEMS)}.")
        stack = ExitStack()
        config.add_cleanup(stack.close)
        try:
            settings = load_settings(find_root(config.rootpath))
            if base:
                name_commit(settings.root, base)
        except ToolkitError as error:
            raise pytest.UsageError(str(error)) from error
        self.project = Project(settings, stack, _silent, base=base)
        self._outcomes: dict[str, Outcome] = {}
        self._shared = SharedOutcomes(shared)
        self._package = _Package(self.project)

    def collect(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Return the file with the checks that say something about it, None for one of somebody else."""
        checks = [name for name in self._package.checks(path) if name in self._wanted]
        if not checks:
            return None
        file: SqlFile = SqlFile.from_parent(parent, path=path)
        file.collector, file.checks = self, checks
        return file

    def covered(self, path: Path, check: str) -> frozenset[str]:
        """Return the files whose findings of a check are those of a file."""
        return self._package.covered(path, check)

    def outcome(self, name: str, revision: Revision | None) -> Outcome:
        """Return what a check finds; revision: the one that it is about, where it is about one."""
        key = f"{name} {revision.id}" if revision else name
        together = next((names for names in _TOGETHER if name in names), (name,))
        checks: Mapping[str, Check] = (
            {key: partial(_OF_REVISIONS[name], revision=revision)}
            if revision
            else {each: CHECKS[each] for each in together}
        )
        if key not in self._outcomes:
            self._outcomes |= self._shared.get(" ".join(checks), partial(self._find_out, checks))
        return self._outcomes[key]

    def _find_out(self, checks: Mapping[str, Check]) -> Outcomes:
        return {key: run_check(self.project, check) for key, check in checks.items()}

    def revision(self, path: Path) -> Revision | None:
        """Return the revision of a file."""
        return next((each for each in self.project.revisions.order if each.path == path), None)


def _check_phase(project: Project, revision: Revision) -> Outcome:
    if project.base is None or revision.phase == "contract":
        return Outcome("not looked at")
    return Outcome("looked at", tuple(phase_findings(project, revision, project.base_contract)))


_OF_REVISIONS: Final[dict[str, Any]] = {"stairway": check_step, "phases": _check_phase}


class _Package:
    """Which checks say something about which file."""

    def __init__(self, project: Project) -> None:
        self._project = project
        settings = project.settings
        self._names: dict[Path, list[tuple[str, str]]] = {}
        self._commands: set[str] = set()
        self._contract = contract_folder(settings)
        made = settings.codegen.python or settings.codegen.json_schema
        self._telling_of_code = min(self._contract.glob(f"*{SUFFIX}"), default=None) if made else None
        try:
            for artifact in project.files:
                self._names[artifact.path] = [
                    (each.identity.partition(f" {name.schema}.")[0], self._bare(name.schema, name.name))
                    for each in artifact.declarations
                    if each.identity
                    for name in each.declares
                    if name.space in ("relation", "routine")
                ]
            if self._contract.is_dir():
                commands = read_committed(settings).commands
                self._commands = {each.name for each in commands if each.volatility == "volatile"}
        except ToolkitError:
            pass  # what can't be read is told by the check `load`, or `contract`
        self._subjects = {name for names in self._names.values() for _, name in names}
        self._versions = settings.migrations / "versions"

    def _bare(self, schema: str, name: str) -> str:
        return name if schema == self._project.settings.schema else f"{schema}.{name}"

    def checks(self, path: Path) -> Iterator[str]:
        """Yield the names of the checks about a file."""
        settings = self._project.settings
        if path.is_relative_to(self._contract):
            if path.suffix == SUFFIX and path.stem not in self._subjects:
                yield "contract"
            if path == self._telling_of_code:
                yield "codegen"
        elif path.is_relative_to(settings.sql):
            yield from self._of_sql(path)
        elif path == settings.migrations / "env.py":
            yield "head"
        elif path.parent == self._versions and path.suffix == ".py":
            yield from ("lint", "stairway")
            if self._project.base and self._is_new(path):
                yield "phases"

    def _is_new(self, path: Path) -> bool:
        return any(each.path == path for each in self._project.new_revisions)

    def _of_sql(self, path: Path) -> Iterator[str]:
        if path.suffix == ".sql":
            yield from ("lint", "load")
            kinds = self._names.get(path, [])
            if kinds:
                yield from self._of_objects(kinds)
        elif path.name == "errors.toml":
            yield from ("lint", "errors")

    def _of_objects(self, objects: list[tuple[str, str]]) -> Iterator[str]:
        projections = self._project.settings.names.projection
        models = [
            name
            for kind, name in objects
            if kind.endswith("view") or name.rpartition(".")[2].startswith(projections)
        ]
        routines = [name for kind, name in objects if kind == "routine"]
        if routines:
            yield "bodies"
        if models or routines:
            yield "contract"
            if self._project.base:
                yield "breaks"
        if models:
            yield "documents"
        if self._commands & set(routines):
            yield from ("arguments", "errors")
        yield "reach"

    def covered(self, path: Path, check: str) -> frozenset[str]:
        """Return the names of the files whose findings of a check are those of a file."""
        paths = [path]
        if path.parent == self._versions:
            paths += [path.with_suffix(".up.sql"), path.with_suffix(".down.sql")]
        if check == "contract":
            paths += [self._contract / f"{name}{SUFFIX}" for _, name in self._names.get(path, ())]
        root = self._project.settings.root
        return frozenset(each.relative_to(root).as_posix() for each in paths)


class SqlFile(pytest.File):
    """A file of the project."""

    collector: Collector
    checks: list[str]

    def collect(self) -> Iterator[pytest.Item]:
        """Yield one test for each check."""
        for name in self.checks:
            item: CheckItem = CheckItem.from_parent(self, name=name)
            item.collector, item.covers = self.collector, self.collector.covered(self.path, name)
            item.add_marker(pytest.mark.toolkit(check=name))
            yield item


class CheckItem(pytest.Item):
    """One check about one file."""

    collector: Collector
    covers: frozenset[str]

    def runtest(self) -> None:
        """Raise CheckFailed for what the check finds in the file; skip where nothing could be shown."""
        revision = self.collector.revision(self.path) if self.name in _OF_REVISIONS else None
        outcome = self.collector.outcome(self.name, revision)
        mine = [found for found in outcome.findings if self._is_mine(found, stopped=bool(outcome.stopped))]
        if mine:
            raise CheckFailed(mine)
        if outcome.stopped:
            pytest.skip(f"nothing is known: see {outcome.findings[0].path}")
        unproven = [found.message for found in outcome.unproven if found.path in self.covers]
        if unproven:
            pytest.skip("; ".join(unproven))

    def _is_mine(self, finding: Finding, *, stopped: bool) -> bool:
        """Return whether this is the test that has to tell: of the file, or the first where none is."""
        tests = [item for item in self.session.items if isinstance(item, CheckItem)]
        names = _MAKING if stopped else (self.name,)
        telling = [item for item in tests if item.name in names and finding.path in item.covers]
        return self in (telling or [item for item in tests if item.name == self.name][:1])

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's signature
        """Return what was found and what to do about it; errors of the toolkit without a traceback."""
        if isinstance(excinfo.value, ToolkitError):
            return str(excinfo.value)
        if not isinstance(excinfo.value, CheckFailed):
            return super().repr_failure(excinfo, style)
        lines = [
            f"{each.path}:{each.line}:{each.column} {each.code} {each.message}\n    help: {each.remedy}"
            for each in excinfo.value.findings
        ]
        return "\n".join([*lines, f"Run `toolkit check {self.name}` to see all of them."])

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test is."""
        return self.path, None, self.name


def _silent(message: str) -> None:
    """Show nothing."""
