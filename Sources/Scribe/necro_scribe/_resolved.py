"""Queries with what Postgres says of them: what the module of queries is written from."""

from collections.abc import Sequence
from dataclasses import dataclass

from necro_scribe._facts import ColumnFacts, ParameterFacts, StatementFacts, TableFacts, TypeFacts
from necro_scribe._problems import Problem
from necro_scribe._queries import Prepared, Query
from necro_scribe._sqltext import Kind

__all__ = ["Column", "Parameter", "Resolved", "check", "resolve"]

_RETURNING = (Kind.ONE, Kind.MANY, Kind.STREAM)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method.

    - annotation: what the user wrote with `-- type:`, else None.
    """

    name: str
    facts: ParameterFacts
    is_optional: bool
    annotation: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result, with the user's overrides applied."""

    name: str
    type: TypeFacts
    nullable: bool
    origin: tuple[str, str, str] | None
    annotation: str | None
    is_embedded: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query that is ready to be written.

    - table: whose rows its rows are, where they are those of one table or view.
    """

    query: Query
    prepared: Prepared
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    table: TableFacts | None


def resolve(
    query: Query,
    prepared: Prepared,
    facts: StatementFacts,
    loosest: StatementFacts,
    tables: Sequence[TableFacts],
    problems: list[Problem],
) -> Resolved:
    """A query with its facts.

    - loosest: those of the statement without any optional condition: a condition can only take NULL
      away.
    """
    names = _parameter_names(query, prepared, facts)
    overrides = {one.name: one.annotation for one in query.types if one.is_parameter}
    optional = {name for name, _ in query.optional}
    parameters = tuple(
        Parameter(name, one, original in optional, overrides.pop(original, None))
        for name, original, one in zip(names, prepared.parameters, facts.parameters, strict=True)
    )
    for one in query.types:
        if one.is_parameter and one.name in overrides:
            problems.append(
                Problem(f"{query.name} has no parameter {one.name}", query.source, one.offset)
            )
    columns = _columns(query, facts, loosest, problems)
    check(query, facts, problems)
    return Resolved(query, prepared, parameters, columns, _table_of(columns, tables))


def _parameter_names(query: Query, prepared: Prepared, facts: StatementFacts) -> list[str]:
    """The names of the method's parameters: those in braces, else the columns they are for."""
    if query.is_named:
        return list(prepared.parameters)
    names: list[str] = []
    for number, one in enumerate(facts.parameters, 1):
        name = (
            one.name_hint
            if one.name_hint and one.name_hint.isidentifier()
            else f"argument_{number}"
        )
        names.append(f"{name}_{number}" if name in names else name)
    return names


def _columns(
    query: Query, facts: StatementFacts, loosest: StatementFacts, problems: list[Problem]
) -> tuple[Column, ...]:
    names = [one.name for one in facts.columns]
    nullable = _named(query, query.nullable, names, problems)
    not_null = _named(query, query.not_null, names, problems)
    embedded = {name for name, _ in query.embed}
    written = {one.name: one.annotation for one in query.types if not one.is_parameter}
    _named(
        query,
        [(one.name, one.offset) for one in query.types if not one.is_parameter],
        names,
        problems,
    )
    for name in sorted(nullable & not_null):
        problems.append(
            Problem(f"{name} is said to be nullable and not null", query.source, query.offset)
        )
    columns: list[Column] = []
    for index, one in enumerate(facts.columns):
        wide: ColumnFacts = loosest.columns[index] if index < len(loosest.columns) else one
        may_be_null = (one.nullable or wide.nullable or one.name in nullable) and (
            one.name not in not_null
        )
        columns.append(
            Column(
                one.name,
                one.type,
                may_be_null,
                one.origin,
                written.get(one.name),
                one.name in embedded,
            )
        )
    return tuple(columns)


def _named(
    query: Query, directed: list[tuple[str, int]], names: list[str], problems: list[Problem]
) -> set[str]:
    """The columns that a directive names; one that there is not is a problem."""
    for name, offset in directed:
        if name not in names:
            known = ", ".join(names) or "none"
            problems.append(
                Problem(
                    f"{query.name} has no column {name}", query.source, offset, f"it has {known}"
                )
            )
    return {name for name, _ in directed}


def _table_of(columns: tuple[Column, ...], tables: Sequence[TableFacts]) -> TableFacts | None:
    """The table that has just these columns, if all are from it and as they are there."""
    if not columns or columns[0].origin is None:
        return None
    schema, name, _ = columns[0].origin
    for table in tables:
        if (table.schema, table.name) != (schema, name):
            continue
        same = len(columns) == len(table.columns) and all(
            one.origin == (schema, name, two.name)
            and one.name == two.name
            and one.nullable == two.nullable
            and one.annotation is None
            for one, two in zip(columns, table.columns, strict=True)
        )
        return table if same else None
    return None


def check(query: Query, facts: StatementFacts, problems: list[Problem]) -> None:
    """What a query's kind asks of its statement."""

    def problem(message: str, hint: str | None = None, *, is_warning: bool = False) -> None:
        problems.append(Problem(message, query.source, query.offset, hint, is_warning))

    if query.kind in _RETURNING and not facts.columns:
        hint = "add RETURNING, or make it :exec or :execrows"
        problem(f"{query.name} is {query.kind}, and its statement has no result", hint)
    if query.kind in (Kind.EXEC, Kind.EXECROWS, Kind.COPYFROM) and facts.columns:
        what = "a SELECT" if facts.kind == "select" else "a statement with a result"
        problem(f"{query.name} is {query.kind}, and runs {what}", "make it :one or :many")
    if query.kind == Kind.ONE and facts.columns and facts.at_most_one_row is not True:
        hint = "the first is taken; say LIMIT 1, or make it :many"
        problem(f"{query.name} is :one, and may have more rows", hint, is_warning=True)
    if query.kind in (Kind.BATCH, Kind.COPYFROM) and query.optional:
        problem(f"{query.name} is {query.kind}, and has no optional parameters")
    if query.kind in (Kind.BATCH, Kind.COPYFROM) and not facts.parameters:
        problem(f"{query.name} is {query.kind}, and has no parameters")
    seen: set[str] = set()
    for column in facts.columns:
        if column.name == "?column?":
            problem("a column has no name", "give it one with AS")
        elif column.name in seen:
            problem(f"two columns are called {column.name}", "give one another name with AS")
        seen.add(column.name)
