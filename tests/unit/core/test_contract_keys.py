import pytest
from hypothesis import given

from tests.strategies import commands, read_models
from toolkit.core.contract import write_contract
from toolkit.core.contract_keys import ContractKey, read_keys
from toolkit.core.shapes import Array, Object, Opaque, Tuple, Union
from toolkit.errors import ContractUnreadable


def keys(shape):
    """Returns what has to be read, from the shape that was written."""
    if isinstance(shape, Array):
        return keys(shape.element)
    if isinstance(shape, Union | Tuple):
        parts = shape.alternatives if isinstance(shape, Union) else shape.items
        composed = [part for part in parts if isinstance(part, Object | Array | Tuple | Union | Opaque)]
        return keys(composed[0]) if len(composed) == 1 else None
    if isinstance(shape, Object) and shape.extra is None:
        return {each.name: ContractKey(each.optional, keys(each.shape)) for each in shape.properties}
    return None


@given(read_models())
def test_the_keys_are_those_of_the_shapes(model):
    assert read_keys(write_contract(model)) == {column.name: keys(column.shape) for column in model.columns}


@given(commands())
def test_a_command_has_none(command):
    assert read_keys(write_contract(command)) == {}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("v_a\n  id uuid\n", 2, 5), ("v_a\n  data: {\n    id: \n", 3, 9), ("v_a\n  a: text, b\n", 2, 10)],
)
def test_what_is_no_contract_is_an_error(text, line, column):
    with pytest.raises(ContractUnreadable) as error:
        read_keys(text)
    assert (error.value.line, error.value.column) == (line, column)
