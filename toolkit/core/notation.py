"""The text of a shape: written for people who review a change, and read back without loss.

    name: text        {…}         object        text?          may be null
    name?: text       may be absent            ="user"        this value
    [text?]           array                    text in (a|b)  one of these values
    [text, integer,]  these elements           email<text>    a domain over text
    {[key]: text}     any keys                 ({…} | [{…}])  one of these shapes
    null              JSON null                opaque<why>    any JSON value

Properties stand on lines of their own, or on one line between commas.
"""

import json
import re
from collections.abc import Iterator

from toolkit.core.shapes import (
    Array,
    Null,
    Object,
    Opaque,
    Property,
    Scalar,
    Shape,
    Tuple,
    Union,
    not_null,
    or_null,
    union_of,
)
from toolkit.errors import ContractUnreadable

_NAME = re.compile(r"[^\W\d][\w$]*")
_IDENTIFIER = r'(?:[^\W\d][\w$]*|"(?:[^"\n]|"")+")'
_TYPE = re.compile(rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*(?:\([^()\n]*\))?(?:\[\])?")
_BARE = re.compile(r"[\w.+-]+")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"true|false|-?\d+(?:\.\d+)?")
_REASON = re.compile(rf"<({_STRING.pattern}|[^<>\"\n]+)>")
_BLANKS = re.compile(r"[ \t]*")
_LINES = re.compile(r"\s*")
_SEPARATOR = re.compile(r"[ \t]*(?:,|\n)\s*")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_NUMERIC = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")


def write(shape: Shape, indent: int | None = None, *, document: bool = False) -> str:
    """Return the text of a shape.

    indent: how deep the line stands that it begins on, with objects over several lines; None for one line.
    document: the shape of a column's document, where `?` would say SQL NULL: JSON null is an alternative.
    """
    if document and shape.nullable:
        parts = shape.alternatives if isinstance(shape, Union) else (not_null(shape),)
        return _union([*parts, Null()], indent)
    return _bare(shape, indent) + ("?" if shape.nullable else "")


def write_name(name: str) -> str:
    """Return the name of a key or a column as the text has it: in quotes where it is no plain word."""
    return name if _NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def leaves(shape: Shape, path: str) -> Iterator[tuple[str, Shape]]:
    """Yield the path and the shape of everything in a document that has no parts; path: of the document."""
    match shape:
        case Object():
            parts = [(f"{path}.{write_name(each.name)}", each.shape) for each in shape.properties]
            parts += [(f"{path}.[key]", shape.extra)] if shape.extra is not None else []
        case Array():
            parts = [(f"{path}[]", shape.element)]
        case Tuple():
            parts = [(f"{path}[]", item) for item in shape.items]
        case Union():
            parts = [(path, alternative) for alternative in shape.alternatives]
        case _:
            parts = []
            yield path, shape
    for place, part in parts:
        yield from leaves(part, place)


def _bare(shape: Shape, indent: int | None) -> str:
    match shape:
        case Scalar():
            text = _scalar(shape)
        case Object():
            text = _object(shape, indent)
        case Array():
            text = f"[{write(shape.element, indent)}]"
        case Tuple():
            text = "[" + "".join(f"{write(item, indent)}, " for item in shape.items).rstrip() + "]"
        case Union():
            text = _union(list(shape.alternatives), indent)
        case Opaque():
            plain = _REASON.fullmatch(f"<{shape.reason}>") and not shape.reason.startswith('"')
            text = f"opaque<{shape.reason if plain else json.dumps(shape.reason, ensure_ascii=False)}>"
        case _:
            text = "null"
    return text


def _scalar(shape: Scalar) -> str:
    if len(shape.values) == 1 and not shape.base:
        (value,) = shape.values
        if shape.type == "text":
            return "=" + json.dumps(value, ensure_ascii=False)
        plain_number = {"integer": _INTEGER, "numeric": _NUMERIC}.get(shape.type)
        if shape.type == "boolean" or (plain_number and plain_number.fullmatch(value)):
            return f"={value}"
    text = f"{shape.type}<{shape.base}>" if shape.base else shape.type
    if shape.values:
        text += f" in ({'|'.join(_value(value) for value in shape.values)})"
    return text


def _value(value: str) -> str:
    return value if _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _object(shape: Object, indent: int | None) -> str:
    inner = None if indent is None else indent + 1
    lines = [
        f"{write_name(each.name)}{'?' if each.optional else ''}: {write(each.shape, inner)}"
        for each in shape.properties
    ]
    if shape.extra is not None:
        lines.append(f"[key]: {write(shape.extra, inner)}")
    if not lines or inner is None:
        return "{" + ", ".join(lines) + "}"
    return "".join(["{\n", *(f"{'  ' * inner}{line}\n" for line in lines), "  " * (inner - 1), "}"])


def _union(parts: list[Shape], indent: int | None) -> str:
    inner = None if indent is None else indent + 1
    texts = [write(part, inner) for part in parts]
    if inner is None or not any("\n" in text for text in texts):
        return f"({' | '.join(texts)})"
    return "".join(["(\n", *(f"{'  ' * inner}| {text}\n" for text in texts), "  " * (inner - 1), ")"])


def read(text: str) -> Shape:
    """Return the shape of a text; raises ContractUnreadable with line and column."""
    reader = Reader(text)
    reader.skip(_LINES)
    shape = reader.shape()
    reader.skip(_LINES)
    reader.end()
    return shape


class Reader:
    """Reads shapes from a place in a text on; raises ContractUnreadable where it can't."""

    def __init__(self, text: str) -> None:
        """Begin at the start of the text."""
        self.text, self.place = text, 0

    def skip(self, pattern: re.Pattern[str] = _BLANKS) -> bool:
        """Pass what matches here; tell whether anything did."""
        found = pattern.match(self.text, self.place)
        if found is None:
            return False
        self.place = found.end()
        return found.end() > found.start()

    def take(self, word: str) -> bool:
        """Pass these characters if they stand here."""
        if self.text.startswith(word, self.place):
            self.place += len(word)
            return True
        return False

    def need(self, word: str) -> None:
        """Pass these characters."""
        if not self.take(word):
            raise self.error("the end of the line" if word == "\n" else f'"{word}"')

    def match(self, pattern: re.Pattern[str], what: str) -> str:
        """Pass and return what the pattern finds here."""
        found = pattern.match(self.text, self.place)
        if found is None:
            raise self.error(what)
        self.place = found.end()
        return found[0]

    def find(self, pattern: re.Pattern[str]) -> str:
        """Pass and return what the pattern finds here; empty where it finds nothing."""
        start = self.place
        self.skip(pattern)
        return self.text[start : self.place]

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self.place < len(self.text):
            raise self.error("nothing more")

    def error(self, what: str) -> ContractUnreadable:
        """Return the error that says what should stand here."""
        before = self.text[: self.place]
        column = self.place - (before.rfind("\n") + 1) + 1
        return ContractUnreadable(before.count("\n") + 1, column, what)

    def name(self) -> str:
        """Read the name of a key or a column."""
        if self.text.startswith('"', self.place):
            return self._string()
        return self.match(_NAME, "a name")

    def shape(self) -> Shape:
        """Read a shape with its `?`."""
        shape = self.bare()
        return or_null(shape) if self.take("?") else shape

    def bare(self) -> Shape:
        """Read a shape up to its `?`."""
        if self.take("{"):
            return self._object()
        if self.take("["):
            return self._array()
        if self.take("("):
            return self._union()
        if self.take("="):
            return self._constant()
        if self.take("opaque<"):
            self.place -= 1
            reason = self.match(_REASON, "a reason")[1:-1]
            return Opaque(json.loads(reason) if reason.startswith('"') else reason)
        name = self.match(_TYPE, "a shape")
        return Null() if name == "null" else self._scalar(name)

    def _scalar(self, name: str) -> Scalar:
        base = ""
        if self.take("<"):
            base = self.match(_TYPE, "a type")
            self.need(">")
        values = []
        if self.take(" in ("):
            values.append(self._value())
            while self.take("|"):
                values.append(self._value())
            self.need(")")
        return Scalar(name, base, tuple(values))

    def _constant(self) -> Scalar:
        if self.text.startswith('"', self.place):
            return Scalar("text", values=(self._string(),))
        text = self.match(_LITERAL, "a constant")
        kind = "boolean" if text in ("true", "false") else "numeric" if "." in text else "integer"
        return Scalar(kind, values=(text,))

    def _value(self) -> str:
        if self.text.startswith('"', self.place):
            return self._string()
        return self.match(_BARE, "a value")

    def _string(self) -> str:
        start = self.place
        try:
            return str(json.loads(self.match(_STRING, "a string")))
        except json.JSONDecodeError as error:
            self.place = start
            raise self.error("a JSON string") from error

    def _object(self) -> Object:
        properties: dict[str, Property] = {}
        extra = None
        self.skip(_LINES)
        while not self.take("}"):
            if extra is not None:
                raise self.error('"}"')
            if self.take("[key]:"):
                self.skip()
                extra = self.shape()
            else:
                name = self.name()
                optional = self.take("?")
                self.need(":")
                self.skip()
                if name in properties:
                    raise self.error("a key that is not there already")
                properties[name] = Property(name, self.shape(), optional)
            self._separate("}")
        return Object(tuple(properties.values()), extra)

    def _array(self) -> Shape:
        items: list[Shape] = []
        self.skip(_LINES)
        while not self.take("]"):
            items.append(self.shape())
            if len(items) == 1 and self.take("]"):
                return Array(items[0])
            self._separate("]")
        return Tuple(tuple(items))

    def _union(self) -> Shape:
        parts: list[Shape] = []
        self.skip(_LINES)
        self.take("|")
        self.skip()
        while not self.take(")"):
            parts.append(self.shape())
            self.skip(_LINES)
            if not self.text.startswith(")", self.place):
                self.need("|")
                self.skip()
        return union_of(parts)

    def _separate(self, closing: str) -> None:
        if not self.skip(_SEPARATOR):
            self.skip()
            if not self.text.startswith(closing, self.place):
                raise self.error(f'"," or "{closing}" or a new line')
