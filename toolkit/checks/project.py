"""A project as the checks see it: its settings, its files, and the databases that stand for them."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from toolkit.checks.calls import try_commands
from toolkit.checks.committed import read_reference
from toolkit.checks.contracts import infer_contract
from toolkit.checks.git import changed_files
from toolkit.checks.kept import Inferred, KeptContract
from toolkit.checks.outcome import finding
from toolkit.checks.tried import Tried
from toolkit.core.contract import Command, Contract
from toolkit.core.findings import Finding
from toolkit.core.settings import Settings
from toolkit.errors import SqlFileError, ToolkitError
from toolkit.migrate.application import Event, Running
from toolkit.migrate.runner import Retry
from toolkit.migrate.states import States, Unavailable, open_oldest
from toolkit.server.scratch import open_scratch
from toolkit.source.artifacts import Artifact, read_artifacts
from toolkit.source.errors_toml import line_of_rule
from toolkit.source.revisions import Revision, Revisions, read_revisions
from toolkit.source.statements import Statement

Show = Callable[[str], None]  # what is going on, for people
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?:? (?P<words>.+)", re.DOTALL)


class Project:
    """Settings, revisions and scratch servers; each is read or opened when it is first asked for."""

    def __init__(
        self,
        settings: Settings,
        stack: ExitStack,
        show: Show,
        *,
        base: str | None = None,
        database: str | None = None,
    ) -> None:
        """Begin; stack: closes what is opened, show: hears what is going on.

        base: the git reference that a change is judged against. database: the conninfo of one that the
        revisions were applied to.
        """
        self.settings = settings
        self.show = show
        self.base = base
        self.database = database
        self._stack = stack

    @cached_property
    def revisions(self) -> Revisions:
        """The history; raises RevisionsInvalid."""
        return read_revisions(self.settings.migrations / "versions")

    @cached_property
    def new_revisions(self) -> list[Revision]:
        """The revisions that the base does not have as they are, in order; all where there is no base."""
        if self.base is None:
            return self.revisions.order
        changed = changed_files(self.settings.root, self.base)
        return [
            revision
            for revision in self.revisions.order
            if any(path in changed for path in (revision.path, revision.up, revision.down))
        ]

    @cached_property
    def base_contract(self) -> Contract:
        """The contract that is committed at the base; raises GitFailed."""
        return read_reference(self.settings, self.base or "HEAD")

    @cached_property
    def states(self) -> States:
        """The databases of the project on the scratch server; raises what starting that raises."""
        self.show("Starting the scratch server")
        return States(self.settings, self._stack.enter_context(open_scratch()), self._hear)

    @cached_property
    def oldest(self) -> States | Unavailable | None:
        """The same on the oldest target major; None where that is the scratch server's."""
        return self._stack.enter_context(open_oldest(self.states))

    @cached_property
    def files(self) -> list[Artifact]:
        """The artifacts; raises as read_artifacts does."""
        return read_artifacts(self.settings.sql, self.settings.schema)

    @cached_property
    def artifacts(self) -> dict[str, Statement]:
        """The statement that makes each object, by the object's qualified name; raises as `files` does."""
        return {
            f"{name.schema}.{name.name}": declaration.statement
            for artifact in self.files
            for declaration in artifact.declarations
            if declaration.identity is not None
            for name in declaration.declares
        }

    @cached_property
    def pinned(self) -> States:
        """The server that the contract is inferred on: the oldest target major's where it is to be had."""
        return self.oldest if isinstance(self.oldest, States) else self.states

    @cached_property
    def inferred(self) -> Inferred:
        """The contract that the SQL of the project makes; it is kept for the next time."""
        kept = KeptContract(self.settings)
        found = kept.read()
        if found is None:
            self.show(f"Reading the contract on PostgreSQL {self.pinned.scratch.major}")
            with self.pinned.copy(self.pinned.desired()) as conninfo:
                found = infer_contract(conninfo, self.settings)
            kept.write(found)
        return found

    @cached_property
    def commands(self) -> list[Command]:
        """The commands of the contract."""
        return [each for each in self.inferred.contract.commands if each.volatility == "volatile"]

    @cached_property
    def tried(self) -> dict[Command, Tried]:
        """What the commands answer to many calls."""
        with self.pinned.copy(self.pinned.desired()) as conninfo:
            return try_commands(conninfo, self.settings, self.commands, self.show)

    @property
    def servers(self) -> tuple[States, ...]:
        """Both, as far as they are to be had."""
        return (self.states, self.oldest) if isinstance(self.oldest, States) else (self.states,)

    @property
    def majors(self) -> str:
        """The major versions of the servers, as text."""
        return " and ".join(str(states.scratch.major) for states in self.servers)

    @property
    def missing(self) -> tuple[str, ...]:
        """What to say about a server that is not to be had."""
        oldest = self.oldest
        return (
            (f"Not run on PostgreSQL {oldest.major}: {oldest.reason}",)
            if isinstance(oldest, Unavailable)
            else ()
        )

    def as_finding(self, error: ToolkitError, place: Path | None = None) -> Finding:
        """Return an error as a finding: where it says that it is, else at the beginning of `place`."""
        found = _PLACE.match(error.message)
        message = found["words"] if found else error.message
        path = Path(found["path"]) if found else self._named(message) or place or self.settings.sql
        line, column = (int(found[name] or 1) for name in ("line", "column")) if found else (1, 1)
        if isinstance(error, SqlFileError):
            path, message = error.path, error.reason
        return finding(
            self.settings,
            path,
            error.code or "error",
            message.rstrip(".").replace(f"{self.settings.root}/", ""),
            error.remedy or "Mend what stands there.",
            line,
            column,
        )

    def _named(self, message: str) -> Path | None:
        """Return the first file of the project that a message names."""
        found = re.search(rf"{re.escape(str(self.settings.root))}/\S+\.\w+", message)
        return Path(found[0]) if found else None

    def at(self, name: str, code: str, message: str, remedy: str) -> Finding:
        """Return an error at the statement that makes an object; name: qualified outside the schema."""
        bare = name.partition("(")[0].replace('"', "")
        made = self.artifacts.get(bare if "." in bare else f"{self.settings.schema}.{bare}")
        path, line = (made.path, made.line) if made else (self.settings.sql, 1)
        return finding(self.settings, path, code, message, remedy, line)

    def at_rule(self, rule: str, code: str, message: str, remedy: str) -> Finding:
        """Return an error at a rule in errors.toml."""
        path = self.settings.sql / "errors.toml"
        line = line_of_rule(path.read_text(encoding="utf-8"), rule)
        return finding(self.settings, path, code, message, remedy, line)

    def _hear(self, event: Event | Retry) -> None:
        if isinstance(event, Running):
            self.show(f"{event.direction} {event.revision.id} {event.revision.message}")


@contextmanager
def open_project(
    settings: Settings, show: Show, *, base: str | None = None, database: str | None = None
) -> Iterator[Project]:
    """Give a Project whose scratch databases die with the block; base, database: see Project."""
    with ExitStack() as stack:
        yield Project(settings, stack, show, base=base, database=database)
