"""What reading for the contract costs: a fixed number of statements, however many views there are."""

import psycopg

from toolkit.catalog.rulebook import read_rulebook
from toolkit.catalog.trees import read_snapshot


def statements(conninfo):
    """Return the statements that reading sends, as the server logs them."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET client_min_messages = 'log'")
        seen = []
        connection.add_notice_handler(lambda notice: seen.append(notice.message_primary))
        connection.execute("SET log_statement = 'all'")
        read_snapshot(connection, "public")
        read_rulebook(connection, "public")
        return [text for text in seen if "SET log_statement" not in text]


def test_number_of_statements_does_not_grow_with_the_views(empty_database):
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE tb_a (id integer PRIMARY KEY)")
        connection.execute("CREATE VIEW v_0 AS SELECT id, jsonb_build_object('id', id) AS data FROM tb_a")
    few = statements(empty_database)
    with psycopg.connect(empty_database) as connection:
        for number in range(1, 40):
            connection.execute(f"CREATE VIEW v_{number} AS SELECT id, data FROM v_{number - 1}")
            connection.execute(f"CREATE FUNCTION fn_{number}() RETURNS int LANGUAGE sql AS 'SELECT {number}'")
    assert len(statements(empty_database)) == len(few) > 2
