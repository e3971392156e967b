"""What the word means that a command is told to go to; asks the revision files alone."""

from toolkit.errors import RevisionUnknown, SeveralHeads
from toolkit.source.revisions import Revisions


def choose_target(revisions: Revisions, name: str) -> tuple[str, ...]:
    """Return the heads that a name means: "head", an id, or the unambiguous beginning of one.

    Raises SeveralHeads, RevisionUnknown.
    """
    if name != "head":
        return (revisions.find(name).id,)
    if len(revisions.heads) > 1:
        raise SeveralHeads(
            f"The history has several heads: {', '.join(revisions.heads)}.",
            remedy="Join them with `alembic merge heads -m MESSAGE`, or name the revision to go to.",
        )
    return revisions.heads


def choose_rollback(revisions: Revisions, heads: tuple[str, ...], name: str) -> str:
    """Return what `rollback` goes back to, in Alembic's words: an id, "base", or steps such as "-1".

    heads: where the database stands.
    Raises RevisionUnknown for what is not an ancestor of where the database stands and for more steps than
    were taken, SeveralHeads for a number of steps where there are several ways.
    """
    if name == "base":
        return name
    if name.startswith("-") and name[1:].isdecimal() and int(name) < 0:
        if len(heads) > 1:
            raise SeveralHeads(
                f"The database has several heads: {', '.join(heads)}.",
                remedy="Name the revision to go back to.",
            )
        applied = len(revisions.ancestors(*heads))
        if heads and -int(name) > applied:
            are = "is" if applied == 1 else "are"
            raise RevisionUnknown(
                f"{name[1:]} are too many revisions to take back: {applied} {are} applied.",
                remedy="`toolkit rollback base` takes all of them back.",
            )
        return name
    revision = revisions.find(name)
    if revision.id not in revisions.ancestors(*heads):
        raise RevisionUnknown(
            f"Revision {revision.id} is not applied, so there is no way back to it.",
            remedy="`toolkit status` shows where the database stands.",
        )
    return revision.id
