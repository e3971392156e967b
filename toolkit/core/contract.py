"""The contract: the shapes of all read models, the signatures and errors of all commands.

The text of a read model and of a command, as committed under `sql/contract/`:

    v_user_with_stats                       volatile fn_create_post(
      id: uuid                                p_title: text
      data: {                                   check ck_post_title_length: char_length(title) >= 3
        id: uuid                              p_tags?: [text?]
        name: text                            p_author_id?: uuid
      }                                     ) returns uuid?
      name: text                              raises 28000 rule_actor_present AUTH_REQUIRED

The notation of shapes is that of `toolkit.core.notation`; behind the shape of a column, a parameter or a
result, `?` says that it may be SQL NULL. The SQL type stands before a shape that does not say it.
"""

import re
from dataclasses import dataclass
from typing import Any

from toolkit.core import notation
from toolkit.core.shapes import Array, Object, Scalar, Shape, digest, plain

INTERNAL = "INTERNAL"  # the code of a rule that no argument of a command can break
# Types by which PostgreSQL can't sort.
UNSORTED = frozenset({
    "line", "lseg", "box", "path", "circle", "xid", "cid", "json", "xml", "point", "polygon", "jsonpath",
})  # fmt: skip
VOLATILITIES = ("volatile", "stable", "immutable")
_IDENTIFIER = r'(?:[^\W\d][\w$]*|"(?:[^"\n]|"")+")'
_RELATION = re.compile(rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*")
_VOLATILITY = re.compile(rf"(?:{'|'.join(VOLATILITIES)})(?= )")
_TYPE_BEFORE = re.compile(
    rf"({_IDENTIFIER}(?:\.{_IDENTIFIER})*(?:\([^()\n]*\))?(?:\[\])?) (?=[^\s?])(?!in \()"
)
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_TO_LINE_END = re.compile(r"[^\n]+")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_SPACE = re.compile(r" +")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a column, a parameter or a result may hold.

    type: the SQL type by its short name, such as jsonb or text[]. shape: the value as to_jsonb prints it.
    nullable: it may be SQL NULL; a JSON null in a document is said by the shape.
    """

    type: str
    shape: Shape
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Column(Typed):
    """A column of a read model."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A read model; name is qualified where it stands outside the schema of the project."""

    name: str
    columns: tuple[Column, ...]

    def get(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def document(self) -> Column | None:
        """The column data, if it is of JSON; without such a one the rows are the documents."""
        column = self.get("data")
        if column is None or column.type in ("json", "jsonb"):
            return column
        if isinstance(column.shape, Scalar):
            return None
        return None if column.type.endswith("[]") else column  # a domain over jsonb


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition that an argument must fulfil. rule: the constraint; condition: its SQL on one line."""

    rule: str
    condition: str


@dataclass(frozen=True, slots=True)
class Parameter(Typed):
    """An argument of a command.

    nullable: NULL is taken. optional: it has a default. limits: of the columns that it is written to.
    """

    name: str = ""
    optional: bool = False
    variadic: bool = False
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Result(Typed):
    """What a command returns. many: a set of rows; a row of several columns is an Object."""

    many: bool = False


@dataclass(frozen=True, slots=True, order=True)
class RaisedError:
    """An error that a command can raise: SQLSTATE, the rule that it names, the application's code for it."""

    sqlstate: str
    rule: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a query function; two of one name differ in the types of their parameters."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    volatility: str = "volatile"
    errors: tuple[RaisedError, ...] = ()

    @property
    def signature(self) -> str:
        """The name with the types of the parameters, such as fn_create_user(text, text)."""
        return f"{self.name}({', '.join(each.type for each in self.parameters)})"

    @property
    def is_procedure(self) -> bool:
        """Whether it is called by CALL."""
        return self.result.type == "procedure"

    @property
    def only_out(self) -> tuple[str, ...]:
        """The OUT parameters of a procedure: CALL wants something in their places, and looks at none."""
        if not self.is_procedure or not isinstance(self.result.shape, Object):
            return ()
        given = {each.name for each in self.parameters}
        return tuple(each.name for each in self.result.shape.properties if each.name not in given)


@dataclass(frozen=True, slots=True)
class Contract:
    """All read models and commands, each in the order of their names (and parameters)."""

    read_models: tuple[ReadModel, ...] = ()
    commands: tuple[Command, ...] = ()

    def digest(self) -> str:
        """Return a hash that is the same for contracts that say the same; the order of keys says nothing."""
        parts: list[ReadModel | Command] = [*self.read_models, *self.commands]
        return digest([contract_json(part) for part in parts])


def implied_type(shape: Shape) -> str:
    """Return the SQL type that goes without saying: a scalar's, the array of a scalar's, else jsonb."""
    if isinstance(shape, Scalar):
        return shape.type
    if isinstance(shape, Array) and isinstance(shape.element, Scalar):
        return f"{shape.element.type}[]"
    return "jsonb"


def contract_json(part: ReadModel | Command) -> dict[str, Any]:
    """Return a read model or a command as what JSON can hold."""
    if isinstance(part, ReadModel):
        return {"name": part.name, "columns": {each.name: _typed_json(each) for each in part.columns}}
    return {
        "name": part.name,
        "volatility": part.volatility,
        "parameters": [_parameter_json(each) for each in part.parameters],
        "result": _typed_json(part.result) | {"many": part.result.many},
        "errors": [{"sqlstate": each.sqlstate, "rule": each.rule, "code": each.code} for each in part.errors],
    }


def _typed_json(value: Typed) -> dict[str, Any]:
    return {"type": value.type, "nullable": value.nullable, "shape": plain(value.shape)}


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    return _typed_json(parameter) | {
        "name": parameter.name,
        "optional": parameter.optional,
        "variadic": parameter.variadic,
        "limits": [{"rule": each.rule, "condition": each.condition} for each in parameter.limits],
    }


def write_contract(*parts: ReadModel | Command) -> str:
    """Return the text of read models and commands, one block each, an empty line between them."""
    return "\n".join(_read_model(part) if isinstance(part, ReadModel) else _command(part) for part in parts)


def _read_model(model: ReadModel) -> str:
    lines = [f"  {notation.write_name(each.name)}: {_typed(each, 1)}\n" for each in model.columns]
    return "".join([f"{model.name}\n", *lines])


def _typed(value: Typed, indent: int) -> str:
    before = "" if value.type == implied_type(value.shape) else f"{value.type} "
    return before + notation.write(value.shape, indent, document=True) + ("?" if value.nullable else "")


def _command(command: Command) -> str:
    lines = [f"{command.volatility} {command.name}("]
    for each in command.parameters:
        before = "variadic " if each.variadic else ""
        name = notation.write_name(each.name) + ("?" if each.optional else "")
        lines.append(f"  {before}{name}: {_typed(each, 1)}")
        lines += [f"    check {notation.write_name(limit.rule)}: {limit.condition}" for limit in each.limits]
    many = "many " if command.result.many else ""
    end = f") returns {many}{_typed(command.result, 0)}"
    lines = [*lines, end] if command.parameters else [lines[0] + end]
    for error in command.errors:
        words = [error.sqlstate, *(notation.write_name(word) for word in (error.rule, error.code) if word)]
        lines.append(f"  raises {' '.join(words)}")
    return "\n".join(lines) + "\n"


def read_contract(text: str) -> tuple[ReadModel | Command, ...]:
    """Return what `write_contract` has written; raises ContractUnreadable with line and column."""
    reader = notation.Reader(text)
    parts: list[ReadModel | Command] = []
    reader.skip(_BLANK_LINES)
    while reader.place < len(text):
        volatility = reader.find(_VOLATILITY)
        parts.append(_read_command(reader, volatility) if volatility else _read_read_model(reader))
        reader.skip(_BLANK_LINES)
    return tuple(parts)


def _read_read_model(reader: notation.Reader) -> ReadModel:
    name = reader.match(_RELATION, "the name of a read model or a command")
    reader.need("\n")
    columns = []
    while reader.take("  "):
        column = reader.name()
        reader.need(": ")
        columns.append(Column(*_read_typed(reader), name=column))
        reader.need("\n")
    return ReadModel(name, tuple(columns))


def _read_typed(reader: notation.Reader) -> tuple[str, Shape, bool]:
    written = reader.find(_TYPE_BEFORE)
    shape = reader.bare()
    return written.rstrip() or implied_type(shape), shape, reader.take("?")


def _read_command(reader: notation.Reader, volatility: str) -> Command:
    reader.skip(_SPACE)
    name = reader.match(_RELATION, "the name of a command")
    reader.need("(")
    parameters = []
    if reader.take("\n"):
        while not reader.take(")"):
            parameters.append(_read_parameter(reader))
    else:
        reader.need(")")
    reader.need(" returns ")
    many = reader.take("many ")
    result = Result(*_read_typed(reader), many=many)
    reader.need("\n")
    errors = []
    while reader.take("  raises "):
        errors.append(_read_error(reader))
        reader.need("\n")
    return Command(name, tuple(parameters), result, volatility, tuple(errors))


def _read_parameter(reader: notation.Reader) -> Parameter:
    reader.need("  ")
    variadic = reader.take("variadic ")
    name = reader.name()
    optional = reader.take("?")
    reader.need(": ")
    typed = _read_typed(reader)
    reader.need("\n")
    limits = []
    while reader.take("    check "):
        rule = reader.name()
        reader.need(": ")
        limits.append(Limit(rule, reader.match(_TO_LINE_END, "a condition")))
        reader.need("\n")
    return Parameter(*typed, name=name, optional=optional, variadic=variadic, limits=tuple(limits))


def _read_error(reader: notation.Reader) -> RaisedError:
    words = [reader.match(_SQLSTATE, "an SQLSTATE")]
    while reader.take(" "):
        words.append(reader.name())
    return RaisedError(*words[:3])
