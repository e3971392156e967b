"""Calls of commands with drawn arguments: what comes of each is asked of the server, and nothing stays."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

import psycopg
from psycopg import sql

from toolkit.catalog.rows import fill_tables
from toolkit.catalog.samples import Draws, Type, sample
from toolkit.catalog.tables import read_tables, read_types
from toolkit.checks.tried import ACTOR, Answer, Call, Tried, documented, shown
from toolkit.core.contract import Command, Parameter
from toolkit.core.settings import Settings
from toolkit.source.limits import Limit, read_limits

_DRAWN: Final = 400  # calls to find some that succeed
_GOOD: Final = 3  # so many of those are varied
_KEPT: Final = 12  # values of a column
_VARIED: Final = 64  # values of other rows that an argument is replaced by
PATIENCE: Final = 10.0  # seconds for a call
_STUCK: Final = ("57014", "55P03")  # it ran for too long, or waited for a lock
_ABOUT_VALUES: Final = "22"  # class of errors
_NOBODY: Final = "00000000-0000-4000-8000-000000000000"
_COMPARISONS: Final = frozenset({"=", "<", "<=", ">", ">="})
_LONGEST: Final = 100_000  # characters of an argument
_ENDS: Final = ("", "@example.org")  # what is too long may have to be an address
# Values that people forget, by the name of the type or its kind.
_ODD: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("", " ", "x", "x" * 300, f"{'x' * 300}@example.org", "a@b", "-1", "2000-01-01"),
    "varchar": ("", " ", "x", "a@b", "-1"),
    "bpchar": ("", "x"),
    "int2": ("0", "-1", "32767"),
    "int4": ("0", "-1", "1", "2147483647"),
    "int8": ("0", "-1", "1", "9223372036854775807"),
    "numeric": ("0", "-1", "0.001", "1e12", "NaN"),
    "float8": ("0", "-1", "1e300", "NaN"),
    "uuid": (_NOBODY,),
    "bool": ("true", "false"),
    "date": ("1900-01-01", "2999-12-31", "infinity"),
    "timestamptz": ("1900-01-01", "2999-12-31", "infinity"),
    "jsonb": ("{}", "[]", "null", '""', "0"),
    "json": ("{}", "[]", "null", '""', "0"),
}


class _Stuck(Exception):  # noqa: N818 - no error of anybody
    """A call did not end."""


_SEED, _ROWS = 1, 12  # few rows: arguments that are drawn belong together more often


def try_commands(
    conninfo: str,
    settings: Settings,
    commands: Sequence[Command],
    show: Callable[[str], None],
    *,
    patience: float = PATIENCE,
) -> dict[Command, Tried]:
    """Return what commands answer to many calls, in a scratch database that gets a few random rows.

    patience: in seconds; a command of which a call takes longer is not called again.
    """
    found = {}
    with psycopg.connect(conninfo, autocommit=True) as connection:
        fill_tables(connection, seed=_SEED, rows=_ROWS, edges=0)
        caller = Caller(connection, settings, _SEED, patience)
        called = [command for command in commands if caller.may_call(command)]
        for number, command in enumerate(called, 1):
            show(f"Calling {command.name} ({number} of {len(called)})")
            wanted = documented(command)
            found[command] = caller.explore(command, partial(_lacks, wanted))
    return found


def _lacks(wanted: set[tuple[str, str]], tried: Tried) -> bool:
    return not wanted <= tried.seen.keys()


class Caller:
    """Calls the commands of a database that has rows, as a member of a role does."""

    def __init__(
        self, connection: psycopg.Connection, settings: Settings, seed: int, patience: float
    ) -> None:
        """Begin; connection: of a superuser, in autocommit mode, to a scratch database."""
        self._connection = connection
        self._name = settings.roles.command
        self._role = sql.Identifier(settings.roles.command)
        self._random = Draws(seed, edges=0.1)
        self._patience = f"{patience * 1000:.0f}ms"
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(settings.schema)))
        self._rows: list[list[tuple[str, str]]] = []
        self._pools: dict[str, list[list[str]]] = defaultdict(list)
        for table in read_tables(connection):
            self._keep(table.schema, table.name, [(each.name, each.type.sql) for each in table.columns])

    def _keep(self, schema: str, name: str, columns: list[tuple[str, str]]) -> None:
        """Remember values of a table's columns, and rows of it, by their types."""
        if not columns:
            return
        texts = sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(column)) for column, _ in columns
        )
        query = sql.SQL("SELECT {} FROM {} ORDER BY 1 LIMIT {}").format(
            texts, sql.Identifier(schema, name), _KEPT
        )
        rows = self._connection.execute(query).fetchall()
        types = [type_ for _, type_ in columns]
        for row in rows:
            self._rows.append(
                [(type_, text) for type_, text in zip(types, row, strict=True) if text is not None]
            )
        for number, type_ in enumerate(types):
            values = sorted({row[number] for row in rows if row[number] is not None})
            if values:
                self._pools[type_].append(values)

    def may_call(self, command: Command) -> bool:
        """Return whether members of the role may call a command, by the rights on routines of its name."""
        (may,) = self._connection.execute(
            sql.SQL(
                "SELECT bool_or(has_function_privilege(r.oid, p.oid, 'EXECUTE')) FROM pg_proc AS p,"
                " pg_roles AS r WHERE p.proname = {} AND r.rolname = {}"
            ).format(command.name.rpartition(".")[2].strip('"'), self._name)
        ).fetchone() or (False,)
        return bool(may)

    def explore(self, command: Command, wanted: Callable[[Tried], bool]) -> Tried:
        """Call a command in all the ways that there are to call it wrongly, and in some more.

        wanted: whether something has not been seen that should be; it is asked between calls.
        """
        try:
            types = read_types(self._connection, [each.type for each in command.parameters])
        except psycopg.Error:  # a type that only stands for others, such as anyelement
            return Tried()
        forms = {
            each.name: _Form(each, type_, tuple(_limits(each)))
            for each, type_ in zip(command.parameters, types, strict=True)
        }
        tried = Tried()
        with suppress(_Stuck):
            self._explore(command, forms, tried, wanted)
        return tried

    def _explore(
        self, command: Command, forms: Mapping[str, "_Form"], tried: Tried, wanted: Callable[[Tried], bool]
    ) -> None:
        for _ in range(_DRAWN):
            if tried.writing >= _GOOD:
                break
            self._try(self._draw(command, forms, odd=0.05), tried)
        for base in tried.good[:_GOOD]:
            for wrong, call in self._wrong(base, forms):
                answer = self._try(call, tried)
                tried.bad.append((wrong, call, answer))
            for call in self._variations(base, forms):
                self._try(call, tried)
        for _ in range(_DRAWN):
            if not wanted(tried):
                break
            self._try(self._draw(command, forms, odd=0.4), tried)

    def _draw(self, command: Command, forms: Mapping[str, "_Form"], *, odd: float) -> Call:
        """Draw a call whose arguments are likely to be taken: some of them of one row."""
        row = self._random.choice(self._rows) if self._rows and self._random.random() < 0.7 else None  # noqa: PLR2004
        values: dict[str, str | None] = {}
        for name, form in forms.items():
            if form.parameter.optional and self._random.random() < 0.4:  # noqa: PLR2004
                continue
            if self._random.random() < odd:
                values[name] = self._random.choice((None, *self._odd(form.type)))
            else:
                values[name] = self._value(form, row)
        return Call(command, values, self._actor(row))

    def _value(self, form: "_Form", row: list[tuple[str, str]] | None) -> str | None:
        known = [text for type_, text in row or () if type_ == form.type.sql]
        if form.type.name != "uuid" and self._random.random() < 0.6:  # noqa: PLR2004
            known = []
        if not known and form.type.name == "uuid" and form.type.kind == "base":
            known = self._known(form.type.sql)
        return self._random.choice(known) if known else sample(form.type, self._random, form.limits)

    def _known(self, type_: str) -> list[str]:
        return self._random.choice(self._pools[type_]) if self._pools.get(type_) else []

    def _actor(self, row: list[tuple[str, str]] | None) -> str | None:
        chance = self._random.random()
        if chance < 0.3:  # noqa: PLR2004
            return None
        known = [text for type_, text in row or () if type_ == "uuid"] if chance < 0.7 else []  # noqa: PLR2004
        known = known or self._known("uuid")
        return self._random.choice(known) if known else None

    def _wrong(self, base: Call, forms: Mapping[str, "_Form"]) -> Iterator[tuple[str, Call]]:
        """Yield calls of which one argument is wrong, and what is wrong with it: NULL, or beyond a limit."""
        for name, form in forms.items():
            if not form.parameter.nullable:
                yield f"NULL for {name}", _with(base, name, None)
            for limit in form.parameter.limits:
                value = self._beyond(limit.condition, form)
                if value is not None:
                    yield f"{shown(value)} for {name}, against {limit.condition}", _with(base, name, value)

    def _beyond(self, limit: str, form: "_Form") -> str | None:
        """Return a value that a condition says no to; None where none is known."""
        columns = {each.column for each in read_limits(limit)}
        if len(columns) != 1:
            return None
        drawn = (sample(form.type, self._random) for _ in range(30))
        values = [*self._odd_for(form), *(value for value in drawn if value is not None)]
        try:
            found = self._connection.execute(
                sql.SQL(
                    "SELECT value FROM unnest({}::text[]) WITH ORDINALITY AS given (value, place),"
                    " LATERAL (SELECT value::{} AS {}) AS taken WHERE NOT ({}) ORDER BY place LIMIT 1"
                ).format(values, sql.SQL(form.type.sql), sql.Identifier(columns.pop()), sql.SQL(limit))
            ).fetchone()
        except psycopg.Error:  # it mentions other columns, too
            return None
        return found[0] if found else None

    def _odd_for(self, form: "_Form") -> Iterator[str]:
        """Yield values that people forget, and those just beside the limits of a parameter."""
        yield from self._odd(form.type)
        for limit in form.limits:
            counted, _, operator = limit.test.rpartition(" ")
            number = limit.values[0] if limit.values else ""
            if operator not in _COMPARISONS or not number.lstrip("-").isdigit():
                continue
            beside = [count for count in (int(number) - 1, int(number) + 1) if not counted or count >= 0]
            if not counted:
                yield from map(str, beside)
            elif counted == "elements" and form.type.kind == "array":
                element = sample(form.type.parts[0], self._random) or ""
                yield from (f"{{{','.join([_quoted(element)] * count)}}}" for count in beside)
            elif form.type.kind == "base":
                yield from ("x" * count + end for count in beside if count < _LONGEST for end in _ENDS)

    def _odd(self, type_: Type) -> tuple[str, ...]:
        if type_.kind == "array":
            (part,) = type_.parts
            odd = self._odd(part)
            many = ",".join(_quoted(value) for value in (odd * 20)[:20])
            return ("{}", "{NULL}", *(f"{{{_quoted(value)}}}" for value in odd[:3]), f"{{{many}}}")
        if type_.kind == "enum":
            return type_.labels
        return _ODD.get(type_.name, ())

    def _variations(self, base: Call, forms: Mapping[str, "_Form"]) -> Iterator[Call]:
        """Yield calls that differ in one thing from one that returned: an argument, or who acts."""
        actors = [None, _NOBODY, *islice((value for pool in self._pools["uuid"] for value in pool), 40)]
        needed = {name: value for name, value in base.values.items() if not forms[name].parameter.optional}
        for actor in actors:
            yield base._replace(actor=actor)
            yield base._replace(actor=actor, values=needed)
        for name, form in forms.items():
            known = [value for pool in self._pools.get(form.type.sql, ()) for value in pool[:4]]
            spread = known[:: len(known) // _VARIED + 1]  # of all columns: a large database has many
            for value in (None, *self._odd_for(form), *spread):
                yield _with(base, name, value)
            if form.parameter.optional:
                yield base._replace(values={key: text for key, text in base.values.items() if key != name})

    def _try(self, call: Call, tried: Tried) -> Answer:
        answer = self.ask(call)
        tried.calls += 1
        if answer.sqlstate in _STUCK:
            tried.stuck = call
            raise _Stuck
        if answer.sqlstate.startswith(_ABOUT_VALUES) and not self._is_value(call):
            return answer  # what was drawn is no value of its type
        if answer.sqlstate:
            tried.seen.setdefault((answer.sqlstate, answer.rule), (call, answer))
        elif answer.wrote:
            tried.good.insert(tried.writing, call)
            tried.writing += 1
        else:
            tried.good.append(call)
        return answer

    def _is_value(self, call: Call) -> bool:
        values = sql.SQL(", ").join(
            sql.SQL("{}::{}").format(call.values[each.name], sql.SQL(each.type))
            for each in call.command.parameters
            if each.name in call.values
        )
        try:
            self._connection.execute(sql.SQL("SELECT {}").format(values))
        except psycopg.Error:
            if self._connection.closed:
                raise
            return False
        return True

    def ask(self, call: Call) -> Answer:
        """Call a command, in a transaction that is rolled back; deferred constraints are asked before."""
        named = [
            sql.SQL("{}{} => {}::{}").format(
                sql.SQL("VARIADIC " if each.variadic else ""),
                sql.Identifier(each.name),
                call.values[each.name],
                sql.SQL(each.type),
            )
            for each in call.command.parameters
            if each.name in call.values
        ]
        named += [sql.SQL("{} => NULL").format(sql.Identifier(name)) for name in call.command.only_out]
        verb = "CALL" if call.command.is_procedure else "SELECT"
        query = sql.SQL(
            "BEGIN; SET LOCAL ROLE {}; SELECT set_config({}, {}, true), set_config('statement_timeout', {},"
            " true), set_config('lock_timeout', {}, true); {} {}({}); SET CONSTRAINTS ALL"
            " IMMEDIATE; SELECT pg_current_xact_id_if_assigned() IS NOT NULL; ROLLBACK"
        ).format(
            self._role,
            ACTOR,
            call.actor or "",
            self._patience,
            self._patience,
            sql.SQL(verb),
            sql.SQL(call.command.name),
            sql.SQL(", ").join(named),
        )
        try:
            cursor = self._connection.execute(query)
            for _ in range(5):
                cursor.nextset()
            row = cursor.fetchone()
        except psycopg.Error as error:
            if self._connection.closed:
                raise
            self._connection.execute("ROLLBACK")
            diag = error.diag
            rule = diag.constraint_name or ""
            return Answer(error.sqlstate or "", rule, diag.message_primary or str(error), wrote=False)
        return Answer("", "", "", wrote=row == (True,))


class _Form(NamedTuple):
    """A parameter with its type and what is understood of its limits."""

    parameter: Parameter
    type: Type
    limits: Sequence[Limit]


def _limits(parameter: Parameter) -> Iterator[Limit]:
    for limit in parameter.limits:
        yield from (each for each in read_limits(limit.condition) if each.certain)


def _with(call: Call, name: str, value: str | None) -> Call:
    return call._replace(values={**call.values, name: value})


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
