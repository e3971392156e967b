"""What a statement of a revision does that applying it depends on."""

from dataclasses import dataclass

from pglast import ast, enums, parse_sql

from toolkit.source.statements import Statement


@dataclass(frozen=True, slots=True)
class ConcurrentIndex:
    """The index that a CREATE INDEX CONCURRENTLY makes; schema is the table's, None where not written."""

    name: str
    schema: str | None
    table: str


@dataclass(frozen=True, slots=True)
class Effects:
    """ends_transaction: BEGIN, COMMIT and their like. concurrently: waits for old transactions.

    index: what CREATE INDEX CONCURRENTLY makes, where it has a name.
    """

    ends_transaction: bool
    concurrently: bool
    index: ConcurrentIndex | None


# Savepoints stay inside the transaction.
_SAVEPOINTS = (
    enums.TransactionStmtKind.TRANS_STMT_SAVEPOINT,
    enums.TransactionStmtKind.TRANS_STMT_RELEASE,
    enums.TransactionStmtKind.TRANS_STMT_ROLLBACK_TO,
)


def read_effects(statement: Statement) -> Effects:
    """Return what the statement does; it has been through the parser before."""
    node = parse_sql(statement.text)[0].stmt
    return Effects(
        ends_transaction=isinstance(node, ast.TransactionStmt) and node.kind not in _SAVEPOINTS,
        concurrently=_is_concurrent(node),
        index=_find_index(node),
    )


def _is_concurrent(node: ast.Node | None) -> bool:
    if isinstance(node, ast.IndexStmt | ast.DropStmt | ast.RefreshMatViewStmt):
        return bool(node.concurrent)
    if isinstance(node, ast.ReindexStmt):
        return any(param.defname == "concurrently" for param in node.params or ())
    if isinstance(node, ast.AlterTableStmt):
        return any(isinstance(cmd.def_, ast.PartitionCmd) and cmd.def_.concurrent for cmd in node.cmds or ())
    return False


def _find_index(node: ast.Node | None) -> ConcurrentIndex | None:
    if (
        not isinstance(node, ast.IndexStmt)
        or not node.concurrent
        or not node.idxname
        or node.relation is None
    ):
        return None
    return ConcurrentIndex(node.idxname, node.relation.schemaname, str(node.relation.relname))
