"""Random views: whatever rows there are, no document is other than its shape says."""

import importlib.util
from pathlib import Path

import psycopg
import pytest

from toolkit.catalog.rows import fill_tables

HERE = Path(__file__).parent
VIEWS = 80


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


random_views, cases = load("random_views"), load("test_cases")


@pytest.mark.fuzz
def test_documents_of_random_views_are_as_promised(scratch_by_major, seeds):
    conninfo = scratch_by_major.create()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(random_views.SCHEMA)
        connection.execute("SET statement_timeout = '2s'")  # chance writes products of everything, too
        views = dict(made(connection, seeds(VIEWS)))
        _, models = cases.infer(connection)
        documents, wrong = 0, []
        for seed, rows in enumerate((0, 3, 8), seeds(3)[0]):
            connection.execute("TRUNCATE a, b, c")
            fill_tables(connection, seed=seed, rows=rows)
            for model in models:
                try:
                    found = cases.documents_of(connection, model)
                except psycopg.Error:  # such as a string that is no place in an array
                    continue
                documents += len(found)
                problems = [problem for row in found for problem in cases.wrong(model, row)]
                wrong += [(seed, views[model.name], problems[0])] if problems else []
    scratch_by_major.release(conninfo)
    assert wrong == []
    assert documents > 300


def made(connection, seeds):
    """Yield name and text of the random views that the server takes."""
    for seed in seeds:
        text, _ = random_views.Writer(seed).query(2)
        try:
            connection.execute(f"CREATE VIEW r{seed} AS {text}".encode())
        except psycopg.Error:  # such as an aggregate in its own FROM clause
            continue
        yield f"r{seed}", text
