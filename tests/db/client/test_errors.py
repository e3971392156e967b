"""What the server refuses, as a service sees it: by SQLSTATE and rule, without the server's words."""

from dataclasses import replace

import psycopg
import pytest

from toolkit.client.errors import (
    AuthRequired,
    ClientError,
    Conflict,
    ContractMismatch,
    Deadlock,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    OutcomeUnknown,
    Rejected,
    SerializationFailure,
    TimedOut,
    Unavailable,
)
from toolkit.core.contract import RaisedError


class DuplicateEmail(Conflict):
    """The address is taken."""

    code = "DUPLICATE_EMAIL"


def caught(db, name, **arguments: object):
    with pytest.raises(ClientError) as found:
        db.call_function(name, **arguments)
    return found.value


def test_rule_gives_the_class_and_the_code_of_the_application(connect, url):
    db = connect(url, errors={"DUPLICATE_EMAIL": DuplicateEmail})
    db.call_function("fn_add_author", p_name="Ada", p_email="ada@secret")
    error = caught(db, "fn_add_author", p_name="Eve", p_email="ada@secret")
    assert type(error) is DuplicateEmail
    assert (error.code, error.sqlstate, error.constraint) == (
        "DUPLICATE_EMAIL", "23505", "uq_author_email",
    )  # fmt: skip
    assert str(error) == "The address is taken (DUPLICATE_EMAIL)."
    assert isinstance(error.__cause__, psycopg.errors.UniqueViolation)


def test_rule_of_a_partition_has_the_name_of_the_whole(connect, url):
    db = connect(url, contract=None)
    entry = {"p_id": 1, "p_day": "2020-02-03", "p_note": "x"}
    db.call_function("fn_add_entry", **entry)
    error = caught(db, "fn_add_entry", **entry)
    assert (type(error), error.constraint) == (Conflict, "uq_entry")
    assert error.__cause__.diag.constraint_name != "uq_entry"


def test_code_of_a_partitioned_rule_is_found(shared, make):
    entry = {"p_id": 1 if make.kind == "sync" else 2, "p_day": "2020-02-03", "p_note": "x"}
    shared.call_function("fn_add_entry", **entry)
    assert caught(shared, "fn_add_entry", **entry).code == "DUPLICATE_ENTRY"


@pytest.mark.parametrize(
    ("state", "class_"),
    [
        ("02000", NotFound), ("P0002", NotFound), ("P0001", Rejected), ("22023", Invalid), ("22P02", Invalid),
        ("23502", Invalid), ("23503", Conflict), ("23505", Conflict), ("23514", Invalid), ("23P01", Conflict),
        ("25006", Unavailable), ("28000", Internal), ("40001", SerializationFailure), ("40P01", Deadlock),
        ("40003", OutcomeUnknown), ("42501", Internal), ("42883", ContractMismatch), ("53300", Unavailable),
        ("55P03", TimedOut), ("57014", TimedOut), ("XX000", Internal), ("ZZ123", Internal),
    ],
)  # fmt: skip
def test_sqlstate_gives_the_class_and_no_word_of_the_server_is_told(shared, state, class_):
    error = caught(shared, "fn_raise", p_state=state, p_rule="unknown_rule")
    assert (type(error), error.sqlstate, error.constraint, error.code) == (
        class_, state, "unknown_rule", None,
    )  # fmt: skip
    assert "secret" not in str(error)
    assert "secret" not in repr(error)
    assert "secret" in str(error.__cause__)


def test_right_that_is_missing_is_another_thing_than_a_rule_that_forbids(shared):
    denied = caught(shared, "fn_denied")
    assert (type(denied), denied.sqlstate) == (Internal, "42501")
    refused = caught(shared, "fn_raise", p_state="rule", p_rule="x")
    assert (type(refused), refused.code, refused.sqlstate) == (Forbidden, "FORBIDDEN", "42501")
    own = caught(shared, "fn_raise", p_state="ZZ123", p_rule="uq_author_email")
    assert (type(own), own.code, own.sqlstate) == (Rejected, "DUPLICATE_EMAIL", "ZZ123")


def test_nobody_is_acting_where_a_rule_says_so(connect, url, contract):
    acting = replace(contract.commands[0], errors=(RaisedError("28000", "rule_actor", "AUTH_REQUIRED"),))
    db = connect(url, contract=replace(contract, commands=(*contract.commands[1:], acting)), check="off")
    error = caught(db, "fn_raise", p_state="28000", p_rule="rule_actor")
    assert (type(error), error.code, str(error)) == (
        AuthRequired, "AUTH_REQUIRED", "Nobody is acting (AUTH_REQUIRED).",
    )  # fmt: skip


def test_missing_column_value_is_told_by_column(db, admin):
    admin.execute(
        "CREATE OR REPLACE FUNCTION fn_nothing(p_text text) RETURNS void LANGUAGE sql VOLATILE"
        " AS $$ INSERT INTO tb_author (name, email) VALUES (NULL, p_text) $$"
    )
    error = caught(db, "fn_nothing", p_text="x")
    assert (type(error), error.sqlstate, error.constraint) == (Invalid, "23502", "name")
