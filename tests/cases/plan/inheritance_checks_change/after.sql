CREATE TABLE p (id integer, a integer, CONSTRAINT ck CHECK (a > 5));
CREATE TABLE c (b integer) INHERITS (p);
CREATE TABLE g (CONSTRAINT ck CHECK (a > 5)) INHERITS (c);
