import re
from pathlib import Path

from toolkit.lint.registry import all_rules

CLAIMS = Path(__file__).parents[1] / "db/lint"
# Rules that say nothing of what PostgreSQL does: how a house names and shapes things, what the linter itself
# does with comments and text, what a service relies on.
SILENT = frozenset({
    "J01", "J02", "J05", "J06", "J07", "J12", "J16", "M11", "N01", "N02", "N03", "N04", "N06", "N08", "N09",
    "N15", "N16", "Q01", "Q04", "Q08", "Q09", "Q11", "Q13", "X01", "X02", "X03", "X04",
})  # fmt: skip


def shown():
    """Returns the codes in the names of the tests on a live server: test_m04_m10_what_…"""
    found = set()
    for file in CLAIMS.glob("test_*claims.py"):
        for codes in re.findall(r"def test((?:_[a-z]\d\d)+)_", file.read_text()):
            found.update(codes.upper().split("_")[1:])
    return found


def test_what_a_rule_says_of_postgresql_is_shown_on_a_live_server():
    assert shown() | SILENT == all_rules().keys()


def test_no_rule_is_both_silent_and_shown():
    assert not shown() & SILENT
