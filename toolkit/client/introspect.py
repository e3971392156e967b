"""The signatures and columns that a database has: a contract for services without one, and to compare with.

A second reader on purpose: the contract is made with the tools of development, which a service does not have.
A test compares the two.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from toolkit.client.rows import decode
from toolkit.core.contract import Column, Command, Contract, Parameter, ReadModel, Result, Typed
from toolkit.core.shapes import Array, Object, Opaque, Property, Scalar, Shape

_REASON: Final = "no contract"
_VOLATILITIES: Final = {"v": "volatile", "s": "stable", "i": "immutable"}
# format_type's words -> the short names of contracts.
_SHORT: Final = {
    "character varying": "varchar",
    "character": "char",
    "double precision": "float8",
    "real": "float4",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "bit varying": "varbit",
}
# A type as contracts name it: with its schema, but for PostgreSQL's own and the one that is asked about.
# format_type goes by the search_path instead.
_WORDS: Final = """(
        SELECT CASE
            WHEN home.nspname = 'pg_catalog' THEN words.text
            ELSE CASE WHEN home.nspname = %(schema)s THEN '' ELSE quote_ident(home.nspname) || '.' END
                || CASE
                    WHEN pg_type_is_visible(named.oid) THEN words.text
                    ELSE substr(words.text, length(quote_ident(home.nspname)) + 2)
                END
        END
        FROM pg_type AS whole
        INNER JOIN pg_type AS named ON named.oid = CASE
            WHEN whole.typcategory = 'A' AND whole.typelem <> 0 THEN whole.typelem ELSE whole.oid
        END
        INNER JOIN pg_namespace AS home ON home.oid = named.typnamespace
        CROSS JOIN LATERAL (SELECT format_type(whole.oid, {modifier}) AS text) AS words
        WHERE whole.oid = {oid}
    )"""
# Of an array, base and labels are those of its elements; of a domain over a domain, those of the lowest one.
_TYPE: Final = f"""(
        SELECT json_build_object(
            'name', {_WORDS},
            'element', CASE
                WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN {_WORDS.format(oid="e.oid", modifier="NULL")}
            END,
            'base', CASE
                WHEN e.typtype = 'd' THEN {_WORDS.format(oid="base.oid", modifier="base.modifier")}
            END,
            'labels', ARRAY(SELECT enumlabel FROM pg_enum WHERE enumtypid = base.oid ORDER BY enumsortorder)
        )
        FROM pg_type AS t INNER JOIN pg_type AS e
            ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
        CROSS JOIN LATERAL (
            WITH RECURSIVE down (oid, modifier) AS (
                SELECT e.oid, -1
                UNION ALL
                SELECT d.typbasetype, d.typtypmod
                FROM down INNER JOIN pg_type AS d ON d.oid = down.oid AND d.typtype = 'd'
            )
            SELECT down.oid, down.modifier
            FROM down INNER JOIN pg_type AS b ON b.oid = down.oid AND b.typtype <> 'd'
        ) AS base
        WHERE t.oid = {{oid}}
    )"""
_NO_MEMBER: Final = """NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = '{catalog}'::regclass AND d.objid = {oid} AND d.deptype = 'e'
    )"""
# What can be called and read in one schema, by its name: (what, name, facts as JSON).
SIGNATURES: Final = f"""
    SELECT 'routine', quote_ident(p.proname), json_build_object(
        'usable', has_function_privilege(p.oid, 'EXECUTE'),
        'procedure', p.prokind = 'p', 'volatility', p.provolatile, 'many', p.proretset,
        'strict', p.proisstrict,
        'result', {_TYPE.format(oid="p.prorettype", modifier="NULL")},
        'columns', (
            SELECT json_agg(json_build_object(
                'name', a.attname, 'type', {_TYPE.format(oid="a.atttypid", modifier="a.atttypmod")}
            ) ORDER BY a.attnum)
            FROM pg_type AS t INNER JOIN pg_attribute AS a ON a.attrelid = t.typrelid
            WHERE t.oid = p.prorettype AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped
        ),
        'defaults', p.pronargdefaults, 'variadic', p.provariadic <> 0,
        'parameters', (
            SELECT coalesce(json_agg(json_build_object(
                'name', coalesce(n.name, ''), 'mode', coalesce(m.mode, 'i'),
                'type', {_TYPE.format(oid="x.type", modifier="NULL")}
            ) ORDER BY x.place), '[]'::json)
            FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS x (type, place)
            LEFT JOIN unnest(p.proargmodes::text[]) WITH ORDINALITY AS m (mode, place) USING (place)
            LEFT JOIN unnest(p.proargnames) WITH ORDINALITY AS n (name, place) USING (place)
        )
    )::text
    FROM pg_proc AS p INNER JOIN pg_namespace AS s ON s.oid = p.pronamespace
    WHERE s.nspname = %(schema)s AND p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype
        AND {_NO_MEMBER.format(catalog="pg_proc", oid="p.oid")}
    UNION ALL
    SELECT 'read model', quote_ident(c.relname), json_build_object(
        'usable', has_table_privilege(c.oid, 'SELECT'), 'columns', (
        SELECT json_agg(json_build_object(
            'name', a.attname, 'not_null', a.attnotnull,
            'type', {_TYPE.format(oid="a.atttypid", modifier="a.atttypmod")}
        ) ORDER BY a.attnum)
        FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ))::text
    FROM pg_class AS c INNER JOIN pg_namespace AS s ON s.oid = c.relnamespace
    WHERE s.nspname = %(schema)s AND c.relkind IN ('v', 'm', 'r', 'p')
        AND {_NO_MEMBER.format(catalog="pg_class", oid="c.oid")}
"""
# What the constraint or unique index of a partition is called in the topmost table: (schema, table, name).
FIND_ROOT: Final = """
    WITH RECURSIVE of AS (
        SELECT c.oid FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = %s
    ), up (constraint_, index, name, further) AS (
        SELECT k.oid, NULL::oid, k.conname, k.conparentid <> 0
        FROM pg_constraint AS k INNER JOIN of ON of.oid = k.conrelid WHERE k.conname = %s
        UNION ALL
        SELECT NULL, i.oid, i.relname, i.relispartition
        FROM pg_index AS x INNER JOIN of ON of.oid = x.indrelid
        INNER JOIN pg_class AS i ON i.oid = x.indexrelid
        WHERE i.relname = %s AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.oid)
        UNION ALL
        SELECT k.oid, i.oid, coalesce(k.conname, i.relname), coalesce(k.conparentid <> 0, i.relispartition)
        FROM up
        LEFT JOIN pg_constraint AS b ON b.oid = up.constraint_
        LEFT JOIN pg_constraint AS k ON k.oid = b.conparentid
        LEFT JOIN pg_inherits AS h ON h.inhrelid = up.index
        LEFT JOIN pg_class AS i ON i.oid = h.inhparent
        WHERE up.further
    )
    SELECT name FROM up WHERE NOT further LIMIT 1
"""


class Signatures(NamedTuple):
    """What a database has, as contracts whose documents are opaque and whose errors are unknown.

    usable: the part that the session may call and read.
    """

    everything: Contract
    usable: Contract


def read_signatures(found: Sequence[tuple[str, str, str]]) -> Signatures:
    """Return what the rows of SIGNATURES say."""
    facts = [(what, name, decode(text)) for what, name, text in found]
    return Signatures(_contract(facts), _contract([row for row in facts if row[2]["usable"]]))


def _contract(rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Contract:
    models, commands = [], []
    for what, name, facts in rows:
        if what == "routine":
            commands.append(_command(name, facts))
        else:
            models.append(ReadModel(name, tuple(_column(each) for each in facts["columns"] or ())))
    return Contract(
        tuple(sorted(models, key=lambda model: model.name)),
        tuple(sorted(commands, key=lambda command: command.signature)),
    )


def _command(name: str, facts: Mapping[str, Any]) -> Command:
    given = [each for each in facts["parameters"] if each["mode"] in "biv"]
    first_default = len(given) - facts["defaults"]
    parameters = tuple(
        Parameter(
            *_typed(each["type"], nullable=not facts["strict"]),
            name=each["name"] or f"${place}",
            optional=place > first_default,
            variadic=each["mode"] == "v",
        )
        for place, each in enumerate(given, 1)
    )
    return Command(name, parameters, _result(facts), _VOLATILITIES[facts["volatility"]])


def _result(facts: Mapping[str, Any]) -> Result:
    out = [each for each in facts["parameters"] if each["mode"] in "bot"]
    if facts["procedure"]:
        return Result("procedure", _row(out) if out else Scalar("procedure"))
    columns = out if len(out) > 1 or any(each["mode"] == "t" for each in out) else facts["columns"] or []
    type_, shape, nullable = _typed(facts["result"], nullable=True)
    many = facts["many"] and type_ != "void"
    return Result(type_, _row(columns) if columns else shape, nullable, many=many)


def _row(columns: Sequence[Mapping[str, Any]]) -> Object:
    """Return the shape of a row; a column without a name is called as PostgreSQL calls it."""
    return Object(
        tuple(
            Property(each["name"] or f"column{place}", _typed(each["type"], nullable=True)[1])
            for place, each in enumerate(columns, 1)
        )
    )


def _column(facts: Mapping[str, Any]) -> Column:
    return Column(*_typed(facts["type"], nullable=not facts["not_null"]), name=facts["name"])


def _typed(type_: Mapping[str, Any], *, nullable: bool) -> tuple[str, Shape, bool]:
    name = short_name(type_["name"])
    if name in ("json", "jsonb"):
        return name, Opaque(_REASON), nullable
    scalar = short_name(type_["element"] or type_["name"])
    base = short_name(type_["base"]) if type_["base"] else ""
    if base in ("json", "jsonb") and not type_["element"]:
        return name, Opaque(_REASON), nullable
    shape = Scalar(scalar, base, tuple(type_["labels"]), nullable=bool(type_["element"]))
    return name, Array(shape) if type_["element"] else shape, nullable


def short_name(text: str) -> str:
    """Return a type of format_type by its short name: timestamp(3) with time zone is timestamptz(3)."""
    bare = text.removesuffix("[]")
    head, opened, tail = bare.partition("(")
    inside, closed, after = tail.partition(")")
    words = f"{head.strip()}{after}"
    return f"{_SHORT.get(words, words)}{opened}{inside}{closed}{text[len(bare) :]}"


def same_type(one: Typed, other: Typed) -> bool:
    """Tell whether two types are one, but for the modifier."""
    return one.type.partition("(")[0] == other.type.partition("(")[0]
