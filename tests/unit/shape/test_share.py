"""How much of the documents of the cases is known exactly: views of every construct, and of other teams."""

from pathlib import Path

from toolkit.core.contract import ReadModel, read_contract
from toolkit.core.notation import leaves
from toolkit.core.shapes import Opaque

CASES = Path(__file__).parents[2] / "cases/shapes"


def test_nineteen_of_twenty_leaves_are_typed_exactly_and_the_others_say_why():
    models = [
        part
        for path in CASES.glob("*.txt")
        for part in read_contract(path.read_text(encoding="utf-8").partition("\n-- ")[0] + "\n")
        if isinstance(part, ReadModel)
    ]
    found = [leaf for model in models for column in model.columns for _, leaf in leaves(column.shape, "")]
    opaque = [leaf for leaf in found if isinstance(leaf, Opaque)]
    assert len(opaque) / len(found) < 0.05
    assert all(leaf.reason for leaf in opaque)
