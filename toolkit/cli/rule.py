"""`toolkit rule`: explains the lint rules."""

import difflib
import json

import click

from toolkit.errors import LintUsage
from toolkit.lint.registry import Rule, all_rules


@click.command("rule", epilog="Example: toolkit rule J04")
@click.argument("code", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(code: str | None, form: str) -> None:
    """Explain one lint rule, or list them all."""
    rules = all_rules()
    if code is None:
        _list(list(rules.values()), form)
        return
    if code.upper() not in rules:
        near = difflib.get_close_matches(code.upper(), rules)
        meant = f"Did you mean {', '.join(near)}?" if near else "`toolkit rule` lists them."
        raise LintUsage(f"There is no lint rule {code}.", remedy=meant)
    rule = rules[code.upper()]
    if form == "json":
        click.echo(json.dumps(_object(rule) | {"text": rule.text}, indent=2))
        return
    click.echo(f"{click.style(rule.code, bold=True)} {rule.name} ({_standing(rule)})\n\n{rule.text}\n")
    click.echo(f"To allow it for one statement, with a reason:\n\n    -- toolkit: allow {rule.code} reason")


def _list(rules: list[Rule], form: str) -> None:
    if form == "json":
        click.echo(json.dumps([_object(rule) for rule in rules], indent=2))
        return
    for rule in rules:
        mark = " " if rule.default else "-"
        click.echo(f"{rule.code:4} {mark} {rule.severity.value:8} {rule.title}")
    click.echo("\nThe rules with - do not run unless they are selected.")


def _object(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "default": rule.default,
        "title": rule.title,
    }


def _standing(rule: Rule) -> str:
    return f"{rule.severity.value}, {'on' if rule.default else 'off'} by default"
