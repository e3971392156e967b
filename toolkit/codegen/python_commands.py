"""Commands and query functions of a contract as Python functions with types."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from toolkit.codegen.python_names import (
    class_name,
    docstring,
    free,
    identifier,
    is_keyword,
    quoted,
    without_prefix,
)
from toolkit.codegen.python_types import scalar
from toolkit.core.contract import INTERNAL, Command, Parameter, Result
from toolkit.core.settings import Names
from toolkit.core.shapes import Array, Object, Scalar, Shape

_JSON: Final = ("json", "jsonb")
_UNNAMED: Final = re.compile(r"\$\d+|")
_OVERLAPS: Final = "  # pyright: ignore[reportOverlappingOverload]"
_SESSIONS: Final = (("Session", "{}"), ("AsyncSession", "Coroutine[Any, Any, {}]"))


class _Function(NamedTuple):
    """One signature. arguments: Python's name, its annotation, and the parameter, for each."""

    command: Command
    arguments: list[tuple[str, str, Parameter]]
    returns: str

    @property
    def annotations(self) -> list[tuple[str, str]]:
        return [(name, annotation) for name, annotation, _ in self.arguments]


def functions(commands: tuple[Command, ...], names: Names, comments: Mapping[str, str]) -> Iterator[str]:
    """Yield the functions: overloads of a command are overloads of one function.

    Commands with a parameter that has no name are left out: calls are by name. comments: by signature.
    """
    found: dict[str, list[_Function]] = defaultdict(list)
    overloads = Counter(command.name for command in commands)
    called: dict[str, dict[str, str]] = defaultdict(dict)  # overloads share the names of their arguments
    for command in commands:
        if not any(_UNNAMED.fullmatch(parameter.name) for parameter in command.parameters):
            known = called[command.name]
            for each in command.parameters:
                if each.name not in known:
                    bare = identifier(without_prefix(each.name, names.parameter))
                    known[each.name] = free(bare, set(known.values()))
            exact = overloads[command.name] > 1  # an int is no numeric where an integer may be meant
            arguments = [
                (known[each.name], _parameter(each, exact=exact), each) for each in command.parameters
            ]
            found[command.name].append(_Function(command, arguments, _result(command.result)))
    taken: set[str] = set()
    for command_name, signatures in found.items():
        name = identifier(without_prefix(command_name, names.function))
        name = free(name, taken)  # there may be one of another schema, or without the prefix
        yield from _overloads(name, signatures)
        text = next(filter(None, (comments.get(each.command.signature) for each in signatures)), "")
        doc = docstring(text or f"Call {command_name}.", indent=4, more=_raises(signatures))
        yield from _one(name, signatures[0], doc) if len(signatures) == 1 else _many(name, signatures, doc)


def _raises(signatures: list[_Function]) -> str:
    codes = {error.code for each in signatures for error in each.command.errors} - {"", INTERNAL}
    return f"Raises {', '.join(sorted(map(class_name, codes)))}." if codes else ""


def _overloads(name: str, signatures: list[_Function]) -> Iterator[str]:
    """Yield what type checkers see: what comes back depends on which client is given."""
    seen: list[list[tuple[str, str]]] = []
    # The first that fits counts, and an int is taken for a float: pyright thinks that a mistake.
    ordered = sorted(signatures, key=_floats)
    for each in ordered:
        remark = _OVERLAPS if _floats(each) < _floats(ordered[-1]) else ""
        if each.annotations not in seen:  # Python does not tell integer and bigint apart
            seen.append(each.annotations)
            for session, returned in _SESSIONS:
                head = _head(name, session, each.annotations, remark)
                yield f"\n\n@overload\n{head} -> {returned.format(each.returns)}: ..."


def _floats(function: _Function) -> int:
    return sum("float" in text for _, text in function.annotations)


def _head(name: str, session: str, annotations: list[tuple[str, str]], remark: str = "") -> str:
    lines = "".join(f"    {argument}: {annotation},\n" for argument, annotation in annotations)
    return f"def {name}({remark}\n    db: {session},\n{'    *,' + chr(10) + lines if lines else ''})"


def _one(name: str, function: _Function, doc: str) -> Iterator[str]:
    yield f"\n{_head(name, 'Session | AsyncSession', function.annotations)} -> Any:\n{doc}"
    command = function.command
    given = [(argument, each) for argument, _, each in function.arguments if not each.optional]
    if len(given) == len(function.arguments) and all(is_keyword(each.name) for _, each in given):
        keywords = "".join(f", {each.name}={argument}" for argument, each in given)
        yield f"    return db.call_function({quoted(command.name)}{keywords})\n"
        return
    entries = "".join(f"        {quoted(each.name)}: {argument},\n" for argument, each in given)
    yield f"    arguments: dict[str, Any] = {{{chr(10) + entries + '    ' if entries else ''}}}\n"
    for argument, _, each in function.arguments:
        if each.optional:
            yield f"    if {argument} is not DEFAULT:\n        arguments[{quoted(each.name)}] = {argument}\n"
    yield f"    return db.call_function({quoted(command.name)}, **arguments)\n"


def _many(name: str, signatures: list[_Function], doc: str) -> Iterator[str]:
    """Yield a function for several overloads: the client chooses by the arguments that are given."""
    names = {argument: each.name for function in signatures for argument, _, each in function.arguments}
    entries = "".join(f"        {quoted(key)}: {quoted(value)},\n" for key, value in names.items())
    yield f"\ndef {name}(db: Session | AsyncSession, **arguments: Any) -> Any:\n{doc}"
    yield f"    names = {{\n{entries}    }}\n"
    yield "    given = {\n        names.get(name, name): each\n"
    yield "        for name, each in arguments.items() if each is not DEFAULT\n    }\n"
    yield f"    return db.call_function({quoted(signatures[0].command.name)}, **given)\n"


def _parameter(parameter: Parameter, *, exact: bool) -> str:
    text = value(parameter.type, parameter.shape, given=True)
    text = text if exact else with_int(text)
    if parameter.nullable and text != "Any":
        text += " | None"
    return f"{text} | Default = DEFAULT" if parameter.optional else text


def value(type_: str, shape: Shape, *, given: bool = False) -> str:
    """Return the annotation of a value as psycopg gives it, or takes it where it is given."""
    if type_ in _JSON:
        return "Any"
    if isinstance(shape, Array):
        element = scalar(shape.element, sql=True) if isinstance(shape.element, Scalar) else "Any"
        element += " | None" if shape.element.nullable and element != "Any" else ""
        return f"Sequence[{element}]" if given else f"list[{element}]"
    return scalar(shape, sql=True) if isinstance(shape, Scalar) else "Any"


def with_int(annotation: str) -> str:
    """Return the annotation of what the client takes for a value: for numeric, an int too."""
    return annotation.replace("list[Decimal", "Sequence[Decimal").replace("Decimal", "Decimal | int")


def _result(result: Result) -> str:
    row = isinstance(result.shape, Object) and result.type not in _JSON
    if result.type in ("void", "procedure") and not row:
        return "None"
    text = "dict[str, Any]" if row else value(result.type, result.shape)
    if result.many:
        return f"list[{text}]"
    return f"{text} | None" if (result.nullable or row) and text != "Any" else text
