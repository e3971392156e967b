"""Rights on what exists, and default privileges: as few GRANT and REVOKE as lead from one state to another.

Where there is no entry, rights are those that an object has by default (documentation, "Privileges"): all for
its owner, and EXECUTE or USAGE for PUBLIC on functions, types and languages. GRANT locks no table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from toolkit.catalog.catalog import Entry
from toolkit.plan.alteration import Alteration, Answer, Context
from toolkit.plan.lookup import Entries
from toolkit.plan.statements import quote
from toolkit.source.canonical_rights import Right, Rights, read_rights

_PUBLIC = "PUBLIC"
_COLUMN = "COLUMN "  # how the rights to one begin


def alter_rights(old: Entry | None, new: Entry | None, context: Context) -> Answer:
    """Return what is granted and revoked; None for rights where there were none but the default."""
    if old is None:
        return None
    before = read_rights(old.definition)
    after = read_rights(new.definition) if new else Rights(before.prefix, before.target)
    before = _with_new_owner(before, after, context)
    revokes = list(_revokes(before, after))
    again = _of_columns(before, after, context) if revokes and not old.name.startswith(_COLUMN) else ()
    sql = [*revokes, *_grants(before, after), *again]
    return (Alteration(tuple(sql), "rights change"),) if sql else ()


def _revokes(old: Rights, new: Rights) -> Iterator[str]:
    """Yield what takes rights away, those that were passed on before those that they come from."""
    gone = [right for right in old.granted if not _has(new.granted, right)]
    options = [right for right in gone if right._replace(grantable=False) in new.granted]
    whole = [right for right in gone if right not in options]
    yield from _write(reversed(whole), "REVOKE {} ON {} FROM {}", new)
    yield from _write(reversed(options), "REVOKE GRANT OPTION FOR {} ON {} FROM {}", new)
    yield from _write(_added(old.revoked, new.revoked), "REVOKE {} ON {} FROM {}", new)


def _grants(old: Rights, new: Rights) -> Iterator[str]:
    """Yield what gives rights back, then what gives new ones, in the order in which they are passed on."""
    yield from _write(_added(new.revoked, old.revoked), "GRANT {} ON {} TO {}", new)
    taken = [*_added(old.revoked, new.revoked)]
    taken += [right for right in _added(new.granted, old.granted) if right.privilege.startswith("ALL")]
    roles = {(right.grantor, right.grantee) for right in taken}
    for right in new.granted:
        if not _has(old.granted, right) or (right.grantor, right.grantee) in roles:
            option = " WITH GRANT OPTION" if right.grantable else ""
            yield from _write([right], f"GRANT {{}} ON {{}} TO {{}}{option}", new)


def _has(rights: tuple[Right, ...], right: Right) -> bool:
    """Return whether a right is there, or the same with the option to pass it on."""
    return right in rights or right._replace(grantable=True) in rights


def _added(old: Iterable[Right], new: Iterable[Right]) -> list[Right]:
    return [right for right in new if right not in old]


def _of_columns(old: Rights, new: Rights, context: Context) -> Iterator[str]:
    """Yield the rights to columns again: "revoking privileges on a table … revokes them on each column"."""
    kept = {right.grantee for right in _added(new.granted, old.granted)}
    kept |= {right.grantee for right in _added(old.revoked, new.revoked)}
    for key, entry in context.new.items():
        stays = key in context.old and key.kind == "ACL" and key.name.startswith(_COLUMN)
        if stays and f" ON {new.target} " in entry.definition:
            rights = read_rights(entry.definition)
            granted = tuple(right for right in rights.granted if right.grantee in kept)
            yield from _grants(replace(rights, granted=(), revoked=()), replace(rights, granted=granted))


def _write(rights: Iterable[Right], form: str, new: Rights) -> Iterator[str]:
    """Yield statements about rights, one for all privileges of a role that stand together."""
    for (grantor, grantee), group in groupby(rights, key=lambda right: (right.grantor, right.grantee)):
        privileges = ", ".join(right.privilege for right in group)
        sql = f"{new.prefix} {form.format(privileges, new.target, grantee)}".strip()
        yield from [f"SET SESSION AUTHORIZATION {grantor}"] if grantor else []
        yield sql
        yield from ["RESET SESSION AUTHORIZATION"] if grantor else []


def _with_new_owner(old: Rights, new: Rights, context: Context) -> Rights:
    """Return the old rights as ALTER … OWNER leaves them: what the old owner has, the new one has."""
    roles = {right.grantee for right in old.revoked} - {right.grantee for right in new.revoked} - {_PUBLIC}
    owner = _find_owner(old.target, context.new) if roles and not old.prefix else None
    if owner is None or owner in roles:
        return old
    (before,) = roles if len(roles) == 1 else (None,)

    def rename(rights: Iterable[Right]) -> tuple[Right, ...]:
        return tuple(
            right._replace(grantee=owner if right.grantee == before else right.grantee) for right in rights
        )

    return replace(old, revoked=rename(old.revoked), granted=rename(old.granted))


def _find_owner(target: str, entries: Entries) -> str | None:
    """Return who owns what rights are on; views are tables there."""
    kind, _, name = target.partition(" ")
    drops = {f"DROP {target}"}
    if kind == "TABLE":
        drops = {f"DROP {other} {name}" for other in ("TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW")}
    return next((quote(entry.owner) for entry in entries.values() if entry.drop in drops), None)
