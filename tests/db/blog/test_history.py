"""The blog goes on while it is migrated: sessions and rows that were there before."""

import psycopg

CONTENT = "Old posts know nothing of approvers, and nobody ever asked them to."
BEFORE_APPROVER = "20261022113000"


def test_open_sessions_and_old_rows_go_through_the_chain_that_adds_the_approver(
    blog, blog_url, call, ada, bob, go_up, go_down
):
    go_down(BEFORE_APPROVER)
    with psycopg.connect(blog_url, autocommit=True, prepare_threshold=0) as session:

        def write(title):
            post = call("fn_create_post", on=session, actor=ada, p_title=title, p_content=CONTENT)
            assert call("fn_approve_post", on=session, actor=bob, p_post_id=post) is True
            return post

        def approver(post):
            ((data,),) = session.execute("SELECT data FROM v_post_detail WHERE id = %s", [post]).fetchall()
            return data.get("approver", "no such key")

        old = write("Old")
        assert approver(old) == "no such key"
        go_up("+1")
        middle = write("Middle")
        go_up("head")
        new = write("New")
        assert [approver(post) for post in (old, middle, new)] == [None] + [
            {"id": str(bob), "name": "Bob"}
        ] * 2
        assert call("fn_publish_post", on=session, actor=ada, p_post_id=old) is True
        go_down(BEFORE_APPROVER)
        assert approver(write("Newest")) == "no such key"
