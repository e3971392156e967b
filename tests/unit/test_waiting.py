"""The tests themselves wait for nothing without end."""

import fcntl
import os

import pytest

from tests.conftest import wait_until_free
from toolkit.server.places import open_lock


def test_a_lock_that_is_never_given_back_is_named(tmp_path):
    file = tmp_path / "supervisor.lock"
    wait_until_free(file)
    held = open_lock(file)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(pytest.UsageError, match=f"{file} is still held .* end the process"):
        wait_until_free(file, patience=0)
    os.close(held)
    wait_until_free(file)
