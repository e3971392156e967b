"""What the body of a command says beyond its signature: the errors it can raise, the limits of its arguments.

Errors are those that RAISE names, the rules of the tables that are written, and both of every routine that is
called or runs as a trigger. The set has no gaps as far as bodies can be read, and no guess is made about
which branch is taken. Limits are only those that hold for every call: an argument that a statement which
always runs writes into a column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from toolkit.core.contract import Command, Limit, Parameter, RaisedError, Result
from toolkit.core.rules import Rulebook, TableRule
from toolkit.core.shapes import Scalar
from toolkit.core.sqlstates import CONDITIONS
from toolkit.core.trees import Snapshot
from toolkit.source.facts import Routine, Step
from toolkit.source.limits import read_limits
from toolkit.source.queries import Expression, QualifiedName, Query, Use, Write

_RAISED = "P0001"  # what RAISE EXCEPTION means without a code
_VOID = "void"
_NOTHING = Result(_VOID, Scalar(_VOID))
_NO_DATA, _TOO_MANY = "P0002", "P0003"  # of INTO STRICT


@dataclass(frozen=True, slots=True)
class Bodies:
    """The routines of a database by oid, as their text says. codes: the application's, by rule."""

    snapshot: Snapshot
    rulebook: Rulebook
    routines: Mapping[int, Routine]
    codes: Mapping[str, str]


@dataclass(slots=True)
class CommandReader:
    """Completes the contracts of commands."""

    bodies: Bodies
    _relations: dict[QualifiedName, int] = field(default_factory=dict)
    _rules: dict[int, list[TableRule]] = field(default_factory=dict)
    _by_name: dict[QualifiedName, list[int]] = field(default_factory=dict)
    _errors: dict[int, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort what is asked for by name."""
        for relation in self.bodies.snapshot.relations.values():
            bare = relation.name.rpartition(".")[2].strip('"')
            self._relations[QualifiedName(relation.schema, bare)] = relation.oid
        for rule in self.bodies.rulebook.rules:
            self._rules.setdefault(rule.relation, []).append(rule)
        for oid, routine in self.bodies.routines.items():
            self._by_name.setdefault(routine.name, []).append(oid)

    def complete(self, oid: int, command: Command) -> Command:
        """Return a command with its errors and the limits of its parameters; oid: of its function."""
        codes = self.bodies.codes
        errors = sorted(self._raised(oid))
        return replace(
            command,
            parameters=tuple(self._parameter(oid, each) for each in command.parameters),
            result=_NOTHING if command.result.type == _VOID else command.result,
            errors=tuple(RaisedError(state, rule, codes.get(rule, "")) for state, rule in errors),
        )

    def _raised(self, start: int) -> frozenset[tuple[str, str]]:
        """Return (SQLSTATE, rule) of everything that a routine and what it reaches can raise."""
        if start not in self._errors:
            found: set[tuple[str, str]] = set()
            seen: set[int] = set()
            waiting = [start]
            while waiting:
                oid = waiting.pop()
                if oid not in seen:
                    seen.add(oid)
                    waiting += self._of_routine(oid, found)
            self._errors[start] = frozenset(found)
        return self._errors[start]

    def _of_routine(self, oid: int, found: set[tuple[str, str]]) -> list[int]:
        """Add the errors of one routine; return the routines that it reaches."""
        routine = self.bodies.routines.get(oid)
        if routine is None or routine.body is None:
            return []
        reached = [other for use in routine.uses.calls for other in self._called(use)]
        for step in _steps(routine.body.steps):
            if step.kind == "raise" and step.level == "exception" and not step.bare:
                found.add(_raise(step))
            if step.strict and step.into:
                found |= {(_NO_DATA, ""), (_TOO_MANY, "")}
            for write in _writes(step):
                reached += self._of_write(write, found)
        return reached

    def _of_write(self, write: Write, found: set[tuple[str, str]]) -> list[int]:
        relation = self._relations.get(write.table, 0)
        events = {write.kind} if write.kind != "merge" else {"insert", "update", "delete"}
        if write.on_conflict == "update":
            events.add("update")
        assigned = frozenset(name for name, _ in write.assignments)
        for rule in self._rules.get(relation, ()):
            if "insert" in events or (
                "update" in events and (not rule.columns or assigned & set(rule.columns))
            ):
                found.add((rule.sqlstate, rule.name))
        touched = {relation}
        for referred, referring in self.bodies.rulebook.cascades:
            if "delete" in events and referred in touched:
                touched.add(referring)
        for rules in self._rules.values():
            for rule in rules:
                if rule.target in touched and _is_kept(rule, events, assigned):
                    found.add((rule.sqlstate, rule.name))
        return [
            trigger.routine
            for trigger in self.bodies.rulebook.triggers
            if trigger.relation == relation and trigger.events & events
        ]

    def _called(self, use: Use) -> list[int]:
        found = []
        for oid in self._by_name.get(use.name, ()):
            given = [
                each for each in self.bodies.routines[oid].parameters if each.mode not in ("out", "table")
            ]
            needed = sum(not each.default for each in given)
            if any(each.mode == "variadic" for each in given) or needed <= use.arguments <= len(given):
                found.append(oid)
        return found

    def _parameter(self, oid: int, parameter: Parameter) -> Parameter:
        routine = self.bodies.routines.get(oid)
        nullable, limits, shape = True, list[Limit](), parameter.shape
        for relation, column in self._fed(routine, parameter.name):
            nullable = nullable and not self._is_not_null(relation, column)
            for rule in self._rules.get(relation, ()):
                if not rule.expression or rule.columns != (column,):
                    continue
                limits.append(Limit(rule.name, _bare(rule.expression)))
                for limit in read_limits(rule.expression):
                    if (
                        limit.certain
                        and limit.test == "in"
                        and isinstance(shape, Scalar)
                        and not shape.values
                    ):
                        shape = replace(shape, values=limit.values)
        return replace(parameter, nullable=nullable, limits=tuple(dict.fromkeys(limits)), shape=shape)

    def _is_not_null(self, relation: int, column: str) -> bool:
        found = self.bodies.snapshot.relations[relation].columns
        return any(attribute.name == column and attribute.not_null for attribute in found)

    def _fed(self, routine: Routine | None, parameter: str) -> Iterator[tuple[int, str]]:
        """Yield the columns that an argument is written into by every call."""
        if routine is None or routine.body is None:
            return
        for step in _always(routine.body.steps):
            for write in _writes(step):
                relation = self._relations.get(write.table)
                if relation is None or write.kind not in ("insert", "update"):
                    continue
                for column, value in _assigned(write):
                    if _is(value, parameter, routine.name.name):
                        yield relation, column


def _is_kept(rule: TableRule, events: set[str], assigned: frozenset[str]) -> bool:
    """Tell whether a foreign key to a table can be broken by a write to it."""
    return (rule.keeps and "delete" in events) or ("update" in events and bool(assigned & set(rule.keys)))


def _raise(step: Step) -> tuple[str, str]:
    """Return SQLSTATE and rule of a RAISE; what is no constant is P0001 and no rule."""
    options = {name: value.name for name, value in step.options if value.kind == "constant"}
    state = options.get("errcode") or step.condition or _RAISED
    return CONDITIONS.get(state.lower(), state), options.get("constraint", "")


def _steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for branch in step.branches:
            yield from _steps(branch)
        for handler in step.handlers:
            yield from _steps(handler.steps)


def _always(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield the steps that every call runs unless an error ends it: up to the first that may return."""
    for step in steps:
        if step.kind == "block" and not step.handlers:
            yield from _always(step.branches[0] if step.branches else ())
        elif step.kind in ("sql", "perform", "assign"):
            yield step
        if any(inner.kind in ("return", "exit") for inner in _steps((step,))):
            return


def _writes(step: Step) -> Iterator[Write]:
    for fact in step.facts:
        if isinstance(fact, Write):
            yield fact
        if isinstance(fact, Query | Write):
            yield from (table.query for table in fact.common if isinstance(table.query, Write))


def _assigned(write: Write) -> Iterator[tuple[str, Expression]]:
    """Yield column and value of what a write gives without condition: of an INSERT … VALUES, of SET."""
    if write.kind == "update":
        yield from write.assignments
        return
    rows = write.query.values if write.query else ()
    for row in rows[:1]:
        yield from zip(write.columns, row, strict=False)
    if write.query and not rows and not write.query.sources and not write.query.where:
        for column, output in zip(write.columns, write.query.outputs, strict=False):
            yield column, output.value


def _is(value: Expression, parameter: str, routine: str) -> bool:
    return value.kind == "column" and value.name == parameter and value.qualifier in ("", routine)


def _bare(expression: str) -> str:
    """Return an expression without the parentheses around all of it."""
    text = " ".join(expression.split())
    while text.startswith("(") and text.endswith(")") and _balanced(text[1:-1]):
        text = text[1:-1]
    return text


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0
