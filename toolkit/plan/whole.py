"""The steps that make and drop whole objects."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from toolkit.catalog.catalog import Catalog, Entry
from toolkit.core.changes import Action, Lock, ObjectKey, Step
from toolkit.errors import PlanImpossible
from toolkit.plan.alteration import NEW, VANISHED, Context
from toolkit.plan.closure import Changes
from toolkit.plan.default_rights import given_by_default
from toolkit.plan.locks import effect_of_creating, effect_of_dropping
from toolkit.plan.rights import alter_rights, grant_statements
from toolkit.plan.statements import (
    definition,
    making_again,
    or_replace,
    passing_over,
    quote,
    undoing,
    undoing_again,
)

STANDS_IN: Final = "stands in while what it needs is made or dropped"
_OLD, _LONGEST = "__old", 63  # PostgreSQL cuts names to so many bytes
# What has an owner of its own; the others have that of their table.
_OWNED: Final = frozenset({
    "AGGREGATE", "COLLATION", "CONVERSION", "DOMAIN", "EVENT TRIGGER", "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE", "FUNCTION", "MATERIALIZED VIEW", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY",
    "PROCEDURAL LANGUAGE", "PROCEDURE", "PUBLICATION", "SCHEMA", "SEQUENCE", "SERVER", "STATISTICS",
    "SUBSCRIPTION", "TABLE", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY", "TYPE", "VIEW",
})  # fmt: skip


class Whole:
    """Writes the steps for objects as a whole.

    owner: the role that runs the plan and so owns what it makes, None where that is not known.
    postgresql: the oldest target major. again: whether each statement must be safe to run again.
    """

    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        changes: Changes,
        texts: Mapping[ObjectKey, str],
        owner: str | None,
        postgresql: int,
        *,
        again: bool = False,
    ) -> None:
        self._old, self._new, self._changes, self._texts, self._owner = old, new, changes, texts, owner
        self._postgresql, self._again = postgresql, again

    def create(self, key: ObjectKey, belonging: Iterable[Entry]) -> Step:
        """Return the step that makes an object and the comments and rights that belong to it."""
        entry = self._new.by_key[key]
        why = self._changes.rebuilt.get(key)
        first, *rest = definition(entry)
        sql = [self._texts.get(key, first), *rest]
        sql = [making_again(key.kind, statement) if self._again else statement for statement in sql]
        sql += self._attributes(entry)
        sql += self._belonging(entry, belonging)
        effect = effect_of_creating(entry.kind, fresh=self._is_fresh(key))
        action = Action.REBUILD if why else Action.CREATE
        return Step(action, key, why or NEW, tuple(sql), effect.risk, effect.lock)

    def _belonging(self, entry: Entry, belonging: Iterable[Entry]) -> Iterator[str]:
        """Yield what makes comments and rights; rights come to what there is by default privileges."""
        maker = self._owner or entry.owner
        given = given_by_default(entry, self._old.by_key, maker)
        for other in belonging:
            if given is not None and other.kind == "ACL" and not other.name.startswith("COLUMN "):
                yield from self._granted(given, other, maker)
                given = None
            else:
                rights = other.kind == "ACL"
                yield from grant_statements(other, self._postgresql) if rights else definition(other)
        if given is not None:
            yield from self._granted(given, None, maker)

    def _granted(self, before: Entry, after: Entry | None, maker: str) -> Iterator[str]:
        context = Context(self._postgresql, old=self._old.by_key, new=self._new.by_key)
        for alteration in alter_rights(before, after, context, maker=maker) or ():
            yield from alteration.sql

    def drop(self, key: ObjectKey) -> Step:
        """Return the step that drops an old object; raises PlanImpossible where there is no way to."""
        statement = undoing(self._old.by_key[key])
        if statement is None:
            raise PlanImpossible(
                f"PostgreSQL has no statement that drops the {key}.",
                remedy="Write this change by hand in a revision.",
            )
        if self._again:
            statement = undoing_again(key.kind, statement)
        why = self._changes.rebuilt.get(key)
        effect = effect_of_dropping(key.kind)
        if why:
            return Step(Action.REBUILD, key, why, (statement,), lock=effect.lock)
        return Step(Action.DROP, key, VANISHED, (statement,), effect.risk, effect.lock)

    def set_aside(self, key: ObjectKey) -> tuple[Step, Step]:
        """Return the steps that give a type another name, and drop it under that name."""
        entry = self._old.by_key[key]
        kind, _, name = entry.drop.removeprefix("DROP ").partition(" ")
        aside = quote(key.name.encode()[: _LONGEST - len(_OLD)].decode(errors="ignore") + _OLD)
        why = self._changes.rebuilt.get(key)
        action, reason = (Action.REBUILD, why) if why else (Action.DROP, VANISHED)
        rename, drop = f"ALTER {kind} {name} RENAME TO {aside}", f"DROP {kind} {quote(key.schema)}.{aside}"
        if self._again:
            rename, drop = passing_over(rename, "undefined_object"), undoing_again(kind, drop)
        return Step(action, key, reason, (rename,)), Step(action, key, reason, (drop,))

    def stand_in(self, entry: Entry, action: Action, *, replacing: bool = False) -> Step:
        """Return the step that puts a view of the same columns, with nothing behind them, in its place."""
        text = entry.stand_in.removesuffix(";")
        return Step(action, entry.key, STANDS_IN, (or_replace(text) if replacing or self._again else text,))

    def own(self, before: Entry, after: Entry) -> Step | None:
        """Return the step that gives an object that stays its new owner, tablespace and access method."""
        sql = list(self._attributes(after, before))
        if not sql:
            return None
        lock = Lock.ACCESS_EXCLUSIVE if "TABLE" in after.kind or "VIEW" in after.kind else None
        return Step(Action.ALTER, after.key, "owner or storage differs", tuple(sql), lock=lock)

    def _attributes(self, entry: Entry, before: Entry | None = None) -> Iterable[str]:
        """Yield what the definition does not say; before: what it is now, None where it is just made."""
        target = entry.drop.removeprefix("DROP ").removesuffix(" CASCADE")
        owner = before.owner if before else self._owner
        if entry.owner != owner and entry.kind in _OWNED and entry.drop and not self._follows(entry):
            yield f"ALTER {target} OWNER TO {quote(entry.owner)}"
        if entry.tablespace != (before.tablespace if before else "") and entry.drop:
            place = quote(entry.tablespace or "pg_default")
            yield f"ALTER {self._place(entry, target)} SET TABLESPACE {place}"
        if entry.access_method not in (before.access_method if before else "heap", ""):
            yield f"ALTER {target} SET ACCESS METHOD {quote(entry.access_method)}"

    def _follows(self, entry: Entry) -> bool:
        return any(edge.owned and edge.on.kind == "TABLE" for edge in self._new.dependencies(entry.key))

    def _place(self, entry: Entry, target: str) -> str:
        if entry.kind != "CONSTRAINT":
            return target
        name = entry.drop.rpartition(" DROP CONSTRAINT ")[2]
        return f"INDEX {quote(entry.schema)}.{name}"

    def _is_fresh(self, key: ObjectKey) -> bool:
        owners = {edge.on for edge in self._new.dependencies(key) if edge.owned}
        return any(owner in self._changes.created or owner in self._changes.rebuilt for owner in owners)
