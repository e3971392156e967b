"""Looks at one file alone: reads its facts and asks the rules about single files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from toolkit.core.settings import Settings
from toolkit.lint.file import File, Role
from toolkit.lint.history import APPLIED
from toolkit.lint.keys import Document, read_documents
from toolkit.lint.registry import Report, Rule, by_fact
from toolkit.lint.steps import steps_of, walk
from toolkit.lint.suppressions import Suppression, read_suppressions
from toolkit.lint.tree import SORTED
from toolkit.source.facts import Body, Do, Fact, Problem, Refresh, Routine, Statement, Step, Table, View
from toolkit.source.queries import Query
from toolkit.source.reading import read_facts

LARGE: Final = 250_000  # characters in all files, from which on other processes and a cache pay
_NO_QUERY: Final = Query(0, ())
_HEAVY: Final = frozenset({View, Table, Routine, Do})  # the facts with queries and steps in them


Progress = Callable[[int, int], None]  # is told how many are begun, of how many


class Input(NamedTuple):
    """A file to be looked at: its path relative to the root of the project, its text and its role."""

    name: str
    text: str
    role: Role


class Sheet(NamedTuple):
    """What a file gave.

    reports: of the rules about single files, with their codes. suppressions: the comments that allow
    findings. facts: what the rules about the whole tree or about migrations may look at: definitions without
    the queries and steps in them, except that a body keeps what it refreshes and the tables that it makes;
    the statements of DO blocks in migrations stand behind them.
    Tables of the tree have no columns either. documents: those of read models in an artifact.
    """

    reports: tuple[tuple[str, Report], ...]
    suppressions: tuple[Suppression, ...]
    facts: tuple[Fact, ...]
    documents: tuple[Document, ...] = ()


class Examiner:
    """Holds the rules by what they want to know, and asks them."""

    def __init__(
        self, rules: Iterable[Rule], settings: Settings, asked: frozenset[str] | None = None
    ) -> None:
        """Sort the rules that run; asked: the files that are no mere context of others, None for all."""
        rules = tuple(rules)
        self._asked = asked
        self._settings = settings
        self._wanted = by_fact(rules, "file")
        self._bodies = any(rule.bodies for rule in rules)
        applied = APPLIED | by_fact(rules, "migration").keys()
        self._kept: dict[Role, frozenset[type]] = {
            Role.ARTIFACT: SORTED,
            Role.SCRIPT: SORTED,
            Role.FORWARD: applied,
            Role.BACKWARD: frozenset(),
        }

    def examine(self, given: Input) -> Sheet:
        """Return what a file gives."""
        name, text, role = given
        bodies = self._bodies or role is Role.FORWARD
        facts = read_facts(text, self._settings.schema, bodies=bodies)
        file = File(name, text, role, self._settings, facts)
        if role is Role.BACKWARD:  # asked is only whether it can be read
            file = file._replace(facts=tuple(fact for fact in facts if type(fact) is Problem))
        suppressions = read_suppressions(text, facts)
        kept = self._kept[role] | {Statement} if suppressions else self._kept[role]
        every, slim = (_with_bodies(facts), _slim) if role is Role.FORWARD else (iter(facts), _slimmer)
        asked = self._asked is None or name in self._asked
        return Sheet(
            tuple(self._ask(file)) if asked else (),
            suppressions,
            tuple([slim(fact) if type(fact) in _HEAVY else fact for fact in every if type(fact) in kept]),
            tuple(self._documents(file)) if asked and role is Role.ARTIFACT else (),
        )

    def _documents(self, file: File) -> Iterator[Document]:
        for fact in file.facts:
            if type(fact) in _HEAVY:
                yield from read_documents(fact, self._settings.names)

    def _ask(self, file: File) -> Iterator[tuple[str, Report]]:
        wanted = self._wanted
        for fact in file.facts:
            for rule, function in wanted.get(type(fact), ()):
                for report in function(fact, file):
                    yield rule.code, report


def examine_each(examiner: Examiner, inputs: Sequence[Input], progress: Progress) -> list[Sheet]:
    """Return what each file gives, one after the other."""
    sheets = []
    for number, given in enumerate(inputs):
        progress(number, len(inputs))
        sheets.append(examiner.examine(given))
    return sheets


def _with_bodies(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield facts and, behind each DO block, what its statements say: as if each of them ran."""
    for fact in facts:
        yield fact
        if isinstance(fact, Do):
            for step in steps_of(fact):
                yield from step.facts


def _slimmer(fact: Fact) -> Fact:
    """Return a fact without the queries, steps and columns in it."""
    if isinstance(fact, Table):
        constraints = tuple([one._replace(expression=None) for one in fact.constraints])
        return fact._replace(query=None, columns=(), constraints=constraints)
    return _slim(fact)


def _slim(fact: Fact) -> Fact:
    """Return a fact without the queries and steps in it."""
    match fact:
        case View():
            return fact._replace(query=_NO_QUERY)
        case Table(query=Query()):
            return fact._replace(query=None)
        case Routine(body=Body() as body) | Do(body=Body() as body):
            steps = tuple(
                Step(step.start, step.kind, tuple(inner))
                for step in walk(body.steps)
                if (inner := [_slim(fact) for fact in step.facts if type(fact) in (Refresh, Table)])
            )
            return fact._replace(body=body._replace(variables=(), steps=steps))
    return fact
