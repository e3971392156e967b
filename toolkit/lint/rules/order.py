"""Rules about what has to be there before something else."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File, Role
from toolkit.lint.history import Migration
from toolkit.lint.order import CHANGING, USING, Order, relations_used, runs_in_order
from toolkit.lint.registry import Report, migration_rule, rule, tree_rule
from toolkit.lint.tree import Placed, Tree
from toolkit.source.facts import Fact, Table
from toolkit.source.queries import QualifiedName, Use


class _Memory:
    """The order of the file that was asked about last: the rule is asked once for each fact."""

    file: File | None = None
    order: Order | None = None  # None where the statements don't simply follow each other
    line_ends: tuple[int, ...] = ()


_memory = _Memory()


@rule("X06", Severity.ERROR, *USING, bodies=False)
def made_before_use(fact: Fact, file: File) -> Iterator[Report]:
    """Make a relation before the statement that needs it, in a script.

    A CREATE without IF NOT EXISTS and OR REPLACE says that there was none before. Artifacts are put in order
    when they are loaded and are not looked at; a script that drops, or goes to another database, in between
    is left alone.

    Bad:
        -- file: tools/setup.sql
        CREATE VIEW v_post AS SELECT id, data FROM tb_post;
        CREATE TABLE tb_post (id int, data jsonb);

    Good:
        -- file: tools/setup.sql
        SELECT count(*) FROM tb_post;
        DROP TABLE tb_post;
        CREATE TABLE tb_post (id int, data jsonb);
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM 1 FROM tb_a; END';
        CREATE TABLE tb_a (id int);
        CREATE VIEW v_b AS SELECT id FROM tb_b;
        CREATE TABLE IF NOT EXISTS tb_b (id int);
    """
    if file.role is not Role.SCRIPT:
        return
    if _memory.file is not file:
        _memory.file = file
        _memory.order = Order([file.facts]) if runs_in_order(file.text) else None
        _memory.line_ends = tuple(match.start() for match in re.finditer("\n", file.text))
    if _memory.order is None:
        return
    for use in relations_used(fact):
        made = _memory.order.made_after((0, use.start), use.name)
        if made is not None:
            line = bisect_left(_memory.line_ends, made[1]) + 1
            yield Report(
                use.start, f"{use.name.name} is not there yet: line {line} makes it", "Move its CREATE up."
            )


@migration_rule("M18", Severity.ERROR, *dict.fromkeys((*USING, *CHANGING)))
def made_by_an_earlier_migration(fact: Fact, migration: Migration) -> Iterator[Report]:
    """Make a relation before the statement that needs it, in this migration or an earlier one.

    Bad:
        -- file: migrations/versions/1_a.up.sql
        CREATE VIEW v_post AS SELECT id FROM tb_post;
        -- file: migrations/versions/2_b.up.sql
        CREATE TABLE tb_post (id int);

    Good:
        -- file: migrations/versions/1_a.up.sql
        DROP TABLE tb_post;  -- toolkit: allow M11 nobody reads it
        -- file: migrations/versions/2_b.up.sql
        CREATE TABLE tb_post (id int);
        CREATE VIEW v_post AS SELECT id FROM tb_post;
    """
    for use in relations_used(fact):
        made = migration.made_after(use)
        if made is not None:
            yield Report(
                use.start, f"{use.name.name} is not there yet: {made} makes it", "Move its CREATE up."
            )


@tree_rule("X07", Severity.ERROR)
def names_of_what_is_there(tree: Tree) -> Iterator[Report]:
    """Name relations that an artifact declares.

    A view, a constraint, an index, a trigger or a body that names another one fails: the first when the
    artifacts are loaded, the last when it runs. Asked are names with the prefix of a model, in a schema of
    which the artifacts declare tables; where more is missing than is there, the rest is kept elsewhere.

    Bad:
        CREATE TABLE tb_post (id int);
        CREATE TABLE tb_user (id int);
        CREATE VIEW v_post AS SELECT id FROM tb_psot;

    Good:
        CREATE TABLE tb_post (id int);
        CREATE VIEW v_post AS SELECT p.id FROM tb_post p, other.tb_user;
        CREATE FUNCTION fn_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
            CREATE TEMP TABLE tb_scratch (id int);
            INSERT INTO tb_scratch SELECT id FROM v_post;
        END $$;
    """
    known, tables = tree.relations(), {name.schema for name in tree.tables}
    names = tree.settings.names
    prefixes = (*names.table, *names.projection, *names.view, *names.materialized_view)
    missing: dict[str, list[Placed[Use]]] = {}
    for placed in tree.mentions():
        name = placed.fact.name
        if name.schema in tables and name not in known and name.name.startswith(prefixes):
            missing.setdefault(name.schema, []).append(placed)
    for schema, found in missing.items():
        there = sum(name.schema == schema for name in known)
        if len({placed.fact.name for placed in found}) < there:
            for path, use in found:
                yield Report(
                    use.start,
                    f"no artifact declares {use.name.name}",
                    "Correct the name, or add it.",
                    path=path,
                )


@tree_rule("X08", Severity.ERROR, bodies=False)
def tables_in_no_circle(tree: Tree) -> Iterator[Report]:
    """Let no tables wait for each other with the foreign keys in their definitions.

    Neither can be made first. ALTER TABLE … ADD CONSTRAINT breaks the circle.

    Bad:
        CREATE TABLE tb_a (id int PRIMARY KEY, b_id int REFERENCES tb_b (id));
        CREATE TABLE tb_b (id int PRIMARY KEY, a_id int REFERENCES tb_a (id));

    Good:
        CREATE TABLE tb_a (id int PRIMARY KEY, b_id int, parent_id int REFERENCES tb_a (id));
        CREATE TABLE tb_b (id int PRIMARY KEY, a_id int REFERENCES tb_a (id));
        ALTER TABLE tb_a ADD CONSTRAINT fk_a_b FOREIGN KEY (b_id) REFERENCES tb_b (id);
    """
    for name, placed in tree.tables.items():
        path, table = placed[0]
        for constraint in table.constraints:
            first = constraint.references
            if first is not None and first != name and name in _needed(first, tree):
                yield Report(
                    constraint.start,
                    f"{name.name} and {first.name} wait for each other",
                    "Add one of the foreign keys with ALTER TABLE.",
                    path=path,
                )


def _needed(table: QualifiedName, tree: Tree) -> set[QualifiedName]:
    """Return the tables that must be there before a table can be made."""
    seen: set[QualifiedName] = set()
    waiting = [table]
    while waiting:
        name = waiting.pop()
        for placed in tree.tables.get(name, ()):
            new = {other for other in _references(placed.fact) if other not in seen}
            seen |= new
            waiting += new
    return seen


def _references(table: Table) -> Iterator[QualifiedName]:
    for constraint in table.constraints:
        if constraint.references is not None and constraint.references != table.name:
            yield constraint.references
