import json

import pytest

from toolkit import __version__
from toolkit.core.findings import Severity
from toolkit.core.settings import Lint
from toolkit.errors import LintUsage, RevisionUnknown
from toolkit.lint.files import find_files
from toolkit.lint.registry import all_rules
from toolkit.lint.report import as_annotations, as_objects, as_sarif
from toolkit.lint.run import lint_files
from toolkit.lint.selection import select

BROKEN = "CREATE VIEW v_post AS\n  SELECT id, jsonb_build_object('id') AS data FROM tb_post;\n"


def codes(findings):
    return [finding.code for finding in findings]


def test_a_finding_says_where(lint):
    (finding,) = lint("-- é\n" + BROKEN, "J03")
    assert (finding.path, finding.line, finding.column) == ("sql/sample.sql", 3, 14)
    assert (finding.end_line, finding.end_column) == (3, 14 + len("jsonb_build_object"))
    assert finding.severity is Severity.ERROR


def test_findings_are_sorted_by_file_and_place(lint):
    found = lint({"sql/b.sql": BROKEN, "sql/a.sql": BROKEN + BROKEN}, "J03")
    assert [(finding.path, finding.line) for finding in found] == [
        ("sql/a.sql", 2), ("sql/a.sql", 4), ("sql/b.sql", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "-- toolkit: allow J03 fails on purpose\n" + BROKEN,
        BROKEN.replace("SELECT", "-- toolkit: allow J03 fails on purpose\n  SELECT"),
        BROKEN.rstrip() + " -- toolkit: allow J03, J07 fails on purpose\n",
        BROKEN + "\n\n-- toolkit: allow-file J03 fails on purpose\n",
    ],
)
def test_a_comment_allows_a_finding(lint, text):
    assert lint(text, "J03", "X02", "X03") == []


def test_a_comment_allows_nothing_else(lint):
    text = "-- toolkit: allow J03 of the next alone\nSELECT jsonb_build_object('a');\n\n" + BROKEN
    assert [(finding.code, finding.line) for finding in lint(text, "J03")] == [("J03", 5)]


def test_unused_and_unknown_comments_are_findings(lint):
    assert codes(lint("-- toolkit: allow J03 nothing\nSELECT 1;", "J03", "X02")) == ["X02"]
    assert codes(lint("-- toolkit: allow J03 nothing\nSELECT 1;", "J04", "X02")) == []  # J03 did not run
    assert codes(lint("-- toolkit: allow Z99 what\nSELECT 1;", "X03")) == ["X03"]
    assert codes(lint("-- toolkit: allow J03\nSELECT jsonb_build_object('a');", "J03", "X03")) == ["X03"]


def test_a_file_that_is_not_utf_8_hides_no_other(lint):
    found = lint({"sql/a.sql": b"SELECT 1;\nSELECT '\xff';", "sql/b.sql": BROKEN}, "J03", "X01")
    assert [(finding.path, finding.line, finding.code) for finding in found] == [
        ("sql/a.sql", 2, "X01"), ("sql/b.sql", 2, "J03"),
    ]  # fmt: skip


def test_bytes_that_editors_leave_do_not_move_places(lint):
    (finding,) = lint({"sql/a.sql": b"\xef\xbb\xbf" + BROKEN.replace("\n", "\r\n").encode()}, "J03")
    assert (finding.line, finding.column) == (2, 14)


def test_backward_files_need_only_be_readable(lint):
    found = lint({"migrations/versions/1_a.down.sql": BROKEN + "SELECT (;"})
    assert codes(found) == ["X01"]


def test_settings_choose_the_rules(project):
    def project_with(settings, lint):
        return settings.__class__(settings.root, settings.sql, settings.migrations, lint=lint)

    run = select(project_with(project, Lint(select=("J",), ignore=("J07",))))
    assert "J03" in run.rules
    assert not {"J07", "X01"} & run.rules.keys()
    run = select(project_with(project, Lint(severity=(("J", "warning"),))))
    assert run.severities["J03"] is Severity.WARNING
    assert run.severities["X01"] is Severity.ERROR
    ignoring = project_with(project, Lint(per_file_ignores=(("sql/*.sql", ("J03",)),)))
    for path, found in ((project.sql / "a.sql", False), (project.root / "a.sql", True)):
        examined = lint_files([path], ignoring, select(ignoring), {path: BROKEN})
        assert ("J03" in codes(examined.findings)) is found
    with pytest.raises(LintUsage, match="no lint rule or family 'Z1'"):
        select(project_with(project, Lint(ignore=("Z1",))))


REVISION = """revision = "{}"
down_revision = {}
depends_on = None
format_version = 1
transactional = True
phase = "{}"
upgrade, downgrade = sql_files(__file__)
"""


@pytest.fixture
def history(project):
    """Three revisions that drop a table, the last of phase contract."""
    versions = project.migrations / "versions"
    versions.mkdir(parents=True)
    for number, parent, phase in ((1, "None", "expand"), (2, "'1'", "expand"), (3, "'2'", "contract")):
        (versions / f"{number}_a.py").write_text(REVISION.format(number, parent, phase))
        (versions / f"{number}_a.up.sql").write_text(f"DROP TABLE tb_{number};")
        (versions / f"{number}_a.down.sql").write_text("SELECT (;")
    return project


def test_applied_history_is_left_alone(history):
    project = history

    def found(since, *, history=False):
        settings = project.__class__(
            project.root, project.sql, project.migrations, lint=Lint(since_revision=since)
        )
        files = find_files([project.migrations], settings)
        findings = lint_files(files, settings, select(settings, ("M11", "X01")), history=history).findings
        return [finding.path.removeprefix("migrations/versions/") for finding in findings]

    every = ["1_a.down.sql", "1_a.up.sql", "2_a.down.sql", "2_a.up.sql", "3_a.down.sql"]
    assert found(None) == every  # a drop in phase contract is meant
    assert found("2") == every[2:]
    assert found("2", history=True) == every
    with pytest.raises(RevisionUnknown, match="no revision '9'"):
        found("9")


def test_files_under_a_folder(project):
    for name in ("sql/b.sql", "sql/a/c.sql", "sql/.hidden/d.sql", "sql/contract/e.sql", "sql/f.txt"):
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).touch()
    found = [path.relative_to(project.root).as_posix() for path in find_files([project.sql], project)]
    assert found == ["sql/a/c.sql", "sql/b.sql"]
    with pytest.raises(LintUsage, match="There is no"):
        list(find_files([project.root / "nowhere"], project))


def test_findings_as_objects_annotations_and_sarif(lint):
    (finding,) = found = lint({"sql/a,b.sql": BROKEN}, "J03")
    (plain,) = json.loads(json.dumps(as_objects(found, {})))
    assert plain == {
        "path": "sql/a,b.sql", "line": 2, "column": 14, "end_line": 2, "end_column": 32, "code": "J03",
        "severity": "error", "message": finding.message, "remedy": finding.remedy,
        "fix": None,
    }  # fmt: skip
    (annotation,) = as_annotations([finding._replace(message="100%\nbad")])
    assert annotation.startswith(
        "::error file=sql/a%2Cb.sql,line=2,endLine=2,col=14,endColumn=32,title=J03::100%25%0Abad. "
    )
    log = as_sarif(found, {}, ["x"], {}, all_rules().values(), __version__)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == all_rules().keys()
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("J03", "error")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "sql/a%2Cb.sql"},
        "region": {"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 32},
    }
