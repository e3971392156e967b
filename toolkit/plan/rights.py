"""Rights on what exists, and default privileges: as few GRANT and REVOKE as lead from one state to another.

Where there is no entry, rights are those that an object has by default (documentation, "Privileges"): all for
its owner, and EXECUTE or USAGE for PUBLIC on functions, types and languages. GRANT locks no table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from toolkit.catalog.catalog import Entries, Entry
from toolkit.plan.alteration import Alteration, Answer, Context
from toolkit.plan.statements import quote
from toolkit.source.canonical_rights import Right, Rights, read_rights
from toolkit.source.cursor import statements

_PUBLIC = "PUBLIC"
_COLUMN = "COLUMN "  # how the names of rights to one begin
_GRANT = "GRANT {} ON {} TO {}"
_REVOKE = "REVOKE {} ON {} FROM {}"
# PostgreSQL 17 has one right more on tables, which those before it can't name.
_MAINTAIN, _HAS_MAINTAIN = "MAINTAIN", 17
_ON_TABLES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def alter_rights(
    old: Entry | None, new: Entry | None, context: Context, *, maker: str | None = None
) -> Answer:
    """Return what is granted and revoked; None for rights on what is made by the same plan.

    maker: who owned it when it had the old rights, None for the owner in the old catalog.
    """
    entry = new or old
    if entry is None or (context.fresh and old is None):
        return None
    blank = replace(read_rights(entry.definition), revoked=(), granted=())
    before = read_rights(old.definition) if old else blank
    after = read_rights(new.definition) if new else blank
    if new:  # what vanishes is taken away before the owner changes
        before = _with_new_owner(before, context, maker)
    change = _Change(before, after, context.postgresql)
    revokes = list(change.revokes())
    again = _of_columns(change, context) if revokes and not entry.name.startswith(_COLUMN) else ()
    sql = [*revokes, *change.grants(), *again]
    return (Alteration(tuple(sql), "rights change"),) if sql else ()


def grant_statements(entry: Entry, postgresql: int) -> tuple[str, ...]:
    """Return the statements of an entry ACL for a new object, in words of PostgreSQL `postgresql`."""
    if postgresql >= _HAS_MAINTAIN or _MAINTAIN not in entry.definition:
        return tuple(statements(entry.definition))
    new = read_rights(entry.definition)
    change = _Change(replace(new, revoked=(), granted=()), new, postgresql)
    return (*change.revokes(), *change.grants())


class _Change:
    """Leads from old rights to new ones; postgresql: the oldest version that has to understand it."""

    def __init__(self, old: Rights, new: Rights, postgresql: int) -> None:
        self.new, self._old_words = new, postgresql < _HAS_MAINTAIN
        gone = {right[:2] for right in _added(new.granted, old.granted) if right.privilege == _MAINTAIN}
        if self._old_words and gone:  # it can't be revoked but with all others
            granted = dict.fromkeys(
                right._replace(privilege="ALL") if right[:2] in gone else right for right in old.granted
            )
            old = replace(old, granted=tuple(granted))
        self.old = old

    def revokes(self) -> Iterator[str]:
        """Yield what takes rights away, those that were passed on before those that they come from."""
        old, new = self.old, self.new
        restored = {right.grantee for right in _added(new.revoked, old.revoked)}
        gone = [
            right for right in old.granted if not _has(new.granted, right) and right.grantee not in restored
        ]
        options = [right for right in gone if right._replace(grantable=False) in new.granted]
        whole = [right for right in gone if right not in options]
        yield from self.write(reversed(whole), _REVOKE)
        yield from self.write(reversed(options), "REVOKE GRANT OPTION FOR {} ON {} FROM {}")
        yield from self.write(_added(old.revoked, new.revoked), _REVOKE)

    def grants(self) -> Iterator[str]:
        """Yield what gives rights back, then new ones in the order in which they are passed on."""
        old, new = self.old, self.new
        yield from self.write(_added(new.revoked, old.revoked), _GRANT)
        taken = [*_added(old.revoked, new.revoked)]
        taken += [right for right in _added(new.granted, old.granted) if right.privilege.startswith("ALL")]
        roles = {right[:2] for right in taken}
        granted = [right for right in new.granted if not _has(old.granted, right) or right[:2] in roles]
        yield from self.write(granted, _GRANT)

    def write(self, rights: Iterable[Right], form: str) -> Iterator[str]:
        """Yield statements about rights, one for all privileges of a role that stand together."""
        for (grantor, grantee, grantable), group in groupby(rights, key=_ROLE):
            privileges = [right.privilege for right in group]
            option = " WITH GRANT OPTION" if grantable and form is _GRANT else ""
            yield from [f"SET SESSION AUTHORIZATION {grantor}"] if grantor else []
            if self._old_words and _MAINTAIN in privileges:
                held = {right.privilege for right in self.new.granted if right[:2] == (grantor, grantee)}
                yield self._sentence(form, ["ALL"], grantee) + option
                others = [privilege for privilege in _ON_TABLES if privilege not in held]
                yield from [self._sentence(_REVOKE, others, grantee)] if others else []
            else:
                yield self._sentence(form, privileges, grantee) + option
            yield from ["RESET SESSION AUTHORIZATION"] if grantor else []

    def _sentence(self, form: str, privileges: Iterable[str], grantee: str) -> str:
        return f"{self.new.prefix} {form.format(', '.join(privileges), self.new.target, grantee)}".strip()


_ROLE = attrgetter("grantor", "grantee", "grantable")


def _has(rights: tuple[Right, ...], right: Right) -> bool:
    """Return whether a right is there, or the same with the option to pass it on."""
    return right in rights or right._replace(grantable=True) in rights


def _added(old: Iterable[Right], new: Iterable[Right]) -> list[Right]:
    return [right for right in new if right not in old]


def _of_columns(change: _Change, context: Context) -> Iterator[str]:
    """Yield rights to columns again: those on the table that are revoked take them along (GRANT, "Notes")."""
    old, new = change.old, change.new
    roles = {right.grantee for right in _added(new.granted, old.granted)}
    roles |= {right.grantee for right in _added(old.revoked, new.revoked)}
    for entry in context.new.index(_table_of_columns).get(new.target, ()):
        before = context.old.get(entry.key)
        kept = read_rights(before.definition).granted if before else ()
        again = [right for right in read_rights(entry.definition).granted if right.grantee in roles]
        yield from change.write([right for right in again if right in kept], _GRANT)


def _table_of_columns(entry: Entry) -> Iterable[str]:
    of_column = entry.kind == "ACL" and entry.name.startswith(_COLUMN)
    return (read_rights(entry.definition).target,) if of_column else ()


def _with_new_owner(rights: Rights, context: Context, maker: str | None) -> Rights:
    """Return the old rights as ALTER … OWNER leaves them: what the old owner has, the new one has.

    Beside all the rights of an owner nothing is left of what the new one was granted before (aclnewowner).
    """
    before = quote(maker) if maker else _find_owner(rights.target, context.old)
    after = _find_owner(rights.target, context.new)
    if rights.prefix or before is None or after is None or before == after:
        return rights
    has_all = before not in {right.grantee for right in rights.revoked} and not _is_of_columns(rights)

    def rename(found: Iterable[Right]) -> tuple[Right, ...]:
        renamed = (right._replace(grantee=after) if right.grantee == before else right for right in found)
        return tuple(dict.fromkeys(renamed))

    granted = [right for right in rights.granted if not (has_all and right.grantee == after)]
    return replace(rights, revoked=rename(rights.revoked), granted=rename(granted))


def _is_of_columns(rights: Rights) -> bool:
    return any("(" in right.privilege for right in rights.granted)


def _find_owner(target: str, entries: Entries) -> str | None:
    """Return who owns what rights are on; views are tables there."""
    kind, _, name = target.partition(" ")
    drops = {f"DROP {target}"}
    if kind == "TABLE":
        drops = {f"DROP {other} {name}" for other in ("TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW")}
    found = (entry for drop in drops for entry in entries.index(_drop).get(drop, ()))
    return next((quote(entry.owner) for entry in found), None)


def _drop(entry: Entry) -> Iterable[str]:
    return (entry.drop,)
