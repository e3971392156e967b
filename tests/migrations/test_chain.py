"""A plan becomes files of revisions that were proven, or no files at all."""

import ast
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from toolkit.core.changes import Action, ObjectKey, Plan, Risk, Step
from toolkit.core.settings import load_settings
from toolkit.errors import DataLoss, FileUnusable, ProofFailed
from toolkit.migrate.chain import publish, refuse_losses, write_chain
from toolkit.migrate.freeze import draft_chain
from toolkit.migrate.states import States, read_scratch
from toolkit.source.revisions import read_revisions

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TABLE = ObjectKey("TABLE", "public", "tb_user")
VIEW = ObjectKey("VIEW", "public", "v_user")
INDEX = ObjectKey("INDEX", "public", "idx_user_bio")
ADD = Step(Action.ALTER, TABLE, "column bio is new", ("ALTER TABLE tb_user ADD COLUMN bio text",))
SHOW = Step(Action.CREATE, VIEW, "is new", ("CREATE VIEW v_user AS SELECT id, bio FROM tb_user -- all",))
BUILD = Step(
    Action.CREATE,
    INDEX,
    "is new",
    ("CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_user_bio ON tb_user (bio)",),
    transactional=False,
)
HIDE = Step(Action.DROP, VIEW, "is gone", ("DROP VIEW v_user",))
REMOVE = Step(
    Action.ALTER, TABLE, "column bio is gone", ("ALTER TABLE tb_user DROP COLUMN bio",), Risk.LOSES_DATA
)
UNBUILD = Step(
    Action.DROP,
    INDEX,
    "is gone",
    ("DROP INDEX CONCURRENTLY IF EXISTS public.idx_user_bio",),
    transactional=False,
)


@pytest.fixture
def shop(project):
    """A project at a table, whose sql/ wants a column, a view and an index beside it; for PostgreSQL 18."""
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace("[tool.toolkit]", "[tool.toolkit]\npostgresql = 18"))
    project.add("20261119000000", "CREATE TABLE tb_user (id int PRIMARY KEY);", "DROP TABLE tb_user;")
    (project.root / "sql").mkdir()
    (project.root / "sql/all.sql").write_text(
        "CREATE TABLE tb_user (id int PRIMARY KEY, bio text);\n"
        "CREATE VIEW v_user AS SELECT id, bio FROM tb_user;\n"
        "CREATE INDEX idx_user_bio ON tb_user (bio);\n"
    )
    return project


@pytest.fixture
def write(shop, scratch):
    """Write the revisions of a plan; `downs` are the steps back, by place."""

    def write(steps, downs, message="Add a bio", tables=()):
        states = States(load_settings(shop.root), scratch)
        ends = []
        for template in (states.at(read_revisions(shop.versions)), states.desired()):
            with states.copy(template) as conninfo:
                ends.append(read_scratch(conninfo))
        drafts = draft_chain(Plan(steps), message, "20261119000000", NOW)
        places = {draft.id: place for place, draft in enumerate(drafts)}
        rows = {draft.id: tables for draft in drafts} if tables else {}
        return write_chain(states, drafts, tuple(ends), lambda draft, *_: Plan(downs[places[draft.id]]), rows)

    return write


def files(project):
    return sorted(path.name for path in project.versions.iterdir() if path.name != "__pycache__")


def literals(path):
    values = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = ast.literal_eval(node.value)
    return values


def test_chain_is_proven_on_both_majors_and_applied_and_taken_back(shop, write):
    shop.configure("shop")  # for PostgreSQL 15
    chain = write((ADD, SHOW, BUILD), ((HIDE, REMOVE), (UNBUILD,)), tables=[("public", "tb_user")])
    assert [proof.major for proof in chain.proofs] == [18, 15]
    assert all(proof.rows > 0 for proof in chain.proofs)
    assert chain.unproven is None
    first, second = "20261120090000_add_a_bio_1", "20261120090001_add_a_bio_2"
    assert files(shop)[3:] == [
        stem + suffix for stem in (first, second) for suffix in (".down.sql", ".py", ".up.sql")
    ]
    assert (shop.versions / f"{first}.up.sql").read_text() == (
        "-- Add a bio (1 of 2).\n\n"
        "-- alter table public.tb_user: column bio is new\nALTER TABLE tb_user ADD COLUMN bio text;\n\n"
        "-- create view public.v_user: is new\nCREATE VIEW v_user AS SELECT id, bio FROM tb_user -- all\n;\n"
    )
    assert (shop.versions / f"{second}.down.sql").read_text() == (
        "-- toolkit: no-transaction\n-- Back from: Add a bio (2 of 2).\n\n"
        "-- toolkit: step\n-- drop index public.idx_user_bio: is gone\n"
        "DROP INDEX CONCURRENTLY IF EXISTS public.idx_user_bio;\n"
    )
    revisions = read_revisions(shop.versions)
    found = [revisions[id_] for id_ in ("20261120090000", "20261120090001")]
    assert [revision.phase for revision in found] == ["expand", "expand"]
    assert [revision.transactional for revision in found] == [True, False]
    shop.done("toolkit", "migrate")
    assert shop.heads() == ["20261120090001"]
    shop.done("toolkit", "rollback", "-2", "--allow-data-loss")
    assert shop.heads() == ["20261119000000"]


def test_function_may_speak_of_what_comes_after_it(shop, write):
    function = "CREATE FUNCTION fn_a() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM v_user'"
    with (shop.root / "sql/all.sql").open("a") as file:
        file.write(function + ";\n")
    make = Step(Action.CREATE, ObjectKey("FUNCTION", "public", "fn_a()"), "is new", (function,))
    drop = Step(Action.DROP, make.object, "is gone", ("DROP FUNCTION fn_a()",))
    (up, *_) = write((make, ADD, SHOW, BUILD), ((HIDE, REMOVE, drop), (UNBUILD,))).drafts
    lines = (shop.versions / f"{up.stem}.up.sql").read_text().splitlines()
    assert lines[3] == "SET LOCAL check_function_bodies = off;"


def test_files_say_what_the_revision_expects_and_leaves(shop, write):
    chain = write((ADD, SHOW, BUILD), ((HIDE, REMOVE), (UNBUILD,)))
    first, second = (literals(path) for path in chain.files if path.suffix == ".py")
    assert first["source"].keys() == first["target"].keys() == {"table public.tb_user", "view public.v_user"}
    assert first["source"]["view public.v_user"] is None
    assert re.fullmatch("[0-9a-f]{12}", first["target"]["view public.v_user"])
    assert first["source"]["table public.tb_user"] != first["target"]["table public.tb_user"]
    assert list(second["target"]) == ["index public.idx_user_bio"]


def test_plan_that_does_not_lead_to_sql_writes_nothing(shop, write):
    before = files(shop)
    with pytest.raises(ProofFailed, match=r"sql/ and the head differ:\nINDEX public\.idx_user"):
        write((ADD, SHOW), ((HIDE, REMOVE),))
    assert files(shop) == before


def test_way_back_that_does_not_lead_back_writes_nothing(shop, write):
    before = files(shop)
    with pytest.raises(
        ProofFailed, match=r"before 20261120090000 and that after its down differ:\nTABLE public\.tb_user"
    ):
        write((ADD, SHOW, BUILD), ((HIDE,), (UNBUILD,)))
    assert files(shop) == before


def test_statement_that_fails_is_told_by_file_and_line(shop, write):
    before = files(shop)
    with pytest.raises(
        ProofFailed, match=r": 20261120090000_add_a_bio\.up\.sql:4: relation \"tb_none\" does"
    ):
        write((Step(Action.ALTER, TABLE, "x", ("ALTER TABLE tb_none ADD COLUMN bio text",)),), ((),))
    assert files(shop) == before


def test_rows_that_break_it_are_told(shop, write):
    check = "ALTER TABLE tb_user ADD COLUMN bio text NOT NULL"
    (shop.root / "sql/all.sql").write_text("CREATE TABLE tb_user (id int PRIMARY KEY, bio text NOT NULL);")
    add = Step(Action.ALTER, TABLE, "column bio is new", (check,))
    chain = write((add,), ((REMOVE,),), tables=[("public", "tb_user")])
    (up,) = (path for path in chain.files if path.name.endswith(".up.sql"))
    words = f'{up}:4: column "bio" of relation "tb_user" contains null values'
    assert words in chain.proofs[0].broken_by_rows


def test_place_that_a_person_has_to_fill_keeps_the_revision_from_being_applied(shop, write):
    (shop.root / "sql/all.sql").write_text("CREATE TABLE tb_user (id int PRIMARY KEY, bio text NOT NULL);")
    fill = Step(
        Action.ALTER,
        TABLE,
        "column bio is not null",
        ("ALTER TABLE tb_user ALTER COLUMN bio SET NOT NULL",),
        by_hand="how to fill tb_user.bio",
    )
    chain = write((ADD, fill), ((REMOVE,),), tables=[("public", "tb_user")])
    assert chain.proofs[0].rows == 0
    (up,) = [path for path in chain.files if path.name.endswith(".up.sql")]
    assert "\n\n-- toolkit: write here: how to fill tb_user.bio\n\n-- alter table" in up.read_text()
    refused = shop.run("toolkit", "migrate")
    assert refused.returncode == 1
    assert (
        f"{up.name}:6: somebody has to write here: how to fill tb_user.bio. Write it there, or"
        in refused.stderr
    )
    assert shop.sql("SELECT to_regclass('tb_user')") == [(None,)]
    up.write_text(
        up.read_text().replace("-- toolkit: write here: how to", "UPDATE tb_user SET bio = ''; -- ")
    )
    shop.done("toolkit", "migrate")


def test_loss_is_refused_by_name_and_marked_where_it_was_allowed(shop, write):
    drafts = draft_chain(Plan((REMOVE, HIDE)), "Drop it", None, NOW)
    with pytest.raises(DataLoss, match=r"\n  drops column tb_user\.bio\n"):
        refuse_losses(drafts)
    (shop.root / "sql/all.sql").write_text("CREATE TABLE tb_user ();")
    drop = Step(Action.ALTER, TABLE, "column id is gone", ("ALTER TABLE tb_user DROP COLUMN id",))
    back = Step(Action.ALTER, TABLE, "column id is back", ("ALTER TABLE tb_user ADD id int PRIMARY KEY",))
    chain = write((drop,), ((back,),))
    up = next(path for path in chain.files if path.name.endswith(".up.sql"))
    assert "\n-- toolkit: loses-data drops column tb_user.id\nALTER TABLE" in up.read_text()
    assert read_revisions(shop.versions)["20261120090000"].phase == "contract"


REPLACE = Step(Action.REPLACE, VIEW, "differs", ("CREATE OR REPLACE VIEW v_user AS SELECT 1",))
RIGHTS = ObjectKey("ACL", "public", "VIEW v_user")


@pytest.mark.parametrize(
    ("step", "breaks", "phase"),
    [
        (SHOW, False, "expand"),
        (SHOW, True, "expand"),  # what is new breaks nobody, whatever else the plan does
        (REPLACE, False, "expand"),
        (REPLACE, True, "contract"),
        (HIDE, False, "contract"),
        (UNBUILD, False, "expand"),
        (Step(Action.RENAME, TABLE, "renamed", ("ALTER TABLE a RENAME TO tb_user",)), False, "contract"),
        (
            Step(Action.DROP, RIGHTS, "is gone", ("REVOKE SELECT ON v_user FROM shop_read",)),
            False,
            "contract",
        ),
        (Step(Action.CREATE, RIGHTS, "is new", ("REVOKE ALL ON v_user FROM PUBLIC",)), False, "expand"),
        (
            Step(
                Action.REPLACE,
                RIGHTS,
                "differs",
                ("REVOKE ALL ON v_user FROM shop_read", "GRANT SELECT ON v_user TO shop_read"),
            ),
            False,
            "expand",
        ),
    ],
)
def test_phase_is_contract_where_services_lose_what_they_use(step, breaks, phase):
    (draft,) = draft_chain(Plan((step,)), "Change it", None, NOW, breaks=breaks)
    assert draft.phase == phase


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE tb_user ADD COLUMN bio text", "table public.tb_user is not what it was"),
        ("CREATE VIEW v_user AS SELECT 1 AS one", "view public.v_user is there already"),
        ("DROP TABLE tb_user", "table public.tb_user is not there"),
    ],
)
def test_revision_is_not_applied_to_objects_that_drifted(shop, write, change, told):
    shop.done("toolkit", "migrate")
    write((ADD, SHOW, BUILD), ((HIDE, REMOVE), (UNBUILD,)))
    shop.sql(change)
    for command, status in ((("toolkit", "migrate"), 1), (("alembic", "upgrade", "head"), 255)):
        refused = shop.run(*command)
        shown = refused.stdout + refused.stderr
        assert refused.returncode == status
        expected = f"Revision 20261120090000 was made for other objects than this database has:\n  {told}\n"
        assert expected in shown
        assert "`toolkit status --drift` shows the differences." in shown
    assert shop.heads() == ["20261119000000"]


def test_what_the_revision_does_not_touch_may_drift(shop, write):
    write((ADD, SHOW, BUILD), ((HIDE, REMOVE), (UNBUILD,)))
    shop.done("toolkit", "migrate", "20261119000000")
    shop.sql("CREATE TABLE tb_more (); GRANT SELECT ON tb_user TO shop_read; COMMENT ON TABLE tb_user IS 'x'")
    shop.sql("CREATE INDEX idx_by_hand ON tb_user (id); ALTER TABLE tb_user OWNER TO shop_read")
    shop.sql("ALTER TABLE tb_user OWNER TO shop_owner")
    shop.done("toolkit", "migrate")
    assert shop.heads() == ["20261120090001"]


def test_revision_is_not_taken_back_from_objects_that_drifted(shop, write):
    write((ADD, SHOW, BUILD), ((HIDE, REMOVE), (UNBUILD,)))
    shop.done("toolkit", "migrate")
    shop.sql("GRANT SELECT ON v_user TO shop_read")  # would be lost
    refused = shop.run("toolkit", "rollback", "-2", "--allow-data-loss")
    assert refused.returncode == 1
    assert "view public.v_user is not what it was" in refused.stderr
    assert shop.heads() == ["20261120090000"]
    shop.sql("REVOKE SELECT ON v_user FROM shop_read")
    shop.done("toolkit", "rollback", "--allow-data-loss")
    assert shop.heads() == ["20261119000000"]


def test_steps_that_were_interrupted_go_on_whatever_they_changed_already(shop, write):
    more = replace(
        BUILD,
        object=ObjectKey("INDEX", "public", "idx_user_id"),
        sql=("CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_user_id ON tb_user (id)",),
    )
    remove = replace(UNBUILD, object=more.object, sql=("DROP INDEX CONCURRENTLY IF EXISTS idx_user_id",))
    with (shop.root / "sql/all.sql").open("a") as file:
        file.write("CREATE INDEX idx_user_id ON tb_user (id);")
    chain = write((ADD, SHOW, BUILD, more), ((HIDE, REMOVE), (remove, UNBUILD)))
    up = next(path for path in chain.files if path.name.endswith("_2.up.sql"))
    whole = up.read_text()
    up.write_text(whole.replace("idx_user_id ON tb_user (id)", "idx_user_id ON tb_user (none)"))
    assert shop.run("toolkit", "migrate").returncode == 1
    up.write_text(whole)
    shop.done("toolkit", "migrate")
    assert shop.heads() == ["20261120090001"]


@pytest.mark.parametrize(
    ("parent", "id_"),
    [
        (None, "20261120090000"),
        ("initial", "20261120090000"),
        ("20261119000000", "20261120090000"),
        ("20261231235959", "20270101000000"),
    ],
)
def test_id_comes_after_that_of_the_parent(parent, id_):
    (draft,) = draft_chain(Plan((ADD,)), "Add a bio", parent, NOW)
    assert (draft.id, draft.parent) == (id_, parent)


def test_message_of_any_kind_makes_a_readable_revision(shop, write):
    message = 'Wir sagen "hallo",\n  \\ und """mehr"""'
    chain = write((ADD, SHOW, BUILD), ((HIDE, REMOVE), (UNBUILD,)), message=message)
    assert chain.files[0].name.startswith("20261120090000_wir_sagen_hallo_und_mehr_1.")
    revision = read_revisions(shop.versions)["20261120090000"]
    assert revision.message == 'Wir sagen "hallo", \\ und """mehr""" (1 of 2).'
    shop.done("toolkit", "migrate")


def test_folder_that_takes_no_files_is_named(tmp_path):
    for suffix in (".py", ".up.sql", ".down.sql"):
        (tmp_path / f"1_a{suffix}").write_text("a")
    gone = tmp_path / "gone"
    with pytest.raises(FileUnusable) as refused:
        publish(tmp_path, ["1_a"], gone)
    assert str(refused.value) == f"Nothing was written, for {gone} takes no files: No such file or directory."


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("moment", range(12))
def test_files_are_put_into_place_all_or_none(tmp_path, monkeypatch, moment, after):
    """Six files are written and then renamed; an interruption comes before or after one of the twelve."""
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (source, target):
        folder.mkdir()
    for stem in ("1_a", "2_b"):
        for suffix in (".py", ".up.sql", ".down.sql"):
            (source / (stem + suffix)).write_text(stem)
    calls = []

    def interrupted(original):
        def call(path, argument):
            calls.append(path)
            if len(calls) == moment + 1 and not after:
                raise KeyboardInterrupt
            original(path, argument)
            if len(calls) == moment + 1:
                raise KeyboardInterrupt

        return call

    monkeypatch.setattr(Path, "write_bytes", interrupted(Path.write_bytes))
    monkeypatch.setattr(Path, "rename", interrupted(Path.rename))
    with pytest.raises(KeyboardInterrupt):
        publish(source, ["1_a", "2_b"], target)
    assert list(target.iterdir()) == []
