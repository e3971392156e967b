"""Which rules run, and how bad their findings are."""

from collections.abc import Sequence
from typing import NamedTuple

from toolkit.core.findings import Severity
from toolkit.core.settings import Settings
from toolkit.errors import LintUsage
from toolkit.lint.registry import Rule, all_rules, expand_codes, select_rules


class Selection(NamedTuple):
    """The rules that run: all of them by code, with the severity that each has in this project."""

    rules: dict[str, Rule]
    severities: dict[str, Severity]
    ignored: tuple[tuple[str, frozenset[str]], ...]  # codes by glob of the path


def select(settings: Settings, chosen: Sequence[str] = (), ignored: Sequence[str] = ()) -> Selection:
    """Return the rules that the settings and the command line ask for; raises LintUsage for unknown ones."""
    lint = settings.lint
    every = all_rules()
    try:
        rules = select_rules(chosen or lint.select, (*lint.ignore, *ignored))
        severities = {code: rule.severity for code, rule in rules.items()}
        for word, severity in lint.severity:
            severities |= dict.fromkeys(expand_codes(word, every) & rules.keys(), Severity(severity))
        by_glob = tuple(
            (glob, frozenset().union(*(expand_codes(word, every) for word in words)))
            for glob, words in lint.per_file_ignores
        )
    except KeyError as error:
        raise LintUsage(
            f"There is no lint rule or family {error.args[0]!r}.", remedy="`toolkit rule` lists them."
        ) from error
    return Selection(rules, severities, by_glob)
