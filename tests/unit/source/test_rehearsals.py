"""Bodies that are rewritten for the server to resolve; whether it does is asked in tests/db."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.source.rehearsals import rehearse
from toolkit.source.tokens import TokensNotUnderstood

WORDS = """
begin end declare exception when then if elsif else case loop while for foreach in array .. by reverse return
next query execute using into strict select insert update from where with perform call open fetch close raise
assert cursor alias record := = , ; ( ) [ ] . << >> # $1 v_a 'a' 1 null exit temp create table as
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=30))
def test_whatever_is_no_body_is_refused(words):
    try:
        rehearse("fn_a", [("p_a", "text")], " ".join(["begin", *words]))
    except TokensNotUnderstood:
        return


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("BEGIN\n  PERFORM 1\nEND", "line 2: no ;"),
        ("BEGIN IF true THEN NULL; END;", "line 1: if expected"),
        ("BEGIN NULL;\n", "line 2: no ;"),
        ("SELECT 1", "line 1: begin expected"),
    ],
)
def test_where_it_is_not_understood(body, words):
    with pytest.raises(TokensNotUnderstood, match=words):
        rehearse("fn_a", [], body)


def test_what_is_not_in_it():
    body = (
        "BEGIN\n  EXECUTE 'SELECT 1';\n  GRANT SELECT ON tb_a TO b;\n  RETURN QUERY EXECUTE 'SELECT 2';\nEND"
    )
    assert rehearse("fn_a", [], body).skipped == ((2, "EXECUTE"), (3, "GRANT"), (4, "EXECUTE"))


def test_nothing_of_it_runs():
    body = """BEGIN
        DELETE FROM tb_a;
        SELECT fn_write() INTO STRICT v_a;
        PERFORM fn_write();
        v_a := fn_write();
        FOR v_a IN SELECT fn_write() LOOP NULL; END LOOP;
    END"""
    text = rehearse("fn_a", [("v_a", "text")], body).text
    lines = [line for line in text.splitlines() if "fn_write" in line or "DELETE" in line]
    assert len(lines) == 5
    for line in lines:
        assert line.startswith(("BEGIN FOR toolkit_plan IN EXPLAIN ", "BEGIN SELECT * INTO v_a FROM ("))
    assert text.count("LIMIT 0") == 2
