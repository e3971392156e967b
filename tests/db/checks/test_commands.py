"""Commands called with all kinds of arguments: what is found, and what could not be shown."""

import psycopg
import pytest

from toolkit.checks.calls import try_commands
from toolkit.checks.commands import check_arguments, check_errors

ADD = "sql/fn_add_book.sql"
INSERT = """
    INSERT INTO tb_book (title, owner_id)
    VALUES (p_title, nullif(current_setting('app.user_id', true), '')::uuid) RETURNING id;
"""


def test_commands_that_are_fine(project):
    arguments, errors = check_arguments(project), check_errors(project)
    assert (arguments.findings, arguments.unproven) == ((), ())
    assert (errors.findings, errors.unproven) == ((), ())
    assert errors.said.startswith("4 errors")
    seen = {command.name: set(tried.seen) for command, tried in project.tried.items()}
    assert seen == {
        "fn_add_book": {
            ("23502", ""),
            ("23514", "ck_book_title"),
            ("23505", "uq_book_title"),
        },
        "fn_drop_book": {("P0002", "rule_book_exists"), ("42501", "rule_book_owner")},
    }


def test_nothing_that_is_called_stays(shelf, project):
    with project.states.copy(project.states.desired()) as conninfo:
        with psycopg.connect(conninfo) as connection:
            before = connection.execute("SELECT count(*) FROM tb_book").fetchone()
        try_commands(conninfo, project.settings, project.commands, lambda _: None)
        with psycopg.connect(conninfo) as connection:
            after = connection.execute("SELECT count(*) FROM tb_book").fetchone()
    assert (before, after) == ((0,), (12,))  # the random rows that it needs


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (INSERT, INSERT.replace("p_title", "coalesce(p_title, 'none')"), None),  # it says so in the contract
        ("RETURNS uuid", "RETURNS uuid STRICT", "takes NULL for p_title"),
        (INSERT, INSERT.replace("p_title", "(1 / (length(p_title) - 1))::text"), "fails with 22012"),
    ],
)
def test_what_a_command_lets_through(shelf, before, after, words):
    shelf.change(ADD, before, after)
    findings, _ = shelf.ask(check_arguments)
    if words is None:
        assert findings == []
    else:
        assert [path for path, _ in findings] == ["fn_add_book.sql"]
        assert words in findings[0][1]


def test_error_that_nobody_can_raise_is_told_and_no_finding(shelf):
    shelf.change(
        "sql/errors.toml", "[rules.rule_book_owner]", '[rules.rule_never]\ncode="N"\n[rules.rule_book_owner]'
    )
    shelf.change(
        "sql/fn_drop_book.sql",
        "    DELETE",
        "    IF false THEN RAISE EXCEPTION 'n' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_never'; END IF;\n"
        "    DELETE",
    )
    findings, unproven = shelf.ask(check_errors)
    assert findings == []
    assert [path for path, _ in unproven] == ["fn_drop_book.sql"]
    assert "raised P0002 rule_never" in unproven[0][1]


def test_example_that_breaks_its_rule_is_a_proof(shelf):
    shelf.change("sql/errors.toml", 'code = "DUPLICATE"', 'code = "DUPLICATE"\nexample = "SELECT 1"')
    findings, _ = shelf.ask(check_errors)
    assert findings == [("errors.toml", "the example of uq_book_title breaks nothing")]
    example = "INSERT INTO tb_book (title) VALUES ('a'), ('a')"
    shelf.change("sql/errors.toml", "SELECT 1", example)
    assert shelf.ask(check_errors) == [[], []]
    shelf.change("sql/errors.toml", example, "SELECT 1 / 0")
    findings, _ = shelf.ask(check_errors)
    assert findings == [("errors.toml", "the example of uq_book_title fails with 22012: division by zero")]


def test_command_that_never_returns_is_told(shelf):
    shelf.change("sql/fn_drop_book.sql", "    DELETE", "    RAISE EXCEPTION 'never';\n    DELETE")
    findings, unproven = shelf.ask(check_arguments)
    assert findings == []
    assert [path for path, _ in unproven] == ["fn_drop_book.sql"]
