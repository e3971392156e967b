"""Templates of what sql/ declares and of where the revisions lead: made once, and anew after a change."""

import psycopg
import pytest

from toolkit.core.settings import load_settings
from toolkit.errors import LoadFailed, ScratchServerUnusable
from toolkit.migrate.application import Done
from toolkit.migrate.states import States
from toolkit.source.revisions import read_revisions


@pytest.fixture
def states(project, scratch):
    """Return States on the project as it is now; `heard` has the ids of the revisions that were applied."""
    heard = []

    def states():
        made = States(
            load_settings(project.root),
            scratch,
            lambda event: heard.append(event.revision.id) if isinstance(event, Done) else None,
        )
        made.heard = heard
        return made

    (project.root / "sql").mkdir()
    return states


def at_head(states):
    return states.at(read_revisions(states.settings.migrations / "versions"))


def tables(states, template):
    with states.copy(template) as conninfo, psycopg.connect(conninfo) as connection:
        query = "SELECT tablename, tableowner FROM pg_tables WHERE tablename LIKE 'tb\\_%' ORDER BY 1"
        return connection.execute(query).fetchall()


def test_database_at_head_is_made_from_the_one_before(project, states):
    for name in ("a", "b"):
        project.add(name, f"CREATE TABLE tb_{name} (id int);")
        at_head(states())
    assert states().heard == ["a", "b"]
    project.add("c", "CREATE TABLE tb_c (id int);")
    project.add("d", "CREATE TABLE tb_d (id int);")
    template = at_head(states())
    assert states().heard == ["a", "b", "c", "d"]
    owned = [(f"tb_{name}", "shop_owner") for name in "abcd"]
    assert tables(states(), template) == owned
    assert at_head(states()) == template
    assert states().heard == ["a", "b", "c", "d"]


def test_changed_revision_is_applied_anew_and_those_after_it(project, states):
    for name in ("a", "b", "c"):
        project.add(name, f"CREATE TABLE tb_{name} (id int); SELECT 'changed';")
    first = at_head(states())
    project.file("b", ".up.sql").write_text("CREATE TABLE tb_b2 (id int); SELECT 'changed';")
    made = states()
    made.heard.clear()
    assert at_head(made) != first
    assert set(made.heard) == {"a", "b", "c"}  # there was no template at a
    assert tables(made, at_head(made)) == [(f"tb_{name}", "shop_owner") for name in ("a", "b2", "c")]


def test_project_without_revisions_has_its_roles_and_no_objects(states):
    assert tables(states(), at_head(states())) == []


def test_declared_database_is_made_anew_when_file_or_setting_changes(project, states):
    file = project.root / "sql/tb_user.sql"
    file.write_text("CREATE TABLE tb_user (id int);")
    first = states().desired()
    assert states().desired() == first
    assert tables(states(), first) == [("tb_user", "shop_owner")]
    file.write_text("CREATE TABLE tb_users (id int);")
    assert tables(states(), states().desired()) == [("tb_users", "shop_owner")]
    project.configure("store")
    assert tables(states(), states().desired()) == [("tb_users", "store_owner")]


@pytest.mark.parametrize(
    ("name", "text", "place", "words"),
    [
        ("v_a.sql", "\nCREATE VIEW v_a AS\nSELECT x FROM v_b", "v_a.sql:3", 'relation "v_b" does not exist'),
        ("roles.sql", "SELECT 1;\nSELECT 1 / 0", "roles.sql:2", "division by zero"),
        ("e.sql", "CREATE EXTENSION toolkit_nothing", "e.sql:1", 'extension "toolkit_nothing" is not'),
    ],
)
def test_statement_that_fails_is_told_by_file_and_line(project, states, name, text, place, words):
    (project.root / "sql" / name).write_text(text)
    with pytest.raises(LoadFailed, match=words) as caught:
        states().desired()
    assert str(caught.value).startswith(f"{project.root}/sql/{place}: ")


def test_scratch_server_older_than_the_project_is_refused(project, open_major):
    project.configure("shop", "[tool.toolkit.lint]\n")
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace("[tool.toolkit]", "[tool.toolkit]\npostgresql = 16"))
    with pytest.raises(ScratchServerUnusable, match="is PostgreSQL 15, older than the project's 16"):
        States(load_settings(project.root), open_major(15))
