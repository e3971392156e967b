"""Databases for tests: never the target's server, never the user's own clusters."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from toolkit.errors import ServerBinariesMissing
from toolkit.server.binaries import find_binaries
from toolkit.server.places import digest, is_locked, open_lock
from toolkit.server.postmaster import Server
from toolkit.server.scratch import Scratch, open_scratch

NEWEST = 18
settings.register_profile("fuzz", max_examples=1000, deadline=None)
# Not pytest's own folders: only their owner may enter those, and the server of a root is somebody else.
_PLACE = Path("/var/tmp")
_PREFIX = "cqrs-toolkit-test-"
_SESSION = "TOOLKIT_TEST_SESSION"  # set in the workers of pytest-xdist, whose parent cleans up

# A process of its own that cleans up when this one is gone, killed perhaps: development servers outlive it.
_SURVIVOR = """
import fcntl, sys
from pathlib import Path
from toolkit.server.places import open_lock
state = Path(sys.argv[1])
fcntl.flock(open_lock(state / "session.lock"), fcntl.LOCK_SH)
if state.exists():
    from tests.conftest import clean_up
    clean_up(state)
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options that tools/fuzz.py gives."""
    group = parser.getgroup("fuzz")
    group.addoption("--fuzz", type=int, metavar="SEED", help="try many seeds, those of a round of this seed")
    group.addoption("--fuzz-until", type=float, metavar="TIME", help="skip what would begin later")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that would begin when the time of `make fuzz` is up."""
    until = item.config.getoption("--fuzz-until")
    if until is not None and time.time() > until:
        pytest.skip("the time is up")


@pytest.fixture(scope="session")
def seeds(pytestconfig) -> Callable[[int], range]:
    """Return seeds(n): the first n seeds; in `make fuzz` ten times as many, others in each round."""
    fuzz = pytestconfig.getoption("--fuzz")

    def choose(number: int) -> range:
        return range(number) if fuzz is None else range(10 * number * fuzz, 10 * number * (fuzz + 1))

    return choose


def pytest_configure(config: pytest.Config) -> None:
    """Cut the session off from the environment's servers; its clusters live in a folder of its own."""
    # A shell that starts a job in the background has it ignore Ctrl-C, and children inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith("PG")]:
        del os.environ[name]
    if _SESSION in os.environ:
        return
    for killed in _PLACE.glob(f"{_PREFIX}*"):
        if killed.stat().st_uid == os.geteuid() and not is_locked(killed / "session.lock"):
            clean_up(killed)
    state = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_PLACE))
    state.chmod(0o711)
    session = open_lock(state / "session.lock")
    fcntl.flock(session, fcntl.LOCK_EX)
    os.environ["TOOLKIT_STATE_DIR"] = os.environ[_SESSION] = str(state)
    survivor = subprocess.Popen(
        [sys.executable, "-c", _SURVIVOR, state],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def end() -> None:
        clean_up(state)
        os.close(session)
        survivor.wait()
        del os.environ["TOOLKIT_STATE_DIR"], os.environ[_SESSION]

    config.add_cleanup(end)


@pytest.fixture(scope="session")
def open_major() -> Iterator[Callable[[int], Scratch]]:
    """Return the Scratch of a major, opened once and kept; skips where that major is not installed."""
    with ExitStack() as stack:
        opened: dict[int, Scratch] = {}

        def get(major: int) -> Scratch:
            if major not in opened:
                try:
                    find_binaries(major)
                except ServerBinariesMissing as missing:
                    pytest.skip(str(missing))
                opened[major] = stack.enter_context(open_scratch(major))
            return opened[major]

        yield get


@pytest.fixture(scope="session")
def scratch(open_major) -> Scratch:
    """Return the Scratch on PostgreSQL 18."""
    return open_major(NEWEST)


@pytest.fixture(scope="session", params=[15, 18], ids=lambda major: f"pg{major}")
def scratch_by_major(request, open_major) -> Scratch:
    """Return the Scratch on the oldest and on the newest supported PostgreSQL."""
    return open_major(request.param)


@pytest.fixture
def empty_database(scratch) -> Iterator[str]:
    """Return the conninfo of an empty database on PostgreSQL 18."""
    conninfo = scratch.create()
    yield conninfo
    scratch.release(conninfo)


def wait_until_free(lock: Path, patience: float = 60.0) -> None:
    """Return when nobody holds a lock; a supervisor that does not end must not hold up the tests for ever."""
    end = time.monotonic() + patience
    while is_locked(lock):
        if time.monotonic() > end:
            raise pytest.UsageError(
                f"{lock} is still held after {patience:.0f} s: end the process that `fuser {lock}` names,"
                f" then remove {lock.parent}."
            )
        time.sleep(0.02)


def clean_up(state: Path) -> None:
    """Stop the servers of a test session that is over, and remove their files."""
    places = [state, *Path("/dev/shm").glob(f"cqrs-toolkit-*-{digest(str(state))}")]
    for place in places:
        for lock in place.glob("**/supervisor.lock"):
            wait_until_free(lock)
        for cluster in place.glob("dev/*"):
            Server(cluster).stop()
        shutil.rmtree(place, ignore_errors=True)
