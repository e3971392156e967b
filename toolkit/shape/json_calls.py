"""PostgreSQL's JSON functions as rules from the values of their arguments to the value of the call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from toolkit.core.shapes import (
    NEVER,
    Array,
    Null,
    Object,
    Opaque,
    Property,
    Scalar,
    Shape,
    Tuple,
    union_of,
)
from toolkit.shape import constants, documents
from toolkit.shape.nodetree import Node
from toolkit.shape.scope import Interpreting
from toolkit.shape.values import INTEGER, JSON, JSONB, RECORD, TEXT, Value, either, void

_MOST_KEYS = 64
_CREATE = 3  # the place of jsonb_set's flag


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function: values and nodes of its arguments, the type of its result.

    variadic: the last argument is an array of arguments.
    """

    of: Interpreting
    name: str
    arguments: Sequence[Value]
    nodes: Sequence[Node]
    result: int
    variadic: bool = False

    @property
    def null(self) -> bool:
        """Whether an argument may be NULL."""
        return any(each.null for each in self.arguments)

    def shape(self, place: int) -> Shape:
        """Return the document that an argument is, where it is not NULL."""
        value = self.arguments[place]
        if value.void:
            return NEVER
        return value.shape if value.shape is not None else self.of.types.document(replace(value, null=False))

    def document(self, place: int) -> Shape:
        """Return what to_jsonb makes of an argument."""
        return self.of.types.document(self.arguments[place])

    def found(self, shape: Shape, *, null: bool) -> Value:
        """Return a value of the result's type that is this document."""
        return Value(self.result, null or shape == NEVER, shape=shape, void=shape == NEVER)


Rule = Callable[[Call], Value]


def only_text(value: Value) -> str | None:
    """Return the only text that a value can be."""
    return value.values[0] if len(value.values) == 1 and not value.null else None


def _build_object(call: Call) -> Value:
    if call.variadic:
        return call.found(Object((), Opaque("VARIADIC arguments")), null=call.null)
    properties: dict[str, Property] = {}
    extras: list[Shape] = []
    for place in range(0, len(call.arguments) - 1, 2):
        name = only_text(call.arguments[place])
        shape = call.document(place + 1)
        if name is not None:
            properties[name] = Property(name, shape)
            continue
        # A key that is not known may be one of those before it.
        properties = {
            key: replace(each, shape=union_of([each.shape, shape])) for key, each in properties.items()
        }
        extras.append(shape)
    return call.found(Object(tuple(properties.values()), union_of(extras) if extras else None), null=False)


def _build_array(call: Call) -> Value:
    if call.variadic:
        return call.found(Array(Opaque("VARIADIC arguments")), null=call.null)
    return call.found(Tuple(tuple(map(call.document, range(len(call.arguments))))), null=False)


def _to_json(call: Call) -> Value:
    value = call.arguments[0]
    if value.void:
        return void(call.result)
    return call.found(call.of.types.document(replace(value, null=False)), null=value.null)


def _json_object(call: Call) -> Value:
    keys = constants.texts(call.of.types, call.nodes[0]) if len(call.nodes) > 1 else None
    text = _element(call, len(call.arguments) - 1)
    shape = call.of.types.document(Value(TEXT, text.null))
    if keys is not None and len(keys) <= _MOST_KEYS:
        properties = tuple(Property(key, shape) for key in dict.fromkeys(keys))
        return call.found(Object(properties), null=call.null)
    return call.found(Object((), shape), null=call.null)


def _field(call: Call) -> Value:
    shape, missing = documents.field(call.shape(0), only_text(call.arguments[1]))
    _note_missing(call, shape)
    return call.found(shape, null=missing or call.null)


def _field_text(call: Call) -> Value:
    shape, missing = documents.field(call.shape(0), only_text(call.arguments[1]))
    _note_missing(call, shape)
    return _as_text(call, shape, missing=missing)


def _note_missing(call: Call, shape: Shape) -> None:
    source, key = call.arguments[0], only_text(call.arguments[1])
    if shape == NEVER and not source.void and key is not None:
        call.of.note(f"there is no key {key!r} in {source.origin or 'the document'}")


def _as_text(call: Call, shape: Shape, *, missing: bool) -> Value:
    """Return the text of what was found: strings without quotes, JSON null as NULL."""
    alternatives = documents.alternatives(shape)
    null = call.null or missing or any(_may_be_null(each) for each in alternatives)
    texts = [each for each in alternatives if not isinstance(each, Null)]
    if not texts:
        return void(TEXT)
    only = texts[0] if len(texts) == 1 else None
    closed = only.values if isinstance(only, Scalar) and only.json_type == "string" else ()
    return Value(TEXT, null, values=closed)


def _may_be_null(shape: Shape) -> bool:
    return documents.json_types(shape) in ((), ("null",))


def _item(call: Call) -> Value:
    shape, missing = documents.item(call.shape(0), _place(call))
    return call.found(shape, null=missing or call.null)


def _item_text(call: Call) -> Value:
    shape, missing = documents.item(call.shape(0), _place(call))
    return _as_text(call, shape, missing=missing)


def _place(call: Call) -> int | None:
    text = only_text(call.arguments[1])
    return None if text is None else int(text)


def _path(call: Call, place: int = 1) -> list[str] | None:
    return constants.texts(call.of.types, call.nodes[place])


def _at(call: Call) -> Value:
    shape, missing = _reached(call)
    return call.found(shape, null=missing or call.null)


def _at_text(call: Call) -> Value:
    shape, missing = _reached(call)
    return _as_text(call, shape, missing=missing)


def _reached(call: Call) -> documents.Found:
    path = _path(call)
    return (
        documents.at(call.shape(0), path)
        if path is not None
        else (Opaque("a path that is no constant"), True)
    )


def _concat(call: Call) -> Value:
    return call.found(documents.concat(call.shape(0), call.shape(1)), null=call.null)


def _delete(call: Call) -> Value:
    second = call.arguments[1]
    if second.type == INTEGER:
        return call.found(documents.without_item(call.shape(0)), null=call.null)
    if call.of.types.element(second.type):
        names = _path(call)
    else:
        name = only_text(second)
        names = None if name is None else [name]
    return call.found(documents.without(call.shape(0), names), null=call.null)


def _delete_path(call: Call) -> Value:
    return call.found(documents.without_path(call.shape(0), _path(call)), null=call.null)


def _set(call: Call) -> Value:
    flags = [only_text(each) for each in call.arguments[_CREATE : _CREATE + 1]]
    create = [True, False] if flags == [None] else [flags != ["false"]]
    path, value = _path(call), call.shape(2)
    changed = [documents.with_value(call.shape(0), path, value, create=each) for each in create]
    return call.found(union_of(changed), null=call.null)


def _insert(call: Call) -> Value:
    shape = documents.with_value(call.shape(0), _path(call), call.shape(2), create=True)
    return call.found(shape, null=call.null)


def _set_lax(call: Call) -> Value:
    treatments = [only_text(each) for each in call.arguments[_CREATE + 1 :]]
    if treatments not in ([], ["use_json_null"]):
        return call.found(Opaque("jsonb_set_lax() that does something else with NULL"), null=True)
    value = call.arguments[2]
    filled = replace(value, null=False, void=False, shape=call.document(2))
    return _set(
        replace(call, arguments=[*call.arguments[:2], filled, *call.arguments[_CREATE : _CREATE + 1]])
    )


def _strip_nulls(call: Call) -> Value:
    flag = only_text(call.arguments[1]) if len(call.arguments) > 1 else "false"
    shape = documents.strip_nulls(call.shape(0), in_arrays=flag == "true")
    if flag is None:
        shape = union_of([shape, documents.strip_nulls(call.shape(0), in_arrays=True)])
    return call.found(shape, null=call.null)


def _elements(call: Call) -> Value:
    return call.found(documents.items(call.shape(0)), null=False)


def _elements_text(call: Call) -> Value:
    return _as_text(replace(call, arguments=()), documents.items(call.shape(0)), missing=False)


def _each(call: Call) -> Value:
    shape = documents.entries(call.shape(0))
    fields = (("key", _key(call)), ("value", replace(call.found(shape, null=False), type=_json_type(call))))
    return Value(RECORD, null=False, fields=fields)


def _each_text(call: Call) -> Value:
    text = _as_text(replace(call, arguments=()), documents.entries(call.shape(0)), missing=False)
    return Value(RECORD, null=False, fields=(("key", _key(call)), ("value", text)))


def _json_type(call: Call) -> int:
    return JSON if call.name.startswith("json_") else JSONB


def _key(call: Call) -> Value:
    objects = [each for each in documents.alternatives(call.shape(0)) if not isinstance(each, Opaque)]
    closed = bool(objects) and all(isinstance(each, Object) and each.extra is None for each in objects)
    names = {each.name: None for one in objects if isinstance(one, Object) for each in one.properties}
    return Value(TEXT, null=False, values=tuple(names) if closed else ())


def _typeof(call: Call) -> Value:
    return Value(TEXT, call.null, values=documents.json_types(call.shape(0)))


def _query(call: Call) -> Value:
    return call.of.types.any_value(call.result, reason=f"result of {call.name}()")


def _unnest(call: Call) -> Value:
    return replace(_element(call, 0), column=None)


def _element(call: Call, place: int) -> Value:
    array = call.arguments[place]
    if array.element is not None:
        return array.element
    return call.of.types.any_value(call.of.types.element(array.type) or call.result)


def _appended(call: Call) -> Value:
    arrays = {"array_append": (0,), "array_prepend": (1,)}.get(call.name, (0, 1))
    elements = [_element(call, i) if i in arrays else each for i, each in enumerate(call.arguments)]
    null = call.name == "array_cat" and all(each.null for each in call.arguments)
    return Value(call.result, null, element=either(elements))


def _removed(call: Call) -> Value:
    element = _element(call, 0)
    null = element.null and not call.arguments[1].void
    return Value(call.result, call.arguments[0].null, element=replace(element, null=null))


def _split(call: Call) -> Value:
    text, _, *null_text = call.arguments
    return Value(call.result, text.null, element=Value(TEXT, null=bool(null_text)))


RULES: dict[str, Rule] = {
    "array_append": _appended,
    "array_prepend": _appended,
    "array_cat": _appended,
    "array_remove": _removed,
    "array_to_json": _to_json,
    "jsonb_concat": _concat,
    "jsonb_delete": _delete,
    "jsonb_delete_path": _delete_path,
    "jsonb_insert": _insert,
    "jsonb_path_query": _query,
    "jsonb_set": _set,
    "jsonb_set_lax": _set_lax,
    "regexp_split_to_array": _split,
    "row_to_json": _to_json,
    "string_to_array": _split,
    "to_json": _to_json,
    "to_jsonb": _to_json,
    "unnest": _unnest,
}
for _family in ("json", "jsonb"):
    RULES |= {
        f"{_family}_array_element": _item,
        f"{_family}_array_element_text": _item_text,
        f"{_family}_array_elements": _elements,
        f"{_family}_array_elements_text": _elements_text,
        f"{_family}_build_array": _build_array,
        f"{_family}_build_object": _build_object,
        f"{_family}_each": _each,
        f"{_family}_each_text": _each_text,
        f"{_family}_extract_path": _at,
        f"{_family}_extract_path_text": _at_text,
        f"{_family}_object": _json_object,
        f"{_family}_object_field": _field,
        f"{_family}_object_field_text": _field_text,
        f"{_family}_object_keys": _key,
        f"{_family}_strip_nulls": _strip_nulls,
        f"{_family}_typeof": _typeof,
    }
