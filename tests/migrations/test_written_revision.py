"""The revision of docs/how-to/write-a-revision.md, written as the page says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/write-a-revision.md"


def test_the_samples_of_the_page_are_applied_and_taken_back(tmp_path, empty_database):
    for name in ("alembic.ini", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sql", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    python, up, down, steps = re.findall(
        r"```(?:python|sql)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    versions = tmp_path / "migrations/versions"
    (versions / "20261120090000_bio.py").write_text(python, encoding="utf-8")
    (versions / "20261120090000_bio.up.sql").write_text(up, encoding="utf-8")
    (versions / "20261120090000_bio.down.sql").write_text(down, encoding="utf-8")
    second = python.replace("20261120090000", "20261120100000").replace("20261110080000", "20261120090000")
    second = second.replace("transactional = True", "transactional = False")
    (versions / "20261120100000_title.py").write_text(second, encoding="utf-8")
    (versions / "20261120100000_title.up.sql").write_text(steps, encoding="utf-8")
    back = "-- toolkit: no-transaction\n-- toolkit: step\nDROP INDEX CONCURRENTLY IF EXISTS idx_post_title;\n"
    (versions / "20261120100000_title.down.sql").write_text(back, encoding="utf-8")

    def toolkit(*arguments: str) -> str:
        shown = subprocess.run(
            [Path(sys.executable).with_name("toolkit"), *arguments],
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": empty_database},
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode == 0, shown.stderr
        return shown.stdout

    applied = toolkit("migrate")
    assert "20261120090000  Let users write about themselves." in applied
    assert "20261120100000" in applied
    taken_back = toolkit("rollback", "-2", "--allow-data-loss")
    assert taken_back.index("20261120100000") < taken_back.index("20261120090000")
