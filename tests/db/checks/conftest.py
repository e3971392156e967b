"""A small project whose commands do all that a check looks at; each test spoils one thing."""

from collections.abc import Iterator

import pytest

from toolkit.checks.project import Project, open_project
from toolkit.core.settings import load_settings

SETTINGS = """
[tool.toolkit]
postgresql = 18
owner = "none"
[tool.toolkit.roles]
read = "shelf_read"
command = "shelf_command"
maintain = "shelf_maintain"
"""
FILES = {
    "sql/errors.toml": """
[rules.ck_book_title]
code = "TITLE_LENGTH"
[rules.uq_book_title]
code = "DUPLICATE"
[rules.rule_book_exists]
code = "NOT_FOUND"
[rules.rule_book_owner]
code = "FORBIDDEN"
""",
    "sql/tb_book.sql": """
CREATE TABLE tb_book (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    owner_id uuid,
    title text NOT NULL,
    CONSTRAINT ck_book_title CHECK (char_length(title) <= 40),
    CONSTRAINT uq_book_title UNIQUE (title)
);
""",
    "sql/v_book.sql": """
CREATE VIEW v_book AS SELECT id, jsonb_build_object('id', id, 'title', title) AS data FROM tb_book;
GRANT SELECT ON v_book TO shelf_read;
""",
    "sql/fn_add_book.sql": """
CREATE FUNCTION fn_add_book(p_title text) RETURNS uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    INSERT INTO tb_book (title, owner_id)
    VALUES (p_title, nullif(current_setting('app.user_id', true), '')::uuid) RETURNING id;
$$;
REVOKE EXECUTE ON FUNCTION fn_add_book(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_add_book(text) TO shelf_command;
""",
    "sql/fn_drop_book.sql": """
CREATE FUNCTION fn_drop_book(p_book_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_owner uuid;
BEGIN
    SELECT owner_id INTO v_owner FROM tb_book WHERE id = p_book_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such book' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_book_exists';
    END IF;
    IF v_owner <> nullif(current_setting('app.user_id', true), '')::uuid THEN
        RAISE EXCEPTION 'not yours' USING ERRCODE = '42501', CONSTRAINT = 'rule_book_owner';
    END IF;
    DELETE FROM tb_book WHERE id = p_book_id;
    RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION fn_drop_book(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_drop_book(uuid) TO shelf_command;
""",
}


class Shelf:
    """The project's folder; checks are asked of it as it is then."""

    def __init__(self, root) -> None:
        self.root = root
        (root / "sql").mkdir()
        (root / "migrations").mkdir()
        (root / "pyproject.toml").write_text(SETTINGS)
        for name, text in FILES.items():
            (root / name).write_text(text)

    def change(self, name: str, before: str, after: str) -> None:
        text = (self.root / name).read_text()
        assert before in text
        (self.root / name).write_text(text.replace(before, after))

    def open(self, **options: str):
        return open_project(load_settings(self.root), lambda _: None, **options)

    def ask(self, check):
        """Return what a check finds: path and message of each finding, and of what it could not show."""
        with self.open() as project:
            outcome = check(project)
        return [
            [(finding.path.removeprefix("sql/"), finding.message) for finding in findings]
            for findings in (outcome.findings, outcome.unproven)
        ]


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def project(shelf) -> Iterator[Project]:
    with shelf.open() as project:
        yield project
