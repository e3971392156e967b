"""Fixes: what each rule's fix writes, and that nothing around it changes."""

import os
import re
import stat
import textwrap
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import share
from toolkit.core.findings import Finding, Severity
from toolkit.core.settings import Lint, Settings
from toolkit.errors import SqlFileError
from toolkit.lint.fixes import apply, mend, replace_file
from toolkit.lint.registry import Edit, Fix, all_rules
from toolkit.lint.run import Examined, lint_files
from toolkit.lint.selection import select
from toolkit.source.facts import Problem
from toolkit.source.reading import read_facts
from toolkit.source.statements import plain

ROOT = Path(__file__).parents[3]
NOWHERE = Settings(root=Path("/nowhere"), sql=Path("/nowhere/sql"), migrations=Path("/nowhere/migrations"))
DEFINER = "CREATE FUNCTION fn_a() RETURNS int SECURITY DEFINER RETURN 1;"
UNUSED = "-- toolkit: allow J03 nothing\n"


def linter(files, project=NOWHERE, *codes: str):
    """Return what lints some files of a project, as `mend` takes it."""
    selection = select(project, codes or ("all",))
    return lambda texts: lint_files([project.root / file for file in files], project, selection, texts)


def everything(examined, _texts):
    return examined


def fix(text, *codes: str, unsafe=True, name="sql/a.sql", project=NOWHERE):
    """Fix a text that is to be a file of a project, with all rules unless some are chosen."""
    texts = {project.root / name: text}
    return mend(linter([name], project, *codes), everything, project, texts, unsafe=unsafe)


def text_of(result, text):
    return next(iter(result.texts.values()), text)


def cases():
    """Return from the golden files the code of a rule, a text, and the text with its findings fixed."""
    found = []
    for file in sorted((ROOT / "tests/cases/lint/fixes").glob("*.sql")):
        _, *parts = re.split(r"^-- ==== (.*)\n", file.read_text(), flags=re.MULTILINE)
        titles, texts = [*parts[::2], ""], parts[1::2]
        for place, (title, following) in enumerate(pairwise(titles)):
            if title != "fixed":
                after = texts[place + (following == "fixed")]
                found.append(pytest.param(file.stem, texts[place], after, id=f"{file.stem}: {title}"))
    return found


@pytest.mark.parametrize(("code", "before", "after"), cases())
def test_what_a_fix_writes(code, before, after):
    codes = [code, "J03", "J04", "P01", "P06"] if code == "X02" else [code]
    found = linter(["sql/a.sql"], NOWHERE, *codes)({NOWHERE.sql / "a.sql": before}).findings
    assert code in {finding.code for finding in found}
    result = fix(before, *codes)
    assert text_of(result, before) == after
    assert result.left == {}


def test_keys_in_camel_case():
    project = Settings(NOWHERE.root, NOWHERE.sql, NOWHERE.migrations, lint=Lint(key_case="camel"))
    view = "CREATE VIEW v_a AS SELECT id, jsonb_build_object('{}', 1, '{}', 2, '_type', 3) AS data FROM tb_a;"
    before, after = view.format("created_at", "UserID"), view.format("createdAt", "userId")
    assert text_of(fix(before, "J06", project=project), before) == after


def test_which_rules_have_a_fix_is_documented():
    page = (ROOT / "docs/how-to/lint.md").read_text()
    for safe, kind in ((True, "safe"), (False, "unsafe")):
        (row,) = re.findall(rf"^\| {kind} \| (.*) \|$", page, flags=re.MULTILINE)
        found = set()
        for parameter in cases():
            _, before, _ = parameter.values
            fixes = linter(["sql/a.sql"])({NOWHERE.sql / "a.sql": before}).fixes
            found |= {finding.code for finding, fix in fixes.items() if fix.safe is safe}
        assert re.findall(r"\[(\w+)\]", row) == sorted(found)


def test_safe_fixes_alone_leave_the_others():
    before = UNUSED + "CREATE VIEW v_a AS SELECT id, json_build_object('id', id) AS data FROM tb_a;"
    result = fix(before, "J", "X02", unsafe=False)
    assert text_of(result, before) == before.removeprefix(UNUSED)
    assert [finding.code for finding in result.examined.findings] == ["J09"]
    assert result.fixed == 1


def test_outside_the_project_nothing_says_what_names_without_a_schema_mean():
    for name, safe in (("sql/a.sql", True), ("a.sql", False)):
        (fix_,) = linter([name], NOWHERE, "P02")({NOWHERE.root / name: DEFINER}).fixes.values()
        assert fix_.safe is safe


def test_a_comment_about_other_files_stays_where_these_may_not_have_been_linted():
    allows = "-- toolkit: allow X05 the other is in another file\nCREATE TABLE tb_a (id int);"
    assert fix(allows, "X", name="a.sql").texts == {}
    assert fix(allows, "X").texts != {}


@pytest.mark.parametrize(
    "name",
    [
        "migrations/versions/1_a.up.sql",
        "migrations/versions/1_a.down.sql",
        "migrations/a.sql",
        "services/post/migrations/V1__a.sql",
    ],
)
def test_nothing_under_migrations_is_fixed(name):
    result = fix(UNUSED + DEFINER, name=name)
    assert result.texts == {}
    assert not result.examined.fixes


def test_what_is_allowed_or_hidden_is_not_fixed():
    before = f"-- toolkit: allow P02 because\n{DEFINER}"
    assert fix(before, "P02").texts == {}
    texts = {NOWHERE.sql / "a.sql": DEFINER}
    result = mend(
        linter(["sql/a.sql"]), lambda examined, _: examined._replace(findings=[]), NOWHERE, texts, unsafe=True
    )
    assert result.texts == {}


def test_a_file_whose_fixes_do_not_hold_is_left_as_it_was_and_the_others_are_fixed():
    # The REVOKE comes between the function and the comment, which then allows nothing.
    moved = "CREATE FUNCTION fn_a() RETURNS int SECURITY DEFINER RETURN 1; -- toolkit: allow P02 because\n"
    names = ["sql/a.sql", "sql/b.sql"]
    texts = dict(zip((NOWHERE.root / name for name in names), (UNUSED + moved, UNUSED), strict=True))
    codes = ["P02", "Q12", "J03", "X02"]
    result = mend(linter(names, NOWHERE, *codes), everything, NOWHERE, texts, unsafe=True)
    assert result.left == {NOWHERE.sql / "a.sql": "its fixes do not hold"}
    assert result.texts == {NOWHERE.sql / "b.sql": ""}
    assert result.fixed == 1
    left = [(finding.path, finding.code) for finding in result.examined.findings]
    assert left == [("sql/a.sql", "X02"), ("sql/a.sql", "Q12")]


def replacing(words):
    """Return what finds words in a file, as `mend` takes it, with fixes that put others there."""

    def lint(texts):
        (text,) = texts.values()
        found = Examined([], {}, 1)
        for number, (word, new) in enumerate(words.items(), 1):
            start = text.find(word)
            if start >= 0:
                finding = Finding("a.sql", 1, number, 1, number, f"Z{number}", Severity.ERROR, "", "")
                found.findings.append(finding)
                found.fixes[finding] = Fix((Edit(start, start + len(word), new),), safe=True)
        return found

    return lint


@pytest.mark.parametrize(
    ("words", "text", "after"),
    [
        ({"1; S": "2; S", "SELECT ": "select "}, "SELECT 1; SET", "select 2; SET"),  # at once
        ({"T 1": "t 1", "1; S": "2; S"}, "SELECT 1; SET", "SELECt 2; SET"),  # one after another
        ({"1; S": "2; S", "T 1": "t 1"}, "SELECT 1; SET", "SELECT 2; SET"),  # one is enough
        ({"T 1": "t 1", "1; S": "1; S"}, "SELECT 1; SET", None),  # only the first of which holds
        ({"SELECT 1": "SELECT"}, "SELECT 1; SELECT 1", None),  # still there
        ({"SELECT 1": "SELECT ("}, "SELECT 1; SELECT 2", None),  # to be read no more
        ({"SELECT 1": "SELECT 2", "2": "1"}, "SELECT 1", None),  # something new
    ],
)
def test_fixes_are_made_until_nothing_is_left_or_none_at_all(words, text, after):
    path = NOWHERE.root / "a.sql"
    result = mend(replacing(words), everything, NOWHERE, {path: text})
    assert text_of(result, text) == (after or text)
    assert bool(result.left) is (after is None)
    assert bool(result.examined.findings) is (after is None)


@pytest.mark.parametrize("lead", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_around_a_fix_stays_as_it_is(lead, end):
    def written(*lines: str):
        return lead + end.join(lines)

    before = written(
        "SELECT 'é \t', '€'  ;  ", UNUSED[:-1],
        "CREATE FUNCTION fn_a() RETURNS text\t", "\tSECURITY DEFINER ",
        "AS $$ SELECT '💥'", "-- toolkit: allow P01 no  ", "$$ LANGUAGE sql;;  ", "", " ",
    )  # fmt: skip
    after = written(
        "SELECT 'é \t', '€'  ;  ", "CREATE FUNCTION fn_a() RETURNS text\t",
        "\tSET search_path = pg_catalog, public, pg_temp", "\tSECURITY DEFINER ",
        "AS $$ SELECT '💥'", "$$ LANGUAGE sql;;  ", "", " ",
    )  # fmt: skip
    assert text_of(fix(before, unsafe=False), before) == after


PIECE = st.lists(st.sampled_from(["a", "é", "💥", " ", "\n", "\r\n", "\rb"]), max_size=5).map("".join)


@given(
    st.sampled_from(["", "\ufeff"]),
    PIECE,
    st.lists(st.tuples(PIECE, st.sampled_from(["", "x", "x\ny"]), PIECE), max_size=3),
)
def test_edits_of_the_linted_text_are_edits_of_the_file(lead, head, rest):
    text = lead + head + "".join(old + kept for old, _, kept in rest)
    line_end = next(iter(re.findall("\r\n|\n", text)), "\n")
    edits, before, expected = [], lead + head, lead + head
    for old, new, kept in rest:
        start, end = len(plain(before)), len(plain(before + old))
        edits.append(Edit(start, end, new))
        before += old + kept
        expected += new.replace("\n", line_end) + kept
    assert apply(text, edits) == expected


REAL = [
    path.read_text()
    for folder in ("sql", "tests/cases/lint")
    for path in sorted((ROOT / folder).rglob("*.sql"))
]
SAMPLES = [
    textwrap.dedent(text).strip()
    for rule in all_rules().values()
    for text in re.split(r"^(?:Bad|Good):$", rule.text, flags=re.MULTILINE)[1:]
]
MUTATIONS = [
    "", "(", "'", "$$", "é", ";", "--", " a ", ":b", '"', "\r\n", "/*", "*/", "\\x", "E'\\U'", UNUSED,
    "-- toolkit: allow J03, P01 x\n", " SECURITY DEFINER ", "STABLE ", "json_agg(", "jsonb_agg(x)",
    "'[]'::json", "json_build_object('a', 1)", "'userID', ", "COALESCE(", " FILTER (WHERE ')' = x)",
]  # fmt: skip


def problems(text):
    return sum(isinstance(fact, Problem) for fact in read_facts(plain(text), "public"))


@st.composite
def mutated(draw):
    sql = draw(st.sampled_from(REAL + SAMPLES)) + draw(st.sampled_from(["", *SAMPLES]))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(sql)))
        end = min(len(sql), start + draw(st.integers(0, 20)))
        sql = sql[:start] + draw(st.sampled_from(MUTATIONS)) + sql[end:]
    return draw(st.sampled_from(["", "\ufeff"])) + sql.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@share(1)
@given(mutated())
def test_any_text_is_fixed_once_and_for_all(before):
    result = fix(before)
    after = text_of(result, before)
    assert not result.examined.fixes or result.left
    assert problems(after) <= problems(before)
    was = linter(["sql/a.sql"])({NOWHERE.sql / "a.sql": plain(before)}).findings
    codes = [finding.code for finding in result.examined.findings]
    assert len(codes) <= len(was) - result.fixed  # a fix may settle more than one
    assert not Counter(codes) - Counter(finding.code for finding in was)
    assert fix(after).texts == {}


@pytest.mark.parametrize("before", REAL + SAMPLES)
def test_the_fixes_of_correct_sql_hold(before):
    assert fix(before).left == {}


def test_a_file_keeps_its_mode_and_its_owner_and_a_link_stays_one(tmp_path):
    file, link = tmp_path / "a.sql", tmp_path / "b.sql"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to("a.sql")
    replace_file(link, "new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [file, link]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_stays_theirs(tmp_path):
    file = tmp_path / "a.sql"
    file.write_text("old")
    os.chown(file, 12345, 54321)
    replace_file(file, "new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path):
    folder = tmp_path / "a.sql"
    folder.mkdir()
    with pytest.raises(SqlFileError, match=r"a.sql can't be written: Is a directory"):
        replace_file(folder, "new")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_read_only_file_is_left_alone(tmp_path):
    project = Settings(tmp_path, tmp_path / "sql", tmp_path / "migrations")
    file = tmp_path / "a.sql"
    file.write_text(UNUSED)
    file.chmod(0o444)
    result = mend(linter(["a.sql"], project), everything, project, {}, write=True)
    assert result.left == {file: "it is read-only"}
    assert [finding.code for finding in result.examined.findings] == ["X02"]
    assert mend(linter(["a.sql"], project), everything, project, {}).texts == {file: ""}
