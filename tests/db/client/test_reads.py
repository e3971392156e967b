"""Documents by condition and order, in pages and streams, as dicts, structs and bytes."""

import json
import logging
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import psycopg
import pytest

from toolkit.checks.contracts import infer_contract
from toolkit.client.contracts import of_text
from toolkit.client.errors import DocumentBroken, Invalid, Rejected
from toolkit.client.typed import ReadModel

ITEMS = """
    INSERT INTO tb_item (id, name, rank, price, at, mood, flag, tags, owner) VALUES
    (1, 'Apple', 3, 1.50, '2024-01-01T00:00:00Z', 'happy', true, '{a,b}', 'ada'),
    (2, 'apple pie', 3, 10, NULL, 'sad', false, '{b}', 'bob'),
    (3, NULL, NULL, NULL, '2024-01-02T00:00:00Z', NULL, false, '{}', NULL),
    (4, '100%', 1, 0.01, '2023-01-01T00:00:00Z', 'so so', true, '{c}', 'ada'),
    (9007199254740993, 'x''y "z"', 2, 99999999.99, NULL, 'sad', false, '{a,c}', 'o''hara')
"""
BIG = 9007199254740993


class Item(msgspec.Struct):
    id: int
    label: str | None
    price: Decimal | None


@pytest.fixture(scope="session")
def items(make, scratch_by_major, prepared):
    """A client of a database with the items, that nobody changes."""
    conninfo = scratch_by_major.clone(prepared[0])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(ITEMS)
    database = make(conninfo)
    yield database
    database.close()
    scratch_by_major.release(conninfo)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (None, [1, 2, 3, 4, BIG]),
        ({}, [1, 2, 3, 4, BIG]),
        ({"id": BIG}, [BIG]),
        ({"name": None}, [3]),
        ({"name": {"is_null": False}, "flag": True}, [1, 4]),
        ({"rank": {"eq": 3}}, [1, 2]),
        ({"rank": {"ne": 3}}, [4, BIG]),
        ({"rank": {"gt": 1, "lte": 2}}, [BIG]),
        ({"rank": {"lt": 2}}, [4]),
        ({"rank": {"gte": 2}}, [1, 2, BIG]),
        ({"rank": {"in": [1, 2]}}, [4, BIG]),
        ({"rank": {"in": []}}, []),
        ({"rank": {"not_in": [1, 2]}}, [1, 2]),
        ({"name": {"like": "%pple%"}}, [1, 2]),
        ({"name": {"ilike": "APPLE"}}, [1]),
        ({"name": {"like": r"100\%"}}, [4]),
        ({"name": 'x\'y "z"'}, [BIG]),
        ({"price": Decimal("1.5")}, [1]),
        ({"price": {"gt": 5}}, [2, BIG]),
        ({"at": {"lt": datetime(2024, 1, 1, tzinfo=UTC)}}, [4]),
        ({"at": "2024-01-01T01:00:00+01:00"}, [1]),
        ({"mood": "so so"}, [4]),
        ({"mood": {"in": ["sad", "happy"]}}, [1, 2, BIG]),
        ({"tags": {"contains": ["a"]}}, [1, BIG]),
        ({"tags": {"overlaps": ["b", "c"]}}, [1, 2, 4, BIG]),
        ({"tags": []}, [3]),
        ({"label": "Apple"}, [1]),
        ({"owner.name": "ada"}, [1, 4]),
        ({"owner.name": {"ne": "ada"}}, [2, BIG]),
        ({"owner.rank": {"gte": 2}}, [1, 2, BIG]),
        ({"owner.name": None}, [3]),
        ({"owner": {"contains": {"name": "o'hara"}}}, [BIG]),
        ({"or": [{"id": 1}, {"id": 2, "rank": 3}]}, [1, 2]),
        ({"or": []}, []),
        ({"and": []}, [1, 2, 3, 4, BIG]),
        ({"and": [{"rank": 3}, {"not": {"id": 1}}]}, [2]),
        ({"not": {"rank": 3}}, [3, 4, BIG]),
        ({"not": {}}, []),
    ],
)
def test_condition_finds(items, where, found):
    assert [row["id"] for row in items.find("v_item", where, order_by="id")] == found
    assert items.count("v_item", where) == len(found)
    assert items.exists("v_item", where) is bool(found)
    one = items.find_one("v_item", where)
    assert (one["id"] in found) if found else one is None


def test_null_in_a_document_is_null_whatever_else_may_stand_there(connect, url, admin):
    admin.execute("""
        CREATE VIEW v_part AS
        SELECT n AS id, CASE n
            WHEN 1 THEN '{"id": 1, "owner": {"name": "ada"}, "tags": ["a"]}'::jsonb
            WHEN 2 THEN '{"id": 2, "owner": null, "tags": null}'
            ELSE '{"id": 3}'
        END AS data
        FROM generate_series(1, 3) AS n
    """)
    contract = of_text(
        "v_part\n  id: integer\n  data: {id: integer, owner?: {name: text}?, tags?: [text]?}\n"
    )
    db = connect(url, contract=contract)
    for name in ("owner", "tags", "owner.name"):
        assert [row["id"] for row in db.find("v_part", {name: None}, order_by="id")] == [2, 3]
        assert [row["id"] for row in db.find("v_part", {name: {"is_null": False}})] == [1]


def test_documents_of_json_are_asked_as_those_of_jsonb(connect, url, admin):
    admin.execute("""
        CREATE VIEW v_text AS
        SELECT n AS id, json_build_object('id', n, 'part', json_build_object('n', -n)) AS data
        FROM generate_series(1, 3) AS n
    """)
    db = connect(
        url, contract=of_text("v_text\n  id: integer\n  data: json {id: integer, part: {n: integer}}\n")
    )
    assert db.find_one("v_text", {"part": {"contains": {"n": -2}}})["id"] == 2
    page, after = db.page("v_text", order_by="part", limit=2)
    assert [row["id"] for row in page + db.page("v_text", order_by="part", limit=2, after=after)[0]] == [
        3,
        2,
        1,
    ]


@pytest.mark.parametrize(
    ("order_by", "found"),
    [
        ("-id", [BIG, 4, 3, 2, 1]),
        (["rank", "-id"], [4, BIG, 2, 1, 3]),
        (["-rank", "id"], [3, 1, 2, BIG, 4]),
        (["-owner.rank", "id"], [3, 1, 2, BIG, 4]),
        ("price", [4, 1, 2, BIG, 3]),
        ("mood", [2, BIG, 4, 1, 3]),
    ],
)
def test_order(items, order_by, found):
    order = order_by if isinstance(order_by, list) else [order_by, "id"]
    assert [row["id"] for row in items.find("v_item", order_by=order)] == found
    assert [row["id"] for row in items.find("v_item", order_by=order, limit=2, offset=1)] == found[1:3]
    read, after = [], None
    while True:
        page, after = items.page("v_item", order_by=order_by, limit=2, after=after)
        read += [row["id"] for row in page]
        if after is None:
            break
    assert read == found


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        (lambda db: db.find("v_itme"), "v_itme: is no read model of the contract; did you mean v_item?"),
        (lambda db: db.find("v_item", {"nmae": 1}), "nmae: v_item has no field nmae; did you mean name?"),
        (lambda db: db.find("v_item", {"owner.x": 1}), "owner.x: v_item has no field owner.x"),
        (lambda db: db.find("v_item", {"name' OR '1'='1": 1}), "has no field name' OR '1'='1"),
        (lambda db: db.find("v_item", {"rank": {"gte": "3"}}), "rank: must be an integer, not str"),
        (lambda db: db.find("v_item", {"rank": {"regex": "3"}}), "rank: there is no operator regex"),
        (lambda db: db.find("v_item", {"rank": {"like": "3"}}), "rank: like can't be asked of it"),
        (lambda db: db.find("v_item", {"rank": {"in": 3}}), "rank: must be a list, not int"),
        (lambda db: db.find("v_item", {"rank": {"is_null": 1}}), "rank: is_null takes True or False"),
        (lambda db: db.find("v_item", {"mood": "glad"}), "mood: must be one of sad, so so, happy"),
        (lambda db: db.find("v_item", {"or": {"id": 1}}), "or: must hold a list of mappings"),
        (lambda db: db.find("v_item", {"rank": {}}), "rank: has no operator"),
        (lambda db: db.find("v_item", "id = 1"), "where: must be a mapping"),
        (lambda db: db.find("v_item", {1: 1}), "where: 1 is no name of a field"),
        (lambda db: db.find("v_item", order_by="id; DROP"), "order_by: v_item has no field id; DROP"),
        (lambda db: db.find("v_item", order_by="id DESC"), "order_by: v_item has no field id DESC"),
        (lambda db: db.find("v_item", order_by=[{"id": "ASC"}]), "order_by: must be a name of a field"),
        (lambda db: db.find("v_item", limit=-1), "limit: must be a whole number"),
        (lambda db: db.find("v_item", limit="1"), "limit: must be a whole number"),
        (lambda db: db.find("v_item", offset=True), "offset: must be a whole number"),
        (lambda db: db.page("v_item", limit=0), "limit: must be 1 at least"),
        (lambda db: db.page("v_item", after="x"), "after: is no cursor"),
        (lambda db: db.page("v_value"), "order_by: is needed"),
    ],
)
def test_wrong_question_is_refused(items, ask, fault):
    with pytest.raises(Invalid) as caught:
        ask(items)
    assert fault in str(caught.value)
    assert caught.value.sqlstate is None


def test_page_may_be_as_long_as_a_number_can_be(items):
    documents, after = items.page("v_item", limit=2**63 - 1)
    assert (len(documents), after) == (5, None)


def test_cursor_of_another_question_is_refused(items):
    _, after = items.page("v_item", order_by="rank", limit=1)
    with pytest.raises(Invalid, match="is the cursor of another query"):
        items.page("v_item", order_by="-rank", limit=1, after=after)


def test_page_skips_and_repeats_nothing_when_rows_come_and_go(db, admin):
    admin.execute("INSERT INTO tb_item (id, rank) SELECT n, n / 2 FROM generate_series(10, 20) AS n")
    first, after = db.page("v_item", order_by="rank", limit=4)
    admin.execute("DELETE FROM tb_item WHERE id = 13")
    admin.execute("INSERT INTO tb_item (id, rank) VALUES (1, 0), (2, 100)")
    rest, _ = db.page("v_item", order_by="rank", limit=100, after=after)
    assert [row["id"] for row in first] == [10, 11, 12, 13]
    assert [row["id"] for row in rest] == [14, 15, 16, 17, 18, 19, 20, 2]


def test_documents_come_as_dicts_structs_and_bytes(items):
    price = Decimal("99999999.99")
    row = items.find_one("v_item", {"id": BIG})
    assert (row["id"], row["price"], type(row["price"])) == (BIG, price, Decimal)
    assert items.find_one("v_item", {"id": 2})["price"] == Decimal(10)
    assert items.find_one("v_item", {"id": BIG}, into=Item) == Item(BIG, 'x\'y "z"', price)
    assert items.find("v_item", {"id": 3}, into=Item) == [Item(3, None, None)]
    assert json.loads(items.find_one("v_item", {"id": 1}, into=bytes))["label"] == "Apple"
    rows = json.loads(items.find("v_item", order_by="id", into=bytes))
    assert [each["id"] for each in rows] == [1, 2, 3, 4, BIG]
    assert items.find("v_item", {"id": 0}, into=bytes) == b"[]"
    assert items.find_one("v_item", {"id": 0}, into=bytes) is None
    page, after = items.page("v_item", limit=2, into=bytes)
    assert ([each["id"] for each in json.loads(page)], after is None) == ([1, 2], False)


def test_rows_without_a_document_are_documents_themselves(items):
    assert items.find_one("v_plain", {"id": 1}) == {"id": 1, "name": "Apple", "price": Decimal("1.50")}


def test_column_data_that_is_no_json_is_a_column(connect, url, admin, project):
    admin.execute("CREATE VIEW v_text AS SELECT i.id, i.name AS data FROM tb_item AS i")
    admin.execute("CREATE VIEW v_list AS SELECT i.id, i.tags AS data FROM tb_item AS i")
    admin.execute("CREATE VIEW v_domain AS SELECT i.id, i.data::document_t AS data FROM v_item AS i")
    admin.execute("INSERT INTO tb_item (id, name, tags) VALUES (1, 'x', '{a}')")
    for known in (infer_contract(url, project).contract, None):
        db = connect(url, contract=known)
        assert db.find("v_text", {"data": "x"}, order_by="data") == [{"id": 1, "data": "x"}]
        assert db.find_one("v_list", {"data": {"overlaps": ["a"]}}) == {"id": 1, "data": ["a"]}
        assert db.find_one("v_domain")["label"] == "x"


def test_stream_gives_all_documents_without_holding_them(db, admin):
    admin.execute("INSERT INTO tb_item (id) SELECT n FROM generate_series(1, 2500) AS n")
    assert [row["id"] for row in db.stream("v_item", order_by="id")] == list(range(1, 2501))
    for row in db.stream("v_item", {"id": {"gt": 1000}}, order_by="id"):
        assert row["id"] == 1001
        break
    assert db.count("v_item") == 2500
    with db.transaction() as tx:
        assert sum(1 for _ in tx.stream("v_item", {"id": {"lte": 3}}, into=Item)) == 3
    texts = list(db.stream("v_item", {"id": {"lte": 3}}, order_by="id", into=bytes))
    assert [json.loads(text)["id"] for text in texts] == [1, 2, 3]


def test_stream_of_a_generated_read_model_has_its_type(items):
    model: ReadModel = ReadModel("v_item", Item)
    assert [each.label for each in model.stream(items, {"rank": 3}, order_by="id")] == ["Apple", "apple pie"]


def test_what_is_written_while_a_stream_is_read_stays_when_it_is_left(db, admin):
    admin.execute("INSERT INTO tb_item (id) SELECT n FROM generate_series(1, 2500) AS n")
    with db.transaction() as tx:
        for row in tx.as_user("ada").stream("v_item", order_by="id"):
            tx.call_function("fn_rename", p_id=row["id"], p_name="read")
            assert tx.call_function("fn_actor") is None
            if row["id"] == 1500:
                break
    assert db.count("v_item", {"name": "read"}) == 1500


def test_transaction_that_fails_while_a_stream_is_read_tells_why(db, admin):
    admin.execute("INSERT INTO tb_item (id) SELECT n FROM generate_series(1, 2500) AS n")
    with pytest.raises(Rejected), db.transaction() as tx:
        for _ in tx.stream("v_item"):
            tx.call_function("fn_raise", p_state="P0001", p_rule="x")
    with db.transaction() as tx:
        with pytest.raises(Rejected):
            for _ in tx.stream("v_item", order_by="id"):
                with tx.transaction() as inner:
                    inner.call_function("fn_raise", p_state="P0001", p_rule="x")
        assert tx.count("v_item") == 2500
    assert len(list(db.stream("v_item"))) == 2500


def test_stream_in_a_transaction_is_of_the_acting_user(connect, reader_url):
    with connect(reader_url).transaction() as tx:
        assert [row["id"] for row in tx.as_user("ada").stream("v_secret", order_by="id")] == [1, 3]
        assert list(tx.stream("v_secret")) == []


@pytest.mark.parametrize("documents", ["raise", "warn", "off"])
def test_document_that_breaks_the_contract_is_reported(connect, url, admin, documents, caplog):
    admin.execute("INSERT INTO tb_item (id, name) VALUES (1, 'x')")
    db = connect(url, documents=documents, check="off")
    db.start()
    admin.execute(
        "CREATE OR REPLACE VIEW v_item AS SELECT i.id, jsonb_build_object('id', i.id, 'label', 7) AS data,"
        " i.name, i.rank, i.price, i.at, i.mood, i.flag, i.tags FROM tb_item AS i"
    )
    if documents == "raise":
        for into in (dict, Item):
            with pytest.raises(DocumentBroken, match="A document of v_item is not what the contract says: "):
                db.find("v_item", into=into)
    else:
        with caplog.at_level(logging.WARNING, "toolkit.client"):
            assert db.find("v_item") == [{"id": 1, "label": 7}]
            assert db.find_one("v_item", into=Item) == {"id": 1, "label": 7}
        assert len(caplog.records) == (2 if documents == "warn" else 0)
    assert db.find("v_item", into=bytes) == b'[{"id": 1, "label": 7}]'


def test_broken_document_is_told_without_what_stands_in_it(connect, url, admin, contract):
    admin.execute("INSERT INTO tb_item (id, name) VALUES (1, 'x')")
    db = connect(url)
    db.start()
    admin.execute(
        "CREATE OR REPLACE VIEW v_plain AS"
        " SELECT i.id, 'secret'::text AS name, NULL::numeric(10,2) AS price FROM tb_item AS i"
    )
    assert db.find("v_plain") == [{"id": 1, "name": "secret", "price": None}]


def test_condition_on_the_document_alone_is_pointed_out_once(connect, url, caplog):
    db = connect(url)
    with caplog.at_level(logging.WARNING, "toolkit.client"):
        for name in ("ada", "bob"):
            db.find("v_item", {"owner.name": name})
            db.count("v_item", {"owner.name": name})
        db.find("v_item", {"name": "ada"})
    (record,) = caplog.records
    assert record.getMessage().startswith("v_item is asked for owner.name, which is in the document only")


def test_value_beyond_the_size_of_a_column_matches_nothing(connect, url, admin, project):
    admin.execute("""
        CREATE TABLE tb_sized (
            id integer PRIMARY KEY, code short_code_t, short varchar(2), price numeric(4, 1),
            email email_t, mood mood_t
        );
        INSERT INTO tb_sized VALUES (1, '12345', 'ab', 1.5, 'a@b', 'sad');
        CREATE VIEW v_sized AS SELECT
            s.id, s.code, s.short, s.price, s.email, s.mood, jsonb_build_object('key', s.code) AS data
        FROM tb_sized AS s;
    """)
    for known in (infer_contract(url, project).contract, None):
        db = connect(url, contract=known)
        fields = {"code": "123456", "short": "abc", "price": Decimal("1.51"), "email": "no address"}
        fields |= {"key": "123456"} if known else {}
        for name, value in fields.items():
            assert db.count("v_sized", {name: value}) == 0
            assert db.count("v_sized", {name: {"in": [value]}}) == 0
            assert db.count("v_sized", {name: {"ne": value}}) == 1
        assert db.count("v_sized", {"price": {"lt": Decimal(10**9)}, "code": {"like": "12345%"}}) == 1
        here = {"code": "12345", "short": "ab", "price": Decimal("1.50"), "email": "a@b", "mood": "sad"}
        assert db.count("v_sized", here) == 1
        assert db.page("v_sized", {"mood": {"in": ["sad"]}}, order_by=["mood", "code"])[1] is None
        with pytest.raises(Invalid, match="must be one of"):
            db.count("v_sized", {"mood": "glad"})


def test_values_that_can_be_gone_through_once_are_judged_as_a_list(shared):
    assert shared.count("v_item", {"id": {"in": (number for number in range(0))}}) == 0
    with pytest.raises(Invalid) as caught:
        shared.find("v_item", {"id": {"in": (each for each in ["x"])}})
    assert [str(fault) for fault in caught.value.faults] == ["id: must be an integer, not str"]


def test_documents_behind_an_offset_come_by_id(connect, url, admin):
    admin.execute("INSERT INTO tb_item (id, rank) SELECT n, n % 2 FROM generate_series(9, 1, -1) AS n")
    db = connect(url)
    assert [row["id"] for row in db.find("v_item", offset=5)] == [6, 7, 8, 9]
    assert [row["id"] for row in db.find("v_item", order_by="-rank", offset=4)] == [9, 2, 4, 6, 8]


INDEXED = """
    CREATE VIEW v_document AS SELECT i.id, jsonb_build_object(
        'name', i.name, 'rank', i.rank, 'tags', i.tags, 'at', i.at,
        'owner', jsonb_build_object('name', i.owner)
    ) AS data FROM tb_item AS i;
    CREATE MATERIALIZED VIEW mv_document AS SELECT d.id, d.data FROM v_document AS d;
    CREATE UNIQUE INDEX uq_mv_document ON mv_document (id);
"""
PATHS = {"name": "a", "rank": 1, "owner.name": "a", "tags": {"contains": ["a"]}}


@pytest.mark.parametrize(
    ("indexes", "pointed_out"),
    [
        ([], ["name", "rank", "owner.name", "tags"]),
        (["((data ->> 'name'))", "(((data ->> 'rank')::integer))"], ["owner.name", "tags"]),
        (["((data -> 'owner' ->> 'name'))", "USING gin ((data -> 'tags'))"], ["name", "rank"]),
        (["USING gin (data)", "((data ->> 'rank'))"], ["name", "rank", "owner.name", "tags"]),
        (["((data ->> 'name')) WHERE id > 5"], ["name", "rank", "owner.name", "tags"]),
    ],
)
def test_path_that_an_index_serves_is_not_pointed_out(
    connect, url, admin, project, caplog, indexes, pointed_out
):
    admin.execute(INDEXED)
    for index in indexes:
        admin.execute(f"CREATE INDEX ON mv_document {index}")
    db = connect(url, contract=infer_contract(url, project).contract)
    with caplog.at_level(logging.WARNING, "toolkit.client"):
        for path, value in PATHS.items():
            assert db.find("mv_document", {path: value}) == []
        list(db.stream("mv_document", PATHS))
        assert db.find("v_document", order_by="at") == []
    told = [record.getMessage() for record in caplog.records]
    assert [text.split()[:5] for text in told[:-1]] == [
        ["mv_document", "is", "asked", "for", f"{path},"] for path in pointed_out
    ]
    assert told[-1].startswith("v_document is asked for at,")
    assert told[-1].endswith("with an index under it is faster.")  # no index can be on what depends on a zone
    for text in told[:-1]:
        admin.execute(text[text.index("CREATE INDEX") :].rstrip("."))  # what it says helps
    caplog.clear()
    again = connect(url, contract=infer_contract(url, project).contract)
    with caplog.at_level(logging.WARNING, "toolkit.client"):
        again.find("mv_document", PATHS)
    assert caplog.records == []


def test_index_is_looked_for_outside_of_transactions(connect, outside, url, caplog):
    connection = outside("connection", url)
    mine, db = connect(connection), connect(url)
    with caplog.at_level(logging.WARNING, "toolkit.client"):
        assert mine.find("v_item", {"owner.name": "a"}) == []
        with db.transaction() as tx:
            tx.find("v_item", {"owner.name": "a"})
        assert caplog.records == []
        db.find("v_item", {"owner.name": "a"})
    assert len(caplog.records) == 1


def test_client_without_contract_reads_as_one_with_it(connect, url, admin):
    admin.execute(ITEMS)
    db = connect(url, contract=None)
    assert [row["id"] for row in db.find("v_item", {"name": {"like": "%pple%"}}, order_by="-id")] == [2, 1]
    assert db.find_one("v_item", {"id": BIG})["price"] == Decimal("99999999.99")
    assert db.find_one("v_plain", {"id": 1})["price"] == Decimal("1.50")
    assert len(db.page("v_item", order_by="name", limit=3)[0]) == 3
    with pytest.raises(Invalid, match="has no field label"):
        db.find("v_item", {"label": "x"})
