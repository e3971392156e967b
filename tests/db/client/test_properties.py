"""Whatever is asked: a right answer, or a clear error, and no SQL that was not meant."""

import re
from contextlib import nullcontext, suppress
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import product

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from toolkit.client import Database
from toolkit.client.errors import Invalid

few = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # without shrinking, which asks the database for minutes
)
MODEL_COLUMNS = "id, name, rank, price, flag, tags, owner"
NAMES = ["Apple", "apple", "100%", 'x\'y "z"', "a_b", "", None]
TAGS = [[], ["a"], ["a", "b"]]
ROWS = [
    {
        "id": number,
        "name": name,
        "rank": None if number % 5 == 0 else number % 3,
        "price": None if number % 4 == 0 else Decimal(number) / 4,
        "flag": number % 2 == 0,
        "tags": tags,
        "owner.name": name and name[:1],
    }
    for number, (name, tags) in enumerate(product(NAMES, TAGS), 1)
]
KEYS = ("id", "name", "rank", "price", "flag", "tags", "owner.name")


@pytest.fixture(scope="module")
def asked(scratch_by_major, prepared):
    """A client of one connection, and what shows the statement that the server saw last."""
    conninfo = scratch_by_major.clone(prepared[0])
    with psycopg.connect(conninfo, autocommit=True) as admin:
        with admin.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO tb_item ({MODEL_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [[row[key] for key in KEYS] for row in ROWS],
            )
        with Database(conninfo, contract=prepared[1], min_size=1, max_size=1) as db:
            backend = db.call_function("fn_backend")

            def last():
                found = admin.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [backend])
                return found.fetchone()[0]

            db.last = last
            yield db
    scratch_by_major.release(conninfo)


# --- conditions that mean something, against a model


def matches(pattern, text, *, fold=False):
    if fold:
        pattern, text = pattern.lower(), text.lower()
    classes = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return fnmatchcase(text, "".join(classes.get(each, each) for each in pattern))


TESTS = {
    "eq": lambda value, other: value == other,
    "ne": lambda value, other: value != other,
    "lt": lambda value, other: value < other,
    "lte": lambda value, other: value <= other,
    "gt": lambda value, other: value > other,
    "gte": lambda value, other: value >= other,
    "in": lambda value, other: value in other,
    "not_in": lambda value, other: value not in other,
    "like": lambda value, other: matches(other, value),
    "ilike": lambda value, other: matches(other, value, fold=True),
    "contains": lambda value, other: set(other) <= set(value),
    "overlaps": lambda value, other: bool(set(other) & set(value)),
}


def holds(where, row):
    return all(_holds(name, value, row) for name, value in where.items())


def _holds(name, value, row):
    if name == "and":
        return all(holds(each, row) for each in value)
    if name == "or":
        return any(holds(each, row) for each in value)
    if name == "not":
        return not holds(value, row)
    if value is None or not isinstance(value, dict):
        value = {"is_null": True} if value is None else {"eq": value}
    return all(_passes(operator, row[name], other) for operator, other in value.items())


def _passes(operator, value, other):
    if operator == "is_null":
        return (value is None) is other
    if other is None:
        return (value is None) is (operator == "eq")
    return value is not None and TESTS[operator](value, other)


def operators(values, *names: str, order=True):
    found = {"is_null": st.booleans()}
    for name in ("eq", "ne", *(("lt", "lte", "gt", "gte") if order else ()), *names):
        found[name] = st.lists(values, max_size=3) if name in ("in", "not_in") else values
    return values | st.none() | st.fixed_dictionaries({}, optional=found).filter(bool)


texts = st.sampled_from([*[name for name in NAMES if name is not None], "A", "%pple", "_00%", "b"])
tags = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(sorted)
numbers = st.integers(-1, 30)
prices = numbers | st.decimals(0, 6, places=2)
matched = operators(texts, "in", "not_in", "like", "ilike", order=False)
tests = st.fixed_dictionaries(
    {},
    optional={
        "id": operators(numbers, "in", "not_in"),
        "name": matched,
        "owner.name": matched,
        "rank": operators(numbers, "in", "not_in"),
        "price": operators(prices, "in", "not_in"),
        "flag": operators(st.booleans(), "in", "not_in"),
        "tags": operators(tags, "contains", "overlaps", order=False),
    },
)
conditions = st.recursive(
    tests,
    lambda inner: st.fixed_dictionaries(
        {}, optional={"and": st.lists(inner, max_size=3), "or": st.lists(inner, max_size=3), "not": inner}
    ),
    max_leaves=4,
)
orders = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from(["id", "rank", "price", "flag", "owner.rank"])),
    max_size=3,
)


def in_order(rows, order):
    """Sort as PostgreSQL does: NULL is the largest."""
    names = [*order, ("", "id")] if all(name != "id" for _, name in order) else order
    for way, name in reversed(names):
        key = "rank" if name == "owner.rank" else name
        rows = sorted(rows, key=lambda row, key=key: (row[key] is None, row[key] or 0), reverse=way == "-")
    return [row["id"] for row in rows]


@few
@given(where=conditions, order=orders, limit=st.integers(1, 8))
def test_condition_and_order_give_what_they_say(asked, where, order, limit):
    order_by = [way + name for way, name in order]
    found = in_order([row for row in ROWS if holds(where, row)], order)
    assert asked.count("v_item", where) == len(found)
    assert asked.exists("v_item", where) is bool(found)
    assert [row["id"] for row in asked.find("v_item", where, order_by=order_by, limit=100)] == found
    read, after = [], None
    while True:
        page, after = asked.page("v_item", where, order_by=order_by, limit=limit, after=after)
        read += [row["id"] for row in page]
        if after is None:
            break
    assert read == found
    assert_meant(asked.last())


# --- anything at all

SEEN = 1023  # bytes of a statement that pg_stat_activity shows
WORDS = {
    "SELECT", "FROM", "AS", "WHERE", "AND", "OR", "NOT", "IS", "NULL", "ORDER", "BY", "ASC", "DESC", "LIMIT",
    "OFFSET", "EXISTS", "ANY", "ALL", "LIKE", "ILIKE", "coalesce", "count", "to_jsonb", "true", "false",
    "text", "bigint", "integer", "numeric", "boolean", "timestamptz", "jsonb", "uuid", "toolkit_model",
}  # fmt: skip
QUOTED = {
    '"public"', '"toolkit_model"', '"v_item"', '"v_plain"', '"v_value"', '"mood"', '"data"', '"id"',
    '"name"', '"rank"', '"price"', '"at"', '"flag"', '"tags"', "'id'", "'label'", "'price'", "'at'",
    "'tags'", "'owner'", "'name'", "'rank'",
}  # fmt: skip
TOKEN = re.compile(
    r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|\$\d+|[A-Za-z_]\w*'
    r"|::|->>?|<>|<=|>=|@>|&&|[-+*(),.=<>\[\]]|\s+|1"
)


def assert_meant(sql):
    """Fail where a statement has a word that no query of the contract can have."""
    if len(sql) == SEEN:
        sql = sql[: sql.rindex(" ")]
    place = 0
    while place < len(sql):
        token = TOKEN.match(sql, place)
        assert token, sql[place:]
        place = token.end()
        word = token[0]
        if word[0] in "\"'":
            assert word in QUOTED, word
        elif word[0].isalpha():
            assert word in WORDS, word


wild_text = st.text(max_size=8) | st.sampled_from(
    [
        "'; DROP TABLE tb_item; --",
        '"',
        "%s",
        "%(x)s",
        "id",
        "name",
        "owner.name",
        "data",
        "$1",
        "\\",
        "\0",
        "\ud800",
    ]
)
scalars = (
    wild_text
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.binary(max_size=4)
    | st.decimals()
    | st.dates()
    | st.datetimes()
    | st.uuids()
)
fields = wild_text | st.sampled_from(
    ["id", "rank", "price", "at", "mood", "flag", "tags", "owner", "and", "or", "not"]
)
operator_names = wild_text | st.sampled_from([*TESTS, "is_null"])
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields | operator_names, inner, max_size=3),
    max_leaves=6,
)
wheres = st.dictionaries(fields, anything | st.dictionaries(operator_names, anything, max_size=2), max_size=3)


def answered(db, ask):
    """Do it; what is refused has to be refused as Invalid."""
    with suppress(Invalid):
        ask()
    assert_meant(db.last())


@few
@given(
    view=wild_text | st.sampled_from(["v_item", "v_plain", "v_value"]),
    where=wheres | anything,
    order=wild_text | anything | orders.map(lambda order: ["".join(each) for each in order]),
    limit=st.none() | anything | st.integers(0, 5),
    after=st.none() | anything,
)
def test_anything_is_answered_or_refused(asked, view, where, order, limit, after):
    asked.count("v_item")
    answered(asked, lambda: asked.find(view, where, order_by=order, limit=limit))
    answered(asked, lambda: asked.find_one(view, where))
    answered(asked, lambda: asked.count("v_item", where))
    answered(asked, lambda: asked.exists("v_item", where))
    answered(asked, lambda: asked.page("v_item", order_by=order, limit=5, after=after))
    answered(asked, lambda: asked.page("v_item", limit=limit))


@few
@given(places=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=3), order=orders)
def test_cursor_that_was_changed_is_answered_or_refused(asked, places, order):
    order_by = [way + name for way, name in order]
    _, after = asked.page("v_item", order_by=order_by, limit=3)
    changed = bytearray(after.encode())
    for place, byte in places:
        changed[place % len(changed)] = byte
    text = changed.decode("latin-1")
    answered(asked, lambda: asked.page("v_item", order_by=order_by, limit=3, after=text))


@few
@given(
    name=wild_text
    | st.sampled_from(["fn_value", "fn_pick", "fn_defaults", "fn_arrays", "fn_mood", "fn_types"]),
    arguments=st.dictionaries(
        st.sampled_from(["p_text", "p_count", "p_value", "p_a", "p_b", "p_numbers", "p_moods", "p_mood"])
        | wild_text,
        anything,
        max_size=3,
    ),
)
def test_any_call_is_answered_or_refused(asked, name, arguments):
    with suppress(Invalid):
        asked.call_function(name, **arguments)


json_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | json_text
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_text, inner, max_size=3),
    max_leaves=8,
)


@few
@given(value=json_values, text=st.text(max_size=8), number=st.integers())
def test_values_arrive_as_they_were_sent(asked, value, text, number):
    assert asked.call_function("fn_json", p_value=value) == value
    sendable = not re.search("[\0\ud800-\udfff]", text) and -(2**63) <= number < 2**63
    with nullcontext() if sendable else pytest.raises(Invalid, match="p_"):
        assert asked.call_function("fn_value", p_text=text, p_count=number) == f"{text}{number}"
