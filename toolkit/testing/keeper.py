"""A process that keeps the scratch cluster up for the databases of failed tests, an hour at most."""

import os
import sys
import time
from contextlib import suppress
from typing import Final

from toolkit.server.scratch_cluster import use_cluster

_SECONDS: Final = 3600


def main() -> None:
    """Hold the cluster; say so by closing standard output."""
    with suppress(KeyboardInterrupt), use_cluster(None):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        time.sleep(_SECONDS)


if __name__ == "__main__":
    main()
