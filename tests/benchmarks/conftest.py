"""Two ways to do one thing, run in turn, and the ratio of their times."""

import inspect
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.page import Result, describe_machine, write_page

_BLOCK = 5  # rounds whose minimum is one sample
_RESULTS: list[Result] = []


@dataclass(frozen=True, slots=True)
class Comparison:
    """ours and yardstick in seconds; ratio is the median over blocks of min(ours) / min(yardstick)."""

    ours: float
    yardstick: float
    ratio: float
    spread: tuple[float, float]


def _timed(action: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    action()
    return clock() - start


@pytest.fixture(autouse=True)
def _bytecode(monkeypatch) -> None:
    """Let children keep compiled modules, as an installation has them, whatever this environment says."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


def pytest_sessionfinish() -> None:
    """Write the page that the environment names."""
    page = Path(os.environ.get("BENCH_PAGE", ""))
    if _RESULTS and page.name:
        old = page.read_text(encoding="utf-8") if page.exists() else ""
        page.write_text(write_page(old, _RESULTS, describe_machine()), encoding="utf-8")


@pytest.fixture
def report(request, capsys) -> Callable[[str], None]:
    """Return a function that prints what a benchmark found, and keeps it for the page."""

    def run(text: str) -> None:
        _RESULTS.append(Result(request.node.nodeid, inspect.getdoc(request.module) or "", text))
        with capsys.disabled():
            print(f"\n{text}")

    return run


@pytest.fixture
def compare(report) -> Callable[..., Comparison]:
    """Return compare(title, ours, yardstick, *, bar, …): run both in turn, print, return.

    rounds: a multiple of 5; `between` runs untimed before each run. per: how many things ours and the
    yardstick do in a run; times are those of one. Nothing is asserted about the ratio: the bar is printed
    beside it.
    """

    def run(
        title: str,
        ours: Callable[[], object],
        yardstick: Callable[[], object],
        *,
        bar: float,
        rounds: int = 25,
        between: Callable[[], object] = lambda: None,
        per: tuple[int, int] = (1, 1),
        clock: Callable[[], float] = time.perf_counter,
    ) -> Comparison:
        samples: list[tuple[float, float]] = []
        for turn in range(rounds + 1):
            between()
            first = _timed(ours, clock) / per[0]
            between()
            second = _timed(yardstick, clock) / per[1]
            if turn:  # the first round warms the caches of both
                samples.append((first, second))
        blocks = [samples[i : i + _BLOCK] for i in range(0, len(samples), _BLOCK)]
        minima = [(min(a for a, _ in block), min(b for _, b in block)) for block in blocks]
        ratios = [a / b for a, b in minima]
        result = Comparison(
            ours=statistics.median(a for a, _ in minima),
            yardstick=statistics.median(b for _, b in minima),
            ratio=statistics.median(ratios),
            spread=(min(ratios), max(ratios)),
        )
        verdict = "within the bar" if result.ratio <= bar else "OVER THE BAR"
        report(
            f"{title}: {result.ratio:.3g} x ({verdict} of {bar:.3g} x; "
            f"{result.ours * 1000:.1f} ms against {result.yardstick * 1000:.1f} ms; "
            f"median over {len(blocks)} blocks of {_BLOCK} interleaved rounds, minimum of each; "
            f"{result.spread[0]:.3g} to {result.spread[1]:.3g})"
        )
        return result

    return run
