"""Plans in the words of the artifacts, which say the same as the definitions."""

from pathlib import Path

import pytest

from tests.db.plan.conftest import show
from toolkit.catalog.comparison import differences
from toolkit.errors import PlanImpossible
from toolkit.plan.planner import make_plan
from toolkit.plan.texts import match_texts
from toolkit.server.load import load_sql
from toolkit.source.artifacts import read_artifacts, read_roles
from toolkit.source.order import order_statements

ROOT = Path(__file__).parents[3]


@pytest.fixture
def plan(prove, tmp_path):
    """Return the plan from a database made by statements to one loaded from an artifact; it is tried."""

    def plan(before, after):
        (tmp_path / "all.sql").write_text(after)
        artifacts = read_artifacts(tmp_path, "public")
        conninfo, wanted = prove.database(before), prove.database("")
        load_sql(wanted, order_statements(artifacts))
        old, new = prove.read(conninfo), prove.read(wanted)
        texts = match_texts(artifacts, new, "public")
        made = make_plan(old, new, texts=texts, owner="postgres")
        sql = [statement for step in made.steps for statement in step.sql]
        prove.run(conninfo, *sql)
        assert differences(prove.read(conninfo).entries, new.entries) == [], show(made)
        return sql

    return plan


def test_the_blog_is_made_by_its_own_statements(prove):
    artifacts = read_artifacts(ROOT / "sql", "public")
    conninfo, wanted = prove.database(""), prove.database("")
    for database in (conninfo, wanted):
        prove.run(database, *(statement.text for statement in read_roles(ROOT / "sql")))
    load_sql(wanted, order_statements(artifacts))
    old, new = prove.read(conninfo), prove.read(wanted)
    texts = match_texts(artifacts, new, "public")
    made = make_plan(old, new, texts=texts, owner="postgres")
    prove.run(conninfo, *(statement for step in made.steps for statement in step.sql))
    assert differences(prove.read(conninfo).entries, new.entries) == []
    kinds = {entry.kind for entry in new.entries if entry.key not in texts}
    assert kinds == {
        "ACL",
        "COMMENT",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "SEQUENCE",
    }  # the last three go with tables


def test_table_brings_its_constraints_and_sequences_along(plan):
    table = "CREATE TABLE a (id serial PRIMARY KEY, b integer UNIQUE, c integer REFERENCES a, CHECK (b > 0))"
    comment = "COMMENT ON CONSTRAINT a_pkey ON {} IS 'x'"
    sql = plan("", f"{table}; CREATE INDEX idx_a ON a (b); {comment.format('a')}")
    assert sql == [table, comment.format("public.a"), "CREATE INDEX idx_a ON a (b)"]


PARTS = {
    "constraint": "CREATE TABLE t (a integer); ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)",
    "partitions": """CREATE TABLE t (a integer) PARTITION BY LIST (a);
        CREATE TABLE p PARTITION OF t DEFAULT; CREATE INDEX i ON t (a)""",
    "copy": "CREATE TABLE t (a integer PRIMARY KEY); CREATE TABLE u (LIKE t INCLUDING ALL)",
    "references": """CREATE TABLE t (a integer PRIMARY KEY, b integer);
        CREATE TABLE u (a integer PRIMARY KEY REFERENCES t);
        ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES u""",
    "sequence": """CREATE SEQUENCE s; CREATE TABLE t (a integer DEFAULT nextval('s'));
        ALTER SEQUENCE s OWNED BY t.a""",
    "view": "CREATE VIEW v AS SELECT 1 AS a; ALTER VIEW v SET (security_invoker = true)",
    "domain": "CREATE DOMAIN d AS integer; ALTER DOMAIN d ADD CHECK (VALUE > 0)",
    "function": """CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        ALTER FUNCTION f STRICT""",
    "overloads": """CREATE FUNCTION f(a numeric(5,2)) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(a int8[], OUT b text) LANGUAGE sql AS 'SELECT ''x''';
        CREATE FUNCTION f(timestamptz) RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1'""",
    "table": """CREATE TABLE t (a integer); CREATE POLICY p ON t USING (a > 0);
        CREATE TRIGGER g BEFORE UPDATE ON t
            FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
        ALTER TABLE t DISABLE TRIGGER g, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY""",
    "body": """CREATE TABLE t (a integer);
        CREATE FUNCTION f() RETURNS void BEGIN ATOMIC INSERT INTO t VALUES (1); END""",
}


@pytest.mark.parametrize("case", PARTS)
def test_what_no_statement_says_alone_is_made_all_the_same(case, plan):
    assert plan("", PARTS[case])


def test_star_is_written_out_for_columns_stand_in_another_order(plan):
    before = "CREATE TABLE t (a integer, b integer); CREATE VIEW v AS SELECT a, b FROM t"
    after = "CREATE TABLE t (c integer, a integer, b integer); CREATE VIEW v AS SELECT * FROM t"
    sql = plan(before, after)
    assert not any("*" in statement for statement in sql)


def test_columns_by_place_through_a_function_are_refused(plan):
    function = "CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS 'TABLE t'"
    before = f"CREATE TABLE t (a integer, b integer); {function}"
    after = f"CREATE TABLE t ({{}}); {function}; CREATE VIEW v AS SELECT a, c FROM f()"
    with pytest.raises(
        PlanImpossible, match=r"view public\.v reads the columns of public\.t by their places"
    ):
        plan(before, after.format("c integer, a integer, b integer"))
    assert plan(before, after.format("a integer, b integer, c integer"))
