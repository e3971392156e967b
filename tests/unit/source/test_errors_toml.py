"""errors.toml: rule to application code."""

import pytest

from toolkit.errors import ErrorCodesInvalid
from toolkit.source.errors_toml import read_error_codes


@pytest.fixture
def read(tmp_path):
    def read(text):
        file = tmp_path / "errors.toml"
        file.write_text(text)
        return read_error_codes(file)

    return read


def test_codes_by_rule(read):
    assert read('[rules.uq_a]\ncode = "DUPLICATE_A"\n[rules.rule_b_exists]\ncode = "NOT_FOUND"') == {
        "uq_a": "DUPLICATE_A",
        "rule_b_exists": "NOT_FOUND",
    }
    assert read("") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[rules.a]\ncode = "X"\n[rules.a]\ncode = "Y"', r"errors\.toml:3:9: Cannot declare"),
        ("code = \n", r"errors\.toml:1:8: Invalid value"),
        ('[rules.a]\n\ncode = "X', r"errors\.toml:3:\d+: "),
        ('[rules.a]\ncode = """\n', r"errors\.toml:3:1: "),
        ('[rules.a]\ncode = "X"\n[rules.b]\n', r"errors\.toml:3:1: \[rules\.b\] must hold"),
        (
            '[rules.a]\ncode = "not found"',
            r"\[rules\.a\] must hold a code in capitals, and nothing else but an example",
        ),
        ('[rules.a]\ncode = "X"\nstatus = 404', r"\[rules\.a\] must hold a code"),
        ("[rules]\na = 1", r"\[rules\.a\] must hold a code"),
        ("[rules.a]\ncode = 1", r"\[rules\.a\] must hold a code"),
        ('[rule.a]\ncode = "X"', "something else than tables"),
        ("rules = 1", "something else than tables"),
    ],
)
def test_what_is_not_understood_is_refused(read, text, words):
    with pytest.raises(ErrorCodesInvalid, match=words):
        read(text)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ErrorCodesInvalid, match=r"errors\.toml:1:1: the file can't be read: No such file"):
        read_error_codes(tmp_path / "errors.toml")
