"""Writes the pages under docs/reference/ that say what the code says: the command line and the client."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from toolkit import client
from toolkit.cli.main import COMMANDS, toolkit
from toolkit.client import async_session, errors, session

FOLDER = Path(__file__).parents[1] / "docs/reference"
_MADE = "<!-- Made by tools/reference_pages.py: change what the code says. -->"


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    return {"cli.md": _command_line(), "client.md": _client()}


def _client() -> str:
    """Return the page of what a service imports, and of what that gives it."""
    lines = ["# Client", "", _MADE, "", _prose(inspect.getdoc(client) or "")]
    classes = [client.Database, client.AsyncDatabase, session.Session, session.Transaction]
    classes += [async_session.AsyncSession, async_session.AsyncTransaction]
    assert {class_.__name__ for class_ in classes} >= set(client.__all__)
    for class_ in classes:
        lines += ["", *_class(class_)]
    lines += ["", "## Errors", "", _prose(inspect.getdoc(errors) or "")]
    for class_ in vars(errors).values():
        if inspect.isclass(class_) and class_.__module__ == errors.__name__:
            bases = f"({class_.__base__.__name__})" if class_.__base__ in vars(errors).values() else ""
            lines += ["", f"### {class_.__name__}{bases}", "", _prose(inspect.getdoc(class_) or "")]
    return "\n".join(lines) + "\n"


def _class(class_: type) -> Iterator[str]:
    """Yield the lines about a class and the public methods that it adds itself."""
    yield f"## {class_.__name__}"
    yield ""
    yield _prose(inspect.getdoc(class_) or "")
    parent = class_.__base__
    if parent is not object and parent is not None:
        yield ""
        yield f"It has all of [{parent.__name__}](#{parent.__name__.lower()}), and:"
    if class_.__name__.endswith("Database"):
        yield from _method(class_.__name__, class_.__init__)  # type: ignore[misc]
    for name, value in vars(class_).items():
        function = (
            value.fget if isinstance(value, property) else inspect.unwrap(value) if callable(value) else None
        )
        if not name.startswith("_") and inspect.isfunction(function):
            yield from _method(name, function)


def _method(name: str, function: Callable[..., object]) -> Iterator[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
    arguments = ast.unparse(tree.args).removeprefix("self").removeprefix(", ")
    returns = f" -> {ast.unparse(tree.returns)}" if tree.returns and tree.name != "__init__" else ""
    word = "async " if isinstance(tree, ast.AsyncFunctionDef) else ""
    yield ""
    yield f"**`{word}{name}({arguments}){returns}`**"
    yield ""
    yield _prose(inspect.getdoc(function) or "")


def _command_line() -> str:
    lines = [
        "# Command line",
        "",
        _MADE,
        "",
        "Every command has `-h` and `--help`, and `toolkit --version` says the version. Exit status: 0 fine,",
        "1 findings or refusal, 2 usage or environment, 130 interrupted, 141 where the reader of a pipe is",
        "gone. Errors are one sentence on standard error, with `--format json` an object on standard output",
        "as well.",
        "",
        "| command | |",
        "|---|---|",
    ]
    lines += [f"| [`toolkit {name}`](#toolkit-{name}) | {line} |" for name, line in COMMANDS.items()]
    context = click.Context(toolkit, info_name="toolkit")
    for name in COMMANDS:
        command = toolkit.get_command(context, name)
        assert command is not None
        lines += ["", *_command(f"toolkit {name}", command)]
    return "\n".join(lines) + "\n"


def _command(name: str, command: click.Command) -> Iterator[str]:
    """Yield the lines about a command and, if it is a group, about those in it."""
    yield f"## {name}"
    yield ""
    context = click.Context(command, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"`{name} {usage}`"
    yield ""
    yield _prose(inspect.cleandoc(command.help or ""))
    options = [part for part in command.params if isinstance(part, click.Option)]
    if options:
        yield ""
        yield "| option | |"
        yield "|---|---|"
        yield from (f"| {_names(option)} | {_cell(_about(option))} |" for option in options)
    if command.epilog:
        yield ""
        yield _examples(command.epilog)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield ""
            yield from _command(f"{name} {inner}", command.commands[inner])


def _prose(text: str) -> str:
    """Return help or a docstring as Markdown: options are code, a table that click leaves alone is a list."""
    text = re.sub(r"^\x08\n((?:.+\n?)+)", _list, text, flags=re.MULTILINE)
    parts = text.split("`")
    parts[::2] = [_outside_of_code(part) for part in parts[::2]]
    return "`".join(parts)


def _outside_of_code(text: str) -> str:
    text = text.replace("*", "\\*").replace("<", "&lt;")
    return re.sub(r"(?<![\w-])(--?[a-z][\w-]*)", r"`\1`", text)


def _list(table: re.Match[str]) -> str:
    rows = (line.split(maxsplit=1) for line in table[1].splitlines())
    return "".join(f"- `{word}`: {about}\n" for word, about in rows)


def _names(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {_cell('|'.join(map(str, option.type.choices)))}"
    return f"{names} {option.make_metavar(click.Context(click.Command('')))}"


def _about(option: click.Option) -> str:
    text = _prose(option.help or "")
    if option.required:
        return f"{text} Required."
    if isinstance(option.default, str | int) and not option.is_flag:
        return f"{text} Default: `{option.default}`." if option.default != "" else text
    return text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _examples(epilog: str) -> str:
    word, _, rest = " ".join(epilog.split()).partition(": ")
    return f"{word}: " + ", ".join(f"`{example}`" for example in rest.split("; "))


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
