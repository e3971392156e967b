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


def test_j09_json_has_no_equality_and_keeps_double_keys(ask, refused):
    assert "operator does not exist: json = json" in refused("SELECT '{}'::json = '{}'::json")
    assert ask("SELECT json_build_object('a', 1, 'a', 2)::text").count('"a"') == 2


def test_j10_a_column_that_is_added_later_goes_out(connection, ask):
    connection.execute("CREATE VIEW v_a AS SELECT id, to_jsonb(a) AS data FROM tb_a a")
    connection.execute("ALTER TABLE tb_a ADD secret text DEFAULT 'x'")
    assert ask("SELECT data FROM v_a") == {"id": 1, "n": 1, "secret": "x"}


def test_n05_a_parameter_named_as_a_column_is_ambiguous_or_true_for_every_row(connection, ask, refused):
    body = "AS $$ BEGIN RETURN (SELECT n FROM tb_a WHERE id = id); END $$"
    connection.execute(f"CREATE FUNCTION fn_a(id int) RETURNS int LANGUAGE plpgsql {body}")
    assert 'column reference "id" is ambiguous' in refused("SELECT fn_a(7)")
    connection.execute(
        "CREATE FUNCTION fn_b(id int) RETURNS bigint LANGUAGE sql"
        " AS 'SELECT count(*) FROM tb_a WHERE id = id'"
    )
    assert ask("SELECT fn_b(7)") == 1


def test_n07_a_service_is_told_the_name_of_a_constraint(connection):
    connection.execute("ALTER TABLE tb_a ADD CONSTRAINT ck_a_n_positive CHECK (n > 0), ADD CHECK (id > 0)")
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        connection.execute("INSERT INTO tb_a VALUES (2, -1)")
    assert caught.value.diag.constraint_name == "ck_a_n_positive"
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        connection.execute("INSERT INTO tb_a VALUES (-2, 1)")
    assert caught.value.diag.constraint_name == "tb_a_id_check"


def test_n10_a_label_cannot_be_dropped(connection, refused):
    connection.execute("CREATE TYPE post_status AS ENUM ('draft', 'gone')")
    said = refused("ALTER TYPE post_status DROP VALUE 'gone'")
    assert "syntax error" in said or "dropping an enum value is not implemented" in said


def test_n11_a_name_in_other_letters_must_be_quoted(connection, ask, refused):
    connection.execute('CREATE TABLE TB_Upper (CreatedAt int); CREATE TABLE tb_b ("createdAt" int)')
    assert ask("SELECT count(createdat) FROM tb_upper") == 0
    assert 'column "createdat" does not exist' in refused("SELECT createdAt FROM tb_b")


def test_n12_a_long_name_is_cut(connection, ask):
    name = "tb_" + "é" * 31  # 65 bytes
    notices = []
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    connection.execute(f"CREATE TABLE {name} (id int)")
    assert "will be truncated" in notices[0]
    assert ask("SELECT relname FROM pg_class WHERE relname LIKE 'tb_é%'") == name[:-1]


def test_n14_a_schema_with_the_prefix_of_the_system_is_refused(refused):
    assert "unacceptable schema name" in refused("CREATE SCHEMA pg_app")


def test_n13_a_reserved_word_must_be_quoted(connection, refused):
    assert "syntax error" in refused("CREATE TABLE tb_b (order int)")
    connection.execute('CREATE TABLE tb_b ("order" int)')
    assert "syntax error" in refused("SELECT order FROM tb_b")


def test_n14_what_the_system_has_is_found_first(connection, ask):
    connection.execute("CREATE TABLE pg_class (one int)")
    assert ask("SELECT count(*) FROM pg_class") > 0
    assert ask("SELECT count(*) FROM public.pg_class") == 0


def test_q02_a_write_in_a_stable_function_is_refused_when_it_runs(connection, refused):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql STABLE AS 'BEGIN DELETE FROM tb_a; END'"
    )
    assert "DELETE is not allowed in a non-volatile function" in refused("SELECT fn_a()")


def test_q03_a_view_may_write_and_explain_analyze_does(connection, ask):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql AS 'UPDATE tb_a SET n = n + 1 RETURNING n';"
        " CREATE VIEW v_a AS SELECT id, fn_a() AS data FROM tb_a"
    )
    connection.execute("EXPLAIN ANALYZE SELECT data FROM v_a")
    assert ask("SELECT n FROM tb_a") == 2


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


def test_q06_each_reading_gives_another_value(connection, ask):
    connection.execute("CREATE VIEW v_a AS SELECT gen_random_uuid() AS id, n AS data FROM tb_a")
    assert ask("SELECT id FROM v_a") != ask("SELECT id FROM v_a")


def test_q07_writers_wait_for_each_other_while_a_view_is_refreshed(connection):
    connection.execute(
        "CREATE MATERIALIZED VIEW mv_a AS SELECT count(*) AS n FROM tb_a;"
        "CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN REFRESH MATERIALIZED VIEW mv_a; RETURN NULL; END';"
        "CREATE TRIGGER trg_a AFTER INSERT ON tb_a FOR EACH ROW EXECUTE FUNCTION fn_a()"
    )
    with psycopg.connect(connection.info.dsn) as one:
        one.execute("INSERT INTO tb_a VALUES (2, 2)")
        connection.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute("INSERT INTO tb_a VALUES (3, 3)")


def test_q10_a_circle_of_views_has_no_order_and_cannot_be_read(connection, refused):
    assert 'relation "v_b" does not exist' in refused("CREATE VIEW v_a AS SELECT id FROM v_b")
    connection.execute("CREATE VIEW v_b AS SELECT id FROM tb_a; CREATE VIEW v_a AS SELECT id FROM v_b")
    connection.execute("CREATE OR REPLACE VIEW v_b AS SELECT id FROM v_a")
    assert "infinite recursion detected" in refused("SELECT id FROM v_a")


def test_q12_everybody_may_execute_a_new_function(connection, ask):
    connection.execute("CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    assert ask("SELECT has_function_privilege('public', 'fn_a()', 'EXECUTE')")
    connection.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    connection.execute("CREATE FUNCTION fn_b() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert not ask("SELECT has_function_privilege('public', 'fn_b()', 'EXECUTE')")


def test_q14_a_view_that_writes_is_refused(refused):
    message = refused("CREATE VIEW v_a AS WITH gone AS (DELETE FROM tb_a RETURNING id) SELECT id FROM gone")
    assert "must not contain data-modifying statements in WITH" in message


def test_q15_without_an_index_a_delete_reads_the_table_that_refers(connection):
    def counts():
        row = "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'tb_b'"
        return connection.execute(row).fetchone()

    def scans():
        connection.execute("INSERT INTO tb_a VALUES (9, 9)")
        with connection.transaction():
            before = counts()
            connection.execute("SET LOCAL enable_seqscan = off; DELETE FROM tb_a WHERE id = 9")
            return tuple((new or 0) > (old or 0) for new, old in zip(counts(), before, strict=True))

    connection.execute("CREATE TABLE tb_b (a_id int REFERENCES tb_a (id)); INSERT INTO tb_b VALUES (1)")
    assert scans() == (True, False)
    connection.execute("CREATE INDEX idx_b_a ON tb_b (a_id)")
    assert scans() == (False, True)


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


def test_p06_a_handler_for_everything_hides_a_broken_constraint(ask, connection):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tb_a VALUES (1, 1);"
        " RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false; END $$"
    )
    assert ask("SELECT fn_a()") is False


def test_p07_select_into_without_a_row_gives_null(connection, ask):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ DECLARE v int := 1; BEGIN"
        " SELECT n INTO v FROM tb_a WHERE false; RETURN v; END $$"
    )
    assert ask("SELECT fn_a()") is None


@pytest.mark.parametrize("language", ["sql", "plpgsql"])
def test_p08_without_a_search_path_only_the_catalog_and_temporary_tables_are_found(
    connection, ask, refused, language
):
    connection.execute("SET check_function_bodies = off; CREATE TEMP TABLE scratch (id int)")

    def define(name, query):
        body = query if language == "sql" else f"BEGIN RETURN ({query}); END"
        connection.execute(
            f"CREATE FUNCTION {name}() RETURNS bigint LANGUAGE {language}"
            f" SET search_path = '' AS $$ {body} $$"
        )

    define("fn_a", "SELECT count(*) FROM tb_a")
    define("fn_b", "SELECT count(*) FROM public.tb_a, pg_database LIMIT 1")
    define("fn_c", "SELECT count(*) FROM scratch")
    assert 'relation "tb_a" does not exist' in refused("SELECT fn_a()")
    assert ask("SELECT fn_b()") > 0
    assert ask("SELECT fn_c()") == 0


def test_x05_the_second_of_two_is_refused_or_takes_the_place_of_the_first(connection, ask, refused):
    assert "already exists" in refused("CREATE VIEW tb_a AS SELECT 1 AS id")
    for value in (1, 2):
        connection.execute(
            f"CREATE OR REPLACE FUNCTION fn_a(p int) RETURNS int LANGUAGE sql AS 'SELECT {value}'"
        )
    assert ask("SELECT fn_a(0)") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v_a AS SELECT id FROM tb_later",
        "CREATE TABLE tb_b AS SELECT id FROM tb_later",
        "CREATE TABLE tb_b (id int REFERENCES tb_later (id))",
        "CREATE INDEX ON tb_later (id)",
        "CREATE TRIGGER trg_a BEFORE INSERT ON tb_later EXECUTE FUNCTION fn_a()",
        "ALTER TABLE tb_later ADD n int",
        "ALTER TABLE tb_a ADD FOREIGN KEY (id) REFERENCES tb_later (id)",
        "REFRESH MATERIALIZED VIEW tb_later",
        "GRANT SELECT ON tb_later TO PUBLIC",
        "INSERT INTO tb_later VALUES (1)",
    ],
)
def test_x06_x07_x08_m18_a_relation_must_be_there(connection, refused, statement):
    connection.execute("CREATE FUNCTION fn_a() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    assert 'relation "tb_later" does not exist' in refused(statement)


def test_x07_a_body_fails_when_it_runs(connection, refused):
    connection.execute(
        "CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM tb_x; END'"
    )
    assert 'relation "tb_x" does not exist' in refused("SELECT fn_a()")


def test_x06_create_says_that_there_was_none(connection, refused):
    for statement in (
        "CREATE TABLE tb_a (id int)",
        "CREATE TABLE tb_a AS SELECT 1",
        "CREATE VIEW tb_a AS SELECT 1",
    ):
        assert 'relation "tb_a" already exists' in refused(statement)
