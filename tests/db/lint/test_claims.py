"""What the lint rules say about PostgreSQL, shown on the oldest and the newest server."""

import psycopg
import pytest


@pytest.fixture
def connection(scratch_by_major):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE tb_a (id int PRIMARY KEY, n int); INSERT INTO tb_a VALUES (1, 1)")
        yield connection
    scratch_by_major.release(conninfo)


@pytest.fixture
def ask(connection):
    return lambda question: connection.execute(question).fetchone()[0]


@pytest.fixture
def refused(connection):
    def refused(statement):
        with pytest.raises(psycopg.Error) as caught:
            connection.execute(statement)
        return str(caught.value)

    return refused


def test_j03_an_odd_argument_is_refused_when_the_view_is_read(connection, refused):
    connection.execute("CREATE VIEW v_a AS SELECT id, jsonb_build_object('id', id, 'n') AS data FROM tb_a")
    assert "argument list must have even number of elements" in refused("SELECT data FROM v_a")


def test_j04_of_two_equal_keys_the_last_stays(ask):
    assert ask("SELECT jsonb_build_object('a', 1, 'a', 2)") == {"a": 2}


def test_j08_an_aggregate_over_no_rows_is_null(ask):
    assert ask("SELECT jsonb_agg(id) FROM tb_a WHERE false") is None
    assert ask("SELECT jsonb_agg(id) FILTER (WHERE false) FROM tb_a GROUP BY n") is None
    assert ask("SELECT jsonb_agg(id) FROM tb_a GROUP BY n") == [1]
    assert ask("SELECT count(*) FROM (SELECT jsonb_agg(id) FROM tb_a WHERE false GROUP BY n) AS none") == 0


def test_j11_a_star_is_written_out_when_the_view_is_made(connection, refused):
    connection.execute("CREATE VIEW v_a AS SELECT * FROM tb_a; ALTER TABLE tb_a ADD later int")
    assert connection.execute("SELECT * FROM v_a").description[-1].name == "n"
    assert "other objects depend on it" in refused("ALTER TABLE tb_a DROP COLUMN n")


def test_j14_the_right_side_of_a_merge_wins(ask):
    assert ask("""SELECT '{"a": 1, "b": 1}'::jsonb || '{"a": 2}'::jsonb""") == {"a": 2, "b": 1}


def test_j15_more_than_a_hundred_arguments_are_refused(connection, refused):
    arguments = [f"'k{number}', {number}" for number in range(51)]
    connection.execute(f"SELECT jsonb_build_object({', '.join(arguments[:50])})")
    message = refused(f"SELECT jsonb_build_object({', '.join(arguments)})")
    assert "cannot pass more than 100 arguments" in message


def test_n12_a_long_name_is_cut(connection, ask):
    name = "tb_" + "é" * 31  # 65 bytes
    notices = []
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    connection.execute(f"CREATE TABLE {name} (id int)")
    assert "will be truncated" in notices[0]
    assert ask("SELECT relname FROM pg_class WHERE relname LIKE 'tb_é%'") == name[:-1]


def test_n14_a_schema_with_the_prefix_of_the_system_is_refused(refused):
    assert "unacceptable schema name" in refused("CREATE SCHEMA pg_app")


def test_q02_a_write_in_a_stable_function_is_refused_when_it_runs(connection, refused):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql STABLE AS 'BEGIN DELETE FROM tb_a; END'"
    )
    assert "DELETE is not allowed in a non-volatile function" in refused("SELECT fn_a()")


@pytest.mark.parametrize(
    ("index", "fits"),
    [
        ("", False),
        ("CREATE UNIQUE INDEX uq_a ON mv_a (id) WHERE id > 0", False),
        ("CREATE UNIQUE INDEX uq_a ON mv_a (abs(id))", False),
        ("CREATE INDEX idx_a ON mv_a (id)", False),
        ("CREATE UNIQUE INDEX uq_a ON mv_a (id)", True),
    ],
)
def test_q05_a_concurrent_refresh_needs_its_index(connection, refused, index, fits):
    connection.execute("CREATE MATERIALIZED VIEW mv_a AS SELECT id FROM tb_a")
    if index:
        connection.execute(index)
    refresh = "REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a"
    if fits:
        connection.execute(refresh)
    else:
        assert 'cannot refresh materialized view "public.mv_a" concurrently' in refused(refresh)


def test_q12_everybody_may_execute_a_new_function(connection, ask):
    connection.execute("CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    assert ask("SELECT has_function_privilege('public', 'fn_a()', 'EXECUTE')")
    connection.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    connection.execute("CREATE FUNCTION fn_b() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert not ask("SELECT has_function_privilege('public', 'fn_b()', 'EXECUTE')")


def test_q14_a_view_that_writes_is_refused(refused):
    message = refused("CREATE VIEW v_a AS WITH gone AS (DELETE FROM tb_a RETURNING id) SELECT id FROM gone")
    assert "must not contain data-modifying statements in WITH" in message


def test_p01_every_raise_without_a_code_has_the_same(connection):
    with pytest.raises(psycopg.errors.RaiseException) as caught:
        connection.execute("DO $$ BEGIN RAISE EXCEPTION 'x'; END $$")
    assert caught.value.sqlstate == "P0001"


def test_p02_the_caller_says_where_a_definer_looks(connection, ask):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT id FROM tb_a'"
    )
    connection.execute("CREATE SCHEMA other; CREATE TABLE other.tb_a AS SELECT 42 AS id")
    connection.execute("SET search_path = other, public")
    assert ask("SELECT fn_a()") == 42
    connection.execute("ALTER FUNCTION public.fn_a() SET search_path = public")
    assert ask("SELECT fn_a()") == 1


def test_p03_a_value_in_dynamic_sql_runs_as_a_part_of_it(connection, ask):
    connection.execute(
        "CREATE FUNCTION fn_a(p text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE v bigint; BEGIN"
        " EXECUTE 'SELECT count(*) FROM tb_a WHERE n::text = ''' || p || '''' INTO v; RETURN v; END $$"
    )
    assert ask("SELECT fn_a('none')") == 0
    assert ask("SELECT fn_a('none'' OR true --')") == 1


def test_p04_two_commands_that_look_first_both_insert(scratch_by_major, connection):
    connection.execute("CREATE TABLE tb_user (mail text)")
    with psycopg.connect(connection.info.dsn) as other, psycopg.connect(connection.info.dsn) as one:
        for session in (one, other):
            assert not session.execute("SELECT 1 FROM tb_user").fetchall()
        for session in (one, other):
            session.execute("INSERT INTO tb_user VALUES ('ada')")
    assert connection.execute("SELECT count(*) FROM tb_user").fetchone() == (2,)


def test_p05_a_change_between_read_and_update_is_lost(connection, ask):
    with psycopg.connect(connection.info.dsn) as one:
        (n,) = one.execute("SELECT n FROM tb_a WHERE id = 1").fetchone()
        connection.execute("UPDATE tb_a SET n = n + 10 WHERE id = 1")
        one.execute("UPDATE tb_a SET n = %s WHERE id = 1", [n + 1])
    assert ask("SELECT n FROM tb_a") == 2


def test_p07_select_into_without_a_row_gives_null(connection, ask):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ DECLARE v int := 1; BEGIN"
        " SELECT n INTO v FROM tb_a WHERE false; RETURN v; END $$"
    )
    assert ask("SELECT fn_a()") is None
