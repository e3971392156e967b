"""What data a statement of a rollback may lose."""

from collections.abc import Iterator

from pglast import ast, enums, parse_sql
from pglast.stream import RawStream
from pglast.visitors import Visitor

from toolkit.source.statements import Statement

_LOSSY_DROPS = {
    enums.ObjectType.OBJECT_TABLE: "drops table {}",
    enums.ObjectType.OBJECT_FOREIGN_TABLE: "drops foreign table {}",
    enums.ObjectType.OBJECT_SCHEMA: "drops schema {}",
    enums.ObjectType.OBJECT_SEQUENCE: "drops sequence {}",
    enums.ObjectType.OBJECT_EXTENSION: "drops extension {}",
}
# With CASCADE these take columns along.
_LOSSY_CASCADES = {
    enums.ObjectType.OBJECT_TYPE: "drops type {} and every column of it",
    enums.ObjectType.OBJECT_DOMAIN: "drops domain {} and every column of it",
    enums.ObjectType.OBJECT_FUNCTION: "drops function {} and every generated column that calls it",
    enums.ObjectType.OBJECT_COLLATION: "drops collation {} and every column that uses it",
}
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
    ast.AlterSeqStmt,
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
    ast.RuleStmt,
    ast.TransactionStmt,
    ast.VacuumStmt,
    ast.VariableSetStmt,
    ast.ViewStmt,
)


def find_losses(statement: Statement) -> list[str]:
    """Return what the statement loses, or that it can't be judged; empty where it loses nothing."""
    node = parse_sql(statement.text)[0].stmt
    return [f"{statement.path.name}:{statement.line}: {loss}" for loss in _losses(node)]


def _losses(node: ast.Node | None) -> Iterator[str]:
    if isinstance(node, ast.DropStmt):
        yield from _dropped(node)
    elif isinstance(node, ast.AlterTableStmt):
        yield from _altered(node)
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
    if text is None and node.behavior == enums.DropBehavior.DROP_CASCADE:
        text = _LOSSY_CASCADES.get(node.removeType)
    if text is not None:
        yield from (text.format(_name(thing)) for thing in node.objects or ())


def _altered(node: ast.AlterTableStmt) -> Iterator[str]:
    table = _text(node.relation)
    for command in node.cmds or ():
        if command.subtype == enums.AlterTableType.AT_DropColumn:
            yield f"drops column {table}.{command.name}"
        elif command.subtype == enums.AlterTableType.AT_AlterColumnType:
            yield f"converts column {table}.{command.name}"


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


class _Queries(Visitor):
    """Finds what stands in WITH, where a statement can change rows besides its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[ast.Node | None] = []

    def visit_CommonTableExpr(self, _: object, node: ast.CommonTableExpr) -> None:  # noqa: N802
        self.found.append(node.ctequery)


def _name(thing: object) -> str:
    """Return the dotted name of a DROP's object, which the parser gives as a list, a type or a function."""
    if isinstance(thing, ast.ObjectWithArgs):
        thing = thing.objname
    if isinstance(thing, ast.TypeName):
        thing = thing.names
    parts = thing if isinstance(thing, tuple | list) else (thing,)
    return ".".join(part.sval for part in parts if isinstance(part, ast.String) and part.sval)


def _text(relation: ast.Node | None) -> str:
    return "" if relation is None else str(RawStream()(relation))
