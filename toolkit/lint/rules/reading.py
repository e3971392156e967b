"""Rules about what can't be read, and about the comments that allow findings."""

import re
from collections.abc import Iterator

from toolkit.core.findings import Severity
from toolkit.lint.file import File
from toolkit.lint.registry import Report, rule
from toolkit.source.facts import Problem

_TEMPLATE = re.compile(r"\{\{|\{%")


@rule("X01", Severity.ERROR, Problem)
def readable(problem: Problem, file: File) -> Iterator[Report]:
    r"""Write what PostgreSQL's parser takes.

    What can't be read is not linted, so it is reported: a statement that is no SQL, a body that is no
    PL/pgSQL, a file that is not UTF-8. Commands, variables and COPY data of psql are passed over.

    Bad:
        CREATE TABEL tb_post (id int);

    Bad:
        CREATE FUNCTION fn_a() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF true THEN RETURN 1; END $$;

    Good:
        \set size 10
        CREATE TABLE tb_post (id int);
        INSERT INTO tb_post VALUES (:size);
    """
    if not _is_template(problem, file):
        yield Report(problem.start, problem.message, "Correct it; the rest of the file has been looked at.")


@rule("X04", Severity.WARNING, Problem, bodies=False)
def no_templates(problem: Problem, file: File) -> Iterator[Report]:
    """Lint SQL as it is run, not the template it is made from.

    Bad:
        SELECT * FROM {{ table }};

    Good:
        SELECT '{{ kept }}';
    """
    if _is_template(problem, file):
        yield Report(problem.start, "a template can't be read", "Lint what it makes.")


def _is_template(problem: Problem, file: File) -> bool:
    line_start = file.text.rfind("\n", 0, problem.start) + 1
    line_end = file.text.find("\n", problem.start)
    line = file.text[line_start : line_end if line_end >= 0 else len(file.text)]
    return problem.kind == "syntax" and bool(_TEMPLATE.search(line))


@rule("X02", Severity.WARNING)
def used_suppressions() -> Iterator[Report]:
    """Remove a comment that allows what is not there.

    `-- toolkit: allow J04 reason` inside a statement, right above it or behind it counts for that statement,
    `-- toolkit: allow-file J04 reason` for the file. One that allows nothing hides what comes later, and so
    does an entry of the baseline that matches nothing.
    """
    yield from ()


@rule("X03", Severity.ERROR)
def known_suppressions() -> Iterator[Report]:
    """Name a lint rule that there is, and a reason, in a comment that allows a finding.

    A comment with an unknown code allows nothing, and its reader believes that it does.
    """
    yield from ()
