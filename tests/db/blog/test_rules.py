"""Every rule of the package has a name, an SQLSTATE and a code, and the file and the database agree."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RULES = tomllib.loads((ROOT / "sql/errors.toml").read_text(encoding="utf-8"))["rules"]
TEXT = "This text is just long enough to pass the check on its length."


@pytest.mark.parametrize(
    ("rule", "name", "email"),
    [
        ("ck_user_name_present", "", "ada@example.org"),
        ("ck_user_name_present", "  ", "ada@example.org"),
        ("ck_user_email_format", "Ada", ""),
        ("ck_user_email_format", "Ada", "ada"),
        ("ck_user_email_format", "Ada", "ada @example.org"),
        ("ck_user_email_length", "Ada", "a" * 251 + "@b.c"),
        ("ck_user_email_length", "Ada", "ä" * 10_000 + "@b.c"),
    ],
)
def test_user_that_breaks_a_check(blog, call, breaks, rule, name, email):
    with breaks(rule, "23514"):
        call("fn_create_user", p_name=name, p_email=email)
    assert blog.execute(
        "SELECT (SELECT count(*) FROM tb_user), (SELECT count(*) FROM tb_audit_log)"
    ).fetchone() == (0, 0)


@pytest.mark.parametrize(
    ("rule", "title", "content", "tags"),
    [
        ("ck_post_title_length", "ab", TEXT, []),
        ("ck_post_content_length", "abc", "ä" * 49, []),
        ("ck_post_tags_limit", "abc", TEXT, [str(number) for number in range(11)]),
        ("ck_post_tags_present", "abc", TEXT, ["a", ""]),
        ("ck_post_tags_present", "abc", TEXT, ["a", None]),
    ],
)
def test_post_that_breaks_a_check(blog, call, ada, breaks, rule, title, content, tags):
    with breaks(rule, "23514"):
        call("fn_create_post", actor=ada, p_title=title, p_content=content, p_tags=tags)
    assert blog.execute("SELECT count(*) FROM tb_post").fetchone() == (0,)


def test_post_at_the_limits(call, ada):
    tags = [str(number) for number in range(10)]
    assert call("fn_create_post", actor=ada, p_title="abc", p_content="ä" * 50, p_tags=tags)


@pytest.mark.parametrize(
    ("rule", "sqlstate", "statement"),
    [
        ("ck_post_status", "23514", "UPDATE tb_post SET status = 'lost', approved_by = NULL"),
        ("ck_post_published_at", "23514", "UPDATE tb_post SET published_at = now()"),
        ("ck_post_published_at", "23514", "UPDATE tb_post SET status = 'published'"),
        ("ck_post_approved_by", "23514", "UPDATE tb_post SET approved_by = author_id"),
        ("ck_post_stats_view_count", "23514", "UPDATE tb_post_stats SET view_count = -1"),
        ("fk_post_stats_post", "23503", "UPDATE tb_post_stats SET author_id = gen_random_uuid()"),
        (
            "fk_post_stats_post",
            "23503",
            "UPDATE tb_post SET author_id = (SELECT id FROM tb_user WHERE name = 'Bob')",
        ),
        ("uq_domain_events_event_id", "23505", "UPDATE tb_domain_events SET event_id = aggregate_id"),
        ("uq_domain_events_aggregate", "23505", "UPDATE tb_domain_events SET aggregate_version = 1"),
    ],
)
def test_what_no_command_does_is_refused_to_the_owner_too(
    blog, call, ada, bob, draft, breaks, rule, sqlstate, statement
):
    call("fn_approve_post", actor=bob, p_post_id=draft)
    call("fn_create_post", actor=bob, p_title="Other", p_content=TEXT)
    with breaks(rule, sqlstate):
        blog.execute(statement)


def test_names_in_the_file_are_the_names_in_the_package(blog):
    constraints = blog.execute(
        "SELECT conname FROM pg_constraint"
        " WHERE conrelid::regclass::text ~ '^tb_' AND contype IN ('c', 'u', 'f', 'x')"
    )
    indexes = blog.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid::regclass::text ~ '^tb_'"
        " AND indisunique AND NOT indisprimary AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)"
    )
    bodies = blog.execute("SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    raised = {name for (body,) in bodies for name in re.findall(r"CONSTRAINT = '(\w+)'", body)}
    declared = {name for (name,) in constraints} | {name for (name,) in indexes}
    assert {name for name in raised if not name.startswith("rule_")} <= declared
    assert set(RULES) == declared | raised


def test_names_of_rules_are_unique(blog):
    twice = blog.execute(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        " GROUP BY conname HAVING count(*) > 1"
    )
    assert twice.fetchall() == []


def test_codes_that_services_know():
    expected = {
        "uq_user_email": "DUPLICATE_EMAIL",
        "rule_post_exists": "NOT_FOUND",
        "rule_post_owner": "FORBIDDEN",
        "rule_post_approver": "FORBIDDEN",
        "rule_actor_claim": "FORBIDDEN",
        "rule_actor_present": "AUTH_REQUIRED",
    }
    assert {name: RULES[name]["code"] for name in expected} == expected
    assert {key for rule in RULES.values() for key in rule} <= {"code", "example"}
