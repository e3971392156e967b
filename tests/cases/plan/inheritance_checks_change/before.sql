CREATE TABLE p (id integer, a integer, CONSTRAINT ck CHECK (a > 1), CONSTRAINT ck_gone CHECK (a > 2));
CREATE TABLE c (b integer, CONSTRAINT ck_gone CHECK (a > 2)) INHERITS (p);
CREATE TABLE g (CONSTRAINT ck CHECK (a > 1)) INHERITS (c);
