"""The reference says what the code says: commands, options, settings and their defaults."""

import re
import runpy
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from toolkit.cli.main import COMMANDS, toolkit
from toolkit.core import settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/reference"


def commands(group=toolkit, name="toolkit"):
    """Yield every command with its full name."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        yield f"{name} {word}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")


ALL = dict(commands())


def test_the_pages_are_up_to_date():
    made = runpy.run_path(str(ROOT / "tools/reference_pages.py"))["pages"]()
    there = {name: (FOLDER / name).read_text(encoding="utf-8") for name in made}
    assert there == made, "Run: .venv/bin/python tools/reference_pages.py"


@pytest.mark.parametrize("name", ALL)
def test_every_command_and_option_says_what_it_is_for(name):
    command, page = ALL[name], (FOLDER / "cli.md").read_text(encoding="utf-8")
    assert command.help
    assert f"\n## {name}\n" in page
    section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            assert not [word for word in option.opts if f"`{word}`" not in section]


@pytest.mark.parametrize("name", ALL)
def test_examples_in_the_help_are_calls_that_the_command_takes(name):
    """They are parsed, not run; what stands before `|` or within `$( )` is for the shell."""
    label, _, rest = " ".join((ALL[name].epilog or "").split()).partition(": ")
    assert label in ("Example", "Examples")
    calls = re.findall(r"\btoolkit [^;|)]*", rest)
    assert calls
    for call in calls:
        words = shlex.split(call.rstrip('"') if call.count('"') % 2 else call)[1:]
        group = toolkit
        while isinstance(group, click.Group):
            word, *words = words
            group = group.get_command(click.Context(group), word)
            assert group, call
        group.make_context(word, words)


def test_every_command_has_a_line_in_the_list():
    assert {name.split()[1] for name in ALL} == set(COMMANDS)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Return what load_settings asks its tables for: table -> key -> default, None where it has none."""
    found: dict[str, dict[str, object]] = {}

    def watch(name, default_of):
        original = getattr(settings._Table, name)

        def method(self, key, *rest: object):
            found.setdefault(self._name, {})[key] = default_of(key, *rest)
            return original(self, key, *rest)

        monkeypatch.setattr(settings._Table, name, method)

    watch("text", lambda _, default: default)
    watch("texts", lambda _, default: list(default))
    watch("number", lambda _, default: default)
    watch("major", lambda _, default: default)
    watch("one_of", lambda _, _choices, default: default)
    watch("folder", lambda key, _root: key)
    watch("has", lambda _: None)
    (tmp_path / "pyproject.toml").write_text("[tool.toolkit]", encoding="utf-8")
    settings.load_settings(tmp_path)
    return found


def documented():
    """Yield table, key and default of each setting on the page; None where the default is said in words."""
    page = (FOLDER / "settings.md").read_text(encoding="utf-8")
    table = "tool.toolkit"
    for line in page.splitlines():
        if line.startswith("## Environment"):
            table = "environment"
        elif named := re.match(r"(?:## )?`\[(tool\.toolkit[\w.-]*)\]`", line):
            table = named[1]
        row = re.match(r"\| (`.*?`) \| (.*?) \| ", line)
        if row and table != "environment":
            keys, defaults = (re.findall(r"`(.*?)`", cell) for cell in row.groups())
            for key, default in zip(keys, defaults or [None] * len(keys), strict=True):
                yield table, key, default and tomllib.loads(f"value = {default}")["value"]


def test_every_setting_is_documented_with_its_default(asked):
    code = {(name, key): default for name, keys in asked.items() for key, default in keys.items()}
    page = {(name, key): default for name, key, default in documented()}
    assert page.keys() == code.keys()
    for key, default in code.items():  # a list of one word may be written as the word
        assert page[key] in (default, default[0] if isinstance(default, list) and default else default), key
