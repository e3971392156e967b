import re
import textwrap

import pytest

from toolkit.lint.registry import all_rules

RULES = all_rules()
FORWARD = "migrations/versions/2_sample.up.sql"


def samples(kind):
    return list(every_sample(kind))


def every_sample(kind):
    for code, rule in RULES.items():
        parts = re.split(r"^(Bad|Good):$", rule.text, flags=re.MULTILINE)
        for number, (word, text) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
            if word == kind:
                yield pytest.param(code, textwrap.dedent(text).strip(), id=f"{code}-{number}")


def files(rule, sample):
    parts = re.split(r"^-- file: (\S+)$", sample, flags=re.MULTILINE)
    if len(parts) == 1:
        return {FORWARD if rule.scope == "migration" else "sql/sample.sql": sample}
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(("code", "sample"), samples("Bad"))
def test_a_bad_sample_is_found(lint, code, sample):
    assert code in {finding.code for finding in lint(files(RULES[code], sample))}


@pytest.mark.parametrize(("code", "sample"), samples("Good"))
def test_a_good_sample_breaks_no_rule_of_its_family(lint, code, sample):
    rule = RULES[code]
    family = [
        one.code for one in RULES.values() if one.family == rule.family and (one.default or one is rule)
    ]
    assert lint(files(rule, sample), *family, *(["X01"] if rule.family != "X" else [])) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_explains_itself(rule):
    title, _, why = rule.text.partition("\n")
    assert title.endswith(".")
    assert len(title) <= 100
    assert why.strip()


@pytest.mark.parametrize(("code", "sample"), [*samples("Bad"), *samples("Good")])
def test_rules_that_need_no_bodies_say_the_same_without_them(lint, code, sample):
    chosen = [rule.code for rule in RULES.values() if not rule.bodies]
    texts = files(RULES[code], sample)
    with_bodies = [finding for finding in lint(texts, *chosen, "P01") if finding.code in chosen]
    assert lint(texts, *chosen) == with_bodies
