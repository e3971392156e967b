"""Steps, and which of them wait for which, in an order that keeps to that."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from toolkit.core.changes import Step

# Groups. What must stand alone before everything comes first; materialised views come late, for their rows
# may come from anywhere.
FRONT, BEFORE, MAIN, POPULATED, AFTER = range(5)

Rank = tuple[int, int, int]
"""Which of the nodes that wait for nothing comes first: the group, the place in a catalog, a number."""


@dataclass(eq=False)
class Node:
    """Steps that stay together. waits: for what; blocks: what waits for it."""

    rank: Rank
    steps: list[Step]
    transactional: bool = True
    waits: set["Node"] = field(default_factory=set)
    blocks: set["Node"] = field(default_factory=set)

    def __lt__(self, other: "Node") -> bool:
        return self.rank < other.rank

    def wait_for(self, other: "Node | None") -> None:
        """Come after another node; no other, no wait."""
        if other is not None and other is not self:
            self.waits.add(other)
            other.blocks.add(self)

    def let_go(self, other: "Node") -> None:
        """Wait for another node no more."""
        self.waits.discard(other)
        other.blocks.discard(self)


def needed_by(*nodes: Node) -> set[Node]:
    """Return everything that nodes wait for, by whatever way."""
    return _reached(nodes, lambda node: node.waits)


def blocked_by(*nodes: Node) -> set[Node]:
    """Return everything that waits for nodes, by whatever way."""
    return _reached(nodes, lambda node: node.blocks)


def _reached(nodes: Iterable[Node], follow: Callable[[Node], set[Node]]) -> set[Node]:
    reached: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        new = follow(waiting.pop()) - reached
        reached |= new
        waiting += new
    return reached


def order(nodes: Iterable[Node], break_circle: Callable[[list[Node]], list[Step]]) -> list[Step]:
    """Return the steps of all nodes, each behind what it waits for, else by rank.

    What can't run in a transaction is kept together and comes behind what can, where nothing waits for it.
    break_circle: called with the nodes that are left when each waits for another; it has to release some of
    them from waiting, and returns steps to put here.
    """
    left = set(nodes)
    ready = {
        kind: sorted(node for node in left if not node.waits and node.transactional is kind)
        for kind in (True, False)
    }
    steps: list[Step] = []
    kind = not (ready[False] and ready[False][0].rank[0] == FRONT)
    while left:
        kind = kind if ready[kind] else not kind
        while not ready[kind]:
            steps += break_circle(sorted(left))
            for node in sorted(node for node in left if not node.waits):
                heapq.heappush(ready[node.transactional], node)
            kind = bool(ready[True])
        node = heapq.heappop(ready[kind])
        left.discard(node)
        steps += node.steps
        for other in sorted(node.blocks):
            other.let_go(node)
            if not other.waits:
                heapq.heappush(ready[other.transactional], other)
    return steps
