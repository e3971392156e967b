"""No text makes the linter crash or hang, and nothing in a file hides what else is wrong in it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import share
from toolkit.core.settings import Settings
from toolkit.lint.registry import all_rules
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

ROOT = Path(__file__).parents[3]
NOWHERE = Path("/nowhere")
ODD = "SELECT jsonb_build_object('é', 1, 'odd');"  # breaks J03, in column 8
REAL = [
    path.read_text()
    for folder in ("sql", "migrations", "tests/cases/lint")
    for path in sorted((ROOT / folder).rglob("*.sql"))
]
SAMPLES = [rule.text for rule in all_rules().values()]
PIECES = [
    "", "(", "'", "$$", "$x$", "é", "💥", ";", "--", "/*", "*/", "\\x", " a ", "[", ":b", ":'b'", ':"b"',
    "NULL", "*", "{{", "\n\\echo it's\n", "\n\\if x\n", "\\gset", "\\;",
    "\nCOPY t FROM stdin;\n1\tit's (\n\\.\n", "\r", "\r\n", "\0", "E'\\'", "U&'\\00e9'",
    "BEGIN ATOMIC ", " END ", "-- toolkit: allow J03 x\n",
]  # fmt: skip
# Statements that can't be read, or that only psql reads, each with its end.
BROKEN = [
    "SELECT FROM WHERE;", "CREATE TABEL tb_a (id int);", "SELECT 'é' ));", "SELECT (1;", "GO;", ";", "",
    "SELECT $1;", "{% if x %} SELECT 1;", "DO $$ BEGIN IF true THEN NULL; END $$;", "SELECT 💥;",
    "-- it's ($$", "SELECT 1\\;",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT FROM WHERE; END;", "\\echo it's (", "\\set x 1",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT FROM FROM';", "SELECT :x, :'x', :\"x\";",
    "COPY t FROM stdin;\n1\tit's (\n\\.", "\\copy t from stdin\n$$\n\\.", "/* ' /* $$ */ ( */",
    "SELECT 1 \\gset", "\\if :{?x}",
]  # fmt: skip
PROJECT = Settings(root=NOWHERE, sql=NOWHERE / "sql", migrations=NOWHERE / "migrations")


def findings(path, text, *codes: str):
    selection = select(PROJECT, codes or ("all",))
    return lint_files([NOWHERE / path], PROJECT, selection, {NOWHERE / path: text}).findings


@st.composite
def mutated(draw):
    sql = draw(st.sampled_from(REAL + SAMPLES))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(sql)))
        end = min(len(sql), start + draw(st.integers(0, 30)))
        sql = sql[:start] + draw(st.sampled_from(PIECES)) + sql[end:]
    return sql.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@share(1.5)
@given(mutated(), st.sampled_from(["sql/a.sql", "migrations/versions/1_a.up.sql", "tools/a.sql"]))
def test_no_text_makes_a_rule_crash(text, path):
    lines = text.split("\n")
    for finding in findings(path, text):
        assert 1 <= finding.line <= finding.end_line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
        assert 1 <= finding.end_column <= len(lines[finding.end_line - 1]) + 1
        assert (finding.line, finding.column) <= (finding.end_line, finding.end_column)


@share(1)
@given(
    st.lists(st.sampled_from([*BROKEN, ODD]), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_one_statement_hides_no_other(tmp_path_factory, statements, end, encoding):
    text, expected = "", []
    for statement in statements:
        if statement == ODD:
            expected.append((text.count("\n") + 1, 8))
        text += statement.replace("\n", end) + end
    file = tmp_path_factory.mktemp("hidden") / "a.sql"
    file.write_bytes(text.encode(encoding))
    found = lint_files([file], PROJECT, select(PROJECT, ("J03",))).findings
    assert [(finding.line, finding.column) for finding in found] == expected


@share(0.5)
@given(st.binary(max_size=60), st.sampled_from(REAL))
def test_no_bytes_make_it_crash(tmp_path_factory, data, sql):
    file = tmp_path_factory.mktemp("bytes") / "a.sql"
    file.write_bytes(sql.encode()[:200] + data + sql.encode()[200:])
    lint_files([file], PROJECT, select(PROJECT, ("all",)))


def test_a_file_of_ten_megabytes_is_read_to_its_end():
    table = (ROOT / "sql/tables/tb_post.sql").read_text()
    half = (
        table + "INSERT INTO tb_tag VALUES\n" + "    (1, 'é, a text of some length'),\n" * 2000
    ) + "    (1, 'x');\n"
    text = half * (5_000_000 // len(half) + 1)
    text = f"{text}SELECT FROM WHERE;\n{text}{ODD}\n"
    found = findings("tools/a.sql", text, "J03", "X01")
    assert [(finding.code, finding.line) for finding in found] == [
        ("X01", text.count("\n") // 2),
        ("J03", text.count("\n")),
    ]
