"""`toolkit lint` as it is called: fixes, the baseline, and what goes where."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.cli._output import ticker

TOOLKIT = Path(sys.executable).with_name("toolkit")
UNUSED = "-- toolkit: allow J03 nothing\n"
JSON = "CREATE VIEW v_a AS SELECT id, json_build_object('id', id) AS data FROM tb_a;\n"
SAFE = JSON.replace("json_", "jsonb_")


@pytest.fixture
def lint(tmp_path):
    """Runs `toolkit lint` in a project, with bytes in and out."""
    (tmp_path / "pyproject.toml").write_text('[tool.toolkit.lint]\nbaseline = "known.json"\n')
    (tmp_path / "known.json").write_text('{"version": 1, "findings": {}}')
    (tmp_path / "sql").mkdir()

    def run(*arguments: str, text=None, status=0):
        data = text.encode() if text is not None else b""
        done = subprocess.run(
            [TOOLKIT, "lint", *arguments],
            cwd=tmp_path,
            input=data,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout.decode(), done.stderr.decode()

    run.file = tmp_path / "sql/a.sql"
    run.root = tmp_path
    return run


def test_missing_folder_of_artifacts_is_told(lint):
    lint.file.parent.rmdir()
    (lint.root / "migrations").mkdir()
    out, err = lint(status=2)
    assert out == ""
    remedy = "Make it, set tool.toolkit.sql in pyproject.toml, or name files."
    assert err == f"toolkit: There is no folder {lint.root / 'sql'}. {remedy}\n"
    assert lint("migrations") == ("0 files checked, nothing found.\n", "")


def test_error_codes_that_can_not_be_read_are_told_at_their_place(lint):
    lint.file.with_name("errors.toml").write_text('[rules.uq_a]\ncode = DUPLICATE"\n')
    lint.file.write_text(SAFE)
    _, err = lint(status=2)
    assert err.startswith(f"toolkit: {lint.root}/sql/errors.toml:2:8: Invalid value. ")
    assert err.count("\n") == 1


def test_files_are_fixed(lint):
    lint.file.write_bytes(("\ufeff" + UNUSED + JSON).replace("\n", "\r\n").encode())
    out, _ = lint(status=1)
    assert out.endswith("1 can be fixed with --fix (1 more with --unsafe-fixes).\n")
    out, err = lint("--fix", status=1)
    assert "sql/a.sql:1:31 J09" in out
    assert out.endswith("(1 file checked).\nFixed 1 (1 more with --unsafe-fixes).\n")
    assert err == ""
    assert lint.file.read_bytes() == ("\ufeff" + JSON).replace("\n", "\r\n").encode()
    assert lint(status=1)[0].endswith("1 can be fixed with --fix --unsafe-fixes.\n")
    out, _ = lint("--fix", "--unsafe-fixes")
    assert out == "1 file checked, nothing found.\nFixed 1.\n"
    assert lint.file.read_bytes() == ("\ufeff" + SAFE).replace("\n", "\r\n").encode()


def test_a_difference_changes_nothing_and_can_be_applied(lint):
    before = UNUSED + JSON.rstrip()
    lint.file.write_text(before)
    out, err = lint("--diff", "--unsafe-fixes", status=1)
    assert lint.file.read_text() == before
    assert err == "Would fix 2.\n"
    subprocess.run(["git", "apply", "-p0"], cwd=lint.root, input=out, text=True, check=True)
    assert lint.file.read_text() == SAFE.rstrip()
    assert lint("--diff", "--unsafe-fixes") == ("", "Would fix 0.\n")


def test_standard_input_is_fixed_to_standard_output(lint):
    text = "\ufeff" + UNUSED + JSON.replace("\n", "\r\n")
    out, err = lint("-", "--fix", "--stdin-filename", "sql/a.sql", text=text, status=1)
    assert out == "\ufeff" + JSON.replace("\n", "\r\n")
    assert "sql/a.sql:1:31 J09" in err
    assert err.endswith("Fixed 1 (1 more with --unsafe-fixes).\n")
    assert not lint.file.exists()
    out, err = lint("-", "--fix", "--format", "json", text="SELECT 1", status=0)
    assert (out, json.loads(err)) == ("SELECT 1", [])
    out, err = lint("-", "--diff", text=UNUSED, status=1)
    assert out.splitlines()[:2] == ["--- stdin.sql", "+++ stdin.sql"]


def test_what_standard_input_is_not_to_be(tmp_path, lint):
    done = subprocess.run(
        [TOOLKIT, "lint", "-"], cwd=tmp_path, input=b"a\n\xff", capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.decode().endswith("stdin.sql:2: byte 0xff is not UTF-8. Save the file as UTF-8.\n")


def test_findings_say_whether_there_is_a_fix(lint):
    lint.file.write_text(UNUSED + JSON + "SELECT jsonb_build_object('a');")
    out, _ = lint("--format", "json", status=1)
    assert {finding["code"]: finding["fix"] for finding in json.loads(out)} == {
        "X02": "safe", "J09": "unsafe", "J03": None,
    }  # fmt: skip


def test_what_is_left_alone_is_said(lint):
    lint.file.write_text(UNUSED)
    lint.file.chmod(0o444)
    out, err = lint("--fix", status=1)
    assert err == "sql/a.sql is left as it is: it is read-only.\n"
    assert out.endswith("Fixed 0.\n")
    assert lint.file.read_text() == UNUSED


def test_the_baseline(lint):
    lint.file.write_text(JSON)
    (lint.root / "known.json").unlink()
    _, err = lint(status=2)
    assert err.endswith("known.json. `toolkit lint --update-baseline` writes it.\n")
    assert lint("--update-baseline")[0] == "known.json has 1 finding now.\n"
    assert lint()[0] == "1 file checked, 1 finding in the baseline, nothing found.\n"
    assert lint("--fix", "--unsafe-fixes")[0].endswith("nothing found.\nFixed 0.\n")
    assert lint.file.read_text() == JSON
    assert lint("-", "--stdin-filename", "sql/a.sql", text="\n" + JSON)[0].endswith("nothing found.\n")
    lint.file.write_text(SAFE)
    out, _ = lint(status=1)
    assert out.startswith("known.json:6:9 X02 sql/a.sql breaks J09 less often than the baseline says\n")
    lint("--update-baseline")
    assert lint()[0] == "1 file checked, nothing found.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes goes with --fix or --diff. Add one of them."),
        (["--diff", "--format", "json"], "--diff prints no findings. Leave --format out."),
        (["--update-baseline", "--fix"], "--update-baseline goes with files, and without --fix."),
        (["--update-baseline", "-"], "--update-baseline goes with files, and without --fix."),
    ],
)
def test_what_does_not_go_together_is_one_sentence(lint, arguments, words):
    _, err = lint(*arguments, status=2)
    assert words in err
    assert len(err.splitlines()) == 1


def test_an_update_without_a_baseline_says_how_to_have_one(lint):
    (lint.root / "pyproject.toml").write_text("[tool.toolkit]\n")
    _, err = lint("--update-baseline", status=2)
    assert err == (
        'toolkit: [tool.toolkit.lint] has no baseline. Set it, such as baseline = "lint-baseline.json".\n'
    )


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_long_run_shows_on_a_terminal_how_far_it_is():
    now = iter([0, 0.5, 0.9, 1.0, 1.05, 1.2])
    screen = Terminal()
    with ticker("file", screen, lambda: next(now)) as tick:
        for number in range(5):
            tick(number, 9)
    assert screen.getvalue() == "\rfile 2 of 9\x1b[K\rfile 4 of 9\x1b[K\r\x1b[K"


def test_a_short_run_and_a_pipe_stay_quiet():
    for screen, pause in ((Terminal(), 0), (io.StringIO(), 10)):
        now = iter(range(0, 1000, pause)) if pause else iter([0] * 99)
        with ticker("file", screen, lambda now=now: next(now)) as tick:
            tick(1, 2)
        assert screen.getvalue() == ""


def test_linting_with_a_terminal_and_fixing_import_nothing_heavy(lint):
    lint.file.write_text(UNUSED)
    code = (
        "import sys; from toolkit.cli.main import run\n"
        "sys.argv = ['toolkit', 'lint', '--fix']\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'alembic', 'psycopg', 'rich', 'msgspec'} & sys.modules.keys()))"
    )
    master, slave = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=lint.root,
        stdout=subprocess.PIPE,
        stderr=slave,
        text=True,
        check=True,
    )
    os.close(slave)
    os.close(master)
    assert done.stdout.splitlines()[-2:] == ["Fixed 1.", "[]"]


def replaced(text, replacements):
    """Returns a text with the replacements of a SARIF fix."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for one in reversed(replacements):
        region = one["deletedRegion"]
        start, end = (
            starts[region[f"{name}Line"] - 1] + region[f"{name}Column"] - 1 for name in ("start", "end")
        )
        text = text[:start] + one["insertedContent"]["text"] + text[end:]
    return text


def test_sarif_says_how_a_finding_is_fixed_and_known_again(lint):
    def results(text):
        lint.file.write_text(text)
        (run,) = json.loads(lint("--format", "sarif", status=1)[0])["runs"]
        return run["results"]

    odd = "SELECT 'é', jsonb_build_object('a'), jsonb_build_object('b');\n"
    unused, view, first, second = results(UNUSED + JSON + odd)
    for result, text in ((unused, JSON), (view, UNUSED + SAFE)):
        (fix,) = result["fixes"]
        (change,) = fix["artifactChanges"]
        assert change["artifactLocation"] == {"uri": "sql/a.sql"}
        assert replaced(UNUSED + JSON, change["replacements"]) == text
    assert "(safe)" in unused["fixes"][0]["description"]["text"]
    assert "fixes" not in first

    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in (view, first, second)]
    assert len(set(prints)) == 3
    moved = results("SELECT 1;\n\n" + odd.replace("SELECT", "SELECT\n") + JSON)
    assert [one["partialFingerprints"]["primaryLocationLineHash"] for one in moved] == [
        *prints[1:],
        prints[0],
    ]
