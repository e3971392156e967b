"""A plan from one catalog to another: what is to be done, each step behind what it waits for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from toolkit.catalog.catalog import ROW_TYPE, Catalog, Edge
from toolkit.core.changes import ObjectKey, Plan, Step
from toolkit.errors import PlanImpossible
from toolkit.plan.alteration import Alteration, Mode, Part
from toolkit.plan.closure import Changes, find_changes, find_disturbed
from toolkit.plan.column_order import refuse_other_places
from toolkit.plan.graph import Node, needed_by, order
from toolkit.plan.likeness import find_likely_renames
from toolkit.plan.nodes import Nodes
from toolkit.plan.statements import or_replace, undoing
from toolkit.plan.whole import Whole


def make_plan(
    old: Catalog,
    new: Catalog,
    *,
    texts: Mapping[ObjectKey, str] | None = None,
    mode: Mode = Mode.ONLINE,
    postgresql: int = 15,
    owner: str | None = None,
) -> Plan:
    """Return the steps that lead from one catalog to the other; both are of servers of one major.

    texts: the statement in the artifacts that makes an object, used instead of the definition; names without
    a schema must mean the same where the plan runs. postgresql: the oldest target major. owner: the role that
    runs the plan and so owns what it makes; without it every owner is set.
    Raises PlanImpossible for what can't be changed but by hand.
    """
    planning = _Planning(old, new, texts or {}, mode, postgresql, owner)
    try:
        return planning.plan()
    except PlanImpossible:  # a table may have to be there before its constraints can be
        apart = {key: text for key, text in planning.texts.items() if key.kind != "TABLE"}
        if len(apart) == len(planning.texts):
            raise
        return replace(planning, texts=apart).plan()


@dataclass(frozen=True, slots=True)
class _Planning:
    old: Catalog
    new: Catalog
    texts: Mapping[ObjectKey, str]
    mode: Mode
    postgresql: int
    owner: str | None
    plain: frozenset[ObjectKey] = frozenset()

    def plan(self) -> Plan:
        changes = find_changes(
            self.old,
            self.new,
            texts=self.texts,
            mode=self.mode,
            postgresql=self.postgresql,
            plain=self.plain,
        )
        said = changes.created | changes.rebuilt.keys() | (changes.answers.keys() & self.new.by_key.keys())
        for key in sorted(said):
            refuse_other_places(key, self.old, self.new)
        steps_only = self.mode is Mode.STEPS
        whole = Whole(self.old, self.new, changes, self.texts, self.owner, self.postgresql, again=steps_only)
        nodes = Nodes(self.old, self.new, changes, whole, self.texts)
        waiting = _Waiting(self.old, self.new, changes, nodes, whole)
        keeping = frozenset() if steps_only else frozenset(nodes.keeping_away())
        if keeping - self.plain:
            return replace(self, plain=self.plain | keeping).plan()
        if steps_only:  # all alike, so that none is moved behind the others
            for node in nodes.all:
                node.transactional = True
        steps = order(nodes.all, waiting.break_circle)
        if steps_only:
            steps = [replace(step, transactional=False) for step in steps]
        return Plan(tuple(steps), find_likely_renames(self.old, self.new, changes.vanished, changes.created))


class _Waiting:
    """Lets each node wait for what it needs, by the edges of both catalogs."""

    def __init__(self, old: Catalog, new: Catalog, changes: Changes, nodes: Nodes, whole: Whole) -> None:
        self._old, self._new, self._changes, self._nodes = old, new, changes, nodes
        self._whole = whole
        # What waits only because of something, such as a foreign key, that goes along with its table.
        self._along: dict[tuple[Node, Node], list[ObjectKey]] = defaultdict(list)
        self._wait_for_drops()
        self._wait_for_creates()
        self._wait_for_names()
        for key, altering in nodes.altering.items():
            for alteration, node in altering:
                self._wait_for_dependents(key, alteration, node)

    def _wait_for_drops(self) -> None:
        """Drop nothing that something old still depends on."""
        nodes = self._nodes
        firm = set()
        for edge in self._old.edges:
            target = nodes.gone.get(edge.on)
            if target is None or edge.on.kind == "ACL":  # rights are taken away in any order
                continue
            gone = nodes.gone.get(edge.dependent)
            if (
                gone is not None
                and nodes.owner_of(edge.dependent)
                and undoing(self._old.by_key[edge.dependent])
            ):
                self._along[target, gone].append(edge.dependent)
            elif gone is not None:
                firm.add((target, gone))
            firm.update((target, node) for node in self._freeing(edge))
            if edge.on in nodes.aside:
                self._wait_before_aside(edge, nodes.aside[edge.on])
        for pair in firm:
            self._along.pop(pair, None)
        for waiting, other in (*firm, *self._along):
            waiting.wait_for(other)

    def _freeing(self, edge: Edge) -> Iterator[Node]:
        """Yield the nodes by which a dependent that stays lets go of what is dropped."""
        early = self._changes.is_early(edge.on) and edge.on not in self._nodes.aside
        if edge.dependent not in self._nodes.gone:
            for alteration, node in self._nodes.altering.get(edge.dependent, ()):
                if alteration.part is Part.BEFORE or not (early or self._is_idle(edge, alteration)):
                    yield node

    def _is_idle(self, edge: Edge, alteration: Alteration) -> bool:
        """Return whether an alteration, such as the validation of a constraint, lets go of nothing."""
        return edge.dependent.kind == "TABLE" and not alteration.transactional

    def _wait_before_aside(self, edge: Edge, rename: Node) -> None:
        """Rename a type when nothing that is still to be dropped is called by its name."""
        gone = self._nodes.gone.get(edge.dependent)
        along = gone is self._nodes.gone[edge.on] or edge.dependent in self._nodes.aside
        if self._changes.is_early(edge.dependent) and not along:
            rename.wait_for(gone)

    def _wait_for_creates(self) -> None:
        """Make nothing before what it depends on is as it should be."""
        nodes = self._nodes
        for edge in self._new.edges:
            present = nodes.present.get(edge.on)
            if present is not None and edge.dependent != edge.on:
                for node in self._making(edge.dependent):
                    node.wait_for(present)
        for key in self._new.by_key:
            if key.kind == "TABLE ATTACH":
                self._wait_for_indexes(key)
            elif key.kind == "INDEX ATTACH":
                self._wait_for_attachment(key)

    def _making(self, key: ObjectKey) -> Iterator[Node]:
        key = self._nodes.covered.get(key, key)
        if key in self._nodes.created:
            yield self._nodes.created[key]
        for alteration, node in self._nodes.altering.get(key, ()):
            if alteration.part is Part.MAIN:
                yield node

    def _wait_for_indexes(self, attachment: ObjectKey) -> None:
        """Attach a partition when it has its indexes, or PostgreSQL makes others."""
        attaching = [*self._making(attachment), *self._late(attachment)]
        for edge in self._new.dependencies(attachment) if attaching else ():
            if edge.on.name == attachment.name:
                for other in self._new.dependents(edge.on):
                    if other.dependent.kind in ("INDEX", "CONSTRAINT"):
                        for node in attaching:
                            node.wait_for(self._nodes.present.get(other.dependent))

    def _wait_for_attachment(self, index: ObjectKey) -> None:
        """Attach the index of a partition when the partition itself is, be that late."""
        for edge in self._new.dependencies(index):
            if edge.on.kind == "TABLE ATTACH":
                for node in self._making(index):
                    for late in self._late(edge.on):
                        node.wait_for(late)

    def _late(self, key: ObjectKey) -> Iterator[Node]:
        """Yield the nodes of what is done to a new entry when nothing old is in use any more."""
        for alteration, node in self._nodes.altering.get(key, ()) if key in self._new.by_key else ():
            if alteration.part is Part.AFTER:
                yield node

    def _wait_for_names(self) -> None:
        """Make nothing anew, or of the same name, before the old one is gone."""
        nodes = self._nodes
        pairs = [(key, key) for key in self._changes.rebuilt]
        for key, old in (*pairs, *self._changes.conflicts):
            freed = nodes.aside.get(old) or nodes.gone.get(old)
            for node in self._making(key):
                node.wait_for(freed)
        for key in self._changes.rebuilt:
            if key.kind == "FK CONSTRAINT":
                self._wait_for_keys(key)

    def _wait_for_keys(self, foreign_key: ObjectKey) -> None:
        """Refer to a table again when the old key is gone, or PostgreSQL may choose that."""
        nodes = self._nodes
        for edge in self._old.dependencies(foreign_key):
            if edge.on.kind in ("CONSTRAINT", "INDEX"):
                for node in self._making(foreign_key):
                    node.wait_for(nodes.gone.get(edge.on))
                    for alteration, altering in nodes.altering.get(edge.on, ()):
                        if alteration.replaces:
                            node.wait_for(altering)

    def _wait_for_dependents(self, key: ObjectKey, alteration: Alteration, node: Node) -> None:
        """Alter nothing that is in use; take nothing away before everything new is there."""
        nodes = self._nodes
        own = [other for _, other in nodes.altering[key]]
        edges = self._old.dependents(key)
        if alteration.part is not Part.AFTER:
            edges = find_disturbed(self._old, self._new, key, alteration)
        for edge in edges:
            gone = nodes.gone.get(edge.dependent)
            if gone is not None:
                if gone not in own:
                    node.wait_for(gone)
            elif edge.dependent != key:
                for other, letting_go in nodes.altering.get(edge.dependent, ()):
                    if other.part is Part.BEFORE or (
                        alteration.part is Part.AFTER and other.part is Part.MAIN
                    ):
                        node.wait_for(letting_go)
            if edge.on_piece == ROW_TYPE and alteration.part is Part.MAIN:  # perhaps by way of others
                for making in self._making(edge.dependent):
                    making.wait_for(node)

    def break_circle(self, left: list[Node]) -> list[Step]:
        """Let something go on when every node waits for another; see `toolkit.plan.graph.order`."""
        waiting = set(left)
        for key, node in self._nodes.gone.items():
            entry = self._old.by_key[key]
            if entry.stand_in and node in waiting and _release(node):
                return [self._whole.stand_in(entry, node.steps[0].action, replacing=True)]
        for key, node in self._nodes.created.items():
            entry = self._new.by_key[key]
            if entry.stand_in and node in waiting and _release(node):
                (step,) = node.steps
                first, *rest = step.sql
                node.steps = [replace(step, sql=(or_replace(first), *rest))]
                return [self._whole.stand_in(entry, step.action)]
        for (target, gone), keys in self._along.items():
            if target in waiting and gone in target.waits and target in needed_by(gone):
                target.let_go(gone)
                return [self._whole.drop(key) for key in sorted(set(keys))]
        names = sorted({str(step.object) for node in left for step in node.steps})
        raise PlanImpossible(
            f"These need each other, and none can come first: {', '.join(names[:10])}.",
            remedy="Write this change by hand in a revision.",
        )


def _release(node: Node) -> bool:
    """Let those go on that the node itself waits for, by whatever way; return whether there are any."""
    released = node.blocks & needed_by(node)
    for other in released:
        other.let_go(node)
    return bool(released)
