"""The example service, asked through HTTP: the blog's mutations and queries, and an answer for every rule."""

import asyncio
import importlib
import os
import re
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.db.blog.conftest import POST
from toolkit.client import Database
from toolkit.client.errors import ClientError, Internal

ROOT = Path(__file__).parents[3]
CODES = {  # by rule
    rule: entry["code"]
    for rule, entry in tomllib.loads((ROOT / "sql/errors.toml").read_text(encoding="utf-8"))["rules"].items()
}
STATUS = {"AUTH_REQUIRED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "DUPLICATE_EMAIL": 409, "INTERNAL": 500}
# What PostgreSQL's messages, our SQL and the rows say, and no message that a user is shown.
SAID_BY_THE_DATABASE = re.compile(
    r"violates|denied|relation|constraint|(tb|fn|ck|uq|fk|rule)_|\d{5}|ada@|BOB@|lost", re.IGNORECASE
)


def test_life_of_a_post(service, blog):
    ada, bob = service.sign_up("ada"), service.sign_up("bob")
    made = service.ask("POST", "/posts", token="ada", **POST, tags=["engine"])
    draft = made.json()
    assert (made.status_code, draft["status"], draft["tags"]) == (201, "draft", ["engine"])
    assert draft["author"] == {"id": ada, "name": "ada"}
    path = f"/posts/{draft['id']}"
    approved = service.ask("POST", f"{path}/approve", token="bob").json()
    assert (approved["status"], approved["approver"]["id"]) == ("approved", bob)
    published = service.ask("POST", f"{path}/publish", token="ada").json()
    assert published["status"] == "published"
    assert service.ask("POST", f"{path}/publish", token="ada").json() == published
    assert service.ask("GET", f"/users/{ada}").json()["post_count"] == 1
    assert service.ask("DELETE", path, token="ada").json() is True
    assert service.ask("GET", f"/users/{ada}").json()["post_count"] == 0
    actors = blog.execute("SELECT action, actor::text FROM tb_audit_log ORDER BY id").fetchall()
    assert actors[2:] == [
        ("CREATE_POST", ada), ("APPROVE_POST", bob), ("PUBLISH_POST", ada), ("DELETE_POST", ada),
    ]  # fmt: skip


def test_of_callers_at_once_with_one_email_one_is_signed_up(service):
    async def race():
        user = {"name": "Ada", "email": "ada@example.org"}
        return await asyncio.gather(*(service.send("POST", "/users", **user) for _ in range(8)))

    answers = service.run(race())
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json().get("code") for answer in answers} == {None, "DUPLICATE_EMAIL"}


def new_user(service, **given: object):
    service.sign_up("bob")
    return service.refused("POST", "/users", **{"name": "Ada", "email": "ada@example.org", **given})


def new_post(service, **given: object):
    service.sign_up("ada")
    return service.refused("POST", "/posts", token="ada", **{**POST, **given})


def of_nobody(service):
    service.sign_up("ada")
    return service.refused("DELETE", f"/posts/{service.draft('ada')}")


def of_another(service, action, token="bob"):
    service.sign_up("ada")
    service.sign_up("bob")
    return service.refused("POST", f"/posts/{service.draft('ada')}/{action}", token=token)


def of_a_user_who_is_gone(service, method, path):
    service.sign_up("ada")
    service.sign_in("ghost", str(uuid4()))
    return service.refused(method, path.format(service.draft("ada")), token="ghost", **POST)


def of_a_post_that_is_gone(service):
    service.sign_up("ada")
    return service.refused("POST", f"/posts/{uuid4()}/publish", token="ada")


def in_the_name_of_another(service):
    """What no request of the service says, but another one could."""
    ada, bob = service.sign_up("ada"), service.sign_up("bob")
    post = UUID(service.draft("ada"))
    with pytest.raises(ClientError) as caught:
        service.run(delete_as(service.db.as_user(bob), post, UUID(ada)))
    service.raised.append(caught.value)
    return STATUS["FORBIDDEN"], caught.value.code


async def delete_as(db, post, user):
    commands = importlib.import_module("blog_db.commands")
    await commands.delete_post(db, post_id=post, user_id=user)


# How each rule can be broken, and the status and code that come of it.
BROKEN = {
    "rule_actor_present": of_nobody,
    "rule_actor_claim": in_the_name_of_another,
    "rule_post_owner": partial(of_another, action="publish"),
    "rule_post_approver": partial(of_another, action="approve", token="ada"),
    "rule_post_exists": of_a_post_that_is_gone,
    "fk_post_author": partial(of_a_user_who_is_gone, method="POST", path="/posts"),
    "fk_post_approved_by": partial(of_a_user_who_is_gone, method="POST", path="/posts/{}/approve"),
    "uq_user_email": partial(new_user, email="BOB@example.org"),
    "ck_user_name_present": partial(new_user, name=" "),
    "ck_user_email_format": partial(new_user, email="ada"),
    "ck_user_email_length": partial(new_user, email="a" * 250 + "@b.cd"),
    "ck_post_title_length": partial(new_post, title="Hi"),
    "ck_post_content_length": partial(new_post, content="Too short."),
    "ck_post_tags_limit": partial(new_post, tags=["tag"] * 11),
    "ck_post_tags_present": partial(new_post, tags=["a", ""]),
}


@pytest.mark.parametrize("rule", [rule for rule, code in CODES.items() if code != "INTERNAL"])
def test_each_rule_comes_out_as_the_error_of_its_code(web, service, rule):
    code = CODES[rule]
    assert BROKEN[rule](service) == (STATUS.get(code, 422), code)
    error = service.raised[-1]
    assert (type(error), error.code, error.constraint) == (web.ERRORS[code], code, rule)
    assert not SAID_BY_THE_DATABASE.search(error.message), error.message


def test_rule_that_no_argument_breaks_is_an_internal_error(web, service, blog):
    blog.execute("ALTER TABLE tb_post ALTER status SET DEFAULT 'lost'")
    assert new_post(service) == (500, "INTERNAL")
    error = service.raised[-1]
    assert (type(error), error.constraint) == (web.ERRORS["INTERNAL"], "ck_post_status")
    assert not SAID_BY_THE_DATABASE.search(error.message), error.message


def test_it_is_one_without_the_classes_of_a_package_too(web, blog_url, blog):
    blog.execute("ALTER TABLE tb_post ALTER status SET DEFAULT 'lost'")
    with Database(blog_url, contract=web.CONTRACT) as db:
        user_id = db.call_function("fn_create_user", p_name="Ada", p_email="ada@example.org")
        with pytest.raises(Internal) as caught:
            db.as_user(user_id).call_function("fn_create_post", p_title="Notes", p_content="long " * 20)
    assert (caught.value.code, caught.value.constraint) == ("INTERNAL", "ck_post_status")


def test_missing_grant_is_an_internal_error_and_not_forbidden(service, blog):
    blog.execute("REVOKE EXECUTE ON FUNCTION fn_create_post FROM cqrs_command")
    assert new_post(service) == (500, "INTERNAL")
    assert not SAID_BY_THE_DATABASE.search(service.raised[-1].message)


def test_service_passes_the_type_checker(generated):
    """With the generated package: no call of it is of another type than the contract says."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--explicit-package-bases"]
    done = subprocess.run(
        [*command, "--config-file", os.devnull, "tests/service"],
        cwd=ROOT,
        env={"MYPYPATH": str(generated)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_page_shows_the_code_of_the_service():
    page = (ROOT / "docs/how-to/write-a-service.md").read_text(encoding="utf-8")
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests/service").glob("*.py")]
    blocks = re.findall(r"^```python\n(.+?)^```$", page, re.MULTILINE | re.DOTALL)
    shown = [text for text in blocks if "def " in text]
    assert len(shown) >= 5
    assert [text for text in shown if not any(text in source for source in sources)] == []
