"""Write the synchronous client, toolkit/client/{session,database}.py, from the asynchronous one.

With --check nothing is written; exit status 1 says that a file is not what it should be.
"""

import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).parents[1] / "toolkit" / "client"
# What a word of the asynchronous client is in the synchronous one.
WORDS = {
    "AbstractAsyncContextManager": "AbstractContextManager",
    "AsyncConnection": "Connection",
    "AsyncConnectionPool": "ConnectionPool",
    "AsyncCursor": "Cursor",
    "AsyncDatabase": "Database",
    "AsyncIterator": "Iterator",
    "AsyncServerCursor": "ServerCursor",
    "AsyncSession": "Session",
    "AsyncTransaction": "Transaction",
    "aclosing": "closing",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "async_database": "database",
    "async_session": "session",
    "asynccontextmanager": "contextmanager",
    "asynchronous": "synchronous",
}
# By file: what more is another there. A text that is not there any more is an error.
LINES = {
    "session": {
        "`session.py` is made from this file": "made from `async_session.py`",
        "import asyncio\nimport contextlib\nimport itertools\n": (
            "import contextlib\nimport itertools\nimport threading\nimport time\n"
        ),
        "AsyncIterator, Awaitable, Callable": "Callable, Iterator",
        "await asyncio.sleep": "time.sleep",
        "Awaitable[T]": "T",
        "asyncio.Lock": "threading.Lock",
        "import Context, Cursor, Held, delay": "import Context, Held, delay",
        "def _result(cursor: Cursor)": "def _result(cursor: Cursor[Any])",
    },
    "database": {
        "`database.py` is made from this file": "made from `async_database.py`",
        "import asyncio\nimport contextlib\nimport logging\n": (
            "import contextlib\nimport logging\nimport threading\n"
        ),
        "asyncio.Lock()": "threading.Lock()",
    },
}


def made(name: str) -> str:
    """Return the text of a module of the synchronous client."""
    text = (CLIENT / f"async_{name}.py").read_text(encoding="utf-8")
    for line, other in LINES[name].items():
        if line not in text:
            sys.exit(f"tools/sync_client.py: async_{name}.py has no {line!r} any more; mend LINES.")
        text = text.replace(line, other)
    kept = f"made from `async_{name}.py`"
    text = text.replace(kept, "KEPT")
    text = re.sub(r"\b(?:async (?=def|with|for)|await )", "", text)
    text = re.sub(r"\w+", lambda word: WORDS.get(word[0], word[0]), text).replace("KEPT", kept)
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        ruff = [
            Path(sys.executable).parent / "ruff",
            *command,
            "--stdin-filename",
            CLIENT / f"{name}.py",
            "-",
        ]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout
    return text


def main() -> None:
    """Write or check both modules."""
    for name in LINES:
        path, text = CLIENT / f"{name}.py", made(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.name} is not made from async_{path.name}; run tools/sync_client.py.")


if __name__ == "__main__":
    main()
