"""Random schemas for hypothesis, and random edits of them.

A schema is a set of slots, each empty or filled with a number of choices. A choice says which of the things
that are there, so that every schema is valid SQL whatever else is in it: the tenth column of three is the
first. An edit fills some slots anew.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

ROLES = ("fuzz_reader", 'Fuzz "writer"')
TYPES = ("integer", "bigint", "text", "varchar(9)", "numeric(8,2)", "date", "jsonb", "integer[]")
DEFAULTS = {
    "integer": ("5", "7"), "bigint": ("5", "7"), "text": ("'5'", "'a;''b'"), "varchar(9)": ("'5'", "''"),
    "numeric(8,2)": ("5", "1.5"), "date": ("'2020-02-02'", "CURRENT_DATE"), "jsonb": ("'{}'", "'[1]'"),
    "integer[]": ("'{}'", "ARRAY[1, 2]"),
}  # fmt: skip
NAMES = ("id", "b", "C d", "e", "user")
LABELS = ("x", "y", "it's", "z")
TABLES, VIEWS, FUNCTIONS = 3, 4, 2

choice = st.integers(0, 11)
choices = st.lists(choice, min_size=1, max_size=5).map(tuple)
columns = st.lists(st.tuples(choice, choice, choice), min_size=1, max_size=len(NAMES)).map(tuple)


@dataclass(frozen=True)
class TableChoices:
    """columns: of each, the name left out before it, its type, and its default, NOT NULL or expression."""

    columns: tuple[tuple[int, int, int], ...]
    key: int
    check: int
    index: int
    parent: int
    belonging: int


@dataclass(frozen=True)
class ViewChoices:
    """source: the table or view below. body: also whether it is materialised, and whether it calls."""

    source: int
    picks: tuple[int, ...]
    body: int
    belonging: int


@dataclass(frozen=True)
class FunctionChoices:
    """What it takes and gives, and what its body uses."""

    signature: int
    body: int
    belonging: int


slots = {
    "labels": st.permutations(LABELS).flatmap(lambda all_: st.integers(1, 4).map(lambda n: tuple(all_[:n]))),
    "domain": choice,
    "composite": choices,
    "rights": choice,
}
slots |= {
    f"t{n}": st.builds(TableChoices, columns, *[choice] * 5) if n == 0 else
    st.none() | st.builds(TableChoices, columns, *[choice] * 5)
    for n in range(TABLES)
}  # fmt: skip
slots |= {f"v{n}": st.none() | st.builds(ViewChoices, choice, choices, choice, choice) for n in range(VIEWS)}
slots |= {f"f{n}": st.none() | st.builds(FunctionChoices, *[choice] * 3) for n in range(FUNCTIONS)}


@st.composite
def edits(draw):
    """Return two schemas as SQL, the second an edit of the first."""
    before = {name: draw(slot) for name, slot in slots.items()}
    edited = draw(st.lists(st.sampled_from(sorted(slots)), min_size=1, max_size=6, unique=True))
    after = before | {name: draw(slots[name]) for name in edited}
    return write(before), write(after)


def write(schema):
    """Return the SQL of a schema."""
    return "\n".join(_Writer(schema).statements)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class _Writer:
    """Writes statements in an order in which they run; relations: their columns with their types."""

    def __init__(self, schema) -> None:
        self.statements = [
            f"DO $$ BEGIN CREATE ROLE {quoted(role)}; EXCEPTION WHEN duplicate_object OR unique_violation"
            " THEN NULL; END $$;"
            for role in ROLES
        ]
        self.relations = {}
        self.keys = {}
        self._types(schema)
        for name in (f"f{n}" for n in range(FUNCTIONS)):
            if schema[name]:
                self._function(name, schema[name])
        self.functions = [name for name in schema if name[0] == "f" and schema[name]]
        for name in (f"t{n}" for n in range(TABLES)):
            if schema[name]:
                self._table(name, schema[name])
        for name in (f"v{n}" for n in range(VIEWS)):
            if schema[name]:
                self._view(name, schema[name])
        if schema["rights"] % 3 == 0:
            self.say(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {ROLES[0]};")

    def say(self, statement):
        self.statements.append(statement)

    def _types(self, schema):
        self.say(f"CREATE TYPE mood AS ENUM ({', '.join(_literal(label) for label in schema['labels'])});")
        base = ("text", "varchar(20)")[schema["domain"] % 2]
        check = ("", " CHECK (length(value) < 9)", " NOT NULL", " CHECK (value <> '')")
        self.say(f"CREATE DOMAIN code AS {base}{check[schema['domain'] // 2 % 4]};")
        parts = {NAMES[n % len(NAMES)]: TYPES[n % len(TYPES)] for n in schema["composite"]}
        self.say(f"CREATE TYPE part AS ({', '.join(f'{quoted(n)} {t}' for n, t in parts.items())});")
        self.labels = schema["labels"]

    def _function(self, name, made):
        takes = ("", "p integer", "p integer, q text DEFAULT 'a'", "r integer")[made.signature % 4]
        gives = ("integer", "bigint")[made.signature // 4 % 2]
        body = made.body % 4
        text = f"SELECT {body}::{gives}"
        atomic = f"RETURN {body}::{gives}"
        how = ("IMMUTABLE", "IMMUTABLE STRICT")[made.body // 4 % 2]
        end = f"AS $$ {text} $$" if body % 2 else atomic
        self.say(f"CREATE FUNCTION {name}({takes}) RETURNS {gives} LANGUAGE sql {how} {end};")
        self._belonging("FUNCTION", f"{name}", made.belonging, ("EXECUTE",))

    def _call(self, number):
        """Return a call that any of the signatures answers, None where there is nothing to call."""
        if not self.functions:
            return None
        name = self.functions[number % len(self.functions)]
        signature = next(text for text in self.statements if text.startswith(f"CREATE FUNCTION {name}("))
        return f"{name}()" if f"{name}()" in signature else f"{name}(3)"

    def _table(self, name, made):
        names = iter(NAMES)
        found, definitions = {}, []
        types = (*TYPES, "mood", "code", "part", "code[]")
        for skip, kind, more in made.columns:
            column = next(names, None) if skip % 4 else (next(names, None), next(names, None))[1]
            if column is None:
                break
            found[column] = types[kind % len(types)]
            definitions.append(f"{quoted(column)} {found[column]}{self._more(found, column, more)}")
        found = found or {"id": "integer"}
        definitions = definitions or ["id integer"]
        keyed = [column for column, type_ in found.items() if type_ in ("integer", "bigint", "text", "date")]
        if keyed and made.key % 3:
            column = keyed[made.key % len(keyed)]
            word = "PRIMARY KEY" if made.key % 3 == 1 else "UNIQUE"
            definitions.append(f"CONSTRAINT {name}_key {word} ({quoted(column)})")
            self.keys[name] = column, found[column]
        column = list(found)[made.check % len(found)]
        if made.check % 4 == 1:
            definitions.append(f"CONSTRAINT {name}_check CHECK ({quoted(column)} IS NOT NULL OR 1 > 0)")
        elif made.check % 4 == 2 and self._call(made.check):
            definitions.append(f"CONSTRAINT {name}_check CHECK ({self._call(made.check)} > {made.check})")
        self.say(f"CREATE TABLE {name} ({', '.join(definitions)});")
        self.relations[name] = found
        self._on_table(name, made, found)

    def _more(self, found, column, number):
        type_, call = found[column], self._call(number)
        whole = type_ in ("integer", "bigint")
        more = {1: " NOT NULL"}
        if type_ in DEFAULTS:
            more[2] = f" DEFAULT {DEFAULTS[type_][number // 6]}"
        elif type_ == "mood":
            more[2] = f" DEFAULT {_literal(self.labels[number % len(self.labels)])}"
        if whole and call:
            more[3] = f" DEFAULT {call}"
        if whole:
            more[4] = f" GENERATED {('ALWAYS', 'BY DEFAULT')[number // 6]} AS IDENTITY"
        if type_ in ("bigint", "text"):
            more[5] = f" GENERATED ALWAYS AS ({call or number}::{type_}) STORED"
        return more.get(number % 6, "")

    def _on_table(self, name, made, found):
        indexed = [column for column, type_ in found.items() if type_ not in ("jsonb", "part")]
        if indexed and made.index % 3:
            column = quoted(indexed[made.index % len(indexed)])
            unique = "UNIQUE " if made.index % 4 == 1 else ""
            where = f" WHERE {column} IS NOT NULL" if made.index % 2 else ""
            self.say(f"CREATE {unique}INDEX {name}_index ON {name} ({column}){where};")
        parents = [parent for parent in self.keys if parent in self.relations]
        if made.parent % 2 and parents:
            parent = parents[made.parent % len(parents)]
            column, type_ = self.keys[parent]
            mine = next((mine for mine, other in found.items() if other == type_), None)
            if mine:
                action = (" ON DELETE CASCADE", "", " DEFERRABLE")[made.parent % 3]
                self.say(
                    f"ALTER TABLE {name} ADD CONSTRAINT {name}_parent FOREIGN KEY ({quoted(mine)})"
                    f" REFERENCES {parent} ({quoted(column)}){action};"
                )
        self._belonging("TABLE", name, made.belonging, ("SELECT", "INSERT", "UPDATE"))
        column = quoted(list(found)[made.belonging % len(found)])
        if made.belonging % 4 == 1:
            self.say(f"COMMENT ON COLUMN {name}.{column} IS 'c {made.belonging}';")
            self.say(f"GRANT UPDATE ({column}) ON {name} TO {quoted(ROLES[1])};")
        if made.belonging % 3 == 1:
            self.say(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;")
            command = ("ALL", "SELECT", "UPDATE")[made.check % 3]
            self.say(f"CREATE POLICY {name}_policy ON {name} FOR {command} USING ({column} IS NOT NULL);")
        if made.belonging % 3 == 2:
            event = ("INSERT", f"UPDATE OF {column}", "INSERT OR UPDATE")[made.check % 3]
            self.say(
                f"CREATE TRIGGER {name}_trigger BEFORE {event} ON {name} FOR EACH ROW"
                " EXECUTE FUNCTION suppress_redundant_updates_trigger();"
                if event.startswith("UPDATE") else
                f"CREATE TRIGGER {name}_trigger AFTER {event} ON {name} FOR EACH STATEMENT"
                " EXECUTE FUNCTION suppress_redundant_updates_trigger();"
            )  # fmt: skip

    def _view(self, name, made):
        sources = list(self.relations)
        source = sources[made.source % len(sources)]
        below = self.relations[source]
        found = {list(below)[pick % len(below)]: None for pick in made.picks}
        found = {column: below[column] for column in found}
        selected = [quoted(column) for column in found]
        call = self._call(made.body)
        if made.body % 4 == 1 and call and "called" not in found:
            selected.append(f"{call} AS called")
            found["called"] = "integer"
        elif made.body % 4 == 2 and "whole" not in found:
            selected.append(f"{source} IS NULL AS whole")
            found["whole"] = "boolean"
        if made.body % 5 == 1:
            column = next(iter(found))
            selected[0] = f"{quoted(column)}::text AS {quoted(column)}"
            found[column] = "text"
        materialized = made.body % 3 == 0
        options = " WITH (security_invoker)" if made.body % 3 == 1 else ""
        word = "MATERIALIZED VIEW" if materialized else "VIEW"
        self.say(f"CREATE {word} {name}{options} AS SELECT {', '.join(selected)} FROM {source};")
        if materialized and made.belonging % 2 and next(iter(found.values())) not in ("jsonb", "part"):
            column = quoted(next(iter(found)))
            self.say(f"CREATE UNIQUE INDEX {name}_index ON {name} ({column});")
        self.relations[name] = found
        self._belonging(word, name, made.belonging, ("SELECT",))

    def _belonging(self, word, name, number, privileges):
        if number % 4 == 2:
            self.say(f"COMMENT ON {word} {name} IS 'about {number}';")
        if number % 3 == 1:
            on = "FUNCTION" if word == "FUNCTION" else "TABLE"
            self.say(f"GRANT {privileges[number % len(privileges)]} ON {on} {name} TO {ROLES[0]};")
        if number % 5 == 3:
            self.say(f"ALTER {word} {name} OWNER TO {quoted(ROLES[1])};")
        if number % 6 == 5 and word == "FUNCTION":
            self.say(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC;")


def _literal(text):
    return "'" + text.replace("'", "''") + "'"
