"""The folder `sql/`: its files as artifacts, the roles apart, and a hash of what they say."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import ArtifactError, SettingsError
from toolkit.source.references import Declaration, read_declaration
from toolkit.source.statements import Statement, read_sql, split_statements

_ROLES = "roles.sql"
_CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file under `sql/`: its path and its statements in the order in which they are written."""

    path: Path
    declarations: tuple[Declaration, ...]


def read_artifacts(folder: Path, schema: str) -> list[Artifact]:
    """Return the artifacts under `folder` by path; `schema` is that of unqualified names.

    roles.sql, the folder contract, files that do not end in .sql and hidden ones are no artifacts.
    Raises SettingsError where there is no folder, SqlFileError, SqlSyntaxError, and ArtifactError for a
    statement that declares nothing and for an object that is declared twice.
    """
    artifacts = []
    declared: dict[str, Statement] = {}
    for path in _sql_files(folder):
        if path == folder / _ROLES:
            continue
        statements = split_statements(read_sql(path), path)
        declarations = tuple(read_declaration(statement, schema) for statement in statements)
        for declaration in declarations:
            if declaration.identity is not None:
                _declare(declaration.identity, declaration.statement, declared)
        artifacts.append(Artifact(path, declarations))
    return artifacts


def read_roles(folder: Path) -> list[Statement]:
    """Return the statements of roles.sql, none where the package has no such file."""
    path = folder / _ROLES
    return split_statements(read_sql(path), path) if path.exists() else []


def hash_artifacts(folder: Path) -> str:
    """Return the SHA-256 of all artifacts and the roles, by name and text; line ends do not count."""
    digest = hashlib.sha256()
    for path in _sql_files(folder):
        for part in (path.relative_to(folder).as_posix(), read_sql(path)):
            content = part.encode()
            digest.update(len(content).to_bytes(8) + content)
    return digest.hexdigest()


def _sql_files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise SettingsError(
            f"There is no folder {folder}.", remedy="Make it, or set tool.toolkit.sql in pyproject.toml."
        )
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.sql") if not path.is_dir())
    for name in names:
        parts = name.split("/")
        if parts[0] != _CONTRACT and not any(part.startswith(".") for part in parts):
            yield folder / name


def _declare(identity: str, statement: Statement, declared: dict[str, Statement]) -> None:
    other = declared.setdefault(identity, statement)
    if other is not statement:
        raise ArtifactError(
            f"{other.path}:{other.line} and {statement.path}:{statement.line} both declare {identity}.",
            remedy="Keep one of them.",
        )
