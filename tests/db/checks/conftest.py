"""The sample project as its files; each test spoils one thing, and asks a check about it."""

from collections.abc import Iterator

import pytest

from tests.db.sample import write_files
from toolkit.checks.project import Project, open_project
from toolkit.core.settings import load_settings


class Sample:
    """The project's folder; checks are asked of it as it is then."""

    def __init__(self, root) -> None:
        self.root = root
        write_files(root)

    def change(self, name: str, before: str, after: str) -> None:
        text = (self.root / name).read_text()
        assert before in text
        (self.root / name).write_text(text.replace(before, after))

    def open(self, **options: str):
        return open_project(load_settings(self.root), lambda _: None, **options)

    def ask(self, check):
        """Return what a check finds: path and message of each finding, and of what it could not show."""
        with self.open() as project:
            outcome = check(project)
        return [
            [(finding.path.removeprefix("sql/"), finding.message) for finding in findings]
            for findings in (outcome.findings, outcome.unproven)
        ]


@pytest.fixture
def sample(tmp_path) -> Sample:
    return Sample(tmp_path)


@pytest.fixture
def project(sample) -> Iterator[Project]:
    with sample.open() as project:
        yield project
