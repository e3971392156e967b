"""Checks of commands by calling them: what they must refuse, and the errors that they say they raise."""

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import psycopg

from toolkit.checks.calls import PATIENCE
from toolkit.checks.outcome import Outcome
from toolkit.checks.project import Project
from toolkit.checks.tried import Answer, Tried, documented
from toolkit.core.contract import Command
from toolkit.core.findings import Finding
from toolkit.core.words import counted
from toolkit.source.errors_toml import read_examples

_TYPED: Final = frozenset({"23502", "22004", "22001"})  # NULL, and too long for a type: the client knows them
# What passes by itself, and the COMMIT of a procedure, which no call that is taken back has a place for.
_PASSING: Final = frozenset({"40001", "40P01", "55P03", "57014", "2D000"})
_FOUND: Final = 3  # findings of one kind for each command


def check_arguments(project: Project) -> Outcome:
    """Call every command with each class of bad argument: it must refuse with an error that it documents."""
    findings: list[Finding] = []
    unproven: list[Finding] = []
    calls = 0
    for command, tried in project.tried.items():
        calls += tried.calls
        findings += (
            project.at(command.name, "arguments", message, _REFUSE) for message in _accepted(command, tried)
        )
        findings += (
            project.at(command.name, "arguments", message, _DOCUMENT) for message in _untyped(command, tried)
        )
        if tried.stuck:
            message = f"{command.name} does not end within {PATIENCE:.0f} s: {tried.stuck}"
            findings.append(project.at(command.name, "arguments", message, _HURRY))
        elif not tried.good:
            tries = counted(tried.calls, "call")
            message = f"none of {tries} of {command.name} returned, so no argument could be spoilt"
            unproven.append(project.at(command.name, "arguments", message, _TEST))
    major = project.pinned.scratch.major
    said = f"{counted(len(project.tried), 'command')} called {counted(calls, 'time')} on PostgreSQL {major}"
    return Outcome(said, tuple(findings), (), tuple(unproven))


_REFUSE: Final = "Let the command raise an error, or say in its contract that it takes such a value."
_HURRY: Final = "Refuse the argument that makes it run on, or don't let it wait."
_DOCUMENT: Final = (
    "Raise a rule with RAISE … USING ERRCODE, CONSTRAINT, or check the argument before it gets there."
)
_TEST: Final = "Write a test of your own, with the fixture `database`."
_EXAMPLE: Final = "Write a test of your own, or give the rule in errors.toml an example: SQL that breaks it."


def _accepted(command: Command, tried: Tried) -> Iterator[str]:
    told = set()
    for wrong, call, answer in tried.bad:
        if not answer.sqlstate and wrong not in told:
            told.add(wrong)
            yield f"{command.name} takes {wrong}: {call}"


def _untyped(command: Command, tried: Tried) -> Iterator[str]:
    said = {(error.sqlstate, error.rule) for error in command.errors}
    told = 0
    for (sqlstate, rule), (call, answer) in tried.seen.items():
        if (sqlstate, rule) in said or sqlstate in _TYPED or sqlstate in _PASSING:
            continue
        told += 1
        if told <= _FOUND:
            yield f"{command.name} fails with {_words(answer)}, which it does not document: {call}"


def _words(answer: Answer) -> str:
    rule = f" {answer.rule}" if answer.rule else ""
    return f"{answer.sqlstate}{rule} ({answer.message})"


def check_errors(project: Project) -> Outcome:
    """Look whether every error that a command documents can be raised: by a call or an example."""
    examples = _run_examples(project)
    findings = [
        project.at_rule(name, "errors", f"the example of {name} {words}", "Mend the example, or the command.")
        for name, words in examples.items()
        if words
    ]
    unproven = []
    raised = 0
    for command, tried in project.tried.items():
        wanted = {pair for pair in documented(command) if examples.get(pair[1]) != ""}
        missing = sorted(wanted - tried.seen.keys())
        raised += len(documented(command)) - len(missing)
        if missing:
            listed = ", ".join(f"{sqlstate} {rule}" for sqlstate, rule in missing)
            message = f"none of {counted(tried.calls, 'call')} of {command.name} raised {listed}"
            unproven.append(project.at(command.name, "errors", message, _EXAMPLE))
    major = project.pinned.scratch.major
    said = f"{counted(raised, 'error')} that commands document raised on PostgreSQL {major}"
    return Outcome(said, tuple(findings), (), tuple(unproven))


def _run_examples(project: Project) -> dict[str, str]:
    """Run the examples in errors.toml; return by rule what is wrong with it, nothing where it is broken."""
    path = project.settings.sql / "errors.toml"
    examples = read_examples(path) if path.is_file() else {}
    if not examples:
        return {}
    states = project.pinned
    with states.copy(states.desired()) as conninfo, closing(psycopg.connect(conninfo)) as connection:
        return {
            rule: _broken(connection, project.settings.schema, rule, text) for rule, text in examples.items()
        }


def _broken(connection: psycopg.Connection, schema: str, rule: str, text: str) -> str:
    try:
        settings = "SELECT set_config('search_path', %s, true), set_config('statement_timeout', %s, true)"
        connection.execute(settings, [schema, f"{PATIENCE:.0f}s"])
        connection.execute(text.encode())
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        if connection.closed:
            raise
        if error.diag.constraint_name == rule:
            return ""
        return f"fails with {error.sqlstate}: {error.diag.message_primary}"
    finally:
        connection.rollback()
    return "breaks nothing"
