"""Findings as JSON, as GitHub's annotations and as SARIF."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from toolkit.core.findings import Finding, Severity
from toolkit.lint.judge import Page
from toolkit.lint.registry import Edit, Fix, Rule


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


def as_sarif(
    findings: Sequence[Finding],
    fixes: Mapping[Finding, Fix],
    fingerprints: Iterable[str],
    texts: Mapping[str, str],
    rules: Iterable[Rule],
    version: str,
) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log with one run; columns count characters (Unicode code points).

    fingerprints: one for each finding, the same as long as it is. texts: of the files with fixes, by path.
    The name of the fingerprint is the one that GitHub's code scanning looks for.
    """
    pages = {path: Page(path, text) for path, text in texts.items()}
    results = []
    for finding, fingerprint in zip(findings, fingerprints, strict=True):
        result = _result(finding) | {"partialFingerprints": {"primaryLocationLineHash": fingerprint}}
        if finding in fixes:
            result["fixes"] = [_fix(finding, fixes[finding], pages[finding.path])]
        results.append(result)
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
                "results": results,
            }
        ],
    }


def _result(finding: Finding) -> dict[str, Any]:
    region = _region(finding.line, finding.column, finding.end_line, finding.end_column)
    place = {"artifactLocation": {"uri": quote(finding.path)}, "region": region}
    return {
        "ruleId": finding.code,
        "level": "error" if finding.severity is Severity.ERROR else "warning",
        "message": {"text": f"{finding.message}. {finding.remedy}"},
        "locations": [{"physicalLocation": place}],
    }


def _fix(finding: Finding, fix: Fix, page: Page) -> dict[str, Any]:
    kind = "safe" if fix.safe else "unsafe: it changes an identity or a contract"
    change = {
        "artifactLocation": {"uri": quote(finding.path)},
        "replacements": [_replacement(edit, page) for edit in fix.edits],
    }
    return {"description": {"text": f"{finding.remedy} ({kind})"}, "artifactChanges": [change]}


def _replacement(edit: Edit, page: Page) -> dict[str, Any]:
    return {
        "deletedRegion": _region(*page.span(edit.start, edit.end)),
        "insertedContent": {"text": edit.text},
    }


def _region(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
