from pathlib import Path

import pytest

from toolkit.core.settings import find_root, load_settings
from toolkit.errors import SettingsError


@pytest.fixture
def project(tmp_path: Path):
    def write(text: str) -> Path:
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_an_empty_table_gives_the_defaults(project):
    settings = load_settings(project("[tool.toolkit]\n"))
    assert settings.sql == settings.root / "sql"
    assert settings.migrations == settings.root / "migrations"
    assert (settings.schema, settings.owner, settings.postgresql) == ("public", "cqrs_owner", 15)
    assert settings.roles.read == "cqrs_read"


def test_every_key_is_read(project):
    settings = load_settings(
        project(
            """
            [tool.toolkit]
            sql = "db/sql"
            migrations = "db/migrations"
            schema = "blog"
            owner = "blog_owner"
            postgresql = 17
            [tool.toolkit.roles]
            read = "r"
            command = "c"
            maintain = "m"
            [tool.toolkit.migrate]
            lock-timeout = 1.5
            statement-timeout = 60
            lock-wait = 3
            """
        )
    )
    assert settings.sql == settings.root / "db" / "sql"
    assert settings.migrations == settings.root / "db" / "migrations"
    assert (settings.schema, settings.owner, settings.postgresql) == ("blog", "blog_owner", 17)
    assert (settings.roles.read, settings.roles.command, settings.roles.maintain) == ("r", "c", "m")
    assert (settings.lock_timeout, settings.statement_timeout, settings.lock_wait) == (1.5, 60, 3)


def test_owner_none_switches_the_role_off(project):
    assert load_settings(project('[tool.toolkit]\nowner = "none"\n')).owner is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[tool.toolkit]\nshema = 'x'\n", "shema"),
        ("[tool.toolkit.roles]\nwriter = 'x'\n", "writer"),
        ("[tool.toolkit.migrate]\nlock_wait = 1\n", "lock_wait"),
        ("[tool.toolkit]\nschema = 1\n", "tool.toolkit.schema"),
        ("[tool.toolkit]\nschema = ''\n", "tool.toolkit.schema"),
        ("[tool.toolkit]\npostgresql = '15'\n", "tool.toolkit.postgresql"),
        ("[tool.toolkit]\npostgresql = 15.5\n", "tool.toolkit.postgresql"),
        ("[tool.toolkit]\npostgresql = 14\n", "tool.toolkit.postgresql"),
        ("[tool.toolkit]\npostgresql = 19\n", "tool.toolkit.postgresql"),
        ("[tool.toolkit.migrate]\nlock-wait = -1\n", "lock-wait"),
        ("[tool.toolkit.migrate]\nlock-wait = true\n", "lock-wait"),
        ("[tool.toolkit.migrate]\nlock-wait = nan\n", "lock-wait"),
        ("[tool.toolkit]\nschema = 'toolkit'\n", "schema can't be toolkit"),
        ("[tool.toolkit]\nschema = 'pg_app'\n", "schema can't be pg_app"),
        ("[tool.toolkit]\nschema = 'information_schema'\n", "schema can't be information_schema"),
        ("[tool.toolkit]\nsql = '/sql'\n", "tool.toolkit.sql is /sql, outside of the project"),
        ("[tool.toolkit]\nmigrations = 'x/../../y'\n", "tool.toolkit.migrations is .* outside"),
        ("[tool.toolkit]\nsql = 'db'\nmigrations = './db/'\n", "Neither may lie in the other"),
        ("[tool.toolkit]\nsql = '.'\n", "Neither may lie in the other"),
        ("[tool.toolkit]\nsql = 'migrations/sql'\n", "Neither may lie in the other"),
        ("[tool]\ntoolkit = 3\n", "tool.toolkit"),
        ("[tool.toolkit]\nroles = 3\n", "roles"),
        ("[tool.toolkit\n", "pyproject.toml"),
    ],
)
def test_a_wrong_setting_is_named(project, text, named):
    with pytest.raises(SettingsError, match=named):
        load_settings(project(text))


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.toolkit]\nschema = '\xff'\n")
    with pytest.raises(SettingsError, match=r"pyproject\.toml"):
        load_settings(tmp_path)


def test_the_root_is_the_nearest_folder_with_the_table(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.toolkit]\n", encoding="utf-8")
    inner = tmp_path / "service" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "service" / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert find_root(inner) == tmp_path


def test_no_project_is_said_with_a_remedy(tmp_path):
    with pytest.raises(SettingsError, match="inside a project"):
        find_root(tmp_path)
