"""Finding what belongs to an object in a catalog, by the names that stand in definitions."""

import re
from collections.abc import Iterable, Iterator

from toolkit.catalog.catalog import Entries, Entry
from toolkit.core.changes import ObjectKey
from toolkit.plan.alteration import Context, Mode
from toolkit.plan.statements import passing_over, quote
from toolkit.source.canonical import Column, Table, read_table
from toolkit.source.canonical_parts import Constraint, read_constraint, read_index
from toolkit.source.canonical_types import Domain, read_domain, read_type
from toolkit.source.cursor import Cursor, bare, split_name, unqualified

_LONGEST_NAME = 63  # bytes


def made_name(*parts: str) -> str:
    """Return a name of parts, each as written, that is cut to what PostgreSQL keeps of it."""
    text = "_".join(bare(part) for part in parts)
    return quote(text.encode()[:_LONGEST_NAME].decode(errors="ignore"))


def key_of(kind: str, name: str, *parts: str) -> ObjectKey:
    """Return the key of what has this qualified name as written, or belongs to it: "TABLE", public.t, column.

    The names of what belongs to a table are made as pg_dump makes them, "t column".
    """
    schema, last = split_name(name)
    return ObjectKey(kind, schema, " ".join((last, *(bare(part) for part in parts))))


def find_table(name: str, entries: Entries) -> Table | None:
    """Return the table of a qualified name, None where there is none."""
    for kind in ("TABLE", "FOREIGN TABLE"):
        entry = entries.get(key_of(kind, name))
        if entry is not None:
            return read_table(entry.definition)
    return None


def inherited_columns(table: Table, entries: Entries) -> dict[str, Column]:
    """Return the columns that the parents of a table give it (INHERITS), by name."""
    found: dict[str, Column] = {}
    for name in table.parents:
        parent = find_table(name, entries)
        if parent is not None:
            found |= {**inherited_columns(parent, entries), **parent.columns}
    return found


def find_identity(table: str, column: str, entries: Entries) -> Entry | None:
    """Return the sequence of an identity column, None where the column is none."""
    found = entries.index(_column_of_identity).get(f"ALTER TABLE {table} ALTER COLUMN {column}")
    return found[0] if found else None


def _column_of_identity(entry: Entry) -> Iterable[str]:
    head, is_identity, _ = entry.definition.partition(" ADD GENERATED ")
    return (head,) if entry.kind == "SEQUENCE" and is_identity else ()


def find_primary_key(table: str, entries: Entries) -> Constraint | None:
    """Return the primary key of a table of this name as written, None where it has none."""
    found = entries.index(_table_of_key).get(table)
    return read_constraint(found[0].definition) if found else None


def _table_of_key(entry: Entry) -> Iterable[str]:
    is_key = entry.kind == "CONSTRAINT" and " PRIMARY KEY (" in entry.definition
    return (read_constraint(entry.definition).table,) if is_key else ()


def find_table_of_index(index: str, entries: Entries) -> str:
    """Return the table, as written, of an index, which may be that of a constraint; raises KeyError."""
    return _read_table(entries.index(_index_name)[split_name(index)][0])


def _index_name(entry: Entry) -> Iterable[tuple[str, str]]:
    if entry.kind == "INDEX":
        return ((entry.schema, entry.name),)
    if entry.kind == "CONSTRAINT":
        return ((entry.schema, bare(read_constraint(entry.definition).name)),)
    return ()


def _read_table(entry: Entry) -> str:
    read = read_index if entry.kind == "INDEX" else read_constraint
    return read(entry.definition).table


def owned_sequences(table: str, column: str, entries: Entries) -> Iterable[Entry]:
    """Return the entries SEQUENCE OWNED BY of a column, as written."""
    return entries.index(_owner).get((table, column), ())


def _owner(entry: Entry) -> Iterable[tuple[str, str]]:
    return (owner_of(entry.definition),) if entry.kind == "SEQUENCE OWNED BY" else ()


def owner_of(definition: str) -> tuple[str, str]:
    """Return the table and the column, as written, that own the sequence of an entry SEQUENCE OWNED BY."""
    owner = definition.rstrip(";").rpartition(" OWNED BY ")[2]
    column = unqualified(owner)
    return owner.removesuffix(f".{column}"), column


def has_children(table: Table, entries: Entries) -> bool:
    """Return whether ALTER TABLE goes on from a table to others."""
    return bool(table.partition_by) or table.name in entries.index(_parents)


def children(table: str, entries: Entries) -> Iterator[Table]:
    """Yield the tables that inherit a table of this name as written (INHERITS)."""
    for entry in entries.index(_parents).get(table, ()):
        yield read_table(entry.definition)


def _parents(entry: Entry) -> Iterable[str]:
    inherits = entry.kind == "TABLE" and "\nINHERITS (" in entry.definition
    return read_table(entry.definition).parents if inherits else ()


def is_volatile(expression: str, entries: Entries) -> bool:
    """Return whether an expression may be of another value for each row; a stable one is not.

    Functions of PostgreSQL itself have no schema in canonical text; of those that one finds in defaults,
    few are volatile. Another function is as its definition says.
    """
    cursor = Cursor(expression)
    while not cursor.done:
        name = cursor.name()
        if cursor.at("(") and (name in _VOLATILE or ("." in name and not _is_steady(name, entries))):
            return True
    return False


_VOLATILE = frozenset({
    "clock_timestamp", "currval", "gen_random_bytes", "gen_random_uuid", "lastval", "nextval", "random",
    "random_normal", "set_config", "setseed", "setval", "timeofday", "uuidv4", "uuidv7",
})  # fmt: skip
_STEADY = re.compile(r"\b(IMMUTABLE|STABLE)\b")


def _is_steady(name: str, entries: Entries) -> bool:
    """Return whether every function of this name is immutable or stable; one that is not known is not."""
    found = entries.index(_function_name).get(split_name(name), ())
    return bool(found) and all(_STEADY.search(entry.definition.split("\n    AS ")[0]) for entry in found)


def _function_name(entry: Entry) -> Iterable[tuple[str, str]]:
    return ((entry.schema, entry.name.partition("(")[0]),) if entry.kind == "FUNCTION" else ()


def mentions(expression: str, name: str) -> bool:
    """Return whether a name, as written, stands in an expression."""
    cursor = Cursor(expression)
    while not cursor.done:
        if cursor.word() == name:
            return True
    return False


def prefix(table: Table, *, only: bool = False) -> str:
    """Return how ALTER TABLE begins for a table; only: without its children."""
    return f"ALTER {'FOREIGN ' if table.foreign else ''}TABLE {'ONLY ' if only else ''}{table.name}"


def once(context: Context, clause: str) -> str:
    """Return a clause that makes a statement safe to run again, where it has to be."""
    return clause if context.mode is Mode.STEPS else ""


def guarded(context: Context, sql: str, *conditions: str) -> str:
    """Return a statement; where it must be safe to run again, one that passes over what it did already.

    conditions: PostgreSQL's names of the errors that say so.
    """
    return passing_over(sql, *conditions) if context.mode is Mode.STEPS else sql


def find_domain(type_: str, entries: Entries) -> Domain | None:
    """Return the domain that a type is, None where it is another one."""
    entry = entries.get(key_of("DOMAIN", type_)) if "." in type_ else None
    return read_domain(entry.definition) if entry else None


def is_enum(type_: str, entries: Entries) -> bool:
    """Return whether a type is an enum."""
    entry = entries.get(key_of("TYPE", type_)) if "." in type_ else None
    return entry is not None and read_type(entry.definition).form == "enum"


def changed_rows(type_: str, context: Context) -> list[str]:
    """Return the composite types, this one or those in it, that the text of an old row can't be read for."""
    domain = find_domain(type_.rstrip("[]"), context.old)
    name = domain.type if domain else type_.rstrip("[]")
    key = key_of("TYPE", name) if "." in name else None
    if key is None or key not in context.old or key not in context.new:
        return []
    old, new = read_type(context.old[key].definition), read_type(context.new[key].definition)
    if [part.name for part in old.attributes] != [part.name for part in new.attributes]:
        return [new.name]
    return [name for part in new.attributes for name in changed_rows(part.type, context)]


def lost_labels(type_: str, context: Context) -> list[str]:
    """Return the labels, as written, that a type which is an enum, or rests on one, has no more."""
    domain = find_domain(type_.rstrip("[]"), context.old)
    name = (domain.type if domain else type_).rstrip("[]")
    if not (is_enum(name, context.old) and is_enum(name, context.new)):
        return []
    old, new = (read_type(side[key_of("TYPE", name)].definition) for side in (context.old, context.new))
    return [label for label in old.labels if label not in new.labels]


def attached_to(partition: str, context: Context) -> str:
    """Return the partitioned table that a table belongs to in both catalogs, empty where there is none."""
    key = key_of("TABLE ATTACH", partition)
    old, new = context.old.get(key), context.new.get(key)
    if old is None or new is None or old.definition != new.definition:
        return ""
    cursor = Cursor(new.definition)
    cursor.take("ALTER", "TABLE", "ONLY")
    return cursor.name()
