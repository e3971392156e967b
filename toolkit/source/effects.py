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
    """ends_transaction: BEGIN, COMMIT and their like. copies: COPY to or from the client.

    concurrently: waits for old transactions outside of one. index: what CREATE INDEX CONCURRENTLY makes,
    where it has a name. once: why it can't be run again after it was interrupted, None where it can.
    """

    ends_transaction: bool
    copies: bool
    concurrently: bool
    index: ConcurrentIndex | None
    once: str | None


# Savepoints stay inside the transaction.
_SAVEPOINTS = (
    enums.TransactionStmtKind.TRANS_STMT_SAVEPOINT,
    enums.TransactionStmtKind.TRANS_STMT_RELEASE,
    enums.TransactionStmtKind.TRANS_STMT_ROLLBACK_TO,
)

_DROPS = (enums.AlterTableType.AT_DropColumn, enums.AlterTableType.AT_DropConstraint)


def read_effects(statement: Statement) -> Effects:
    """Return what the statement does; it has been through the parser before."""
    node = parse_sql(statement.text)[0].stmt
    return Effects(
        ends_transaction=isinstance(node, ast.TransactionStmt) and node.kind not in _SAVEPOINTS,
        copies=isinstance(node, ast.CopyStmt) and node.filename is None and not node.is_program,
        concurrently=_is_concurrent(node),
        index=_find_index(node),
        once=_find_once(node),
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


def _find_once(node: ast.Node | None) -> str | None:
    if isinstance(node, ast.IndexStmt):
        return None if node.idxname and node.if_not_exists else "CREATE INDEX needs IF NOT EXISTS and a name"
    if isinstance(node, ast.CreateStmt):
        return None if node.if_not_exists else "CREATE TABLE needs IF NOT EXISTS"
    if isinstance(node, ast.DropStmt):
        return None if node.missing_ok else "DROP needs IF EXISTS"
    if isinstance(node, ast.AlterEnumStmt) and node.newVal and not node.oldVal:
        return None if node.skipIfNewValExists else "ADD VALUE needs IF NOT EXISTS"
    if isinstance(node, ast.AlterTableStmt):
        return _find_once_in_alter(node)
    return None


def _find_once_in_alter(node: ast.AlterTableStmt) -> str | None:
    commands = node.cmds or ()
    replaced = {
        command.name
        for command in commands
        if command.subtype == enums.AlterTableType.AT_DropConstraint and command.missing_ok
    }
    for command in commands:
        if command.subtype == enums.AlterTableType.AT_AddColumn and not command.missing_ok:
            return "ADD COLUMN needs IF NOT EXISTS"
        if command.subtype in _DROPS and not command.missing_ok:
            return "DROP COLUMN and DROP CONSTRAINT need IF EXISTS"
        if command.subtype == enums.AlterTableType.AT_AddConstraint:
            added = command.def_.conname if isinstance(command.def_, ast.Constraint) else None
            if added is None or added not in replaced:
                return "ADD CONSTRAINT needs DROP CONSTRAINT IF EXISTS of the same name in its ALTER TABLE"
    return None
