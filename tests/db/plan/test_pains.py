"""What users of other tools met with is no trouble here."""

from pathlib import Path

import pytest

from toolkit.core.changes import Action

COMMON = """
DO $$ BEGIN CREATE ROLE pain_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE TABLE tb_user (id integer PRIMARY KEY, name text, n integer);
"""
# https://github.com/sqlalchemy/alembic/issues/1327, 1390, 1098, 1321: what is found to differ for ever
STEADY = """
CREATE TABLE t (
    id integer, name text, j jsonb, r int4range, CONSTRAINT ck CHECK (name <> '' AND id IN (1, 2, 3))
);
CREATE INDEX a ON t (name text_pattern_ops DESC NULLS LAST) INCLUDE (id);
CREATE INDEX b ON t USING gin (to_tsvector('english', name));
CREATE INDEX c ON t ((lower(name)), (id + 1)) WHERE name IS NOT NULL;
CREATE INDEX d ON t USING gin (j jsonb_path_ops);
ALTER TABLE t ADD EXCLUDE USING gist (r WITH &&);
CREATE VIEW v AS
    SELECT name::varchar(3), CASE id WHEN 1 THEN 'a' ELSE 'b' END AS k FROM t WHERE id BETWEEN 1 AND 2
"""


def read_pains():
    text = (Path(__file__).parents[2] / "cases" / "pains.sql").read_text(encoding="utf-8")
    _, *blocks = text.strip().split("\n\n-- ")
    titled = (block.partition("\n") for block in blocks)
    return {title: states.split("-- to\n") for title, _, states in titled}


PAINS = read_pains()


@pytest.mark.parametrize("pain", PAINS)
def test_pain_is_none_there_and_back(pain, prove):
    plan, back = prove.there_and_back(*(COMMON + state for state in PAINS[pain]))
    assert plan.steps
    assert back.steps


def test_same_statements_lead_nowhere(prove):
    plan, back = prove.there_and_back(STEADY, STEADY)
    assert plan.steps == back.steps == ()


def test_body_of_a_view_is_one_statement(prove):
    views = "; ".join(f"CREATE VIEW v{n + 1} AS SELECT id FROM v{n}" for n in range(20))
    first = f"{COMMON} CREATE VIEW v0 AS SELECT id FROM tb_user"
    plan, _ = prove.there_and_back(f"{first}; {views}", f"{first} WHERE n > 0; {views}")
    assert [(step.action, len(step.sql)) for step in plan.steps] == [(Action.REPLACE, 1)]


def test_long_chain_of_views_is_rebuilt(prove):
    views = "; ".join(f"CREATE VIEW v{n + 1} AS SELECT id FROM v{n}" for n in range(300))
    first = f"{COMMON} CREATE VIEW v0 AS SELECT {{}} FROM tb_user; {views}"
    plan, _ = prove.there_and_back(first.format("id"), first.format("n, id"))
    assert len(plan.steps) == 2 * 301
