"""What the read models show, how they are ordered, and how the stored ones are brought up to date."""

import json
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).parents[3]
CONTENT = "Enough words for one post, and a few more to be on the safe side."
TIMEOUT = "-c statement_timeout=20s"


def rows(blog, statement, *values: object):
    return blog.execute(statement, values).fetchall()


def refresh(call, name, **options: object):
    call(f"fn_refresh_{name}", role="cqrs_maintain", **options)


def view_post(blog, post, count):
    blog.execute("UPDATE tb_post_stats SET view_count = %s WHERE post_id = %s", [count, post])


def test_user_with_stats_counts_posts(blog, ada, bob, draft):
    found = rows(blog, "SELECT data, post_count FROM v_user_with_stats ORDER BY name")
    assert [(data["name"], data["post_count"], count) for data, count in found] == [
        ("Ada", 1, 1),
        ("Bob", 0, 0),
    ]
    assert set(found[0][0]) == {"id", "name", "email", "post_count", "created_at"}


def test_user_is_found_by_email_in_any_case_through_the_index(blog, call, ada):
    blog.execute(
        "INSERT INTO tb_user (name, email)"
        " SELECT 'u' || n, 'u' || n || '@example.org' FROM generate_series(1, 2000) AS n;"
        " ANALYZE tb_user"
    )
    query = "SELECT id FROM v_user_with_stats WHERE lower(email) = lower('ADA@example.org')"
    assert rows(blog, query) == [(ada,)]
    assert "uq_user_email" in json.dumps(blog.execute(f"EXPLAIN (FORMAT json) {query}").fetchone()[0])


def test_popular_posts_are_published_and_sorted_by_views(blog, call, ada, published):
    second = call("fn_create_post", actor=ada, p_title="Second", p_content=CONTENT)
    call("fn_create_post", actor=ada, p_title="Draft", p_content=CONTENT)
    call("fn_publish_post", actor=ada, p_post_id=second)
    view_post(blog, second, 7)
    found = rows(blog, "SELECT data FROM v_popular_posts ORDER BY view_count DESC, id")
    assert [data for (data,) in found] == [
        {"id": str(second), "title": "Second", "view_count": 7},
        {"id": str(published), "title": "Notes", "view_count": 0},
    ]


def test_post_detail_nests_author_and_approver(blog, call, draft, ada, bob):
    query = "SELECT data FROM v_post_detail"
    assert rows(blog, query)[0][0]["approver"] is None
    call("fn_approve_post", actor=bob, p_post_id=draft)
    ((data,),) = rows(blog, query)
    assert data["author"] == {"id": str(ada), "name": "Ada"}
    assert data["approver"] == {"id": str(bob), "name": "Bob"}
    assert data["tags"] == ["engine", "poetry"]
    assert (data["status"], data["view_count"], data["published_at"]) == ("approved", 0, None)


def test_plain_columns_say_what_the_document_says(blog, published):
    for view in ("v_post_detail", "v_popular_posts", "v_user_with_stats", "mv_user_dashboard"):
        found = rows(blog, f"SELECT to_jsonb(t) - 'data', data FROM {view} AS t")
        for columns, data in found:
            shared = columns.keys() & data.keys()
            assert {key: columns[key] for key in shared} == {key: data[key] for key in shared}, view


def test_dashboard_stands_still_until_it_is_refreshed(blog, call, ada, published):
    query = "SELECT data -> 'stats', total_posts, total_views FROM mv_user_dashboard WHERE id = %s"
    view_post(blog, published, 5)
    assert rows(blog, query, ada) == []
    refresh(call, "user_dashboard")
    ((stats, posts, views),) = rows(blog, query, ada)
    assert (stats["total_posts"], stats["total_views"], posts, views) == (1, 5, 1, 5)
    assert stats["last_post_date"] is not None


def test_dashboard_is_refreshed_while_it_is_read(blog_url, call, ada):
    with (
        psycopg.connect(blog_url) as reader,
        psycopg.connect(blog_url, options=TIMEOUT, autocommit=True) as worker,
    ):
        reader.execute("SELECT FROM mv_user_dashboard")
        refresh(call, "user_dashboard", on=worker)


def test_dashboard_without_contents_is_filled(blog, call, ada):
    blog.execute("REFRESH MATERIALIZED VIEW mv_user_dashboard WITH NO DATA")
    refresh(call, "user_dashboard")
    assert rows(blog, "SELECT id FROM mv_user_dashboard") == [(ada,)]


def test_dashboard_is_refreshed_where_temporary_tables_are_not_for_everybody(blog, call, ada):
    blog.execute(
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(blog.info.dbname))
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        refresh(call, "user_dashboard")
    blog.execute((ROOT / "sql/roles.sql").read_bytes())
    refresh(call, "user_dashboard")
    assert rows(blog, "SELECT id FROM mv_user_dashboard") == [(ada,)]


FEED = "SELECT id, data, author_id, published_at FROM {} ORDER BY id"
EXPECTED = (
    "SELECT id, data, author_id, published_at FROM v_post_detail WHERE status = 'published' ORDER BY id"
)


def test_feed_follows_the_published_posts(blog, call, ada, published):
    other = call("fn_create_post", actor=ada, p_title="Other", p_content=CONTENT)
    refresh(call, "post_feed")
    assert rows(blog, "SELECT id FROM tv_post_feed") == [(published,)]
    call("fn_publish_post", actor=ada, p_post_id=other)
    view_post(blog, published, 3)
    refresh(call, "post_feed")
    assert rows(blog, FEED.format("tv_post_feed")) == rows(blog, EXPECTED)
    call("fn_delete_post", actor=ada, p_post_id=published)
    refresh(call, "post_feed")
    assert rows(blog, "SELECT id FROM tv_post_feed") == [(other,)]


def test_refresh_of_the_feed_leaves_what_did_not_change(blog, call, published):
    refresh(call, "post_feed")
    before = rows(blog, "SELECT xmin, ctid FROM tv_post_feed")
    refresh(call, "post_feed")
    assert rows(blog, "SELECT xmin, ctid FROM tv_post_feed") == before


def test_refreshes_of_the_feed_go_one_after_the_other_and_readers_go_on(blog_url, call):
    # The feed is empty: no lock of a row makes the second one wait.
    with (
        psycopg.connect(blog_url) as first,
        psycopg.connect(blog_url, options="-c lock_timeout=200ms", autocommit=True) as second,
    ):
        first.execute("SELECT fn_refresh_post_feed()")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            refresh(call, "post_feed", on=second)
        assert second.execute("SELECT id FROM tv_post_feed").fetchall() == []
        first.commit()
        refresh(call, "post_feed", on=second)


def test_feed_is_right_after_many_writers_and_refreshers(blog, call, ada, at_once):
    def write(on):
        for number in range(10):
            post = call("fn_create_post", on=on, actor=ada, p_title=f"No. {number}", p_content=CONTENT)
            call("fn_publish_post", on=on, actor=ada, p_post_id=post)
            if number % 3 == 0:
                call("fn_delete_post", on=on, actor=ada, p_post_id=post)

    def renew(on):
        for _ in range(10):
            refresh(call, "post_feed", on=on)

    assert at_once([write, write, write, renew, renew]) == [None] * 5
    refresh(call, "post_feed")
    feed = rows(blog, FEED.format("tv_post_feed"))
    assert len(feed) == 18
    assert feed == rows(blog, EXPECTED)
