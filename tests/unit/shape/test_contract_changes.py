"""What a change of a contract means to the services that use it, in the text of contracts."""

import pytest

from toolkit.core.contract import Contract, ReadModel, read_contract
from toolkit.shape.contract_changes import contract_changes

MODEL = """v_user
  id: uuid
  data: {
    id: uuid
    author: {name: text}
  }
  email: text?
"""
COMMAND = """volatile fn_create(
  p_title: text
    check ck_post_title_length: char_length(title) >= 3
  p_count?: integer
) returns uuid
  raises 23505 uq_title DUPLICATE_TITLE
"""


def contract(text):
    parts = read_contract(text)
    models = tuple(part for part in parts if isinstance(part, ReadModel))
    return Contract(models, tuple(part for part in parts if not isinstance(part, ReadModel)))


def changes(old, new, tier="reader"):
    return [str(change) for change in contract_changes(contract(old), contract(new), tier)]


@pytest.mark.parametrize("text", [MODEL, COMMAND, ""])
def test_same_contract_has_no_changes(text):
    assert changes(text, text) == []


@pytest.mark.parametrize(
    ("text", "before", "after", "expected"),
    [
        (MODEL, "name: text", "name: text?", "BREAK v_user data.author.name: may be null now"),
        (MODEL, "  email: text?\n", "", "BREAK v_user email: column removed"),
        (MODEL, "email: text?", "email: text", "SAFE v_user email: is never null now"),
        (MODEL, "  email", "  added: date\n  email", "SAFE v_user added: column added: date"),
        (MODEL, "id: uuid\n  data", "id: bigint\n  data", "BREAK v_user id: was uuid, is bigint now"),
        (COMMAND, "p_title", "p_name", "BREAK fn_create(text, integer) p_title: parameter renamed to p_name"),
        (COMMAND, "p_count?:", "p_count:", "BREAK fn_create(text, integer) p_count: is required now"),
        (
            COMMAND,
            "p_count?: integer",
            "p_count?: bigint",
            "SAFE fn_create(text, bigint) p_count: takes more now: was integer, is bigint",
        ),
        (
            COMMAND,
            "p_count?: integer",
            "p_count?: smallint",
            "BREAK fn_create(text, smallint) p_count: takes less now: was integer, is smallint",
        ),
        (
            COMMAND,
            ">= 3",
            ">= 5",
            "WARN fn_create(text, integer) p_title: must fulfil char_length(title) >= 5 now",
        ),
        (
            COMMAND,
            "  p_count",
            "  p_new: text\n  p_count",
            "BREAK fn_create(text, text, integer) p_new: required parameter added: text",
        ),
        (
            COMMAND,
            "  p_count?: integer\n",
            "",
            "BREAK fn_create(text) p_count: parameter removed",
        ),
        (
            COMMAND,
            "returns uuid",
            "returns many uuid",
            "BREAK fn_create(text, integer) returns: returns several rows now",
        ),
        (
            COMMAND,
            "returns uuid",
            "returns text",
            "BREAK fn_create(text, integer) returns: was uuid, is text now",
        ),
        (COMMAND, "returns uuid", "returns uuid?", "BREAK fn_create(text, integer) returns: may be null now"),
        (COMMAND, "volatile", "stable", "SAFE fn_create(text, integer): was volatile, is stable now"),
        (
            COMMAND,
            "DUPLICATE_TITLE",
            "TITLE_TAKEN",
            "BREAK fn_create(text, integer) raises: 23505 uq_title was DUPLICATE_TITLE, is TITLE_TAKEN now",
        ),
        (
            COMMAND,
            "  raises",
            "  raises P0002 rule_there NOT_FOUND\n  raises",
            "WARN fn_create(text, integer) raises: may raise P0002 rule_there (NOT_FOUND) now",
        ),
        (
            COMMAND,
            "  raises 23505 uq_title DUPLICATE_TITLE\n",
            "",
            "SAFE fn_create(text, integer) raises: never raises 23505 uq_title now",
        ),
    ],
)  # fmt: skip
def test_change_is_judged_and_named(text, before, after, expected):
    assert before in text
    assert expected in changes(text, text.replace(before, after))


def test_whole_read_models_and_commands_come_and_go():
    assert changes(MODEL + "\n" + COMMAND, "") == [
        "BREAK v_user: read model removed",
        "BREAK fn_create(text, integer): command removed",
    ]
    assert changes("", MODEL + "\n" + COMMAND) == [
        "SAFE v_user: read model added",
        "SAFE fn_create(text, integer): command added",
    ]


def test_overload_that_calls_can_not_be_told_from_breaks_them():
    other = "volatile fn_create(\n  p_title: text\n  p_flag?: boolean\n) returns uuid\n"
    found = changes(COMMAND, COMMAND + "\n" + other)
    assert "SAFE fn_create(text, boolean): command added" in found
    assert any("calls may fit" in text and text.startswith("BREAK") for text in found)
    apart = other.replace("p_title: text", "p_title: uuid")
    assert changes(COMMAND, COMMAND + "\n" + apart) == ["SAFE fn_create(uuid, boolean): command added"]


def test_strict_tier_breaks_on_any_difference_and_wire_on_json_types_only():
    added = MODEL.replace("  email", "  added: date\n  email")
    assert changes(MODEL, added, "strict") == ["BREAK v_user added: column added: date"]
    form = MODEL.replace("name: text", "name: uuid")
    assert changes(form, MODEL, "wire") == ["WARN v_user data.author.name: was uuid, is text now"]
    json_type = MODEL.replace("name: text", "name: integer")
    assert changes(MODEL, json_type, "wire") == ["BREAK v_user data.author.name: was text, is integer now"]
