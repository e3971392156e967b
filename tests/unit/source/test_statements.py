"""Cutting SQL text into statements."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import SqlFileError, SqlSyntaxError
from toolkit.source.statements import Statement, read_sql, split_statements

FILE = Path("sql/a.sql")


def split(text):
    return [(statement.line, statement.text) for statement in split_statements(text, FILE)]


@pytest.mark.parametrize("text", ["", "\n \n", "-- only a comment", "/* a */ ;; -- b\n;"])
def test_text_without_statement_gives_none(text):
    assert split(text) == []


def test_statement_begins_at_its_first_token_after_leading_comments():
    text = "-- title\n/* two\nlines */\ncreate table a (id int); -- same line\n\n-- next\nselect 1"
    assert split(text) == [(4, "create table a (id int)"), (7, "select 1")]


def test_statements_on_one_line_share_its_number():
    assert split("select 1; select 2;\nselect 3") == [(1, "select 1"), (1, "select 2"), (2, "select 3")]


def test_multibyte_text_keeps_text_and_lines():
    text = "-- é\nselect 'ééé', '😀';\n\ncomment on table a is '日本';\nselect 3;"
    assert split(text) == [(2, "select 'ééé', '😀'"), (4, "comment on table a is '日本'"), (5, "select 3")]


def test_windows_line_ends_count_once():
    assert split("select 1;\r\n\r\nselect 2;\r\n") == [(1, "select 1"), (3, "select 2")]


def test_semicolons_inside_a_body_do_not_split():
    dollar = "create function f() returns int language plpgsql as $$begin; return 1; end;$$"
    atomic = "create function g() returns int language sql begin atomic select 1; select 2; end"
    assert split(f"{dollar};\n{atomic};") == [(1, dollar), (2, atomic)]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("select 1;\n  creaté tabel x", 2, 3, 'syntax error at or near "creaté"'),
        ("select 'éé' frm x y", 1, 17, 'syntax error at or near "x"'),
        ("select (\n\n", 1, 9, "syntax error at end of input"),
        ("\\set x 1", 1, 1, 'syntax error at or near "\\"'),
    ],
)
def test_syntax_error_names_file_line_column_and_the_parsers_words(text, line, column, reason):
    with pytest.raises(SqlSyntaxError) as caught:
        split(text)
    assert (caught.value.path, caught.value.line, caught.value.column) == (FILE, line, column)
    assert str(caught.value) == f"sql/a.sql:{line}:{column}: {reason}."


def test_position_in_a_statement_gives_the_line_in_the_file():
    statement = Statement(FILE, "select 1,\n  2,\n  nothing", 10)
    assert [statement.line_at(position) for position in (0, 1, 10, 11, 18)] == [10, 10, 10, 11, 12]


def test_file_is_read_without_byte_order_mark_and_with_plain_line_ends(tmp_path):
    file = tmp_path / "a.sql"
    file.write_bytes(b"\xef\xbb\xbfselect 1;\r\nselect 2;\r\n")
    assert read_sql(file) == "select 1;\nselect 2;\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"select 1;\nselect '\xe9';\n", ":2: byte 0xe9 is not UTF-8. Save the file as UTF-8."),
        ("select 1;\n".encode("utf-16"), ":1: byte 0xff is not UTF-8."),
        (b"select 1;\n\0select 2", ":2: there is a NUL character."),
    ],
)
def test_file_in_another_encoding_is_refused(tmp_path, content, words):
    file = tmp_path / "a.sql"
    file.write_bytes(content)
    with pytest.raises(SqlFileError) as caught:
        read_sql(file)
    assert f"{file}{words}" in str(caught.value)


def test_missing_file_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(SqlFileError, match=r"b\.sql can't be read: No such file or directory\."):
        read_sql(tmp_path / "b.sql")


LITERAL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)
STATEMENT = st.one_of(
    LITERAL.map(lambda text: "select '" + text.replace("'", "''") + "'"),
    LITERAL.filter(lambda text: "$b$" not in text + "$").map(lambda text: f"do $b${text}$b$"),
    LITERAL.map(lambda text: 'create table "t' + text.replace('"', '""') + '" (\n  id int\n)'),
)
GAP = st.one_of(
    st.sampled_from(["\n", "  ", "\n\n\t", ";", "/* ; /* nested */ */"]),
    LITERAL.map(lambda text: "-- " + text.replace("\n", " ") + "\n"),
)


@given(st.lists(st.tuples(st.lists(GAP, max_size=3).map("".join), STATEMENT), max_size=6))
def test_what_is_put_together_comes_apart_with_the_right_lines(parts):
    text, expected = "", []
    for gap, statement in parts:
        text += gap
        expected.append((text.count("\n") + 1, statement))
        text += statement + ";"
    assert split(text) == expected
