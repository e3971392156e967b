-- Tables whose constraints random rows must keep to; zoo.sql comes before.

CREATE DOMAIN slug AS text CHECK (VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
CREATE TYPE span AS RANGE (SUBTYPE = float8);
CREATE TABLE odd (
    id int PRIMARY KEY CHECK (id BETWEEN 1 AND 9999),
    parent int REFERENCES odd (id),
    s slug NOT NULL,
    n numeric(6, 2) CHECK (n > 0),
    r int4range,
    spans tsrange[],
    j jsonb NOT NULL CHECK (jsonb_typeof(j) = 'object'),
    m mood[],
    c pair,
    v varchar(3) CHECK (v LIKE 'A%'),
    d date CHECK (d > '2020-01-01'),
    mr int4multirange,
    sp span,
    EXCLUDE USING gist (r WITH &&)
);
CREATE TABLE event (id uuid, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE ordered (
    a int,
    b int,
    c int GENERATED ALWAYS AS (a + b) STORED,
    CHECK (a < b),
    CHECK (c <> 7)
);
CREATE TABLE late (
    k int CONSTRAINT uq_k UNIQUE DEFERRABLE INITIALLY DEFERRED,
    t text NOT NULL CHECK (length(t) = 2)
);
CREATE TABLE "Odd %name" ("a %s" int NOT NULL CHECK ("a %s" % 2 = 0), "b""" text);
