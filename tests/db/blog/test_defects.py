"""The defects that the blog had as a sketch, by their numbers, each shown to be gone."""

import json
import re
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[3]
CONTENT = "A post about nothing much, told at the length that a post must have."


def refresh(call):
    call("fn_refresh_user_dashboard", role="cqrs_maintain")


def count(blog, table):
    return blog.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_defect_01_dashboard_can_be_refreshed_concurrently(blog, call, ada):
    refresh(call)
    assert count(blog, "mv_user_dashboard") == 1
    body = blog.execute("SELECT prosrc FROM pg_proc WHERE proname = 'fn_refresh_user_dashboard'").fetchone()[
        0
    ]
    assert "REFRESH MATERIALIZED VIEW CONCURRENTLY mv_user_dashboard" in body


def test_defect_02_creating_a_user_does_not_depend_on_the_dashboard(blog, call):
    blog.execute("DROP INDEX uq_user_dashboard")
    assert call("fn_create_user", p_name="Ada", p_email="ada@example.org")


def test_defect_03_no_writer_refreshes(blog, call, ada, published):
    triggers = blog.execute(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^tb_'"
    )
    assert triggers.fetchall() == []
    assert count(blog, "mv_user_dashboard") == 0


def test_defect_04_refresh_is_a_function_that_a_schedule_can_call(blog):
    row = blog.execute(
        "SELECT prorettype::regtype::text, pronargs FROM pg_proc WHERE proname = 'fn_refresh_user_dashboard'"
    ).fetchone()
    assert row == ("void", 0)
    assert blog.execute("SELECT proname FROM pg_proc WHERE proname ~ '^refresh'").fetchall() == []


def test_defect_05_concurrent_duplicate_emails_leave_one_user(blog, call, at_once):
    for turn in range(5):
        email = f"ada{turn}@example.org"
        create = [lambda on, email=email: call("fn_create_user", on=on, p_name="Ada", p_email=email)] * 20
        refused = [result for result in at_once(create) if isinstance(result, psycopg.Error)]
        assert {(error.sqlstate, error.diag.constraint_name) for error in refused} == {
            ("23505", "uq_user_email")
        }
        assert len(refused) == 19
        assert blog.execute("SELECT count(*) FROM tb_user WHERE email = %s", [email]).fetchone() == (1,)
    assert count(blog, "tb_audit_log") == count(blog, "tb_domain_events") == 5


def test_defect_06_email_in_another_case_is_the_same_email(call, ada, breaks):
    with breaks("uq_user_email", "23505", "already exists"):
        call("fn_create_user", p_name="Imposter", p_email="ADA@Example.org")


@pytest.mark.parametrize(
    ("rule", "name", "email"), [("ck_user_name_present", "", "a@b.c"), ("ck_user_email_format", "Ada", "")]
)
def test_defect_06_empty_name_and_email_are_refused(call, breaks, rule, name, email):
    with breaks(rule, "23514"):
        call("fn_create_user", p_name=name, p_email=email)


def test_defect_07_publishing_what_one_does_not_own_or_what_is_not_there_emits_nothing(
    call, draft, bob, breaks, events
):
    with breaks("rule_post_owner", "42501", "permission"):
        call("fn_publish_post", actor=bob, p_post_id=draft)
    with breaks("rule_post_exists", "P0002", "not found"):
        call("fn_publish_post", actor=bob, p_post_id=bob)
    assert events(draft) == ["POST_CREATED"]
    assert events(bob) == ["USER_CREATED"]


def test_defect_08_publishing_twice_changes_nothing(blog, call, published, ada, events):
    before = blog.execute("SELECT published_at FROM tb_post").fetchone()
    assert call("fn_publish_post", actor=ada, p_post_id=published) is False
    assert blog.execute("SELECT published_at FROM tb_post").fetchone() == before
    assert events(published) == ["POST_CREATED", "POST_PUBLISHED"]
    assert blog.execute("SELECT count(*) FROM tb_audit_log WHERE action = 'PUBLISH_POST'").fetchone() == (1,)


def test_defect_09_errors_are_told_apart_without_their_text(blog, call, ada, breaks):
    with breaks("uq_user_email", "23505", "already exists"):
        call("fn_create_user", p_name="Ada", p_email="ada@example.org")
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        call("fn_create_user", role="cqrs_read", p_name="Eve", p_email="eve@example.org")
    assert caught.value.diag.constraint_name is None
    bodies = blog.execute(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    ).fetchall()
    raises = [
        (name, text) for name, body in bodies for text in re.findall(r"RAISE EXCEPTION.*?;", body, re.DOTALL)
    ]
    assert len(raises) >= 6
    assert [name for name, text in raises if "ERRCODE = " not in text or "CONSTRAINT = " not in text] == []


def test_defect_15_what_the_blog_names_is_there(blog):
    relations = (
        "tb_user tb_post tb_post_stats tb_audit_log tb_domain_events "
        "v_user_with_stats v_popular_posts v_post_detail mv_user_dashboard"
    )
    functions = (
        "fn_create_user(text,text) fn_create_post(text,text,text[],uuid) fn_publish_post(uuid,uuid) "
        "fn_approve_post(uuid,uuid) fn_delete_post(uuid,uuid) fn_refresh_user_dashboard()"
    )
    for name in relations.split():
        assert blog.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone() == (True,), name
    for name in functions.split():
        assert blog.execute("SELECT to_regprocedure(%s) IS NOT NULL", [name]).fetchone() == (True,), name


def test_defect_16_author_in_the_counters_is_the_author_of_the_post(blog, draft, bob, breaks):
    with breaks("fk_post_stats_post", "23503"):
        blog.execute("UPDATE tb_post_stats SET author_id = %s", [bob])


def test_defect_17_the_most_popular_posts_are_read_through_the_index(blog, ada):
    blog.execute(
        "WITH p AS (INSERT INTO tb_post (author_id, title, content, status, published_at)"
        " SELECT id, 'Post ' || n, repeat('text ', 10), 'published', now()"
        " FROM tb_user, generate_series(1, 5000) AS n"
        " RETURNING id, author_id) INSERT INTO tb_post_stats SELECT id, author_id, random() * 1000 FROM p"
    )
    blog.execute("ANALYZE tb_post, tb_post_stats")
    query = "SELECT data FROM v_popular_posts ORDER BY view_count DESC, id LIMIT 10"
    plan = json.dumps(blog.execute(f"EXPLAIN (FORMAT json) {query}").fetchone()[0])
    assert "idx_post_stats_view_count" in plan
    assert '"Sort"' not in plan
    views = [data["view_count"] for (data,) in blog.execute(query)]
    assert views == sorted(views, reverse=True)


def test_defect_18_the_history_goes_to_nothing_and_back_and_may_be_applied_again(
    blog, call, go_up, go_down, published
):
    left = (
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relname !~ '^alembic_version'"
        " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
    )
    whole = blog.execute(left).fetchall()
    go_down("base")
    assert blog.execute(left).fetchall() == []
    go_up("head")
    go_up("head")
    assert blog.execute(left).fetchall() == whole
    assert call("fn_create_user", p_name="Ada", p_email="ada@example.org")


def test_defect_20_every_command_writes_its_audit_row_and_its_event(blog, call, draft, ada, bob):
    call("fn_approve_post", actor=bob, p_post_id=draft)
    call("fn_publish_post", actor=ada, p_post_id=draft)
    call("fn_delete_post", actor=ada, p_post_id=draft)
    audit = blog.execute(
        "SELECT action, table_name, actor, old_row ->> 'status', new_row ->> 'status'"
        " FROM tb_audit_log WHERE record_id = %s ORDER BY id",
        [draft],
    ).fetchall()
    assert audit == [
        ("CREATE_POST", "tb_post", ada, None, "draft"),
        ("APPROVE_POST", "tb_post", bob, "draft", "approved"),
        ("PUBLISH_POST", "tb_post", ada, "approved", "published"),
        ("DELETE_POST", "tb_post", ada, "published", None),
    ]
    outbox = blog.execute(
        "SELECT event_type, aggregate_type, aggregate_version, schema_version,"
        " event_data ->> 'post_id' = aggregate_id::text"
        " FROM tb_domain_events WHERE aggregate_id = %s ORDER BY tx, seq",
        [draft],
    ).fetchall()
    kinds = ["POST_CREATED", "POST_APPROVED", "POST_PUBLISHED", "POST_DELETED"]
    assert outbox == [(kind, "post", version, 1, True) for version, kind in enumerate(kinds, 1)]
    assert blog.execute("SELECT count(DISTINCT event_id), count(*) FROM tb_domain_events").fetchone() == (
        6,
        6,
    )


def test_defect_20_a_command_that_is_rolled_back_leaves_no_trace(blog, call, ada):
    with blog.transaction(force_rollback=True):
        call("fn_create_user", p_name="Bob", p_email="bob@example.org")
    assert count(blog, "tb_audit_log") == count(blog, "tb_domain_events") == count(blog, "tb_user") == 1


def test_defect_21_nothing_is_open_to_everybody(blog):
    open_to_all = blog.execute(
        "SELECT proname FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')"
        " UNION ALL "
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"
        " AND has_table_privilege('public', oid, 'SELECT, INSERT, UPDATE, DELETE')"
    )
    assert open_to_all.fetchall() == []


def test_defect_22_the_argument_does_not_outvote_the_signed_in_user(call, draft, ada, bob, breaks):
    with breaks("rule_actor_claim", "42501", "permission"):
        call("fn_delete_post", actor=bob, p_post_id=draft, p_user_id=ada)


def test_defect_22_deleting_without_a_user_is_refused(call, draft, breaks):
    with breaks("rule_actor_present", "28000"):
        call("fn_delete_post", p_post_id=draft)


def test_defect_23_columns_named_like_variables_make_nothing_ambiguous(blog, call):
    for table in ("tb_user", "tb_post", "tb_post_stats", "tb_audit_log", "tb_domain_events"):
        blog.execute(
            f"ALTER TABLE {table} ADD COLUMN user_id uuid, ADD COLUMN post_id_ uuid, ADD COLUMN actor_id uuid"
        )
    ada = call("fn_create_user", p_name="Ada", p_email="ada@example.org")
    post = call("fn_create_post", actor=ada, p_title="Clear", p_content=CONTENT)
    assert call("fn_publish_post", actor=ada, p_post_id=post) is True


@pytest.mark.parametrize(
    ("rule", "title", "content", "tags"),
    [
        ("ck_post_title_length", "Hi", CONTENT, []),
        ("ck_post_content_length", "Short", "Too short.", []),
        ("ck_post_tags_limit", "Tags", CONTENT, ["tag"] * 11),
    ],
)
def test_defect_24_the_database_checks_lengths_itself(call, ada, breaks, rule, title, content, tags):
    with breaks(rule, "23514"):
        call("fn_create_post", actor=ada, p_title=title, p_content=content, p_tags=tags)
