"""Bodies in PL/pgSQL that the server resolves without running them."""

import psycopg
import pytest

from toolkit.catalog.bodies import resolve_bodies

TABLES = """
CREATE TABLE tb_a (id uuid PRIMARY KEY, title text NOT NULL, n integer, status text);
CREATE TABLE tb_b (id uuid PRIMARY KEY, other integer);
CREATE DOMAIN filled AS text NOT NULL;
CREATE PROCEDURE p_in_out (a integer, INOUT b integer) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
CREATE PROCEDURE p_out (a integer, OUT b integer) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
CREATE FUNCTION fn_refuse() RETURNS integer LANGUAGE plpgsql STABLE
AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '42703'; END $$;
"""
EVERYTHING = """
CREATE FUNCTION fn_all(
    p_id uuid, p_list text[], p_d filled, anyelement, OUT total integer, VARIADIC p_more integer[]
) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
<<whole>>
DECLARE
    v_a tb_a;
    v_n CONSTANT integer NOT NULL := 10;  -- a comment; here
    v_title tb_a.title%TYPE DEFAULT 'é';
    r record;
    s record;
    x text;
    y integer;
    c CURSOR (k integer, l text) FOR SELECT id, title FROM tb_a WHERE n = k AND title = l;
    rc refcursor;
    first ALIAS FOR $1;
BEGIN
    SELECT * /* all; of it */ INTO STRICT v_a FROM tb_a WHERE id = p_id FOR UPDATE;
    IF v_a.title = (CASE WHEN true THEN 'a' ELSE $$b;$$ END) THEN
        NULL;
    ELSIF EXISTS (SELECT 1 FROM tb_b WHERE other = v_a.n) THEN
        UPDATE tb_a SET n = n + 1 WHERE id = first RETURNING title, n INTO x, y;
    ELSE
        INSERT INTO tb_a (id, title) VALUES (fn_all.p_id, whole.v_title)
        ON CONFLICT (id) DO UPDATE SET title = excluded.title;
    END IF;
    CASE v_a.n WHEN 1, 2 THEN y := 1; WHEN 3 THEN y := 2; ELSE y := 3; END CASE;
    CASE WHEN v_a.n > 3 THEN total := 1; ELSE total = 2; END CASE;
    <<rounds>>
    FOR i IN REVERSE 10 .. 1 BY 2 LOOP
        CONTINUE rounds WHEN i = 3;
        PERFORM rounds.i, count(*) FROM tb_a WHERE n = i;
    END LOOP rounds;
    FOR r IN SELECT id AS key, title || '!' AS shout FROM tb_a LOOP
        x := r.shout || r.key::text;
    END LOOP;
    FOR r2 IN c(1, l := 'a') LOOP
        x := r2.title;
    END LOOP;
    FOREACH x IN ARRAY p_list LOOP EXIT WHEN x = 'a'; END LOOP;
    WHILE y < 3 LOOP y := y + 1; END LOOP;
    LOOP EXIT; END LOOP;
    WITH w AS (SELECT count(*) AS many FROM tb_a) SELECT many INTO s FROM w;
    y := s.many;
    OPEN rc FOR SELECT id FROM tb_a;
    FETCH NEXT FROM rc INTO r;
    CLOSE rc;
    s := r;
    x := s.id;
    CREATE TEMP TABLE t_x ON COMMIT DROP AS SELECT id FROM tb_a;
    INSERT INTO t_x SELECT id FROM tb_b;
    GET DIAGNOSTICS y = ROW_COUNT;
    CALL p_in_out(1, y);
    CALL p_out(1, y);
    p_list[1] := 'a';
    p_list[y + 1] := x;
    ASSERT y > 0, 'no ' || x;
    SET LOCAL work_mem = '8MB';
    DECLARE
        z integer := y + 1;
    BEGIN
        RAISE NOTICE 'a % b %', x, (SELECT max(n) FROM tb_a) USING HINT = x || 'a', ERRCODE = '22000';
        BEGIN
            DELETE FROM tb_a USING tb_b WHERE tb_b.id = tb_a.id AND other = z;
        EXCEPTION
            WHEN unique_violation OR SQLSTATE '23503' THEN
                x := SQLERRM;
                RAISE;
            WHEN OTHERS THEN
                RAISE EXCEPTION '%', SQLSTATE;
        END;
    END;
    IF FOUND THEN RETURN; END IF;
    MERGE INTO tb_b USING tb_a ON tb_a.id = tb_b.id WHEN MATCHED THEN UPDATE SET other = y;
    WITH d AS (DELETE FROM tb_a RETURNING id) INSERT INTO tb_b (id) SELECT id FROM d;
    PERFORM FROM tb_a WHERE n = fn_refuse();
    TRUNCATE tb_b;
END whole
$body$;
CREATE FUNCTION fn_rows() RETURNS TABLE (id uuid, title text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT a.id, a.title FROM tb_a AS a;
    RETURN NEXT;
END
$$;
"""
FUNCTION = """
CREATE FUNCTION fn_one(p_id uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_a tb_a;
    r record;
    c CURSOR FOR SELECT id FROM tb_a;
BEGIN
    IF false THEN
        {}
    END IF;
END
$$
"""


def trouble_of(scratch, *texts: str):
    conninfo = scratch.create()
    try:
        with psycopg.connect(conninfo) as connection:
            connection.execute("SET check_function_bodies = off")
            for text in texts:
                connection.execute(text.encode())
        return resolve_bodies(conninfo, "public")
    finally:
        scratch.release(conninfo)


def test_all_that_a_body_may_have_is_resolved(scratch_by_major):
    assert trouble_of(scratch_by_major, TABLES, EVERYTHING) == (5, [])


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE tb_a SET nam = 1 WHERE id = p_id;", 'column "nam" of relation "tb_a" does not exist'),
        ("PERFORM fn_none(1);", "function fn_none(integer) does not exist"),
        ("CALL p_none(1);", "function p_none(integer) does not exist"),
        ("v_a.titel := 'a';", 'record "v_a" has no field "titel"'),
        ("SELECT title INTO v_a.titel FROM tb_a;", 'record "v_a" has no field "titel"'),
        ("SELECT id INTO r FROM tb_a; RETURN r.nope;", 'record "r" has no field "nope"'),
        ("FOR r IN SELECT * FROM tb_c LOOP RETURN 1; END LOOP;", 'relation "tb_c" does not exist'),
        ("FOR a IN c LOOP RETURN a.n; END LOOP;", 'record "a" has no field "n"'),
        ("BEGIN NULL; EXCEPTION WHEN OTHERS THEN DELETE FROM tb_d; END;", 'relation "tb_d" does not exist'),
        ("RETURN (SELECT title FROM tb_a AS a JOIN tb_a AS b ON true);", 'reference "title" is ambiguous'),
        (
            "INSERT INTO tb_a VALUES (p_id) ON CONFLICT (title) DO NOTHING;",
            "no unique or exclusion constraint",
        ),
        ("RAISE EXCEPTION 'a' USING DETAIL = v_none;", 'column "v_none" does not exist'),
        ("RAISE NOTICE '%', $2;", "there is no parameter $2"),
        ("CASE $1 WHEN 'a', v_none THEN NULL; END CASE;", 'column "v_none" does not exist'),
        ("FOR i IN 1..v_none LOOP NULL; END LOOP;", 'column "v_none" does not exist'),
        (
            "DECLARE k CURSOR (a int) FOR SELECT a; BEGIN OPEN k(v_none); END;",
            'column "v_none" does not exist',
        ),
        ("EXIT WHEN v_none;", 'column "v_none" does not exist'),
        ("OPEN c; EXECUTE 'SELECT $1' USING v_none;", 'column "v_none" does not exist'),
        ("RETURN n FROM tb_a WHERE id = 1;", "operator does not exist: uuid = integer"),
        ("TRUNCATE tb_c;", 'relation "tb_c" does not exist'),
    ],
)
def test_statement_that_no_call_reaches(scratch, statement, message):
    _, found = trouble_of(scratch, TABLES, FUNCTION.format(statement))
    (told,) = [each for each in found if each.certain]
    assert message in told.message
    assert (told.schema, told.routine, told.line) == ("public", "fn_one", 8)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("EXECUTE 'SELECT nope';", "what EXECUTE does is not looked into"),
        ("CREATE TABLE tb_new (a int);", "what CREATE does is not looked into"),
        ("UPDATE tb_a SET n = 1 RETURNING * INTO r; RETURN r.nope;", "nobody knows its fields here"),
        (
            "SELECT n INTO r FROM tb_a; DELETE FROM tb_a RETURNING id INTO r; RETURN r.id;",
            "nobody knows its fields here",
        ),
        (
            "IF true THEN SELECT id INTO r FROM tb_a; ELSE SELECT n INTO r FROM tb_a; END IF; RETURN r.id;",
            "nobody knows its fields here",
        ),
    ],
)
def test_what_nobody_knows_is_told_and_not_wrong(scratch, statement, message):
    _, (told,) = trouble_of(scratch, TABLES, FUNCTION.format(statement))
    assert message in told.message
    assert (told.certain, told.line) == (False, 8)


def test_table_that_the_body_may_make_itself_is_told_and_not_wrong(scratch):
    made = "EXECUTE 'CREATE TEMP TABLE tmp_new (a int)'; INSERT INTO tmp_new VALUES (1);"
    _, told = trouble_of(scratch, TABLES, FUNCTION.format(made))
    assert [trouble.certain for trouble in told] == [False, False]
    assert told[1].message == 'unless the body makes it: relation "tmp_new" does not exist'


def test_setting_that_a_session_makes_is_not_missing(scratch_by_major):
    asked = "RETURN count(*) FROM tb_a WHERE title = current_setting('app.tenant');"
    assert trouble_of(scratch_by_major, TABLES, FUNCTION.format(asked))[1] == []


def test_materialized_view_without_rows_yet_is_there(scratch_by_major):
    view = "CREATE MATERIALIZED VIEW mv_a AS SELECT n FROM tb_a WITH NO DATA"
    function = FUNCTION.format("DECLARE y integer; BEGIN SELECT n INTO y FROM mv_a; END;")
    assert trouble_of(scratch_by_major, TABLES, view, function)[1] == []


def test_what_the_body_may_make_of_its_tables_is_told_and_not_wrong(scratch):
    made = """
        CREATE TEMP TABLE t_x (a int); CREATE UNIQUE INDEX ON t_x (a); ALTER TABLE t_x ADD b int;
        INSERT INTO t_x (a) VALUES (1) ON CONFLICT (a) DO NOTHING; UPDATE t_x SET b = 1;
    """
    _, told = trouble_of(scratch, TABLES, FUNCTION.format(made))
    assert [(each.certain, each.message.partition(":")[0]) for each in told] == [
        (False, "what CREATE does is not looked into"),
        (False, "what ALTER does is not looked into"),
        (False, "unless the body makes it"),
        (False, "unless the body makes it"),
    ]


def test_parameter_called_by_its_number_is_no_column(scratch_by_major):
    function = """
        CREATE FUNCTION fn_one(title text, INOUT n integer) LANGUAGE plpgsql AS $$
        BEGIN
            SELECT a.n INTO $2 FROM tb_a AS a WHERE a.title = $1;
            $2 := $2 + n;
        END $$
    """
    assert trouble_of(scratch_by_major, TABLES, function)[1] == []


def test_types_that_a_polymorphic_body_was_not_tried_with_are_not_wrong(scratch):
    function = """
        CREATE FUNCTION fn_one(anyelement) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN ($1).title; END $$
    """
    _, (told,) = trouble_of(scratch, TABLES, function)
    assert not told.certain
    assert told.message.startswith("where it is called with integer: column notation .title applied")


def test_body_whose_quote_has_no_end_is_told(scratch):
    function = "CREATE FUNCTION fn_one() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a; END $$"
    _, (told,) = trouble_of(scratch, function)
    assert told.message.startswith("its body is not understood: unterminated quoted string")


def test_trigger_function_has_the_rows_of_its_tables(scratch_by_major):
    function = """
        CREATE FUNCTION fn_look() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_TABLE_NAME = 'tb_a' THEN NEW.title = 'a'; ELSE NEW.other = 1; OLD.none = 1; END IF;
            RETURN NEW;
        END $$;
        CREATE FUNCTION fn_sum() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM titel FROM fresh;
            PERFORM title FROM fresh;
            RETURN NULL;
        END $$;
        CREATE FUNCTION fn_nowhere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW.a; END $$;
        CREATE TRIGGER trg_look AFTER INSERT ON tb_a FOR EACH ROW EXECUTE FUNCTION fn_look();
        CREATE TRIGGER trg_look AFTER INSERT ON tb_b FOR EACH ROW EXECUTE FUNCTION fn_look();
        CREATE TRIGGER trg_sum AFTER INSERT ON tb_a REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION fn_sum();
    """
    _, found = trouble_of(scratch_by_major, TABLES, function)
    assert [(each.routine, each.line, each.message.partition(":")[0], each.certain) for each in found] == [
        ("fn_look", 3, 'record "old" has no field "none"', True),
        ("fn_sum", 3, 'column "titel" does not exist', True),
        ("fn_nowhere", 1, "nobody knows its fields here", False),
    ]


def test_nothing_stays(scratch):
    conninfo = scratch.create()
    with psycopg.connect(conninfo) as connection:
        connection.execute(TABLES.encode())
        connection.execute(b"INSERT INTO tb_a VALUES ('00000000-0000-4000-8000-000000000000', 'a')")
        connection.execute(b"CREATE SEQUENCE seq")
        statement = """
            DELETE FROM tb_a; TRUNCATE tb_a; CREATE TEMP TABLE t_x (a int);
            CREATE TEMP TABLE t_y AS SELECT nextval('seq') AS data;
            CREATE TEMP TABLE t_z AS SELECT nextval('seq') AS y WITH DATA;
            CREATE TEMP TABLE t_n AS SELECT nextval('seq') AS y WITH NO DATA;
            PERFORM data, y FROM t_y, t_z; PERFORM y FROM t_n;
            DECLARE k CURSOR (a bigint, b int) FOR SELECT id FROM tb_a WHERE n = a + b;
            BEGIN
                OPEN k(nextval('seq'), b := 1); CLOSE k;
                FOR row IN k(coalesce(nextval('seq'), 2), 1) LOOP RETURN row.id; END LOOP;
            END;
        """
        connection.execute(FUNCTION.format(statement).encode())
    assert resolve_bodies(conninfo, "public")[1] == []
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM tb_a").fetchone() == (1,)
        assert connection.execute("SELECT is_called FROM seq").fetchone() == (False,)
    scratch.release(conninfo)
