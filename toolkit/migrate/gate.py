"""What keeps a revision from objects that are not as it expects them."""

from collections.abc import Iterable

from toolkit.catalog.fingerprints import Fingerprints, read_fingerprints
from toolkit.core.changes import Action, ObjectKey, Step
from toolkit.errors import DatabaseDrifted
from toolkit.migrate.connection import Connection
from toolkit.source.revisions import Expected, Revision

# An object that is dropped, if only to be made again, takes with it what goes with it.
_DROPPING = (Action.CREATE, Action.DROP, Action.REBUILD)  # taking a CREATE back drops


def expectations(
    steps: Iterable[Step], before: Fingerprints, after: Fingerprints
) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return source and target of a revision: fingerprints of what its steps touch, before and after them.

    The whole fingerprint of an object that is made, dropped or made again, its own where it is altered. Kinds
    that have no fingerprints are left out.
    """
    source: dict[str, str | None] = {}
    target: dict[str, str | None] = {}
    dropping = {step.object for step in steps if step.action in _DROPPING}
    for key in sorted({step.object for step in steps}):
        if key in before.own or key in after.own:
            for side, found in ((source, before), (target, after)):
                side[str(key)] = (found.whole if key in dropping else found.own).get(key)
    return source, target


def refuse_drift(connection: Connection, revision: Revision, expected: Expected) -> None:
    """Compare the objects that a revision touches with what it expects; changes nothing.

    Raises DatabaseDrifted with the names of those that are different, missing, or there already.
    """
    found = read_fingerprints(connection, expected)
    keys = {str(key): key for key in found.own}
    told = [
        difference
        for name, mark in expected.items()
        for difference in [_difference(name, mark, keys.get(name), found)]
        if difference
    ]
    if told:
        listed = "".join(f"\n  {difference}" for difference in told)
        raise DatabaseDrifted(
            f"Revision {revision.id} was made for other objects than this database has:{listed}\n",
            remedy="`toolkit status --drift` shows the differences. Undo them in the database, or bring them"
            " into sql/ and a revision of their own.",
        )


def _difference(name: str, mark: str | None, key: ObjectKey | None, found: Fingerprints) -> str | None:
    if key is None:
        return f"{name} is not there" if mark else None
    if mark is None:
        return f"{name} is there already"
    if mark == found.own[key] or mark == found.whole[key]:
        return None
    return f"{name} is not what it was"
