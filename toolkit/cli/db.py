"""`toolkit db`: the embedded development server."""

import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from toolkit.cli._output import FORMAT, print_json
from toolkit.core.settings import find_root
from toolkit.server.binaries import find_binaries
from toolkit.server.dev import DevCluster, forget_libpq_variables


@click.group("db", epilog="Example: toolkit db start")
def command() -> None:
    """Start, stop and inspect the project's embedded development server.

    Its database is the target of `toolkit migrate` where DATABASE_URL is not set. Once started it runs until
    it is stopped. DATABASE_URL and libpq's variables (PGSERVICE …) have no bearing on these commands.
    """


@command.command(epilog="Example: toolkit db start")
def start() -> None:
    """Start the server and print its URL."""
    click.echo(_cluster().conninfo())


@command.command(epilog="Example: toolkit db stop")
def stop() -> None:
    """Stop the server; its data stays."""
    click.echo("Stopped." if _cluster().stop() else "It did not run.")


@command.command(epilog="Example: toolkit db status --format json")
@FORMAT
def status(form: str) -> None:
    """Show whether the server runs.

    state is running, stopped or absent (never started, or reset). Starts nothing.
    """
    found = asdict(_cluster().status())
    found["url"] = found.pop("conninfo")
    if form == "json":
        print_json(found)
        return
    for name, value in found.items():
        if value is not None:
            click.echo(f"{name:<10} {value}")


@command.command(epilog='Example: psql "$(toolkit db url)"')
@FORMAT
def url(form: str) -> None:
    """Print the URL of the database.

    Starts the server if need be.
    """
    conninfo = _cluster().conninfo()
    if form == "json":
        print_json({"url": conninfo})
    else:
        click.echo(conninfo)


@command.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    epilog='Example: toolkit db shell -c "TABLE toolkit.ledger"',
)
@click.argument("psql_arguments", nargs=-1, type=click.UNPROCESSED)
def shell(psql_arguments: tuple[str, ...]) -> None:
    """Run psql on the database.

    Starts the server if need be. Arguments go to psql as they are.
    """
    cluster = _cluster()
    conninfo = cluster.conninfo()
    forget_libpq_variables()
    psql = find_binaries(cluster.status().version).bindir / "psql"
    os.execv(psql, [str(psql), f"--dbname={conninfo}", *psql_arguments])  # noqa: S606 - that is the intent


@command.command(epilog="Example: toolkit db reset --yes")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Delete the database and all its data.

    Stops the server; the next start makes an empty database.
    """
    cluster = _cluster()
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("Deleting the development database needs --yes where nobody can be asked.")
        click.confirm(f"Delete the development database in {cluster.directory}?", abort=True)
    cluster.reset()
    click.echo("Deleted. The next start makes an empty database.")


def _cluster() -> DevCluster:
    return DevCluster(find_root(Path.cwd()))
