"""A small project in which every check has something to say, all of it good."""

import subprocess
from pathlib import Path

import pytest

from toolkit.checks.contract import update_contract
from toolkit.checks.project import open_project
from toolkit.core.settings import load_settings

ROOT = Path(__file__).parents[2]
SETTINGS = """
[tool.toolkit]
postgresql = 18
owner = "sample_owner"
[tool.toolkit.roles]
read = "sample_read"
command = "sample_command"
maintain = "sample_maintain"
[tool.toolkit.lint]
select = ["N", "X02", "Q13"]
ignore = ["N15"]
"""
ERRORS = """
[rules.ck_book_title_length]
code = "TITLE_LENGTH"
[rules.ck_book_pages]
code = "PAGES_NEGATIVE"
[rules.uq_book_title]
code = "DUPLICATE"
example = "INSERT INTO tb_book (title) VALUES ('a'), ('a')"
[rules.rule_book_exists]
code = "NOT_FOUND"
[rules.rule_book_owner]
code = "FORBIDDEN"
"""
# In the order in which a revision makes them.
ARTIFACTS = {
    "tables/tb_book.sql": """CREATE TABLE tb_book (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid,
    title text NOT NULL,
    pages integer,
    shelf text DEFAULT 'new' NOT NULL,
    extra jsonb,
    CONSTRAINT pk_book PRIMARY KEY (id),
    CONSTRAINT uq_book_title UNIQUE (title),
    CONSTRAINT ck_book_title_length CHECK (char_length(title) <= 40),
    CONSTRAINT ck_book_pages CHECK (pages >= 0)
);
COMMENT ON COLUMN tb_book.extra IS 'shape: {kind: text}';
""",
    "functions/fn_touch.sql": """CREATE FUNCTION fn_touch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.shelf = lower(NEW.shelf);
    RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION fn_touch() FROM PUBLIC;
CREATE TRIGGER trg_book_touch BEFORE INSERT ON tb_book FOR EACH ROW EXECUTE FUNCTION fn_touch();
""",
    "views/v_book.sql": """CREATE VIEW v_book AS
SELECT
    id,
    jsonb_build_object('id', id, 'title', title, 'pages', pages, 'shelf', shelf, 'extra', extra) AS data,
    title
FROM tb_book;
GRANT SELECT ON v_book TO sample_read;
""",
    "matviews/mv_length.sql": """CREATE MATERIALIZED VIEW mv_length AS
SELECT id, jsonb_build_object('id', id, 'length', char_length(title)) AS data FROM tb_book;
CREATE UNIQUE INDEX uq_length_id ON mv_length (id);
GRANT SELECT ON mv_length TO sample_read;
""",
    "functions/fn_book_count.sql": """CREATE FUNCTION fn_book_count() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT count(*) FROM tb_book $$;
REVOKE EXECUTE ON FUNCTION fn_book_count() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_book_count() TO sample_read;
""",
    "functions/fn_actor.sql": """CREATE FUNCTION fn_actor() RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
REVOKE EXECUTE ON FUNCTION fn_actor() FROM PUBLIC;
""",
    "functions/fn_add_book.sql": """CREATE FUNCTION fn_add_book(p_title text, p_pages integer DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_id uuid;
BEGIN
    INSERT INTO tb_book (owner_id, title, pages) VALUES (fn_actor(), p_title, p_pages) RETURNING id INTO v_id;
    RETURN v_id;
END
$$;
REVOKE EXECUTE ON FUNCTION fn_add_book(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_add_book(text, integer) TO sample_command;
""",
    "functions/fn_drop_book.sql": """CREATE FUNCTION fn_drop_book(p_book_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_owner uuid;
BEGIN
    SELECT owner_id INTO v_owner FROM tb_book WHERE id = p_book_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such book' USING ERRCODE = 'P0002', CONSTRAINT = 'rule_book_exists';
    END IF;
    IF v_owner <> fn_actor() THEN
        RAISE EXCEPTION 'not yours' USING ERRCODE = '42501', CONSTRAINT = 'rule_book_owner';
    END IF;
    DELETE FROM tb_book WHERE id = p_book_id;
    RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION fn_drop_book(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fn_drop_book(uuid) TO sample_command;
""",
}
UP = "migrations/versions/20260101000000_books.up.sql"
DOWN = "migrations/versions/20260101000000_books.down.sql"
BACK = """DROP FUNCTION fn_drop_book(uuid);
DROP FUNCTION fn_add_book(text, integer);
DROP FUNCTION fn_actor();
DROP FUNCTION fn_book_count();
DROP MATERIALIZED VIEW mv_length;
DROP VIEW v_book;
DROP TABLE tb_book;
DROP FUNCTION fn_touch();
"""
REVISION = '''"""{message}."""

from toolkit.migrate.files import sql_files

revision = "{id}"
down_revision = {parent!r}
branch_labels = None
depends_on = None
format_version = 1
transactional = True
phase = "{phase}"

upgrade, downgrade = sql_files(__file__)
'''


def write_sample(root: Path) -> None:
    """Write the project into a folder that is empty, with its history and its contract."""
    write_files(root)
    add_revision(root, "20260101000000", "books", "\n".join(ARTIFACTS.values()), BACK)
    with open_project(load_settings(root), lambda _: None) as project:
        update_contract(project.settings, project.inferred.contract, None)


def write_files(root: Path) -> None:
    """Write the project without any revision."""
    texts = {f"sql/{name}": text for name, text in ARTIFACTS.items()}
    texts |= {
        "pyproject.toml": SETTINGS,
        "sql/errors.toml": ERRORS,
        "alembic.ini": (ROOT / "alembic.ini").read_text(),
        "migrations/env.py": (ROOT / "migrations/env.py").read_text(),
        ".gitignore": "__pycache__\n.toolkit_cache\n",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def add_revision(
    root: Path, id_: str, slug: str, up: str, down: str, *, parent: str | None = None, phase: str = "expand"
) -> None:
    """Write the three files of a revision."""
    versions = root / "migrations/versions"
    versions.mkdir(exist_ok=True)
    text = REVISION.format(message=slug.capitalize(), id=id_, parent=parent, phase=phase)
    (versions / f"{id_}_{slug}.py").write_text(text)
    (versions / f"{id_}_{slug}.up.sql").write_text(up)
    (versions / f"{id_}_{slug}.down.sql").write_text(down)


def commit(root: Path) -> None:
    """Make a git repository of a project, all of it committed."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "sample"]):
        subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)


class Recorder:
    """A plugin that remembers what became of each test, by its id: the outcome, the words of a failure."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.words: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome
            self.words[report.nodeid] = report.longreprtext

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcomes[report.nodeid] = "broken"
            self.words[report.nodeid] = report.longreprtext

    def failed(self) -> list[str]:
        return [name for name, outcome in self.outcomes.items() if outcome not in ("passed", "skipped")]


def run_items(root: Path, *options: str) -> Recorder:
    """Run the tests that write themselves, in this process."""
    recorder = Recorder()
    arguments = [f"--rootdir={root}", "-c", str(root / "pyproject.toml"), "-p", "no:cacheprovider", *options]
    pytest.main([*arguments, str(root / "sql"), str(root / "migrations")], plugins=[recorder])
    return recorder
