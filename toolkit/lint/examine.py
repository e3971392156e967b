"""Asks the rules about the facts of one file."""

from collections.abc import Iterable, Iterator

from toolkit.lint.file import File
from toolkit.lint.registry import Report, Rule, by_fact


class Examiner:
    """Holds the rules by what they want to know, and asks them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Sort the rules; those of a tree or of migrations are left out."""
        self._wanted = by_fact(rules, "file")

    def examine(self, file: File) -> Iterator[tuple[Rule, Report]]:
        """Yield what the rules report about a file."""
        wanted = self._wanted
        for fact in file.facts:
            for rule, function in wanted.get(type(fact), ()):
                for report in function(fact, file):
                    yield rule, report
