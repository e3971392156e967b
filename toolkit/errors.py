"""The one tree of errors: every failure that a user can meet is a ToolkitError."""

import os
from pathlib import Path
from typing import ClassVar


class ToolkitError(Exception):
    """Something went wrong that has no better name."""

    code: str | None = "error"  # None where an error of the client has none of the application
    exit_status: ClassVar[int] = 2

    def __init__(self, message: str | None = None, *, remedy: str | None = None) -> None:
        """Build the error.

        message: one sentence that says what is wrong; the class's docstring where it is None.
        remedy: one sentence that says what to do about it.
        """
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.remedy = remedy
        # A list, or somebody else's words without a full stop, has lines of its own.
        between = " " if self.message.endswith((".", ":")) and "\n" not in self.message else "\n"
        super().__init__(self.message if remedy is None else f"{self.message}{between}{remedy}")


class FileUnusable(ToolkitError):
    """A file can't be used."""

    code = "file"

    @classmethod
    def of(cls, error: OSError) -> "FileUnusable":
        """Return what the system's error says; it names a file."""
        return cls(f"{os.fsdecode(error.filename)} can't be used: {error.strerror}.")


class SettingsError(ToolkitError):
    """The settings in pyproject.toml can't be used."""

    code = "settings"


class ProjectMissing(SettingsError):
    """There is no project around."""


# toolkit.core


class ContractUnreadable(ToolkitError):
    """The text of a contract can't be read."""

    code = "contract-text"
    exit_status = 1

    def __init__(self, line: int, column: int, wanted: str) -> None:
        """Build the error; line and column are 1-based, wanted is what should stand there."""
        self.line, self.column, self.wanted = line, column, wanted
        super().__init__(f"Line {line}, column {column} of the contract: {wanted} should stand here.")


# toolkit.cli


class OutputClosed(ToolkitError):
    """Nobody reads the output any more."""

    code = "output-closed"
    exit_status = 141


class ProjectExists(ToolkitError):
    """Files of a project are in the folder already."""

    code = "project-exists"
    exit_status = 1


class ProjectNotWritten(ToolkitError):
    """The files of a new project can't be written."""

    code = "project-not-written"


class OutputFailed(ToolkitError):
    """The output can't be written."""

    code = "output"


# toolkit.source


class ArtifactError(ToolkitError):
    """The folder of artifacts can't be used as it is."""

    code = "artifact"
    exit_status = 1


class BaselineInvalid(ToolkitError):
    """The baseline of lint findings can't be used."""

    code = "baseline"


class ErrorCodesInvalid(ToolkitError):
    """errors.toml can't be used."""

    code = "error-codes"


class LintUsage(ToolkitError):
    """The linter was asked for what is not there."""

    code = "lint-usage"


class WorkerLost(ToolkitError):
    """A process of the linter ended before its work was done."""

    code = "worker-lost"


class RevisionsInvalid(ToolkitError):
    """The revision files make no history."""

    code = "revisions"
    exit_status = 1


class RevisionUnknown(ToolkitError):
    """There is no such revision."""

    code = "revision-unknown"


class SqlFileError(ToolkitError):
    """An SQL file can't be read."""

    code = "sql-file"

    def __init__(
        self, path: Path, reason: str, *, line: int | None = None, remedy: str | None = None
    ) -> None:
        """Build the error; line is 1-based, reason what follows the path or the place in the sentence."""
        self.path, self.reason, self.line = path, reason, line
        place = f"{path}:{line}: " if line else f"{path} "
        super().__init__(place + reason, remedy=remedy)


class SqlSyntaxError(ToolkitError):
    """PostgreSQL's parser refuses a statement."""

    code = "sql-syntax"
    exit_status = 1

    def __init__(self, path: Path, line: int, column: int, reason: str) -> None:
        """Build the error; line and column are 1-based, reason is in PostgreSQL's words."""
        self.path, self.line, self.column, self.reason = path, line, column, reason
        super().__init__(f"{path}:{line}:{column}: {reason}.")


# toolkit.server


class LoadFailed(ToolkitError):
    """A statement of the artifacts failed."""

    code = "load"
    exit_status = 1

    def __init__(self, path: Path, line: int, words: str, sqlstate: str | None, others: int = 0) -> None:
        """Build the error; words and sqlstate are PostgreSQL's, others counts what else could not run."""
        self.path, self.line, self.words, self.sqlstate = path, line, words, sqlstate
        more = f" ({others} more could not run)" if others else ""
        super().__init__(f"{path}:{line}: {words}{more}")


class ScratchServerUnusable(ToolkitError):
    """The server of TOOLKIT_SCRATCH_URL can't be used for scratch databases."""

    code = "scratch-server"


class ServerAccountError(ToolkitError):
    """There is no account that the embedded server can run under."""

    code = "server-account"


class ServerBinariesMissing(ToolkitError):
    """The programs of PostgreSQL are not installed."""

    code = "server-binaries"


class ServerDirectoryError(ToolkitError):
    """A folder of the embedded server can't be used."""

    code = "server-directory"


class ServerDiskFull(ToolkitError):
    """No space is left for the embedded server."""

    code = "server-disk-full"


class ServerStartFailed(ToolkitError):
    """The embedded server did not start."""

    code = "server-start"


class ServerStopFailed(ToolkitError):
    """The embedded server did not stop."""

    code = "server-stop"


class TargetInvalid(ToolkitError):
    """The target's connection string is malformed."""

    code = "target-url"


# toolkit.catalog


class CatalogUnreadable(ToolkitError):
    """The objects of a database can't be read."""

    code = "catalog"


# toolkit.plan


class PlanImpossible(ToolkitError):
    """There is no way from one catalog to the other."""

    code = "plan"
    exit_status = 1


# toolkit.migrate


class AlembicRefused(ToolkitError):
    """Alembic refused to go on."""

    code = "alembic"
    exit_status = 1


class ConnectionLost(ToolkitError):
    """The connection to the database was lost."""

    code = "connection-lost"


class DatabaseAhead(ToolkitError):
    """The database stands at a revision that this code does not have."""

    code = "database-ahead"
    exit_status = 1


class DatabaseDrifted(ToolkitError):
    """Objects of the database are not what the revisions made them."""

    code = "drift"
    exit_status = 1


class DataLoss(ToolkitError):
    """Data would be lost."""

    code = "data-loss"
    exit_status = 1


class FileChanged(ToolkitError):
    """A file was changed after it was applied."""

    code = "file-changed"
    exit_status = 1


class Interrupted(ToolkitError):
    """Interrupted; run the command again, it goes on from where the database stands."""

    code = "interrupted"
    exit_status = 130


class LedgerDisagrees(ToolkitError):
    """The ledger and alembic_version say different things."""

    code = "ledger"
    exit_status = 1


class LedgerTooNew(ToolkitError):
    """The ledger was made by a newer toolkit."""

    code = "ledger-version"


class LockNotGranted(ToolkitError):
    """Somebody else is migrating this database."""

    code = "lock"
    exit_status = 1


class PasswordRefused(ToolkitError):
    """The server asked for a password and did not let us in."""

    code = "password"


class PoolerUnsupported(ToolkitError):
    """The target is a pooler that hands out its connections by transaction."""

    code = "pooler"


class ProofFailed(ToolkitError):
    """A revision does not do what it has to."""

    code = "proof"
    exit_status = 1


class RevisionFailed(ToolkitError):
    """A statement of a revision failed."""

    code = "revision-failed"
    exit_status = 1

    def __init__(self, place: str, words: str, sqlstate: str | None, *, remedy: str | None = None) -> None:
        """Build the error; place is file and line, words are PostgreSQL's, sqlstate its code."""
        self.place, self.words, self.sqlstate = place, words, sqlstate
        super().__init__(f"{place}: {words}", remedy=remedy)


class RevisionFileInvalid(ToolkitError):
    """An SQL file of a revision can't be applied."""

    code = "revision-file"
    exit_status = 1


class RevisionUnfinished(ToolkitError):
    """A revision is applied in part."""

    code = "revision-unfinished"
    exit_status = 1


class RightMissing(ToolkitError):
    """The user of the target lacks a right."""

    code = "right-missing"


class RoleUnfit(ToolkitError):
    """A role exists with attributes that it must not have."""

    code = "role"


class ServerTooOld(ToolkitError):
    """The server is older than what the project is written for."""

    code = "server-version"


class SeveralHeads(ToolkitError):
    """The history has several heads."""

    code = "several-heads"
    exit_status = 1


class TargetReadOnly(ToolkitError):
    """The target takes no writes."""

    code = "read-only"


class TargetUnreachable(ToolkitError):
    """The target can't be reached."""

    code = "unreachable"
