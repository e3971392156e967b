"""A process of its own: the parent of the scratch server, which ends it when its last user is gone.

Started by path without site-packages, so it knows the standard library only and is there in milliseconds.
The users hold a shared lock on a file, which the system takes back from them however they end.
"""

import ctypes
import fcntl
import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_PAUSE = 0.1  # seconds between two looks at the lock
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run the server of the task in argv[1] (see scratch_cluster) until nobody uses it."""
    if os.fork():
        os._exit(0)  # whoever started us has no child to wait for
    task = json.loads(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    server = subprocess.Popen(
        task["command"],
        cwd=task["data"],
        env=task["environment"],
        preexec_fn=functools.partial(_tie, os.getpid()),  # noqa: PLW1509 - there is one thread here
        pass_fds=[task["lock"]],
        **task["account"],
    )
    os.close(task["lock"])
    try:
        if _wait_until_unused(server, task["users"]):
            swept = subprocess.run(task["sweep"], input=task["sql"], text=True, check=False)
            server.send_signal(signal.SIGINT)
            if server.wait() == 0 and swept.returncode == 0:
                Path(task["clean"]).touch()
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            server.wait()


def _tie(parent: int) -> None:
    """Let the kernel stop the server (the caller is about to become it) when we are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # killed already
            os._exit(1)


def _wait_until_unused(server: "subprocess.Popen[Any]", users: str) -> bool:
    """Wait, then hold the lock so that nobody comes in; False when the server ended by itself."""
    lock = os.open(users, os.O_RDWR | os.O_CLOEXEC)
    while server.poll() is None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


if __name__ == "__main__":
    main()
