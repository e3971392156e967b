"""Checks of the history: it leads to what sql/ declares, and every revision of it goes there and back."""

from collections.abc import Iterator

from toolkit.checks.project import Outcome, Project, finding
from toolkit.core.findings import Finding
from toolkit.migrate.files import find_unmarked_losses, read_file
from toolkit.migrate.proof import Prover, Tables, compare, snapshot
from toolkit.source.revisions import Revision

_TABLE = "table "


def check_head(project: Project) -> Outcome:
    """Compare the database at the head of the revisions with the one that sql/ declares."""
    settings = project.settings
    found = {}
    for states in project.servers:
        project.show(f"Comparing {settings.sql.name}/ with the head on PostgreSQL {states.scratch.major}")
        desired = snapshot(states, states.desired())
        head = snapshot(states, states.at(project.revisions))
        found.update(dict.fromkeys(compare(desired, head, (settings.sql.name, "the head"))))
    remedy = "Run `toolkit revision -m MESSAGE` to write the revision that is missing."
    return Outcome(
        f"{settings.sql.name}/ and the head compared on PostgreSQL {project.majors}",
        tuple(finding(settings, settings.sql, "head", text, remedy) for text in found),
        project.missing,
    )


def check_revisions(project: Project) -> Outcome:
    """Take every revision up, down and up again, and compare the databases in between."""
    order = project.revisions.order
    unmarked = tuple(lost for revision in order for lost in _unmarked(project, revision))
    tables = {revision.id: found for revision in order if (found := _tables(revision))}
    notes = list(project.missing)
    for states in project.servers:
        proof = Prover(states, project.revisions).prove(order, tables=tables)
        if proof.broken_by_rows:
            notes.append(f"Random rows on PostgreSQL {proof.major} do not survive: {proof.broken_by_rows}")
    return Outcome(
        f"{len(order)} revisions taken up, down and up again on PostgreSQL {project.majors}",
        unmarked,
        tuple(notes),
    )


def _unmarked(project: Project, revision: Revision) -> Iterator[Finding]:
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
