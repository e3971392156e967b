"""Commands called with all kinds of arguments: what is found, and what could not be shown."""

import psycopg
import pytest

from toolkit.checks.calls import try_commands
from toolkit.checks.commands import check_arguments, check_errors

ADD = "sql/functions/fn_add_book.sql"
INSERT = "VALUES (fn_actor(), p_title, p_pages)"
RULE = "code = \"DUPLICATE\"\nexample = \"INSERT INTO tb_book (title) VALUES ('a'), ('a')\""
PROCEDURE = """
CREATE PROCEDURE p_rename_book(p_book_id uuid, INOUT p_title text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE tb_book SET title = p_title WHERE id = p_book_id RETURNING title INTO p_title;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such book' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_book_exists';
    END IF;
END
$$;
REVOKE EXECUTE ON PROCEDURE p_rename_book(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE p_rename_book(uuid, text) TO sample_command;
"""


def test_commands_that_are_fine(project):
    arguments, errors = check_arguments(project), check_errors(project)
    assert (arguments.findings, arguments.unproven) == ((), ())
    assert (errors.findings, errors.unproven) == ((), ())
    assert errors.said.startswith("5 errors")
    seen = {command.name: set(tried.seen) for command, tried in project.tried.items()}
    assert seen == {
        "fn_add_book": {
            ("23502", ""),
            ("23514", "ck_book_title_length"),
            ("23514", "ck_book_pages"),
            ("23505", "uq_book_title"),
        },
        "fn_drop_book": {("P0002", "rule_book_exists"), ("42501", "rule_book_owner")},
    }


def test_nothing_that_is_called_stays(sample, project):
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
def test_what_a_command_lets_through(sample, before, after, words):
    sample.change(ADD, before, after)
    findings, _ = sample.ask(check_arguments)
    if words is None:
        assert findings == []
    else:
        assert [path for path, _ in findings] == ["functions/fn_add_book.sql"]
        assert words in findings[0][1]


def test_error_that_nobody_can_raise_is_told_and_no_finding(sample):
    sample.change(
        "sql/errors.toml", "[rules.rule_book_owner]", '[rules.rule_never]\ncode="N"\n[rules.rule_book_owner]'
    )
    sample.change(
        "sql/functions/fn_drop_book.sql",
        "    DELETE",
        "    IF false THEN RAISE EXCEPTION 'n' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_never'; END IF;\n"
        "    DELETE",
    )
    findings, unproven = sample.ask(check_errors)
    assert findings == []
    assert [path for path, _ in unproven] == ["functions/fn_drop_book.sql"]
    assert "raised P0002 rule_never" in unproven[0][1]


def test_example_that_breaks_its_rule_is_a_proof(sample):
    sample.change("sql/errors.toml", RULE, 'code = "DUPLICATE"\nexample = "SELECT 1"')
    findings, _ = sample.ask(check_errors)
    assert findings == [("errors.toml", "the example of uq_book_title breaks nothing")]
    example = "INSERT INTO tb_book (title) VALUES ('a'), ('a')"
    sample.change("sql/errors.toml", "SELECT 1", example)
    assert sample.ask(check_errors) == [[], []]
    sample.change("sql/errors.toml", example, "SELECT 1 / 0")
    findings, _ = sample.ask(check_errors)
    assert findings == [("errors.toml", "the example of uq_book_title fails with 22012: division by zero")]


def test_command_that_never_returns_is_told(sample):
    sample.change("sql/functions/fn_drop_book.sql", "    DELETE", "    RAISE EXCEPTION 'never';\n    DELETE")
    findings, unproven = sample.ask(check_arguments)
    assert findings == []
    assert [path for path, _ in unproven] == ["functions/fn_drop_book.sql"]


def test_procedures_are_called(sample):
    (sample.root / "sql/functions/p_rename_book.sql").write_text(PROCEDURE)
    with sample.open() as project:
        findings = check_arguments(project).findings
        tried = {command.name: tried for command, tried in project.tried.items()}["p_rename_book"]
    assert findings == ()
    assert tried.writing >= 3
    assert set(tried.seen) == {
        ("23502", ""),
        ("23505", "uq_book_title"),
        ("23514", "ck_book_title_length"),
        ("P0002", "rule_book_exists"),
    }


def test_procedure_that_lets_something_through(sample):
    text = PROCEDURE.replace("SET title = p_title", "SET title = coalesce(p_title, (1 / 0)::text)")
    (sample.root / "sql/functions/p_rename_book.sql").write_text(text)
    findings, _ = sample.ask(check_arguments)
    assert [path for path, _ in findings] == ["functions/p_rename_book.sql"]
    assert "p_rename_book fails with 22012" in findings[0][1]


def test_procedure_with_what_only_comes_back_is_called(sample):
    text = PROCEDURE.replace("INOUT p_title text)", "INOUT p_title text, OUT p_length integer)")
    (sample.root / "sql/functions/p_rename_book.sql").write_text(text.replace("(uuid, text)", ""))
    with sample.open() as project:
        assert check_arguments(project).findings == ()
        tried = {command.name: tried for command, tried in project.tried.items()}["p_rename_book"]
    assert tried.writing >= 3
    assert ("P0002", "rule_book_exists") in tried.seen


def test_procedure_that_commits_is_told_and_no_finding(sample):
    head, _, rest = PROCEDURE.partition("SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp\n")
    text = f"{head}{rest}".replace("BEGIN\n", "BEGIN\n    COMMIT;\n", 1)
    (sample.root / "sql/functions/p_rename_book.sql").write_text(text)
    findings, unproven = sample.ask(check_arguments)
    assert findings == []
    assert [path for path, _ in unproven] == ["functions/p_rename_book.sql"]


@pytest.mark.parametrize("statement", ["LOOP NULL; END LOOP;", "PERFORM pg_sleep(3600);"])
def test_command_that_does_not_end_holds_up_nobody(sample, statement):
    sample.change(ADD, "    RETURN v_id;", f"    IF p_pages = 0 THEN {statement} END IF;\n    RETURN v_id;")
    with sample.open() as project:
        with project.states.copy(project.states.desired()) as conninfo:
            project.tried = try_commands(
                conninfo, project.settings, project.commands, project.show, patience=0.5
            )
        findings = check_arguments(project).findings
        stuck = {command.name: tried.stuck for command, tried in project.tried.items()}
    assert stuck["fn_add_book"].values["p_pages"] == "0"
    told = [found.message for found in findings if "fn_add_book" in found.message]
    assert len(told) == 1
    assert told[0].startswith("fn_add_book does not end within 10 s: fn_add_book(p_title => ")


def test_example_that_waits_for_ever_is_no_proof(sample, monkeypatch):
    monkeypatch.setattr("toolkit.checks.commands.PATIENCE", 1.0)
    sample.change("sql/errors.toml", RULE, 'code = "DUPLICATE"\nexample = "SELECT pg_sleep(3600)"')
    findings, _ = sample.ask(check_errors)
    assert [path for path, _ in findings] == ["errors.toml"]
    assert "the example of uq_book_title fails with 57014" in findings[0][1]
