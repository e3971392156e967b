"""Random JSON values that have a shape, for columns whose shape is declared."""

from random import Random
from typing import Any, Final

from toolkit.core.shapes import Array, Object, Scalar, Shape, Tuple, Union, accepts_null, not_null

_STRINGS: Final = {
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "date": "2024-02-29",
    "time": "12:30:00",
    "timetz": "12:30:00+02",
    "timestamp": "2024-02-29T12:30:00",
    "timestamptz": "2024-02-29T12:30:00+00:00",
    "bytea": "\\x00ff",
}


def example(shape: Shape, random: Random) -> Any:  # noqa: ANN401 - any JSON value
    """Return a random value of a shape, as json.dumps takes it."""
    if accepts_null(shape) and random.random() < 0.3:  # noqa: PLR2004 - often enough to be seen
        return None
    return _example(not_null(shape), random)


def _example(shape: Shape, random: Random) -> Any:  # noqa: ANN401
    match shape:
        case Object():
            made = {
                each.name: example(each.shape, random)
                for each in shape.properties
                if not each.optional or random.random() < 0.5  # noqa: PLR2004 - as often as not
            }
            return made | ({"other": example(shape.extra, random)} if shape.extra is not None else {})
        case Array():
            return [example(shape.element, random) for _ in range(random.randrange(3))]
        case Tuple():
            return [example(item, random) for item in shape.items]
        case Union() if shape.alternatives:
            return example(random.choice(shape.alternatives), random)
        case Scalar():
            return _scalar(shape, random)
        case _:
            return None


def _scalar(shape: Scalar, random: Random) -> Any:  # noqa: ANN401
    kind = shape.json_type
    text = random.choice(shape.values) if shape.values else None
    if kind == "boolean":
        return text == "true" if text else random.random() < 0.5  # noqa: PLR2004 - one of two
    if kind in ("integer", "number"):
        return (int if kind == "integer" else float)(text) if text else random.randrange(-9, 100)
    base, _, modifier = (shape.base or shape.type).partition("(")
    found = text or _STRINGS.get(base) or random.choice(("", "a", "Grüße"))
    return found if text or not modifier else found[: int(modifier.split(",")[0].rstrip(")"))]
