"""Checks of the files alone; no server is needed."""

from toolkit.checks.git import changed_files
from toolkit.checks.outcome import Outcome
from toolkit.checks.project import Project
from toolkit.core.words import counted
from toolkit.lint.baseline import hide_known
from toolkit.lint.cache import cache_of
from toolkit.lint.files import find_files
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select
from toolkit.lint.workers import examine_all


def check_lint(project: Project) -> Outcome:
    """Ask the lint rules about the artifacts and the migrations; what the baseline knows is left out."""
    settings = project.settings
    project.show("Linting")
    asked = find_files([each for each in (settings.sql, settings.migrations) if each.is_dir()], settings)
    if project.base is not None:
        changed = changed_files(settings.root, project.base)
        asked = (path for path in asked if path in changed)
    selection = select(settings)
    examined = lint_files(
        asked,
        settings,
        selection,
        progress=lambda done, of: project.show(f"Linting {done} of {of}"),
        examine=examine_all,
        open_cache=cache_of(settings),
    )
    examined = hide_known(examined, selection, settings)
    return Outcome(f"{counted(examined.files, 'file')} linted", tuple(examined.findings))
