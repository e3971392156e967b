"""What a rule is told beside the fact: the file, its role in the project, the conventions."""

from enum import Enum
from typing import NamedTuple

from toolkit.core.settings import Settings
from toolkit.source.facts import Fact


class Role(Enum):
    """What a file is to the project."""

    ARTIFACT = "artifact"  # under the folder of artifacts
    FORWARD = "forward"  # the up side of a revision, or any migration
    BACKWARD = "backward"  # the down side of a revision
    SCRIPT = "script"  # anything else


class File(NamedTuple):
    """A file under examination; path is relative to the root of the project."""

    path: str
    text: str
    role: Role
    settings: Settings
    facts: tuple[Fact, ...]
