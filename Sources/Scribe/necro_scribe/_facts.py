"""What Postgres says of types, tables and statements, as plain values.

The analysis makes them and the emitter reads them; neither knows the other.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ColumnFacts",
    "FieldFacts",
    "ParameterFacts",
    "SQLFault",
    "StatementFacts",
    "StatementKind",
    "TableColumnFacts",
    "TableFacts",
    "TableKind",
    "TypeFacts",
    "TypeKind",
]

type TypeKind = Literal[
    "base", "enum", "domain", "composite", "array", "range", "multirange", "pseudo"
]
type TableKind = Literal["table", "partitioned", "view", "materialized", "foreign"]
type StatementKind = Literal["select", "insert", "update", "delete", "merge", "utility"]


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One field of a composite type.

    - nullable: whether the field may be NULL in a value that is not: nearly always, since the
      constraints of a table do not hold for values of its row type.
    """

    name: str
    type: "TypeFacts"
    nullable: bool


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """One type.

    - name: as in `pg_type.typname` (`int4`, `_text`).
    - element: of an array its element, of a range or multirange what it is over, of a domain the
      type below it.
    - labels: of an enum, in its order.
    - fields: of a composite, or of the row of a table.
    - not_null: a domain, or one below it, is NOT NULL.
    """

    oid: int
    schema: str
    name: str
    kind: TypeKind
    element: "TypeFacts | None" = None
    labels: tuple[str, ...] = ()
    fields: tuple[FieldFacts, ...] = ()
    not_null: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of a result.

    - why: for a person, why it may be NULL; empty where it may not.
    - origin: schema, table and column that its values come from unchanged.
    """

    name: str
    type: TypeFacts
    nullable: bool
    why: str
    origin: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class ParameterFacts:
    """One parameter, `$1` first.

    - name_hint: the column that it is compared with or stored in.
    - nullable: it is stored in a column that takes NULL, and nothing else is done with it.
    """

    type: TypeFacts
    name_hint: str | None
    nullable: bool


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """One statement.

    - at_most_one_row: True where that is proven (LIMIT 1, equality with a whole unique key, an
      aggregate without GROUP BY, INSERT of one row); False where the statement says that there may
      be more, None where nothing is known.
    """

    kind: StatementKind
    parameters: tuple[ParameterFacts, ...]
    columns: tuple[ColumnFacts, ...]
    at_most_one_row: bool | None


@dataclass(frozen=True, slots=True)
class TableColumnFacts:
    """One column of a table or view.

    - nullable: whether it may be NULL in a row of it; of a view by the proof over its query.
    """

    name: str
    type: TypeFacts
    nullable: bool
    has_default: bool
    is_generated: bool
    is_identity: bool
    comment: str | None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table or view."""

    schema: str
    name: str
    kind: TableKind
    columns: tuple[TableColumnFacts, ...]
    primary_key: tuple[str, ...]
    comment: str | None


class SQLFault(Exception):
    """A statement that Postgres refuses.

    - position: of a character in the statement, counted from 1; None where there is none.
    """

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str,
        hint: str | None = None,
        detail: str | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
        self.hint = hint
        self.detail = detail
        self.position = position
