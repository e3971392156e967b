"""A contract as a Python package for services: typed commands, read models and errors."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from toolkit.codegen.python_commands import functions, value, with_int
from toolkit.codegen.python_names import bare_names, class_name, docstring, free, identifier, quoted
from toolkit.codegen.python_types import Structs
from toolkit.core.contract import INTERNAL, UNSORTED, Contract, ReadModel, write_contract
from toolkit.core.settings import Names
from toolkit.core.shapes import Object, Opaque, Scalar, Shape

_HEAD: Final = "# Made by `toolkit codegen python` from contract {}; changes here are lost.\n"
# The class that an application's code is one of, by the SQLSTATE of its rules; the first that fits.
_BASES: Final = (
    ("NotFound", ("P0002", "02000")),
    ("AuthRequired", ("28000",)),
    ("Forbidden", ("42501",)),
    ("Conflict", ("23505", "23P01", "23503")),
    ("Invalid", ("23514", "23502", "22000")),
)
# Where the names come from that generated code may mention.
_IMPORTS: Final = (
    ("collections.abc", ("Coroutine", "Mapping", "Sequence")),
    ("decimal", ("Decimal",)),
    ("typing", ("Any", "Literal", "TypedDict", "overload")),
    ("uuid", ("UUID",)),
    ("", ()),
    ("msgspec", ("UNSET", "Struct", "UnsetType", "field")),
    ("toolkit.client", ("errors as base",)),
    ("toolkit.client.async_session", ("AsyncSession",)),
    ("toolkit.client.session", ("Session",)),
    ("toolkit.client.typed", ("DEFAULT", "Default", "ReadModel")),
    ("", ()),
    (".", ("models",)),
)
_STRINGS: Final = re.compile(r'"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*"')
_WORD: Final = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")


@dataclass(frozen=True)
class Source:
    """What a package is made from. comments: by name of a read model or signature of a command."""

    contract: Contract
    names: Names = field(default_factory=Names)
    comments: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def called(self) -> Mapping[str, str]:
        """What each read model is called in Python, by its name."""
        return bare_names(self.contract.read_models, self.names)

    def doc(self, name: str, default: str) -> str:
        """Return the comment on a read model, or a sentence that begins with `default`."""
        return self.comments.get(name) or f"{default} of {name}."


def python_package(source: Source) -> dict[str, str]:
    """Return the files of the package by name; the same contract gives the same text."""
    digest = source.contract.digest()
    head = _HEAD.format(digest[:16])
    files = {
        "__init__.py": _init(digest),
        "_contract.py": _contract(source.contract, digest),
        "commands.py": _module(
            "The commands and query functions, for both clients.",
            functions(source.contract.commands, source.names, source.comments),
        ),
        "errors.py": _module("One class for each code of errors.toml.", _errors(source.contract)),
        "models.py": _module("The documents of the read models, as msgspec Structs.", _models(source)),
        "queries.py": _module("The read models: what can be asked of each.", _queries(source)),
    }
    return {name: head + text for name, text in files.items()} | {"py.typed": ""}


def _module(doc: str, blocks: Iterator[str]) -> str:
    """Return a module: its docstring, the imports that it needs, and the blocks."""
    body = "".join(blocks)
    words = set(_WORD.findall(_STRINGS.sub("", body)))
    groups: list[list[str]] = [["import datetime as dt\n"] if "dt" in words else []]
    for module, names in _IMPORTS:
        used = [name for name in names if name.rpartition(" ")[2] in words]
        if not module:
            groups.append([])
        elif used:
            groups[-1].append(f"from {module} import {', '.join(used)}\n")
    return "\n".join([f'"""{doc}"""\n', *("".join(group) for group in groups if group)]) + body


def _init(digest: str) -> str:
    return f'''"""A typed client of the database whose contract is {digest[:16]}."""

from collections.abc import Mapping

from toolkit.client import AsyncDatabase, Database
from toolkit.client.errors import ClientError

from . import commands, errors, models, queries
from ._contract import CONTRACT

__all__ = ["CONTRACT", "ERRORS", "AsyncDatabase", "Database", "commands", "errors", "models", "queries"]

# For `Database(..., contract=CONTRACT, errors=ERRORS)`.
ERRORS: Mapping[str, type[ClientError]] = errors.BY_CODE
'''


def _contract(contract: Contract, digest: str) -> str:
    text = write_contract(*contract.read_models, *contract.commands)
    inside = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    inside = "".join(each if each == "\n" or each.isprintable() else _escaped(each) for each in inside)
    return f'''"""The contract that this package was made from."""

from toolkit.client.contracts import of_text

DIGEST = "{digest}"

CONTRACT = of_text("""\\
{inside}""")
'''


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _errors(contract: Contract) -> Iterator[str]:
    rules: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for command in contract.commands:
        for error in command.errors:
            if error.code:
                rules[error.code].add((error.rule, error.sqlstate))
    taken: set[str] = set()
    classes = {code: free(class_name(code), taken) for code in sorted(rules)}
    bases = {code: _base(code, {state for _, state in found}) for code, found in rules.items()}
    for code in sorted(rules):
        doc = ", ".join(f"{rule} ({state})" if rule else state for rule, state in sorted(rules[code]))
        # The first sentence is what somebody is shown who meets the error.
        text = docstring(f"{_sentence(code)}. {code}: {doc}", indent=4)
        yield f"\n\nclass {classes[code]}(base.{bases[code]}):\n{text}\n"
        yield f"    code = {quoted(code)}\n"
    entries = "".join(f"    {quoted(code)}: {classes[code]},\n" for code in sorted(rules))
    yield f"\n\nBY_CODE: Mapping[str, type[base.ClientError]] = {{\n{entries}}}\n"


def _sentence(code: str) -> str:
    """Return DUPLICATE_EMAIL as Duplicate email."""
    return " ".join(re.findall(r"[^\W_]+", code)).capitalize() or code


def _base(code: str, states: set[str]) -> str:
    if code == INTERNAL:
        return "Internal"
    return next((name for name, of in _BASES if states & set(of)), "Rejected")


def _models(source: Source) -> Iterator[str]:
    structs = Structs(names={class_name(name) for name in source.called.values()})
    for model in source.contract.read_models:
        shape = _document(model)
        if isinstance(shape, Object) and shape.properties:
            structs.add(class_name(source.called[model.name]), source.doc(model.name, "A document"), shape)
    if any(re.search(r"\bFloat\b", line) for _, _, fields in structs.made for line in fields):
        yield '\nFloat = float | Literal["NaN", "Infinity", "-Infinity"]\n'
    for name, doc, fields in structs.made:
        body = "".join(f"    {line}\n" for line in fields)
        yield f"\n\nclass {name}(Struct, frozen=True, kw_only=True):\n{docstring(doc, indent=4)}\n{body}"


def _document(model: ReadModel) -> Shape:
    column = model.document
    return column.shape if column is not None else Opaque("no data")


def _queries(source: Source) -> Iterator[str]:
    kinds: dict[str, str] = {}
    blocks: list[str] = []
    for model in source.contract.read_models:
        blocks += _query(source, model, kinds)
    for annotation, name in kinds.items():
        yield f"\n{_operators(annotation, name)}"
    yield from blocks


def _query(source: Source, model: ReadModel, kinds: dict[str, str]) -> Iterator[str]:
    called = source.called[model.name]
    made = class_name(called)
    shape = _document(model)
    document = f"models.{made}" if isinstance(shape, Object) and shape.properties else "dict[str, Any]"
    fields = {name: (annotation, type_) for name, annotation, type_ in _fields(model)}
    entries = [
        f"    {quoted(name)}: {_condition(annotation, kinds)},\n" for name, (annotation, _) in fields.items()
    ]
    entries += [f'    "{word}": "Sequence[{made}Where]",\n' for word in ("and", "or")]
    entries.append(f'    "not": "{made}Where",\n')
    yield f'\n{made}Where = TypedDict("{made}Where", {{\n{"".join(entries)}}}, total=False)\n'
    order = "".join(
        f"    {quoted(name)},\n    {quoted('-' + name)},\n"
        for name, (_, type_) in fields.items()
        if type_ not in UNSORTED
    )
    yield f"{made}Order = Literal[\n{order}]\n" if order else f"{made}Order = str\n"
    into = document if document.startswith("models.") else "dict"
    kind = f"ReadModel[{document}, {made}Where, {made}Order]"
    yield f"{identifier(called)}: {kind} = ReadModel({quoted(model.name)}, {into})\n"
    yield docstring(source.doc(model.name, "The documents"), indent=0)


def _fields(model: ReadModel) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the annotation and the type of what a condition can be on."""
    for column in model.columns:
        if column is not model.document:
            yield column.name, value(column.type, column.shape), column.type
    names = {column.name for column in model.columns}
    for name, shape in _paths(_document(model), ""):
        if name not in names and re.fullmatch(r"[\w.]+", name):
            yield name, value("", shape), shape.type


def _paths(shape: Shape, before: str) -> Iterator[tuple[str, Scalar]]:
    if isinstance(shape, Object):
        for each in shape.properties:
            if isinstance(each.shape, Scalar):
                yield before + each.name, each.shape
            else:
                yield from _paths(each.shape, f"{before}{each.name}.")


def _condition(annotation: str, kinds: dict[str, str]) -> str:
    if annotation == "Any":
        return "Any"
    annotation = with_int(annotation)
    name = kinds.setdefault(annotation, f"_Ops{len(kinds) + 1}")
    return f"{annotation} | {name} | None"


def _operators(annotation: str, name: str) -> str:
    """Return the operators of one type of field."""
    if annotation.startswith(("list[", "Sequence[")):
        words = dict.fromkeys(("eq", "ne", "contains", "overlaps"), annotation)
    else:
        words = dict.fromkeys(("eq", "ne", "lt", "lte", "gt", "gte"), annotation)
        words |= dict.fromkeys(("in", "not_in"), f"Sequence[{annotation}]")
        if annotation == "str" or annotation.startswith('Literal["'):
            words |= dict.fromkeys(("like", "ilike"), "str")
    words["is_null"] = "bool"
    entries = "".join(f'    "{word}": {type_},\n' for word, type_ in words.items())
    return f'{name} = TypedDict("{name}", {{\n{entries}}}, total=False)\n'
