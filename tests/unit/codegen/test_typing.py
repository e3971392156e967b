"""What type checkers say of a generated package and of its callers: mypy --strict and pyright."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.codegen.test_python import SHOP
from toolkit.checks.committed import read_committed
from toolkit.client.contracts import of_text
from toolkit.codegen.python import Source, python_package
from toolkit.core.contract import Contract
from toolkit.core.settings import load_settings

ROOT = Path(__file__).parents[3]
# A line that a checker must refuse ends in `# error`; it must say nothing about the others.
USES = """
from decimal import Decimal
from uuid import UUID

from made import ERRORS, CONTRACT, AsyncDatabase, Database, commands, errors, models, queries


def right(db: Database, id_: UUID) -> str | None:
    user_id: UUID | None = commands.create_user(db, name="Ada", email="ada@example.org")
    commands.create_post(db, title="Notes", content="…", tags=["a"], author_id=user_id)
    paid: bool = commands.pay(db, order_id=id_, class_=None)
    sizes: tuple[str, bool, Decimal | None] = (
        commands.size(db, value=1),
        commands.size(db, value=1.5),
        commands.size(db, value=Decimal(1)),
    )
    off: Decimal | None = commands.discount(db, by=5, all=[1, Decimal("0.5")])
    queries.v_order.find(db, {"price": 5, "not": {"price": {"in": [1, Decimal(2)], "lt": 7}}})
    picked: str = commands.pick(db, value=1)
    listed: list[str] = commands.pick(db, value=id_)
    with db.transaction() as tx:
        commands.delete_post(tx.as_user("ada"), post_id=id_)
    detail = queries.post_detail.find_one(db, {"id": id_, "author.name": {"like": "A%"}})
    many: list[models.PopularPosts] = queries.popular_posts.find(
        db,
        {"view_count": {"gte": 10}, "or": [{"title": "a"}, {"not": {"title": "b"}}]},
        order_by="-view_count",
    )
    page, cursor = queries.popular_posts.page(db, order_by=["-view_count", "id"], limit=20)
    many += queries.popular_posts.stream(db, {"view_count": {"gte": 10}}, order_by="-view_count")
    for each in [*many, *page]:
        print(each.view_count + 1, cursor, paid, picked, listed, off, sizes)
    try:
        return detail.author.name if detail else None
    except errors.DuplicateEmail as error:
        return error.code


async def right_async(db: AsyncDatabase, id_: UUID) -> int:
    found = await queries.user_with_stats.find(db, {"id": {"in": [id_]}})
    await commands.publish_post(db, post_id=id_)
    async for each in queries.user_with_stats.stream(db, order_by=["-post_count"]):
        print(each.post_count)
    return sum(user.post_count for user in found) + await queries.user_with_stats.count(db)


def wrong(db: Database, adb: AsyncDatabase, id_: UUID) -> None:
    commands.create_user(db, name="Ada")  # error
    commands.create_user(db, name="Ada", email=None)  # error
    commands.create_user(db, name="Ada", email="a@b", age=1)  # error
    commands.create_user(db, "Ada", "a@b")  # error
    commands.create_usr(db, name="Ada", email="a@b")  # error
    commands.delete_post(db, post_id=1)  # error
    commands.create_post(db, title="a", content="b", tags=[1])  # error
    commands.pick(db, value="one")  # error
    commands.discount(db, by="5", all=[])  # error
    commands.discount(db, by=0.5, all=[])  # error
    queries.v_order.find(db, {"price": 0.5})  # error
    name: str = commands.create_user(db, name="Ada", email="a@b")  # error
    later: bool = commands.pay(adb, order_id=id_)  # error
    queries.post_detail.find_one(db, {"authr.name": "A"})  # error
    queries.post_detail.find_one(db, {"status": "gone"})  # error
    queries.popular_posts.find(db, {"view_count": {"gte": "10"}})  # error
    queries.popular_posts.find(db, {"view_count": {"like": "1%"}})  # error
    queries.popular_posts.find(db, order_by="views")  # error
    queries.popular_posts.stream(db, order_by="views")  # error
    one: models.PostDetail = queries.post_detail.find_one(db, {"id": id_})  # error
    print(name, later, one.author.nam)  # error
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A generated package of the blog's contract with commands that have overloads, and what uses it."""
    folder = tmp_path_factory.mktemp("typing")
    settings = load_settings(ROOT)
    blog, shop = read_committed(settings), of_text(SHOP)
    contract = Contract((*blog.read_models, *shop.read_models), (*blog.commands, *shop.commands))
    (folder / "made").mkdir()
    for name, text in python_package(Source(contract)).items():
        (folder / "made" / name).write_text(text, encoding="utf-8")
    (folder / "uses.py").write_text(USES, encoding="utf-8")
    return folder


def marked():
    return [number for number, line in enumerate(USES.splitlines(), 1) if line.endswith("# error")]


def test_mypy_refuses_wrong_calls_and_nothing_else(folder):
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "made", "uses.py"]
    done = subprocess.run(
        command, cwd=folder, env={"MYPYPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    places = re.findall(r"^(.+?):(\d+): error", done.stdout, re.MULTILINE)
    assert {path for path, _ in places} == {"uses.py"}, done.stdout
    assert sorted({int(line) for _, line in places}) == marked(), done.stdout


def test_pyright_refuses_wrong_calls_and_nothing_else(folder):
    settings = {"include": ["made", "uses.py"], "extraPaths": [str(ROOT)], "typeCheckingMode": "standard"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [Path(sys.executable).with_name("basedpyright"), "--outputjson", "--level", "error"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable], cwd=folder, capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert {Path(each["file"]).name for each in found} == {"uses.py"}, done.stdout
    assert sorted({each["range"]["start"]["line"] + 1 for each in found}) == marked(), done.stdout
