"""Names for Python from those of a contract, and texts as docstrings."""

import json
import keyword
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from toolkit.core.contract import ReadModel
from toolkit.core.settings import Names

_WIDTH: Final = 100
# What generated code itself uses under these names.
_TAKEN: Final = frozenset({
    "Any", "AsyncSession", "Coroutine", "DEFAULT", "Decimal", "Default", "Float", "Literal", "Mapping",
    "ReadModel", "Sequence", "Session", "Struct", "TypedDict", "UNSET", "UUID", "UnsetType", "BY_CODE",
    "arguments", "base", "bool", "bytes", "db", "dict", "dt", "field", "float", "int", "list", "models",
    "overload", "str", "tuple",
})  # fmt: skip


def identifier(name: str) -> str:
    """Return a name for Python: what it can't have becomes `_`; what means something else gets one behind."""
    normal = unicodedata.normalize("NFKC", name)  # as Python reads it
    made = "".join(each if f"_{each}".isidentifier() else "_" for each in normal)
    made = made if made.isidentifier() else f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) or made in _TAKEN else made


def is_keyword(name: str) -> bool:
    """Tell whether an argument of this name can be given as `name=…`, and arrives under it."""
    normal = unicodedata.normalize("NFKC", name) == name
    return normal and name.isidentifier() and not keyword.iskeyword(name) and name != "__debug__"


def is_importable(name: str) -> bool:
    """Tell whether a package of this name can be imported by a statement."""
    return name.isidentifier() and not keyword.iskeyword(name)


def free(name: str, taken: set[str]) -> str:
    """Return a name with as many `_` behind it as it needs to be none of those taken, and take it."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def class_name(name: str, prefixes: Iterable[str] = ()) -> str:
    """Return the name of a class: v_user_with_stats is UserWithStats, DUPLICATE_EMAIL is DuplicateEmail."""
    words = re.split(r"[\W_]+", without_prefix(name, prefixes))
    made = "".join(word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:]) for word in words)
    return identifier(made or "_")


def without_prefix(name: str, prefixes: Iterable[str]) -> str:
    """Return a name without its schema and without the first of the prefixes that it begins with."""
    bare = name.rpartition(".")[2].strip('"')
    for prefix in prefixes:
        if bare.startswith(prefix) and len(bare) > len(prefix):
            return bare[len(prefix) :]
    return bare


def bare_names(models: Iterable[ReadModel], names: Names) -> Mapping[str, str]:
    """Return what each read model is called: without its prefix where that leaves it a name of its own.

    v_user is user; where there is mv_user, too, they keep their prefixes. Names that are still one in Python,
    as v_user2 and v_user_2, are numbered.
    """
    prefixes = (*names.materialized_view, *names.projection, *names.view)
    bare = {model.name: without_prefix(model.name, prefixes) for model in models}
    shared = Counter(class_name(name) for name in bare.values())
    called: dict[str, str] = {}
    taken: set[str] = set()
    for full, name in sorted(bare.items(), key=lambda each: shared[class_name(each[1])] > 1):
        whole = name if shared[class_name(name)] == 1 else full.replace('"', "").replace(".", "_")
        made, number = whole, 1
        while taken & {class_name(made), identifier(made)}:
            number += 1
            made = f"{whole}_{number}"
        taken |= {class_name(made), identifier(made)}
        called[full] = made
    return called


def quoted(text: str) -> str:
    """Return a text as a constant of Python."""
    return json.dumps(text, ensure_ascii=False)


def docstring(text: str, *, indent: int, more: str = "") -> str:
    """Return a text as a docstring with its line end: the first sentence, and the rest behind an empty line.

    more: a paragraph behind it.
    """
    space = " " * indent
    said = " ".join(text.split()).rstrip(".").replace("\\", "\\\\").replace('"""', "'''")
    first, _, rest = said.partition(". ")
    if len(first) > _WIDTH - indent - 4:  # it needs several lines: nothing is gained by setting it apart
        first, rest = said, ""
    paragraphs = [f'"""{first}.', f"{rest}." if rest else "", more]
    wrapped = [
        "\n".join(textwrap.wrap(part, _WIDTH, initial_indent=space, subsequent_indent=space))
        for part in paragraphs
        if part
    ]
    body = "\n\n".join(wrapped)
    return f'{body}\n{space}"""\n' if "\n" in body else f'{body}"""\n'
