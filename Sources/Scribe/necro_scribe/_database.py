"""The database that scribe asks: a private server, or a schema of another that is rolled back."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import necro.postgres
from necro._private_servers import PrivatePostgres
from necro.postgres import Connection, ServerError

from necro_scribe._files import SchemaStatement
from necro_scribe._problems import Problem

__all__ = ["Scratch", "apply", "private_server", "scratch"]

_SCHEMA = "necro_scribe"
_SCHEMAS = """
SELECT nspname::text FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname
"""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A place for the schema.

    - own_schema: where names without a schema are made.
    - is_private: whether the whole database is scribe's.
    """

    connection: Connection
    own_schema: str
    is_private: bool

    async def schemas(self) -> tuple[str, ...]:
        """The schemas whose tables are the project's."""
        if not self.is_private:
            return (self.own_schema,)
        rows = await self.connection.fetch_all(_SCHEMAS)
        return tuple(row[0] for row in rows)


@asynccontextmanager
async def private_server() -> "AsyncGenerator[str]":
    """The URL of a server of this process's own."""
    with PrivatePostgres(settings={"fsync": "off"}) as server:
        yield server.url


@asynccontextmanager
async def scratch(url: str, *, is_private: bool) -> AsyncGenerator[Scratch]:
    """A place for the schema, which nothing is left of behind the block."""
    async with necro.postgres.connect(url, pool_min=0, pool_max=1) as db:
        if is_private:
            # Each run has a database of its own, since a schema may hold more than schemas.
            name = f"{_SCHEMA}_{await db.fetch_value('SELECT txid_current()')}"
            await db.script(f"CREATE DATABASE {name}")
            base, _, options = url.partition("?")
            own = f"{base.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
            async with (
                necro.postgres.connect(own, pool_min=0, pool_max=1) as database,
                database.connection() as connection,
            ):
                yield Scratch(connection, "public", is_private=True)
            await db.script(f"DROP DATABASE {name} WITH (FORCE)")
            return
        async with db.connection() as connection:
            await connection.script("BEGIN")
            try:
                await connection.script(
                    f"CREATE SCHEMA {_SCHEMA}; SET LOCAL search_path = {_SCHEMA}, public"
                )
                yield Scratch(connection, _SCHEMA, is_private=False)
            finally:
                await connection.script("ROLLBACK")


async def apply(
    place: Scratch, statements: Sequence[SchemaStatement], problems: list[Problem]
) -> None:
    """Runs the statements of the schema; each that fails is a problem, and the others still run."""
    for statement in statements:
        try:
            if place.is_private:
                await place.connection.script(statement.sql)
            else:
                await place.connection.script("SAVEPOINT necro_scribe")
                await place.connection.script(statement.sql)
                await place.connection.script("RELEASE SAVEPOINT necro_scribe")
        except ServerError as error:
            if not place.is_private:
                await place.connection.script("ROLLBACK TO SAVEPOINT necro_scribe")
            offset = statement.span.offset
            if error.position:
                offset = statement.offset_of(int(error.position))
            problems.append(
                Problem(error.message, statement.source, offset, error.hint or error.detail)
            )
    # What the schema has set for its own session is not set where the queries will run.
    await place.connection.script(
        "RESET ALL" if place.is_private else f"SET LOCAL search_path = {place.own_schema}, public"
    )
