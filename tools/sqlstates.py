"""Write toolkit/core/sqlstates.py: the names that PL/pgSQL has for error codes, from psycopg's classes."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg

MADE = Path(__file__).parents[1] / "toolkit" / "core" / "sqlstates.py"
HEAD = '''"""The names of error conditions in PL/pgSQL and their codes; made by tools/sqlstates.py.

Source: PostgreSQL's documentation, appendix "PostgreSQL Error Codes", as psycopg has it.
"""

from typing import Final

CONDITIONS: Final = {
'''


def made() -> str:
    """Return the text of the module."""
    found = {}
    for name, class_ in vars(psycopg.errors).items():
        if isinstance(class_, type) and issubclass(class_, psycopg.Error) and class_.sqlstate:
            condition = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            found[condition] = class_.sqlstate
    lines = "".join(f'    "{name}": "{state}",\n' for name, state in sorted(found.items()))
    ruff = [str(Path(sys.executable).parent / "ruff"), "format", "--stdin-filename", str(MADE), "-"]
    text = f"{HEAD}{lines}}}\n"
    return subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    MADE.write_text(made(), encoding="utf-8")
