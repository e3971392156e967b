"""The one tree of errors: every failure that a user can meet is a ToolkitError."""

from pathlib import Path
from typing import ClassVar


class ToolkitError(Exception):
    """Something went wrong that has no better name."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 2

    def __init__(self, message: str | None = None, *, remedy: str | None = None) -> None:
        """Build the error.

        message: one sentence that says what is wrong; the class's docstring where it is None.
        remedy: one sentence that says what to do about it.
        """
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.remedy = remedy
        super().__init__(self.message if remedy is None else f"{self.message} {remedy}")


class SettingsError(ToolkitError):
    """The settings in pyproject.toml can't be used."""

    code = "settings"


# source


class SqlFileError(ToolkitError):
    """An SQL file can't be read."""

    code = "sql-file"


class SqlSyntaxError(ToolkitError):
    """PostgreSQL's parser refuses a statement."""

    code = "sql-syntax"
    exit_status = 1

    def __init__(self, path: Path, line: int, column: int, reason: str) -> None:
        """Build the error; line and column are 1-based, reason is in PostgreSQL's words."""
        self.path, self.line, self.column, self.reason = path, line, column, reason
        super().__init__(f"{path}:{line}:{column}: {reason}.")


# toolkit.server


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
