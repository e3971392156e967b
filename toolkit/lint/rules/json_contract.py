"""The rule that compares documents with the committed contract."""

from collections.abc import Iterator

from toolkit.core.contract_keys import ContractKeys, read_keys
from toolkit.core.findings import Severity
from toolkit.errors import ContractUnreadable
from toolkit.lint.keys import Keys
from toolkit.lint.registry import Report, tree_rule
from toolkit.lint.tree import Tree

_MEND = "Mend the file, or remove it and run `toolkit contract update`."
_REMEDY = "Correct the key, or run `toolkit contract update` and commit what it writes."


@tree_rule("J16", Severity.ERROR)
def keys_of_the_contract(tree: Tree) -> Iterator[Report]:
    """Build documents with the keys that the committed contract has.

    Services read what `sql/contract/` says. Only documents of which the text says all keys are compared, at
    any depth; `toolkit contract check` asks a server about the others, and about types. A contract that can't
    be read is a finding, too.

    Bad:
        -- file: sql/contract/v_post.contract
        v_post
          id: uuid
          data: {
            id: uuid
            title: text
          }
        -- file: sql/v_post.sql
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('id', id, 'name', title) AS data FROM tb_post;

    Good:
        -- file: sql/contract/v_post.contract
        v_post
          id: uuid
          data: {
            id: uuid
            title: text
            tags?: [text]
          }
        -- file: sql/v_post.sql
        CREATE VIEW v_post AS SELECT id, jsonb_build_object('title', title, 'id', id) AS data FROM tb_post;
    """
    for path, (relation, keys) in tree.documents:
        text = tree.contract(relation)
        try:
            data = read_keys(text).get("data")
        except ContractUnreadable as error:
            place = f"line {error.line}, column {error.column}"
            message = f"the contract of {relation.name} can't be read: {error.wanted} should stand at {place}"
            yield Report(keys.start, message, _MEND, path=path)
            continue
        if data is not None:
            for start, message in _differences(keys, data, ""):
                yield Report(start, f"{message} of {relation.name}", _REMEDY, path=path)


def _differences(keys: Keys, agreed: ContractKeys, around: str) -> Iterator[tuple[int, str]]:
    for start, name, inner in keys.keys:
        if name not in agreed:
            yield start, f"the key {around + name!r} is not in the contract"
        elif inner is not None and (below := agreed[name].keys) is not None:
            yield from _differences(inner, below, f"{around}{name}.")
    there = {key.name for key in keys.keys}
    for name, key in agreed.items():
        if not key.optional and name not in there:
            yield keys.start, f"no key {around + name!r}, which is in the contract"
