"""The facts of revision files and their order, without running them."""

import pytest

from toolkit.errors import RevisionsInvalid, RevisionUnknown
from toolkit.source.checksums import checksum
from toolkit.source.revisions import read_revisions

FACTS = {
    "revision": "'a'",
    "down_revision": "None",
    "depends_on": "None",
    "format_version": "1",
    "transactional": "True",
    "phase": "'expand'",
}


@pytest.fixture
def write(tmp_path):
    """Write a revision's `.py` whose facts are the given Python texts; a fact that is None is left out."""

    def write(name, **facts: str | None):
        values = {**FACTS, "revision": repr(name), **facts}
        lines = ['"""Add things.\n\nFor reasons."""', "raise SystemExit('nobody may run this')"]
        lines += [f"{key} = {value}" for key, value in values.items() if value is not None]
        (tmp_path / f"{name}_things.py").write_text("\n".join([*lines, "upgrade, downgrade = files()"]))

    return write


@pytest.fixture
def read(tmp_path):
    return lambda: read_revisions(tmp_path)


def test_facts_of_a_revision(write, read, tmp_path):
    (tmp_path / "a_things.up.sql").touch()
    write("a", transactional="False", phase="'contract'")
    revision = read()["a"]
    assert (revision.id, revision.message) == ("a", "Add things.")
    assert (revision.parents, revision.depends_on, revision.is_merge) == ((), (), False)
    assert (revision.up, revision.down) == (tmp_path / "a_things.up.sql", None)
    assert (revision.transactional, revision.phase) == (False, "contract")


def test_fingerprints_are_read_where_there_are_some(write, read):
    write("a")
    write("b", down_revision="'a'", source="{'view public.v_a': 'abc'}", target="{'view public.v_a': None}")
    found = read()
    assert (found["a"].source, found["a"].target) == (None, None)
    assert found["b"].source == {"view public.v_a": "abc"}
    assert found["b"].target == {"view public.v_a": None}


@pytest.mark.parametrize("value", ["['a']", "{'a': 1}", "{1: 'a'}"])
def test_fingerprints_of_another_form_are_refused(write, read, value):
    write("a", source=value)
    with pytest.raises(RevisionsInvalid, match="source and target map names of objects"):
        read()


def test_absent_folder_is_refused(tmp_path):
    with pytest.raises(RevisionsInvalid, match="There is no folder"):
        read_revisions(tmp_path / "versions")


@pytest.mark.parametrize("suffix", [".up.sql", ".down.sql"])
def test_sql_without_its_revision_is_refused(write, read, tmp_path, suffix):
    write("a")
    (tmp_path / f"b_more{suffix}").touch()
    with pytest.raises(
        RevisionsInvalid, match=rf"b_more{suffix} is of no revision: there is no b_more\.py\."
    ):
        read()


def test_lock_files_of_editors_are_no_revisions(tmp_path):
    (tmp_path / ".#a_revision.py").symlink_to("nobody@nowhere.1:2")
    assert read_revisions(tmp_path).order == []


def test_order_of_a_history_with_branches(write, read):
    write("d", down_revision="('b', 'c')")
    write("c", down_revision="'a'")
    write("b", down_revision="'a'", depends_on="'c'")
    write("a")
    write("e", down_revision="'a'")
    revisions = read()
    assert [revision.id for revision in revisions.order] == ["a", "c", "b", "d", "e"]
    assert revisions.heads == ("d", "e")
    assert revisions["d"].is_merge
    assert revisions.ancestors("b") == {"a", "b", "c"}
    assert [revision.id for revision in revisions.pending(["d"], ["c"])] == ["b", "d"]


def test_long_history_is_read(write, read):
    for number in range(1500):
        write(f"{number:04}", down_revision=f"'{number - 1:04}'" if number else "None")
    assert read().order[-1].id == "1499"


def test_revision_is_found_by_the_beginning_of_its_id(write, read):
    for name in ("20261", "20262", "2026"):
        write(name)
    revisions = read()
    assert revisions.find("20261").id == "20261"
    assert revisions.find("2026").id == "2026"
    with pytest.raises(RevisionUnknown, match="'202' is the beginning of several revisions: "):
        revisions.find("202")
    for name in ("3", ""):
        with pytest.raises(RevisionUnknown, match=f"There is no revision '{name}'"):
            revisions.find(name)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"revision": None}, "does not say revision"),
        ({"phase": None, "depends_on": None}, "does not say depends_on, phase"),
        ({"revision": "make()"}, "revision must be a literal"),
        ({"revision": "''"}, "a text of 1 to 32 characters"),
        ({"revision": repr("x" * 33)}, "a text of 1 to 32 characters"),
        ({"revision": "'b'"}, r"a_things.py says it is revision b, and .* Rename its files to b_"),
        ({"format_version": "2"}, "format_version 2 is unknown; this toolkit knows 1. Install a newer"),
        ({"transactional": "1"}, "transactional must be True or False"),
        ({"phase": "'later'"}, "phase must be one of expand, data, contract"),
        ({"down_revision": "7"}, "name revisions or are None"),
        ({"down_revision": "'b'"}, "a_things.py follows b, and there is no such revision"),
        ({"depends_on": "'b'"}, "a_things.py follows b, and there is no such revision"),
        ({"down_revision": "'a'"}, "a_things.py comes, over its parents, before itself"),
        ({"phase": "("}, r"a_things\.py:10: '\(' was never closed\. docs"),
    ],
)
def test_what_is_no_revision_is_refused(write, read, facts, words):
    write("a", **facts)
    with pytest.raises(RevisionsInvalid, match=words):
        read()


def test_two_revisions_of_one_id_are_refused(write, read, tmp_path):
    write("a")
    write("b", revision="'a'")
    (tmp_path / "b_things.py").rename(tmp_path / "a_others.py")
    with pytest.raises(RevisionsInvalid, match=r"a_others.py and a_things.py are both revision a\."):
        read()


def test_cycle_is_refused(write, read):
    write("a", down_revision="'c'")
    write("b", down_revision="'a'")
    write("c", down_revision="'b'")
    with pytest.raises(RevisionsInvalid, match="before itself"):
        read()


def test_checksum_is_the_same_for_both_line_ends(tmp_path):
    file = tmp_path / "a.sql"
    sums = []
    for text in (b"SELECT 1;\nSELECT 2;\n", b"SELECT 1;\r\nSELECT 2;\r\n", b"SELECT 1; SELECT 2;\n"):
        file.write_bytes(text)
        sums.append(checksum(file))
    assert sums[0] == sums[1] != sums[2]
