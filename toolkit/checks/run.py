"""The checks by name, and a run of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from toolkit.checks.base import check_breaks, check_phases
from toolkit.checks.commands import check_arguments, check_errors
from toolkit.checks.contract import check_contract
from toolkit.checks.database import check_bodies, check_load, check_reach
from toolkit.checks.errors import ContractFileError
from toolkit.checks.files import check_lint
from toolkit.checks.generated import check_generated
from toolkit.checks.history import check_head, check_ledger, check_stairway
from toolkit.checks.outcome import Outcome
from toolkit.checks.project import Project
from toolkit.checks.verification import check_documents
from toolkit.errors import ErrorCodesInvalid, SqlFileError, ToolkitError

Check = Callable[[Project], Outcome]
_OF_FILES: Final = (ContractFileError, ErrorCodesInvalid, SqlFileError)  # errors of the project's own
CHECKS: Final[Mapping[str, Check]] = {
    "lint": check_lint,
    "load": check_load,
    "bodies": check_bodies,
    "head": check_head,
    "stairway": check_stairway,
    "contract": check_contract,
    "codegen": check_generated,
    "documents": check_documents,
    "arguments": check_arguments,
    "errors": check_errors,
    "reach": check_reach,
    "breaks": check_breaks,
    "phases": check_phases,
    "ledger": check_ledger,
}


def applicable(project: Project) -> list[str]:
    """Return the names of the checks that have what they need: some compare with a base or a database."""
    missing = set() if project.base else {"breaks", "phases"}
    return [name for name in CHECKS if name not in missing and (name != "ledger" or project.database)]


def run_checks(project: Project, names: Iterable[str]) -> Iterator[tuple[str, Outcome]]:
    """Yield the outcome of each check by its name; what the project's files are to blame for is a finding.

    Other errors, such as a server that does not start, are raised.
    """
    for name in names:
        yield name, run_check(project, CHECKS[name])


def run_check(project: Project, check: Check) -> Outcome:
    """Return the outcome of one check; as run_checks."""
    try:
        return check(project)
    except ToolkitError as error:
        if error.exit_status != 1 and not isinstance(error, _OF_FILES):
            raise
        return Outcome("stopped at an error", (project.as_finding(error),), stopped=error.exit_status)
