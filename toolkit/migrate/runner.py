"""Alembic's `upgrade` and `downgrade`, called from Python, and tried again where a lock was not granted."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import RevisionStep
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionMap
from alembic.util import CommandError

from toolkit.core.settings import Settings
from toolkit.errors import AlembicRefused, RevisionFailed, ToolkitError
from toolkit.migrate.application import LOCK_NOT_AVAILABLE, Done, Event
from toolkit.migrate.env import ATTRIBUTE, Request
from toolkit.source.revisions import Revisions

_TRIES = 6
_FIRST_PAUSE = 0.5  # seconds; doubled each time, plus up to as much again by chance


@dataclass(frozen=True, slots=True)
class Retry:
    """A statement waited too long for a table lock: its transaction is rolled back and tried again.

    place: file and line. pause: seconds until then.
    """

    place: str
    pause: float


Notify = Callable[[Event | Retry], None]


def upgrade(settings: Settings, conninfo: str, revisions: Revisions, target: str, notify: Notify) -> None:
    """Apply revisions up to `target`, an id or "head".

    Raises ToolkitError; a lock_timeout (55P03) only after several tries. What was applied stays applied.
    """
    config = _config(settings, Request(conninfo, revisions, notify))
    _persist(lambda: command.upgrade(config, target), notify)


def downgrade(
    settings: Settings,
    conninfo: str,
    revisions: Revisions,
    target: str,
    notify: Notify,
    *,
    allow_data_loss: bool,
) -> None:
    """Take revisions back to `target`, in Alembic's words: an id, "base" or "-1".

    Raises ToolkitError; a lock_timeout (55P03) only after several tries; DataLoss, before anything ran, where
    a .down.sql loses data and that is not allowed.
    """
    done = 0

    def hear(event: Event) -> None:
        nonlocal done
        done += isinstance(event, Done)
        notify(event)

    def go_on() -> None:  # what an earlier try took back counts
        command.downgrade(config, str(int(target) + done) if target.startswith("-") else target)

    config = _config(settings, Request(conninfo, revisions, hear, allow_data_loss))
    _persist(go_on, notify)


def _persist(action: Callable[[], None], notify: Notify) -> None:
    """Call Alembic, and again after a pause where a statement waited too long for a lock."""
    pause = _FIRST_PAUSE
    for number in range(1, _TRIES + 1):
        try:
            _call(action)
        except RevisionFailed as error:
            if error.sqlstate != LOCK_NOT_AVAILABLE or number == _TRIES:
                raise
            wait = pause * (1 + random.random())  # noqa: S311 - only to keep two deployers apart
            notify(Retry(error.place, wait))
            time.sleep(wait)
            pause *= 2
        else:
            return


class Walk:
    """Takes single revisions up or down, whatever the shape of the history; for scratch databases."""

    def __init__(
        self, settings: Settings, revisions: Revisions, notify: Notify, *, draft: bool = False
    ) -> None:
        """Begin; draft: whether places that a person has to fill may be empty."""
        self._request = Request("", revisions, notify, allow_data_loss=True, draft=draft)
        self._config = _config(settings, self._request)
        self._script = ScriptDirectory.from_config(self._config)

    def up(self, conninfo: str, *ids: str) -> None:
        """Apply revisions in the given order; raises ToolkitError."""
        self._go(conninfo, lambda _: ids, RevisionStep.upgrade_from_script)

    def up_to_heads(self, conninfo: str) -> None:
        """Apply all revisions that the database lacks; raises ToolkitError."""
        revisions = self._request.revisions
        self._go(
            conninfo,
            lambda heads: [revision.id for revision in revisions.pending(revisions.heads, heads)],
            RevisionStep.upgrade_from_script,
        )

    def down(self, conninfo: str, *ids: str) -> None:
        """Take revisions back in the given order; raises ToolkitError."""
        self._go(conninfo, lambda _: ids, RevisionStep.downgrade_from_script)

    def _go(
        self,
        conninfo: str,
        choose: Callable[[Sequence[str]], Sequence[str]],
        make: Callable[[RevisionMap, Script], RevisionStep],
    ) -> None:
        script = self._script

        def plan(heads: Sequence[str], _: object) -> list[RevisionStep]:
            chosen = map(script.get_revision, choose(heads))
            return [make(script.revision_map, revision) for revision in chosen if revision]

        self._config.attributes[ATTRIBUTE] = replace(self._request, conninfo=conninfo)
        with EnvironmentContext(self._config, script, fn=plan, destination_rev="heads"):
            _call(script.run_env)


def _config(settings: Settings, request: Request) -> Config:
    file = settings.root / "alembic.ini"
    if not file.is_file():
        raise AlembicRefused(f"There is no {file}.", remedy="Restore it; Alembic finds the revisions by it.")
    config = Config(file)
    config.attributes[ATTRIBUTE] = request
    # Revisions that are still being made lie in a folder of their own.
    folders = {revision.path.parent: None for revision in request.revisions.order}
    if folders.keys() - {settings.migrations / "versions"}:
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(map(str, folders)).replace("%", "%%"))
    return config


def _call(action: Callable[[], None]) -> None:
    """Call Alembic; the environment hides each of our errors in a CommandError, as its cause."""
    try:
        action()
    except CommandError as error:
        if isinstance(error.__cause__, ToolkitError):
            raise error.__cause__ from None
        raise AlembicRefused(f"Alembic says: {str(error).rstrip('.')}.") from None
