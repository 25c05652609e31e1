"""What the modules that `necro scribe` writes are made of: queries, and the classes of their methods."""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence

from necro.postgres import ParameterError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro.postgres import BlockingConnection, BlockingDatabase, Connection, Database, Row

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

    def misfit(self, error: ParameterError) -> ParameterError:
        """An error that names the parameter as the method does."""
        number = error.number
        if number <= len(self.parameters) and isinstance(self._sql, str):
            name = self.parameters[number - 1]
            error.args = (str(error).replace(f"${number}", f"'{name}'", 1), *error.args[1:])
        return error


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

    async def _one[Result](self, query: Query[Result], *arguments: "Any") -> Result | None:
        """The first row, or None."""
        try:
            row = await self._db.fetch_one(*query.call(arguments))
        except ParameterError as error:
            raise query.misfit(error) from None
        return None if row is None else query.made(row)

    async def _one_value[Result](self, query: Query[Result], *arguments: "Any") -> Result | None:
        """The one column of the first row, or None."""
        try:
            value = await self._db.fetch_value(*query.call(arguments))
        except ParameterError as error:
            raise query.misfit(error) from None
        return query.value(value)

    async def _many[Result](self, query: Query[Result], *arguments: "Any") -> list[Result]:
        """All rows."""
        return query.all(await self._rows(query, arguments))

    async def _many_values[Result](self, query: Query[Result], *arguments: "Any") -> list[Result]:
        """The one column of all rows."""
        return [query.value(row[0]) for row in await self._rows(query, arguments)]

    async def _rows(self, query: Query[Any], arguments: "tuple[Any, ...]") -> "list[Row]":
        try:
            return await self._db.fetch_all(*query.call(arguments))
        except ParameterError as error:
            raise query.misfit(error) from None

    async def _execute(self, query: Query[None], *arguments: "Any") -> int:
        """The number of rows affected."""
        try:
            return await self._db.execute(*query.call(arguments))
        except ParameterError as error:
            raise query.misfit(error) from None

    async def _stream[Result](
        self, query: Query[Result], *arguments: "Any"
    ) -> AsyncGenerator[Result]:
        """Rows as they come."""
        try:
            async for row in self._db.stream(*query.call(arguments)):
                yield query.made(row)
        except ParameterError as error:
            raise query.misfit(error) from None

    async def _stream_values[Result](
        self, query: Query[Result], *arguments: "Any"
    ) -> AsyncGenerator[Result]:
        """The one column of rows as they come."""
        async for row in self._stream(query, *arguments):
            yield query.value(row[0])
