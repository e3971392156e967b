import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from toolkit.errors import TargetInvalid
from toolkit.server.target import display_target, split_conninfo


def test_what_leads_to_the_server_is_shown():
    shown = display_target("postgresql://me@db.example:5433/shop?sslmode=require")
    assert shown == "user=me host=db.example port=5433 dbname=shop"


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://me:s3cret@h/d",
        "postgresql://me@h/d?sslpassword=s3cret&oauth_client_secret=s3cret",
        "postgresql://me:x@s3cret@h/d",
        "host=h password='s3cret",
        "postgresql+psycopg://me:s3cret@h/d",
        "host=h options='-c a.b=s3cret'",
    ],
)
def test_no_secret_is_shown(conninfo):
    assert "s3cret" not in display_target(conninfo)


@pytest.mark.parametrize(
    ("conninfo", "message", "remedy"),
    [
        ("postgresql+psycopg://me:s3cret@h/d", "begins with postgresql+psycopg://", "with postgresql://,"),
        ("mysql://me:s3cret@h/d", "begins with mysql://", "other databases can't"),
        ("jdbc:postgresql://h/d?user=me&password=s3cret", "begins with jdbc:postgresql://", "postgresql://"),
        ("me:s3cret@h/d", "neither a URL nor", "Begin it with postgresql://"),
        ("host=h password=s3 cret", "neither a URL nor", "quote a value with spaces"),
        ("postgresql://me:s3cret@h:54a/d", "port is not a number from 1 to 65535", "host:port"),
        ("postgresql://me:s3cret@h:65536/d", "port is not a number from 1 to 65535", "host:port"),
        ("host=h,i port=5432,0 password=s3cret", "port is not a number from 1 to 65535", "host:port"),
        ("postgresql://me:s3cret/x@h/d", "password in the target's URL", "%2F for /"),
        ("postgresql://me:x@s3cret@h/d", "password in the target's URL", "%40 for @"),
        ("postgresql://me:s3cret%zz@h/d", "A % in the target's URL", "Write %25"),
        ("postgresql://me:s3cret%00@h/d", "A % in the target's URL", "Write %25"),
        ("postgresql://me:s3cret x@h/d", "has a space in it", "Write %20"),
        ("postgresql://me:s3cret@h/d?sslmod=require", "does not know: sslmod.", "such as sslmode"),
        ("postgresql://me:x/y?s3cret=@h/d", "does not know.", "percent-encode & and ? in the password"),
        ("host=h sslmod=require", "does not know: sslmod.", "such as sslmode"),
        ("host=h password=x s3cret=y", "does not know.", "quote a password with spaces"),
        ("postgresql://me:s3cret@h/d?sslmode", "not written name=value", "Write ?name=value"),
        ("postgresql://me:s3cret@h/d?sslmode=a=b", "not written name=value", "Write ?name=value"),
        ("postgresql://me:s3cret@[::1/d", "a [ or ] that encloses no host", "[::1]:5432"),
        ("postgresql://me:s3cret@[::1]x/d", "a [ or ] that encloses no host", "[::1]:5432"),
        ("host=h password='s3cret dbname=d", "quote in the target's connection string", "Close it"),
        ("host=h password=s3cret\udcff", "connection string is malformed", "percent-encode"),
    ],
)
def test_what_is_wrong_with_a_connection_string_is_said(conninfo, message, remedy):
    with pytest.raises(TargetInvalid) as refused:
        split_conninfo(conninfo)
    assert message in refused.value.message
    assert remedy in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://",
        "postgres://me:p%40ss@h:5432,i:/d?sslmode=require",
        "postgresql://me@[::1]:5432/d",
        "host=a,b port=,5433 dbname='a@b'",
        "service=prod",
    ],
)
def test_what_libpq_takes_is_taken(conninfo):
    split_conninfo(conninfo)


@given(
    st.sampled_from(
        ["postgresql://me:{}@h/d", "host=h password={} dbname=d", "postgresql://h/d?password={}"]
    ),
    st.text("@:/?#&=%'\\\\ ,[]ab0", max_size=8),
    st.text("@:/?#&=%'\\\\ ,[]ab0", max_size=8),
)
@example("postgresql://me:{}@h/d", "a/b?", "=")
def test_no_piece_of_a_password_is_shown(template, before, after):
    conninfo = template.format(f"{before}s3cret{after}")
    try:
        shown = display_target(conninfo)
        split_conninfo(conninfo)
    except TargetInvalid as refused:
        shown += str(refused)
    assert "s3cret" not in shown
