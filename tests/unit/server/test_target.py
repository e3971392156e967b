import pytest

from toolkit.server.target import display_target


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
