"""Random changes of contracts against real documents: whoever breaks is told."""

import importlib.util
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import psycopg
import pytest

from toolkit.catalog.rows import fill_tables
from toolkit.core.notation import write
from toolkit.core.shapes import (
    Array,
    Null,
    Object,
    Opaque,
    Property,
    Scalar,
    Tuple,
    Union,
    not_null,
    or_null,
    union_of,
)
from toolkit.shape.differences import Verdict, shape_changes
from toolkit.shape.verify import check

HERE = Path(__file__).parent
NAMES = ["constructs", "nasty", "shop", "saas"]
TYPES = (
    "uuid",
    "text",
    "bigint",
    "integer",
    "numeric",
    "float8",
    "boolean",
    "timestamptz",
    "date",
    "varchar(2)",
)
SEEDS = 2


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases = load("test_cases")


def mutated(shape, random):
    """Return a shape with one change somewhere in it."""
    if random.random() < 0.2 or isinstance(shape, Null | Opaque):
        return changed(shape, random)
    match not_null(shape):
        case Object() as found if found.properties:
            place = random.randrange(len(found.properties))
            before = found.properties[place]
            after = replace(before, shape=mutated(before.shape, random))
            made = replace(
                found, properties=(*found.properties[:place], after, *found.properties[place + 1 :])
            )
        case Array() as found:
            made = replace(found, element=mutated(found.element, random))
        case Tuple() as found if found.items:
            place = random.randrange(len(found.items))
            items = list(found.items)
            items[place] = mutated(items[place], random)
            made = replace(found, items=tuple(items))
        case Union() as found if found.alternatives:
            place = random.randrange(len(found.alternatives))
            parts = list(found.alternatives)
            parts[place] = mutated(parts[place], random)
            made = union_of(parts)
        case _:
            return changed(shape, random)
    return or_null(made) if shape.nullable else made


def changed(shape, random):
    """Return another shape at this place."""
    bare = not_null(shape)
    choices = [or_null(bare), bare, Array(shape), Scalar(random.choice(TYPES)), Opaque("of a test"), Null()]
    if isinstance(bare, Object):
        names = [each.name for each in bare.properties]
        new = Property(random.choice(("zz", *names)), Scalar(random.choice(TYPES)), random.random() < 0.5)
        kept = tuple(each for each in bare.properties if each.name != new.name)
        choices += [Object((*kept, new), bare.extra), Object(kept, bare.extra), Object((), Scalar("text"))]
        choices += [Object(tuple(replace(each, optional=not each.optional) for each in bare.properties))]
        choices += [union_of([bare, Scalar("text")])]
    if isinstance(bare, Scalar):
        choices += [replace(bare, values=()), Tuple((bare,))] * 2
        choices += [replace(bare, values=("x", "sad"))] if bare.json_type == "string" else []
    if isinstance(bare, Union) and bare.alternatives:
        choices += [union_of(bare.alternatives[1:]), bare.alternatives[0]]
    return random.choice(choices)


def breaks(document, shape):
    """Tell whether a document is not of a shape, for a reader that ignores keys that it does not know."""
    return any("key" not in message or "promised" not in message for _, message in check(document, shape))


@pytest.mark.fuzz
@pytest.mark.parametrize("name", NAMES)
def test_no_break_is_missed(name, scratch, seeds):
    text = (cases.CASES / f"{name}.sql").read_text(encoding="utf-8")
    conninfo = scratch.create()
    tried = broken = 0
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(text)
        _, models = cases.infer(connection)
        for seed in seeds(SEEDS):
            random = Random(seed)
            connection.execute(f"TRUNCATE {', '.join(cases.relations(connection, 'r'))}")
            fill_tables(connection, seed=seed, rows=8)
            for line in text.splitlines():
                if line.startswith("-- fill: "):
                    connection.execute(line.removeprefix("-- fill: ").encode())
            for model in models:
                for column, document in documents(connection, model):
                    old = mutated(column.shape, random)
                    tried += 1
                    if breaks(document, old):
                        broken += 1
                        verdicts = {change.verdict for change in shape_changes(old, column.shape)}
                        place = f"{model.name}.{column.name} (seed {seed})"
                        assert verdicts - {Verdict.SAFE}, f"{place}: {write(old)}, now {write(column.shape)}"
    scratch.release(conninfo)
    assert tried > 100
    assert broken > 30


def documents(connection, model):
    """Yield documents of a view with their columns."""
    try:
        rows = cases.documents_of(connection, model)
    except psycopg.Error:  # such as a sum of the largest numbers
        return
    for row in rows[:20]:
        for column, text in zip(model.columns, row, strict=True):
            if text is not None:
                yield column, json.loads(text, parse_float=Decimal)
