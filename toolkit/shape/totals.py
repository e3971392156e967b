"""Which functions of PostgreSQL never return NULL for arguments that are not NULL, by major.

The tables are written by tools/totals.py, which calls every function. An entry is a name, or a name and an
oid where not all functions of the name are alike.
"""

from functools import cache

from toolkit.core.trees import Routine
from toolkit.shape import totals_15, totals_16, totals_18

_Names = frozenset[str]
_PROBED: dict[int, tuple[_Names, _Names]] = {
    15: (totals_15.TOTAL, totals_15.NEVER_NULL),
    16: (totals_16.TOTAL, totals_16.NEVER_NULL),
    18: (totals_18.TOTAL, totals_18.NEVER_NULL),
}


def is_total(major: int, routine: Routine) -> bool:
    """Tell whether a function of PostgreSQL's is known to return NULL only where it is given NULL."""
    return _has(_tables(major)[0], routine)


def is_never_null(major: int, routine: Routine) -> bool:
    """Tell whether a function of PostgreSQL's is known never to return NULL."""
    return _has(_tables(major)[1], routine)


def _has(names: _Names, routine: Routine) -> bool:
    return routine.name in names or f"{routine.name}/{routine.oid}" in names


@cache
def _tables(major: int) -> tuple[_Names, _Names]:
    """Return the tables of a major; of one that was not probed, what the majors around it have in common."""
    if major in _PROBED:
        return _PROBED[major]
    older = max((each for each in _PROBED if each < major), default=min(_PROBED))
    newer = min((each for each in _PROBED if each > major), default=max(_PROBED))
    return _PROBED[older][0] & _PROBED[newer][0], _PROBED[older][1] & _PROBED[newer][1]
