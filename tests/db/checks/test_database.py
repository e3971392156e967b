"""What readers and callers reach, and whether it is meant for them."""

import pytest

from toolkit.checks.database import check_load, check_reach


def test_project_that_is_fine(project):
    assert check_load(project).said == "9 objects made on PostgreSQL 18"
    outcome = check_reach(project)
    assert (outcome.findings, outcome.notes) == ((), ())


@pytest.mark.parametrize(
    ("name", "statement", "message"),
    [
        (
            "tables/tb_book",
            "GRANT SELECT ON tb_book TO sample_read",
            "sample_read has SELECT on public.tb_book",
        ),
        (
            "tables/tb_book",
            "GRANT UPDATE (title) ON tb_book TO sample_command",
            "sample_command has UPDATE on public.tb_book",
        ),
        (
            "views/v_book",
            "GRANT DELETE, SELECT ON v_book TO sample_read",
            "sample_read has DELETE on public.v_book",
        ),
        (
            "views/v_book",
            "GRANT SELECT ON v_book TO sample_command",
            "sample_command has SELECT on public.v_book",
        ),
        (
            "functions/fn_add_book",
            "GRANT EXECUTE ON FUNCTION fn_add_book(text, integer) TO sample_read",
            "sample_read may execute public.fn_add_book, a function that may write",
        ),
        (
            "functions/fn_add_book",
            "GRANT EXECUTE ON FUNCTION fn_add_book(text, integer) TO sample_maintain",
            "sample_command may execute public.fn_add_book, a function of sample_maintain",
        ),
        (
            "functions/fn_count",
            "CREATE FUNCTION fn_count() RETURNS int STABLE BEGIN ATOMIC SELECT 1; END;",
            "sample_command may execute public.fn_count, a query function, as everybody may",
        ),
        (
            "functions/fn_look",
            "CREATE FUNCTION fn_look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "sample_command may execute public.fn_look, a trigger function, as everybody may",
        ),
    ],
)
def test_right_that_is_too_much(sample, name, statement, message):
    with (sample.root / f"sql/{name}.sql").open("a") as file:
        file.write(f"\n{statement};\n")
    findings, _ = sample.ask(check_reach)
    assert findings[0] == (f"{name}.sql", message)
    assert {path for path, _ in findings} == {f"{name}.sql"}
