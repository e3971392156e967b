"""The order in which the statements of `sql/` are loaded, from what they declare and need."""

import heapq
from collections import defaultdict
from collections.abc import Sequence

from toolkit.source.artifacts import Artifact
from toolkit.source.references import Declaration, Name
from toolkit.source.statements import Statement


def order_statements(artifacts: Sequence[Artifact]) -> list[Statement]:
    """Return all statements so that what a statement needs stands before it; ties go by path, then line.

    Within a file everything follows the first statement, which declares the object the rest belongs to.
    A cycle is no error here: it is entered at its first statement, and the loader tries again what failed.
    """
    declarations = [
        declaration
        for artifact in sorted(artifacts, key=lambda artifact: artifact.path.as_posix())
        for declaration in artifact.declarations
    ]
    followers, missing = _edges(declarations)
    ready = [_rank(place, declarations) for place in range(len(declarations)) if not missing[place]]
    heapq.heapify(ready)
    stuck = sorted(_rank(place, declarations) for place in range(len(declarations)) if missing[place])
    stuck.reverse()
    ordered: list[Statement] = []
    done: set[int] = set()
    while ready or stuck:
        _, place = heapq.heappop(ready) if ready else stuck.pop()
        if place in done:
            continue
        done.add(place)
        ordered.append(declarations[place].statement)
        for follower in followers[place]:
            missing[follower].discard(place)
            if not missing[follower]:
                heapq.heappush(ready, _rank(follower, declarations))
    return ordered


def _rank(place: int, declarations: Sequence[Declaration]) -> tuple[bool, int]:
    return not declarations[place].first, place


def _edges(declarations: Sequence[Declaration]) -> tuple[dict[int, set[int]], list[set[int]]]:
    """Return, by place in `declarations`, who follows whom and whom each waits for."""
    declaring: dict[Name, list[int]] = defaultdict(list)
    for place, declaration in enumerate(declarations):
        for name in declaration.declares:
            declaring[name].append(place)
    followers: dict[int, set[int]] = defaultdict(set)
    missing: list[set[int]] = []
    head = 0
    for place, declaration in enumerate(declarations):
        if declaration.statement.path != declarations[head].statement.path:
            head = place
        needed = {head}.union(*(declaring[name] for name in declaration.needs if name in declaring)) - {place}
        missing.append(needed)
        for other in needed:
            followers[other].add(place)
    return followers, missing
