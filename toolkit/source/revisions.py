"""The revision files of a project as facts: their `.py` is read with `ast`, never run."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.errors import RevisionsInvalid, RevisionUnknown

FORMAT = 1
PHASES = ("expand", "data", "contract")
NO_TRANSACTION = "-- toolkit: no-transaction"
_LONGEST_ID = 32  # what alembic_version.version_num holds
_LITERALS = ("revision", "down_revision", "depends_on", "format_version", "transactional", "phase")
_FINGERPRINTS = ("source", "target")
_KNOWN = frozenset((*_LITERALS, *_FINGERPRINTS))
_ASSIGNING = (ast.Assign, ast.AnnAssign)
_SEVERAL = (ast.Tuple, ast.List)
Expected = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision.

    id: its identity, at most 32 characters. parents: the revisions it follows; none for a first one, several
    for a merge. depends_on: further revisions that must be applied before it. message: the docstring's first
    line. path: the `.py`. up, down: its SQL files, None where there is none. transactional: applied in one
    transaction. phase: expand, data or contract. source, target: fingerprints of the objects that it touches,
    before and after it, by their names; None for an object that is not there. A revision that was written by
    hand has neither.
    """

    id: str
    parents: tuple[str, ...]
    depends_on: tuple[str, ...]
    message: str
    path: Path
    up: Path | None
    down: Path | None
    transactional: bool
    phase: str
    source: Expected | None = field(default=None, hash=False)
    target: Expected | None = field(default=None, hash=False)

    @property
    def is_merge(self) -> bool:
        """Whether it only joins several heads; such a revision has no SQL files."""
        return len(self.parents) > 1


class Revisions:
    """All revisions of a project and their order."""

    def __init__(self, revisions: Iterable[Revision]) -> None:
        """Build the graph; raises RevisionsInvalid for two same ids, an unknown parent and a cycle."""
        self._by_id: dict[str, Revision] = {}
        for revision in revisions:
            other = self._by_id.setdefault(revision.id, revision)
            if other is not revision:
                raise RevisionsInvalid(
                    f"{other.path.name} and {revision.path.name} are both revision {revision.id}.",
                    remedy="Give the newer one an id of its own.",
                )
        for revision in self._by_id.values():
            for parent in (*revision.parents, *revision.depends_on):
                if parent not in self._by_id:
                    raise RevisionsInvalid(
                        f"{revision.path.name} follows {parent}, and there is no such revision.",
                        remedy="Restore its files, or correct down_revision.",
                    )
        self.order = self._sort()
        followed = {parent for revision in self.order for parent in revision.parents}
        self.heads = tuple(sorted(id_ for id_ in self._by_id if id_ not in followed))

    def __contains__(self, id_: object) -> bool:
        return id_ in self._by_id

    def __getitem__(self, id_: str) -> Revision:
        return self._by_id[id_]

    def ancestors(self, *ids: str) -> set[str]:
        """Return `ids` and everything that must be applied before them."""
        found: set[str] = set()
        waiting = list(ids)
        while waiting:
            id_ = waiting.pop()
            if id_ not in found:
                found.add(id_)
                revision = self._by_id[id_]
                waiting += (*revision.parents, *revision.depends_on)
        return found

    def pending(self, target: Iterable[str], applied: Iterable[str]) -> list[Revision]:
        """Return what brings a database at the heads `applied` to the heads `target`, in order."""
        missing = self.ancestors(*target) - self.ancestors(*applied)
        return [revision for revision in self.order if revision.id in missing]

    def find(self, name: str) -> Revision:
        """Return the revision with this id, or with this unambiguous beginning of one.

        Raises RevisionUnknown when there is none or more than one.
        """
        if name in self._by_id:
            return self._by_id[name]
        found = [revision for id_, revision in self._by_id.items() if name and id_.startswith(name)]
        if len(found) == 1:
            return found[0]
        several = ", ".join(revision.id for revision in found)
        raise RevisionUnknown(
            f"{name!r} is the beginning of several revisions: {several}."
            if found
            else f"There is no revision {name!r}.",
            remedy="`alembic history` lists the revisions.",
        )

    def _sort(self) -> list[Revision]:
        """Return parents before children, and the smaller id first where both could come next."""
        order: list[Revision] = []
        placed: set[str] = set()
        waiting = sorted(self._by_id, reverse=True)
        on_path: set[str] = set()
        while waiting:
            id_ = waiting[-1]
            revision = self._by_id[id_]
            needed = [p for p in (*revision.parents, *revision.depends_on) if p not in placed]
            if id_ in placed or not needed:
                waiting.pop()
                on_path.discard(id_)
                if id_ not in placed:
                    placed.add(id_)
                    order.append(revision)
                continue
            if id_ in on_path:
                raise RevisionsInvalid(
                    f"{revision.path.name} comes, over its parents, before itself.",
                    remedy="Correct down_revision.",
                )
            on_path.add(id_)
            waiting += sorted(needed, reverse=True)
        return order


def read_revisions(*folders: Path) -> Revisions:
    """Read the folder of revisions, or several as one history.

    Raises RevisionsInvalid for an absent folder, a file that is no revision, and what makes no history.
    """
    return Revisions([revision for folder in folders for revision in _read_folder(folder)])


def _read_folder(versions: Path) -> list[Revision]:
    if not versions.is_dir():
        raise RevisionsInvalid(
            f"There is no folder {versions}.",
            remedy="Make it, or set tool.toolkit.migrations in pyproject.toml.",
        )
    names = {path.name for path in versions.iterdir()}
    for name in sorted(names):
        stem = name.removesuffix(".up.sql").removesuffix(".down.sql")
        if stem != name and name[0] != "." and f"{stem}.py" not in names:
            raise RevisionsInvalid(
                f"{versions / name} is of no revision: there is no {stem}.py.",
                remedy="Restore that file, or remove this one.",
            )
    files = sorted(versions / name for name in names if name.endswith(".py") and name[0] not in "._")
    return [_read_revision(path, names) for path in files]


def _read_revision(path: Path, names: set[str]) -> Revision:
    try:
        module = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise RevisionsInvalid(f"{path}:{error.lineno or 1}: {error.msg}.", remedy=_REMEDY) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise RevisionsInvalid(f"{path} can't be read: {why}.") from error
    values = {name: value for statement in module.body for name, value in _assigned(statement, path)}
    missing = [name for name in _LITERALS if name not in values]
    missing += sorted({"upgrade", "downgrade"} - _bound(module))
    if missing:
        raise RevisionsInvalid(f"{path} does not say {', '.join(missing)}.", remedy=_REMEDY)
    id_ = values["revision"]
    if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID:
        raise RevisionsInvalid(
            f"{path}: revision must be a text of 1 to {_LONGEST_ID} characters.", remedy=_REMEDY
        )
    stem = path.stem
    if stem != id_ and not stem.startswith(f"{id_}_"):
        raise RevisionsInvalid(
            f"{path} says it is revision {id_}, and its name begins with another id.",
            remedy=f"Rename its files to {id_}_…, or correct revision.",
        )
    if values["format_version"] != FORMAT:
        raise RevisionsInvalid(
            f"{path}: format_version {values['format_version']} is unknown; this toolkit knows {FORMAT}.",
            remedy="Install a newer cqrs-toolkit.",
        )
    transactional, phase = values["transactional"], values["phase"]
    if not isinstance(transactional, bool):
        raise RevisionsInvalid(f"{path}: transactional must be True or False.", remedy=_REMEDY)
    if not isinstance(phase, str) or phase not in PHASES:
        raise RevisionsInvalid(f"{path}: phase must be one of {', '.join(PHASES)}.", remedy=_REMEDY)
    up, down = stem + ".up.sql", stem + ".down.sql"
    doc = (ast.get_docstring(module) or "").strip()
    return Revision(
        id=id_,
        parents=_ids(values["down_revision"], path),
        depends_on=_ids(values["depends_on"], path),
        message=doc.splitlines()[0] if doc else "",
        path=path,
        up=path.with_name(up) if up in names else None,
        down=path.with_name(down) if down in names else None,
        transactional=transactional,
        phase=phase,
        source=_expected(values.get("source"), path),
        target=_expected(values.get("target"), path),
    )


_REMEDY = "docs/how-to/write-a-revision.md of cqrs-toolkit shows what a revision looks like."


def _assigned(statement: ast.stmt, path: Path) -> Iterable[tuple[str, object]]:
    if not isinstance(statement, _ASSIGNING) or statement.value is None:
        return
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        if isinstance(target, ast.Name) and target.id in _KNOWN:
            try:
                yield target.id, ast.literal_eval(statement.value)
            except ValueError as error:
                raise RevisionsInvalid(f"{path}: {target.id} must be a literal.", remedy=_REMEDY) from error


def _bound(module: ast.Module) -> set[str]:
    """Return the names that the module's statements define or assign."""
    names = {statement.name for statement in module.body if isinstance(statement, ast.FunctionDef)}
    for statement in module.body:
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            several = target.elts if isinstance(target, _SEVERAL) else (target,)
            names |= {node.id for node in several if isinstance(node, ast.Name)}
    return names


def _expected(value: object, path: Path) -> Expected | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and isinstance(mark, str | None) for name, mark in value.items()
    ):
        raise RevisionsInvalid(
            f"{path}: source and target map names of objects to texts or None.",
            remedy="Take both out, or restore them.",
        )
    return value


def _ids(value: object, path: Path) -> tuple[str, ...]:
    ids = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(ids, tuple | list) or not all(isinstance(id_, str) for id_ in ids):
        raise RevisionsInvalid(
            f"{path}: down_revision and depends_on name revisions or are None.", remedy=_REMEDY
        )
    return tuple(ids)
