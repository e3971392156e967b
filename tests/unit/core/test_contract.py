from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import commands, read_models
from toolkit.core.contract import Contract, ReadModel, read_contract, write_contract
from toolkit.errors import ContractUnreadable

TEXT = """\
v_user_with_stats
  id: uuid
  data: {
    id: uuid
    posts: [{
      title: text?
    }]
  }?
  address: address_t {
    street: text?
  }
  raw: json (
    | {
      a: text
    }
    | null
  )
  tags: [text?]
  list: jsonb [text?]

volatile fn_create_post(
  p_title: text
    check ck_post_title_length: char_length(title) >= 3
    check ck_title: title <> 'x'
  variadic p_tags?: [text?]
  p_status: post_status in (draft|published)
) returns many record {
  id: uuid
}
  raises 23505 uq_user_email EMAIL_TAKEN
  raises 28000

stable fn_actor() returns uuid?
"""


def test_the_text_of_a_contract_is_read_back_to_the_same_text():
    parts = read_contract(TEXT)
    assert write_contract(*parts) == TEXT
    model, create, actor = parts
    assert [column.type for column in model.columns] == [
        "uuid",
        "jsonb",
        "address_t",
        "json",
        "text[]",
        "jsonb",
    ]
    assert model.get("data").nullable
    assert model.get("nothing") is None
    assert create.signature == "fn_create_post(text, text[], post_status)"
    assert actor.parameters == ()


@given(st.lists(st.one_of(read_models(), commands()), max_size=3))
def test_what_is_written_is_read_back(parts):
    assert list(read_contract(write_contract(*parts))) == parts


def test_the_hash_of_a_contract_changes_with_what_it_says():
    model, *others = read_contract(TEXT)
    contract = Contract((model,), tuple(others))
    renamed = Contract((ReadModel("v_x", model.columns),), tuple(others))
    loosened = Contract((model,), (replace(others[0], errors=()), others[1]))
    assert len({contract.digest(), renamed.digest(), loosened.digest()}) == 3
    assert contract.digest() == Contract((model,), tuple(others)).digest()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("v_user\n  id uuid\n", '": "'),
        ("  id: uuid\n", "the name of a read model or a command"),
        ("v_user\n  id: uuid?x\n", "the end of the line"),
        ("volatile fn(\n  p: text\n", '"  "'),
        ("volatile fn() returns uuid\n  raises abc\n", "an SQLSTATE"),
    ],
)
def test_what_can_not_be_read_is_refused(text, wanted):
    with pytest.raises(ContractUnreadable, match="should stand here") as caught:
        read_contract(text)
    assert caught.value.wanted == wanted
