"""Calls of every kind of routine, by both clients."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import psycopg
import pytest

from toolkit.client.checks import Refused, make_checker
from toolkit.client.errors import Conflict, DocumentBroken, Internal, Invalid
from toolkit.core.contract import Limit, Typed
from toolkit.core.shapes import Scalar

PICKS = ("fn_pick(bigint)", "fn_pick(bigint, bigint)", "fn_pick(text)", "fn_pick(uuid)")
UUID_1 = UUID("6f1cf2e8-6ed3-4f4e-9c0a-0c4e1b0d7a11")


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("fn_value", {"p_text": "a", "p_count": 2**40}, f"a{2**40}"),
        ("fn_json", {"p_value": {"x": [1, None, "ü"]}}, {"x": [1, None, "ü"]}),
        ("fn_json", {"p_value": Decimal("0.10")}, Decimal("0.10")),
        ("fn_json", {"p_value": 2**63}, 2**63),
        ("fn_json", {"p_value": None}, None),
        ("fn_document", {"p_value": {"x": Decimal("1.5")}}, {"x": Decimal("1.5")}),
        ("fn_json_text", {"p_value": [1]}, [1]),
        ("fn_jsons", {"p_count": 2}, [{"n": 1}, {"n": 2}]),
        ("fn_jsons", {"p_count": 0}, []),
        ("fn_numbers", {"p_count": 3}, [1, 2, 3]),
        ("fn_row", {"p_street": "Low"}, {"street": "Low", "number": 7}),
        ("fn_row", {"p_street": ""}, None),
        ("fn_rows", {"p_count": 1}, [{"street": "S1", "number": 1}]),
        (
            "fn_table",
            {"p_count": 1},
            [{"number": 1, "price": Decimal("0.25"), "document": {"x": Decimal("0.25")}}],
        ),
        ("fn_out", {"p_number": 4}, {"twice": 8, "words": "twice"}),
        ("fn_out_procedure", {"p_a": 4}, {"p_b": 5, "p_c": "x4"}),
        ("fn_out_procedure", {"p_c": "y", "p_a": 4}, {"p_b": 5, "p_c": "y4"}),
        ("fn_no_rows", {}, None),
        (
            "fn_parcel",
            {
                "p_parcel": {
                    "home": {"street": 'L"o, w', "number": 7},
                    "words": ["a", None],
                    "weight": Decimal("1.5"),
                    "note": {"x": [1]},
                    "day": date(2024, 2, 29),
                },
                "p_homes": [("S", None), {"street": None, "number": 1}],
            },
            [
                {
                    "home": {"street": 'L"o, w', "number": 7},
                    "words": ["a", None],
                    "weight": Decimal("1.5"),
                    "note": {"x": [1]},
                    "day": "2024-02-29",
                },
                [{"street": "S", "number": None}, {"street": None, "number": 1}],
            ],
        ),
        ("fn_pick", {"p_value": "x"}, "text"),
        ("fn_pick", {"p_value": str(UUID_1)}, "text"),
        ("fn_pick", {"p_value": UUID_1}, "uuid"),
        ("fn_pick", {"p_value": 2**40}, "bigint"),
        ("fn_pick", {"p_value": 1, "p_other": 2}, "two"),
        ("fn_defaults", {"p_a": 1}, "1 20 30"),
        ("fn_defaults", {"p_c": 3, "p_a": 1}, "1 20 3"),
        ("fn_defaults", {"p_a": 1, "p_b": None}, "1 30"),
        ("fn_variadic", {"p_first": "a", "p_rest": ["b", "c"]}, "a,b,c"),
        ("fn_variadic", {"p_first": "a", "p_rest": []}, "a"),
        ("fn_variadic", {"p_rest": ["b"], "p_first": "a"}, "a,b"),
        ("fn_variadic_defaults", {"p_a": 1}, "1 b {7}"),
        ("fn_variadic_defaults", {"p_b": "x", "p_a": 1}, "1 x {7}"),
        ("fn_variadic_defaults", {"p_c": [1, 2], "p_b": "x", "p_a": 1}, "1 x {1,2}"),
        ("fn_domain", {"p_email": "a@b", "p_code": "12345"}, "a@b"),
        ("fn_mood", {"p_mood": "so so"}, "so so"),
        ("fn_domains", {"p_mood": "sad", "p_code": "12345", "p_moods": ["happy"]}, "sad12345{happy}"),
        ("fn_arrays", {"p_numbers": [1, 2], "p_moods": ["sad", "happy"]}, ["sad", "happy", "happy"]),
        ("fn_strict", {"p_text": None}, None),
        ('"fn_Odd %s"', {"p_Größe": "50 %"}, "50 %"),
    ],
)
def test_routine_gives_what_it_returns(shared, name, arguments, result):
    assert shared.call_function(name, **arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("fn_value", {"p_text": "a", "p_count": 1}, "a1"),
        ("fn_numbers", {"p_count": 2}, [1, 2]),
        ("fn_row", {"p_street": "Low"}, {"street": "Low", "number": 7}),
        ("fn_row", {"p_street": ""}, None),
        ("fn_table", {"p_count": 0}, []),
        ("fn_jsons", {"p_count": 1}, [{"n": 1}]),
        ("fn_out_procedure", {"p_a": 4}, {"p_b": 5, "p_c": "x4"}),
        ("fn_defaults", {"p_a": 1}, "1 20 30"),
    ],
)
def test_acting_user_changes_no_result(shared, name, arguments, result):
    assert shared.as_user("ada").call_function(name, **arguments) == result


@pytest.mark.parametrize("name", ["fn_nothing", "fn_procedure"])
def test_what_returns_nothing_gives_none(shared, make, name):
    for session in (shared, shared.as_user("ada")):
        given = f"{make.kind} {name[3:]} {session is shared:d}"
        assert session.call_function(name, p_text=given) is None
        with pytest.raises(Conflict):
            session.call_function(name, p_text=given)


def test_client_without_contract_calls_as_one_with_it(connect, url):
    db = connect(url, contract=None)
    assert db.call_function("fn_value", p_text="a", p_count=1) == "a1"
    assert db.call_function("fn_numbers", p_count=2) == [1, 2]
    assert db.call_function("fn_table", p_count=1)[0]["price"] == Decimal("0.25")
    assert db.call_function("fn_row", p_street="Low") == {"street": "Low", "number": 7}
    assert db.call_function("fn_defaults", p_a=1) == "1 20 30"
    assert db.call_function("fn_variadic", p_first="a", p_rest=["b"]) == "a,b"
    assert db.call_function("fn_arrays", p_numbers=[1], p_moods=["sad"]) == ["sad", "sad"]
    assert db.call_function("fn_procedure", p_text="x") is None
    assert db.call_function("fn_document", p_value={"x": Decimal("1.5")}) == {"x": Decimal("1.5")}
    assert db.call_function("fn_out_procedure", p_a=1) == {"p_b": 2, "p_c": "x1"}
    with pytest.raises(Invalid, match="must be one of sad, so so, happy"):
        db.call_function("fn_mood", p_mood="glad")
    with pytest.raises(Invalid, match=r"p_mood: must be one of sad.*p_code: must have at most 5"):
        db.call_function("fn_domains", p_mood="glad", p_code="123456", p_moods=[])


def test_values_of_every_type_come_back_as_they_were(shared):
    given = {
        "p_numeric": Decimal("12345678901234567890.000000001"),
        "p_date": date(1, 1, 1),
        "p_at": datetime(2024, 2, 29, 23, 59, 59, 999999, UTC),
        "p_uuid": UUID_1,
        "p_bytea": b"\x00\xff",
        "p_interval": timedelta(days=-3, microseconds=1),
        "p_flag": False,
        "p_float": 0.1,
        "p_time": time(1, 2, 3),
    }
    (row,) = shared.call_function("fn_types", **given)
    assert list(row.values()) == list(given.values())
    texts = {
        name: str(value) for name, value in given.items() if name in ("p_date", "p_at", "p_uuid", "p_time")
    }
    assert shared.call_function("fn_types", **given | texts) == [row]


def test_lists_of_floats_and_of_documents_are_sent(connect, url, admin):
    admin.execute("""
        CREATE FUNCTION fn_floats(p_list float8[]) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
        CREATE FUNCTION fn_documents(p_list jsonb[]) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
        CREATE FUNCTION fn_large(p_number numeric) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
    """)
    db = connect(url, contract=None)
    assert db.call_function("fn_floats", p_list=[1, 2.5, float("nan")]) == "{1,2.5,NaN}"
    assert db.call_function("fn_documents", p_list=[{"a": 1}, [None]]) == r"""{"{\"a\": 1}",[null]}"""
    assert db.call_function("fn_documents", p_list=[]) == "{}"
    with pytest.raises(Invalid, match="out of range"):
        db.call_function("fn_floats", p_list=[10**400])
    assert db.call_function("fn_large", p_number=10**400) == str(10**400)


@pytest.mark.parametrize(
    ("type_", "fits", "does_not"),
    [
        (
            "numeric(38,10)",
            "1234567890123456789012345678.9999999999",
            "9999999999999999999999999999.99999999999",
        ),
        ("numeric(30)", "123456789012345678901234567890", "1e30"),
        ("numeric(3,-2)", "99949", "99950"),
        ("numeric(3,5)", "0.00999", "0.01"),
        ("numeric(1000,1000)", "0." + "9" * 1000, "1"),
    ],
)
def test_size_of_a_numeric_is_that_of_the_server(admin, type_, fits, does_not):
    check = make_checker(Typed(type_, Scalar(type_)), nullable=False)
    assert check(Decimal(fits)) == Decimal(fits)
    admin.execute(f"SELECT {fits}::{type_}")
    with pytest.raises(Refused):
        check(Decimal(does_not))
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        admin.execute(f"SELECT {does_not}::{type_}")


@pytest.mark.parametrize(
    ("type_", "value", "condition"),
    [
        ("numeric", 10**400, "amount > 0"),
        ("numeric", Decimal("sNaN"), "amount > 0"),
        ("varbit", "1" * 32, "octet_length(bits) <= 4"),
        ("char(5)", "ab   ", "char_length(code) <= 2"),
        ("tsvector", "a b", "length(words) <= 2"),
    ],
)
def test_limit_that_python_measures_otherwise_is_the_servers(type_, value, condition):
    check = make_checker(Typed(type_, Scalar(type_)), nullable=False, limits=[Limit("ck", condition)])
    check(value)


def test_value_that_python_has_none_for_is_an_error_without_it(connect, url, admin):
    admin.execute(
        "CREATE FUNCTION fn_never() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$"
    )
    with pytest.raises(Internal) as caught:
        connect(url, contract=None).call_function("fn_never")
    assert "infinity" not in str(caught.value)
    assert isinstance(caught.value.__cause__, psycopg.DataError)


@pytest.mark.parametrize(
    ("name", "arguments", "faults"),
    [
        ("fn_valeu", {}, ["fn_valeu: is no function of the contract; did you mean fn_value?"]),
        ("fn_value", {"p_text": "a"}, ["p_count: is missing"]),
        (
            "fn_value",
            {"p_txt": "a", "p_count": True},
            [
                "p_txt: is no argument of fn_value; did you mean p_text?",
                "p_text: is missing",
                "p_count: must be an integer, not bool",
            ],
        ),
        ("fn_value", {"p_text": 1, "p_count": 2**63}, [
            "p_text: must be text, not int",
            f"p_count: must be from {-2**63} to {2**63 - 1}",
        ]),
        ("fn_variadic", {"p_first": "a"}, ["p_rest: is missing"]),
        ("fn_domains", {"p_mood": "glad", "p_code": "123456", "p_moods": ["glad"]}, [
            "p_mood: must be one of sad, so so, happy",
            "p_code: must have at most 5 characters, has 6",
            "p_moods: [0] must be one of sad, so so, happy",
        ]),
        ("fn_mood", {"p_mood": "glad"}, ["p_mood: must be one of sad, so so, happy"]),
        ("fn_domain", {"p_email": "a@b", "p_code": "123456"}, [
            "p_code: must have at most 5 characters, has 6",
        ]),
        ("fn_add_author", {"p_name": "x" * 21, "p_email": None}, [
            "p_name: must have at most 20 characters",
            "p_email: may not be None",
        ]),
        ("fn_arrays", {"p_numbers": [1, "2"], "p_moods": "sad"}, [
            "p_numbers: [1] must be an integer, not str",
            "p_moods: must be a list, not str",
        ]),
        ("fn_variadic_defaults", {"p_a": 1, "p_c": [1]}, ["p_b: is missing"]),
        ("fn_unnamed", {}, ["fn_unnamed: can't be called: it has parameters without names"]),
        ("fn_any", {"p_one": 1, "p_more": [1]}, ["fn_any: can't be called: it has parameters of any type"]),
        ("fn_parcel", {"p_parcel": None, "p_homes": [{"street": 1, "number": 1}, {"street": ""}]}, [
            "p_homes: [0] street must be text, not int",
        ]),
        ("fn_pick", {"p_value": 1.5}, [
            f"fn_pick: none of {' and '.join(PICKS)} takes these arguments",
        ]),
    ],
)  # fmt: skip
def test_wrong_call_is_refused_with_all_its_faults_before_the_database_is_asked(
    shared, name, arguments, faults
):
    with pytest.raises(Invalid) as caught:
        shared.call_function(name, **arguments)
    assert [str(fault) for fault in caught.value.faults] == faults
    assert caught.value.sqlstate is None


@dataclass
class Measured:
    number: float


@pytest.mark.parametrize(
    "value", [Measured(float("nan")), [Measured(float("inf"))], Decimal("NaN"), {"a": Decimal("-Infinity")}]
)
def test_number_that_json_has_no_word_for_is_refused_wherever_it_stands(shared, value):
    with pytest.raises(Invalid) as caught:
        shared.call_function("fn_json", p_value=value)
    assert [fault.place for fault in caught.value.faults] == ["p_value"]
    shared.call_function("fn_json", p_value=[Measured(1.5), None, "NaN", msgspec.Raw(b"null")])


def test_json_that_python_can_not_read_is_an_error_of_the_client(connect, url, admin):
    admin.execute("""
        CREATE FUNCTION fn_half() RETURNS json LANGUAGE sql STABLE AS $$ SELECT '"\\ud800"'::json $$;
        CREATE FUNCTION fn_halves() RETURNS TABLE (number integer, half json) LANGUAGE sql STABLE
        AS $$ SELECT 1, fn_half() $$;
        CREATE FUNCTION fn_deep() RETURNS json LANGUAGE sql STABLE
        AS $$ SELECT (repeat('[', 2000) || repeat(']', 2000))::json $$;
        CREATE FUNCTION fn_digits() RETURNS jsonb LANGUAGE sql STABLE
        AS $$ SELECT repeat('1', 5000)::jsonb $$;
        CREATE VIEW v_half AS SELECT 1 AS id, fn_half() AS data;
    """)
    db = connect(url, contract=None, documents="off")
    for ask in (
        lambda: db.call_function("fn_half"),
        lambda: db.find("v_half"),
        lambda: db.find_one("v_half"),
        lambda: db.call_function("fn_deep"),
        lambda: db.call_function("fn_digits"),
    ):
        with pytest.raises(DocumentBroken, match="is no JSON that can be read"):
            ask()
    with pytest.raises(Internal, match="fn_halves returned what Python has no value for"):
        db.call_function("fn_halves")
    assert db.find("v_half", into=bytes) == b'["\\ud800"]'


def test_overloads_that_a_call_does_not_tell_apart_are_refused_as_by_the_server(connect, url, admin):
    admin.execute("""
        CREATE FUNCTION fn_near(p_a integer) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'one' $$;
        CREATE FUNCTION fn_near(p_a integer, p_b integer DEFAULT 2) RETURNS text
        LANGUAGE sql STABLE AS $$ SELECT 'two' $$;
    """)
    db = connect(url, contract=None)
    with pytest.raises(psycopg.errors.AmbiguousFunction):
        admin.execute("SELECT fn_near(p_a => 1)")
    with pytest.raises(Invalid, match=r"can't tell .* apart by these arguments") as caught:
        db.call_function("fn_near", p_a=1)
    assert caught.value.sqlstate is None
    assert db.call_function("fn_near", p_a=1, p_b=1) == "two"


def test_procedure_that_commits_is_called_outside_of_transactions_only(connect, url, admin):
    admin.execute("""
        CREATE PROCEDURE fn_commit(p_text text) LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO tb_author (name, email) VALUES (p_text, p_text); COMMIT; END $$
    """)
    db = connect(url, contract=None)
    assert db.call_function("fn_commit", p_text="a") is None
    for session in (db.as_user("ada"), db.with_timeout(60)):
        with pytest.raises(Internal, match="commits or rolls back itself") as caught:
            session.call_function("fn_commit", p_text="b")
        assert caught.value.sqlstate == "2D000"
    assert admin.execute("SELECT count(*) FROM tb_author").fetchone() == (1,)


def test_bits_are_as_many_as_they_were(connect, url, admin):
    admin.execute("""
        CREATE FUNCTION fn_bits(p_bits bit, p_more bit[]) RETURNS text LANGUAGE sql STABLE
        AS $$ SELECT concat_ws(' ', $1, $2) $$;
        CREATE VIEW v_bits AS SELECT 1 AS id, B'101' AS bits;
    """)
    db = connect(url, contract=None)
    assert db.call_function("fn_bits", p_bits="101", p_more=["11"]) == "101 {11}"
    assert db.count("v_bits", {"bits": "101"}) == 1


def test_what_only_the_server_can_judge_is_its_to_refuse(shared):
    with pytest.raises(Invalid) as caught:
        shared.call_function("fn_domain", p_email="no address", p_code="1")
    assert (caught.value.sqlstate, caught.value.constraint) == ("23514", "ck_email_t")
    assert "no address" not in str(caught.value)


def test_call_is_one_constant_prepared_statement(make, outside, url):
    connection = outside("connection", url, autocommit=True, prepare_threshold=0)
    db = make(connection)
    for count in (1, None, 2**40):
        db.call_function("fn_value", p_text=f"text {count}", p_count=count)
    cursor = outside.wait(connection.execute("SELECT statement FROM pg_prepared_statements"))
    rows = [row for row in outside.wait(cursor.fetchall()) if row[0].startswith('SELECT "public"')]
    assert rows == [('SELECT "public"."fn_value"("p_text" => $1::text, "p_count" => $2::bigint)',)]
