"""Changes to nodes: which steps there are, and which of them makes or ends what."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final

from toolkit.catalog.catalog import Catalog, Entry
from toolkit.core.changes import Action, ObjectKey, Step
from toolkit.plan.alteration import Alteration, Part
from toolkit.plan.closure import Changes
from toolkit.plan.graph import AFTER, BEFORE, FRONT, MAIN, POPULATED, Node, blocked_by
from toolkit.plan.whole import Whole

# What is written in one step with the object that it belongs to.
_BELONGING: Final = frozenset({"ACL", "COMMENT", "SECURITY LABEL"})
_DEFAULT_RIGHTS: Final = "DEFAULT ACL"  # until the end it is the old ones that what is made gets
_DESCRIBING: Final = frozenset({"COMMENT", "SECURITY LABEL"})  # nobody needs them
# What CREATE TABLE may make besides the table.
_COVERED: Final = frozenset({"CHECK CONSTRAINT", "CONSTRAINT", "DEFAULT", "FK CONSTRAINT", "SEQUENCE"}) | {
    "SEQUENCE OWNED BY"
}


class Nodes:
    """The nodes of a plan.

    gone: by old key, the node after which it is not there any more. aside: by the old key of a type, the node
    after which its name is free. present: by new key, the node after which it is as it should be; what is not
    in it is so already. created: the nodes that make whole objects. altering: by key, the alterations with
    their nodes. covered: what is made along with a table by the statement of an artifact, with the table.
    """

    def __init__(
        self, old: Catalog, new: Catalog, changes: Changes, whole: Whole, texts: Collection[ObjectKey]
    ) -> None:
        self._old, self._new, self._changes, self._whole = old, new, changes, whole
        self.all: list[Node] = []
        self.gone: dict[ObjectKey, Node] = {}
        self.aside: dict[ObjectKey, Node] = {}
        self.present: dict[ObjectKey, Node] = {}
        self.created: dict[ObjectKey, Node] = {}
        self.altering: dict[ObjectKey, list[tuple[Alteration, Node]]] = {}
        self.covered: dict[ObjectKey, ObjectKey] = {}
        self._along: dict[ObjectKey, tuple[ObjectKey, int]] = {}
        self._cover(texts)
        self._take_along()
        self._alter()
        self._drop()
        self._create()

    def owner_of(self, key: ObjectKey) -> ObjectKey | None:
        """Return what an old entry goes with, None where it needs a drop of its own."""
        early = self._changes.is_early(key)
        dropped = (owner for owner in self._owners(key) if self._changes.is_dropped(owner))
        return next((owner for owner in dropped if not early or self._changes.is_early(owner)), None)

    def keeping_away(self) -> Iterator[ObjectKey]:
        """Yield what runs outside of transactions while something that was dropped has to wait for it."""
        missed = [key for key in self._changes.rebuilt if key.kind not in _DESCRIBING]
        made = {self.created[key] for key in missed if key in self.created}
        for key in missed:
            made |= {node for _, node in self.altering.get(key, ())[:1] if node.transactional}
        steps = [
            (key, node)
            for key, altering in self.altering.items()
            for alteration, node in altering
            if not alteration.transactional and alteration.part is Part.MAIN
        ]
        if made & blocked_by(*(node for _, node in steps)):
            yield from (key for key, node in steps if made & blocked_by(node))

    def _owners(self, key: ObjectKey) -> Iterator[ObjectKey]:
        """Yield what takes an old entry along when it is dropped."""
        for edge in self._old.dependencies(key):
            if edge.owned and not _is_shared(key, edge.on):
                yield edge.on
        if key.kind in ("INDEX", "CONSTRAINT"):
            yield from self._parents_of_index(key)
        yield from self._base_types(key)

    def _parents_of_index(self, key: ObjectKey) -> Iterator[ObjectKey]:
        """Yield the index of the whole table that the index of a partition is a part of."""
        for edge in self._old.dependents(key):
            attachment = edge.dependent
            if attachment.kind == "INDEX ATTACH" and key.name.rpartition(" ")[2] == attachment.name:
                for other in self._old.dependencies(attachment):
                    if other.on.kind == key.kind and other.on != key:
                        yield other.on

    def _base_types(self, key: ObjectKey) -> Iterator[ObjectKey]:
        """Yield the base type that a shell is of, or that a function reads or writes."""
        edges = self._old.dependencies(key) if key.kind == "FUNCTION" else ()
        for shell in (key, *(edge.on for edge in edges)):
            if shell.kind == "SHELL TYPE":
                yield shell._replace(kind="TYPE")

    def _node(self, group: int, place: int, *steps: Step, transactional: bool = True) -> Node:
        node = Node((group, place, len(self.all)), list(steps), transactional)
        self.all.append(node)
        return node

    def _take_along(self) -> None:
        """Find what goes with an alteration, as the indexes of a column with the column."""
        for key, answer in self._changes.answers.items():
            for number, alteration in enumerate(answer):
                self._along.update(dict.fromkeys(alteration.takes, (key, number)))
                for edge in self._old.dependents(key) if alteration.remakes else ():
                    other = edge.dependent
                    if edge.owned and edge.on_piece in alteration.remakes and self._changes.is_dropped(other):
                        late = other in self._changes.vanished and other not in self._changes.forced
                        if late or alteration.part is not Part.AFTER:
                            self._along[other] = key, number

    def _alter(self) -> None:
        """Make a node of each alteration; those of an object follow each other."""
        changes = self._changes
        for key, answer in changes.answers.items():
            if key in changes.made or key in self.covered:
                continue
            if key in changes.vanished and (key in self._along or key in changes.aside or self.owner_of(key)):
                continue
            nodes: list[tuple[Alteration, Node]] = []
            for alteration in answer:
                node = self._alteration(key, alteration)
                node.wait_for(nodes[-1][1] if nodes else None)
                nodes.append((alteration, node))
                if alteration.part is not Part.AFTER:
                    self.present[key] = node
            self.altering[key] = nodes
        for key, entry in self._new.by_key.items():
            before = self._old.by_key.get(key)
            step = self._whole.own(before, entry) if before and key not in changes.rebuilt else None
            if step is not None:
                node = self._node(MAIN, self._new.positions[key], step)
                node.wait_for(self.present.get(key))
                self.present[key] = node

    def _alteration(self, key: ObjectKey, alteration: Alteration) -> Node:
        why = self._changes.rebuilt.get(key)
        action = Action.REBUILD if why and alteration.action is Action.CREATE else alteration.action
        step = Step(
            action,
            key,
            why or alteration.why,
            alteration.sql,
            alteration.risk,
            alteration.lock,
            alteration.transactional,
            alteration.by_hand,
        )
        place = self._new.positions.get(key)
        if key in self._changes.vanished:
            early = self._changes.is_early(key) and key.kind != _DEFAULT_RIGHTS
            group = BEFORE if early else AFTER
        elif alteration.part is Part.BEFORE:
            group = BEFORE if alteration.transactional else FRONT
        else:
            late = alteration.part is Part.AFTER or key.kind == _DEFAULT_RIGHTS
            group = AFTER if late else MAIN
        if place is None or group in (FRONT, BEFORE):
            place = -self._old.positions.get(key, 0)
        return self._node(group, place, step, transactional=alteration.transactional)

    def _drop(self) -> None:
        changes = self._changes
        dropped = sorted(changes.vanished | changes.rebuilt.keys())
        for key, (by, number) in self._along.items():
            if by in self.altering:
                self.gone[key] = self.altering[by][number][1]
        for key in dropped:
            if key not in self.gone and self.owner_of(key) is None:
                if key in changes.rebuilt or not self.altering.get(key):
                    self._drop_whole(key)
                else:
                    self.gone[key] = self.altering[key][-1][1]
        for key in dropped:
            owner: ObjectKey | None = key
            while owner is not None and owner not in self.gone:
                owner = self.owner_of(owner)
            if owner is not None:
                self.gone[key] = self.gone[owner]

    def _drop_whole(self, key: ObjectKey) -> None:
        place = -self._old.positions[key]
        if key in self._changes.aside:
            rename, drop = self._whole.set_aside(key)
            self.aside[key] = self._node(BEFORE, place, rename)
            self.gone[key] = self._node(AFTER, place, drop)
            self.gone[key].wait_for(self.aside[key])
        else:
            group = BEFORE if self._changes.is_early(key) else AFTER
            self.gone[key] = self._node(group, place, self._whole.drop(key))

    def _create(self) -> None:
        made = self._changes.created | self._changes.rebuilt.keys()
        making = made - self._changes.made.keys() - self.altering.keys() - self.covered.keys()
        belonging: dict[ObjectKey, list[Entry]] = defaultdict(list)
        parents = {key: parent for key in making if (parent := self._parent_of(key)) and parent in making}
        for key in sorted(parents, key=self._new.positions.__getitem__):
            belonging[parents[key]].append(self._new.by_key[key])
        for key in sorted(making):
            if key not in parents:
                group = POPULATED if self._new.by_key[key].populated else MAIN
                group = AFTER if key.kind == _DEFAULT_RIGHTS else group
                node = self._node(group, self._new.positions[key], self._whole.create(key, belonging[key]))
                self.created[key] = self.present[key] = node
        for key, parent in parents.items():
            self.present[key] = self.created[parent]
        for key, maker in self._changes.made.items():
            self.present[key] = self.present[maker]
        for key, table in self.covered.items():
            self.present[key] = self.created[table]

    def _cover(self, texts: Collection[ObjectKey]) -> None:
        """Find what the statements that make tables make along."""
        for table in self._changes.created:
            if table.kind == "TABLE" and table in texts:
                waiting = [table]
                while waiting:
                    for edge in self._new.dependents(waiting.pop()):
                        key = edge.dependent
                        if edge.owned and key.kind in _COVERED and key not in (*self.covered, *texts):
                            self.covered[key] = table
                            waiting.append(key)

    def _parent_of(self, key: ObjectKey) -> ObjectKey | None:
        """Return the object that a comment or a right belongs to, None for everything else."""
        if key.kind not in _BELONGING:
            return None
        owners = (edge.on for edge in self._new.dependencies(key) if edge.owned)
        owner = next((owner for owner in owners if owner.kind not in _BELONGING), None)
        return self.covered.get(owner, owner) if owner else None


def _is_shared(key: ObjectKey, owner: ObjectKey) -> bool:
    """Return whether an entry may stay without its owner: a partition, a key of all, rights beside others."""
    if key.kind == "FK CONSTRAINT" and owner.kind == "TABLE":
        return not key.name.startswith(f"{owner.name} ")
    return owner.kind == "ACL" or (key.kind == "TABLE ATTACH" and owner.name != key.name)
