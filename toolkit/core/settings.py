"""The settings of a project: `[tool.toolkit]` in its pyproject.toml, read into one frozen value."""

import os
import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import ProjectMissing, SettingsError

_OLDEST_MAJOR, _NEWEST_MAJOR = 15, 18
_SHORTEST, _LONGEST = 0.001, 2_000_000  # seconds; PostgreSQL counts milliseconds in 32 bits


class Roles(NamedTuple):
    """Names of the group roles that the boundary is made of (cluster-wide objects)."""

    read: str = "cqrs_read"
    command: str = "cqrs_command"
    maintain: str = "cqrs_maintain"


_ROLES = Roles()


@dataclass(frozen=True, slots=True)
class Names:
    """How names begin, by kind of object; any of the prefixes will do."""

    table: tuple[str, ...] = ("tb_",)
    projection: tuple[str, ...] = ("tv_",)
    view: tuple[str, ...] = ("v_",)
    materialized_view: tuple[str, ...] = ("mv_",)
    function: tuple[str, ...] = ("fn_",)
    parameter: tuple[str, ...] = ("p_",)
    variable: tuple[str, ...] = ("v_",)
    trigger: tuple[str, ...] = ("trg_",)
    index: tuple[str, ...] = ("idx_",)
    unique: tuple[str, ...] = ("uq_",)  # unique indexes and unique constraints
    primary_key: tuple[str, ...] = ("pk_",)
    foreign_key: tuple[str, ...] = ("fk_",)
    check: tuple[str, ...] = ("ck_",)
    exclusion: tuple[str, ...] = ("ex_",)


_NAMES = Names()


class Lint(NamedTuple):
    """What `toolkit lint` looks at and how.

    select, ignore: codes and families of rules, `default` and `all`. per_file_ignores: codes by glob of the
    path from the root. severity: error or warning by code. key_case: snake or camel, of the keys of JSON
    documents. since_revision: the findings of revisions before this one are left out. baseline: the file of
    the findings that are known and left out, by its path from the root.
    """

    select: tuple[str, ...] = ("default",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    key_case: str = "snake"
    since_revision: str | None = None
    baseline: str | None = None


_LINT = Lint()


class ContractRules(NamedTuple):
    """What `toolkit contract` asks of the contract.

    max_opaque: how many values in documents may be of unknown shape; None is any number. tier: what counts as
    a break, see `toolkit.shape.contract_changes`.
    """

    max_opaque: int | None = None
    tier: str = "reader"


_CONTRACT = ContractRules()


class Codegen(NamedTuple):
    """Absolute folders of what `toolkit codegen` makes; None where it is not set."""

    python: Path | None = None
    json_schema: Path | None = None

    def folder(self, kind: str) -> Path | None:
        """Return the folder of a kind, python or json-schema."""
        return self.python if kind == "python" else self.json_schema


_CODEGEN = Codegen()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project says about itself.

    root: folder of the pyproject.toml. sql, migrations: absolute folders.
    schema: where unqualified artifacts live. owner: the role that owns every object, None when switched
    off with "none". postgresql: the oldest target major. lock_timeout and statement_timeout: seconds, 0 is
    no limit; for the statements of a migration. lock_wait: seconds to wait for another deployer.
    """

    root: Path
    sql: Path
    migrations: Path
    schema: str = "public"
    owner: str | None = "cqrs_owner"
    roles: Roles = _ROLES
    postgresql: int = _OLDEST_MAJOR
    lock_timeout: float = 5.0
    statement_timeout: float = 0.0
    lock_wait: float = 600.0
    names: Names = _NAMES
    lint: Lint = _LINT
    contract: ContractRules = _CONTRACT
    codegen: Codegen = _CODEGEN


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` whose pyproject.toml has a [tool.toolkit] table.

    Raises ProjectMissing when there is none, SettingsError for a file that can't be read.
    """
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "toolkit" in _read(file).get("tool", {}):
            return folder
    raise ProjectMissing(
        f"No pyproject.toml with a [tool.toolkit] table at or above {start}.",
        remedy="Run the command inside a project; `toolkit init` makes one.",
    )


def load_settings(root: Path) -> Settings:
    """Read the settings of the project in `root`; raises SettingsError for an unknown key or a wrong type."""
    table = _Table(_read(root / "pyproject.toml").get("tool", {}).get("toolkit", {}), "tool.toolkit")
    roles = table.table("roles")
    migrate = table.table("migrate")
    owner = table.text("owner", "cqrs_owner")
    sql, migrations = table.folder("sql", root), table.folder("migrations", root)
    if sql.is_relative_to(migrations) or migrations.is_relative_to(sql):
        raise SettingsError(
            f"tool.toolkit.sql is {sql} and tool.toolkit.migrations is {migrations}.",
            remedy="Neither may lie in the other: give each a folder of its own.",
        )
    settings = Settings(
        root=root,
        sql=sql,
        migrations=migrations,
        schema=_refuse_reserved(table.text("schema", "public")),
        owner=None if owner == "none" else owner,
        roles=Roles(
            read=roles.text("read", _ROLES.read),
            command=roles.text("command", _ROLES.command),
            maintain=roles.text("maintain", _ROLES.maintain),
        ),
        postgresql=table.major("postgresql", _OLDEST_MAJOR),
        lock_timeout=migrate.number("lock-timeout", 5.0),
        statement_timeout=migrate.number("statement-timeout", 0.0),
        lock_wait=migrate.number("lock-wait", 600.0),
        names=_read_names(table.table("names")),
        lint=_read_lint(table.table("lint")),
        contract=_read_contract_rules(table.table("contract")),
        codegen=_read_codegen(table.table("codegen"), root),
    )
    for part in (table, roles, migrate):
        part.refuse_the_rest()
    return settings


def _refuse_reserved(schema: str) -> str:
    if schema in ("toolkit", "information_schema") or schema.startswith("pg_"):
        raise SettingsError(
            f"tool.toolkit.schema can't be {schema}: that schema is not the project's.",
            remedy="Choose another name, such as public.",
        )
    return schema


def _read_names(table: "_Table") -> Names:
    names = Names(
        **{
            field.name: table.texts(field.name.replace("_", "-"), getattr(_NAMES, field.name))
            for field in fields(Names)
        }
    )
    table.refuse_the_rest()
    return names


def _read_lint(table: "_Table") -> Lint:
    ignores, severities = table.table("per-file-ignores"), table.table("severity")
    lint = Lint(
        select=table.texts("select", _LINT.select),
        ignore=table.texts("ignore", _LINT.ignore),
        per_file_ignores=tuple((glob, ignores.texts(glob, ())) for glob in ignores.left()),
        severity=tuple(
            (code, severities.one_of(code, ("error", "warning"), "error")) for code in severities.left()
        ),
        key_case=table.one_of("key-case", ("snake", "camel"), _LINT.key_case),
        since_revision=table.text("since-revision", "-") if table.has("since-revision") else None,
        baseline=table.text("baseline", "-") if table.has("baseline") else None,
    )
    table.refuse_the_rest()
    return lint


def _read_contract_rules(table: "_Table") -> ContractRules:
    rules = ContractRules(
        max_opaque=table.count("max-opaque") if table.has("max-opaque") else None,
        tier=table.one_of("tier", ("strict", "reader", "wire"), _CONTRACT.tier),
    )
    table.refuse_the_rest()
    return rules


def _read_codegen(table: "_Table", root: Path) -> Codegen:
    folders = (table.folder(key, root) if table.has(key) else None for key in ("python", "json-schema"))
    codegen = Codegen(*folders)
    table.refuse_the_rest()
    return codegen


def _read(file: Path) -> dict[str, Any]:
    try:
        return _parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{file} can't be read: {why}.") from error


@lru_cache(maxsize=1)  # the file in which the project is found is the one that is read
def _parse(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


class _Table:
    """One TOML table whose keys are taken one by one; a key that is left over is unknown."""

    def __init__(self, values: object, name: str) -> None:
        if not isinstance(values, dict):
            raise SettingsError(f"{name} is not a table.")
        self._values: dict[str, object] = dict(values)
        self._name = name

    def table(self, key: str) -> "_Table":
        return _Table(self._values.pop(key, {}), f"{self._name}.{key}")

    def text(self, key: str, default: str) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or not value:
            raise SettingsError(f"{self._name}.{key} must be a string that is not empty.")
        return value

    def folder(self, key: str, root: Path) -> Path:
        """Take a folder of the project; without a value it is called as the key is."""
        folder = Path(os.path.normpath(root / self.text(key, key)))
        if not folder.is_relative_to(os.path.normpath(root)):
            raise SettingsError(f"{self._name}.{key} is {folder}, outside of the project in {root}.")
        return folder

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self._values.pop(key, list(default))
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) and item for item in values):
            raise SettingsError(f"{self._name}.{key} must be a string or a list of strings.")
        return tuple(values)

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise SettingsError(f"{self._name}.{key} must be one of {', '.join(choices)}.")
        return value

    def has(self, key: str) -> bool:
        return key in self._values

    def left(self) -> list[str]:
        return list(self._values)

    def number(self, key: str, default: float) -> float:
        value = self._values.pop(key, default)
        if not isinstance(value, bool) and value == 0:
            return 0
        if isinstance(value, int | float) and _SHORTEST <= value <= _LONGEST and value is not True:
            return value
        raise SettingsError(f"{self._name}.{key} must be 0 or a number from {_SHORTEST} to {_LONGEST}.")

    def count(self, key: str) -> int:
        value = self._values.pop(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise SettingsError(f"{self._name}.{key} must be a whole number that is not negative.")
        return value

    def major(self, key: str, default: int) -> int:
        value = self._values.pop(key, default)
        if not isinstance(value, int) or not _OLDEST_MAJOR <= value <= _NEWEST_MAJOR:
            raise SettingsError(
                f"{self._name}.{key} must be a major version from {_OLDEST_MAJOR} to {_NEWEST_MAJOR}."
            )
        return value

    def refuse_the_rest(self) -> None:
        if self._values:
            unknown = ", ".join(sorted(self._values))
            raise SettingsError(
                f"[{self._name}] does not know: {unknown}.",
                remedy="docs/reference/settings.md of cqrs-toolkit has all of them.",
            )
