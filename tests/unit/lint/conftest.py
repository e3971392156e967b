from pathlib import Path

import pytest

from toolkit.core.settings import Settings
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select


@pytest.fixture
def project(tmp_path):
    return Settings(root=tmp_path, sql=tmp_path / "sql", migrations=tmp_path / "migrations")


@pytest.fixture
def lint(project):
    """Lints files given as text by path, with every rule unless some are chosen, and returns the findings."""

    def run(files, *chosen: str, settings=project):
        if isinstance(files, str):
            files = {"sql/sample.sql": files}
        for name, text in files.items():
            path = Path(project.root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths = [project.root / name for name in files if name.endswith(".sql")]
        return lint_files(paths, settings, select(settings, chosen or ("all",))).findings

    return run
