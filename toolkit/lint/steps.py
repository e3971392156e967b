"""Walks through the steps of a body and the expressions in them."""

from collections.abc import Iterator
from typing import Final

from toolkit.source.facts import Do, Fact, Routine, Step
from toolkit.source.queries import CommonTable, Expression, Query, Source, Write

_WITH: Final = (Query, Write)  # the facts that WITH may stand before


class _Memory:
    """The steps of the fact that was asked about last: several rules ask in turn."""

    fact: Routine | Do | None = None
    steps: tuple[Step, ...] = ()


_memory = _Memory()


def steps_of(fact: Routine | Do) -> tuple[Step, ...]:
    """Return every step of a body in the order of the text, those inside others and in handlers too."""
    if _memory.fact is not fact:
        _memory.fact, _memory.steps = fact, tuple(walk(fact.body.steps)) if fact.body else ()
    return _memory.steps


def walk(steps: tuple[Step, ...]) -> list[Step]:
    """Return steps and the steps in them."""
    found: list[Step] = []
    for step in steps:
        found.append(step)
        for branch in step.branches:
            found += walk(branch)
        for handler in step.handlers:
            found += walk(handler.steps)
    return found


def tables_read(fact: Fact) -> Iterator[tuple[str, bool]]:
    """Yield the tables that a query or an expression reads, in any depth, and whether it locks the rows."""
    for query in queries(fact):
        for source in query.sources:
            if source.relation is not None:
                yield str(source.relation), bool(query.locks)


def queries(fact: object) -> Iterator[Query]:
    """Yield every query in a fact."""
    waiting = [fact]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Query):
            yield node
            waiting += [*node.sources, *node.common, *node.branches, *node.conditions]
            waiting += [output.value for output in node.outputs]
            waiting += [value for row in node.values for value in row]
        elif isinstance(node, Write):
            waiting += [*node.sources, *node.common, *node.conditions, node.query]
            waiting += [value for _, value in (*node.assignments, *node.inserted)]
            waiting += [output.value for output in node.returning]
        elif isinstance(node, Expression):
            waiting += [*node.args, *node.also, node.query]
        elif isinstance(node, CommonTable):
            waiting.append(node.query)
        elif isinstance(node, Source):
            waiting += [node.query, *node.calls]


def writes(facts: tuple[Fact, ...]) -> Iterator[Write]:
    """Yield the writes among facts, such as those of a step, and the ones in WITH before them."""
    for fact in facts:
        if isinstance(fact, Write):
            yield fact
        if isinstance(fact, _WITH):
            yield from (table.query for table in fact.common if isinstance(table.query, Write))
