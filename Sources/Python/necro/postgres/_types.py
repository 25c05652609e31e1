"""Learning the types of a database that every database has for itself: enums, composites, domains,
ranges, those of extensions, and the arrays of all these."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from necro._necro import PostgresPool, Row

__all__ = ["learn"]

# What a type is (`typtype`), what it is made of, and its fields.
_QUERY = """
SELECT t.oid, t.typname::text AS name, format_type(t.oid, NULL) AS full_name,
       t.typtype::text AS typtype, t.typelem AS element,
       t.typbasetype AS base, ascii(t.typdelim::text) AS delimiter,
       (t.typtype = 'b' AND t.typcategory = 'A' AND t.typlen = -1) AS is_array,
       CASE t.typtype WHEN 'r' THEN (SELECT r.rngsubtype FROM pg_catalog.pg_range r
                                     WHERE r.rngtypid = t.oid)
                      WHEN 'm' THEN (SELECT r.rngtypid FROM pg_catalog.pg_range r
                                     WHERE r.rngmultitypid = t.oid) END AS of_range,
       CASE WHEN t.typtype = 'c' THEN ARRAY(
           SELECT a.attname::text FROM pg_catalog.pg_attribute a
           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
           ORDER BY a.attnum) END AS field_names,
       CASE WHEN t.typtype = 'c' THEN ARRAY(
           SELECT a.atttypid FROM pg_catalog.pg_attribute a
           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
           ORDER BY a.attnum) END AS field_types
FROM pg_catalog.pg_type t WHERE t.oid = ANY($1)
"""

# Types below this OID are built in, and known.
_FIRST_OID = 16384
# How deep types may be made of types.
_ROUNDS_MAX = 32
# What stands between an array's elements in its text, but for arrays of few types.
_COMMA = 0x2C
_EXTENSIONS = ("hstore", "vector", "halfvec", "sparsevec")
_TEXT = ("citext",)


async def learn(
    pool: "PostgresPool",
    oids: list[int],
    fetch: "Callable[[str, tuple[list[int]]], Awaitable[list[Row]]]",
) -> None:
    """Has a pool know types, and what they are made of. One that is no more stays text."""
    wanted = set(oids)
    found: dict[int, Row] = {}
    for _ in range(_ROUNDS_MAX):
        rows = await fetch(_QUERY, (sorted(wanted),)) if wanted else []
        found |= {row["oid"]: row for row in rows}
        for oid in wanted - found.keys():
            pool.learn(oid, "textOnly", 0, None, _COMMA, f"the type with OID {oid}")
        parts = {oid for row in rows for oid in _parts(row) if oid >= _FIRST_OID}
        wanted = parts - found.keys()
    # What a type is made of was found in the same round or a later one, and comes before it.
    added = set[int]()
    for oid in found:
        _add_with_parts(pool, oid, found, added)


def _add_with_parts(
    pool: "PostgresPool", oid: int, found: "dict[int, Row]", added: set[int]
) -> None:
    """Has a pool know a type, after what it is made of: no type is made of itself."""
    if oid in added or oid not in found:
        return
    added.add(oid)
    for part in _parts(found[oid]):
        _add_with_parts(pool, part, found, added)
    _add(pool, found[oid])


def _parts(row: "Row") -> set[int]:
    """The types that a type is made of."""
    parts = {row["base"], row["of_range"] or 0, *(row["field_types"] or ())}
    if row["is_array"]:
        parts.add(row["element"])
    return parts - {0}


def _add(pool: "PostgresPool", row: "Row") -> None:
    oid = row["oid"]
    if row["typtype"] == "d":
        pool.alias(oid, row["base"], row["full_name"])
        return
    kind, element, fields = _made_of(row)
    pool.learn(oid, kind, element, fields, row["delimiter"], row["full_name"])


def _made_of(row: "Row") -> "tuple[str, int, list[tuple[str, int]] | None]":
    """The kind of a type's values, the type of its elements, and its fields."""
    if row["is_array"]:
        return "array", row["element"], None
    match row["typtype"]:
        case "e":
            return "text", 0, None
        case "r":
            return "range", row["of_range"], None
        case "m":
            return "multirange", row["of_range"], None
        case "c":
            return "composite", 0, list(zip(row["field_names"], row["field_types"], strict=True))
        case _:
            name = row["name"]
            kind = name if name in _EXTENSIONS else "text" if name in _TEXT else "textOnly"
            return kind, 0, None
