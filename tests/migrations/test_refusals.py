"""What can't be migrated is refused: by one clear message with a remedy, and nothing is changed."""

import secrets

import pytest
from psycopg.conninfo import make_conninfo

TABLE = ("CREATE TABLE tb_a (id int);", "DROP TABLE tb_a;")
RELATIONS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"


@pytest.fixture
def refused(project):
    """Run a command that must be refused; returns its message."""

    def state():
        relations = project.sql(RELATIONS)
        return relations, project.sql("TABLE toolkit.ledger") if ("alembic_version",) in relations else []

    def refused(*command: str, status: int = 1, **options: str) -> str:
        before = state()
        finished = project.run(*command, **options)
        assert (finished.returncode, finished.stdout) == (status, "")
        assert "Traceback" not in finished.stderr
        assert state() == before
        return finished.stderr

    return refused


@pytest.fixture
def applied(project):
    """The project with one revision, a, applied."""
    project.add("a", *TABLE)
    project.done("toolkit", "migrate")
    return project


def test_unreachable_server(refused, tmp_path):
    message = refused("toolkit", "migrate", database=f"host={tmp_path} dbname=app", status=2)
    assert "toolkit: The target can't be reached: " in message
    assert "Check DATABASE_URL, or what --database names, and that the server runs." in message


@pytest.mark.parametrize("command", [("toolkit", "status"), ("alembic", "current")])
@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("postgresql+psycopg://app:s3cret@localhost/app", "Begin it with postgresql://"),
        ("postgresql://app:p@s3cret@localhost/app", "%40 for @"),
        (f"postgresql://app:s3cret@{'h' * 70}/app", "The target's host name can't be one."),
    ],
)
def test_malformed_url(project, command, url, advice):
    finished = project.run(*command, database=url)
    assert finished.returncode == (2 if command[0] == "toolkit" else 255)
    shown = finished.stdout + finished.stderr
    assert advice in shown
    assert "Traceback" not in shown
    assert "s3cret" not in shown


def test_deployer_without_rights_is_told_what_an_administrator_has_to_run(project, refused):
    name = f"poor_{secrets.token_hex(4)}"
    project.configure(name)
    project.add("a", *TABLE)
    project.sql(f"CREATE ROLE {name} LOGIN")
    deployer = make_conninfo(project.database, user=name)
    message = refused("toolkit", "migrate", database=deployer, status=2)
    assert "Let an administrator run in this database:" in message
    for statement in [line.strip() for line in message.splitlines() if line.startswith("  ")]:
        project.sql(statement)
    project.done("toolkit", "migrate", database=deployer)
    assert project.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'tb_a'") == [(f"{name}_owner",)]


def test_role_with_other_attributes(project, refused):
    name = f"strong_{secrets.token_hex(4)}"
    project.configure(name)
    project.add("a", *TABLE)
    project.sql(f"CREATE ROLE {name}_owner BYPASSRLS")
    message = refused("toolkit", "migrate", status=2)
    assert f"attributes they must not have: {name}_owner has BYPASSRLS" in message
    assert "ALTER ROLE" in message


def test_database_ahead_of_the_code(applied, refused):
    applied.add("b", "SELECT 1;")
    applied.done("toolkit", "migrate")
    for suffix in (".py", ".up.sql", ".down.sql"):
        applied.file("b", suffix).unlink()
    for command in ("migrate", "rollback"):
        message = refused("toolkit", command)
        assert "stands at b, which this code does not have. Deploy the code that has it" in message


def test_several_heads_until_they_are_merged(applied, refused):
    applied.add("b", "SELECT 1;", after="a")
    applied.add("c", "SELECT 1;", after="a")
    message = refused("toolkit", "migrate")
    assert "several heads: b, c. Join them with `alembic merge heads -m MESSAGE`" in message
    applied.done("alembic", "merge", "heads", "-m", "join")
    applied.done("toolkit", "migrate")
    assert applied.run("toolkit", "status").returncode == 0
    assert len(applied.heads()) == 1


def test_unknown_revision(applied, refused):
    for command in ("migrate", "rollback"):
        message = refused("toolkit", command, "nowhere", status=2)
        assert "There is no revision 'nowhere'. `alembic history` lists the revisions." in message


def test_more_steps_back_than_were_taken(applied, refused):
    message = refused("toolkit", "rollback", "-2", status=2)
    assert "2 are too many revisions to take back: 1 is applied. `toolkit rollback base`" in message


def test_missing_configuration_of_alembic(project, refused):
    project.add("a", *TABLE)
    (project.root / "alembic.ini").unlink()
    assert f"There is no {project.root}/alembic.ini. Restore it" in refused("toolkit", "migrate")


def test_file_that_the_system_refuses(applied, refused):
    file = applied.file("a", ".up.sql")
    file.unlink()
    file.mkdir()
    for command in ("migrate", "status"):
        assert refused("toolkit", command, status=2) == f"toolkit: {file} can't be used: Is a directory.\n"
    told = applied.run("alembic", "upgrade", "head")
    assert f"{file} can't be used: Is a directory.\n" in told.stdout
    assert "Traceback" not in told.stderr


def test_read_only_database(applied, refused):
    applied.add("b", "SELECT 1;")
    read_only = make_conninfo(applied.database, options="-c default_transaction_read_only=on")
    message = refused("toolkit", "migrate", database=read_only, status=2)
    assert "read only by default. Set default_transaction_read_only to off" in message


@pytest.mark.parametrize(
    ("suffix", "command"), [(".up.sql", "migrate"), (".down.sql", "migrate"), (".down.sql", "rollback")]
)
def test_missing_sql_file(applied, refused, suffix, command):
    applied.add("b", "CREATE TABLE tb_b (id int);")
    applied.add("c", "SELECT 1;")
    if command == "rollback":
        applied.done("toolkit", "migrate")
    applied.file("c", suffix).unlink()
    assert f"c_revision{suffix} is missing. Restore it, or write it." in refused("toolkit", command)
    assert applied.heads() == ["c" if command == "rollback" else "a"]  # nothing ran


def test_changed_file_of_an_applied_revision(applied, refused):
    applied.add("b", "SELECT 1;")
    applied.file("a", ".up.sql").write_text("CREATE TABLE tb_a (id bigint);")
    for command in (["toolkit", "migrate"], ["toolkit", "rollback"]):
        message = refused(*command)
        assert "a_revision.up.sql was changed after it was applied. Restore it and write a new" in message
    applied.file("a", ".up.sql").unlink()
    assert "a_revision.py was removed after it was applied." in refused("toolkit", "migrate")


def test_other_line_ends_are_no_change(applied):
    applied.add("b", "CREATE TABLE tb_b (\n    id int\n);\n")
    applied.done("toolkit", "migrate")
    file = applied.file("b", ".up.sql")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert "At the head; the ledger agrees." in applied.done("toolkit", "status")


def test_alembic_version_changed_by_hand(applied, refused):
    applied.add("b", "SELECT 1;")
    applied.sql("UPDATE alembic_version SET version_num = 'b'")
    message = refused("toolkit", "migrate")
    assert "alembic_version says b, the ledger says a." in message
    assert "`alembic stamp --purge REVISION`" in message
    applied.done("alembic", "stamp", "--purge", "a")
    applied.done("toolkit", "migrate")
    assert applied.heads() == ["b"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT 1;\n\nCREATE TABEL tb_b ();\n", 3, 'syntax error at or near "TABEL"'),
        ("-- Größe 漢字\nSELECT '漢字',\n    missing\nFROM tb_a;\n", 3, 'column "missing" does not exist'),
        ("SELECT 1;\nSELECT 1\n    / 0;\n", 2, "division by zero"),
        ("INSERT INTO tb_a VALUES (1), (1);\nCREATE UNIQUE INDEX ON tb_a (id);\n", 2, "(id)=(1) is"),
        ("DO $$\nBEGIN\n    PERFORM 1 / 0;\nEND\n$$;\n", 1, "line 3 at PERFORM"),
    ],
)  # fmt: skip
def test_failing_statement_is_named_by_file_line_and_the_words_of_postgresql(
    applied, refused, text, line, words
):
    applied.add("b", text)
    message = refused("toolkit", "migrate")
    assert f"b_revision.up.sql:{line}:" in message
    assert words in message


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("COMMIT;", "a revision must not begin or end transactions itself. Remove the statement."),
        ("COPY tb_a FROM STDIN;", "a revision can't COPY to or from the client. Write INSERT statements."),
    ],
)
def test_statement_that_would_break_the_run(applied, refused, statement, words):
    applied.add("b", f"INSERT INTO tb_a VALUES (1);\n{statement}\n")
    assert f"b_revision.up.sql:2: {words}" in refused("toolkit", "migrate")
    assert applied.sql("SELECT * FROM tb_a") == []


@pytest.mark.parametrize(
    "statement", ["CREATE INDEX CONCURRENTLY idx_a ON tb_a (id);", "VACUUM tb_a;", "CREATE DATABASE x;"]
)
def test_what_needs_a_revision_without_a_transaction(applied, refused, statement):
    applied.add("b", f"SELECT 1;\n{statement}")
    message = refused("toolkit", "migrate")
    assert "b_revision.up.sql:2: " in message
    assert "cannot run inside a transaction block" in message
    assert "SQL files begin with `-- toolkit: no-transaction`; docs/how-to/write-a-revision.md of" in message
