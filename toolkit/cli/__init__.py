"""The command line: `toolkit`."""

import gc
import sys


def main() -> None:
    """Run the command line; without the `cli` extra say which package is missing."""
    gc.disable()  # a command is over before collecting its garbage would pay; nor does it at the end
    try:
        from toolkit.cli.main import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("toolkit"):
            raise
        print(
            f"toolkit: {error.name} is missing. Install the command line: pip install 'cqrs-toolkit[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        run()
    finally:
        gc.freeze()
