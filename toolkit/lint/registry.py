"""What a lint rule is, and the table of all of them.

A rule is one function, written in a module of `toolkit.lint.rules` and nowhere else. The decorator says its
code, its severity and what it looks at; the docstring explains it: a first line that states the rule, a text
that says why, and samples. A sample is a line `Bad:` or `Good:` with indented SQL under it; the tests lint
each of them and the documentation shows them. In a sample a line `-- file: <path>` starts another file.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from toolkit.core.findings import Severity
from toolkit.lint import rules as rules_package
from toolkit.source.facts import Do, Problem, Routine
from toolkit.source.queries import Expression


class Edit(NamedTuple):
    """Replace the characters from start to end (exclusive) by text."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """Edits that mend a finding; safe if they change no object's identity and no contract."""

    edits: tuple[Edit, ...]
    safe: bool


class Report(NamedTuple):
    """What a rule has to say about a place in a file.

    start, end: character offsets; an end of -1 means the end of the word or name at start. message: one
    sentence without its full stop. remedy: what to do, one sentence in full. path: "" is the file that the
    rule was asked about; a rule over the whole tree names it.
    """

    start: int
    message: str
    remedy: str
    end: int = -1
    fix: Fix | None = None
    path: str = ""


_WITH_BODIES: Final = frozenset({Routine, Do, Expression, Problem})  # the facts that bodies have to do with
RuleFunction = Callable[..., Iterator[Report]]


class Rule(NamedTuple):
    """A lint rule.

    scope: what it is asked about. facts: the types of the facts it wants, none for a tree. bodies: whether
    what it says may depend on the bodies of routines and DO blocks.
    """

    code: str
    severity: Severity
    scope: str  # file, tree or migration
    facts: tuple[type, ...]
    default: bool
    function: RuleFunction
    bodies: bool

    @property
    def name(self) -> str:
        """The name of the function in words."""
        return self.function.__name__.replace("_", " ")

    @property
    def family(self) -> str:
        """The letters that the code begins with."""
        return self.code.rstrip("0123456789")

    @property
    def text(self) -> str:
        """The docstring: the title, why, and the samples."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def title(self) -> str:
        """The docstring's first line."""
        return self.text.partition("\n")[0]


_rules: dict[str, Rule] = {}


def rule(
    code: str, severity: Severity, *facts: type, default: bool = True, bodies: bool = True
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule that is called with each fact of these types and with its `File`.

    bodies: False for a rule that looks at a routine and not into its body: where only such rules run, bodies
    are not read.
    """
    return _register(code, severity, "file", facts, default=default, bodies=bodies)


def tree_rule(
    code: str, severity: Severity, *, default: bool = True, bodies: bool = True
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule that is called once with the `Tree`; its reports name their path.

    bodies: False for a rule to which the bodies of routines, and what they use, don't matter.
    """
    return _register(code, severity, "tree", (), default=default, bodies=bodies)


def migration_rule(
    code: str, severity: Severity, *facts: type, default: bool = True
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule that is called with each fact of a forward migration and with its `Migration`."""
    return _register(code, severity, "migration", facts, default=default, bodies=True)


def _register(
    code: str, severity: Severity, scope: str, facts: tuple[type, ...], *, default: bool, bodies: bool
) -> Callable[[RuleFunction], RuleFunction]:
    bodies = bodies and (scope == "tree" or not _WITH_BODIES.isdisjoint(facts))

    def keep(function: RuleFunction) -> RuleFunction:
        if code in _rules:
            raise ValueError(f"two rules have the code {code}")
        _rules[code] = Rule(code, severity, scope, facts, default, function, bodies)
        return function

    return keep


@cache
def all_rules() -> Mapping[str, Rule]:
    """Return every rule by its code, in the order of the codes."""
    for module in pkgutil.iter_modules(rules_package.__path__):
        importlib.import_module(f"{rules_package.__name__}.{module.name}")
    return MappingProxyType(dict(sorted(_rules.items())))


def select_rules(select: Iterable[str], ignore: Iterable[str]) -> dict[str, Rule]:
    """Return the rules chosen by codes and families; `default` and `all` are words for such sets.

    Raises KeyError with the word that names no rule.
    """
    every = all_rules()
    chosen = {code for word in select for code in expand_codes(word, every)}
    chosen -= {code for word in ignore for code in expand_codes(word, every)}
    return {code: rule for code, rule in every.items() if code in chosen}


def expand_codes(word: str, every: Mapping[str, Rule]) -> set[str]:
    """Return the codes that a word of the settings stands for; raises KeyError when there are none."""
    if word == "all":
        return set(every)
    if word == "default":
        return {code for code, rule in every.items() if rule.default}
    found = {code for code, rule in every.items() if word in (code, rule.family)}
    if not found:
        raise KeyError(word)
    return found


def by_fact(rules: Iterable[Rule], scope: str) -> dict[type, list[tuple[Rule, Any]]]:
    """Return, for a scope, which rules want which type of fact."""
    wanted: dict[type, list[tuple[Rule, Any]]] = {}
    for one in rules:
        if one.scope == scope:
            for type_ in one.facts:
                wanted.setdefault(type_, []).append((one, one.function))
    return wanted
