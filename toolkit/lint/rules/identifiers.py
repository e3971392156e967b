"""Rules about the spelling of names."""

import re
from collections.abc import Iterator
from functools import lru_cache

from toolkit.core.findings import Severity
from toolkit.core.keywords import RESERVED
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule
from toolkit.source.facts import (
    Column,
    Constraint,
    Declared,
    Fact,
    Index,
    Rename,
    Routine,
    Table,
    Trigger,
    View,
)

_PLAIN = (Index, Trigger, Constraint, Column)
_QUALIFIED = (Table, View, Routine)
_NAMED = (*_QUALIFIED, *_PLAIN, Declared, Rename)
_SNAKE = re.compile(r"[^\W\dA-Z](?:[^\WA-Z]|\$)*")  # what PostgreSQL takes without quotes and leaves as it is
_ORDINARY = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,58}")
_LABEL = re.compile(r"[a-z0-9_]+")
_NEAR = 10_000  # characters behind the place of a fact in which its names are
_LONGEST, _WIDEST = 63, 4  # bytes: NAMEDATALEN - 1, and of one character in UTF-8
_IN_A_NAME = re.compile(r"[\w$]")


class _Memory:
    """The odd names of the fact that was asked about last: all rules of this module ask in turn."""

    fact: Fact | None = None
    names: tuple[tuple[int, str], ...] = ()


_memory = _Memory()


def _names(fact: Fact) -> tuple[tuple[int, str], ...]:
    """Return the names that a fact gives to something, each with its place, but those that are all right."""
    if _memory.fact is not fact:
        _memory.fact = fact
        _memory.names = tuple([(start, name) for start, name in _named(fact) if not _is_ordinary(name)])
    return _memory.names


@lru_cache(maxsize=10_000)
def _is_ordinary(name: str) -> bool:
    """Return whether no rule here has anything against a name, which holds for nearly all."""
    return _ORDINARY.fullmatch(name) is not None and name not in RESERVED


def _named(fact: Fact) -> Iterator[tuple[int, str]]:
    if isinstance(fact, Rename):
        yield fact.start, fact.new
    elif isinstance(fact, _PLAIN):
        yield fact.start, fact.name
    elif isinstance(fact, _QUALIFIED) or (isinstance(fact, Declared) and fact.kind != "operator"):
        yield fact.start, fact.name.name
    if isinstance(fact, Routine):
        yield from ((parameter.start, parameter.name) for parameter in fact.parameters)


@rule("N10", Severity.WARNING, Declared)
def enum_labels_in_snake_case(declared: Declared, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Write the labels of an enum type in snake_case.

    They go out in documents as they are, and a label can't be dropped.

    Bad:
        CREATE TYPE post_status AS ENUM ('Draft', 'in review');

    Good:
        CREATE TYPE post_status AS ENUM ('draft', 'in_review');
    """
    for label in declared.labels if declared.kind == "enum type" else ():
        if not _LABEL.fullmatch(label):
            yield Report(
                declared.start,
                f"the label {label!r} is not in snake_case",
                "Write it in small letters with _.",
            )


@rule("N11", Severity.WARNING, *_NAMED, bodies=False)
def snake_case(fact: Fact, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Write names in snake_case.

    A name in other letters must be quoted wherever it is used. Capitals without quotes are small letters to
    PostgreSQL and are fine.

    Bad:
        CREATE TABLE tb_post ("createdAt" timestamptz);

    Bad:
        ALTER TABLE tb_post RENAME COLUMN a TO "two words";

    Good:
        CREATE TABLE Tb_Post (CreatedAt timestamptz, "quoted_though" int);
    """
    for start, name in _names(fact):
        if name and not _SNAKE.fullmatch(name):
            yield Report(
                start,
                f"the name {name!r} is not in snake_case",
                "Write it in small letters, with _ between words.",
            )


@rule("N12", Severity.ERROR, *_NAMED, bodies=False)
def at_most_63_bytes(fact: Fact, file: File) -> Iterator[Report]:
    """Keep names within 63 bytes.

    PostgreSQL cuts a longer name with no more than a notice; two names that differ behind the cut collide.

    Bad:
        CREATE INDEX idx_a_name_that_goes_on_and_on_for_more_than_sixty_three_bytes_in_all ON tb_a (b);

    Good:
        CREATE INDEX idx_short ON tb_a (b);
    """
    for start, name in _names(fact):
        if len(name) * 4 > _LONGEST - _WIDEST and len(name.encode()) > _LONGEST - _WIDEST:
            near = file.text[start : start + _NEAR].lower()
            written = near.find(name.lower()) + start  # the parser has cut the name already
            end = written + len(name)
            if written >= start and _IN_A_NAME.match(file.text, end):
                yield Report(
                    written, f"the name {name} is longer than 63 bytes and is cut", "Give it a shorter name."
                )


@rule("N13", Severity.WARNING, *_NAMED, bodies=False)
def no_reserved_words(fact: Fact, file: File) -> Iterator[Report]:  # noqa: ARG001
    """Name nothing by a reserved word.

    Such a name must be quoted wherever it is used.

    Bad:
        CREATE TABLE tb_member ("user" text);

    Good:
        CREATE TABLE tb_member (name text, value int, year int);
    """
    for start, name in _names(fact):
        if name in RESERVED:
            yield Report(start, f"the name {name!r} is a reserved word", "Give it another name.")


@rule("N14", Severity.ERROR, Table, View, Routine, Index, Declared, Rename, bodies=False)
def no_system_prefix(
    fact: Table | View | Routine | Index | Declared | Rename,
    file: File,  # noqa: ARG001
) -> Iterator[Report]:
    """Begin no name with `pg_`.

    PostgreSQL keeps the prefix for itself: a schema, a role or a tablespace is refused, and another object is
    hidden by one of the next version, which is found first. Columns and parameters may have any name.

    Bad:
        CREATE SCHEMA pg_app;

    Good:
        CREATE TABLE tb_dump (id int, pg_version int);
    """
    if isinstance(fact, Rename):
        name = "" if fact.part and fact.kind != "schema" else fact.new
    else:
        name = fact.name if isinstance(fact, Index) else fact.name.name
    if name.startswith("pg_"):
        yield Report(fact.start, f"the name {name} begins with pg_", "Give it another name.")
