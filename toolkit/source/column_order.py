"""Statements that say other things where a table has its columns in another order."""

import json
from typing import Any

from pglast import parser


def depends_on_column_order(text: str) -> bool:
    """Return whether a statement means columns by their place: by `*`, or INSERT without naming them.

    What stands in a body that is a string is read when it runs, and does not count.
    """
    waiting: list[Any] = [json.loads(parser.parse_sql_json(text))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if "A_Star" in node or ("InsertStmt" in node and "cols" not in node["InsertStmt"]):
                return True
            waiting += node.values()
    return False
