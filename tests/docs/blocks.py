"""The code blocks of a page, with what the page says about them.

A comment right above a block is an order about it, invisible to readers:

    <!-- not run: why -->       the block is left alone
    <!-- status: 1 -->          the exit status of its last command; 0 where nothing is said
    <!-- file: sql/x.sql -->    the block is written to that file of the page's project

By themselves stand `<!-- run: command -->` and `<!-- sql: statement -->`, which are run as blocks would be.
With `<!-- project: empty -->` a page begins in an empty folder and not in a copy of the reference package.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
# The samples of the lint rules are run by the tests of the rules.
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "lint"),
]
_FENCE = re.compile(r"^( *)```(.*)$")
_ORDER = re.compile(r"^ *<!-- (not run|status|file|run|sql|project): (.*?) -->$")
_ALONE = {"run": "sh", "sql": "sql", "project": ""}


class Block(NamedTuple):
    """line: of its first line in the page. orders: by their word."""

    line: int
    language: str
    text: str
    orders: dict[str, str]


def read_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page in their order; a `run` order is one of the language sh.

    Raises AssertionError for a block that is indented only, for one without a language and for an order that
    is not right above a block.
    """
    orders: dict[str, str] = {}
    lines = iter(enumerate(text.splitlines(), start=1))
    blank, listed = True, False
    for number, line in lines:
        order, fence = _ORDER.match(line), _FENCE.match(line)
        if order and order[1] in _ALONE:
            if order[1] != "project":
                yield Block(number, _ALONE[order[1]], order[2], {})
        elif order:
            orders[order[1]] = order[2]
        elif fence:
            assert fence[2], f"line {number}: say what the block is: ```sh"
            body = []
            for _, inner in lines:
                if inner.strip() == "```":
                    break
                body.append(inner)
            yield Block(number + 1, fence[2], textwrap.dedent("\n".join(body)) + "\n", orders)
            orders = {}
        else:
            assert not orders, f"line {number}: {orders} is not right above a block"
            listed = bool(re.match(r" *([-*]|\d+\.) ", line)) or (listed and (not line or line[0] == " "))
            assert listed or not (blank and line.startswith("    ")), (
                f"line {number}: fence the block with ```"
            )
        blank = not line.strip()


def is_empty_project(text: str) -> bool:
    """Return whether a page begins in an empty folder."""
    return any((order := _ORDER.match(line)) and order[1] == "project" for line in text.splitlines())
