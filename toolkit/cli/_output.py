"""What the commands that look at or change a target have in common: options, lines, progress."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

import click

_PATIENCE, _PAUSE = 1.0, 0.1  # seconds before a count is shown, and between two
Progress = Callable[[str], None]  # replaces what is shown as going on by a message
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print."
)


def said(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse the text of an option that says nothing, as an unset variable of a shell makes it."""
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty", ctx, param)
    return value


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, default=str, indent=2))


def describe_target(conninfo: str | None) -> str | None:
    """Return what to call the target: never with a password; the dev cluster with the URL to use."""
    from toolkit.server.target import display_target

    return display_target(conninfo) if conninfo and os.environ.get("DATABASE_URL") else conninfo


def print_target(conninfo: str | None) -> None:
    """Print what to call the target; None is an embedded server that has no data yet."""
    click.echo(f"Target: {describe_target(conninfo) or NO_TARGET}")


NO_TARGET = "the embedded development server, which `toolkit migrate` will make"


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows as aligned columns, indented."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  " + "  ".join(cells).rstrip())


@contextmanager
def progress() -> Iterator[Progress]:
    """Give a Progress that shows on a terminal and is silent elsewhere; it goes to standard error."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("Connecting …") as status:
        yield lambda message: status.update(Text(message))


@contextmanager
def ticker(
    what: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows on a terminal how many are done, of how many; silent for the first second.

    It goes to standard error unless a stream is given, and is gone afterwards.
    """
    out = stream or sys.stderr
    if not out.isatty():
        yield _nothing
        return
    due = clock() + _PATIENCE
    started = False

    def tick(done: int, of: int) -> None:
        nonlocal due, started
        now = clock()
        if now >= due:
            due, started = now + _PAUSE, True
            out.write(f"\r{what} {done} of {of}\x1b[K")
            out.flush()

    try:
        yield tick
    finally:
        if started:
            out.write("\r\x1b[K")
            out.flush()


def _nothing(done: int, of: int) -> None:
    """Show nothing."""


def _silent(message: str) -> None:
    """Show nothing."""
