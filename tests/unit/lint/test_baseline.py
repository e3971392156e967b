"""The baseline: which findings it hides, and which it does not."""

import json
import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import share
from toolkit.core.settings import Lint, Settings
from toolkit.errors import BaselineInvalid
from toolkit.lint.baseline import Entries, hide_known, read_baseline, updated, write_baseline
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

VIEW = "CREATE VIEW v_a AS SELECT id, jsonb_build_object('id') AS data FROM tb_a"
ODD = "SELECT jsonb_build_object('é'), 'keep  this'"
FINE = "SELECT 1"


class Project:
    """A project with a baseline of some rules."""

    def __init__(self, folder) -> None:
        lint = Lint(baseline="lint-baseline.json")
        self.settings = Settings(folder, folder / "sql", folder / "migrations", lint=lint)
        self.file = folder / "lint-baseline.json"
        self.file.unlink(missing_ok=True)
        self.settings.sql.mkdir(exist_ok=True)

    def write(self, text, name="sql/a.sql"):
        (self.settings.root / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def run(self, names=("sql/a.sql",), codes=("J03", "X02", "X01")):
        selection = select(self.settings, codes)
        paths = [self.settings.root / name for name in names]
        return lint_files(paths, self.settings, selection), selection

    def update(self, **options: object):
        examined, selection = self.run(**options)
        entries = read_baseline(self.file) if self.file.exists() else Entries()
        write_baseline(self.file, updated(entries, examined, selection, self.settings))

    def shown(self, **options: object):
        """Return path, line and code of the findings that are shown."""
        examined, selection = self.run(**options)
        kept = hide_known(examined, selection, self.settings)
        assert kept.hidden == len(examined.findings) - sum(f.path.endswith(".sql") for f in kept.findings)
        return [(finding.path, finding.line, finding.code) for finding in kept.findings]


@pytest.fixture
def baseline(tmp_path):
    return Project(tmp_path)


@pytest.mark.parametrize(
    "after",
    [
        f"{FINE};\n\n\n{VIEW};\n{ODD};\n",
        f"SELECT 2; -- more\n{ODD};\n{VIEW};",
        f"\ufeff{VIEW};\r\n{ODD};\r\n",
        f"{VIEW};\n{ODD}".replace(" ", "\n  ").lower(),
        f"{VIEW.replace('(', '( ')} ;\n-- toolkit is mentioned\n{ODD};",
    ],
)
def test_what_is_known_stays_hidden(baseline, after):
    baseline.write(f"{FINE};\n{VIEW};\n{ODD};\n")
    baseline.update()
    assert baseline.shown() == []
    baseline.write(after)
    assert baseline.shown() == []


def test_what_is_new_is_shown(baseline):
    baseline.write(f"{VIEW};\n{ODD};\n")
    baseline.update()
    baseline.write(f"{VIEW};\n{ODD};\n{VIEW.replace('v_a', 'v_b')};\n")
    assert baseline.shown() == [("sql/a.sql", 3, "J03")]
    baseline.write(f"{VIEW};\n{ODD};\n{ODD};\n")  # the same once more
    assert baseline.shown() == [("sql/a.sql", 3, "J03")]
    baseline.write(f"{VIEW};\n{ODD};\n")
    baseline.write(f"{VIEW};\n{ODD};\n", "sql/b.sql")
    assert baseline.shown(names=["sql/a.sql", "sql/b.sql"]) == [
        ("sql/b.sql", 1, "J03"),
        ("sql/b.sql", 2, "J03"),
    ]


def test_a_statement_that_changes_brings_its_findings_back_and_leaves_an_entry_without_use(baseline):
    baseline.write(f"{VIEW};\n{ODD};\n")
    baseline.update()
    baseline.write(f"{VIEW.replace('tb_a', 'tb_b')};\n{ODD};\n")
    (stale, changed) = baseline.shown()
    assert changed == ("sql/a.sql", 1, "J03")
    assert stale[::2] == ("lint-baseline.json", "X02")
    baseline.update()
    assert baseline.shown() == []


def test_an_entry_without_use_is_shown_where_it_stands(baseline):
    baseline.write(f"{VIEW};\n{ODD};\n{ODD};\n")
    baseline.update()
    lines = baseline.file.read_text().splitlines()
    (twice,) = (number for number, line in enumerate(lines, 1) if ": 2" in line)
    baseline.write(f"{VIEW};\n{ODD};\n")
    assert baseline.shown() == [("lint-baseline.json", twice, "X02")]
    assert baseline.shown(codes=["J03"]) == []  # X02 was not asked
    assert baseline.shown(codes=["J04", "X02"]) == []  # J03 was not
    assert baseline.shown(names=[]) == []  # the file was not
    (baseline.settings.sql / "a.sql").unlink()
    assert [code for _, _, code in baseline.shown(names=[])] == ["X02", "X02"]  # it is gone
    baseline.update(names=[])
    assert json.loads(baseline.file.read_text()) == {"version": 1, "findings": {}}


def test_an_update_keeps_the_entries_of_other_files_and_rules(baseline):
    baseline.write(f"{VIEW};\n{FINE} 'x;\n")
    baseline.write(f"{ODD};\n", "sql/b.sql")
    baseline.update(names=["sql/a.sql", "sql/b.sql"])
    before = baseline.file.read_text()
    baseline.update(names=["sql/a.sql"], codes=["J03"])
    assert baseline.file.read_text() == before
    baseline.write(FINE)
    baseline.update(names=["sql/a.sql"], codes=["J03"])
    kept = json.loads(baseline.file.read_text())["findings"]
    assert {path: list(codes) for path, codes in kept.items()} == {"sql/a.sql": ["X01"], "sql/b.sql": ["J03"]}


def test_findings_outside_of_statements_are_known_by_their_line(baseline):
    baseline.write(f"-- toolkit: allow J03 nothing\n\n{FINE};")
    baseline.write(b"SELECT 1;\n'\xff'", "sql/b.sql")
    names = ["sql/a.sql", "sql/b.sql"]
    baseline.update(names=names)
    baseline.write(f"SELECT 2;\n\n--  toolkit: allow J03 nothing\n\n{FINE};")
    assert baseline.shown(names=names) == []
    baseline.write(f"-- toolkit: allow J03 something\n\n{FINE};")
    assert ("sql/a.sql", 1, "X02") in baseline.shown(names=names)


def test_the_file_is_in_order_with_one_line_for_each_entry(baseline):
    baseline.write(f"{VIEW};\n{ODD};\n{ODD};\nSELECT (;")
    baseline.write(ODD, "sql/é.sql")
    baseline.update(names=["sql/é.sql", "sql/a.sql"])
    text = baseline.file.read_text()
    assert re.sub('"[0-9a-f]{16}": [12]', '"…": n', text) == textwrap.dedent("""\
        {
          "version": 1,
          "findings": {
            "sql/a.sql": {
              "J03": {
                "…": n,
                "…": n
              },
              "X01": {
                "…": n
              }
            },
            "sql/é.sql": {
              "J03": {
                "…": n
              }
            }
          }
        }
        """)
    assert re.findall("[0-9a-f]{16}", text)[:2] == sorted(re.findall("[0-9a-f]{16}", text)[:2])
    baseline.update(names=["sql/a.sql", "sql/é.sql"])
    assert baseline.file.read_text() == text


STATEMENTS = st.lists(st.sampled_from([VIEW, ODD, FINE, "SELECT json_build_object(1), 'é'"]), max_size=5)


@share(0.5)
@given(STATEMENTS, STATEMENTS, st.sampled_from([" ", "\n", "\t\n "]))
def test_as_many_are_hidden_as_were_known(tmp_path_factory, before, after, space):
    baseline = Project(tmp_path_factory.mktemp("project"))
    baseline.write(";\n".join(before))
    baseline.update()
    baseline.write(";\n".join(after).replace(" ", space))
    odd = [statement for statement in set(before) if statement != FINE]
    new = sum(max(after.count(statement) - before.count(statement), 0) for statement in odd)
    new += sum(statement != FINE and statement not in before for statement in after)
    old = sum(after.count(statement) < before.count(statement) for statement in odd)
    shown = baseline.shown()
    assert [code for _, _, code in shown].count("J03") == new
    assert [code for _, _, code in shown].count("X02") == old
    baseline.update()
    assert baseline.shown() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, r"There is no .*lint-baseline\.json\. `toolkit lint --update-baseline` writes it\."),
        (b"{", r"can't be read: Expecting .* line 1 .*\. Remove it and run"),
        (b"\xff", r"can't be read: 'utf-8' codec"),
        (b"[]", r"has the version None, and only 1 is known\. Install a newer toolkit"),
        (b'{"version": 2}', r"has the version 2, and only 1 is known"),
        (b'{"version": 1}', r"is no baseline of findings"),
        (b'{"version": 1, "findings": {"a": {"J03": {"b": 0}}}}', r"is no baseline of findings"),
        (b'{"version": 1, "findings": {"a": ["J03"]}}', r"is no baseline of findings"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(baseline, text, words):
    if text is not None:
        baseline.file.write_bytes(text)
    with pytest.raises(BaselineInvalid, match=words):
        read_baseline(baseline.file)


def test_a_folder_is_no_baseline(tmp_path):
    with pytest.raises(BaselineInvalid, match=r"can't be read: Is a directory\. Remove it"):
        read_baseline(tmp_path)
