"""The text of PostgreSQL's node trees (pg_node_tree) to nested values, fast.

A node becomes a dict: "" holds its tag, the other keys are field names. A list of nodes, numbers or names
becomes a list; a field without a value ("<>") becomes the empty list too, so that both can be looped over and
are false. Everything else is a string as written. Nodes without inner nodes are shared: never change one.
"""

import re
from typing import Any

Node = dict[str, Any]

# What says nothing about the shape of a result is dropped first, which also makes equal leaves look equal.
_WORDS = """
    location varcollid varnosyn varattnosyn constcollid opcollid inputcollid funccollid funcformat
    resultcollid resorigtbl resorigcol requiredPerms checkAsUser rellockmode inFromCl casecollid
    coalescecollid aggcollid aggtranstype aggsplit aggno aggtransno querySource canSetTag hasWindowFuncs
    hasSubLinks hasDistinctOn hasRecursive hasModifyingCTE hasForUpdate hasRowSecurity hasGroupRTE isReturn
    override mergeUseOuterJoin mergeTargetRelation stmt_location stmt_len limitOption groupDistinct constlen
    constbyval opretset perminfoindex aggpresorted isNatural joinmergedcols coerceformat resno relkind
    subLinkId aggstar aggvariadic aggkind utilityStmt mergeActionList mergeJoinCondition onConflict
    distinctClause sortClause rowMarks constraintDeps withCheckOptions securityQuals join_using_alias
    usingClause operName aggargtypes aggorder aggdistinct
"""
_SETS = "selectedCols insertedCols updatedCols extraUpdatedCols varnullingrels joinleftcols joinrightcols"
_VALUE = r"[^\s{}():][^\s{}()]*"
_USELESS = re.compile(
    rf" :(?:(?:{'|'.join(_WORDS.split())}) {_VALUE}|(?:{'|'.join(_SETS.split())}) \([bi][^)]*\))"
)
_ATOM = r"(?:[^\s{}()\\]|\\[\s\S])+"
_BYTES = r"\[ (?:-?\d+ )*\]"
_FLAT = r"\([^{}()\\]*+(?:\\[\s\S][^{}()\\]*+)*+\)"
# A list without a node in it is one token, and so is a node with such lists only.
_TOKEN = re.compile(
    rf"\{{[^{{}}()\\]*+(?:(?:\\[\s\S]|{_FLAT})[^{{}}()\\]*+)*+\}}|{_FLAT}|[{{}}()]|{_BYTES}|{_ATOM}"
)
_FIELD = re.compile(rf":(\w+) (?:\d+ ({_BYTES})|({_FLAT})|({_ATOM}))")
_ATOMS = re.compile(_ATOM)
_ESCAPE = re.compile(r"\\([\s\S])")
_NOTHING: list[Any] = []


class TreeReader:
    """Reads trees; keeps the leaves it has seen, so use one for all trees of a database."""

    def __init__(self) -> None:
        """Begin without leaves."""
        self._leaves: dict[str, Any] = {"<>": _NOTHING}
        self._tokens: list[str] = []

    def read(self, text: str) -> Any:  # noqa: ANN401 - a node or a list
        """Return the tree of a text that PostgreSQL has written."""
        self._tokens = _TOKEN.findall(_USELESS.sub("", text))
        self._tokens.reverse()
        return self._inner(self._tokens.pop())

    def _inner(self, token: str) -> Any:  # noqa: ANN401
        if token == "{":  # noqa: S105 - no password
            return self._node()
        return self._list() if token == "(" else self._leaf(token)  # noqa: S105

    def _node(self) -> Node:
        tokens, seen = self._tokens, self._leaves.get
        pop = tokens.pop
        tag = pop()
        node: Node = {"": tag}
        name = pop()
        while name != "}":
            token = pop()
            value = seen(token)
            node[name[1:]] = self._inner(token) if value is None else value
            if tokens[-1].startswith("[ "):  # the bytes of a constant follow their number
                node[name[1:]] = pop()
            name = pop()
        return node

    def _list(self) -> list[Any]:
        tokens, seen = self._tokens, self._leaves.get
        items = []
        token = tokens.pop()
        while token != ")":  # noqa: S105
            value = seen(token)
            items.append(self._inner(token) if value is None else value)
            token = tokens.pop()
        return items

    def _leaf(self, token: str) -> Any:  # noqa: ANN401
        if token[0] == "{":
            tag, _, rest = token[1:-1].partition(" ")
            made: Any = {"": tag}
            for name, data, items, atom in _FIELD.findall(rest):
                made[name] = data or (_flat(items) if items else _NOTHING if atom == "<>" else atom)
        elif token[0] == "(":
            made = _flat(token)
        else:
            made = token
        self._leaves[token] = made
        return made


def _flat(token: str) -> list[str]:
    items = _ATOMS.findall(token[1:-1])
    if items and items[0] in ("i", "o", "b"):
        del items[0]
    return items


def text_of(atom: str) -> str:
    """Return the characters that a name stands for: without quotes and escapes."""
    if atom.startswith('"'):
        atom = atom[1:-1]
    return _ESCAPE.sub(r"\1", atom) if "\\" in atom else atom


def bytes_of(datum: str) -> bytes:
    """Return the bytes of a constant's value, such as "[ 105 100 0 ]"."""
    return bytes(int(word) & 255 for word in datum[1:-1].split())
