"""For each test that writes itself, a change of the sample that it must see, and no other."""

from tests.db.testing.sample import run_items


def test_sample_is_fine(sample):
    done = run_items(sample, "--toolkit-base=HEAD", "-q")
    assert done.failed() == []
