CREATE TYPE post_status AS ENUM ('draft', 'in_review', '24h', '__x');
CREATE TYPE empty AS ENUM ();
CREATE TYPE pair AS ("Left" int, "right side" text);
CREATE TYPE floatrange AS RANGE (SUBTYPE = float8);
CREATE DOMAIN colour AS text CHECK (VALUE IN ('Red', 'Light Blue'));
CREATE TYPE Post_State AS ENUM ('offen', 'zu', 'x1');
ALTER TYPE post_state ADD VALUE IF NOT EXISTS 'New One';
CREATE TYPE "status type" AS ENUM ();
