"""What the analysis reads of Postgres' catalogs, at once and before it looks at a statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from necro_scribe._catalog_queries import (
    FUNCTIONS,
    INDEXES,
    INHERITANCE,
    OPERATORS,
    RELATIONS,
    TYPES,
    checks_query,
    columns_query,
)
from necro_scribe._facts import FieldFacts, TypeFacts, TypeKind
from necro_scribe._nodes import Node, NodeFault, read_nodes

if TYPE_CHECKING:
    from typing import Any

    from necro.postgres import Connection

__all__ = ["Attribute", "Catalog", "Function", "Relation", "UniqueKey", "read_catalog"]

# What initdb makes has numbers below this (FirstNormalObjectId).
FIRST_OF_USERS = 16_384
_KINDS: Mapping[str, TypeKind] = {
    "b": "base",
    "c": "composite",
    "d": "domain",
    "e": "enum",
    "m": "multirange",
    "p": "pseudo",
    "r": "range",
}


@dataclass(frozen=True, slots=True)
class Function:
    """A row of pg_proc.

    - signature: such as `lower(text)`, with names of types as pg_type has them.
    - is_builtin: it came with the server, and does what the manual says.
    """

    oid: int
    name: str
    signature: str
    arguments: tuple[str, ...]
    is_strict: bool
    returns_set: bool
    volatility: str
    is_builtin: bool
    result: int
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of a relation.

    - not_null: the server enforces NOT NULL, also for the rows that are there already.
    - default: of a column, or what a generated one is computed by, as the server stores it.
    """

    number: int
    name: str
    type: int
    not_null: bool
    generated: str
    identity: str
    default: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Columns whose values no two rows share, checked at once and for all rows."""

    columns: tuple[int, ...]
    families: tuple[int, ...]
    is_primary: bool


@dataclass(slots=True)
class Relation:
    """A table, view or other relation."""

    oid: int
    schema: str
    name: str
    kind: str
    row_type: int
    has_rules: bool
    has_row_triggers: bool
    comment: str | None
    view: str | None
    attributes: dict[int, Attribute] = field(default_factory=dict[int, Attribute])
    checks: list[str] = field(default_factory=list[str])
    keys: list[UniqueKey] = field(default_factory=list[UniqueKey])
    children: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class Catalog:
    """The catalogs of a database, as they were when they were read."""

    version: int
    relations: dict[int, Relation]
    functions: dict[int, Function]
    operators: dict[int, tuple[str, int]]
    equalities: dict[int, frozenset[int]]
    type_rows: "dict[int, Any]"
    labels: dict[int, tuple[str, ...]]
    _types: dict[int, TypeFacts] = field(default_factory=dict[int, TypeFacts])

    def function_of(self, node: Node) -> Function | None:
        """The function that a node calls: a FuncExpr's, or that of an operator."""
        number = node.number("funcid") or node.number("opfuncid")
        if not number:
            number = self.operators.get(node.number("opno"), ("", 0))[1]
        return self.functions.get(number)

    def operator_name(self, node: Node) -> str:
        """The name of an operator that came with the server; empty for any other."""
        number = node.number("opno")
        return self.operators[number][0] if number in self.operators else ""

    def array_of(self, oid: int) -> int:
        """The type of arrays of a type; 0 where there is none."""
        row = self.type_rows.get(oid)
        return int(row.typarray) if row is not None else 0

    def base_of(self, oid: int) -> int:
        """The type below all domains."""
        while (row := self.type_rows.get(oid)) is not None and row.typtype == "d":
            oid = row.typbasetype
        return oid

    def is_not_null_domain(self, oid: int) -> bool:
        """Whether a type is a domain that is NOT NULL, or over one."""
        while (row := self.type_rows.get(oid)) is not None and row.typtype == "d":
            if row.typnotnull:
                return True
            oid = row.typbasetype
        return False

    def type(self, oid: int) -> TypeFacts:
        """The facts of a type, and of those that it is made of."""
        if oid not in self._types:
            self._types[oid] = self._made(oid)
        return self._types[oid]

    def _made(self, oid: int) -> TypeFacts:
        row = self.type_rows.get(oid)
        if row is None:
            return TypeFacts(oid, "pg_catalog", "unknown", "pseudo")
        kind: TypeKind = _KINDS.get(row.typtype, "base")
        element: TypeFacts | None = None
        fields: tuple[FieldFacts, ...] = ()
        if kind == "domain":
            element = self.type(row.typbasetype)
        elif kind in ("range", "multirange"):
            element = self.type(row.rngsubtype) if row.rngsubtype else None
        elif row.is_array:
            kind, element = "array", self.type(row.typelem)
        elif kind == "composite" and row.typrelid in self.relations:
            attributes = self.relations[row.typrelid].attributes.values()
            # A value of a row type is no row: what holds for the table's rows does not for it.
            fields = tuple(
                FieldFacts(each.name, self.type(each.type), True)
                for each in attributes
                if each.number > 0
            )
        return TypeFacts(
            oid,
            row.nspname,
            row.typname,
            kind,
            element,
            self.labels.get(oid, ()),
            fields,
            self.is_not_null_domain(oid),
            # What the manual says of its own types helps nobody here.
            None if row.nspname == "pg_catalog" else row.comment,
        )


def nodes_of(text: str) -> list[Node]:
    """The nodes in a stored tree, those of nested lists too; none where it is not understood."""
    try:
        value = read_nodes(text)
    except NodeFault:
        return []
    found: list[Node] = []
    waiting = [value]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, Node):
            found.append(each)
        elif isinstance(each, list):
            waiting[:0] = each
    return found


async def read_catalog(connection: "Connection") -> Catalog:
    """Reads the catalogs."""
    version = int(await connection.fetch_value("SHOW server_version_num")) // 10_000
    relations = {row.oid: Relation(*row) for row in await connection.fetch_all(RELATIONS)}
    await _read_columns(connection, relations, version)
    for row in await connection.fetch_all(INHERITANCE):
        if row.inhparent in relations:
            relations[row.inhparent].children.append(row.inhrelid)
    for row in await connection.fetch_all(INDEXES):
        if row.indrelid in relations:
            key = UniqueKey(tuple(row.columns), tuple(row.families), row.indisprimary)
            relations[row.indrelid].keys.append(key)
    for row in await connection.fetch_all(checks_query(version)):
        if row.conrelid in relations:
            relations[row.conrelid].checks.append(row.conbin)
    functions = {
        row.oid: Function(
            row.oid,
            row.proname,
            f"{row.proname}({','.join(row.arguments)})",
            tuple(row.arguments),
            row.proisstrict,
            row.proretset,
            row.provolatile,
            row.is_builtin,
            row.prorettype,
            tuple(row.outputs or ()),
        )
        for row in await connection.fetch_all(FUNCTIONS)
    }
    operators, equalities = _operators(await connection.fetch_all(OPERATORS))
    types = {row.oid: row for row in await connection.fetch_all(TYPES)}
    labels: dict[int, tuple[str, ...]] = {}
    for row in types.values():
        if row.labels:
            labels[row.oid] = tuple(row.labels)
    return Catalog(version, relations, functions, operators, equalities, types, labels)


async def _read_columns(
    connection: "Connection", relations: dict[int, Relation], version: int
) -> None:
    for row in await connection.fetch_all(columns_query(version)):
        relation = relations.get(row.attrelid)
        if relation is None:
            continue
        relation.attributes[row.attnum] = Attribute(
            row.attnum,
            row.attname,
            row.atttypid,
            # A foreign server keeps what it likes, and a view has no constraints.
            row.attnotnull and row.is_valid and relation.kind in "rp",
            row.attgenerated,
            row.attidentity,
            row.expression,
            row.comment,
        )


def _operators(
    rows: "Iterable[Any]",
) -> tuple[dict[int, tuple[str, int]], dict[int, frozenset[int]]]:
    operators: dict[int, tuple[str, int]] = {}
    equalities: dict[int, frozenset[int]] = {}
    for row in rows:
        operators[row.oid] = (row.oprname if row.is_builtin else "", row.oprcode)
        equalities[row.oid] = frozenset(row.families or ())
    return operators, equalities
