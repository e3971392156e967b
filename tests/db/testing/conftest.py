"""The sample project, written once a session, and copies of it."""

import shutil

import pytest

from tests.db.sample import commit, write_sample


@pytest.fixture(scope="session")
def sample_source(tmp_path_factory):
    root = tmp_path_factory.mktemp("sample") / "books"
    root.mkdir()
    write_sample(root)
    commit(root)
    return root


@pytest.fixture
def sample(sample_source, tmp_path):
    """A copy of the project to change."""
    return shutil.copytree(sample_source, tmp_path / "books")
