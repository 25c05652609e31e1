"""What the modules that `necro scribe` writes are made of."""

from importlib import import_module
from itertools import batched

from necro._faults import ValidationError
from necro._native import native
from necro._rules import rule_for
from necro.postgres import ParameterError, ResultError, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
    from typing import Any

    from necro.postgres import BlockingConnection, BlockingDatabase, Connection, Database

    type Template = tuple[str | int | tuple[tuple[int, ...], Template], ...]

__all__ = ["BlockingSpellsBase", "Query", "SpellsBase", "SpellsMissing", "spells_class"]

# Sets of arguments that one statement of a `:copyfrom` takes.
_COPIED_SETS = 10_000


class Query[Result]:
    """A statement under a name.

    - sql: with `$1`, `$2`, …; or where conditions may be left out, its parts: text, the indices of
      parameters, and conditions with the parameters without which they are left out.
    - parameters: the names of its parameters.
    - model: what each row becomes; without one, its first value.
    - convert: the type that such a value is made by, where the driver's are of another.
    """

    __slots__ = ("_sql", "_texts", "all", "made", "parameters")

    made: "Callable[[Row], Result]"
    all: "Callable[[list[Row]], list[Result]]"

    def __init__(
        self,
        sql: "str | Template",
        parameters: tuple[str, ...],
        *,
        model: "type[Result] | None" = None,
        convert: object = None,
    ) -> None:
        """Describes the statement."""
        self._sql = sql
        self._texts: dict[tuple[bool, ...], tuple[str, list[int]]] = {}
        self.parameters = parameters
        self.made, self.all = _makers(model, convert)

    def call(self, arguments: "tuple[Any, ...]") -> "tuple[Any, ...]":
        """The statement and its arguments, as the database's methods take them."""
        if isinstance(self._sql, str):
            return (self._sql, *arguments)
        absent = tuple(one is None for one in arguments)
        found = self._texts.get(absent)
        if found is None:
            order: list[int] = []
            found = self._texts[absent] = (_composed(self._sql, absent, order), order)
        return (found[0], *[arguments[one] for one in found[1]])

    def name(self, error: ParameterError, arguments: "tuple[Any, ...]") -> None:
        """Has an error say the parameter's name in place of its number."""
        for name, argument in zip(self.parameters, arguments, strict=False):
            if argument is error.argument:
                text = str(error).replace(f"parameter ${error.number} is", f"'{name}' is", 1)
                error.args = (text, *error.args[1:])
                return


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


def _makers(model: "Any", convert: "Any") -> "tuple[Any, Any]":
    """What becomes of a row, and of a list of them."""
    if model is not None:
        maker = _ModelMaker(model)

        def models(rows: "list[Row]") -> "list[Any]":
            return Models(rows, maker)

        return maker, models
    rule = None if convert is None else rule_for(convert)

    def made(row: "Row") -> "Any":
        value: Any = row[0]
        return value if rule is None or value is None else _fitting(rule, (_plain(value),))

    def values(rows: "list[Row]") -> "list[Any]":
        return [made(row) for row in rows]

    return made, values


class _ModelMaker:
    """Makes a model of a row, whose columns are its fields in their order."""

    __slots__ = ("_has_rows", "_model")

    def __init__(self, model: type) -> None:
        self._model = model
        self._has_rows = False

    def __call__(self, row: "Row") -> "Any":
        if not self._has_rows:
            try:
                return self._model(*row)
            except ValidationError:
                # Perhaps there are rows within it, which become models too.
                self._has_rows = True
        return _fitting(self._model, [_plain(value) for value in row])


def _fitting(make: "Callable[..., Any]", values: "Sequence[Any]") -> "Any":
    """What is made of values of the database, in which nothing is a client's fault."""
    try:
        return make(*values)
    except ValidationError as error:
        raise ResultError(f"a row is not what the query was written for: {error}") from error


def _plain(value: "Any") -> "Any":
    """A value in which rows are dicts."""
    if type(value) is Row:
        return {name: _plain(inner) for name, inner in native.to_dict(value).items()}
    return [_plain(inner) for inner in value] if type(value) is list else value  # pyright: ignore


class Models[Model](list[Model]):
    """A list of models that are made of their rows when the list is first looked at.

    JSON is written from the rows as they came, where nobody has looked.
    """

    __slots__ = ("waiting",)

    # What makes a model, as long as none is made.
    waiting: "Callable[[Row], Model] | None"

    def __init__(self, rows: "list[Row]", make: "Callable[[Row], Model]") -> None:
        """A list for rows."""
        super().__init__(rows)  # type: ignore[arg-type]  # pyright: ignore
        self.waiting = make


def _looking(name: str) -> "Callable[..., Any]":
    """A method of lists that first has the models made."""
    method = getattr(list, name)

    def look(self: "Models[Any]", *arguments: "Any", **keywords: "Any") -> "Any":
        make = self.waiting
        if make is not None:
            self.waiting = None
            rows: list[Any] = [*list.__iter__(self)]  # pyright: ignore
            list.__setitem__(self, slice(None), [make(row) for row in rows])  # pyright: ignore
        return method(self, *arguments, **keywords)

    look.__name__ = name
    return look


for _name in (
    *("__add__", "__contains__", "__delitem__", "__eq__", "__ge__", "__getitem__", "__gt__"),
    *("__iadd__", "__imul__", "__iter__", "__le__", "__lt__", "__mul__", "__ne__", "__reduce_ex__"),
    *("__repr__", "__reversed__", "__rmul__", "__setitem__", "append", "copy", "count", "extend"),
    *("index", "insert", "pop", "remove", "reverse", "sort"),
):
    setattr(Models, _name, _looking(_name))


class SpellsBase:
    """The class of queries: made with a database, a connection or a transaction's."""

    __slots__ = ("_db",)

    def __init__(self, db: "Database | Connection") -> None:
        """Queries that run on `db`."""
        self._db = db

    async def one_[Result](self, query: Query[Result], *arguments: "Any") -> "Result | None":
        """What the first row becomes, or None."""
        try:
            row = await self._db.fetch_one(*query.call(arguments))
        except ParameterError as error:
            query.name(error, arguments)
            raise
        return None if row is None else query.made(row)

    async def many_[Result](self, query: Query[Result], *arguments: "Any") -> "list[Result]":
        """What all rows become."""
        try:
            rows = await self._db.fetch_all(*query.call(arguments))
        except ParameterError as error:
            query.name(error, arguments)
            raise
        return query.all(rows)

    async def execute_(self, query: Query[None], *arguments: "Any") -> int:
        """The number of rows affected."""
        try:
            return await self._db.execute(*query.call(arguments))
        except ParameterError as error:
            query.name(error, arguments)
            raise

    async def stream_[Result](
        self, query: Query[Result], *arguments: "Any"
    ) -> "AsyncGenerator[Result]":
        """What rows become, as they come."""
        try:
            async for row in self._db.stream(*query.call(arguments)):
                yield query.made(row)
        except ParameterError as error:
            query.name(error, arguments)
            raise

    async def batch_(self, query: "Query[Any]", rows: "Iterable[tuple[Any, ...]]") -> "list[Any]":
        """The result for each set of arguments, all in one transaction."""
        async with self._db.batch() as batch:
            for row in rows:
                batch.execute(*query.call(row))
        return [one if isinstance(one, int) else query.all(one) for one in batch.results]

    async def copy_(self, query: Query[None], rows: "Iterable[tuple[Any, ...]]") -> int:
        """The number of rows inserted, all in one transaction."""
        count = 0
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

    def one_[Result](self, query: Query[Result], *arguments: "Any") -> "Result | None":
        """What the first row becomes, or None."""
        try:
            row = self._db.fetch_one(*query.call(arguments))
        except ParameterError as error:
            query.name(error, arguments)
            raise
        return None if row is None else query.made(row)

    def many_[Result](self, query: Query[Result], *arguments: "Any") -> "list[Result]":
        """What all rows become."""
        try:
            rows = self._db.fetch_all(*query.call(arguments))
        except ParameterError as error:
            query.name(error, arguments)
            raise
        return query.all(rows)

    def execute_(self, query: Query[None], *arguments: "Any") -> int:
        """The number of rows affected."""
        try:
            return self._db.execute(*query.call(arguments))
        except ParameterError as error:
            query.name(error, arguments)
            raise

    def stream_[Result](self, query: Query[Result], *arguments: "Any") -> "Iterator[Result]":
        """What rows become, as they come."""
        try:
            for row in self._db.stream(*query.call(arguments)):
                yield query.made(row)
        except ParameterError as error:
            query.name(error, arguments)
            raise

    def batch_(self, query: "Query[Any]", rows: "Iterable[tuple[Any, ...]]") -> "list[Any]":
        """The result for each set of arguments, all in one transaction."""
        with self._db.batch() as batch:
            for row in rows:
                batch.execute(*query.call(row))
        return [one if isinstance(one, int) else query.all(one) for one in batch.results]

    def copy_(self, query: Query[None], rows: "Iterable[tuple[Any, ...]]") -> int:
        """The number of rows inserted, all in one transaction."""
        count = 0
        with self._db.transaction() as transaction:
            for columns in _columns(rows, len(query.parameters)):
                count += transaction.execute(*query.call(columns))
        return count


def _columns(rows: "Iterable[tuple[Any, ...]]", count: int) -> "Iterator[tuple[list[Any], ...]]":
    """Rows of `count` values as a list for each column, some thousands at a time."""
    for part in batched(rows, _COPIED_SETS, strict=False):
        columns = tuple(map(list, zip(*part, strict=True)))
        if len(columns) != count:
            raise ValueError(f"each row has {count} values, and these have {len(columns)}")
        yield columns


class SpellsMissing(Exception):
    """There are no queries that scribe wrote, or several classes of them."""


def spells_class(*, blocking: bool) -> type:
    """The class of queries that the program has loaded, or that of its module `spells`.

    Raises SpellsMissing.
    """
    base = BlockingSpellsBase if blocking else SpellsBase
    found = base.__subclasses__()
    if not found:
        try:
            import_module("spells")
        except ModuleNotFoundError as error:
            if error.name != "spells":
                raise
            raise SpellsMissing(
                "needs the module spells, which `necro scribe` writes: where it has another name,"
                " import it"
            ) from None
        found = base.__subclasses__()
    if len(found) != 1:
        names = " and ".join(sorted(f"{one.__module__}.{one.__name__}" for one in found))
        raise SpellsMissing(
            f"needs one class of queries, and there is {names or 'none'}: annotate it with the one"
        )
    return found[0]
