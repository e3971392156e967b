"""Checks of the files alone; no server is needed."""

from toolkit.checks.project import Outcome, Project
from toolkit.lint.baseline import hide_known
from toolkit.lint.files import find_files
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select
from toolkit.lint.workers import examine_all


def check_lint(project: Project) -> Outcome:
    """Ask the lint rules about the artifacts and the migrations; what the baseline knows is left out."""
    settings = project.settings
    project.show("Linting")
    folders = [folder for folder in (settings.sql, settings.migrations) if folder.is_dir()]
    selection = select(settings)
    examined = hide_known(
        lint_files(find_files(folders, settings), settings, selection, examine=examine_all),
        selection,
        settings,
    )
    return Outcome(f"{examined.files} files linted", tuple(examined.findings))
