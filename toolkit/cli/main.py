"""The command group; each command's module is imported when the command is called."""

import contextlib
import errno
import importlib
import io
import itertools
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from toolkit import __version__
from toolkit.errors import FileUnusable, Interrupted, OutputClosed, OutputFailed, ToolkitError

# command -> the line that `toolkit --help` shows; its module is toolkit.cli.<command>, its object `command`.
COMMANDS = {
    "init": "Write a new project.",
    "lint": "Check SQL files against the lint rules.",
    "rule": "Explain one lint rule.",
    "plan": "Show what leads from the head to what sql/ declares.",
    "revision": "Write the revision that leads there, proven.",
    "check": "Verify the project.",
    "contract": "Read, keep and compare the contract.",
    "codegen": "Write typed code from the contract.",
    "migrate": "Apply revisions to the target.",
    "rollback": "Take revisions back.",
    "status": "Show where the target stands.",
    "db": "Start, stop and inspect the embedded development server.",
}

_NULL = Path(os.devnull)
_OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn what the system refuses, a file or the output, into an error of ours.

    An error of ours that could not be told for it goes first.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error.__context__, ToolkitError):
            raise error.__context__ from None
        raise _refusal(error) or error from None


def _refusal(error: OSError) -> ToolkitError | None:
    if error.filename is not None:
        return FileUnusable.of(error)
    if error.errno == errno.ENOENT:  # getcwd names no file
        return FileUnusable("The current folder is gone.", remedy="Go to the folder of the project.")
    if error.errno == errno.EPIPE:
        return OutputClosed()
    if error.errno in _OF_OUTPUT:
        return OutputFailed(
            f"The output can't be written: {error.strerror}.", remedy="Send it to another place."
        )
    return None


class _LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:  # noqa: ANN401 - click's signature
        with _explained():  # of --help and --version
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> object:
        with _explained():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        Path.cwd()  # fails when it is gone; what the commands import fails then for less clear reasons
        command: click.Command = importlib.import_module(f"toolkit.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {name!r}.{meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: toolkit migrate --dry-run",
)
@click.version_option(__version__, prog_name="toolkit")
def toolkit() -> None:
    """Manage the CQRS layer of a PostgreSQL database as versioned SQL artifacts."""


def run() -> None:
    """Run and exit: 0 fine, 1 findings or refusal, 2 usage or environment, 130 interrupted, 141 no reader."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever called us; its number must not go to a connection
            setattr(sys, name, _NULL.open(mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):  # not every locale and encoding has every letter
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _call()
    finally:
        for stream in (sys.stdout, sys.stderr):
            _settle(stream)
    sys.exit(status)


def _call() -> int:
    """Run the command and return its exit status; an error is told."""
    try:
        status = toolkit.main(standalone_mode=False)
    except OutputClosed as error:  # the reader, such as `head`, has seen enough
        return error.exit_status
    except ToolkitError as error:
        _tell(f"toolkit: {error}", error.code, error.message, error.remedy)
        return error.exit_status
    except click.Abort:
        _tell("toolkit: interrupted", Interrupted.code, "Interrupted.")
        return Interrupted.exit_status
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        _tell(None, "usage", error.format_message())
        return error.exit_code
    return status if isinstance(status, int) else 0


def _tell(text: str | None, code: str | None, message: str, remedy: str | None = None) -> None:
    """Say what went wrong on standard error; under `--format json` as an object on standard output, too."""
    with contextlib.suppress(OSError):
        if text:
            click.echo(text, err=True)
    with contextlib.suppress(OSError):
        if "--format=json" in sys.argv or ("--format", "json") in itertools.pairwise(sys.argv):
            click.echo(json.dumps({"error": {"code": code, "message": message, "remedy": remedy}}, indent=2))


def _settle(stream: TextIO) -> None:
    """Let nothing be left that Python could fail to write at its end: that would change the exit status."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(_NULL, os.O_WRONLY), stream.fileno())
