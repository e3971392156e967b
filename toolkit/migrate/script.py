"""What `alembic … --sql` prints first: the checks, roles and tables of a live run, as SQL."""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from toolkit.core.settings import Settings
from toolkit.migrate import locks, roles
from toolkit.migrate.connection import session_settings
from toolkit.migrate.ledger import layout_script

_SERVER: LiteralString = """DO $toolkit_guard$
BEGIN
    IF pg_is_in_recovery() OR current_setting('transaction_read_only')::bool THEN
        RAISE EXCEPTION 'the server takes no writes: it is a standby, or read only';
    END IF;
    IF current_setting('server_version_num')::int / 10000 < {major} THEN
        RAISE EXCEPTION 'the project is written for PostgreSQL {major} and newer';
    END IF;
    IF NOT pg_try_advisory_lock({key}) THEN
        RAISE EXCEPTION 'another migration of this database holds the lock';
    END IF;
END
$toolkit_guard$;"""

_START: LiteralString = """DO $toolkit_guard$
DECLARE
    v_wanted text[] := {heads}::text[];
    v_heads text[] := ARRAY[]::text[];
    v_ledger text[] := ARRAY[]::text[];
    v_partial boolean := false;
BEGIN
    IF to_regclass({table}) IS NOT NULL THEN
        v_heads := ARRAY(SELECT version_num::text COLLATE "C" FROM {version} ORDER BY 1);
        IF v_heads = v_wanted AND v_heads = ARRAY[]::text[] THEN
            DROP TABLE {version}; -- left by a downgrade to base; the script makes it again
        END IF;
    END IF;
    IF to_regclass('toolkit.ledger') IS NOT NULL THEN
        v_ledger := coalesce((SELECT heads_after FROM toolkit.ledger ORDER BY seq DESC LIMIT 1), v_ledger);
        v_partial := EXISTS (
            SELECT FROM toolkit.step WHERE ledger_seq = (SELECT coalesce(max(seq), 0) FROM toolkit.ledger)
        );
    END IF;
    IF v_heads <> v_wanted OR v_ledger <> v_wanted OR v_partial THEN
        RAISE EXCEPTION 'this script starts at %, the database is at %, its ledger at %, unfinished: %',
            v_wanted, v_heads, v_ledger, v_partial;
    END IF;
END
$toolkit_guard$;"""


def preamble(settings: Settings, heads: Sequence[str]) -> str:
    """Return the SQL that goes before the revisions of a script which starts at `heads`.

    It is meant for psql: a check that fails is an error of its own statement, and psql stops there.
    """
    version = sql.Identifier(settings.schema, "alembic_version")
    guard = sql.SQL(_SERVER).format(major=sql.Literal(settings.postgresql), key=sql.Literal(locks.KEY))
    start = sql.SQL(_START).format(
        heads=sql.Literal(sorted(heads)), table=sql.Literal(version.as_string()), version=version
    )
    parts = [
        "\\set ON_ERROR_STOP on",  # psql would go on after a check that failed
        guard.as_string(),
        roles.script(settings),
        session_settings(settings).as_string() + ";",
        start.as_string(),
        layout_script(settings).as_string().strip() + ";",
    ]
    return "\n\n".join(parts)
