"""What docs/conventions.md promises of every object, asked of the catalog."""

import pytest

QUERIES = {
    "a relation without a comment": """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')
            AND relname <> 'alembic_version' AND obj_description(oid, 'pg_class') IS NULL""",
    "a function without a comment": """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL""",
    "a function without a fixed search path": """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
            AND proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, public, pg_temp']""",
    "a function that everybody may execute": """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')""",
    "a function of a group that does not run as the owner": """
        SELECT proname FROM pg_proc, unnest(ARRAY['cqrs_command', 'cqrs_maintain']) AS role
        WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(role, oid, 'EXECUTE')
            AND NOT prosecdef""",
    "a parameter without p_": """
        SELECT proname FROM pg_proc, unnest(proargnames) AS name
        WHERE pronamespace = 'public'::regnamespace AND name !~ '^p_'""",
    "a foreign key without an index": """
        SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = conrelid AND indpred IS NULL
                AND (string_to_array(indkey::text, ' ')::smallint[])[1:cardinality(conkey)] = conkey)""",
    "a constraint that is not valid": """
        SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated""",
    "a constraint whose name does not tell its kind": """
        SELECT conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conname <> 'alembic_version_pkc'
            AND conname !~ CASE contype
                WHEN 'p' THEN '^pk_' WHEN 'f' THEN '^fk_' WHEN 'u' THEN '^uq_' WHEN 'c' THEN '^ck_' END""",
    "a read model without id and data first": """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname ~ '^(v|mv|tv)_' AND relkind IN ('r', 'v', 'm')
            AND ARRAY(SELECT attname || ' ' || atttypid::regtype FROM pg_attribute
                      WHERE attrelid = pg_class.oid AND attnum IN (1, 2) ORDER BY attnum)
                <> ARRAY['id uuid', 'data jsonb']""",
    "a trigger": """
        SELECT tgname FROM pg_trigger INNER JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal""",
    "an extension": "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'",
}


@pytest.mark.parametrize("exception", QUERIES)
def test_there_is_no(blog, exception):
    assert blog.execute(QUERIES[exception]).fetchall() == []
