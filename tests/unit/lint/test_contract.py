"""J16 against the shapes that servers give: tests/cases/shapes/, whose texts tests/db compares with them."""

import re
from pathlib import Path

import pytest

from toolkit.core.settings import Names, Settings

SHAPES = Path(__file__).parents[2] / "cases/shapes"
ANY = ("",)  # the names there have no prefixes


@pytest.fixture
def lint_shapes(lint, project):
    """Lints the views of a case against contracts."""

    def run(name, contract):
        models = re.split(r"\n\n+", contract.strip())
        files = {f"sql/contract/{model.partition(chr(10))[0]}.contract": f"{model}\n" for model in models}
        settings = Settings(
            project.root, project.sql, project.migrations,
            names=Names(view=ANY, materialized_view=ANY, projection=ANY),
        )  # fmt: skip
        sql = (SHAPES / f"{name}.sql").read_text()
        return lint(files | {"sql/a.sql": sql}, "J16", settings=settings)

    return run


@pytest.mark.parametrize("name", sorted(file.stem for file in SHAPES.glob("*.txt")))
def test_what_a_server_says_is_found_in_the_text(lint_shapes, name):
    contract = (SHAPES / f"{name}.txt").read_text()
    assert lint_shapes(name, contract) == []


@pytest.mark.parametrize(
    ("name", "key", "model"),
    [
        ("shop", "sku", "product_card"),
        ("shop", "categoryId", "product_card"),
    ],
)
def test_a_key_that_the_contract_lacks_or_has_is_found(lint_shapes, name, key, model):
    contract = (SHAPES / f"{name}.txt").read_text()
    found = lint_shapes(name, contract.replace(f"{key}: ", f"{key}_: "))
    assert len(found) == 2
    assert {finding.message.rpartition(" ")[2] for finding in found} == {model}
