"""The command line: `toolkit`."""

import gc
import sys


def main() -> None:
    """Run the command line; without the `cli` extra say which package is missing."""
    gc.disable()  # a command is over before collecting its garbage would pay; nor does it at the end
    try:
        from toolkit.cli.main import run

        run()
    except ImportError as error:  # psycopg's, where it finds no libpq, has no name
        missing = (error.name or "libpq").partition(".")[0]
        if missing == "toolkit" or (error.name and not isinstance(error, ModuleNotFoundError)):
            raise
        print(
            f"toolkit: {missing} is missing. Install the command line: pip install 'cqrs-toolkit[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()
