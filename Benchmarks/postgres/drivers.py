"""The Python drivers that are compared, each used in the way that is fastest for it.

Every driver gives operations, one per caller, to be called again and again; each returns how many
statements it ran. `tuple(row)` and unpacking look at every column.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

from workloads import Workload

type Operation = Callable[[], Awaitable[int]]
type Operations = AbstractAsyncContextManager[list[Operation]]


@asynccontextmanager
async def _necro(url: str, workload: Workload, callers: int) -> AsyncGenerator[list[Operation]]:
    """Callers share a database, as handlers do."""
    from necro import json, postgres

    sql, arguments = workload.sql, workload.arguments()
    async with postgres.connect(url) as db:

        async def row() -> int:
            found = await db.fetch_one(sql, *next(arguments))
            assert found is not None
            tuple(found)
            return 1

        async def rows() -> int:
            for _, _, _, _ in await db.fetch_all(sql, *next(arguments)):
                pass
            return 1

        async def to_json() -> int:
            json.dumps(await db.fetch_all(sql, *next(arguments)))
            return 1

        async def nothing() -> int:
            await db.execute(sql, *next(arguments))
            return 1

        operations = {"row": row, "rows": rows, "json": to_json, "nothing": nothing}
        yield [operations[workload.taken]] * callers


def _asyncpg_operation(connection: Any, workload: Workload) -> Operation:
    orjson: Any = import_module("orjson")
    sql, arguments = workload.sql, workload.arguments()

    async def row() -> int:
        tuple(await connection.fetchrow(sql, *next(arguments)))
        return 1

    async def rows() -> int:
        for _, _, _, _ in await connection.fetch(sql, *next(arguments)):
            pass
        return 1

    async def to_json() -> int:
        orjson.dumps([dict(row) for row in await connection.fetch(sql, *next(arguments))])
        return 1

    async def nothing() -> int:
        # Unlike fetchrow, execute prepares its statement each time anew.
        await connection.fetchrow(sql, *next(arguments))
        return 1

    return {"row": row, "rows": rows, "json": to_json, "nothing": nothing}[workload.taken]


@asynccontextmanager
async def _asyncpg(url: str, workload: Workload, callers: int) -> AsyncGenerator[list[Operation]]:
    """A connection for each caller: its pool would add a round trip to each operation."""
    asyncpg: Any = import_module("asyncpg")
    async with AsyncExitStack() as stack:
        operations: list[Operation] = []
        for _ in range(callers):
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
            operations.append(_asyncpg_operation(connection, workload))
        yield operations


@asynccontextmanager
async def _psycopg(url: str, workload: Workload, callers: int) -> AsyncGenerator[list[Operation]]:
    """One connection in pipeline mode, with as many statements under way as there are callers.

    One task sends them all and then takes the replies, since a task that waits for a reply locks
    the connection.
    """
    psycopg: Any = import_module("psycopg")
    orjson: Any = import_module("orjson")
    dict_row: Any = import_module("psycopg.rows").dict_row
    sql, arguments = workload.sql, workload.arguments()
    for number in (1, 2):
        sql = sql.replace(f"${number}", "%s")
    async with (
        await psycopg.AsyncConnection.connect(url, autocommit=True) as connection,
        connection.pipeline() as pipeline,
    ):
        if workload.taken == "json":
            connection.row_factory = dict_row

        async def run() -> int:
            cursors = [
                await connection.execute(sql, next(arguments), prepare=True, binary=True)
                for _ in range(callers)
            ]
            # A Sync, so that what was inserted is committed.
            await pipeline.sync()
            for cursor in cursors:
                if workload.taken == "json":
                    orjson.dumps(await cursor.fetchall())
                elif workload.taken != "nothing":
                    # Its rows are tuples.
                    await cursor.fetchall()
            return callers

        yield [run]


DRIVERS: dict[str, Callable[[str, Workload, int], Operations]] = {
    "necro": _necro,
    "asyncpg": _asyncpg,
    "psycopg": _psycopg,
}
