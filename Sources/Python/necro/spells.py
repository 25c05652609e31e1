"""What the modules that `necro scribe` writes are made of."""

from collections.abc import AsyncGenerator, Callable

from necro.postgres import ParameterError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro.postgres import Connection, Database, Row

    type Template = tuple[str | int | tuple[tuple[int, ...], Template], ...]

__all__ = ["BlockingSpellsBase", "Query", "SpellsBase"]

# Sets of arguments that one statement of a `:copyfrom` takes.
_COPIED_SETS = 10_000


class Query[Result]:
    """A statement under a name.

    - sql: with `$1`, `$2`, …; or where conditions may be left out, its parts: text, the indices of
      parameters, and conditions with the parameters without which they are left out.
    - parameters: the names of its parameters.
    - model: what each row becomes.
    - convert: in place of it the type of the one column's values, where the driver gives others.
    """

    __slots__ = ("_sql", "_texts", "convert", "model", "parameters")

    def __init__(
        self,
        sql: "str | Template",
        parameters: tuple[str, ...],
        *,
        model: "Callable[..., Result] | None" = None,
        convert: object = None,
    ) -> None:
        """Describes the statement."""
        self._sql = sql
        self._texts: dict[tuple[bool, ...], str] = {}
        self.parameters = parameters
        self.model = model
        self.convert = convert

    def call(self, arguments: "tuple[Any, ...]") -> "tuple[Any, ...]":
        """The statement and its arguments, as the database's methods take them."""
        if isinstance(self._sql, str):
            return (self._sql, *arguments)
        absent = tuple(one is None for one in arguments)
        text = self._texts.get(absent)
        order: list[int] = []
        made = _composed(self._sql, absent, order)
        if text is None:
            text = self._texts[absent] = made
        return (text, *[arguments[one] for one in order])

    def made(self, row: "Row") -> Result:
        """What a row becomes."""

    def all(self, rows: "list[Row]") -> list[Result]:
        """What rows become."""


def _composed(template: "Template", absent: tuple[bool, ...], order: list[int]) -> str:
    """The text without conditions that lack an argument; `order` gets the arguments that it has."""
    text = ""
    for part in template:
        if isinstance(part, str):
            text += part
        elif isinstance(part, int):
            if part not in order:
                order.append(part)
            text += f"${order.index(part) + 1}"
        elif any(absent[one] for one in part[0]):
            text += "TRUE"
        else:
            text += _composed(part[1], absent, order)
    return text


class SpellsBase:
    """The class of queries: made with a database, a connection or a transaction's."""

    __slots__ = ("_db",)

    def __init__(self, db: "Database | Connection") -> None:
        """Queries that run on `db`."""
        self._db = db

    async def _one[Result](self, query: Query[Result], *arguments: "Any") -> "Result | None":
        """What the first row becomes, or None."""
        with query.naming:
            row = await self._db.fetch_one(*query.call(arguments))
        return None if row is None else query.made(row)

    async def _many[Result](self, query: Query[Result], *arguments: "Any") -> "list[Result]":
        """What all rows become."""
        with query.naming:
            rows = await self._db.fetch_all(*query.call(arguments))
        return query.all(rows)

    async def _execute(self, query: Query[None], *arguments: "Any") -> int:
        """The number of rows affected."""
        with query.naming:
            return await self._db.execute(*query.call(arguments))

    async def _stream[Result](
        self, query: Query[Result], *arguments: "Any"
    ) -> "AsyncGenerator[Result]":
        """What rows become, as they come."""
        with query.naming:
            async for row in self._db.stream(*query.call(arguments)):
                yield query.made(row)

    async def _batch(self, query: Query[Any], rows: "Iterable[tuple[Any, ...]]") -> "list[Any]":
        """The result for each set of arguments, all in one transaction."""
        async with self._db.batch() as batch:
            for row in rows:
                batch.execute(*query.call(row))
        return [one if isinstance(one, int) else query.all(one) for one in batch.results]

    async def _copy(self, query: Query[None], rows: "Iterable[tuple[Any, ...]]") -> int:
        """The number of rows inserted, all in one transaction."""
        count = 0
        with query.naming:
            async with self._db.transaction() as transaction:
                for columns in _columns(rows, len(query.parameters)):
                    count += await transaction.execute(*query.call(columns))
        return count


class BlockingSpellsBase:
    """The class of queries for threads: its methods wait."""

    __slots__ = ("_db",)

    def __init__(self, db: "BlockingDatabase | BlockingConnection") -> None:
        """Queries that run on `db`."""
        self._db = db

    def _one[Result](self, query: Query[Result], *arguments: "Any") -> "Result | None":
        """What the first row becomes, or None."""
        with query.naming:
            row = self._db.fetch_one(*query.call(arguments))
        return None if row is None else query.made(row)

    def _many[Result](self, query: Query[Result], *arguments: "Any") -> "list[Result]":
        """What all rows become."""
        with query.naming:
            return query.all(self._db.fetch_all(*query.call(arguments)))

    def _execute(self, query: Query[None], *arguments: "Any") -> int:
        """The number of rows affected."""
        with query.naming:
            return self._db.execute(*query.call(arguments))

    def _stream[Result](self, query: Query[Result], *arguments: "Any") -> "Iterator[Result]":
        """What rows become, as they come."""
        with query.naming:
            for row in self._db.stream(*query.call(arguments)):
                yield query.made(row)

    def _batch(self, query: Query[Any], rows: "Iterable[tuple[Any, ...]]") -> "list[Any]":
        """The result for each set of arguments, all in one transaction."""
        with self._db.batch() as batch:
            for row in rows:
                batch.execute(*query.call(row))
        return [one if isinstance(one, int) else query.all(one) for one in batch.results]

    def _copy(self, query: Query[None], rows: "Iterable[tuple[Any, ...]]") -> int:
        """The number of rows inserted, all in one transaction."""
        count = 0
        with query.naming, self._db.transaction() as transaction:
            for columns in _columns(rows, len(query.parameters)):
                count += transaction.execute(*query.call(columns))
        return count


def _columns(rows: "Iterable[tuple[Any, ...]]", count: int) -> "Iterator[tuple[list[Any], ...]]":
    """Rows of `count` values as a list for each column, some thousands at a time."""
    for part in batched(rows, _COPIED_SETS):
        columns = tuple(map(list, zip(*part, strict=True)))
        if len(columns) != count:
            raise ValueError(f"each row has {count} values, and these have {len(columns)}")
        yield columns
