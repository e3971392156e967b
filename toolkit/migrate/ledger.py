"""Schema `toolkit` in the target: the ledger of what was applied, and the steps of what is being applied."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg import sql

from toolkit import __version__
from toolkit.core.settings import Settings
from toolkit.errors import LedgerTooNew
from toolkit.migrate import locks
from toolkit.migrate.connection import Connection

LAYOUT = 1
_INSERT_ROW = sql.SQL(
    "INSERT INTO toolkit.ledger (operation, revision, heads_before, heads_after, checksum, down_sql,"
    " duration_ms, toolkit_version) VALUES ({}, {}, {}, {}, {}, {}, {}, {})"
)
_ADD_ROW = (
    sql.SQL("{} RETURNING {}").format(_INSERT_ROW.format(*[sql.Placeholder()] * 8), locks.HELD).as_bytes()
)

# Safe to run again, because a script made by `alembic upgrade --sql` can't ask what is there.
_LAYOUT_1 = """
CREATE TABLE IF NOT EXISTS toolkit.layout (
    version integer PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE toolkit.layout IS 'Which versions of the tables of this schema were made.';

CREATE TABLE IF NOT EXISTS toolkit.ledger (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    operation text NOT NULL CHECK (operation IN ('upgrade', 'downgrade', 'stamp')),
    revision text,
    heads_before text[] NOT NULL,
    heads_after text[] NOT NULL,
    checksum text,
    down_sql text,
    session_user_name text NOT NULL DEFAULT session_user,
    duration_ms double precision,
    toolkit_version text NOT NULL
);
COMMENT ON TABLE toolkit.ledger IS 'How alembic_version came to say what it says; append-only.';
COMMENT ON COLUMN toolkit.ledger.revision IS 'NULL where alembic_version was emptied by a stamp.';
COMMENT ON COLUMN toolkit.ledger.checksum IS 'SHA-256 of the .up.sql with LF line ends.';
COMMENT ON COLUMN toolkit.ledger.down_sql IS 'Text of the .down.sql at the time of the upgrade.';

CREATE TABLE IF NOT EXISTS toolkit.step (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ledger_seq bigint NOT NULL,
    revision text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('upgrade', 'downgrade')),
    position integer NOT NULL,
    steps integer NOT NULL,
    event text NOT NULL CHECK (event IN ('started', 'finished')),
    checksum text NOT NULL,
    session_user_name text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE toolkit.step IS 'Steps of revisions that run outside a transaction; append-only.';
COMMENT ON COLUMN toolkit.step.ledger_seq IS
    'The last ledger row when the step ran: steps after the last row are of a revision that is not finished.';

CREATE OR REPLACE FUNCTION toolkit.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $function$
BEGIN
    RAISE EXCEPTION 'rows of %.% are added, never changed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$function$;
CREATE OR REPLACE TRIGGER trg_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON toolkit.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION toolkit.refuse_change();
CREATE OR REPLACE TRIGGER trg_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON toolkit.step
    FOR EACH STATEMENT EXECUTE FUNCTION toolkit.refuse_change();

CREATE OR REPLACE FUNCTION toolkit.check_ledger() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $function$
DECLARE
    v_heads text[] := ARRAY(SELECT version_num::text COLLATE "C" FROM {schema}.alembic_version ORDER BY 1);
    v_last text[] := coalesce(
        (SELECT heads_after FROM toolkit.ledger WHERE seq < NEW.seq ORDER BY seq DESC LIMIT 1), '{{}}');
BEGIN
    IF NEW.heads_after <> v_heads OR (NEW.operation <> 'stamp' AND NEW.heads_before <> v_last) THEN
        RAISE EXCEPTION 'the ledger would disagree with alembic_version: % to % is recorded, % to % is so',
            NEW.heads_before, NEW.heads_after, v_last, v_heads
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$function$;
COMMENT ON FUNCTION toolkit.check_ledger() IS
    'Holds the ledger and alembic_version together, whoever writes them.';
CREATE OR REPLACE TRIGGER trg_ledger_agrees AFTER INSERT ON toolkit.ledger
    FOR EACH ROW EXECUTE FUNCTION toolkit.check_ledger();

INSERT INTO toolkit.layout (version) VALUES (1) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger, as it is written.

    operation: upgrade, downgrade or stamp. duration_ms: None where nobody measured.
    """

    operation: str
    revision: str | None
    heads_before: Sequence[str]
    heads_after: Sequence[str]
    checksum: str | None = None
    down_sql: str | None = None
    duration_ms: float | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One event of one step. position counts from 1 to steps; checksum is that of the step's text."""

    revision: str
    direction: str
    position: int
    steps: int
    event: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger says.

    exists: whether there is one. heads: where the last row left the database. checksums: revision to checksum
    of what was upgraded since the last stamp, which takes the user's word for all before it. steps: events of
    a revision that is not finished, oldest first.
    """

    exists: bool = False
    heads: tuple[str, ...] = ()
    checksums: dict[str, str | None] = field(default_factory=dict)
    steps: tuple[StepRow, ...] = ()


def layout_script(settings: Settings) -> sql.Composed:
    """Return the statements that make the tables of schema `toolkit`; safe to run again."""
    return sql.SQL(_LAYOUT_1).format(schema=sql.Identifier(settings.schema))


def ensure(connection: Connection, settings: Settings) -> None:
    """Make the tables of schema `toolkit` where they are missing; the schema itself is there.

    Raises LedgerTooNew.
    """
    version = 0
    if _exists(connection, "toolkit.layout"):
        row = connection.execute("SELECT max(version) FROM toolkit.layout").fetchone()
        version = row[0] if row and row[0] else 0
    if version > LAYOUT:
        raise LedgerTooNew(
            f"Schema toolkit of the database has layout {version}; this toolkit knows {LAYOUT}.",
            remedy="Install a newer cqrs-toolkit.",
        )
    if version < LAYOUT:
        with connection.transaction():
            connection.execute(layout_script(settings))


def read(connection: Connection) -> Ledger:
    """Return what the ledger says; an absent one says nothing."""
    if not _exists(connection, "toolkit.ledger"):
        return Ledger()
    last = connection.execute(
        "SELECT seq, heads_after FROM toolkit.ledger ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    seq, heads = last or (0, ())
    applied = connection.execute(
        """
        SELECT DISTINCT ON (revision) revision, operation, checksum FROM toolkit.ledger
        WHERE seq > coalesce((SELECT max(seq) FROM toolkit.ledger WHERE operation = 'stamp'), 0)
        ORDER BY revision, seq DESC
        """
    ).fetchall()
    events = connection.execute(
        "SELECT revision, direction, position, steps, event, checksum FROM toolkit.step"
        " WHERE ledger_seq = %s ORDER BY seq",
        [seq],
    ).fetchall()
    return Ledger(
        exists=True,
        heads=tuple(heads),
        checksums={revision: checksum for revision, operation, checksum in applied if operation == "upgrade"},
        steps=tuple(StepRow(*event) for event in events),
    )


def add_row(connection: Connection, row: LedgerRow) -> None:
    """Add a row, and see in the same message that this session still holds the lock of the migration.

    Raises LockNotGranted; the transaction that the row would have been part of is to be rolled back.
    """
    locks.refuse_lost(connection.execute(_ADD_ROW, _values(row)).fetchone())


def insert_row(row: LedgerRow) -> sql.Composed:
    """Return the statement that adds a row, complete with its values, to be printed."""
    return _INSERT_ROW.format(*map(sql.Literal, _values(row)))


def _values(row: LedgerRow) -> list[object]:
    heads = (list(row.heads_before), list(row.heads_after))
    return [row.operation, row.revision, *heads, row.checksum, row.down_sql, row.duration_ms, __version__]


def insert_step(row: StepRow) -> sql.Composed:
    """Return the statement that adds an event of a step, complete with its values."""
    return sql.SQL(
        "INSERT INTO toolkit.step (ledger_seq, revision, direction, position, steps, event, checksum)"
        " VALUES ((SELECT coalesce(max(seq), 0) FROM toolkit.ledger), {}, {}, {}, {}, {}, {})"
    ).format(
        sql.Literal(row.revision),
        sql.Literal(row.direction),
        sql.Literal(row.position),
        sql.Literal(row.steps),
        sql.Literal(row.event),
        sql.Literal(row.checksum),
    )


def _exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    return row is not None and bool(row[0])
