"""A diagnosis: what is wrong, where, how bad it is and what to do about it."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is: an error breaks something, a warning is likely to."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One diagnosis with its place.

    path: the file, relative to the root of the project. line, column: where the span starts; end_line,
    end_column: just behind its last character. All four are 1-based and count characters. code: that of the
    rule. message: one sentence without its full stop. remedy: one sentence that says what to do, in full.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    severity: Severity
    message: str
    remedy: str
