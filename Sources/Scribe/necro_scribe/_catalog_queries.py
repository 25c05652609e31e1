"""The queries of the catalogs."""

__all__ = [
    "FUNCTIONS",
    "INDEXES",
    "INHERITANCE",
    "OPERATORS",
    "RELATIONS",
    "TYPES",
    "checks_query",
    "columns_query",
]

# Triggers that may change a row, or take the place of what was to be done with it: BEFORE or
# INSTEAD OF, for each row (bits 0, 1 and 6 of tgtype). Of system views the query is not read.
RELATIONS = """
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
       c.reltype::int8 AS row_type, c.relhasrules AS has_rules,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
               AND t.tgtype & 1 = 1 AND t.tgtype & 66 <> 0) AS has_row_triggers,
       obj_description(c.oid, 'pg_class') AS comment,
       (SELECT r.ev_action::text FROM pg_rewrite r
        WHERE r.ev_class = c.oid AND r.rulename = '_RETURN' AND c.relkind = 'v'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema')) AS view
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND n.nspname <> 'pg_toast'
"""

_COLUMNS = """
SELECT a.attrelid::int8 AS attrelid, a.attnum::int AS attnum, a.attname,
       a.atttypid::int8 AS atttypid, a.attnotnull, {valid} AS is_valid,
       a.attgenerated::text AS attgenerated, a.attidentity::text AS attidentity,
       d.adbin::text AS expression, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  AND c.relnamespace <> 'pg_toast'::regnamespace
ORDER BY a.attrelid, a.attnum
"""
# From 18 on NOT NULL may be NOT VALID: said of new rows alone.
_VALID = """NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid
    AND k.contype = 'n' AND k.conkey[1] = a.attnum AND NOT k.convalidated)"""

INHERITANCE = "SELECT inhparent::int8 AS inhparent, inhrelid::int8 AS inhrelid FROM pg_inherits"

# A deferrable key may be violated within a transaction; a partial one is no key of all rows.
INDEXES = """
SELECT i.indrelid::int8 AS indrelid, i.indisprimary,
       (i.indkey::int2[])[0:i.indnkeyatts - 1]::int[] AS columns,
       ARRAY(SELECT o.opcfamily::int8 FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS u (op, n)
             JOIN pg_opclass o ON o.oid = u.op ORDER BY u.n) AS families
FROM pg_index i
WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
  AND i.indexprs IS NULL
"""

_CHECKS = """
SELECT conrelid::int8 AS conrelid, conbin::text AS conbin FROM pg_constraint
WHERE contype = 'c' AND convalidated AND conrelid <> 0 {enforced}
"""

FUNCTIONS = f"""
SELECT p.oid::int8 AS oid, p.proname, p.proisstrict, p.proretset,
       p.provolatile::text AS provolatile,
       p.oid < {16_384} AND p.pronamespace = 'pg_catalog'::regnamespace AS is_builtin,
       p.prorettype::int8 AS prorettype,
       ARRAY(SELECT t.typname::text FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u (ty, n)
             JOIN pg_type t ON t.oid = u.ty ORDER BY u.n) AS arguments,
       ARRAY(SELECT u.name FROM unnest(p.proargmodes, p.proargnames) AS u (mode, name)
             WHERE u.mode IN ('o', 'b', 't')) AS outputs
FROM pg_proc p
"""

# An operator is equality of the families of btree in which it has strategy 3.
OPERATORS = f"""
SELECT o.oid::int8 AS oid, o.oprname, o.oprcode::oid::int8 AS oprcode,
       o.oid < {16_384} AND o.oprnamespace = 'pg_catalog'::regnamespace AS is_builtin,
       ARRAY(SELECT a.amopfamily::int8 FROM pg_amop a JOIN pg_am m ON m.oid = a.amopmethod
             WHERE a.amopopr = o.oid AND m.amname = 'btree' AND a.amopstrategy = 3) AS families
FROM pg_operator o
"""

# An array is what another type names as its array: elements alone have box, point and name too.
TYPES = """
SELECT t.oid::int8 AS oid, n.nspname, t.typname, t.typtype::text AS typtype,
       t.typelem::int8 AS typelem, t.typarray::int8 AS typarray, t.typrelid::int8 AS typrelid,
       t.typbasetype::int8 AS typbasetype, t.typnotnull,
       EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) AS is_array,
       (SELECT r.rngsubtype::int8 FROM pg_range r
        WHERE t.oid IN (r.rngtypid, r.rngmultitypid)) AS rngsubtype,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid
             ORDER BY e.enumsortorder) AS labels,
       coalesce(obj_description(t.oid, 'pg_type'), obj_description(t.typrelid, 'pg_class'))
         AS comment
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
"""


def columns_query(version: int) -> str:
    """The columns of all relations, for a server of this major version."""
    return _COLUMNS.format(valid=_VALID if version >= 18 else "true")


def checks_query(version: int) -> str:
    """The checks that hold for all rows, for a server of this major version."""
    return _CHECKS.format(enforced="AND conenforced" if version >= 18 else "")
