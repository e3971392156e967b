import os
import pickle
import shutil
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks.large_project import write_project
from toolkit import lint as package
from toolkit.core.settings import Lint, load_settings
from toolkit.lint.cache import Cache
from toolkit.lint.examine import Examiner
from toolkit.lint.files import find_files
from toolkit.lint.packing import pack, unpack
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

ROOT = Path(__file__).parents[3]


@pytest.fixture
def large(tmp_path):
    write_project(tmp_path, 12)
    (tmp_path / "sql/views/v_worse.sql").write_text(
        "CREATE VIEW v_worse AS SELECT json_build_object('a') AS data;"
    )
    (tmp_path / "sql/contract").mkdir(exist_ok=True)
    (tmp_path / "sql/contract/v_worse.contract").write_text("v_worse\n  data: {\n  }\n")
    (tmp_path / "sql/errors.toml").write_text('[rules.rule_none]\ncode = "NONE"\n')
    return load_settings(tmp_path)


@pytest.fixture
def examined(monkeypatch):
    """The names of the files that are looked at."""
    names = []
    examine = Examiner.examine
    monkeypatch.setattr(
        Examiner, "examine", lambda self, given: (names.append(given.name), examine(self, given))[1]
    )
    return names


def lint(settings, *chosen: str, cache=True, paths=None, texts=None, history=False):
    files = list(find_files(paths or [settings.sql, settings.migrations], settings))
    return lint_files(
        files, settings, select(settings, chosen or ("all",)), texts or {}, history=history,
        open_cache=partial(Cache, settings.root / ".toolkit_cache") if cache else None,
    )  # fmt: skip


def test_what_is_known_is_not_looked_at_again(large, examined):
    first = lint(large)
    assert len(examined) == len(list(large.root.rglob("*.sql")))
    assert first == lint(large, cache=False)
    examined.clear()
    again = lint(large)
    assert again == first
    assert list(again.fixes.items()) == list(first.fixes.items())
    assert first.fixes
    assert examined == []
    assert (large.root / ".toolkit_cache/.gitignore").read_text() == "*\n"


def test_what_is_known_of_the_reference_package(tmp_path, monkeypatch, examined):
    for folder in ("sql", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    monkeypatch.setattr("toolkit.lint.run.LARGE", 0)
    settings = load_settings(tmp_path)
    first = lint(settings)
    assert first.findings
    assert first == lint(settings, cache=False)
    examined.clear()
    assert lint(settings) == first
    assert examined == []
    changed = settings.sql / "views/v_post_detail.sql"
    changed.write_text(changed.read_text() + "SELECT (;")
    assert lint(settings) == lint(settings, cache=False) != first
    assert examined.count("sql/views/v_post_detail.sql") == 2
    assert examined.count("sql/tables/tb_post.sql") == 1


def changes(root):
    """Name changes, what makes them, and the files to be looked at again, at the least."""
    view = root / "sql/views/v_open_ticket.sql"
    return {
        "file": (
            lambda: view.write_text(view.read_text() + "SELECT jsonb_build_object('a');"),
            {"sql/views/v_open_ticket.sql"},
        ),
        "gone": (view.unlink, set()),
        "new": (lambda: (root / "sql/views/v_new.sql").write_text("SELECT (;"), {"sql/views/v_new.sql"}),
        "unreadable": (lambda: view.write_bytes(b"\xff"), set()),
        "errors": (lambda: (root / "sql/errors.toml").write_text('[rules.rule_other]\ncode = "X"\n'), set()),
        "contract": (
            lambda: (root / "sql/contract/v_worse.contract").write_text(
                "v_worse\n  data: {\n    a: text\n  }\n"
            ),
            set(),
        ),
        "phase": (
            lambda: [
                file.write_text(file.read_text().replace('"expand"', '"contract"'))
                for file in root.rglob("*_review.py")
            ],
            set(),
        ),
        "moved": (lambda: view.rename(view.with_name("v_moved.sql")), {"sql/views/v_moved.sql"}),
    }


@pytest.mark.parametrize("name", changes(Path("/")))
def test_what_changes_is_looked_at_again(large, examined, name):
    review = next(large.migrations.rglob("*_review.up.sql"))
    review.write_text(review.read_text() + "ALTER TABLE tb_open_invoice DROP COLUMN status;")
    before = lint(large)
    examined.clear()
    change, again = changes(large.root)[name]
    change()
    after = lint(large)
    assert set(examined) == again
    assert after == lint(large, cache=False)
    assert name == "moved" or after.findings != before.findings


def test_other_rules_settings_and_files_find_their_own(large, examined):
    everything = lint(large)
    few = lint(large, "J")
    assert few == lint(large, "J", cache=False) != everything
    one = lint(large, paths=[large.sql / "views/v_worse.sql"])
    assert one == lint(large, paths=[large.sql / "views/v_worse.sql"], cache=False)
    quiet = large.__class__(
        large.root, large.sql, large.migrations, lint=Lint(per_file_ignores=(("sql/*", ("J",)),))
    )
    assert lint(quiet) == lint(quiet, cache=False) != everything
    examined.clear()
    path = large.sql / "views/v_worse.sql"
    assert lint(large, texts={path: "SELECT (;"}) == lint(large, texts={path: "SELECT (;"}, cache=False)
    assert lint(large, paths=[path]) == one
    examined.clear()
    assert lint(large) == everything
    assert lint(large, "J") == few
    assert examined == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
        lambda data: bytes(len(data)),
    ],
)
def test_a_damaged_file_is_written_anew(large, examined, damage):
    first = lint(large)
    files = [large.root / ".toolkit_cache" / name for name in ("sheets", "results")]
    whole = {path: path.read_bytes() for path in files}
    for path, data in whole.items():
        path.write_bytes(damage(data))
    examined.clear()
    assert lint(large) == first
    assert examined
    assert {path: path.read_bytes() for path in whole} == whole


def test_nothing_is_kept_where_nothing_can_be_written(large, examined):
    blocked = large.root / ".toolkit_cache"
    blocked.write_text("a file")
    assert lint(large) == lint(large) == lint(large, cache=False)
    assert blocked.read_text() == "a file"


def test_small_trees_are_not_cached(tmp_path):
    write_project(tmp_path, 1)
    lint(load_settings(tmp_path))
    assert not (tmp_path / ".toolkit_cache").exists()


def test_the_cache_does_not_grow(tmp_path):
    cache = Cache(tmp_path / "cache", "")
    for run in range(30):
        keys = [cache.key(str(run), str(number)) for number in range(10)]
        cache.keep_sheets(keys, dict.fromkeys(keys, "x" * 1000))
        cache.keep_result(keys[0], "y" * 1000)
    assert (tmp_path / "cache/sheets").stat().st_size < 25_000
    assert (tmp_path / "cache/results").stat().st_size < 9_000
    before = [cache.key("28", str(number)) for number in range(10)]
    assert cache.sheets([*keys, *before]).keys() == {*keys, *before}
    assert cache.sheets([cache.key("27", "0")]) == {}
    assert cache.result(keys[0]) == "y" * 1000


def test_other_code_knows_nothing_of_it(tmp_path):
    program = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from pathlib import Path
import toolkit.lint.rules.naming
from toolkit.lint.cache import Cache
cache = Cache(Path({str(tmp_path / "cache")!r}), "")
print(cache.result(cache.key("a")))
cache.keep_result(cache.key("a"), "known")
"""
    copy = tmp_path / "toolkit"
    for source in Path(package.__file__).parents[1].rglob("*.py"):
        target = copy / source.relative_to(Path(package.__file__).parents[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())

    def run():
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        return done.stdout.strip()

    assert [run(), run()] == ["None", "known"]
    naming = copy / "lint/rules/naming.py"
    naming.write_text(naming.read_text() + "\n")
    assert [run(), run()] == ["None", "known"]


class _Evil:
    def __reduce__(self) -> tuple:
        return os.mkdir, ("evil",)


@pytest.mark.parametrize("value", [_Evil(), Path("a"), stat.S_IFDIR.__class__, os.system])
def test_reading_makes_nothing_but_our_own_values(tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError, match="is no value of the linter"):
        unpack(pickle.dumps(value))
    cache = Cache(tmp_path / "cache", "")
    key = cache.key("a")
    monkeypatch.setattr("toolkit.lint.cache.pack", pickle.dumps)
    cache.keep_result(key, value)
    assert cache.result(key) is None
    assert not (tmp_path / "evil").exists()


def test_values_come_back_as_they_were(large):
    examined = lint(large, cache=False)
    assert unpack(pack(tuple(examined))) == tuple(examined)
    assert type(unpack(pack(examined.findings[0]))) is type(examined.findings[0])
    assert type(unpack(pack(examined.findings[0])).severity) is type(examined.findings[0].severity)
