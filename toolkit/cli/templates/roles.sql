-- The roles of the package: one owner of every object and three groups that a service's login is a member of.
-- Roles belong to the whole server, so this file is no revision. An administrator may run it any number of
-- times, in every database; nothing here or in a revision ever drops a role.

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['cqrs_owner', 'cqrs_read', 'cqrs_command', 'cqrs_maintain'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format(
                    'CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', v_role
                );
            EXCEPTION
                -- Another session created it since the question above was asked.
                WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
END
$$;

-- Whoever runs the migrations acts as the owner while doing so. Superusers may anyway; from PostgreSQL 16 on, who
-- creates a role is a member of it without the right to act as it.
DO $$
DECLARE
    v_right text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT pg_has_role(CURRENT_USER, 'cqrs_owner', v_right) THEN
        GRANT cqrs_owner TO CURRENT_USER;
    END IF;
EXCEPTION
    -- The same grant was made by another session at the same moment.
    WHEN unique_violation THEN NULL;
END
$$;

GRANT USAGE, CREATE ON SCHEMA public TO cqrs_owner;
GRANT USAGE ON SCHEMA public TO cqrs_read, cqrs_command, cqrs_maintain;

-- REFRESH MATERIALIZED VIEW CONCURRENTLY makes a temporary table. Everybody may, unless that was taken away.
DO $$
BEGIN
    IF NOT has_database_privilege('cqrs_owner', current_database(), 'TEMPORARY') THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO cqrs_owner', current_database());
    END IF;
END
$$;
