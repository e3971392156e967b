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
    where it has a name. once: what to do to make it safe to run again, None where it is known to be.
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

_REPEATABLE = (
    ast.AlterFunctionStmt,
    ast.AlterOwnerStmt,
    ast.ClusterStmt,
    ast.CommentStmt,
    ast.ConstraintsSetStmt,
    ast.GrantStmt,
    ast.RefreshMatViewStmt,
    ast.ReindexStmt,
    ast.VacuumStmt,
    ast.VariableSetStmt,
)
# Statements with a clause that makes them so, by the attribute that holds it.
_REPEATABLE_WITH = {
    ast.AlterEnumStmt: ("skipIfNewValExists", "IF NOT EXISTS"),
    ast.CreateExtensionStmt: ("if_not_exists", "IF NOT EXISTS"),
    ast.CreateFunctionStmt: ("replace", "OR REPLACE"),
    ast.CreateSchemaStmt: ("if_not_exists", "IF NOT EXISTS"),
    ast.CreateSeqStmt: ("if_not_exists", "IF NOT EXISTS"),
    ast.CreateStmt: ("if_not_exists", "IF NOT EXISTS"),
    ast.CreateTableAsStmt: ("if_not_exists", "IF NOT EXISTS"),
    ast.CreateTrigStmt: ("replace", "OR REPLACE"),
    ast.DropStmt: ("missing_ok", "IF EXISTS"),
    ast.IndexStmt: ("if_not_exists", "IF NOT EXISTS and a name"),
    ast.ViewStmt: ("replace", "OR REPLACE"),
}
_REPEATABLE_ALTERATIONS = (
    enums.AlterTableType.AT_ChangeOwner,
    enums.AlterTableType.AT_ColumnDefault,
    enums.AlterTableType.AT_DropNotNull,
    enums.AlterTableType.AT_ResetRelOptions,
    enums.AlterTableType.AT_SetNotNull,
    enums.AlterTableType.AT_SetOptions,
    enums.AlterTableType.AT_SetRelOptions,
    enums.AlterTableType.AT_SetStatistics,
    enums.AlterTableType.AT_ValidateConstraint,
)
_WITH_IF_CLAUSE = (
    enums.AlterTableType.AT_AddColumn,
    enums.AlterTableType.AT_DropColumn,
    enums.AlterTableType.AT_DropConstraint,
)


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
    if isinstance(node, _REPEATABLE):
        return None
    if isinstance(node, ast.AlterTableStmt):
        return _find_once_in_alter(node)
    attribute, clause = _REPEATABLE_WITH.get(type(node), (None, None))
    if attribute is None:
        return "write `-- toolkit: step repeatable` where it is"
    named = not isinstance(node, ast.IndexStmt) or node.idxname
    return None if named and getattr(node, attribute) else f"add {clause}"


def _find_once_in_alter(node: ast.AlterTableStmt) -> str | None:
    commands = node.cmds or ()
    replaced = {
        command.name
        for command in commands
        if command.subtype == enums.AlterTableType.AT_DropConstraint and command.missing_ok
    }
    for command in commands:
        added = command.def_.conname if isinstance(command.def_, ast.Constraint) else None
        if command.subtype in _REPEATABLE_ALTERATIONS:
            continue
        if command.subtype in _WITH_IF_CLAUSE:
            if not command.missing_ok:
                return "add IF NOT EXISTS or IF EXISTS to each clause"
        elif command.subtype == enums.AlterTableType.AT_AddConstraint:
            if added is None or added not in replaced:
                return "drop the constraint IF EXISTS in the same ALTER TABLE"
        else:
            return "write `-- toolkit: step repeatable` where it is"
    return None
