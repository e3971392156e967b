"""Random queries over a small schema: joins of every kind, guards, groups, documents inside documents."""

# ruff: noqa: E501, C901, PLR0911 - a grammar: one line for each way to write something

from random import Random

SCHEMA = """
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE a (id integer PRIMARY KEY, n integer, t text NOT NULL, k text CHECK (k IN ('x', 'y')), m mood NOT NULL);
    CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES a, n integer, t text, l text[] NOT NULL);
    CREATE TABLE c (id integer PRIMARY KEY, b_id integer REFERENCES b, a_id integer REFERENCES a, n integer NOT NULL, t text, m mood);
    CREATE FUNCTION f_doc(p integer, q text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_build_object('p', p, 'q', q) $$;
    CREATE FUNCTION f_strict(p integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT p % 5';
"""
TABLES = {
    "a": {"id": "int", "n": "int", "t": "text", "k": "text", "m": "mood"},
    "b": {"id": "int", "a_id": "int", "n": "int", "t": "text", "l": "list"},
    "c": {"id": "int", "b_id": "int", "a_id": "int", "n": "int", "t": "text", "m": "mood"},
}
KEYS = {("b", "a_id"): "a", ("c", "b_id"): "b", ("c", "a_id"): "a"}
TYPES = ("int", "text", "bool", "doc", "mood", "list")


class Writer:
    """Writes random queries; the same seed gives the same ones."""

    def __init__(self, seed) -> None:
        self.random = Random(seed)
        self.names = 0

    def name(self):
        self.names += 1
        return f"q{self.names}"

    def pick(self, *choices: object):
        return self.random.choice(choices)

    def often(self, share=0.5):
        return self.random.random() < share

    # Expressions: of a type, over columns given as (text, type).

    def expression(self, kind, columns, depth):
        there = [text for text, type_ in columns if type_ == kind]
        if there and (depth <= 0 or self.often(0.4)):
            return self.random.choice(there)
        if depth <= 0:
            return self.constant(kind)
        if self.often(0.25):
            return self.conditional(kind, columns, depth)
        return getattr(self, f"_{kind}")(columns, depth - 1)

    def constant(self, kind):
        return {
            "int": self.pick("0", "1", "3", "NULL::integer"), "text": self.pick("'x'::text", "'y'::text", "NULL::text"),
            "bool": self.pick("true", "false"), "doc": self.pick("'{}'::jsonb", "'[]'::jsonb", "'null'::jsonb", "'{\"z\": 1}'::jsonb"),
            "mood": self.pick("'sad'::mood", "'glad'::mood"), "list": "'{p,q}'::text[]",
        }[kind]  # fmt: skip

    def conditional(self, kind, columns, depth):
        def some():
            return self.expression(kind, columns, depth - 1)

        shape = self.pick("case", "case", "coalesce", "simple", "nullif", "scalar")
        if shape == "coalesce":
            return f"COALESCE({some()}, {some()})"
        if shape == "nullif" and kind != "doc":
            return f"NULLIF({some()}, {some()})"
        if shape == "simple":
            subject = self.expression("text", columns, depth - 1)
            return f"CASE {subject} WHEN 'x' THEN {some()} WHEN 'y' THEN {some()} {self.pick('', f'ELSE {some()}')} END"
        if shape == "scalar":
            return self.scalar(kind, columns, depth - 1)
        more = f"WHEN {self.condition(columns, depth - 1)} THEN {some()} " if self.often() else ""
        return f"CASE WHEN {self.condition(columns, depth - 1)} THEN {some()} {more}{self.pick('', f'ELSE {some()}')} END"

    def scalar(self, kind, columns, depth):
        table, alias = self.pick(*TABLES), self.name()
        inner = [(f"{alias}.{name}", type_) for name, type_ in TABLES[table].items()]
        outer = [text for text, type_ in columns if type_ == "int"]
        where = self.condition([*inner, *columns], 1)
        if outer and self.often(0.6):
            where = f"{alias}.id = {self.random.choice(outer)}" + (f" AND {where}" if self.often(0.3) else "")
        target = self.expression(kind, [*inner, *columns], depth)
        end = (
            self.pick("LIMIT 1", "LIMIT 1", "ORDER BY 1 LIMIT 1 OFFSET 1")
            if self.often(0.7) or kind == "doc"
            else "LIMIT 1"
        )
        return f"(SELECT {target} FROM {table} AS {alias} WHERE {where} {end.replace('ORDER BY 1 ', '') if kind == 'doc' else end})"

    def condition(self, columns, depth):
        def value(kind="int"):
            return self.expression(kind, columns, depth - 1)

        shape = self.pick(
            "null",
            "null",
            "compare",
            "compare",
            "and",
            "or",
            "not",
            "in",
            "text",
            "exists",
            "distinct",
            "test",
            "any",
        )
        if depth <= 0:
            shape = self.pick("null", "compare", "text")
        kind = self.pick("int", "text", "mood")
        match shape:
            case "null":
                return f"({value(self.pick(*TYPES))}) IS {self.pick('', 'NOT')} NULL"
            case "compare":
                return f"{value()} {self.pick('=', '<', '>', '<>')} {value()}"
            case "text":
                return f"{value('text')} {self.pick('=', '<>', '>')} 'x'"
            case "and" | "or":
                return f"({self.condition(columns, depth - 1)} {shape.upper()} {self.condition(columns, depth - 1)})"
            case "not":
                return f"NOT ({self.condition(columns, depth - 1)})"
            case "in":
                return f"{value()} {self.pick('', 'NOT')} IN (1, {value()}, 3)"
            case "exists":
                return f"EXISTS (SELECT FROM {self.pick(*TABLES)} AS e WHERE e.id = {value()} OR {self.condition(columns, 0)})"
            case "distinct":
                return f"{value(kind)} IS {self.pick('', 'NOT')} DISTINCT FROM {value(kind)}"
            case "test":
                return f"({self.condition(columns, depth - 1)}) IS {self.pick('', 'NOT')} {self.pick('TRUE', 'FALSE', 'UNKNOWN')}"
        return (
            f"{value('text')} {self.pick('= ANY', '<> ALL')} ({self.expression('list', columns, depth - 1)})"
        )

    def _int(self, columns, depth):
        one, other = (self.expression("int", columns, depth) for _ in range(2))
        text = self.expression("text", columns, depth)
        return self.pick(
            f"({one} % 50 + {other} % 50)", f"abs({one} % 9)", f"length({text})", f"f_strict({one})", f"GREATEST({one}, {other})",
            f"LEAST({one}, 3)", f"cardinality({self.expression('list', columns, depth)})", f"array_length({self.expression('list', columns, depth)}, 1)",
        )  # fmt: skip

    def _text(self, columns, depth):
        one, other = (self.expression("text", columns, depth) for _ in range(2))
        doc = self.expression("doc", columns, depth)
        return self.pick(
            f"({one} || {other})", f"lower({one})", f"concat({one}, {other})", f"({doc} ->> '{self.key()}')", f"({doc} #>> '{{{self.key()},{self.key()}}}')",
            f"({self.expression('mood', columns, depth)})::text", f"({self.expression('list', columns, depth)})[1]", f"jsonb_typeof({doc})",
            f"substring({one} FROM 1 FOR 2)", f"substring({one} FROM 'a+')", f"({self.expression('int', columns, depth)})::text",
        )  # fmt: skip

    def _bool(self, columns, depth):
        return f"({self.condition(columns, depth)})"

    def _mood(self, columns, depth):
        return f"COALESCE({self.expression('mood', columns, depth)}, {self.constant('mood')})"

    def _list(self, columns, depth):
        text = self.expression("text", columns, depth)
        return self.pick(f"ARRAY[{text}, 'z']", f"array_append({self.expression('list', columns, depth)}, {text})", f"string_to_array({text}, 'a')",
                         f"array_remove({self.expression('list', columns, depth)}, NULL)")  # fmt: skip

    def key(self):
        return self.pick("u", "v", "w")

    def _doc(self, columns, depth):
        def value():
            return self.expression(self.pick(*TYPES), columns, depth)

        def doc():
            return self.expression("doc", columns, depth)

        object_ = f"jsonb_build_object('u', {value()}, 'v', {value()})"
        return self.pick(
            object_, object_, object_, f"jsonb_build_object('{self.key()}', {value()})", f"jsonb_build_array({value()}, {value()})",
            f"({object_} || {doc()})", f"({object_} || CASE WHEN {self.condition(columns, depth)} THEN jsonb_build_object('w', {value()}) ELSE '{{}}' END)",
            f"({object_} - '{self.key()}')", f"({doc()} -> '{self.key()}')", f"({doc()} -> {self.pick(0, -1)})", f"jsonb_strip_nulls({doc()})",
            f"jsonb_set({object_}, '{{{self.key()}}}', {doc()})", f"({object_} #- '{{u,v}}')", f"to_jsonb({value()})", f"f_doc({self.expression('int', columns, depth)}, NULL)",
            f"jsonb_build_object({self.expression('text', columns, depth)} || 'k', {value()}, 'u', 1)", f"to_jsonb(ROW({value()}, {value()}))",
            f"jsonb_set_lax({object_}, '{{w}}', {doc()})", f"({object_} #> '{{u,v}}')",
        ).replace("jsonb_build_object(NULL", "jsonb_build_object('w'")  # fmt: skip

    # Queries: text and columns as (name, type).

    def query(self, depth, outer=()):
        shape = self.pick("select", "select", "select", "group", "group", "union", "sets")
        if shape == "union" and depth > 0:
            types = [self.pick(*TYPES) for _ in range(2)]
            words = self.pick("UNION ALL", "UNION", "INTERSECT", "EXCEPT")
            parts = [self.select(depth - 1, outer, types)[0] for _ in range(2)]
            return f"({parts[0]}) {words} ({parts[1]})", [("c0", types[0]), ("c1", types[1])]
        if shape in ("group", "sets"):
            return self.grouped(depth, outer, sets=shape == "sets")
        return self.select(depth, outer)

    def sources(self, depth, outer):
        """Return FROM and WHERE, and the columns that there are."""
        text, columns = self.source(depth, outer)
        for _ in range(self.random.randrange(3)):
            kind = self.pick(
                "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", "LEFT JOIN LATERAL"
            )
            lateral = kind.endswith("LATERAL")
            right, more = self.source(depth, [*outer, *columns] if lateral else outer, lateral=lateral)
            if kind == "CROSS JOIN":
                text = f"{text} CROSS JOIN {right}"
            elif kind == "FULL JOIN":
                text = f"{text} FULL JOIN {right} ON {self.first(columns)} = {self.first(more)}"
            else:
                text = f"{text} {kind} {right} ON {self.join_condition(columns, more)}"
            columns = [*columns, *more]
        where = f" WHERE {self.condition([*columns, *outer], 2)}" if self.often() else ""
        return f"FROM {text}{where}", columns

    def first(self, columns):
        return next((text for text, type_ in columns if type_ == "int"), "1")

    def join_condition(self, left, right):
        if self.often(0.25):
            return "true"
        if self.often(0.3):
            return self.condition([*left, *right], 1)
        ints = [text for text, type_ in left if type_ == "int"] or ["1"]
        theirs = [text for text, type_ in right if type_ == "int"] or ["1"]
        keyed = [text for text in ints if text.endswith("_id")] or ints
        return f"{self.random.choice(keyed)} = {theirs[0]}" + (
            f" AND {self.condition(right, 1)}" if self.often(0.2) else ""
        )

    def source(self, depth, outer, *, lateral=False):
        alias = self.name()
        if lateral or (depth > 0 and self.often(0.4)):
            text, columns = self.query(depth - 1, outer if lateral else ())
            return f"({text}) AS {alias}", [(f"{alias}.{name}", type_) for name, type_ in columns]
        if depth > 0 and self.often(0.3):
            one, columns = self.source(0, ())
            other, more = self.source(0, ())
            condition = self.join_condition(columns, more)
            return f"({one} {self.pick('JOIN', 'LEFT JOIN')} {other} ON {condition})", [*columns, *more]
        table = self.pick(*TABLES)
        return f"{table} AS {alias}", [(f"{alias}.{name}", type_) for name, type_ in TABLES[table].items()]

    def select(self, depth, outer=(), types=None):
        source, columns = self.sources(depth, outer)
        types = types or [self.pick(*TYPES), "int", "doc", self.pick(*TYPES)]
        listed = [f"{self.expression(kind, [*columns, *outer], 3)} AS c{i}" for i, kind in enumerate(types)]
        end = self.pick("", "", "", " LIMIT 3", " OFFSET 1")
        return f"SELECT {', '.join(listed)} {source}{end}", [(f"c{i}", kind) for i, kind in enumerate(types)]

    def grouped(self, depth, outer, *, sets):
        source, columns = self.sources(depth, outer)
        plain = [(text, type_) for text, type_ in columns if type_ in ("int", "text", "mood", "bool")]
        keys = self.random.sample(plain, min(len(plain), self.random.randrange(0 if not sets else 1, 3)))
        over = [*columns, *outer]
        listed, types = [], []
        for kind in ("int", "doc", "doc", "text", "int"):
            listed.append(
                self.aggregate(kind, over)
                if self.often(0.7) or not keys
                else self.expression(kind, [*keys, *outer], 2)
            )
            types.append(kind)
        for text, type_ in keys:
            listed.append(text)
            types.append(type_)
        names = [f"c{i}" for i in range(len(listed))]
        group = ", ".join(text for text, _ in keys)
        if sets and keys:
            group = self.pick(
                f"ROLLUP ({group})",
                f"CUBE ({group})",
                f"GROUPING SETS (({group}), ())",
                f"GROUPING SETS (({keys[0][0]}), ({group}))",
            )
        having = f" HAVING {self.condition(keys, 1)}" if keys and self.often(0.2) else ""
        by = f" GROUP BY {group}{having}" if keys else ""
        return (
            f"SELECT {', '.join(f'{text} AS {name}' for text, name in zip(listed, names, strict=True))} {source}{by}",
            list(zip(names, types, strict=True)),
        )

    def aggregate(self, kind, columns):
        guard = f" FILTER (WHERE {self.condition(columns, 1)})" if self.often(0.3) else ""
        value = self.expression(kind, columns, 1)
        match kind:
            case "int":
                return self.pick(
                    f"max({value}){guard}",
                    f"count(*){guard}::integer",
                    f"min({value})",
                    f"(sum({value} % 9){guard})::integer",
                )
            case "text":
                return self.pick(f"max({value}){guard}", f"string_agg({value}, ','){guard}", f"min({value})")
        return self.pick(
            f"jsonb_agg({value}){guard}",
            f"COALESCE(jsonb_agg({value}){guard}, '[]')",
            f"jsonb_object_agg('k' || {self.expression('int', columns, 0)}::text, {value}) FILTER (WHERE {self.expression('int', columns, 0)} IS NOT NULL AND false)",
            f"to_jsonb(array_agg({self.expression('int', columns, 1)}){guard})",
        )
