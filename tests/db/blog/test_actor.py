"""Who acts: what the service states, what the argument says, and what happens when they disagree."""

from uuid import uuid4

import psycopg
import pytest

CONTENT = "A sentence of a length that nobody would call too short for a post."


def actors(blog):
    return [actor for (actor,) in blog.execute("SELECT actor FROM tb_audit_log WHERE action = 'CREATE_POST'")]


def test_stated_user_acts(blog, call, ada):
    call("fn_create_post", actor=ada, p_title="Stated", p_content=CONTENT)
    assert actors(blog) == [ada]


def test_argument_acts_where_nobody_is_stated(blog, call, ada):
    call("fn_create_post", p_title="Given", p_content=CONTENT, p_author_id=ada)
    assert actors(blog) == [ada]


def test_both_may_say_the_same(blog, call, ada):
    call("fn_create_post", actor=str(ada).upper(), p_title="Both", p_content=CONTENT, p_author_id=ada)
    assert actors(blog) == [ada]


def test_argument_that_contradicts_is_refused(blog, call, ada, bob, breaks):
    with breaks("rule_actor_claim", "42501", "permission"):
        call("fn_create_post", actor=ada, p_title="Forged", p_content=CONTENT, p_author_id=bob)
    assert actors(blog) == []


@pytest.mark.parametrize("function", ["fn_approve_post", "fn_publish_post", "fn_delete_post"])
def test_nobody_acts(call, draft, breaks, function):
    with breaks("rule_actor_present", "28000", "authentication required"):
        call(function, p_post_id=draft)


def test_setting_of_an_earlier_transaction_is_nobody(blog, call, ada, breaks):
    call("fn_create_post", actor=ada, p_title="Before", p_content=CONTENT)
    assert blog.execute("SELECT current_setting('app.user_id', true)").fetchone() == ("",)
    with breaks("rule_actor_present", "28000"):
        call("fn_create_post", p_title="After", p_content=CONTENT)


def test_people_sign_themselves_up(blog, call):
    call("fn_create_user", p_name="Ada", p_email="ada@example.org")
    assert blog.execute("SELECT actor FROM tb_audit_log").fetchall() == [(None,)]


def test_user_created_by_another_names_the_other(blog, call, ada):
    call("fn_create_user", actor=ada, p_name="Bob", p_email="bob@example.org")
    assert blog.execute("SELECT actor FROM tb_audit_log ORDER BY id DESC LIMIT 1").fetchone() == (ada,)


def test_author_must_be_a_user(call, breaks):
    with breaks("fk_post_author", "23503"):
        call("fn_create_post", actor=uuid4(), p_title="Ghost", p_content=CONTENT)


def test_stated_user_that_is_no_uuid_is_an_error_of_the_service(call):
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        call("fn_create_post", actor="ada", p_title="Typo", p_content=CONTENT)


def test_audit_names_the_login_beside_the_actor(blog, blog_url, ada):
    with psycopg.connect(blog_url, autocommit=True) as session:
        session.execute("SET SESSION AUTHORIZATION cqrs_command")
        session.execute("SELECT fn_create_post('Login', %s, '{}', %s)", [CONTENT, ada])
    row = blog.execute("SELECT session_role, actor FROM tb_audit_log WHERE action = 'CREATE_POST'").fetchone()
    assert row == ("cqrs_command", ada)
