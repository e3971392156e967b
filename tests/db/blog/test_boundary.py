"""What each role reaches, asked of the server and of its catalog."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).parents[3]
GROUPS = ["cqrs_read", "cqrs_command", "cqrs_maintain"]
COMMANDS = {"fn_create_user", "fn_create_post", "fn_approve_post", "fn_publish_post", "fn_delete_post"}
MAINTENANCE = {"fn_refresh_user_dashboard", "fn_refresh_post_feed"}


def relations(blog):
    rows = blog.execute(
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"
        " AND relname <> 'alembic_version'"
    )
    return {name for (name,) in rows}


def functions(blog, role):
    rows = blog.execute(
        "SELECT proname FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(%s, oid, 'EXECUTE')",
        [role],
    )
    return {name for (name,) in rows}


def reads(blog, role):
    found = set()
    for name in relations(blog):
        try:
            with blog.transaction():
                blog.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
                blog.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(name)))
            found.add(name)
        except psycopg.errors.InsufficientPrivilege:
            continue
    return found


def test_readers_read_the_read_models_and_nothing_else(blog):
    expected = {name for name in relations(blog) if name.startswith(("v_", "mv_", "tv_"))}
    assert len(expected) >= 5
    assert reads(blog, "cqrs_read") == expected
    assert functions(blog, "cqrs_read") == set()


def test_callers_of_commands_read_nothing_and_execute_commands_only(blog):
    assert reads(blog, "cqrs_command") == set()
    assert functions(blog, "cqrs_command") == COMMANDS


def test_maintenance_reads_nothing_and_refreshes(blog):
    assert reads(blog, "cqrs_maintain") == set()
    assert functions(blog, "cqrs_maintain") == MAINTENANCE


@pytest.mark.parametrize("role", GROUPS)
def test_no_group_writes_a_table_or_makes_an_object(blog, role):
    writable = blog.execute(
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"
        " AND has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')",
        [role],
    )
    assert writable.fetchall() == []
    blog.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        blog.execute("CREATE TABLE tb_intruder ()")


def test_missing_right_is_told_from_a_rule(blog, call):
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        call("fn_create_user", role="cqrs_read", p_name="Eve", p_email="eve@example.org")
    assert caught.value.diag.constraint_name is None


def test_everything_belongs_to_the_owner(blog):
    strangers = blog.execute(
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relowner <> 'cqrs_owner'::regrole"
        " UNION ALL "
        "SELECT proname FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proowner <> 'cqrs_owner'::regrole"
    )
    assert strangers.fetchall() == []


def test_roles_can_do_nothing_of_their_own(blog):
    rows = blog.execute(
        "SELECT rolname FROM pg_roles WHERE rolname ~ '^cqrs_' AND NOT"
        " (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
    )
    assert {name for (name,) in rows} == {"cqrs_owner", *GROUPS}


def test_command_runs_as_the_owner_who_is_no_superuser(blog, call):
    # A trigger sees the role that the command's statements run under.
    blog.execute("CREATE TABLE seen (role name, super boolean); GRANT INSERT ON seen TO cqrs_owner")
    blog.execute(
        "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO public.seen SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user;"
        " RETURN NEW; END $$"
    )
    blog.execute("CREATE TRIGGER look BEFORE INSERT ON tb_user FOR EACH ROW EXECUTE FUNCTION look()")
    call("fn_create_user", p_name="Ada", p_email="ada@example.org")
    assert blog.execute("SELECT role, super FROM seen").fetchall() == [("cqrs_owner", False)]


def test_objects_of_the_callers_temporary_schema_do_not_stand_in_for_tables(blog, call):
    blog.execute("CREATE TEMPORARY TABLE tb_user (LIKE public.tb_user INCLUDING ALL)")
    blog.execute("GRANT ALL ON pg_temp.tb_user TO PUBLIC")
    call("fn_create_user", p_name="Ada", p_email="ada@example.org")
    assert blog.execute("SELECT count(*) FROM pg_temp.tb_user").fetchone() == (0,)
    assert blog.execute("SELECT count(*) FROM public.tb_user").fetchone() == (1,)


def test_roles_script_may_run_again_and_changes_nothing(blog):
    # Other tests make roles toolkit_… at the same time.
    state = (
        "SELECT (SELECT array_agg(r ORDER BY r) FROM pg_roles AS r WHERE rolname ~ '^cqrs_')::text,"
        " (SELECT nspacl FROM pg_namespace WHERE nspname = 'public')::text,"
        " (SELECT count(*) FROM pg_auth_members WHERE member::regrole::text !~ '^toolkit_')"
    )
    before = blog.execute(state).fetchone()
    blog.execute((ROOT / "sql/roles.sql").read_bytes())
    assert blog.execute(state).fetchone() == before
