"""The folder sql/ and the order of its statements."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import ArtifactError, SettingsError, SqlFileError, SqlSyntaxError
from toolkit.source.artifacts import Artifact, hash_artifacts, read_artifacts, read_roles
from toolkit.source.order import order_statements
from toolkit.source.references import read_declaration
from toolkit.source.statements import Statement


@pytest.fixture
def write(tmp_path):
    def write(**files: str):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_sql", ".sql")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return tmp_path

    return write


def in_order(folder):
    statements = order_statements(read_artifacts(folder, "public"))
    return [f"{statement.path.relative_to(folder).as_posix()}:{statement.line}" for statement in statements]


def test_only_sql_files_outside_of_contract_are_artifacts(write):
    folder = write(
        roles_sql="CREATE ROLE a",
        tables__a_sql="CREATE TABLE a ()",
        tables__contract__c_sql="CREATE TABLE c ()",
        contract__b_sql="not sql",
        readme="not sql",
    )
    (folder / ".hidden.sql").write_text("not sql")
    assert [artifact.path for artifact in read_artifacts(folder, "public")] == [
        folder / "tables/a.sql",
        folder / "tables/contract/c.sql",
    ]
    assert [statement.text for statement in read_roles(folder)] == ["CREATE ROLE a"]


def test_package_without_roles_has_none(tmp_path):
    assert read_roles(tmp_path) == []


def test_missing_folder_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="There is no folder"):
        read_artifacts(tmp_path / "sql", "public")


def test_bad_files_are_refused_with_file_and_line(write):
    folder = write(a_sql="CREATE TABLE a ();\n\nCREATE TABEL b ();")
    with pytest.raises(SqlSyntaxError, match=r"a\.sql:3:8: syntax error"):
        read_artifacts(folder, "public")
    (folder / "a.sql").write_bytes(b"\xff\xfe")
    with pytest.raises(SqlFileError, match=r"a\.sql:1: byte 0xff is not UTF-8"):
        read_artifacts(folder, "public")
    write(a_sql="CREATE TABLE a ();\nINSERT INTO a DEFAULT VALUES;")
    with pytest.raises(ArtifactError, match=r"a\.sql:2: INSERT declares no object"):
        read_artifacts(folder, "public")


def test_link_to_nowhere_is_refused(tmp_path):
    (tmp_path / "a.sql").symlink_to("nowhere")
    with pytest.raises(SqlFileError, match=r"a\.sql can't be read"):
        read_artifacts(tmp_path, "public")


@pytest.mark.parametrize(
    ("one", "two", "identity"),
    [
        ("CREATE TABLE tb_a ()", "CREATE TABLE public.TB_A ()", r"table public\.tb_a"),
        (
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS ''",
            "CREATE OR REPLACE FUNCTION f(b integer) RETURNS int LANGUAGE sql AS ''",
            r"routine public\.f\(int4\)",
        ),
    ],
)
def test_object_declared_twice_is_refused_with_both_places(write, one, two, identity):
    folder = write(a_sql=one, b_sql="\n" + two)
    with pytest.raises(ArtifactError, match=rf"a\.sql:1 and .*b\.sql:2 both declare {identity}\."):
        read_artifacts(folder, "public")


def test_overloads_are_different_objects(write):
    function = "CREATE FUNCTION f({}) RETURNS int LANGUAGE sql AS ''"
    folder = write(a_sql=function.format("a int"), b_sql=function.format("a text"))
    assert len(read_artifacts(folder, "public")) == 2


def test_hash_says_what_the_files_say(write):
    folder = write(roles_sql="CREATE ROLE a", a_sql="CREATE TABLE a ();\n", contract__c_sql="x")
    before = hash_artifacts(folder)
    write(a_sql="CREATE TABLE a ();\r\n", contract__c_sql="y", readme="z")
    assert hash_artifacts(folder) == before
    seen = {before}
    for change in ({"a_sql": "CREATE TABLE b ();\n"}, {"roles_sql": "CREATE ROLE b"}, {"b_sql": ""}):
        write(**change)
        seen.add(hash_artifacts(folder))
    assert len(seen) == 4


def test_what_is_needed_comes_before_and_the_rest_goes_by_path(write):
    folder = write(
        functions__fn_sql="CREATE FUNCTION f() RETURNS SETOF tb_b LANGUAGE sql AS '';\n"
        "COMMENT ON FUNCTION f() IS 'x'",
        tables__a_sql="CREATE TABLE tb_a (id int REFERENCES tb_b);\nCREATE INDEX idx ON tb_a (id)",
        tables__b_sql="CREATE TABLE tb_b (id mood PRIMARY KEY)",
        types__mood_sql="CREATE TYPE mood AS ENUM ('x')",
        views__v_sql="CREATE VIEW v AS SELECT * FROM v2",
        views__v2_sql="CREATE VIEW v2 AS SELECT * FROM f()",
    )
    assert in_order(folder) == [
        "types/mood.sql:1", "tables/b.sql:1", "functions/fn.sql:1", "functions/fn.sql:2", "tables/a.sql:1",
        "tables/a.sql:2", "views/v2.sql:1", "views/v.sql:1",
    ]  # fmt: skip


def test_rest_of_a_file_follows_its_object(write):
    folder = write(
        a__t_sql="CREATE TABLE t (id serial, m mood);\nGRANT USAGE ON t_id_seq TO somebody",
        b__mood_sql="CREATE TYPE mood AS ENUM ('x')",
    )
    assert in_order(folder) == ["b/mood.sql:1", "a/t.sql:1", "a/t.sql:2"]


def test_schema_and_extension_come_first(write):
    folder = write(
        a_sql="CREATE TABLE app.t (id int)", y_sql="CREATE SCHEMA app", z_sql="CREATE EXTENSION citext"
    )
    assert in_order(folder) == ["y.sql:1", "z.sql:1", "a.sql:1"]


def test_cycle_leaves_nothing_out(write):
    folder = write(
        a_sql="CREATE TABLE a (id int PRIMARY KEY REFERENCES b)",
        b_sql="CREATE TABLE b (id int PRIMARY KEY REFERENCES a)",
        c_sql="CREATE VIEW c AS SELECT * FROM a",
    )
    assert in_order(folder) == ["a.sql:1", "b.sql:1", "c.sql:1"]


@given(st.data())
def test_any_naming_of_the_files_puts_needs_first(data):
    """Objects 0..n, each needing some with smaller numbers, in files whose names are shuffled."""
    size = data.draw(st.integers(1, 12))
    needs = [data.draw(st.sets(st.integers(0, place - 1))) if place else set() for place in range(size)]
    files = data.draw(st.permutations(range(size)))
    artifacts = []
    for place, name in enumerate(files):
        tables = ", ".join(f"t{need}" for need in sorted(needs[place])) or "pg_class"
        statement = Statement(Path(f"{name:02}.sql"), f"CREATE VIEW t{place} AS SELECT FROM {tables}", 1)
        artifacts.append(Artifact(statement.path, (read_declaration(statement, "public"),)))
    ordered = [files.index(int(statement.path.stem)) for statement in order_statements(artifacts)]
    assert sorted(ordered) == list(range(size))
    assert all(ordered.index(need) < ordered.index(place) for place in range(size) for need in needs[place])
