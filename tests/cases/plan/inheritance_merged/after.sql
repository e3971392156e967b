CREATE TABLE p (id integer, a integer DEFAULT 7, z integer NOT NULL DEFAULT 2, was_here integer);
CREATE TABLE c (b text) INHERITS (p);
CREATE TABLE g (a integer DEFAULT 8) INHERITS (c);
CREATE TABLE h (was_here integer, z integer NOT NULL DEFAULT 3) INHERITS (p);
