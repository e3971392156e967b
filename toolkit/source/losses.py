"""What data a statement loses or may lose."""

from collections.abc import Iterator

from pglast import ast, enums, parse_sql
from pglast.visitors import Visitor

from toolkit.source.statements import Statement

_LOSSY_DROPS = {
    enums.ObjectType.OBJECT_TABLE: "drops table {}",
    enums.ObjectType.OBJECT_FOREIGN_TABLE: "drops foreign table {}",
    enums.ObjectType.OBJECT_SCHEMA: "drops schema {}",
    enums.ObjectType.OBJECT_SEQUENCE: "drops sequence {}",
    enums.ObjectType.OBJECT_EXTENSION: "drops extension {}",
}
# Dropping one of these with CASCADE takes no column along: nothing in a table is made of it.
_NOTHING_BUT_CODE = (
    enums.ObjectType.OBJECT_INDEX,
    enums.ObjectType.OBJECT_POLICY,
    enums.ObjectType.OBJECT_RULE,
    enums.ObjectType.OBJECT_TABCONSTRAINT,
    enums.ObjectType.OBJECT_TRIGGER,
)
# What ALTER TABLE may do without removing a row or a value.
_HARMLESS_ALTERATIONS = (
    enums.AlterTableType.AT_AddColumn,
    enums.AlterTableType.AT_AddConstraint,
    enums.AlterTableType.AT_AddIdentity,
    enums.AlterTableType.AT_AttachPartition,
    enums.AlterTableType.AT_ChangeOwner,
    enums.AlterTableType.AT_ColumnDefault,
    enums.AlterTableType.AT_DisableRowSecurity,
    enums.AlterTableType.AT_DisableTrig,
    enums.AlterTableType.AT_DropConstraint,
    enums.AlterTableType.AT_DropIdentity,
    enums.AlterTableType.AT_DropNotNull,
    enums.AlterTableType.AT_EnableRowSecurity,
    enums.AlterTableType.AT_EnableTrig,
    enums.AlterTableType.AT_ForceRowSecurity,
    enums.AlterTableType.AT_NoForceRowSecurity,
    enums.AlterTableType.AT_ReplicaIdentity,
    enums.AlterTableType.AT_ResetRelOptions,
    enums.AlterTableType.AT_SetNotNull,
    enums.AlterTableType.AT_SetOptions,
    enums.AlterTableType.AT_SetRelOptions,
    enums.AlterTableType.AT_SetStatistics,
    enums.AlterTableType.AT_SetStorage,
    enums.AlterTableType.AT_ValidateConstraint,
)
# Statements that define, describe or permit; none of them removes a row or a value.
_HARMLESS = (
    ast.AlterDefaultPrivilegesStmt,
    ast.AlterDomainStmt,
    ast.AlterEnumStmt,
    ast.AlterFunctionStmt,
    ast.AlterObjectDependsStmt,
    ast.AlterObjectSchemaStmt,
    ast.AlterOwnerStmt,
    ast.AlterPolicyStmt,
    ast.AlterStatsStmt,
    ast.ClusterStmt,
    ast.CommentStmt,
    ast.CompositeTypeStmt,
    ast.ConstraintsSetStmt,
    ast.CreateCastStmt,
    ast.CreateDomainStmt,
    ast.CreateEnumStmt,
    ast.CreateExtensionStmt,
    ast.CreateFunctionStmt,
    ast.CreatePolicyStmt,
    ast.CreateRangeStmt,
    ast.CreateSchemaStmt,
    ast.CreateSeqStmt,
    ast.CreateStatsStmt,
    ast.CreateStmt,
    ast.CreateTrigStmt,
    ast.DefineStmt,
    ast.GrantRoleStmt,
    ast.GrantStmt,
    ast.IndexStmt,
    ast.LockStmt,
    ast.RefreshMatViewStmt,
    ast.ReindexStmt,
    ast.RenameStmt,
    ast.TransactionStmt,
    ast.VacuumStmt,
    ast.VariableSetStmt,
    ast.ViewStmt,
)


def find_losses(statement: Statement) -> list[str]:
    """Return what the statement loses, or that it can't be judged; empty where it loses nothing."""
    node = parse_sql(statement.text)[0].stmt
    return [f"{statement.path.name}:{statement.line}: {loss}" for loss in _losses(node)]


def find_removals(statement: Statement) -> list[str]:
    """Return the tables, columns and their like that the statement drops, not what it only may lose."""
    if "drop" not in statement.text.lower():
        return []
    node = parse_sql(statement.text)[0].stmt
    if isinstance(node, ast.DropStmt):
        return list(_dropped(node))
    if isinstance(node, ast.AlterTableStmt):
        return [
            loss for command, loss in _altered(node) if command.subtype == enums.AlterTableType.AT_DropColumn
        ]
    return []


def _losses(node: ast.Node | None) -> Iterator[str]:
    if isinstance(node, ast.DropStmt):
        yield from _dropped(node)
    elif isinstance(node, ast.AlterTableStmt):
        yield from (loss for _, loss in _altered(node))
    elif isinstance(node, ast.TruncateStmt):
        yield from (f"empties table {_text(relation)}" for relation in node.relations or ())
    elif isinstance(node, ast.DeleteStmt):
        yield f"deletes rows of {_text(node.relation)}"
    elif isinstance(node, ast.UpdateStmt):
        yield f"overwrites values of {_text(node.relation)}"
    elif isinstance(node, ast.InsertStmt | ast.CreateTableAsStmt):
        yield from _inserted(node)
    elif not isinstance(node, _HARMLESS):
        yield f"{type(node).__name__.removesuffix('Stmt').upper()} can do anything and is not judged"


def _dropped(node: ast.DropStmt) -> Iterator[str]:
    assert node.removeType is not None
    text = _LOSSY_DROPS.get(node.removeType)
    cascades = node.behavior == enums.DropBehavior.DROP_CASCADE
    if text is None and cascades and node.removeType not in _NOTHING_BUT_CODE:
        text = "drops {} and whatever depends on it"
    if text is not None:
        yield from (text.format(_name(thing)) for thing in node.objects or ())


def _altered(node: ast.AlterTableStmt) -> Iterator[tuple[ast.AlterTableCmd, str]]:
    table = _text(node.relation)
    for command in node.cmds or ():
        if command.subtype == enums.AlterTableType.AT_DropColumn:
            yield command, f"drops column {table}.{command.name}"
        elif command.subtype == enums.AlterTableType.AT_AlterColumnType:
            yield command, f"converts column {table}.{command.name}"
        elif command.subtype not in _HARMLESS_ALTERATIONS:
            yield command, f"alters table {table} in a way that is not judged"


def _inserted(node: ast.InsertStmt | ast.CreateTableAsStmt) -> Iterator[str]:
    if isinstance(node, ast.InsertStmt):
        clause = node.onConflictClause
        if clause and clause.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
            yield f"overwrites values of {_text(node.relation)}"
    queries = _Queries()
    queries(node)
    for query in queries.found:
        if not isinstance(query, ast.SelectStmt):
            yield from _losses(query)
    if queries.calls:
        yield "calls functions, which can do anything, and is not judged"


class _Queries(Visitor):
    """Finds what can change rows besides the statement's own: queries in WITH, and calls of functions."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[ast.Node | None] = []
        self.calls = False

    def visit_CommonTableExpr(self, _: object, node: ast.CommonTableExpr) -> None:  # noqa: N802
        self.found.append(node.ctequery)

    def visit_FuncCall(self, *_: object) -> None:  # noqa: N802
        self.calls = True

    visit_ExecuteStmt = visit_FuncCall  # noqa: N815


def _name(thing: object) -> str:
    """Return the dotted name of a DROP's object, which the parser gives as a list, a type or a function."""
    if isinstance(thing, ast.ObjectWithArgs):
        thing = thing.objname
    if isinstance(thing, ast.TypeName):
        thing = thing.names
    parts = thing if isinstance(thing, tuple | list) else (thing,)
    return ".".join(part.sval for part in parts if isinstance(part, ast.String) and part.sval)


def _text(relation: ast.RangeVar | None) -> str:
    """Return the dotted name of a table."""
    parts = (relation.catalogname, relation.schemaname, relation.relname) if relation else ()
    return ".".join(part for part in parts if part)
