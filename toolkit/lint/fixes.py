"""Fixes findings: puts the edits of their fixes into the files, and looks whether that went well.

Edits count in the text as it is linted, without a byte order mark and with LF at the ends of lines. They are
carried over to the text as it is in the file, so that all around them stays byte for byte the same.
"""

import os
import re
import stat
import tempfile
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from toolkit.core.findings import Finding
from toolkit.core.settings import Settings
from toolkit.errors import SqlFileError
from toolkit.lint.registry import Edit, Fix
from toolkit.lint.run import Examined
from toolkit.source.facts import Problem
from toolkit.source.reading import read_facts
from toolkit.source.statements import plain, read_as_is

_MARK: Final = "\ufeff"
_ROUNDS: Final = 100  # each but the last mends something, or gives a file up

Texts = Mapping[Path, str]
Lint = Callable[[Texts], Examined]
Hide = Callable[[Examined, Texts], Examined]


class Mended(NamedTuple):
    """What mending gave.

    examined: what is left. texts: the new text of each file that changes, as it is to be in the file. before:
    the old ones. fixed: how many findings. left: files that a fix was for and that stay, with the reason.
    """

    examined: Examined
    texts: dict[Path, str]
    before: dict[Path, str]
    fixed: int
    left: dict[Path, str]


def mend(
    lint: Lint, hide: Hide, settings: Settings, texts: Texts, *, unsafe: bool = False, write: bool = False
) -> Mended:
    """Fix what can be fixed, over and over until nothing more can; files are not written.

    lint: lints files, of which some are to have other texts. hide: leaves out what is not to be fixed. texts:
    of what is no file, as it came. unsafe: use the fixes that change an identity or a contract too. write:
    whether the files are to be written, so that one that can't be is left alone.
    A file is left as it was where, after fixes, less of it can be read, a fixed finding is still there, or
    there is a new one. Raises SqlFileError for a file that can't be read any more.
    """
    before: dict[Path, str] = {}
    current = dict(texts)
    fixed: Counter[Path] = Counter()
    left: dict[Path, str] = {}
    examined = lint(_plain(current))
    for _ in range(_ROUNDS):
        chosen = _choose(hide(examined, _plain(current)), settings.root, left, unsafe=unsafe)
        for path in [path for path in chosen if write and not _is_writable(path)]:
            left[path] = "it is read-only"
            del chosen[path]
        if not chosen:
            break
        now = {path: current[path] if path in current else read_as_is(path) for path in chosen}
        before = now | before
        current |= {path: apply(text, chosen[path].edits) for path, text in now.items()}
        after = lint(_plain(current))
        wrong = [
            path
            for path, round_ in chosen.items()
            if not _holds(path, round_, (examined, after), (now[path], current[path]), settings)
        ]
        fixed.update({path: len(round_.findings) for path, round_ in chosen.items()})
        for path in wrong:
            left[path] = "its fixes do not hold"
            current[path] = before[path]
            del fixed[path]
        examined = lint(_plain(current)) if wrong else after
    changed = {path: current[path] for path, text in before.items() if current[path] != text}
    return Mended(hide(examined, _plain(current)), changed, before, fixed.total(), left)


class _Round(NamedTuple):
    """The edits that are put into one file at once, and the findings that they mend."""

    edits: list[Edit]
    findings: list[Finding]


def _choose(examined: Examined, root: Path, left: Mapping[Path, str], *, unsafe: bool) -> dict[Path, _Round]:
    """Return, for each file, fixes that do not get into each other's way, the first ones first."""
    offered: dict[Path, list[tuple[Fix, Finding]]] = defaultdict(list)
    for finding in examined.findings:
        fix = examined.fixes.get(finding)
        path = root / finding.path
        if fix and (fix.safe or unsafe) and path not in left:
            offered[path].append((fix, finding))
    chosen: dict[Path, _Round] = {}
    for path, fixes in offered.items():
        round_ = chosen[path] = _Round([], [])
        for fix, finding in fixes:
            new = [
                edit for edit in fix.edits if not _has(round_.edits, edit)
            ]  # several findings may share one
            if all(_fits(round_.edits, edit) for edit in new):
                round_.findings.append(finding)
                for edit in new:
                    insort(round_.edits, edit)
    return chosen


def _has(edits: list[Edit], edit: Edit) -> bool:
    place = bisect_left(edits, edit)
    return edits[place : place + 1] == [edit]


def _fits(edits: list[Edit], edit: Edit) -> bool:
    """Return whether an edit is apart from others; two texts put in at one place are not."""
    place = bisect_left(edits, edit)
    before, behind = edits[max(place - 1, 0) : place], edits[place : place + 1]
    return all(one.end <= edit.start and one[:2] != edit[:2] for one in before) and all(
        edit.end <= one.start and one[:2] != edit[:2] for one in behind
    )


def _holds(
    path: Path,
    round_: _Round,
    examined: tuple[Examined, Examined],
    texts: tuple[str, str],
    settings: Settings,
) -> bool:
    """Return whether a file can still be read, what was mended is gone, and nothing came instead."""
    before, after = (
        Counter(finding.code for finding in one.findings if settings.root / finding.path == path)
        for one in examined
    )
    expected = before - Counter(finding.code for finding in round_.findings)
    unread_before, unread_after = (
        sum(isinstance(fact, Problem) for fact in read_facts(plain(text), settings.schema)) for text in texts
    )
    return after <= expected and unread_after <= unread_before


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text of a file with edits, which are in order and apart, and count as it is linted."""
    first = 1 if text.startswith(_MARK) else 0
    # Where, in the linted text, the line ends stand that are two characters in the file.
    pairs = [match.start() - first - i for i, match in enumerate(re.finditer("\r\n", text))]
    line_end = re.search("\r\n|\n", text)
    parts: list[str] = []
    done = 0
    for edit in edits:
        start, end = (first + at + bisect_left(pairs, at) for at in edit[:2])
        parts += (text[done:start], edit.text.replace("\n", line_end[0] if line_end else "\n"))
        done = end
    return "".join((*parts, text[done:]))


def _plain(texts: Texts) -> dict[Path, str]:
    return {path: plain(text) for path, text in texts.items()}


def _is_writable(path: Path) -> bool:
    """Return whether a file may be written; one without any right to is left alone by root, too."""
    return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)


def replace_file(path: Path, text: str) -> None:
    """Give a file another text at once; its mode and owner stay, and so does a link to it.

    Raises SqlFileError where that can't be done; the file is then as it was.
    """
    target = path.resolve()
    try:
        was = target.stat()
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with ExitStack() as undo:
            undo.callback(os.unlink, name)
            with os.fdopen(descriptor, "wb") as new:
                new.write(text.encode())
                made = os.fstat(descriptor)
                if (made.st_uid, made.st_gid) != (was.st_uid, was.st_gid):
                    os.fchown(descriptor, was.st_uid, was.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(was.st_mode))
            Path(name).replace(target)
            undo.pop_all()
    except OSError as error:
        raise SqlFileError(path, f"can't be written: {error.strerror}.") from error
