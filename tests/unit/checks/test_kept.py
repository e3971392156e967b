"""The kept contract: the same as long as nothing changes, and gone when anything does."""

import pickle
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit
from tests import strategies
from toolkit.checks import kept
from toolkit.checks.kept import Inferred, KeptContract
from toolkit.core.contract import Contract
from toolkit.core.settings import ContractRules, Settings
from toolkit.core.shapes import Scalar

EMPTY = Inferred(Contract(), {"v_a": ("v_b",)}, ("v_a: a note",), {"tb.a": Scalar("text")}, {"v_a": "A."}, 18)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return settings of a project with files, and code of its own that can change."""
    (tmp_path / "sql/views").mkdir(parents=True)
    (tmp_path / "sql/contract").mkdir()
    (tmp_path / "sql/views/v_a.sql").write_text("CREATE VIEW v_a AS SELECT 1 AS id;")
    (tmp_path / "sql/errors.toml").write_text("")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/__init__.py").write_text("")
    (tmp_path / "code/rules.py").write_text("one = 1")
    monkeypatch.setattr(kept, "_toolkit", str(tmp_path / "code/__init__.py"))
    monkeypatch.delenv("TOOLKIT_SCRATCH_URL", raising=False)
    return Settings(root=tmp_path, sql=tmp_path / "sql", migrations=tmp_path / "migrations")


def test_it_is_found_again(project):
    assert KeptContract(project).read() is None
    KeptContract(project).write(EMPTY)
    assert KeptContract(project).read() == EMPTY
    (project.sql / "contract/v_a.contract").write_text("v_a\n  id: integer\n")
    assert KeptContract(project).read() == EMPTY
    assert (project.root / ".toolkit_cache/.gitignore").read_text() == "*\n"


@strategies.share(0.2)
@given(st.lists(strategies.read_models(), max_size=3), st.lists(strategies.commands(), max_size=3))
def test_any_contract_is_read_back(tmp_path_factory, models, commands):
    root = tmp_path_factory.mktemp("project")
    (root / "sql").mkdir()
    settings = Settings(root=root, sql=root / "sql", migrations=root / "migrations")
    inferred = replace(EMPTY, contract=Contract(tuple(models), tuple(commands)))
    KeptContract(settings).write(inferred)
    assert KeptContract(settings).read() == inferred


CHANGES = {
    "file": lambda root: (root / "sql/views/v_a.sql").write_text("CREATE VIEW v_a AS SELECT 2 AS id;"),
    "new": lambda root: (root / "sql/v_b.sql").write_text(""),
    "gone": lambda root: (root / "sql/views/v_a.sql").unlink(),
    "moved": lambda root: (root / "sql/views/v_a.sql").rename(root / "sql/v_a.sql"),
    "codes": lambda root: (root / "sql/errors.toml").write_text('[rules.a]\ncode = "A"\n'),
    "code": lambda root: (root / "code/rules.py").write_text("three = 3"),
    "more code": lambda root: (root / "code/more.py").write_text(""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_any_change_makes_it_unknown(project, change):
    before = KeptContract(project)
    before.write(EMPTY)
    change(project.root)
    assert KeptContract(project).read() is None
    before.write(replace(EMPTY, major=15))  # was worked out while the files changed
    assert KeptContract(project).read() is None


@pytest.mark.parametrize(
    "other",
    [{"schema": "app"}, {"postgresql": 18}, {"owner": None}, {"contract": ContractRules(tier="wire")}],
)
def test_any_setting_makes_it_unknown(project, other):
    KeptContract(project).write(EMPTY)
    assert KeptContract(replace(project, **other)).read() is None


def test_another_version_or_server_makes_it_unknown(project, monkeypatch):
    KeptContract(project).write(EMPTY)
    with monkeypatch.context() as context:
        context.setattr(kept, "__version__", toolkit.__version__ + ".1")
        assert KeptContract(project).read() is None
    with monkeypatch.context() as context:
        context.setattr(kept, "find_programs", lambda: [Path(__file__)])
        assert KeptContract(project).read() is None
    assert KeptContract(project).read() == EMPTY


def test_what_depends_on_more_is_not_kept(project, monkeypatch):
    (project.sql / "extensions.sql").write_text("create  EXTENSION hstore;")
    KeptContract(project).write(EMPTY)
    assert KeptContract(project).read() is None
    (project.sql / "extensions.sql").write_text("")
    monkeypatch.setenv("TOOLKIT_SCRATCH_URL", "postgresql:///somewhere")
    KeptContract(project).write(EMPTY)
    assert KeptContract(project).read() is None
    assert not (project.root / ".toolkit_cache").exists()


def test_damage_makes_it_unknown(project):
    KeptContract(project).write(EMPTY)
    (file,) = (project.root / ".toolkit_cache").glob("contract-*")
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole + b"\0", whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]):
        file.write_bytes(damaged)
        assert KeptContract(project).read() is None
    KeptContract(project).write(EMPTY)
    assert file.read_bytes() == whole


def test_no_bytes_make_other_values(project):
    KeptContract(project).write(EMPTY)
    (file,) = (project.root / ".toolkit_cache").glob("contract-*")
    for value in (Decimal(1), Path(), "text", replace(EMPTY, comments={"a": Path()})):
        body = pickle.dumps(value)
        file.write_bytes(kept._hash(body) + body)
        assert KeptContract(project).read() is None


def test_nothing_is_kept_where_nothing_can_be_written(project):
    (project.root / ".toolkit_cache").write_text("a file")
    KeptContract(project).write(EMPTY)
    assert KeptContract(project).read() is None


def test_a_few_are_kept(project):
    for number in range(9):
        (project.sql / "v_b.sql").write_text(str(number))
        KeptContract(project).write(replace(EMPTY, major=number))
    assert len(list((project.root / ".toolkit_cache").glob("contract-*"))) == 4
    assert KeptContract(project).read().major == 8
