"""Commands and query functions of a contract: arguments checked, SQL constant for each set of names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from toolkit.client.checks import Checker, Refused, make_checker
from toolkit.client.errors import Fault, Invalid, meant
from toolkit.client.results import Returned
from toolkit.client.sqltext import quote, quote_name, quote_type
from toolkit.core.contract import Command, Parameter

_UNNAMED: Final = re.compile(r"\$\d+")  # a parameter by its place, in contracts
# Their type is that of an argument, and a text that is sent has none.
_POLYMORPHIC: Final = frozenset({
    '"any"', "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange", "anycompatible",
    "anycompatiblearray", "anycompatiblenonarray", "anycompatiblerange", "anycompatiblemultirange",
})  # fmt: skip
_MOST_SHAPES: Final = 1000  # sets of arguments, in their order, whose SQL is kept
# A call in one statement with the setting that it reads: a transaction would be three more. MATERIALIZED, so
# that the setting is made before the function runs; it ends with the statement.
_WITH_USER: Final = "WITH session AS MATERIALIZED (SELECT pg_catalog.set_config('app.user_id', %s, true)) "
# What an overload should take a value of Python for, the nearest first; otherwise by its value alone a text
# that looks like a UUID would choose another overload.
_NATURAL: Final[dict[type, tuple[str, ...]]] = {
    str: ("text", "varchar", "citext", "char", "name"),
    int: ("integer", "bigint", "smallint", "numeric", "float8", "float4"),
    float: ("float8", "float4"),
    datetime: ("timestamptz", "timestamp"),
    dict: ("jsonb", "json"),
}


class Statement(NamedTuple):
    """SQL with a place for each value, in psycopg's notation.

    with_user: the same call behind a set_config of the acting user, in one statement; None where the call
    can't be made so.
    """

    sql: bytes
    with_user: bytes | None


# A call that is ready to be sent; a plain tuple, since there is one for each call.
Bound = tuple[Statement, list[Any], "Routine"]


class Routine:
    """One command or query function.

    returned: what comes back. writes: it is VOLATILE.
    """

    def __init__(self, command: Command, schema: str) -> None:
        """Make the checkers; raises ValueError for names and types that are none."""
        self.command = command
        self.name = command.name
        self.parameters = {each.name: each for each in command.parameters}
        self.required = [name for name, each in self.parameters.items() if not each.optional]
        self.writes = command.volatility == "volatile"
        self.returned = Returned(command.result)
        self._is_variadic = any(each.variadic for each in command.parameters)
        self._obstacle = _obstacle(command.parameters)
        self._schema = schema
        self._checkers = {
            name: make_checker(each, nullable=each.nullable, limits=each.limits)
            for name, each in self.parameters.items()
        }
        self._shapes: dict[tuple[str, ...], tuple[Statement, list[Checker]]] = {}

    def bind(self, arguments: Mapping[str, Any]) -> Bound:
        """Return the call with these arguments; raises Invalid with everything that is wrong with them."""
        if self._is_variadic:
            known = {name: arguments[name] for name in self.parameters if name in arguments}
            arguments = {**known, **arguments}
        names = tuple(arguments)
        shape = self._shapes.get(names)
        if shape is None:
            if self._obstacle or not self.takes(arguments):
                raise Invalid(faults=self.faults(arguments))
            shape = (self._statement(names), [self._checkers[name] for name in names])
            if len(self._shapes) < _MOST_SHAPES:
                self._shapes[names] = shape
        statement, checkers = shape
        try:
            values = [check(value) for check, value in zip(checkers, arguments.values(), strict=True)]
        except Refused:
            raise Invalid(faults=self.faults(arguments)) from None
        return statement, values, self

    def faults(self, arguments: Mapping[str, Any]) -> list[Fault]:
        """Return everything that is wrong with some arguments."""
        if self._obstacle:
            return [Fault(self.name, f"can't be called: it has parameters {self._obstacle}")]
        faults = [
            Fault(name, f"is no argument of {self.name}{meant(name, self.parameters)}")
            for name in arguments
            if name not in self.parameters
        ]
        faults += [Fault(name, "is missing") for name in self._missing(arguments)]
        for name, value in arguments.items():
            if name in self._checkers:
                try:
                    self._checkers[name](value)
                except Refused as refused:
                    faults.append(Fault(name, str(refused), refused.rule))
        return faults

    def distance(self, arguments: Mapping[str, Any]) -> int:
        """Return how far the types of the parameters are from what the arguments are in Python."""
        return sum(
            _distance(value, self.parameters[name].type.partition("(")[0])
            for name, value in arguments.items()
        )

    def takes(self, arguments: Mapping[str, Any]) -> bool:
        """Tell whether the names of some arguments make a call."""
        return arguments.keys() <= self.parameters.keys() and not self._missing(arguments)

    def _missing(self, arguments: Mapping[str, Any]) -> list[str]:
        """Return the parameters without which there is no call: of a variadic one, all before the last given.

        PostgreSQL takes it by place only, if not all are given.
        """
        needed = set(self.required)
        if self._is_variadic:
            names = list(self.parameters)
            last = max((names.index(name) for name in arguments if name in names), default=0)
            needed.update(names[:last])
        return [name for name in self.parameters if name in needed and name not in arguments]

    def _statement(self, names: tuple[str, ...]) -> Statement:
        given = [self._argument(name) for name in names]
        given += [f"{quote(name)} => NULL" for name in self.command.only_out]
        call = f"{quote_name(self.name, self._schema)}({', '.join(given)})"
        if self.command.is_procedure:
            return Statement(f"CALL {call}".encode(), None)
        with_user = self.returned.select(call, _WITH_USER).encode() if self.writes else None
        return Statement(self.returned.select(call).encode(), with_user)

    def _argument(self, name: str) -> str:
        parameter = self.parameters[name]
        name_of = "" if self._is_variadic else f"{quote(name)} => "
        return f"{'VARIADIC ' if parameter.variadic else ''}{name_of}{_place(parameter, self._schema)}"


def _obstacle(parameters: Iterable[Parameter]) -> str:
    """Return what parameters lack that no call can do without."""
    if any(_UNNAMED.fullmatch(each.name) for each in parameters):
        return "without names"
    return "of any type" if any(each.type in _POLYMORPHIC for each in parameters) else ""


def _place(parameter: Parameter, schema: str) -> str:
    return f"%s::{quote_type(parameter.type, schema)}"


@dataclass(frozen=True, slots=True)
class Calls:
    """All commands and query functions by name; several of one name are overloads."""

    routines: Mapping[str, tuple[Routine, ...]]

    @classmethod
    def of(cls, commands: Iterable[Command], schema: str) -> "Calls":
        """Return those of a contract."""
        found: dict[str, tuple[Routine, ...]] = {}
        for command in commands:
            found[command.name] = (*found.get(command.name, ()), Routine(command, schema))
        return cls(found)

    def bind(self, name: str, arguments: Mapping[str, Any]) -> Bound:
        """Return the call of a function; raises Invalid for an unknown one and for wrong arguments."""
        routines = self.routines.get(name)
        if routines is None:
            raise Invalid(faults=[Fault(name, f"is no function of the contract{meant(name, self.routines)}")])
        if len(routines) == 1:
            return routines[0].bind(arguments)
        return self._choose(name, routines, arguments)

    def _choose(self, name: str, routines: tuple[Routine, ...], arguments: Mapping[str, Any]) -> Bound:
        """Return the call of the one overload that takes the arguments."""
        found = [routine for routine in routines if not routine.faults(arguments)]
        if not found:
            named = [routine for routine in routines if routine.takes(arguments)]
            if len(named) == 1:
                raise Invalid(faults=named[0].faults(arguments))
            raise Invalid(faults=[Fault(name, f"none of {_signatures(routines)} takes these arguments")])
        distances = [routine.distance(arguments) for routine in found]
        best = [each for each, distance in zip(found, distances, strict=True) if distance == min(distances)]
        if len(best) > 1:
            raise Invalid(faults=[Fault(name, f"can't tell {_signatures(best)} apart by these arguments")])
        return best[0].bind(arguments)


def _signatures(routines: Iterable[Routine]) -> str:
    return " and ".join(routine.command.signature for routine in routines)


def _distance(value: object, type_: str) -> int:
    natural = _NATURAL.get(type(value), ())
    return natural.index(type_) if type_ in natural else len(natural)
