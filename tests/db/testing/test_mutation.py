"""For each test that writes itself, changes of the sample that it must see, and no other test."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.db.sample import DOWN, UP, add_revision, run_items
from toolkit.checks.generated import KINDS, generated_files, write_generated
from toolkit.core.settings import load_settings

BOOK, VIEW, LENGTH = "sql/tables/tb_book.sql", "sql/views/v_book.sql", "sql/matviews/mv_length.sql"
ADD, DROP = "sql/functions/fn_add_book.sql", "sql/functions/fn_drop_book.sql"
COUNT, ACTOR = "sql/functions/fn_book_count.sql", "sql/functions/fn_actor.sql"
ERRORS, HEAD = "sql/errors.toml", "migrations/env.py::head"
FIRST, SECOND = "migrations/versions/20260101000000_books", "migrations/versions/20260102000000_more"
TOUCH, CONTRACT = "sql/functions/fn_touch.sql", "sql/contract/v_book.contract"
STAIRWAY = f"{FIRST}.py::stairway"
V_BOOK, COMMENT = "CREATE VIEW v_book", "COMMENT ON COLUMN tb_book.extra"
GHOST = '[rules.ck_ghost]\ncode = "GHOST"\n[rules.ck_book_pages]'
RETURN = "    RETURN v_id;\n"
SWALLOWING = f"{RETURN}EXCEPTION\n    WHEN check_violation THEN RETURN NULL;\n"


ARTIFACTS = {BOOK, VIEW, LENGTH, ADD, DROP, COUNT, ACTOR, TOUCH}


class Mutation(NamedTuple):
    """A change, and the one test that fails of it.

    edits: file, what stands there, and what stands there then. both: the revision changes in the same way.
    """

    name: str
    fails: str
    edits: tuple[tuple[str, str, str], ...]
    both: bool = True


def change(name: str, fails: str, file: str, before: str, after: str, *, both: bool = True) -> Mutation:
    return Mutation(name, fails, ((file, before, after),), both)


MUTATIONS = [
    # lint: what the rules say about the files
    change(
        "suppression of nothing",
        f"{VIEW}::lint",
        VIEW,
        V_BOOK,
        f"-- toolkit: allow N01 once\n{V_BOOK}",
        both=False,
    ),
    change("code of no rule", f"{ERRORS}::lint", ERRORS, "[rules.ck_book_pages]", GHOST),
    # load: what the server refuses
    change("unknown column", f"{VIEW}::load", VIEW, "'pages', pages", "'pages', page", both=False),
    change("syntax of a body", f"{ADD}::load", ADD, "RETURN v_id", "RETRUN v_id", both=False),
    change("unknown type", f"{ADD}::load", ADD, "v_id uuid", "v_id uid", both=False),
    change("unreadable statement", f"{COUNT}::load", COUNT, "CREATE FUNCTION", "CREATE FUNKTION", both=False),
    # bodies: what fails when a call gets there, which none does
    change(
        "unknown column in a branch that is never taken",
        f"{ADD}::bodies",
        ADD,
        RETURN,
        f"    IF v_id IS NULL THEN\n        UPDATE tb_book SET titel = p_title;\n    END IF;\n{RETURN}",
    ),
    change(
        "unknown function in a handler",
        f"{DROP}::bodies",
        DROP,
        "    RETURN true;\n",
        "    RETURN true;\nEXCEPTION\n    WHEN division_by_zero THEN RETURN fn_undo(p_book_id);\n",
    ),
    change(
        "unknown field of a trigger's row",
        f"{TOUCH}::bodies",
        TOUCH,
        "    RETURN NEW;",
        "    IF TG_OP = 'DELETE' THEN\n        NEW.shelve = 'old';\n    END IF;\n    RETURN NEW;",
    ),
    # head: sql/ is not where the revisions lead
    change("column in sql/ only", HEAD, BOOK, "    owner_id", "    year integer,\n    owner_id", both=False),
    change(
        "index in the revision only",
        HEAD,
        UP,
        V_BOOK,
        f"CREATE INDEX idx_book_pages ON tb_book (pages);\n{V_BOOK}",
    ),
    change(
        "grant in sql/ only", HEAD, COUNT, "TO sample_read", "TO sample_read, sample_maintain", both=False
    ),
    change("default in sql/ only", HEAD, BOOK, "pages integer", "pages integer DEFAULT 1", both=False),
    # stairway: a revision that does not go back, or not at all
    change("forgotten drop", STAIRWAY, DOWN, "DROP FUNCTION fn_actor();\n", ""),
    change("drop of nothing", STAIRWAY, DOWN, "DROP VIEW v_book;", "DROP VIEW v_books;"),
    change("statement that fails", STAIRWAY, UP, V_BOOK, f"SELECT 1 / 0;\n{V_BOOK}"),
    # contract: sql/ and revision agree, the committed contract does not
    change("dropped NOT NULL", f"{VIEW}::contract", BOOK, "'new' NOT NULL", "'new'"),
    change("renamed key", f"{VIEW}::contract", VIEW, "'pages', pages", "'page_count', pages"),
    change("column of a read model", f"{VIEW}::contract", VIEW, "AS data,\n", "AS data,\n    pages,\n"),
    change(
        "other type of a key",
        f"{LENGTH}::contract",
        LENGTH,
        "'length', char_length(title)",
        "'length', title",
    ),
    change("parameter without default", f"{ADD}::contract", ADD, " DEFAULT NULL", ""),
    change("swallowed error", f"{ADD}::contract", ADD, RETURN, SWALLOWING),
    change("other result", f"{COUNT}::contract", COUNT, "count(*)", "count(*) + NULL"),
    change("contract by hand", f"{VIEW}::contract", CONTRACT, "pages: integer?", "pages: integer"),
    # documents: a trigger that writes what the declared shape does not say
    change(
        "undeclared document",
        f"{VIEW}::documents",
        TOUCH,
        "lower(NEW.shelf)",
        "lower(NEW.shelf); NEW.extra = '[]'",
    ),
    change(
        "undeclared key",
        f"{VIEW}::documents",
        TOUCH,
        "lower(NEW.shelf)",
        """lower(NEW.shelf); NEW.extra = '{"kind": 1}'""",
    ),
    # arguments: what a command lets through, or fails of
    change(
        "NULL that is taken",
        f"{ADD}::arguments",
        ADD,
        "uuid LANGUAGE plpgsql",
        "uuid STRICT LANGUAGE plpgsql",
    ),
    change(
        "untyped error",
        f"{DROP}::arguments",
        DROP,
        "RETURN true",
        "RETURN 1 / coalesce(length(v_owner::text), 0) = 1",
    ),
    # errors: examples that are none
    change("example that breaks nothing", f"{ERRORS}::errors", ERRORS, "('a'), ('a')", "('a'), ('b')"),
    change("example that fails", f"{ERRORS}::errors", ERRORS, "INTO tb_book", "INTO tb_books"),
    # reach: rights that are too many
    change(
        "table that readers see",
        f"{BOOK}::reach",
        BOOK,
        COMMENT,
        f"GRANT SELECT ON tb_book TO sample_read;\n{COMMENT}",
    ),
    change(
        "table that callers write",
        f"{BOOK}::reach",
        BOOK,
        COMMENT,
        f"GRANT INSERT ON tb_book TO sample_command;\n{COMMENT}",
    ),
    change(
        "read model that callers see",
        f"{VIEW}::reach",
        VIEW,
        "v_book TO sample_read",
        "v_book TO sample_read, sample_command",
    ),
    change(
        "read model that readers write",
        f"{VIEW}::reach",
        VIEW,
        "GRANT SELECT ON v_book",
        "GRANT SELECT, UPDATE ON v_book",
    ),
    change(
        "query function for callers",
        f"{COUNT}::reach",
        COUNT,
        "fn_book_count() TO sample_read",
        "fn_book_count() TO sample_read, sample_command",
    ),
    change(
        "trigger function for all",
        f"{TOUCH}::reach",
        TOUCH,
        "REVOKE EXECUTE ON FUNCTION fn_touch() FROM PUBLIC;\n",
        "",
    ),
]


def apply(root: Path, mutation: Mutation) -> None:
    for file, before, after in mutation.edits:
        for name in {file, UP} if mutation.both and file in ARTIFACTS else {file}:
            text = (root / name).read_text()
            assert before in text, f"{before} is not in {name}"
            (root / name).write_text(text.replace(before, after, 1))


def test_sample_is_fine(sample):
    done = run_items(sample, "--toolkit-base=HEAD")
    assert done.failed() == []
    assert len(done.outcomes) > 40
    assert set(done.outcomes.values()) == {"passed"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_change_fails_one_test(sample, mutation):
    apply(sample, mutation)
    done = run_items(sample)
    assert done.failed() == [mutation.fails], done.words


def rename_key(root: Path, phase: str) -> None:
    """Let a read model lose a key, by a revision of a phase, and commit to it in the contract."""
    before = (root / VIEW).read_text().partition("GRANT")[0]
    after = before.replace("'pages', pages", "'page_count', pages")
    (root / VIEW).write_text((root / VIEW).read_text().replace(before, after))
    add_revision(
        root,
        "20260102000000",
        "more",
        after.replace("CREATE", "CREATE OR REPLACE"),
        before.replace("CREATE", "CREATE OR REPLACE"),
        parent="20260101000000",
        phase=phase,
    )
    contract = root / CONTRACT
    contract.write_text(contract.read_text().replace("    pages:", "    page_count:"))


def test_clients_of_the_base_that_break(sample):
    rename_key(sample, "expand")
    assert run_items(sample).failed() == []
    found = run_items(sample, "--toolkit-base=HEAD")
    assert found.failed() == [f"{VIEW}::breaks", f"{SECOND}.py::phases"]
    assert (
        "clients of HEAD break: BREAK v_book data.pages: key removed" in found.words[f"{SECOND}.py::phases"]
    )
    assert "help: Leave it to a later revision of phase" in found.words[f"{SECOND}.py::phases"]


def test_clients_of_the_base_are_gone_in_a_phase_of_contraction(sample):
    rename_key(sample, "contract")
    assert run_items(sample, "--toolkit-base=HEAD").failed() == [f"{VIEW}::breaks"]


def test_revision_that_was_edited_since_the_base(sample):
    with (sample / UP).open("a") as file:
        file.write("-- and more\n")
    assert run_items(sample, "--toolkit-base=HEAD").failed() == [STAIRWAY]


def test_code_that_is_not_what_the_contract_makes(sample):
    item = f"{min(path.name for path in (sample / 'sql/contract').iterdir())}::codegen"
    with (sample / "pyproject.toml").open("a") as file:
        file.write('[tool.toolkit.codegen]\npython = "books_db"\njson-schema = "schemas"\n')
    settings = load_settings(sample)
    for kind in KINDS:
        write_generated(settings.codegen.folder(kind), kind, generated_files(settings, kind))
    done = run_items(sample)
    assert (done.failed(), done.outcomes[f"sql/contract/{item}"]) == ([], "passed")
    with (sample / "books_db/__init__.py").open("a") as file:
        file.write("more = 1\n")
    (sample / "schemas/v_book.json").unlink()
    done = run_items(sample)
    assert done.failed() == [f"sql/contract/{item}"]
    words = done.words[f"sql/contract/{item}"]
    assert "books_db/__init__.py:1:1 codegen is not what the contract makes" in words
    assert "schemas/v_book.json:1:1 codegen is missing\n    help: Run `toolkit codegen json-schema`." in words
    assert "codegen" not in {
        name.rpartition("::")[2] for name in run_items(sample, "--toolkit-checks=contract").outcomes
    }


def test_contract_of_nothing(sample):
    ghost = sample / "sql/contract/v_ghost.contract"
    ghost.write_text("v_ghost\n  id: uuid\n")
    assert run_items(sample).failed() == ["sql/contract/v_ghost.contract::contract"]


def test_items_are_selected_by_name_marker_and_option(sample):
    every = set(run_items(sample, "--collect-only").outcomes)
    assert every == set()  # nothing runs
    lints = run_items(sample, "--toolkit-checks=lint,load", "-m", "toolkit(check='load')").outcomes
    assert {name.rpartition("::")[2] for name in lints} == {"load"}
    assert run_items(sample, "--toolkit-checks=none").outcomes == {}
    assert {name.rpartition("::")[2] for name in run_items(sample, "-k", "reach").outcomes} == {"reach"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--toolkit-checks=lint,lnt", "There is no check lnt. Known: lint, load"),
        ("--toolkit-base=nothing", "there is no commit nothing. Name a commit"),
    ],
)
def test_what_can_not_be_collected_says_why_without_a_traceback(sample, option, words, capsys):
    assert set(run_items(sample, option).outcomes.values()) == {"broken"}
    shown = capsys.readouterr().out
    assert words in shown
    assert "Traceback" not in shown
    assert ".py:" not in shown
