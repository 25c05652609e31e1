"""Asks Postgres what statements take and give.

A statement is prepared, so that Postgres infers the types of its parameters; then it becomes the
body of a function that nobody calls, so that Postgres stores the query as it has analysed it. All
is rolled back.
"""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from necro.postgres import ServerError

from necro_scribe._catalog import Catalog, Relation, nodes_of, read_catalog
from necro_scribe._facts import (
    ColumnFacts,
    ParameterFacts,
    SQLFault,
    StatementFacts,
    StatementKind,
    TableColumnFacts,
    TableFacts,
    TableKind,
    TypeFacts,
)
from necro_scribe._node_types import type_of
from necro_scribe._nodes import Node, Value
from necro_scribe._nullability import Prover
from necro_scribe._nullability_rows import RowProofs
from necro_scribe._statement_parameters import hints_of

if TYPE_CHECKING:
    from typing import Any

    from necro.postgres import Connection

__all__ = ["Analyst"]

_KINDS: Mapping[int, StatementKind] = {
    1: "select",
    2: "update",
    3: "insert",
    4: "delete",
    5: "merge",
}
_TABLE_KINDS: Mapping[str, TableKind] = {
    "f": "foreign",
    "m": "materialized",
    "p": "partitioned",
    "r": "table",
    "v": "view",
}
_NAME = "necro_scribe_statement"
_SYNTAX_ERROR = "42601"
# What begins with one of these words, behind comments and parentheses, is no utility statement.
_PREPARABLE = re.compile(
    r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:select|insert|update|delete|merge|values|table|with)\b",
    re.IGNORECASE | re.DOTALL,
)
_DEEP = "it is nested too deep to be looked at"


class Analyst:
    """Looks at the statements and the schema of one database, over a connection of its own.

    What it knows of the schema is read once; `forget` has it read again. Statements are looked at
    in transactions that are rolled back, or in savepoints where one is open.
    """

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._known: tuple[Catalog, Prover] | None = None
        # What is prepared is the session's, so that one statement is looked at at a time.
        self._turn = asyncio.Lock()

    def forget(self) -> None:
        """Has the schema read again, which has changed."""
        self._known = None

    async def _schema(self) -> tuple[Catalog, Prover]:
        if self._known is None:
            catalog = await read_catalog(self._connection)
            self._known = catalog, Prover(catalog)
        return self._known

    # The schema.

    async def tables(self, schemas: Collection[str]) -> tuple[TableFacts, ...]:
        """The tables and views of some schemas, in the order in which they were made."""
        catalog, prover = await self._schema()
        relations = sorted(catalog.relations.values(), key=lambda each: each.oid)
        return tuple(
            _table(each, catalog, prover)
            for each in relations
            if each.schema in schemas and each.kind in _TABLE_KINDS
        )

    async def types(self, schemas: Collection[str]) -> tuple[TypeFacts, ...]:
        """The enums, domains, ranges and composites of some schemas, rows of tables apart."""
        catalog, _ = await self._schema()
        found: list[TypeFacts] = []
        for oid, row in sorted(catalog.type_rows.items()):
            relation = catalog.relations.get(row.typrelid)
            is_own = row.typtype in "edr" or (row.typtype == "c" and _is_composite(relation))
            if row.nspname in schemas and is_own:
                found.append(catalog.type(oid))
        return tuple(found)

    # Statements.

    async def statement(
        self,
        sql: str,
        parameter_types: Mapping[int, str] | None = None,
        *,
        never_null: Collection[int] = (),
    ) -> StatementFacts:
        """What a statement takes and gives.

        - sql: one statement, with $1, $2, …
        - parameter_types: of the parameters whose type is not for Postgres to infer, as SQL writes
          them.
        - never_null: the parameters that are never NULL, by their numbers: whoever calls sees to
          it. Any other may be.

        Raises SQLFault.
        """
        async with self._turn:
            catalog, prover = await self._schema()
            async with _Undone(self._connection):
                types = await self._prepared(sql, parameter_types or {})
                if types is None:
                    return StatementFacts("utility", (), (), None)
                tree = await self._analysed(sql, types)
        query = _given_values(tree, frozenset(never_null))
        return _statement(query, types, catalog, prover)

    async def _prepared(self, sql: str, declared: Mapping[int, str]) -> "list[int] | None":
        """The types of a statement's parameters; None for one that cannot be prepared."""
        count = max(declared, default=0)
        names = [declared.get(number, "unknown") for number in range(1, count + 1)]
        head = f"PREPARE {_NAME} ({', '.join(names)}) AS " if names else f"PREPARE {_NAME} AS "
        try:
            async with self._connection.transaction():
                await self._connection.execute(head + sql)
        except ServerError as error:
            if error.sqlstate == _SYNTAX_ERROR and not _PREPARABLE.match(sql):
                await self._check_utility(sql)
                return None
            raise _fault(error, len(head)) from error
        types = await self._connection.fetch_value(
            "SELECT parameter_types::oid[]::int8[] FROM pg_prepared_statements WHERE name = $1",
            _NAME,
        )
        await self._connection.execute(f"DEALLOCATE {_NAME}")
        return list(types)

    async def _analysed(self, sql: str, types: list[int]) -> Node:
        names = await self._connection.fetch_value(
            "SELECT coalesce(string_agg(format_type(t, NULL), ', ' ORDER BY n), '')"
            " FROM unnest($1::int8[]) WITH ORDINALITY AS u (t, n)",
            types,
        )
        head = f"CREATE FUNCTION pg_temp.{_NAME} ({names}) RETURNS void LANGUAGE sql BEGIN ATOMIC\n"
        try:
            # The statement may end with a comment up to the end of its line.
            await self._connection.execute(f"{head}{sql}\n; END")
        except ServerError as error:
            raise _fault(error, len(head)) from error
        text = await self._connection.fetch_value(
            "SELECT prosqlbody::text FROM pg_proc WHERE proname = $1"
            " AND pronamespace = pg_my_temp_schema()",
            _NAME,
        )
        nodes = nodes_of(text or "")
        if len(nodes) != 1:
            raise SQLFault("this is not one statement", sqlstate=_SYNTAX_ERROR)
        return nodes[0]

    async def _check_utility(self, sql: str) -> None:
        """Has Postgres parse a statement; raises SQLFault."""
        mark = "$necro_scribe$"
        head = f"CREATE FUNCTION pg_temp.{_NAME} () RETURNS void LANGUAGE plpgsql AS {mark}BEGIN\n"
        try:
            await self._connection.execute(f"{head}{sql}\n; END{mark}")
        except ServerError as error:
            raise _fault(error, len(head)) from error


class _Undone:
    """A transaction, or a savepoint, that is always rolled back."""

    def __init__(self, connection: "Connection") -> None:
        self._transaction = connection.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.__aenter__()

    async def __aexit__(self, *failure: "Any") -> None:
        # It ends as it does for a block that has raised.
        error: BaseException = failure[1] or _Rollback()
        await self._transaction.__aexit__(type(error), error, None)


class _Rollback(Exception):
    """Ends a transaction that has only looked."""


def _fault(error: ServerError, before: int) -> SQLFault:
    """What the server says of a statement that stands behind so many characters."""
    position = error.position
    if position is not None:
        position = position - before if position > before else None
    return SQLFault(
        error.message,
        sqlstate=error.sqlstate,
        hint=error.hint,
        detail=error.detail,
        position=position,
    )


def _is_composite(relation: Relation | None) -> bool:
    return relation is not None and relation.kind == "c"


def _given_values(tree: Node, never_null: frozenset[int]) -> Node:
    """A query in which parameters that are never NULL are values like any others."""
    if tree.tag == "PARAM" and tree.number("paramkind") == 0:
        if tree.number("paramid") in never_null:
            return Node("CONST", {**tree.fields, "consttype": tree.fields["paramtype"]})
        return tree
    if not never_null:
        return tree

    def made(value: Value) -> Value:
        if isinstance(value, Node):
            return _given_values(value, never_null)
        return [made(each) for each in value] if isinstance(value, list) else value

    return Node(tree.tag, {name: made(value) for name, value in tree.fields.items()})


def _statement(
    query: Node, types: Iterable[int], catalog: Catalog, prover: Prover
) -> StatementFacts:
    kind = _KINDS.get(query.number("commandType"), "utility")
    is_select = kind == "select"
    targets = query.nodes("targetList" if is_select else "returningList")
    try:
        reasons = prover.outputs(query)
        is_one = RowProofs(catalog).is_one_at_most(query)
    except RecursionError:
        reasons, is_one = {}, False
    columns: list[ColumnFacts] = []
    for entry in targets:
        if entry.flag("resjunk"):
            continue
        oid = type_of(entry.node("expr"), catalog)
        why = reasons.get(entry.number("resno"), _DEEP)
        name = entry.text("resname") or "?column?"
        columns.append(
            ColumnFacts(name, catalog.type(oid), bool(why), why, _origin(entry, catalog))
        )
    hints = hints_of(query, catalog)
    parameters = tuple(
        ParameterFacts(catalog.type(oid), *hints.get(number, (None, False)))
        for number, oid in enumerate(types, 1)
    )
    return StatementFacts(kind, parameters, tuple(columns), True if is_one else None)


def _origin(entry: Node, catalog: Catalog) -> tuple[str, str, str] | None:
    relation = catalog.relations.get(entry.number("resorigtbl"))
    if relation is None:
        return None
    attribute = relation.attributes.get(entry.number("resorigcol"))
    return (relation.schema, relation.name, attribute.name) if attribute is not None else None


def _table(relation: Relation, catalog: Catalog, prover: Prover) -> TableFacts:
    reasons = prover.tables.columns(relation.oid)
    attributes = relation.attributes
    columns = tuple(
        TableColumnFacts(
            each.name,
            catalog.type(each.type),
            bool(reasons.get(number, _DEEP)),
            each.default is not None and not each.generated,
            bool(each.generated),
            bool(each.identity),
            each.comment,
        )
        for number, each in attributes.items()
    )
    primary = next((key.columns for key in relation.keys if key.is_primary), ())
    return TableFacts(
        relation.schema,
        relation.name,
        _TABLE_KINDS[relation.kind],
        columns,
        tuple(attributes[number].name for number in primary),
        relation.comment,
    )
