"""The databases that a project's files stand for: what sql/ declares, and where the revisions lead.

Both are templates on a scratch server, found again by a hash of all that they are made from.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from toolkit import __version__
from toolkit.catalog.catalog import Catalog
from toolkit.catalog.dump import read_entries
from toolkit.catalog.reading import read_catalog
from toolkit.core.settings import Settings
from toolkit.errors import ScratchServerUnusable, ServerBinariesMissing
from toolkit.migrate import roles
from toolkit.migrate.application import ignore
from toolkit.migrate.connection import connect, explain
from toolkit.migrate.runner import Notify, Walk
from toolkit.server.binaries import find_pg_dump
from toolkit.server.load import load_sql
from toolkit.server.scratch import Scratch, open_scratch
from toolkit.source.artifacts import hash_artifacts, read_artifacts
from toolkit.source.checksums import checksum
from toolkit.source.order import order_statements
from toolkit.source.revisions import Revision, Revisions


class States:
    """Makes and copies the databases of one project on one scratch server."""

    def __init__(self, settings: Settings, scratch: Scratch, notify: Notify = ignore) -> None:
        """Begin; notify hears of the revisions that are applied.

        Raises ScratchServerUnusable for a server that is older than what the project is written for.
        """
        if scratch.major < settings.postgresql:
            raise ScratchServerUnusable(
                f"The scratch server is PostgreSQL {scratch.major}, older than the project's"
                f" {settings.postgresql}.",
                remedy="Use a newer one, or lower tool.toolkit.postgresql.",
            )
        self.settings = settings
        self.scratch = scratch
        self.notify = notify

    def desired(self) -> str:
        """Return the template of the database that sql/ declares.

        Raises what reading and loading the artifacts raise: SqlFileError, SqlSyntaxError, ArtifactError,
        LoadFailed, RightMissing, RoleUnfit.
        """
        return self.scratch.template(self._key("sql", hash_artifacts(self.settings.sql)), self._load)

    def at(self, revisions: Revisions) -> str:
        """Return the template of a database with all of `revisions` applied by the project's environment.

        Made from the template of all but the last few of them, where that is there.
        """
        *before, key = self._history_keys(revisions.order)
        return self.scratch.template(
            key, Walk(self.settings, revisions, self.notify).up_to_heads, bases=before[::-1]
        )

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """Give the conninfo of a copy of a template, which is dropped in the end."""
        conninfo = self.scratch.clone(template)
        try:
            yield conninfo
        finally:
            self.scratch.release(conninfo)

    def _load(self, conninfo: str) -> None:
        """Make the roles as the environment of the revisions makes them, then everything else."""
        settings = self.settings
        statements = order_statements(read_artifacts(settings.sql, settings.schema))
        with closing(connect(conninfo)) as connection:
            try:
                roles.ensure(connection, settings)
            except psycopg.Error as error:
                raise explain(error) from error
        load_sql(conninfo, statements, schema=settings.schema, owner=settings.owner)

    def _history_keys(self, order: list[Revision]) -> list[str]:
        """Return the keys of the databases before any revision, after the first one, and so on."""
        settings = self.settings
        made_by = [settings.sql / "roles.sql", settings.root / "alembic.ini", settings.migrations / "env.py"]
        keys = [self._key("revisions", *(_checksum(path) for path in made_by))]
        for revision in order:
            facts = (revision.id, revision.parents, revision.depends_on, revision.transactional)
            keys.append(_digest(keys[-1], repr(facts), _checksum(revision.up)))
        return keys

    def _key(self, *parts: str) -> str:
        settings = self.settings
        names = (settings.schema, settings.owner, settings.roles)
        return _digest(__version__, str(self.scratch.major), repr(names), *parts)


def read_scratch(conninfo: str, *, edges: bool = True) -> Catalog:
    """Read a scratch database; raises CatalogUnreadable, and ServerBinariesMissing where no pg_dump fits.

    edges: whether its dependencies are wanted.
    """
    with closing(psycopg.connect(conninfo)) as connection:
        major = connection.info.server_version // 10000
        binaries = find_pg_dump(major, tls=bool(connection.pgconn.ssl_in_use))
    if edges:
        return read_catalog(conninfo, binaries)
    return Catalog(major, read_entries(conninfo, binaries), ())


class Unavailable(NamedTuple):
    """A server that there should be. reason: why there is none."""

    major: int
    reason: str


@contextmanager
def open_oldest(states: States) -> Iterator[States | Unavailable | None]:
    """Give the States of the same project on its oldest target major; None where `states` is on that.

    Their databases die with the block.
    """
    oldest = states.settings.postgresql
    if oldest == states.scratch.major:
        yield None
        return
    with ExitStack() as stack:
        found: States | Unavailable
        try:
            found = States(states.settings, stack.enter_context(open_scratch(oldest)), states.notify)
        except (ServerBinariesMissing, ScratchServerUnusable) as error:
            found = Unavailable(oldest, str(error))
        yield found


def _checksum(path: Path | None) -> str:
    return checksum(path) if path and path.exists() else ""


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode()
        digest.update(len(content).to_bytes(8) + content)
    return digest.hexdigest()
