"""Makes queries over the schema of Fixtures/scribe at random, each from a number.

They need not mean anything; they have to be understood by Postgres and be as tangled as can be:
joins in joins, groups over subqueries over set operations, conditions that let NULL through and
such that do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

__all__ = ["made_query"]

# Columns that are enough to be interesting, by what their type is called in an expression.
_TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "graveyards": (("id", "int"), ("name", "text"), ("city", "text"), ("is_open", "bool")),
    "graves": (
        ("id", "int"),
        ("graveyard_id", "int"),
        ("number", "int"),
        ("epitaph", "text"),
        ("total", "numeric"),
        ("half", "numeric"),
        ("discount", "numeric"),
    ),
    "minions": (
        ("id::int", "int"),
        ("name", "text"),
        ("mood", "text"),
        ("weight", "int"),
        ("boss_id::int", "int"),
        ("grave_id", "int"),
        ("gear ->> 'hat'", "text"),
        ("nickname::text", "text"),
        ("seals[1]", "int"),
    ),
    "spells": (("mana", "int"), ("name::text", "text"), ("school", "text")),
    "events": (("id::int", "int"), ("what", "text"), ("minion_id::int", "int")),
    "beings": (("id", "int"), ("label", "text")),
    "occupied": (("id", "int"), ("minion", "text"), ("graveyard", "text"), ("number", "int")),
    "cities": (("id", "int"), ("city", "text")),
    "hordes": (("size::int", "int"), ("mood", "text")),
    "named": (("id", "int"), ("graveyard", "text")),
}
_TYPES = ("int", "text", "bool", "numeric")
_CONSTANTS = {
    "int": ("0", "1", "2", "7", "NULL::int"),
    "text": ("'Hollow'", "'grim'", "''", "NULL::text"),
    "bool": ("true", "false", "NULL::bool"),
    "numeric": ("0.5", "75", "NULL::numeric"),
}
_JOINS = ("JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")


@dataclass(frozen=True)
class Value:
    """An expression and its type."""

    sql: str
    type: str


type Values = list[Value]


class _Maker:
    """Makes one query."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._names = 0
        self.commons: list[tuple[str, Values]] = []

    def name(self) -> str:
        self._names += 1
        return f"r{self._names}"

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # Expressions.

    def of(self, type_: str, values: Values, depth: int) -> str:
        """An expression of a type over columns that are at hand."""
        own = [each.sql for each in values if each.type == type_]
        if own and self.chance(0.45 if depth else 0.85):
            return self.random.choice(own)
        if depth <= 0:
            return self.random.choice(_CONSTANTS[type_])
        makers: dict[str, tuple[Callable[[Values, int], str], ...]] = {
            "int": (self._sum, self._length, self._choice_int, self._count, self._cast),
            "text": (self._joined, self._shaped, self._choice_text, self._cut),
            "bool": (self.condition, self._truth),
            "numeric": (self._product, self._choice_numeric),
        }
        return self.random.choice(makers[type_])(values, depth - 1)

    def _sum(self, values: Values, depth: int) -> str:
        sign = self.random.choice("+-*")
        return f"({self.of('int', values, depth)} {sign} {self.of('int', values, depth)})"

    def _length(self, values: Values, depth: int) -> str:
        return f"length({self.of('text', values, depth)})"

    def _cast(self, values: Values, depth: int) -> str:
        return f"round({self.of('numeric', values, depth)} % 100)::int"

    def _count(self, values: Values, depth: int) -> str:
        kind = self.random.choice(("count(*)", "max(t.id)", "coalesce(max(t.id), 0)", "t.id"))
        where = self.condition([*values, Value("t.id", "int"), Value("t.city", "text")], depth)
        limit = "" if "(" in kind else " LIMIT 1"
        return f"(SELECT ({kind})::int FROM graveyards t WHERE {where}{limit})"

    def _choice_int(self, values: Values, depth: int) -> str:
        return self._choice("int", values, depth)

    def _choice_text(self, values: Values, depth: int) -> str:
        return self._choice("text", values, depth)

    def _choice_numeric(self, values: Values, depth: int) -> str:
        return self._choice("numeric", values, depth)

    def _choice(self, type_: str, values: Values, depth: int) -> str:
        one, other = self.of(type_, values, depth), self.of(type_, values, depth)
        kind = self.random.randrange(6)
        if kind == 0:
            return f"coalesce({one}, {other})"
        if kind == 1:
            return f"nullif({one}, {other})"
        if kind == 2:
            return f"greatest({one}, {other})"
        condition = self.condition(values, depth)
        if kind == 3:
            return f"CASE WHEN {condition} THEN {one} END"
        if kind == 4:
            more = self.condition(values, depth)
            third = self.of(type_, values, depth)
            return f"CASE WHEN {condition} THEN {one} WHEN {more} THEN {third} ELSE {other} END"
        return f"CASE WHEN {condition} THEN {one} ELSE {other} END"

    def _joined(self, values: Values, depth: int) -> str:
        return f"({self.of('text', values, depth)} || {self.of('text', values, depth)})"

    def _shaped(self, values: Values, depth: int) -> str:
        function = self.random.choice(("upper", "lower", "btrim", "shout", "quote_nullable", "md5"))
        return f"{function}({self.of('text', values, depth)})"

    def _cut(self, values: Values, depth: int) -> str:
        text = self.of("text", values, depth)
        return self.random.choice(
            (f"left({text}, 2)", f"substring({text} FROM 'o.')", f"concat({text}, '!')")
        )

    def _product(self, values: Values, depth: int) -> str:
        return f"({self.of('int', values, depth)} * {self.of('numeric', values, depth)})"

    def _truth(self, values: Values, depth: int) -> str:
        test = self.random.choice(("IS TRUE", "IS NOT TRUE", "IS NOT FALSE", "IS UNKNOWN"))
        return f"(({self.condition(values, depth)}) {test})"

    # Conditions.

    def condition(self, values: Values, depth: int) -> str:
        type_ = self.random.choice(("int", "text", "numeric"))
        one = self.of(type_, values, depth - 1)
        if depth > 0 and self.chance(0.4):
            left, right = self.condition(values, depth - 1), self.condition(values, depth - 1)
            word = self.random.choice(("AND", "OR", "AND", "AND NOT"))
            return f"({left} {word} {right})"
        kind = self.random.randrange(11)
        if kind < 3:
            return (
                f"({one} {self.random.choice(('=', '<', '<>', '>='))} {self.of(type_, values, 0)})"
            )
        if kind == 3:
            return f"({one} IS NULL)"
        if kind == 4:
            return f"({one} IS NOT NULL)"
        if kind == 5:
            return f"(NOT ({one} = {self.of(type_, values, 0)}))"
        if kind == 6:
            word = self.random.choice(("", "NOT "))
            return f"({one} {word}IN ({self.of(type_, values, 0)}, {self.of(type_, values, 0)}))"
        if kind == 7:
            word = self.random.choice(("IS DISTINCT FROM", "IS NOT DISTINCT FROM"))
            return f"({one} {word} {self.of(type_, values, 0)})"
        if kind == 8:
            default = self.random.choice(("true", "false"))
            return f"coalesce({one} = {self.of(type_, values, 0)}, {default})"
        if kind == 9:
            word = self.random.choice(("IN", "NOT IN"))
            return f"({self.of('text', values, 0)} {word} (SELECT t.city FROM graveyards t))"
        return self.of("bool", values, 0)

    # FROM.

    def source(self, depth: int, beside: Values) -> tuple[str, Values]:
        """A part of FROM and its columns.

        - beside: columns that LATERAL may look at.
        """
        kind = self.random.randrange(12)
        if depth > 0 and kind < 4:
            return self._join(depth - 1, beside)
        if depth > 0 and kind < 6:
            return self._subquery(depth - 1, beside)
        if kind == 6 and self.commons:
            table, columns = self.random.choice(self.commons)
            name = self.name()
            return f"{table} AS {name}", [Value(f"{name}.{c.sql}", c.type) for c in columns]
        name = self.name()
        if kind == 7:
            rows = [
                f"({', '.join(self.random.choice(_CONSTANTS[each]) for each in ('int', 'text'))})"
                for _ in range(self.random.randint(1, 3))
            ]
            columns = [Value(f"{name}.a", "int"), Value(f"{name}.b", "text")]
            return f"(VALUES {', '.join(rows)}) AS {name} (a, b)", columns
        if kind == 8:
            array = self.random.choice(("ARRAY[1, 2]", "ARRAY[1, NULL]", "NULL::int[]"))
            columns = [Value(f"{name}.e", "int"), Value(f"{name}.n::int", "int")]
            return f"unnest({array}) WITH ORDINALITY AS {name} (e, n)", columns
        table = self.random.choice(list(_TABLES))
        return f"{table} AS {name}", [Value(f"{name}.{c}", t) for c, t in _TABLES[table]]

    def _join(self, depth: int, beside: Values) -> tuple[str, Values]:
        left, columns = self.source(depth, beside)
        word = self.random.choice(_JOINS)
        is_lateral = word in ("JOIN", "LEFT JOIN")
        right, more = self.source(depth, [*beside, *columns] if is_lateral else [])
        both = [*columns, *more]
        if word == "FULL JOIN":
            # Postgres joins so by equality alone.
            on = f"{self.of('int', columns, 0)} = {self.of('int', more, 0)}"
        else:
            on = self.condition(both, 1)
        return f"({left} {word} {right} ON {on})", both

    def _subquery(self, depth: int, beside: Values) -> tuple[str, Values]:
        name = self.name()
        types = [self.random.choice(_TYPES) for _ in range(self.random.randint(1, 3))]
        is_lateral = bool(beside) and self.chance(0.5)
        sql = self.query(types, depth, beside if is_lateral else [])
        columns = [Value(f"{name}.c{index}", each) for index, each in enumerate(types)]
        return f"{'LATERAL ' if is_lateral else ''}({sql}) AS {name}", columns

    # Queries.

    def query(self, types: Sequence[str], depth: int, beside: Values) -> str:
        """A query with columns of these types, called c0, c1, …"""
        if depth > 0 and self.chance(0.2):
            word = self.random.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT"))
            one, other = self.query(types, depth - 1, beside), self.query(types, depth - 1, beside)
            return f"({one}) {word} ({other})"
        source, values = self.source(depth, beside)
        at_hand = [*values, *beside]
        where = f" WHERE {self.condition(at_hand, 2)}" if self.chance(0.6) else ""
        kind = self.random.randrange(5)
        if kind == 0:
            return self._grouped(types, source + where, values)
        items = [self.of(each, at_hand, 2) for each in types]
        if kind == 1:
            items = [
                self._window(each, item, values) if self.chance(0.5) else item
                for each, item in zip(types, items, strict=True)
            ]
        return f"SELECT {_named(items)} FROM {source}{where}"

    def _window(self, type_: str, item: str, values: Values) -> str:
        order = self.of("int", values, 0)
        frame = self.random.choice(
            (
                "",
                " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
                " ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING",
                " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW",
                " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES",
            )
        )
        functions = ["first_value", "last_value", "lag"]
        functions += ["max"] if type_ != "bool" else ["bool_and"]
        function = self.random.choice(functions)
        return f"{function}({item}) OVER (ORDER BY {order}{frame})"

    def _grouped(self, types: Sequence[str], source: str, values: Values) -> str:
        keys = [self.of(self.random.choice(("int", "text")), values, 1) for _ in range(2)]
        columns = {each.sql for each in values}
        keys = [each for each in dict.fromkeys(keys) if each in columns or "(" in each]
        forms = (
            ", ".join(keys),
            f"ROLLUP ({', '.join(keys)})",
            f"GROUPING SETS (({', '.join(keys)}), ({keys[0] if keys else ''}))",
            f"CUBE ({', '.join(keys)})",
        )
        items = [self._aggregate(each, values) for each in types]
        if not keys:
            return f"SELECT {_named(items)} FROM {source}"
        # Types of the keys are not known here, and text takes any.
        items = [
            f"({self.random.choice(keys)})::text" if each == "text" and self.chance(0.6) else item
            for each, item in zip(types, items, strict=True)
        ]
        having = ""
        if self.chance(0.4):
            key = self.random.choice(keys)
            condition = self.random.choice(
                (
                    f"{key} IS NOT NULL",
                    "count(*) > 0",
                    f"max({key}) IS NOT NULL",
                    f"({key})::text <> 'x'",
                )
            )
            having = f" HAVING {condition}"
        return f"SELECT {_named(items)} FROM {source} GROUP BY {self.random.choice(forms)}{having}"

    def _aggregate(self, type_: str, values: Values) -> str:
        within = self.of(type_, values, 1)
        only = f" FILTER (WHERE {self.condition(values, 0)})" if self.chance(0.2) else ""
        if type_ == "bool":
            return f"bool_and({within}){only}"
        if type_ == "int":
            forms = ["max({}){}", "min({}){}", "count({}){}::int", "coalesce(max({}){}, 0)"]
        elif type_ == "text":
            forms = ["max({}){}", "string_agg({}, ','){}", "array_agg({}){}::text"]
        else:
            forms = ["sum({}){}", "avg({}){}", "max({}){}"]
        return self.random.choice(forms).format(within, only)

    def statement(self) -> str:
        """A statement."""
        types = [self.random.choice(_TYPES) for _ in range(self.random.randint(2, 4))]
        kind = self.random.randrange(10)
        if kind == 0:
            return self._written()
        common = ""
        if kind in (1, 2):
            table = self.name()
            inner = ["int", "text"]
            columns = [Value("c0", "int"), Value("c1", "text")]
            first = self.query(inner, 1, [])
            if kind == 2:
                values = [Value(f"{table}.c0", "int"), Value(f"{table}.c1", "text")]
                step, text = self.of("int", values, 1), self.of("text", values, 1)
                more = f"SELECT {step}, left({text}, 9) FROM {table} WHERE {table}.c0 < 3"
                first = f"({first}) UNION {more}"
            common = f"WITH RECURSIVE {table} (c0, c1) AS ({first}) "
            self.commons.append((table, columns))
        return common + self.query(types, 3, [])

    def _written(self) -> str:
        values = [Value(f"minions.{c}", t) for c, t in _TABLES["minions"] if c != "nickname::text"]
        mood, number = self.of("text", values, 2), self.of("int", values, 1)
        returned = ", ".join(self.of(each, values, 1) for each in ("text", "int", "text"))
        if self.chance(0.6):
            source, more = self.source(1, [])
            where = self.condition([*values, *more], 2)
            returned += f", {self.of('text', more, 1)}, minions.mood, minions.seals[1]"
            return (
                f"UPDATE minions SET mood = {mood}, seals = ARRAY[{number}] FROM {source}"
                f" WHERE {where} RETURNING {returned}"
            )
        query = self.query(["text", "text"], 2, [])
        return (
            "INSERT INTO minions (name, mood, kind, weight)"
            f" SELECT coalesce(c0, 'x'), c1, 'lich', 1 FROM ({query}) AS q"
            f" RETURNING {returned}, mood, born, email"
        )


def _named(items: Sequence[str]) -> str:
    return ", ".join(f"{item} AS c{index}" for index, item in enumerate(items))


def made_query(seed: int) -> str:
    """The query of a number."""
    return _Maker(Random(seed)).statement()
