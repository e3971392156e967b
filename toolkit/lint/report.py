"""Findings as JSON, as GitHub's annotations and as SARIF."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from toolkit.core.findings import Finding, Severity
from toolkit.lint.registry import Fix, Rule


def as_objects(findings: Iterable[Finding], fixes: Mapping[Finding, Fix]) -> list[dict[str, Any]]:
    """Return findings as plain values, one object each with the fields of Finding.

    In `fix` stands whether there is a fix, and of which kind: safe or unsafe, None without one.
    """
    kinds = {True: "safe", False: "unsafe"}
    return [
        finding._asdict() | {"fix": kinds[fixes[finding].safe] if finding in fixes else None}
        for finding in findings
    ]


def as_annotations(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a workflow command of GitHub for each finding.

    Source of the escapes: GitHub's `actions/toolkit`, packages/core/src/command.ts.
    """
    for finding in findings:
        fields = {
            "file": finding.path,
            "line": finding.line,
            "endLine": finding.end_line,
            "col": finding.column,
            "endColumn": finding.end_column,
            "title": finding.code,
        }
        properties = ",".join(f"{name}={_escape(str(value), ':,')}" for name, value in fields.items())
        yield f"::{finding.severity} {properties}::{_escape(f'{finding.message}. {finding.remedy}', '')}"


def _escape(text: str, further: str) -> str:
    for character in "%\r\n" + further:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def as_sarif(findings: Iterable[Finding], rules: Iterable[Rule], version: str) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log with one run; columns count characters (Unicode code points)."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "cqrs-toolkit",
                        "version": version,
                        "rules": [
                            {
                                "id": rule.code,
                                "name": rule.function.__name__,
                                "shortDescription": {"text": rule.title},
                                "defaultConfiguration": {"level": rule.severity.value},
                            }
                            for rule in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding) for finding in findings],
            }
        ],
    }


def _result(finding: Finding) -> dict[str, Any]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    place = {"artifactLocation": {"uri": finding.path}, "region": region}
    return {
        "ruleId": finding.code,
        "level": "error" if finding.severity is Severity.ERROR else "warning",
        "message": {"text": f"{finding.message}. {finding.remedy}"},
        "locations": [{"physicalLocation": place}],
    }
