"""The command group; each command's module is imported when the command is called."""

import importlib
import os
import sys

import click

from toolkit import __version__
from toolkit.errors import ToolkitError

# command -> the line that `toolkit --help` shows; its module is toolkit.cli.<command>, its object `command`.
COMMANDS = {
    "lint": "Check SQL files against the lint rules.",
    "rule": "Explain one lint rule.",
    "migrate": "Apply revisions to the target.",
    "rollback": "Take revisions back.",
    "status": "Show where the target stands.",
    "db": "Start, stop and inspect the embedded development server.",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"toolkit.cli.{cmd_name}").command
        return command

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
    """Run and exit: 0 fine, 1 findings or refusal, 2 usage or environment, 130 interrupted."""
    try:
        status = toolkit.main(standalone_mode=False)
    except ToolkitError as error:
        click.echo(f"toolkit: {error}", err=True)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("toolkit: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
