CREATE TABLE p (id integer);
CREATE TABLE c (b text) INHERITS (p);
CREATE TABLE g () INHERITS (c);
CREATE TABLE h (was_here integer) INHERITS (p);
