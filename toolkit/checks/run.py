"""The checks by name, and a run of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from toolkit.checks.contract import check_contract
from toolkit.checks.files import check_lint
from toolkit.checks.generated import check_generated
from toolkit.checks.history import check_head, check_revisions
from toolkit.checks.project import Outcome, Project
from toolkit.errors import SqlFileError, ToolkitError

Check = Callable[[Project], Outcome]
CHECKS: Final[Mapping[str, Check]] = {
    "lint": check_lint,
    "head": check_head,
    "revisions": check_revisions,
    "contract": check_contract,
    "codegen": check_generated,
}


def run_checks(project: Project, names: Iterable[str]) -> Iterator[tuple[str, Outcome]]:
    """Yield the outcome of each check by its name; what the project's files are to blame for is a finding.

    Other errors, such as a server that does not start, are raised.
    """
    for name in names:
        try:
            yield name, CHECKS[name](project)
        except ToolkitError as error:
            if error.exit_status != 1 and not isinstance(error, SqlFileError):
                raise
            yield name, Outcome("stopped at an error", (project.as_finding(error),))
