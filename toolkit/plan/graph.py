"""Steps, and which of them wait for which, in an order that keeps to that."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from toolkit.core.changes import Step

Rank = tuple[int, int]
"""Which of the nodes that wait for nothing comes first: the group, and the place in a catalog."""


@dataclass(eq=False)
class Node:
    """Steps that stay together. waits: for what; blocks: what waits for it."""

    rank: Rank
    steps: list[Step]
    transactional: bool = True
    waits: set["Node"] = field(default_factory=set)
    blocks: set["Node"] = field(default_factory=set)

    def wait_for(self, other: "Node | None") -> None:
        """Come after another node; no other, no wait."""
        if other is not None and other is not self:
            self.waits.add(other)
            other.blocks.add(self)


def order(nodes: Iterable[Node], break_circle: Callable[[list[Node]], list[Step]]) -> list[Step]:
    """Return the steps of all nodes, each behind what it waits for, else by rank.

    What can't run in a transaction is kept together and comes behind what can, where nothing waits for it.
    break_circle: called with the nodes that are left when each waits for another; it has to release some of
    them from waiting, and returns steps to put here.
    """
    left = set(nodes)
    queues: dict[bool, list[tuple[Rank, int, Node]]] = {True: [], False: []}
    steps: list[Step] = []
    count = 0

    def push_ready(candidates: Iterable[Node]) -> None:
        nonlocal count
        for node in candidates:
            if not node.waits:
                count += 1
                heapq.heappush(queues[node.transactional], (node.rank, count, node))

    push_ready(sorted(left, key=lambda node: node.rank))
    transactional = not (queues[False] and queues[False][0][2].rank[0] == 0)
    while left:
        if not queues[transactional]:
            transactional = not transactional
        if not queues[transactional]:
            steps += break_circle(sorted(left, key=lambda node: node.rank))
            push_ready(left)
            transactional = bool(queues[True])
        _, _, node = heapq.heappop(queues[transactional])
        left.discard(node)
        steps += node.steps
        released = sorted(node.blocks, key=lambda other: other.rank)
        for other in released:
            other.waits.discard(node)
        push_ready(other for other in released if other in left)
    return steps
