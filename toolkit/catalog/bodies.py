"""Bodies in PL/pgSQL resolved by the server, statement by statement, whether a call gets there or not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import psycopg
from psycopg import sql

from toolkit.source.cursor import quoted
from toolkit.source.rehearsals import Rehearsal, rehearse
from toolkit.source.tokens import TokensNotUnderstood

# What domains and types that stand for others are to a variable.
_TYPE: Final = """
    format_type(CASE
        WHEN t.typtype = 'd' THEN t.typbasetype
        WHEN t.typname IN ('anyarray', 'anycompatiblearray') THEN 'integer[]'::regtype
        WHEN t.typname IN ('anyrange', 'anycompatiblerange') THEN 'int4range'::regtype
        WHEN t.typname IN ('anymultirange', 'anycompatiblemultirange') THEN 'int4multirange'::regtype
        WHEN t.typname LIKE 'any%' AND t.typtype = 'p' THEN 'integer'::regtype
        ELSE t.oid
    END, NULL)
"""
_ROUTINES: Final = f"""
    SELECT n.nspname, p.proname, p.prosrc,
        ARRAY(
            SELECT coalesce(nullif(p.proargnames[a.number], ''), 'toolkit_' || a.number)
            FROM unnest(coalesce(p.proallargtypes, p.proargtypes)) WITH ORDINALITY AS a (type, number)
            ORDER BY a.number
        ),
        ARRAY(
            SELECT {_TYPE}
            FROM unnest(coalesce(p.proallargtypes, p.proargtypes)) WITH ORDINALITY AS a (type, number)
            INNER JOIN pg_type AS t ON t.oid = a.type ORDER BY a.number
        ),
        format_type(p.prorettype, NULL),
        (SELECT substr(item, 13) FROM unnest(p.proconfig) AS item WHERE item ^@ 'search_path='),
        ARRAY(
            SELECT ARRAY[t.tgrelid::regclass::text, coalesce(t.tgoldtable, ''), coalesce(t.tgnewtable, '')]
            FROM pg_trigger AS t WHERE t.tgfoid = p.oid AND NOT t.tgisinternal AND t.tgparentid = 0
            ORDER BY t.tgrelid, t.tgname
        ),
        EXISTS (
            SELECT FROM pg_type AS t
            WHERE t.oid = ANY (p.proargtypes) AND t.typtype = 'p' AND t.typname LIKE 'any%'
        )
    FROM pg_proc AS p INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
    INNER JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
    WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'toolkit')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        )
    ORDER BY p.oid
"""
_FOR_TRIGGERS: Final = (
    ("tg_name", "name"), ("tg_when", "text"), ("tg_level", "text"), ("tg_op", "text"), ("tg_relid", "oid"),
    ("tg_relname", "name"), ("tg_table_name", "name"), ("tg_table_schema", "name"), ("tg_nargs", "integer"),
    ("tg_argv", "text[]"),
)  # fmt: skip
_FOR_EVENTS: Final = (("tg_event", "text"), ("tg_tag", "text"))
# Errors of access, of names that are taken, and of cursors that are open say nothing about what was resolved.
_RESOLVING: Final = re.compile(r"3F000|42(?!501|710|723|P03|P04|P05|P06|P07)...")
_NO_TABLE: Final = "42P01"
# The planner asks for a setting that a session makes.
_NO_SETTING: Final = "unrecognized configuration parameter"
_MAKING: Final = {"CREATE", "ALTER", "DO"}  # what comes later may be of what these make
_UNASSIGNED: Final = re.compile(r'record "[^"]+" is not assigned yet')
_FIELD: Final = re.compile(r'record "(?P<record>[^"]+)" has no field')
# It was raised by a routine that the planner has called.
_INSIDE: Final = re.compile(r'PL/pgSQL function (?!inline_code_block)|SQL function "')
_MARK: Final = re.compile(r"toolkit (?P<number>\d+) (?P<line>\d+)")


class Trouble(NamedTuple):
    """What the server says about a statement of a body, or why it was not asked.

    schema, routine, source: of the body. line: in it. certain: whether it is wrong; else nobody knows.
    """

    schema: str
    routine: str
    source: str
    line: int
    message: str
    certain: bool


class _Routine(NamedTuple):
    schema: str
    name: str
    source: str
    names: Sequence[str]
    types: Sequence[str]
    returns: str
    search_path: str | None
    relations: Sequence[tuple[str, str, str]]  # of its triggers, with their transition tables
    polymorphic: bool  # it takes other types, too, than those that are tried


class _Said(NamedTuple):
    state: str
    message: str
    context: str


_Notices = Mapping[tuple[int, int], _Said]  # by number of the statement and line


def resolve_bodies(conninfo: str, schema: str) -> tuple[int, list[Trouble]]:
    """Let the server resolve every statement of every routine in PL/pgSQL of a scratch database.

    schema: where bodies without a search_path look names up. Returns how many bodies there are, and what is
    wrong with them or could not be asked, in their order. Nothing stays of what it does.
    """
    found: list[Trouble] = []
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET search_path = ''")
        rows = connection.execute(_ROUTINES.encode()).fetchall()
        connection.rollback()
        for row in rows:
            routine = _Routine(*row)
            found += _resolve(connection, routine, schema)
    return len(rows), list(dict.fromkeys(found))


def _resolve(connection: psycopg.Connection, routine: _Routine, schema: str) -> Iterator[Trouble]:
    """Yield the trouble of one routine; what a trigger function does for none of its tables, it can't do."""
    rounds: list[_Notices] = []
    try:
        rehearsals = [
            (relation, rehearse(routine.name, list(_variables(routine, relation)), routine.source))
            for relation in routine.relations or (None,)
        ]
    except TokensNotUnderstood as reason:
        yield _trouble(routine, 1, f"its body is not understood: {reason}")
        return
    for relation, rehearsal in rehearsals:
        try:
            rounds.append(_notices(connection, routine, rehearsal, relation, schema))
        except psycopg.Error as error:
            if connection.closed:
                raise
            connection.rollback()
            yield _trouble(routine, 1, f"its body can't be rehearsed: {error.diag.message_primary}")
            return
    for line, word in rehearsal.skipped:
        yield _trouble(routine, line, f"what {word} does is not looked into")
    for place, said in rounds[0].items():
        if all(place in each for each in rounds) and not _INSIDE.search(said.context):
            yield from _judge(routine, rehearsal, place, said)


def _judge(routine: _Routine, rehearsal: Rehearsal, place: tuple[int, int], said: _Said) -> Iterator[Trouble]:
    number, line = place
    field = _FIELD.match(said.message)
    words = {word for _, word in rehearsal.skipped}
    if _UNASSIGNED.match(said.message) or (field and field["record"] in rehearsal.loose[number]):
        yield _trouble(routine, line, f"nobody knows its fields here: {said.message}")
    elif not _RESOLVING.fullmatch(said.state) or said.message.startswith(_NO_SETTING):
        return
    elif words & _MAKING or (words and said.state == _NO_TABLE):
        yield _trouble(routine, line, f"unless the body makes it: {said.message}")
    elif routine.polymorphic:
        yield _trouble(routine, line, f"where it is called with integer: {said.message}")
    else:
        yield _trouble(routine, line, said.message, certain=True)


def _trouble(routine: _Routine, line: int, message: str, *, certain: bool = False) -> Trouble:
    return Trouble(routine.schema, routine.name, routine.source, line, message, certain)


def _variables(routine: _Routine, relation: tuple[str, str, str] | None) -> Iterator[tuple[str, str]]:
    yield from zip(routine.names, routine.types, strict=True)
    if routine.returns == "trigger":
        row = relation[0] if relation else "record"
        yield from (("new", row), ("old", row), *_FOR_TRIGGERS)
    elif routine.returns == "event_trigger":
        yield from _FOR_EVENTS


def _notices(
    connection: psycopg.Connection,
    routine: _Routine,
    rehearsal: Rehearsal,
    relation: tuple[str, str, str] | None,
    schema: str,
) -> _Notices:
    """Run a rehearsal; return what the server says."""
    found: dict[tuple[int, int], _Said] = {}

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        mark = _MARK.fullmatch(diagnostic.message_detail or "")
        if mark:
            said = diagnostic.sqlstate, diagnostic.message_primary, diagnostic.message_hint
            found[int(mark["number"]), int(mark["line"])] = _Said(*(text or "" for text in said))

    path = routine.search_path or quoted(schema)
    connection.add_notice_handler(hear)
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL client_min_messages = notice")
            connection.execute("SELECT set_config('search_path', %s, true)", [path])
            for name in (relation or ("",))[1:]:
                if relation and name:
                    like = sql.SQL(relation[0])
                    made = sql.SQL("CREATE TEMP TABLE {} (LIKE {})").format(sql.Identifier(name), like)
                    connection.execute(made)
            connection.execute(sql.SQL("DO {}").format(rehearsal.text))
    finally:
        connection.remove_notice_handler(hear)
    return found
