"""Planning against other tools: the same two databases, each tool in a process of its own.

A tool that does not get the plan right is no yardstick for it: what its plan does to a database is printed.
"""

import subprocess
import sys
from functools import partial

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.benchmarks.synthetic import change_body, change_columns, change_table, make_schema
from tests.benchmarks.yardsticks import yardstick, yardstick_of_node
from toolkit.catalog.comparison import differences
from toolkit.catalog.reading import read_catalog
from toolkit.server.binaries import find_binaries

SIZE = 300
SCENARIOS = {"A": change_body, "B": change_columns, "C": change_table}
OURS = """
import sys
from toolkit.catalog.reading import read_catalog
from toolkit.plan.planner import make_plan
from toolkit.server.binaries import find_binaries
binaries = find_binaries(15)
old, new = (read_catalog(conninfo, binaries) for conninfo in sys.argv[1:])
for step in make_plan(old, new, owner="postgres").steps:
    for sql in step.sql:
        print(sql + ";")
"""
# Views and functions are all that it compares, and it has to be told of each in Python.
ALEMBIC_UTILS = """
import re, sys
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities
from sqlalchemy import MetaData, create_engine
with open(sys.argv[2]) as file:
    views = re.findall(r"CREATE VIEW (\\w+) AS\\n(.*?);\\n", file.read(), re.DOTALL)
register_entities([PGView("public", name, text) for name, text in views], entity_types=[PGView])
with create_engine(sys.argv[1]).connect() as connection:
    names = lambda _, name, kind, *rest: kind not in ("table", "index")
    context = MigrationContext.configure(connection, opts={"include_object": names, "include_schemas": False})
    for op in produce_migrations(context, MetaData()).upgrade_ops.ops:
        for sql in (op.target.to_sql_statement_create_or_replace(),):
            print(str(sql) + ";")
"""


def url(conninfo):
    """Return a URL that other tools read: they know no key=value strings."""
    parts = conninfo_to_dict(conninfo)
    return (
        f"postgresql://{parts['user']}@localhost/{parts['dbname']}?host={parts['host']}&port={parts['port']}"
    )


def run(*command: object, cwd=None):
    """Return what a tool prints; where that is nothing, what went wrong as a comment of SQL."""
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, cwd=cwd, timeout=300
    )
    words = [line for line in done.stderr.splitlines() if "Error" in line]
    return done.stdout or f"-- {' '.join(words[-1:])}"


class Setting:
    """Two databases and their files, and what a tool says about them."""

    def __init__(self, scratch, before, after, folder) -> None:
        self.scratch, self.folder = scratch, folder
        self.files = [folder / "before.sql", folder / "after.sql"]
        self.databases = [scratch.create(), scratch.create()]
        for file, conninfo, schema in zip(self.files, self.databases, (before, after), strict=True):
            file.write_text(schema.text, encoding="utf-8")
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(schema.text)
        self.wanted = read_catalog(self.databases[1], find_binaries(scratch.major)).entries

    def ours(self):
        return run(sys.executable, "-c", OURS, *self.databases)

    def migra(self):
        return run(yardstick("migra"), "--unsafe", *map(url, self.databases))

    def results(self):
        return run(yardstick("results"), "dbdiff", *map(url, self.databases))

    def confiture(self):
        for old in self.folder.glob("made/*"):
            old.unlink()
        flags = ("--generate", "--name", "edit", "--migrations-dir", "made", "--allow-destructive")
        diff = ("migrate", "diff", "--from", self.files[0], "--to", self.files[1])
        run(yardstick("confiture"), *diff, *flags, cwd=self.folder)
        return "".join(path.read_text(encoding="utf-8") for path in self.folder.glob("made/*.up.sql"))

    def alembic_utils(self):
        python = yardstick("alembic_utils", "python")
        return run(
            python, "-c", ALEMBIC_UTILS, url(self.databases[0]).replace(":", "+psycopg2:", 1), self.files[1]
        )

    def pgdelta(self):
        program = yardstick_of_node("pgdelta")
        plan, base = self.folder / "plan.json", self.folder / "plan.sql"
        source, desired = map(url, self.databases)
        run(program, "plan", "--source", source, "--desired", desired, "--renames", "off", "--out", plan)
        run(program, "render", "--plan", plan, "--out", base, "--allow-drops")
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("plan*.sql")))

    def outcome(self, sql):
        """Return what is wrong with the statements of a tool, nothing where they lead to what is wanted."""
        if all(line.startswith("--") or not line.strip() for line in sql.splitlines()):
            return f"writes nothing {sql}"
        conninfo = self.scratch.clone(self._template())
        try:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(sql)
        except psycopg.Error as error:
            return f"fails: {str(error).splitlines()[0]}"
        else:
            reached = read_catalog(conninfo, find_binaries(self.scratch.major)).entries
            wrong = differences(reached, self.wanted)
            return (
                f"leaves {len(wrong)} differences, such as {str(wrong[0]).splitlines()[0]}" if wrong else ""
            )
        finally:
            self.scratch.release(conninfo)

    def _template(self):
        text = self.files[0].read_text(encoding="utf-8")

        def load(conninfo):
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(text)

        return self.scratch.template(text, load)


@pytest.mark.benchmark
@pytest.mark.parametrize("peer", ["migra", "results", "confiture", "alembic_utils", "pgdelta"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_planning_takes_no_longer_than_with(peer, scenario, open_major, tmp_path, compare, report):
    scratch = open_major(15)
    before = make_schema(SIZE)
    setting = Setting(scratch, before, SCENARIOS[scenario](before), tmp_path)
    try:
        assert setting.outcome(setting.ours().replace(" CONCURRENTLY", "")) == ""
        theirs = partial(getattr(setting, peer))
        wrong = setting.outcome(theirs())
        if wrong:
            report(f"scenario {scenario}, {SIZE} objects: {peer} {wrong[:150]}")
        else:
            title = f"scenario {scenario}, {SIZE} objects, planned against {peer}"
            compare(title, setting.ours, theirs, bar=1.0, rounds=5)
    finally:
        for conninfo in setting.databases:
            scratch.release(conninfo)
