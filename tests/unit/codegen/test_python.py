"""Generated packages: their texts, and that Python and msgspec take what any contract makes."""

import sys
import types
from textwrap import dedent

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import strategies
from toolkit.client.contracts import of_text
from toolkit.codegen.python import Source, python_package
from toolkit.codegen.python_names import docstring
from toolkit.core.contract import Contract

SHOP = """\
v_order
  id: uuid
  data: {
    id: uuid
    date: date
    placed_at: timestamptz?
    class: text
    note?: text
    price: numeric(10,2)
    weight: float8
    lines: [{
      sku: text
    }]
    "total-weight": float8?
  }
  customer_id: uuid
  place: point

mv_order
  id: uuid
  data: {
    id: uuid
  }

volatile fn_pay(
  p_order_id: uuid
  p_class?: text?
) returns boolean
  raises 23505 uq_payment_order ALREADY_PAID
  raises 23514 ck_payment INTERNAL
  raises 42501 rule_order_owner FORBIDDEN

stable fn_discount(
  p_by: numeric
  p_all: [numeric]
) returns numeric

stable fn_size(
  p_value: float8
) returns boolean

stable fn_size(
  p_value: integer
) returns text

stable fn_size(
  p_value: numeric
) returns numeric

stable fn_pick(
  p_value: bigint
) returns text

stable fn_pick(
  p_value: integer
) returns text

stable fn_pick(
  p_value: uuid
) returns [text]
"""


def packaged(contract, **options: object):
    return python_package(Source(contract, **options))


@pytest.fixture(scope="module")
def shop():
    return packaged(
        of_text(SHOP), comments={"v_order": "Orders. Those of the last year.", "fn_pay(uuid, text)": "Pay."}
    )


def load(files):
    """Import a package from its texts; the caller takes it out of sys.modules."""
    package = types.ModuleType("made")
    package.__path__ = []
    sys.modules["made"] = package
    for name in ("models", "errors", "commands", "queries", "_contract", "__init__"):
        module = package if name == "__init__" else types.ModuleType(f"made.{name}")
        module.__package__ = "made"
        sys.modules.setdefault(f"made.{name}", module)
        exec(compile(files[f"{name}.py"], f"{name}.py", "exec"), module.__dict__)
        setattr(package, name, module)
    return package


@pytest.fixture
def unload():
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "made"]:
        del sys.modules[name]


def block(text, start):
    """Return the paragraph of a text that begins with a line."""
    return text[text.index(start) :].split("\n\n\n", 1)[0].rstrip("\n") + "\n"


def test_every_file_names_the_contract(shop):
    digest = of_text(SHOP).digest()
    assert all(digest[:16] in text.splitlines()[0] for name, text in shop.items() if name != "py.typed")
    assert f'DIGEST = "{digest}"' in shop["_contract.py"]
    assert shop["py.typed"] == ""


def test_document_is_a_struct_with_names_that_python_takes(shop):
    assert block(shop["models.py"], "class VOrder(") == dedent('''\
        class VOrder(Struct, frozen=True, kw_only=True):
            """Orders.

            Those of the last year.
            """

            id: UUID
            date: dt.date
            placed_at: dt.datetime | None
            price: Decimal
            weight: Float
            lines: list[VOrderLines]
            class_: str = field(name="class")
            note: str | UnsetType = UNSET
            total_weight: Float | None = field(name="total-weight")
        ''')


def test_order_is_by_what_can_be_sorted(shop):
    text = shop["queries.py"]
    order = text[text.index("VOrderOrder = ") :].partition("]")[0]
    assert '"customer_id",' in order
    assert '"place"' not in order
    assert '"place": Any,' in text


def test_models_that_would_share_a_name_keep_their_prefixes(shop):
    assert "\nclass MvOrder(" in shop["models.py"]
    assert "\nmv_order: ReadModel[models.MvOrder, MvOrderWhere, MvOrderOrder]" in shop["queries.py"]


def test_command_has_the_types_and_errors_of_the_contract(shop):
    text = shop["commands.py"]
    assert text.count("def pay(") == 3
    assert block(text, "def pay(\n    db: Session | AsyncSession") == dedent('''\
        def pay(
            db: Session | AsyncSession,
            *,
            order_id: UUID,
            class_: str | None | Default = DEFAULT,
        ) -> Any:
            """Pay.

            Raises AlreadyPaid, Forbidden.
            """
            arguments: dict[str, Any] = {
                "p_order_id": order_id,
            }
            if class_ is not DEFAULT:
                arguments["p_class"] = class_
            return db.call_function("fn_pay", **arguments)
        ''')


def test_overloads_are_one_function_with_what_python_can_tell_apart(shop):
    text = shop["commands.py"]
    assert text.count("@overload\ndef pick(") == 4
    assert "def pick(db: Session | AsyncSession, **arguments: Any) -> Any:" in text


def test_errors_are_of_the_class_that_says_what_to_do(shop, unload):
    made = load(shop).errors
    bases = {code: made.BY_CODE[code].__mro__[1].__name__ for code in made.BY_CODE}
    assert bases == {"ALREADY_PAID": "Conflict", "INTERNAL": "Internal", "FORBIDDEN": "Forbidden"}


def test_package_works(shop, unload):
    made = load(shop)
    assert of_text(SHOP) == made.CONTRACT
    document = b"""{"id": "6f1cf2e8-6ed3-4f4e-9c0a-0c4e1b0d7a11", "date": "2026-01-01",
        "placed_at": null, "class": "a", "price": 0.10, "weight": "NaN",
        "lines": [{"sku": "x"}], "total-weight": 1.5}"""
    order = msgspec.json.decode(document, type=made.models.VOrder)
    assert (order.class_, str(order.price), order.note) == ("a", "0.10", msgspec.UNSET)

    class Recorder:
        def call_function(self, name, /, **arguments: object):
            return name, arguments

    assert made.commands.pick(Recorder(), value=1) == ("fn_pick", {"p_value": 1})
    assert made.commands.pay(Recorder(), order_id=1) == ("fn_pay", {"p_order_id": 1})


ODD = """\
v_user2
  id: uuid
  data: {__typename: text, __class__: text, id: uuid, "a\\"b": text in ("x\\""|y)}

v_user_2
  id: uuid
  data: {id: uuid}

volatile fn_teach(
  class: text
  ﬁx: text
) returns boolean
  raises P0001 rule_a A_1
  raises P0001 rule_b A1

volatile fn_tag(
  variadic p_tags: [text]
) returns boolean

volatile fn_turn(
  p_x: integer
) returns boolean

volatile fn_turn(
  x: text
) returns boolean
"""


def test_odd_names_are_told_apart_and_arrive_as_they_are(unload):
    made = load(packaged(of_text(ODD)))

    class Recorder:
        def call_function(self, _, /, **arguments: object):
            return arguments

        def find(self, name, *_: object, **_options: object):
            return name

    assert made.commands.teach(Recorder(), class_="a", fix="b") == {"class": "a", "ﬁx": "b"}
    assert made.commands.tag(Recorder(), tags=["a"]) == {"p_tags": ["a"]}
    with pytest.raises(TypeError):
        made.commands.tag(Recorder())
    assert made.commands.turn(Recorder(), x=1) == {"p_x": 1}
    assert made.commands.turn(Recorder(), x_="a") == {"x": "a"}
    assert len(made.errors.BY_CODE) == len(set(made.errors.BY_CODE.values())) == 2
    assert [each.find(Recorder()) for each in (made.queries.v_user2, made.queries.v_user_2_2)] == [
        "v_user2", "v_user_2",
    ]  # fmt: skip
    document = {"__typename": "User", "__class__": "C", "id": "6f1cf2e8-6ed3-4f4e-9c0a-0c4e1b0d7a11"}
    user = msgspec.convert(document | {'a"b': "y"}, made.models.VUser2)
    assert (user.typename, user.class__, hasattr(user, "a_b")) == ("User", "C", False)


@strategies.share(0.5, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(strategies.read_models(), max_size=3, unique_by=lambda model: model.name),
    st.lists(strategies.commands(), max_size=3, unique_by=lambda command: command.signature),
)
def test_any_contract_makes_a_package_that_can_be_imported(models, commands):
    contract = Contract(
        tuple(sorted(models, key=lambda model: model.name)),
        tuple(sorted(commands, key=lambda command: command.signature)),
    )
    files = packaged(contract)
    assert files == packaged(contract)
    try:
        made = load(files)
        assert made.CONTRACT.digest() == contract.digest()
        for name in vars(made.models):
            if isinstance(struct := getattr(made.models, name), type) and issubclass(struct, msgspec.Struct):
                msgspec.json.Decoder(struct)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "made"]:
            del sys.modules[name]


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200),
    st.sampled_from([0, 4]),
)
def test_any_comment_is_a_docstring(text, indent):
    source = f"{'if True:' if indent else ''}\n{docstring(text, indent=indent)}"
    module = compile(source, "made", "exec")
    assert module is not None
    assert all(len(line) <= 100 or " " not in line.strip() for line in source.splitlines())
