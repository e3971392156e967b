"""From draft to published and away: who may, what is written, what is said when it cannot be."""

from uuid import uuid4

import pytest

CONTENT = "Twenty syllables too many are still no reason to stop writing."


def status(blog, post):
    return blog.execute("SELECT status FROM tb_post WHERE id = %s", [post]).fetchone()[0]


def test_new_post_is_a_draft_with_counters(blog, draft, ada):
    assert status(blog, draft) == "draft"
    counters = blog.execute("SELECT author_id, view_count FROM tb_post_stats WHERE post_id = %s", [draft])
    assert counters.fetchall() == [(ada, 0)]


def test_post_without_tags_has_none(blog, call, ada):
    post = call("fn_create_post", actor=ada, p_title="Bare", p_content=CONTENT)
    assert blog.execute("SELECT tags FROM tb_post WHERE id = %s", [post]).fetchone() == ([],)


def test_draft_is_approved_by_another_then_published(blog, call, draft, ada, bob, events):
    assert call("fn_approve_post", actor=bob, p_post_id=draft) is True
    assert blog.execute("SELECT status, approved_by FROM tb_post").fetchone() == ("approved", bob)
    assert call("fn_publish_post", actor=ada, p_post_id=draft) is True
    assert blog.execute("SELECT status, approved_by FROM tb_post").fetchone() == ("published", bob)
    assert events(draft) == ["POST_CREATED", "POST_APPROVED", "POST_PUBLISHED"]


def test_draft_is_published_without_approval(blog, call, draft, ada):
    assert call("fn_publish_post", actor=ada, p_post_id=draft) is True
    assert status(blog, draft) == "published"


@pytest.mark.parametrize("publish_first", [False, True])
def test_approving_what_is_no_draft_changes_nothing(blog, call, draft, ada, bob, events, publish_first):
    if publish_first:
        call("fn_publish_post", actor=ada, p_post_id=draft)
    else:
        call("fn_approve_post", actor=bob, p_post_id=draft)
    before = blog.execute("SELECT * FROM tb_post").fetchone(), events(draft)
    assert call("fn_approve_post", actor=bob, p_post_id=draft) is False
    assert (blog.execute("SELECT * FROM tb_post").fetchone(), events(draft)) == before
    assert blog.execute("SELECT count(*) FROM tb_audit_log WHERE record_id = %s", [draft]).fetchone() == (2,)


def test_nobody_approves_their_own_post(blog, call, draft, ada, breaks):
    with breaks("rule_post_approver", "42501", "permission"):
        call("fn_approve_post", actor=ada, p_post_id=draft)
    assert status(blog, draft) == "draft"


def test_approver_must_be_a_user(blog, call, draft, breaks):
    with breaks("fk_post_approved_by", "23503"):
        call("fn_approve_post", p_post_id=draft, p_user_id=uuid4())
    assert status(blog, draft) == "draft"


@pytest.mark.parametrize("function", ["fn_publish_post", "fn_delete_post"])
def test_only_the_author(blog, call, draft, bob, breaks, function):
    with breaks("rule_post_owner", "42501", "permission"):
        call(function, actor=bob, p_post_id=draft)
    assert status(blog, draft) == "draft"


@pytest.mark.parametrize("function", ["fn_approve_post", "fn_publish_post", "fn_delete_post"])
def test_missing_post(call, ada, breaks, function):
    with breaks("rule_post_exists", "P0002", "not found"):
        call(function, actor=ada, p_post_id=uuid4())


@pytest.mark.parametrize("function", ["fn_approve_post", "fn_publish_post", "fn_delete_post"])
def test_no_post_given(call, ada, breaks, function):
    with breaks("rule_post_exists", "P0002", "not found"):
        call(function, actor=ada, p_post_id=None)


def test_deleted_post_takes_its_counters_along_and_stays_in_the_audit_log(blog, call, published, ada, events):
    assert call("fn_delete_post", actor=ada, p_post_id=published) is True
    assert blog.execute("SELECT FROM tb_post").fetchall() == []
    assert blog.execute("SELECT FROM tb_post_stats").fetchall() == []
    row = blog.execute(
        "SELECT old_row ->> 'title', old_row ->> 'status', new_row, actor"
        " FROM tb_audit_log WHERE action = 'DELETE_POST'"
    ).fetchone()
    assert row == ("Notes", "published", None, ada)
    assert events(published)[-1] == "POST_DELETED"


def test_deleting_twice(call, draft, ada, breaks):
    call("fn_delete_post", actor=ada, p_post_id=draft)
    with breaks("rule_post_exists", "P0002"):
        call("fn_delete_post", actor=ada, p_post_id=draft)


def test_ten_sessions_publish_one_post_once(call, draft, ada, at_once, events):
    publish = [lambda on: call("fn_publish_post", on=on, actor=ada, p_post_id=draft)] * 10
    assert sorted(at_once(publish)) == [False] * 9 + [True]
    assert events(draft) == ["POST_CREATED", "POST_PUBLISHED"]


def test_publishing_and_deleting_at_once_do_one_after_the_other(blog, call, ada, at_once, events):
    for turn in range(5):
        post = call("fn_create_post", actor=ada, p_title=f"Turn {turn}", p_content=CONTENT)
        publish, delete = at_once(
            [
                lambda on, post=post: call("fn_publish_post", on=on, actor=ada, p_post_id=post),
                lambda on, post=post: call("fn_delete_post", on=on, actor=ada, p_post_id=post),
            ]
        )
        assert delete is True
        if publish is True:
            assert events(post) == ["POST_CREATED", "POST_PUBLISHED", "POST_DELETED"]
        else:
            assert publish.diag.constraint_name == "rule_post_exists"
            assert events(post) == ["POST_CREATED", "POST_DELETED"]


def test_events_of_one_post_are_numbered_without_a_gap(blog, call, draft, ada, bob):
    call("fn_approve_post", actor=bob, p_post_id=draft)
    call("fn_approve_post", actor=bob, p_post_id=draft)
    call("fn_publish_post", actor=ada, p_post_id=draft)
    call("fn_delete_post", actor=ada, p_post_id=draft)
    versions = blog.execute(
        "SELECT aggregate_version FROM tb_domain_events WHERE aggregate_id = %s ORDER BY seq", [draft]
    )
    assert versions.fetchall() == [(1,), (2,), (3,), (4,)]
