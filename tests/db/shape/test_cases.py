"""Views of many kinds, with the contracts that are expected of them and documents of random rows."""

import json
import os
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from toolkit.catalog.rows import fill_tables
from toolkit.catalog.trees import read_snapshot
from toolkit.core.contract import read_contract, write_contract
from toolkit.shape.inference import Inference
from toolkit.shape.verify import check

CASES = Path(__file__).parents[2] / "cases" / "shapes"
NAMES = sorted(path.stem for path in CASES.glob("*.sql"))
SEEDS = 6
VIEWS = "vm"


@pytest.fixture(params=NAMES)
def case(request, scratch_by_major):
    """Return the name of a case and the conninfo of a database with its objects."""
    text = (CASES / f"{request.param}.sql").read_text(encoding="utf-8")
    since = int(text.split("-- since ", 1)[1][:2]) if "-- since " in text else 0
    if scratch_by_major.major < since:
        pytest.skip(f"needs PostgreSQL {since}")

    def build(conninfo):
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(text)

    conninfo = scratch_by_major.clone(scratch_by_major.template(f"shapes {text}", build))
    yield request.param, conninfo
    scratch_by_major.release(conninfo)


def infer(connection):
    """Return the inference on a database, its views and its functions of SQL that return rows."""
    snapshot = read_snapshot(connection)
    inference = Inference(snapshot)
    views = [each.name for each in snapshot.relations.values() if each.kind in VIEWS]
    return inference, [inference.read_model(name) for name in views]


def test_contracts_are_as_expected(case):
    name, conninfo = case
    with psycopg.connect(conninfo, autocommit=True) as connection:
        inference, models = infer(connection)
        snapshot = inference.snapshot
    ours = [
        each.name for each in snapshot.routines.values() if each.schema == "public" and each.language != "c"
    ]
    commands = [command for each in sorted(set(ours)) for command in inference.commands(each)]
    notes = [f"-- {note.subject}: {note.text}\n" for note in inference.notes]
    found = write_contract(*models, *commands) + "".join(notes)
    file = CASES / f"{name}.txt"
    if "UPDATE_CASES" in os.environ:  # then look at what git says has changed
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
    assert list(read_contract(found.partition("\n-- ")[0] + "\n")) == [*models, *commands]


@pytest.mark.fuzz
def test_documents_of_random_rows_are_as_promised(case, seeds):
    name, conninfo = case
    text = (CASES / f"{name}.sql").read_text(encoding="utf-8")
    after = [line.removeprefix("-- fill: ") for line in text.splitlines() if line.startswith("-- fill: ")]
    with psycopg.connect(conninfo, autocommit=True) as connection:
        _, models = infer(connection)
        names = ", ".join(relations(connection, "r"))
        documents = 0
        for seed in seeds(SEEDS):
            connection.execute(f"TRUNCATE {names}")
            fill_tables(connection, seed=seed, rows=6 * (seed % 3))  # none at all, too
            for statement in after:
                connection.execute(statement)
            for view in relations(connection, "m"):
                connection.execute(f"REFRESH MATERIALIZED VIEW {view}")
            problems = []
            for model in models:
                for document in documents_of(connection, model):
                    documents += 1
                    problems += [(model.name, *problem) for problem in wrong(model, document)]
            assert problems == [], f"seed {seed}"
        assert documents > 100


def relations(connection, kind):
    query = (
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = %s AND relnamespace > 11 AND oid > 16384"
    )
    return [name for (name,) in connection.execute(query, [kind]).fetchall()]


def documents_of(connection, model):
    columns = [sql.SQL("to_jsonb({})::text").format(sql.Identifier(column.name)) for column in model.columns]
    query = sql.SQL("SELECT {} FROM {} LIMIT 200").format(sql.SQL(", ").join(columns), sql.SQL(model.name))
    return connection.execute(query).fetchall()


def wrong(model, row):
    """Yield what in a row is not as its columns promise."""
    for column, text in zip(model.columns, row, strict=True):
        if text is None:
            if not column.nullable:
                yield column.name, (), "NULL"
        else:
            for path, problem in check(json.loads(text, parse_float=Decimal), column.shape):
                yield column.name, path, problem
