"""Blanking what is psql's: the rest keeps its place, and PostgreSQL's parser takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast import parser

from toolkit.source.psql import blank


@pytest.mark.parametrize(
    ("script", "sql"),
    [
        ("\\set x 1\nselect 1;", "        \nselect 1;"),
        ("select 1 \\gset p_\nselect 2;", "select 1 ;       \nselect 2;"),
        ("select 1 \\bind 2 \\g out\n;", "select 1 ;             \n;"),
        ("select 1 \\; select 2;", "select 1 ;  select 2;"),
        ("\\x \\\\ select 1;", "      select 1;"),
        ("select :n, :'s', :\"q\", :{?n};", "select _n, '_s', \"_q\", TRUE ;"),
        ("select * from s.:t, p_:t;", "select * from s._t, p__t;"),
        ("select a[1:n], a[:n], a[b : c];", "select a[1:n], a[_n], a[b : c];"),
        ("select a[1]::int, 'x'::text, :n::int;", "select a[1]::int, 'x'::text, _n::int;"),
        ("call p(a := 1, b :=:n);", "call p(a := 1, b :=_n);"),
        ("copy t from stdin;\n1\t'\n\\.\nselect 1;", "copy t from stdin;\n   \n  \nselect 1;"),
        ("copy t from stdin;\r\n1\r\n\\.\r\nx", "copy t from stdin;\r\n \r\n  \r\nx"),
        ("/* */COPY t FROM\nSTDIN (NULL ';');\n1;2\n", "/* */COPY t FROM\nSTDIN (NULL ';');\n   \n"),
        ("/* /* */ ; */ -- ;\ncopy t from stdin;\n1", "/* /* */ ; */ -- ;\ncopy t from stdin;\n "),
        ("\\echo x\ncopy t from stdin;\n1\n\\.\nx", "       \ncopy t from stdin;\n \n  \nx"),
        ("copy t from 'stdin';\nselect 1;", "copy t from 'stdin';\nselect 1;"),
        ("\\copy t from stdin\n1\n\\.\nselect 1;", "                  \n \n  \nselect 1;"),
        ("\\copy t from 'a.csv'\nselect 1;", "                    \nselect 1;"),
        ("copy t from stdin \\g\n1\n\\.\nselect 1;", "copy t from stdin ; \n \n  \nselect 1;"),
        ("select 1; copy t from stdin;\n1", "select 1; copy t from stdin;\n "),
    ],
)  # fmt: skip
def test_what_is_of_psql_becomes_sql_of_the_same_length(script, sql):
    assert blank(script) == sql


@pytest.mark.parametrize(
    "sql",
    [
        "select '\\d :x', E'it\\'s \\\\ :x', \"\\d :x\", 'a''\\d';",
        "-- \\d :x\nselect 1; /* \\d /* :x */ \\. */",
        "do $$ begin \\d :x; end $$; do $a$ \\x $$ :y $a$;",
        "select a$b$, '\\d', c$b$;",
        "select $1, ':x', x::int, array[1:2];",
        "create function f() returns int begin atomic select 1; select 2; end;",
        "select 'open \\d :x",
        'select "open \\d :x',
        "select $$ open \\d :x",
        "select /* open /* \\d */ :x",
    ],
)
def test_strings_comments_bodies_and_casts_stay(sql):
    assert blank(sql) == sql


PIECES = [
    "'", '"', "$$", "$a$", "--", "/*", "*/", "\\", "\\g", "\\.", ":", "::", ":a", ":'a'", "[", "]", ";", "\n",
    "\r\n", "copy t from stdin", "select", " ", "é", "😀", "E'", "\\copy t from stdin", "{?", "}", "$1",
]  # fmt: skip


def line_ends(text):
    return [(at, character) for at, character in enumerate(text) if character in "\r\n"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_keeps_its_length_and_lines(text):
    blanked = blank(text)
    assert len(blanked) == len(text)
    assert [at for at, c in enumerate(blanked) if c in "\r\n"] == [
        at for at, c in enumerate(text) if c in "\r\n"
    ]


@pytest.mark.parametrize(
    "script",
    [
        "\\if :{?v}\nselect * from :\"t\" where a = :'v' limit :n;\n\\endif\nselect 'create' \\gexec\n",
        "copy t (a, b) from stdin;\n1\tdon't\n\\.\ncreate table :s.t (a text default :'d');",
    ],
)
def test_a_script_becomes_what_the_parser_takes(script):
    parser.parse_sql_json(blank(script))


def test_a_long_script_takes_its_time_in_proportion():
    script = "select a[1 :n] from t where x = :'v';\n\\echo done\n" * 20_000
    assert blank(script).count(";") == 20_000
