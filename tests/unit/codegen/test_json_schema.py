"""Shapes as JSON Schema, judged by the library jsonschema."""

import json

import pytest
from jsonschema import Draft202012Validator

from toolkit.codegen.json_schema import read_model_schema, schema_files, shape_schema
from toolkit.core.contract import Contract, ReadModel, read_contract
from toolkit.core.notation import read


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        ("text", ["", "é"], [1, None]),
        ("text?", ["a", None], [1]),
        ("{a: text, b?: integer}", [{"a": ""}, {"a": "", "b": 1}], [{}, {"a": "", "b": ""}, {"b": 1}]),
        ("{a: text}", [{"a": "", "added": 1}], [{"added": 1}]),
        ("{[key]: integer}", [{}, {"x": 1}], [{"x": "1"}]),
        ("[text?]", [[], ["a", None]], [[1], {}]),
        ("[text, integer,]", [["a", 1]], [["a"], ["a", 1, 2], [1, "a"]]),
        ("text in (a|b)", ["a"], ["c", None]),
        ("integer in (1|2)", [1], ["1", 3]),
        ('="user"', ["user"], ["users"]),
        ('({k: ="a"} | [text])', [{"k": "a"}, []], [{"k": "b"}, "a"]),
        ("null", [None], [0]),
        ("opaque<raw column>", [None, 1, {}, []], []),
        ("smallint", [32767, -32768], [32768, 1.5]),
        ("numeric(10,2)", [1.10, "NaN"], ["Infinity", "1.10"]),
        ("float8", [1e300, "NaN", "-Infinity"], ["1"]),
        ("varchar(3)", ["abc"], ["abcd"]),
        ("email<varchar(3)>", ["abc"], ["abcd"]),
    ],
)  # fmt: skip
def test_documents_of_a_shape_fit_its_schema_and_others_do_not(shape, right, wrong):
    schema = shape_schema(read(shape))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert [value for value in right if not validator.is_valid(value)] == []
    assert [value for value in wrong if validator.is_valid(value)] == []


def test_schema_of_a_read_model_is_that_of_its_document():
    (model,) = read_contract("v_user\n  id: uuid\n  data: {\n    name: text\n  }\n")
    schema = read_model_schema(model)
    assert schema["title"] == "v_user"
    assert schema["properties"] == {"name": {"type": "string", "x-pg-type": "text"}}
    assert Draft202012Validator(schema).is_valid({"name": "a", "new": 1})  # a key that is added is no break


def test_file_of_a_schema_has_a_name_that_a_file_can_have():
    names = ["v_user", "app.v_user", '"../v_user"', '"a/b"', '"A b"', '"ä%"', "v_größe$1"]
    files = schema_files(Contract(tuple(ReadModel(name, ()) for name in names)))
    assert list(files) == [
        "v_user.json", "app.v_user.json", "%22..%2Fv_user%22.json", "%22a%2Fb%22.json", "%22A%20b%22.json",
        "%22ä%25%22.json", "v_größe$1.json",
    ]  # fmt: skip
    assert [json.loads(text)["title"] for text in files.values()] == names


def test_schema_of_a_read_model_without_document_is_that_of_its_row():
    (model,) = read_contract("v_user\n  id: uuid\n  name: text?\n")
    validator = Draft202012Validator(read_model_schema(model))
    row = {"id": "00000000-0000-4000-8000-000000000000", "name": None}
    assert validator.is_valid(row)
    assert not validator.is_valid(row | {"id": "1"})
