"""What readers and callers reach, and whether it is meant for them."""

import pytest

from toolkit.checks.database import check_load, check_reach


def test_project_that_is_fine(project):
    assert check_load(project).said == "4 objects made on PostgreSQL 18"
    outcome = check_reach(project)
    assert (outcome.findings, outcome.notes) == ((), ())


@pytest.mark.parametrize(
    ("name", "statement", "message"),
    [
        ("tb_book", "GRANT SELECT ON tb_book TO shelf_read", "shelf_read has SELECT on public.tb_book"),
        (
            "tb_book",
            "GRANT UPDATE (title) ON tb_book TO shelf_command",
            "shelf_command has UPDATE on public.tb_book",
        ),
        ("v_book", "GRANT DELETE, SELECT ON v_book TO shelf_read", "shelf_read has DELETE on public.v_book"),
        ("v_book", "GRANT SELECT ON v_book TO shelf_command", "shelf_command has SELECT on public.v_book"),
        (
            "fn_add_book",
            "GRANT EXECUTE ON FUNCTION fn_add_book(text) TO shelf_read",
            "shelf_read may execute public.fn_add_book, a function that may write",
        ),
        (
            "fn_add_book",
            "GRANT EXECUTE ON FUNCTION fn_add_book(text) TO shelf_maintain",
            "shelf_command may execute public.fn_add_book, a function of shelf_maintain",
        ),
        (
            "fn_count",
            "CREATE FUNCTION fn_count() RETURNS int STABLE BEGIN ATOMIC SELECT 1; END;",
            "shelf_command may execute public.fn_count, a query function, as everybody may",
        ),
        (
            "fn_look",
            "CREATE FUNCTION fn_look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "shelf_command may execute public.fn_look, a trigger function, as everybody may",
        ),
    ],
)
def test_right_that_is_too_much(shelf, name, statement, message):
    with (shelf.root / f"sql/{name}.sql").open("a") as file:
        file.write(f"\n{statement};\n")
    findings, _ = shelf.ask(check_reach)
    assert findings[0] == (f"{name}.sql", message)
    assert {path for path, _ in findings} == {f"{name}.sql"}
