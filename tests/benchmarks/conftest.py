"""Two ways to do one thing, run in turn, and the ratio of their times."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

_BLOCK = 5  # rounds whose minimum is one sample


@dataclass(frozen=True, slots=True)
class Comparison:
    """ours and yardstick in seconds; ratio is the median over blocks of min(ours) / min(yardstick)."""

    ours: float
    yardstick: float
    ratio: float
    spread: tuple[float, float]


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@pytest.fixture(autouse=True)
def _bytecode(monkeypatch) -> None:
    """Let children keep compiled modules, as an installation has them, whatever this environment says."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@pytest.fixture
def compare(capsys) -> Callable[..., Comparison]:
    """Return compare(title, ours, yardstick, *, bar, rounds, between): run both in turn, print, return.

    rounds: a multiple of 5; `between` runs untimed before each run. Nothing is asserted about the ratio:
    the bar is printed beside it.
    """

    def run(
        title: str,
        ours: Callable[[], object],
        yardstick: Callable[[], object],
        *,
        bar: float,
        rounds: int = 25,
        between: Callable[[], object] = lambda: None,
    ) -> Comparison:
        samples: list[tuple[float, float]] = []
        for turn in range(rounds + 1):
            between()
            first = _timed(ours)
            between()
            second = _timed(yardstick)
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
        with capsys.disabled():
            print(
                f"\n{title}: {result.ratio:.2f} x ({verdict} of {bar} x; {result.ours * 1000:.1f} ms against "
                f"{result.yardstick * 1000:.1f} ms; median over {len(blocks)} blocks of {_BLOCK} "
                f"interleaved rounds, minimum of each; {result.spread[0]:.2f} to {result.spread[1]:.2f})"
            )
        return result

    return run
