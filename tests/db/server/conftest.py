"""State directories, clusters and child processes for the tests of the embedded servers."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toolkit.server.dev import DevCluster
from toolkit.server.places import digest


@pytest.fixture
def cluster(tmp_path) -> Iterator[DevCluster]:
    """Return a dev cluster that was never started, of a project that no other test has."""
    cluster = DevCluster(tmp_path)
    yield cluster
    cluster.reset()
    shutil.rmtree(cluster.directory, ignore_errors=True)


@pytest.fixture(scope="module")
def other_state() -> Iterator[Path]:
    """Return a state directory apart from the session's, which a server's account can reach."""
    state = Path(tempfile.mkdtemp(prefix="cqrs-toolkit-other-", dir=os.environ["TOOLKIT_STATE_DIR"]))
    state.chmod(0o711)
    yield state
    for place in (state, *state.iterdir()):  # some tests use one of its folders as the state directory
        for folder in Path("/dev/shm").glob(f"cqrs-toolkit-*-{digest(str(place))}"):
            shutil.rmtree(folder)


@pytest.fixture
def own_state(other_state, monkeypatch) -> Path:
    """Let the test use the other state directory."""
    monkeypatch.setenv("TOOLKIT_STATE_DIR", str(other_state))
    return other_state


@pytest.fixture
def children() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return run(code, *arguments, **options): start Python code in a child, killed at the test's end."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()


def processes(word: object) -> list[int]:
    """Return the processes with a word in their arguments; zombies have none, we ourselves do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                arguments = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(str(word)) in arguments:
                found.append(int(entry.name))
    return found


@pytest.fixture
def processes_with() -> Callable[[object], list[int]]:
    return processes


@pytest.fixture
def wait_until_gone() -> Callable[[object], None]:
    """Return wait(word): return when no process has the word in its arguments; fails after half a minute."""

    def wait(word: object) -> None:
        end = time.monotonic() + 30
        while processes(word):
            assert time.monotonic() < end, processes(word)
            time.sleep(0.02)

    return wait
