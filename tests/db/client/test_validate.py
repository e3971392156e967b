"""What a call would be refused with, without the call; by both clients."""

import pytest

from toolkit.client.errors import Invalid


def test_arguments_are_judged_and_nothing_is_called(db, admin):
    db.validate("fn_add_author", p_name="Ada", p_email="a@b")
    with pytest.raises(Invalid) as caught:
        db.validate("fn_add_author", p_name="x" * 21, p_mail="a@b")
    assert [fault.place for fault in caught.value.faults] == ["p_mail", "p_email", "p_name"]
    assert admin.execute("SELECT count(*) FROM tb_author").fetchone() == (0,)


def test_session_of_a_user_and_of_a_transaction_judge_too(db):
    with db.as_user("ada").transaction() as tx, pytest.raises(Invalid, match="p_text"):
        tx.validate("fn_value", p_text=1, p_count=1)
