"""Looks at many files at once: one process per core, forked where that pays.

The files are cut into portions. Each process takes the next one when it is done with the last, by reading a
byte from a pipe that holds their numbers. A child sends its sheets back through a pipe of its own. One that
ends too early is an error, because its files would be missing.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, NoReturn

from toolkit.errors import WorkerLost
from toolkit.lint.examine import LARGE, Examiner, Input, Progress, Sheet, examine_each
from toolkit.lint.file import Role
from toolkit.lint.packing import pack, unpack

_PORTIONS: Final = 200  # about so many: the number of one must fit into a byte, and all of them into a pipe
_OVERHEAD: Final = 500  # what a file costs beside its text, in characters
_CHUNK: Final = 1 << 20


class _Share(NamedTuple):
    """What a process has done: the numbers of its portions, and the sheets of the files in them."""

    portions: list[int]
    sheets: list[Sheet]


def examine_all(
    examiner: Examiner, inputs: Sequence[Input], progress: Progress, *, processes: int | None = None
) -> list[Sheet]:
    """Return what each file gives, in the order of the files; raises WorkerLost.

    processes: how many may work, as many as there are cores without it. Nothing is forked where there is
    little to do, or threads are about.
    """
    processes = processes or _cores()
    forks = hasattr(os, "fork") and threading.active_count() == 1
    if processes == 1 or not forks or sum(len(given.text) for given in inputs) < LARGE:
        return examine_each(examiner, inputs, progress)
    portions = _cut(inputs)
    turns = _Turns(len(portions))

    def work(take: Callable[[], int | None]) -> _Share:
        share = _Share([], [])
        while (number := take()) is not None:
            share.portions.append(number)
            share.sheets.extend(examiner.examine(inputs[index]) for index in portions[number])
        return share

    done = 0

    def take_last() -> int | None:
        nonlocal done
        progress(min(done, len(inputs)), len(inputs))
        number = turns.last()
        done += processes * len(portions[number]) if number is not None else 0  # the others are as fast
        return number

    children: list[_Child] = []
    try:
        with suppress(OSError):  # the system has no room for more: the others do the work
            children.extend(_Child(lambda: work(turns.first)) for _ in range(processes - 1))
        shares = [work(take_last), *(child.share() for child in children)]
    finally:
        turns.close()
        for child in children:
            child.stop()
    found: dict[int, Sheet] = {}
    for share in shares:
        places = [index for number in share.portions for index in portions[number]]
        found |= zip(places, share.sheets, strict=True)
    return [found[index] for index in range(len(inputs))]


def _cores() -> int:
    """Return how many processes this one may keep busy."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cut(inputs: Sequence[Input]) -> list[list[int]]:
    """Return portions of about the same size, as places in the list of files; forward migrations come last.

    What is sent back takes time, and there is most of it about those: the parent begins at their end.
    """
    sizes = [len(given.text) + _OVERHEAD for given in inputs]
    least = sum(sizes) // _PORTIONS + 1
    portions: list[list[int]] = [[]]
    filled = 0
    for index in sorted(range(len(inputs)), key=lambda index: inputs[index].role is Role.FORWARD):
        if filled >= least:
            portions.append([])
            filled = 0
        portions[-1].append(index)
        filled += sizes[index]
    return portions


class _Turns:
    """The numbers of the portions that nobody has taken, in two pipes: reading is taking."""

    def __init__(self, count: int) -> None:
        self._pipes = [_filled(range(count // 2)), _filled(reversed(range(count // 2, count)))]

    def first(self) -> int | None:
        """Take a portion from the beginning; None where there is none left."""
        return self._take(self._pipes)

    def last(self) -> int | None:
        """Take a portion from the end; None where there is none left."""
        return self._take(reversed(self._pipes))

    def close(self) -> None:
        for pipe in self._pipes:
            os.close(pipe)

    @staticmethod
    def _take(pipes: Iterable[int]) -> int | None:
        for pipe in pipes:
            if number := os.read(pipe, 1):
                return number[0]
        return None


def _filled(numbers: Iterable[int]) -> int:
    reading, writing = os.pipe()
    os.write(writing, bytes(numbers))
    os.close(writing)
    return reading


class _Child:
    """A process that works on a part of the files."""

    def __init__(self, work: Callable[[], _Share]) -> None:
        self._results, writing = os.pipe()
        self._process = os.fork()
        if not self._process:
            _send(work, writing)
        os.close(writing)

    def share(self) -> _Share:
        """Return what it has done; raises WorkerLost where it did not come to its end."""
        parts = []
        while part := os.read(self._results, _CHUNK):
            parts.append(part)
        status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        self._process = 0
        if status:
            how = f"by signal {-status}" if status < 0 else f"with status {status}"
            raise WorkerLost(
                f"A process of the linter ended {how}, and its files have not been looked at.",
                remedy="Run it again; where memory is short, lint fewer files at once.",
            )
        return _Share(*unpack(b"".join(parts)))

    def stop(self) -> None:
        """End it where it still works."""
        os.close(self._results)
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


def _send(work: Callable[[], _Share], pipe: int) -> NoReturn:
    """Work, send the results and end; what is in the parent's buffers is left to the parent."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and stops us
        with open(pipe, "wb") as results:
            results.write(pack(tuple(work())))
        status = 0
    finally:
        if status:
            sys.excepthook(*sys.exc_info())
        os._exit(status)
