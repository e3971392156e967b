"""The defects that the document has on the side of Python, by their numbers, each shown to be gone."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from tests.db.blog.conftest import CONTENT, POST
from toolkit.client.errors import Invalid


def test_defect_10_bug_of_the_service_is_not_told_as_a_refusal(web, service, monkeypatch):
    async def broken(*_: object):
        raise KeyError("name")

    monkeypatch.setattr(web.blog, "user", broken)
    answer = service.ask("POST", "/users", name="Ada", email="ada@example.org")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")


def test_defect_10_lost_connection_is_unavailable_once_and_no_failed_delete(service, blog):
    service.sign_up("ada")
    post = service.draft("ada")
    blog.execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert service.refused("DELETE", f"/posts/{post}", token="ada") == (503, "UNAVAILABLE")
    assert service.ask("DELETE", f"/posts/{post}", token="ada").json() is True


def test_defect_11_error_has_its_code(service):
    service.sign_up("ada")
    answer = service.ask("POST", "/users", name="Ada", email="ada@example.org")
    assert answer.json()["code"] == "DUPLICATE_EMAIL"
    assert service.raised[-1].code == "DUPLICATE_EMAIL"


def test_defect_12_calls_of_the_document_work_as_they_are_written(service):
    @dataclass
    class User:
        id: str
        name: str
        email: str
        post_count: int
        created_at: str

    async def create_user(info, name, email):
        repo = info["repo"]
        user_id = await repo.call_function("fn_create_user", p_name=name, p_email=email)
        result = await repo.find_one("v_user_with_stats", where={"id": user_id})
        return User(**result)

    async def users(info, limit=10):
        repo = info["repo"]
        return await repo.find("v_user_with_stats", limit=limit)

    info = {"repo": service.db}
    made = service.run(create_user(info, "Ada", "ada@example.org"))
    assert (made.name, made.email, made.post_count) == ("Ada", "ada@example.org", 0)
    assert [User(**row) for row in service.run(users(info))] == [made]


def test_defect_13_whole_document_is_served(service):
    ada = service.sign_up("ada")
    user = service.ask("GET", f"/users/{ada}").json()
    assert set(user) == {"id", "name", "email", "post_count", "created_at"}
    assert service.ask("GET", "/users").json()["users"] == [user]


def test_defect_14_document_is_found_by_its_id(service):
    ada = service.sign_up("ada")
    for given in (ada, UUID(ada)):
        found = service.run(service.db.find_one("v_user_with_stats", where={"id": given}))
        assert found["email"] == "ada@example.org"
    with pytest.raises(Invalid, match="id"):
        service.run(service.db.find_one("v_user_with_stats", where={"id": "ada"}))
    assert service.refused("GET", f"/users/{uuid4()}") == (404, "NOT_FOUND")


def test_defect_19_pages_are_stable_while_rows_are_written(service, blog):
    names = [f"user{number}" for number in range(7)]
    for name in names:
        service.sign_up(name)
    blog.execute("UPDATE tb_user SET created_at = now() WHERE name <> 'user3'")
    seen, cursor = [], ""
    while cursor is not None:
        page = service.ask("GET", f"/users?limit=2&after={cursor}" if cursor else "/users?limit=2").json()
        seen += [user["name"] for user in page["users"]]
        cursor = page["after"]
        blog.execute("UPDATE tb_user SET name = name")  # rows move in the table
        service.sign_up(f"late{len(seen)}")
    early = [name for name in seen if name in names]
    assert sorted(early) == names
    assert early[-1] == "user3"


@pytest.mark.parametrize("limit", [-1, 0, 2**63])
def test_defect_19_limit_that_is_none_is_refused_by_its_name(service, limit):
    answer = service.ask("GET", f"/users?limit={limit}")
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert [fault["field"] for fault in answer.json()["faults"]] == ["limit"]


def test_defect_22_request_can_not_choose_its_author(service):
    ada, bob = service.sign_up("ada"), service.sign_up("bob")
    named = {"author_id": ada, "user_id": ada, "p_author_id": ada}
    made = service.ask("POST", "/posts", token="bob", **POST, **named).json()
    assert made["author"]["id"] == bob


@pytest.mark.parametrize("token", [None, "unknown"])
def test_defect_22_nobody_is_told_to_sign_in_whoever_acted_before(service, token):
    service.sign_up("ada")
    post = service.draft("ada")
    assert service.refused("DELETE", f"/posts/{post}", token=token) == (401, "AUTH_REQUIRED")
    assert service.refused("POST", "/posts", token=token, **POST) == (401, "AUTH_REQUIRED")


def test_defect_24_tags_of_one_post_are_not_those_of_the_next(web):
    one, other = (web.blog.CreatePostInput("Notes", CONTENT) for _ in range(2))
    one.tags.append("engine")
    assert other.tags == []


def test_defect_24_limits_of_the_database_are_told_all_at_once_without_asking_it(service, blog):
    service.sign_up("ada")
    blog.execute("REVOKE EXECUTE ON FUNCTION fn_create_post FROM cqrs_command")
    wrong = {"title": "Hi", "content": "Too short.", "tags": ["tag"] * 11}
    answer = service.ask("POST", "/posts", token="ada", **wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert [fault["field"] for fault in answer.json()["faults"]] == ["title", "content", "tags"]
    assert "at least 3 characters" in answer.json()["message"]
