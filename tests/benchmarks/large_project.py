"""Writes a project as large teams have them: the same files for the same number of subjects.

Each subject (an invoice, a shipment …) has tables, views with nested documents, a materialized view, a
projection, commands, query functions and triggers with bodies, and three revisions that make and change them.
"""

import random
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

_QUALITIES = (
    "open", "daily", "remote", "signed", "public", "internal", "regional", "seasonal", "shared", "partial",
    "planned", "urgent", "recurring", "external", "digital",
)  # fmt: skip
_THINGS = (
    "invoice", "shipment", "contract", "ticket", "account", "booking", "voucher", "payment", "delivery",
    "supplier", "product", "warehouse", "meeting", "campaign", "policy",
)  # fmt: skip
_FIELDS = (
    ("title", "text"), ("notes", "text"), ("quantity", "integer"), ("amount", "numeric(12,2)"),
    ("currency", "text"), ("due_at", "timestamptz"), ("started_at", "timestamptz"), ("priority", "smallint"),
    ("is_active", "boolean"), ("tags", "text[]"), ("metadata", "jsonb"), ("external_ref", "text"),
    ("weight", "double precision"), ("valid_on", "date"), ("city", "text"), ("postal_code", "text"),
    ("discount", "numeric(5,2)"), ("email", "text"), ("version", "bigint"), ("source", "text"),
)  # fmt: skip

_SHARED = {
    "tables/tb_user.sql": """\
CREATE TABLE tb_user (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    phone text,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT pk_user PRIMARY KEY (id),
    CONSTRAINT uq_user_email UNIQUE (email)
);
""",
    "tables/tb_audit.sql": """\
CREATE TABLE tb_audit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    action text NOT NULL,
    relation text NOT NULL,
    row_id uuid NOT NULL,
    actor uuid NOT NULL,
    before jsonb,
    after jsonb,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);
""",
    "functions/fn_require_actor.sql": """\
CREATE FUNCTION fn_require_actor(p_user_id uuid) RETURNS uuid
LANGUAGE sql
STABLE
AS $$ SELECT COALESCE(NULLIF(current_setting('app.user_id', true), '')::uuid, p_user_id) $$;

REVOKE EXECUTE ON FUNCTION fn_require_actor(uuid) FROM PUBLIC;
""",
    "functions/fn_write_audit.sql": """\
CREATE FUNCTION fn_write_audit(
    p_action text, p_relation text, p_row_id uuid, p_actor uuid, p_before jsonb, p_after jsonb
) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO tb_audit (action, relation, row_id, actor, before, after)
    VALUES (p_action, p_relation, p_row_id, p_actor, p_before, p_after)
$$;

REVOKE EXECUTE ON FUNCTION fn_write_audit(text, text, uuid, uuid, jsonb, jsonb) FROM PUBLIC;
""",
}
_TABLE = """\
-- The write model of {s}: changed by the commands of this subject only.
CREATE TABLE tb_{s} (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid NOT NULL,
    status text DEFAULT 'draft' NOT NULL,
{columns}    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_{s} PRIMARY KEY (id),
    CONSTRAINT fk_{s}_owner FOREIGN KEY (owner_id) REFERENCES tb_user (id),
    CONSTRAINT ck_{s}_status CHECK (status IN ('draft', 'open', 'closed', 'archived')){checks}
);

CREATE INDEX idx_{s}_owner ON tb_{s} (owner_id, created_at DESC);
CREATE INDEX idx_{s}_status ON tb_{s} (status) WHERE status <> 'archived';

COMMENT ON TABLE tb_{s} IS 'Each {words} with its owner, from the first draft on.';
{comments}"""
_ITEMS = """\
CREATE TABLE tb_{s}_item (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    {s}_id uuid NOT NULL,
    position integer NOT NULL,
    label text NOT NULL,
    price numeric(12, 2) DEFAULT 0 NOT NULL,
    CONSTRAINT pk_{s}_item PRIMARY KEY (id),
    CONSTRAINT uq_{s}_item_position UNIQUE ({s}_id, position),
    CONSTRAINT fk_{s}_item_{s} FOREIGN KEY ({s}_id) REFERENCES tb_{s} (id) ON DELETE CASCADE,
    CONSTRAINT ck_{s}_item_price CHECK (price >= 0)
);

COMMENT ON TABLE tb_{s}_item IS 'What a {words} consists of, in order.';
"""
_VIEW = """\
CREATE VIEW v_{s} AS
SELECT
    t.id,
    jsonb_build_object(
        'id', t.id,
        'status', t.status,
{keys}        'owner', jsonb_build_object(
            'id', u.id,
            'name', u.name,
            'contact', jsonb_build_object('email', u.email, 'phone', COALESCE(u.phone, ''))
        ),
        'items', COALESCE(items.data, '[]'::jsonb),
        'total', COALESCE(items.total, 0),
        'is_late', CASE
            WHEN t.status = 'open' AND t.updated_at < now() - interval '30 days' THEN true
            ELSE false
        END
    ) AS data,
    t.owner_id,
    t.status,
    t.created_at
FROM tb_{s} AS t
INNER JOIN tb_user AS u ON u.id = t.owner_id
LEFT JOIN LATERAL (
    SELECT
        sum(i.price) AS total,
        COALESCE(
            jsonb_agg(
                jsonb_build_object('id', i.id, 'label', i.label, 'price', i.price) ORDER BY i.position
            ) FILTER (WHERE i.price > 0),
            '[]'::jsonb
        ) AS data
    FROM tb_{s}_item AS i
    WHERE i.{s}_id = t.id
) AS items ON true
WHERE t.status <> 'archived';

COMMENT ON VIEW v_{s} IS 'Each {words} that is not archived, with owner and items.';

GRANT SELECT ON v_{s} TO cqrs_read;
"""
_LIST = """\
CREATE VIEW v_{s}_list AS
WITH counted AS (
    SELECT i.{s}_id, count(*) AS items, max(i.price) AS highest
    FROM tb_{s}_item AS i
    GROUP BY i.{s}_id
)
SELECT
    t.id,
    jsonb_build_object(
        'id', t.id,
        'status', t.status,
        'owner_id', t.owner_id,
        'items', COALESCE(c.items, 0),
        'highest', c.highest
    ) AS data,
    t.owner_id
FROM tb_{s} AS t
LEFT JOIN counted AS c ON c.{s}_id = t.id;

COMMENT ON VIEW v_{s}_list IS 'The short form of each {words}, for lists.';

GRANT SELECT ON v_{s}_list TO cqrs_read;
"""
_MATVIEW = """\
CREATE MATERIALIZED VIEW mv_{s}_totals AS
SELECT
    u.id,
    jsonb_build_object(
        'id', u.id,
        'open', COALESCE(sum(1) FILTER (WHERE t.status = 'open'), 0),
        'closed', COALESCE(sum(1) FILTER (WHERE t.status = 'closed'), 0),
        'last', max(t.created_at)
    ) AS data
FROM tb_user AS u
LEFT JOIN tb_{s} AS t ON t.owner_id = u.id
GROUP BY u.id;

-- REFRESH … CONCURRENTLY needs a unique index over plain columns and all rows.
CREATE UNIQUE INDEX uq_{s}_totals ON mv_{s}_totals (id);

COMMENT ON MATERIALIZED VIEW mv_{s}_totals IS 'Counts per owner, as of the last refresh.';

GRANT SELECT ON mv_{s}_totals TO cqrs_read;
"""
_PROJECTION = """\
CREATE TABLE tv_{s} (
    id uuid NOT NULL,
    data jsonb NOT NULL,
    owner_id uuid NOT NULL,
    CONSTRAINT pk_tv_{s} PRIMARY KEY (id)
);

CREATE INDEX idx_tv_{s}_owner ON tv_{s} (owner_id);

COMMENT ON TABLE tv_{s} IS 'v_{s}, kept at hand.';

GRANT SELECT ON tv_{s} TO cqrs_read;
"""
_CREATE = """\
CREATE FUNCTION fn_create_{s}(
{parameters}    p_user_id uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_actor uuid := fn_require_actor(p_user_id);
    v_new tb_{s};
BEGIN
    IF NOT EXISTS (SELECT FROM tb_user WHERE id = v_actor AND is_active) THEN
        RAISE EXCEPTION 'the user % may not create', v_actor
            USING ERRCODE = '42501', CONSTRAINT = 'rule_{s}_actor', TABLE = 'tb_{s}', SCHEMA = 'public';
    END IF;

    INSERT INTO tb_{s} (owner_id{names})
    VALUES (v_actor{values})
    RETURNING * INTO v_new;

    -- Who did what, for auditors; and what others are told.
    PERFORM fn_write_audit('CREATE', 'tb_{s}', v_new.id, v_actor, NULL, to_jsonb(v_new));
    PERFORM pg_notify(
        '{s}_created', jsonb_build_object('id', v_new.id, 'owner_id', v_new.owner_id, 'at', now())::text
    );
    RETURN v_new.id;
END
$$;
{grants}"""
_CLOSE = """\
CREATE FUNCTION fn_close_{s}(p_{s}_id uuid, p_user_id uuid DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_actor uuid := fn_require_actor(p_user_id);
    v_old tb_{s};
    v_count integer := 0;
BEGIN
    SELECT * INTO STRICT v_old FROM tb_{s} WHERE id = p_{s}_id FOR UPDATE;
    IF v_old.owner_id <> v_actor THEN
        RAISE EXCEPTION 'permission denied: only its owner closes a {words}'
            USING ERRCODE = '42501', CONSTRAINT = 'rule_{s}_owner', TABLE = 'tb_{s}', SCHEMA = 'public';
    ELSIF v_old.status = 'closed' THEN
        RETURN v_old.id;
    END IF;

    FOR v_count IN SELECT position FROM tb_{s}_item WHERE {s}_id = p_{s}_id ORDER BY position LOOP
        UPDATE tb_{s}_item SET price = round(price, 2) WHERE {s}_id = p_{s}_id AND position = v_count;
    END LOOP;
    UPDATE tb_{s} SET status = 'closed', updated_at = now() WHERE id = p_{s}_id;

    PERFORM fn_write_audit('CLOSE', 'tb_{s}', p_{s}_id, v_actor, to_jsonb(v_old), NULL);
    RETURN p_{s}_id;
EXCEPTION
    WHEN no_data_found THEN
        RAISE EXCEPTION 'there is no such {words}'
            USING ERRCODE = 'P0002', CONSTRAINT = 'rule_{s}_exists', TABLE = 'tb_{s}', SCHEMA = 'public';
END
$$;
{grants}"""
_FIND = """\
CREATE FUNCTION fn_find_{s}(p_owner_id uuid, p_status text DEFAULT 'open') RETURNS SETOF jsonb
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT v.data
    FROM v_{s} AS v
    WHERE v.owner_id = p_owner_id AND v.status = p_status
    ORDER BY v.created_at DESC, v.id
    LIMIT 200
$$;
{grants}"""
_REFRESH = """\
CREATE FUNCTION fn_refresh_{s}() RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- One refresh at a time; readers go on. Without the lock an older reading of the view could overwrite a
    -- newer one that was written meanwhile.
    LOCK TABLE tv_{s} IN SHARE ROW EXCLUSIVE MODE;
    WITH wanted AS MATERIALIZED (
        SELECT id, data, owner_id FROM v_{s}
    ),
    vanished AS (
        DELETE FROM tv_{s} AS kept WHERE NOT EXISTS (SELECT FROM wanted WHERE wanted.id = kept.id)
    )
    INSERT INTO tv_{s} AS kept (id, data, owner_id)
    SELECT id, data, owner_id FROM wanted
    ON CONFLICT (id) DO UPDATE SET data = excluded.data, owner_id = excluded.owner_id
    WHERE (kept.data, kept.owner_id) IS DISTINCT FROM (excluded.data, excluded.owner_id);
    REFRESH MATERIALIZED VIEW CONCURRENTLY mv_{s}_totals;
END
$$;
{grants}"""
_TOUCH = """\
CREATE FUNCTION fn_touch_{s}() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END
$$;

REVOKE EXECUTE ON FUNCTION fn_touch_{s}() FROM PUBLIC;

CREATE TRIGGER trg_touch_{s} BEFORE UPDATE ON tb_{s} FOR EACH ROW EXECUTE FUNCTION fn_touch_{s}();
"""
_GRANTS = """
COMMENT ON FUNCTION {signature} IS
    'What services may do with a {words}. Raises rule_{s}_owner, and rule_{s}_exists where it is not there.';

REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {signature} TO {role};
"""
_REVISION = '''\
"""{message}."""

from toolkit.migrate.files import sql_files

revision = "{id}"
down_revision = {parent}
branch_labels = None
depends_on = None
format_version = 1
transactional = True
phase = "expand"

upgrade, downgrade = sql_files(__file__)
'''
_CHANGE = """\
ALTER TABLE tb_{s} ADD COLUMN IF NOT EXISTS reviewed_by uuid;
ALTER TABLE tb_{s}
    ADD CONSTRAINT fk_{s}_reviewed_by FOREIGN KEY (reviewed_by) REFERENCES tb_user (id) NOT VALID;
ALTER TABLE tb_{s} VALIDATE CONSTRAINT fk_{s}_reviewed_by;
CREATE INDEX idx_{s}_reviewed_by ON tb_{s} (reviewed_by);
COMMENT ON COLUMN tb_{s}.reviewed_by IS 'Who looked at it last; null where nobody did.';
"""
_UNCHANGE = "ALTER TABLE tb_{s} DROP COLUMN reviewed_by;\n"


def write_project(root: Path, subjects: int) -> None:
    """Write a project with so many subjects, 17 files of SQL each, at most 225; and what they share."""
    _write(root / "pyproject.toml", "[tool.toolkit]\n")
    for path, text in _SHARED.items():
        _write(root / "sql" / path, text)
    drops = "DROP FUNCTION fn_write_audit, fn_require_actor;\nDROP TABLE tb_audit, tb_user;\n"
    revisions = [("shared", "\n".join(_SHARED.values()), drops)]
    for quality, thing in islice(product(_QUALITIES, _THINGS), subjects):
        subject = f"{quality}_{thing}"
        artifacts = dict(_artifacts(subject, random.Random(subject)))
        for path, text in artifacts.items():
            _write(root / "sql" / path, text)
        revisions += _revisions(subject, artifacts)
    parent = "None"
    for number, (slug, up, down) in enumerate(revisions):
        id_ = f"2026{number:010}"
        path = root / "migrations/versions" / f"{id_}_{slug}"
        _write(path.with_suffix(".py"), _REVISION.format(message=slug, id=id_, parent=parent))
        _write(path.with_suffix(".up.sql"), up)
        _write(path.with_suffix(".down.sql"), down)
        parent = f'"{id_}"'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _artifacts(s: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    fields = chance.sample(_FIELDS, chance.randint(4, 14))
    words = s.replace("_", " ")
    texts = {"s": s, "words": words}
    yield (
        f"tables/tb_{s}.sql",
        _TABLE.format(
            columns="".join(f"    {name} {type_},\n" for name, type_ in fields),
            checks="".join(
                f",\n    CONSTRAINT ck_{s}_{name}_length CHECK (char_length({name}) <= 500)"
                for name, type_ in fields
                if type_ == "text"
            ),
            comments="".join(
                f"COMMENT ON COLUMN tb_{s}.{name} IS 'The {name} that its owner gives.';\n"
                for name, _ in fields[::2]
            ),
            **texts,
        ),
    )
    yield f"tables/tb_{s}_item.sql", _ITEMS.format(**texts)
    keys = "".join(f"        '{name}', t.{name},\n" for name, _ in fields)
    yield f"views/v_{s}.sql", _VIEW.format(keys=keys, **texts)
    yield f"views/v_{s}_list.sql", _LIST.format(**texts)
    yield f"matviews/mv_{s}_totals.sql", _MATVIEW.format(**texts)
    yield f"projections/tv_{s}.sql", _PROJECTION.format(**texts)
    given = fields[:4]
    signature = f"fn_create_{s}({''.join(f'{type_}, ' for _, type_ in given)}uuid)"
    yield (
        f"functions/fn_create_{s}.sql",
        _CREATE.format(
            parameters="".join(f"    p_{name} {type_},\n" for name, type_ in given),
            names="".join(f", {name}" for name, _ in given),
            values="".join(f", p_{name}" for name, _ in given),
            grants=_GRANTS.format(signature=signature, role="cqrs_command", **texts),
            **texts,
        ),
    )
    for word, template, types, role in (
        ("close", _CLOSE, "uuid, uuid", "cqrs_command"),
        ("find", _FIND, "uuid, text", "cqrs_read"),
        ("refresh", _REFRESH, "", "cqrs_maintain"),
    ):
        grants = _GRANTS.format(signature=f"fn_{word}_{s}({types})", role=role, **texts)
        yield f"functions/fn_{word}_{s}.sql", template.format(grants=grants, **texts)
    yield f"triggers/trg_touch_{s}.sql", _TOUCH.format(**texts)


def _revisions(s: str, artifacts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield slug, up and down: the tables, then what stands on them, then a change."""
    tables = [text for path, text in artifacts.items() if path.startswith(("tables/", "projections/"))]
    others = [text for path, text in artifacts.items() if not path.startswith(("tables/", "projections/"))]
    drops = "".join(
        f"DROP TABLE {name}_{s}{tail};\n" for name, tail in (("tv", ""), ("tb", "_item"), ("tb", ""))
    )
    yield f"{s}_tables", "\n".join(tables), drops
    drops = "".join(f"DROP FUNCTION fn_{word}_{s};\n" for word in ("create", "close", "find", "refresh"))
    drops += f"DROP TRIGGER trg_touch_{s} ON tb_{s};\nDROP FUNCTION fn_touch_{s}();\n"
    drops += f"DROP MATERIALIZED VIEW mv_{s}_totals;\nDROP VIEW v_{s}_list;\nDROP VIEW v_{s};\n"
    yield f"{s}_read_models", "\n".join(others), drops
    yield f"{s}_review", _CHANGE.format(s=s), _UNCHANGE.format(s=s)
