-- A service for many tenants: a schema of its own, soft deletes, tenant keys in every foreign key, settings merged over defaults.
CREATE SCHEMA app;
CREATE TYPE app.role AS ENUM ('owner', 'admin', 'member');
CREATE DOMAIN app.slug AS varchar(63) CHECK (VALUE ~ '^[a-z][a-z0-9-]*$');
CREATE TABLE app.tenants (id uuid PRIMARY KEY, slug app.slug NOT NULL, name text NOT NULL, defaults jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz);
COMMENT ON COLUMN app.tenants.defaults IS 'shape: {theme: text in (light|dark), locale: text, limits: {[key]: integer}}';
CREATE TABLE app.accounts (tenant_id uuid NOT NULL REFERENCES app.tenants, id uuid NOT NULL, role app.role NOT NULL, email text NOT NULL, display_name text,
    preferences jsonb, manager_id uuid, deleted_at timestamptz, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, manager_id) REFERENCES app.accounts (tenant_id, id));
CREATE TABLE app.projects (tenant_id uuid NOT NULL, id uuid NOT NULL, owner_id uuid NOT NULL, title text NOT NULL, archived boolean NOT NULL, labels text[],
    PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, owner_id) REFERENCES app.accounts (tenant_id, id));
CREATE TABLE app.invoices (tenant_id uuid NOT NULL REFERENCES app.tenants, number integer NOT NULL, cents bigint NOT NULL, currency char(3) NOT NULL, paid_on date, PRIMARY KEY (tenant_id, number));
-- fill: UPDATE app.tenants SET defaults = (ARRAY['{"theme": "dark", "locale": "de", "limits": {}}', '{"theme": "light", "locale": "", "limits": {"a": 1}}'])[1 + length(name) % 2]::jsonb
-- fill: UPDATE app.accounts SET preferences = '{"a": 1}' WHERE preferences IS NOT NULL
CREATE VIEW app.v_account AS
    SELECT a.tenant_id, a.id, jsonb_build_object('id', a.id, 'role', a.role, 'email', a.email, 'displayName', COALESCE(a.display_name, split_part(a.email, '@', 1)),
        'manager', CASE WHEN m.id IS NULL THEN 'null'::jsonb ELSE jsonb_build_object('id', m.id, 'email', m.email) END,
        'isAdmin', a.role IN ('owner', 'admin')) AS data
    FROM app.accounts a LEFT JOIN app.accounts m ON (m.tenant_id, m.id) = (a.tenant_id, a.manager_id) WHERE a.deleted_at IS NULL;
CREATE VIEW app.v_settings AS
    SELECT a.id, t.defaults || COALESCE(a.preferences, '{}') AS data, t.defaults || jsonb_build_object('role', a.role) AS safe, t.defaults -> 'limits' ->> 'seats' AS seats
    FROM app.accounts a JOIN app.tenants t ON t.id = a.tenant_id;
CREATE VIEW app.v_project AS
    SELECT p.tenant_id, p.id, jsonb_strip_nulls(jsonb_build_object('id', p.id, 'title', p.title, 'labels', p.labels, 'owner', o.data)) AS data
    FROM app.projects p LEFT JOIN app.v_account o ON o.tenant_id = p.tenant_id AND o.id = p.owner_id WHERE NOT p.archived;
CREATE VIEW app.v_project_owner AS
    SELECT p.id, jsonb_build_object('title', p.title, 'owner', a.email, 'tenant', t.slug, 'boss', b.email) AS data
    FROM app.projects p LEFT JOIN app.accounts a ON a.tenant_id = p.tenant_id AND a.id = p.owner_id LEFT JOIN app.tenants t ON t.id = a.tenant_id
    LEFT JOIN app.accounts b ON b.tenant_id = a.tenant_id AND b.id = a.manager_id;
CREATE VIEW app.v_tenant AS
    SELECT t.id, jsonb_build_object('slug', t.slug, 'name', t.name, 'members', m.members, 'admins', m.admins, 'roles', m.roles,
        'projects', (SELECT jsonb_agg(p.data) FROM app.v_project p WHERE p.tenant_id = t.id),
        'billing', jsonb_build_object('open', b.open, 'currency', b.currency, 'last', b.last)) AS data
    FROM app.tenants t
    CROSS JOIN LATERAL (SELECT count(*) AS members, count(*) FILTER (WHERE a.role <> 'member') AS admins, jsonb_agg(DISTINCT a.role) AS roles FROM app.accounts a WHERE a.tenant_id = t.id) m
    LEFT JOIN LATERAL (SELECT sum(i.cents) FILTER (WHERE i.paid_on IS NULL) AS open, max(i.currency) AS currency, max(i.paid_on) AS last FROM app.invoices i WHERE i.tenant_id = t.id) b ON true
    WHERE t.deleted_at IS NULL;
