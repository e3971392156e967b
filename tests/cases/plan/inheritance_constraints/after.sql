CREATE TABLE p (id integer NOT NULL, a integer, CONSTRAINT ck_up CHECK (a > 0), CONSTRAINT ck_both CHECK (a > 1));
CREATE TABLE c (CONSTRAINT ck_both CHECK (a > 1), a integer NOT NULL) INHERITS (p);
CREATE TABLE d () INHERITS (p);
