import pytest

ERRORS = '[rules.uq_user_mail]\ncode = "DUPLICATE"\n[rules.rule_gone]\ncode = "GONE"\n'
USER = (
    "CREATE TABLE tb_user (id int CONSTRAINT pk_user PRIMARY KEY, mail text CONSTRAINT uq_user_mail UNIQUE);"
)


def places(findings):
    return [(finding.path, finding.line, finding.code) for finding in findings]


def test_error_codes_are_compared_with_the_rules(lint):
    found = lint({"sql/errors.toml": ERRORS, "sql/a.sql": USER}, "Q13")
    assert places(found) == [("sql/errors.toml", 3, "Q13")]
    raising = "DO $$ BEGIN NULL; END $$;\nCREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n"
    raising += "RAISE EXCEPTION 'x' USING ERRCODE = 'P0002', CONSTRAINT = '{}'; END $$;"
    files = {"sql/errors.toml": ERRORS, "sql/a.sql": USER, "sql/b.sql": raising.format("rule_gone")}
    assert lint(files, "Q13") == []
    files["sql/b.sql"] = raising.format("rule_new")
    assert places(lint(files, "Q13")) == [("sql/b.sql", 3, "Q13"), ("sql/errors.toml", 3, "Q13")]


def test_error_codes_are_looked_at_with_all_artifacts(lint, project):
    lint({"sql/errors.toml": ERRORS, "sql/a.sql": USER})
    assert lint({"sql/b.sql": "SELECT 1;"}, "Q13") == []


def test_without_error_codes_nothing_is_asked(lint):
    assert lint({"sql/a.sql": USER}, "Q13") == []


def test_the_whole_tree_is_looked_at_for_one_file(lint, project):
    lint({"sql/mv.sql": "CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id;"})
    refresh = "REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;"
    assert places(lint({"sql/refresh.sql": refresh}, "Q05")) == [("sql/refresh.sql", 1, "Q05")]
    (project.sql / "index.sql").write_text("CREATE UNIQUE INDEX uq_a ON mv_a (id);")
    assert lint({"sql/refresh.sql": refresh}, "Q05") == []


@pytest.mark.parametrize(
    "index",
    ["(id) WHERE id > 0", "(abs(id))", "(id, (id + 1))"],
)
def test_indexes_that_do_not_fit_a_concurrent_refresh(lint, index):
    sql = f"CREATE MATERIALIZED VIEW mv_a AS SELECT 1 AS id; CREATE UNIQUE INDEX uq_a ON mv_a {index};"
    assert len(lint(sql + "REFRESH MATERIALIZED VIEW CONCURRENTLY mv_a;", "Q05")) == 1


def test_a_write_is_found_through_other_functions(lint):
    sql = """
    CREATE FUNCTION fn_a() RETURNS int LANGUAGE sql AS 'SELECT fn_b(1)';
    CREATE FUNCTION fn_b(p_a int, p_b int DEFAULT 2) RETURNS int LANGUAGE sql
    AS 'INSERT INTO tb_a VALUES (1) RETURNING 1';
    CREATE VIEW v_a AS SELECT fn_a() AS id;
    """
    (finding,) = lint(sql, "Q03")
    assert finding.message == "v_a calls fn_a, which writes tb_a"
    reading = "CREATE FUNCTION fn_b(p_a int) RETURNS int LANGUAGE sql AS 'SELECT 1';"
    assert lint(sql + reading, "Q03") == []  # it may be this one that is meant


def test_a_cycle_through_three_views(lint):
    sql = "".join(f"CREATE VIEW v_{a} AS SELECT id FROM v_{b};" for a, b in ("ab", "bc", "ca", "da"))
    assert sorted(finding.message[:3] for finding in lint(sql, "Q10")) == ["v_a", "v_b", "v_c"]
