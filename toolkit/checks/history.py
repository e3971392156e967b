"""Checks of the history: it leads to what sql/ declares, and every revision of it goes there and back."""

import re
from collections.abc import Iterator, Sequence

from toolkit.checks.base import edited_revisions
from toolkit.checks.outcome import Outcome, finding
from toolkit.checks.project import Project
from toolkit.core.findings import Finding
from toolkit.core.words import counted
from toolkit.migrate.files import find_unmarked_losses, read_file
from toolkit.migrate.proof import Proof, Prover, Tables, compare, snapshot
from toolkit.migrate.states import States
from toolkit.migrate.status import find_problems, open_state
from toolkit.source.revisions import Revision, Revisions

_TABLE = "table "
# As comparisons write it: ACL on FUNCTION public.fn_a(p_a integer): …, FK CONSTRAINT public.tb_a fk_a: …
_OBJECT = re.compile(r"(?:[A-Z]+ )+(?:on [A-Z ]+ )?(?P<name>[^ (:]+)")


def check_head(project: Project) -> Outcome:
    """Compare the database at the head of the revisions with the one that sql/ declares."""
    settings = project.settings
    found: dict[str, str] = {}  # by what differs; how it differs may be put otherwise on another major
    for states in project.servers:
        project.show(f"Comparing {settings.sql.name}/ with the head on PostgreSQL {states.scratch.major}")
        desired = snapshot(states, states.desired())
        head = snapshot(states, states.at(project.revisions))
        for text in compare(desired, head, (settings.sql.name, "the head")):
            found.setdefault(text.partition("\n")[0], text)
    remedy = "Run `toolkit revision -m MESSAGE` to write the revision that is missing."
    return Outcome(
        f"{settings.sql.name}/ and the head compared on PostgreSQL {project.majors}",
        tuple(project.at(_named(text), "head", text, remedy) for text in found.values()),
        project.missing,
    )


def _named(difference: str) -> str:
    """Return the object that a difference is about, or belongs to, by its qualified name."""
    found = _OBJECT.match(difference)
    return found["name"] if found else ""


def check_stairway(project: Project) -> Outcome:
    """Take the revisions, the new ones where there is a base, up, down and up again; compare in between."""
    wanted = set(project.new_revisions)
    order = project.revisions.order
    first = min((order.index(revision) for revision in wanted), default=len(order))
    findings = [
        *edited_revisions(project),
        *(lost for each in order for lost in unmarked_losses(project, each)),
    ]
    chain, notes = order[first:], list(project.missing)
    for states in project.servers if chain else ():
        proof = _prove(states, project.revisions, chain)
        if proof.broken_by_rows:
            notes.append(_rows_note(proof))
    return Outcome(
        f"{counted(len(chain), 'revision')} taken up, down and up again on PostgreSQL {project.majors}",
        tuple(findings),
        tuple(notes),
    )


def check_step(project: Project, revision: Revision) -> Outcome:
    """Take one revision up, down and up again from where the history has led before it."""
    order = project.revisions.order
    reached = Revisions(order[: order.index(revision) + 1])
    notes = list(project.missing)
    for states in project.servers:
        project.show(f"Taking {revision.id} up, down and up again on PostgreSQL {states.scratch.major}")
        proof = _prove(states, reached, [revision])
        if proof.broken_by_rows:
            notes.append(_rows_note(proof))
    findings = (*edited_revisions(project), *unmarked_losses(project, revision))
    return Outcome(f"{revision.id} taken up, down and up again", findings, tuple(notes))


def _prove(states: States, revisions: Revisions, chain: Sequence[Revision]) -> Proof:
    tables = {revision.id: found for revision in chain if (found := _tables(revision))}
    return Prover(states, revisions).prove(chain, tables=tables)


def _rows_note(proof: Proof) -> str:
    return f"Random rows on PostgreSQL {proof.major} do not survive: {proof.broken_by_rows}"


def unmarked_losses(project: Project, revision: Revision) -> Iterator[Finding]:
    """Yield the losses that nobody has marked in a revision that the toolkit wrote."""
    if revision.source is not None and not revision.is_merge:
        for statement, loss in find_unmarked_losses(read_file(revision, "upgrade")):
            yield finding(
                project.settings,
                statement.path,
                "data-loss",
                loss,
                f"Where that is meant, write `-- toolkit: loses-data {loss}` before the statement.",
                statement.line,
            )


def _tables(revision: Revision) -> Tables:
    """Return the tables that a revision touches, by what it says that it expects."""
    names = [name.removeprefix(_TABLE) for name in revision.source or () if name.startswith(_TABLE)]
    return [(schema, table) for schema, _, table in (name.partition(".") for name in names)]


def check_ledger(project: Project) -> Outcome:
    """Compare the database's own record of what was applied with the files; only where one is given."""
    if project.database is None:
        return Outcome("no database to ask; give one with --database URL")
    project.show("Reading the ledger")
    state = open_state(project.database, project.settings)
    problems = find_problems(state, project.revisions)
    place = project.settings.migrations / "versions"
    found = tuple(project.as_finding(problem, place) for problem in problems)
    return Outcome(
        f"{counted(len(state.ledger.checksums), 'revision')} of the ledger compared with the files", found
    )
