"""Runs statements with libpq, and says which of their columns had a NULL.

It knows nothing of the proof, nor of our driver, which reads the null of JSON as None.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType

import psycopg
from psycopg import pq
from scribe_queries import DATA, SCHEMA

__all__ = ["DATASETS", "Referee", "arguments_of", "make_databases"]

# Sets of rows that each query is run on: with NULL here and there, with none at all, and with
# nothing but NULL wherever the tables take it.
DATASETS = ("rich", "empty", "bare")
_SAMPLES: dict[str, tuple[str, ...]] = {
    "int2": ("1", "3"),
    "int4": ("1", "3"),
    "int8": ("1", "2"),
    "numeric": ("1", "50"),
    "float8": ("1", "NaN"),
    "bool": ("true", "false"),
    "text": ("Hollow", "grim"),
    "varchar": ("rot", "m@crypt.example"),
    "date": ("2024-02-02", "infinity"),
    "timestamp": ("2024-02-02", "infinity"),
    "timestamptz": ("2024-02-02", "-infinity"),
    "rank": ("lich", "thrall"),
    "power": ("1", "90"),
    "place": ("(deep,1)", "(,)"),
    "_int4": ("{1,2,NULL}", "{}"),
    "_text": ("{Varna,NULL}", "{}"),
    "jsonb": ("{}", "null"),
}
# Where nothing else can be NULL: as bare as the tables let rows be.
_BARE = """
DO $$
DECLARE each record;
BEGIN
    FOR each IN
        SELECT a.attrelid::regclass AS t, string_agg(format('%I = NULL', a.attname), ', ') AS sets
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
          AND NOT a.attnotnull AND a.attgenerated = '' AND NOT a.attisdropped
          AND a.attname NOT IN ('weight', 'nickname')
        GROUP BY 1
    LOOP
        EXECUTE format('UPDATE %s SET %s', each.t, each.sets);
    END LOOP;
END $$;
"""


def make_databases(url: str, prefix: str = "scribe") -> dict[str, str]:
    """Makes a database for each set of rows, on the server of a URL; gives their names."""
    names = {dataset: f"{prefix}_{dataset}" for dataset in DATASETS}
    with psycopg.connect(url, autocommit=True) as connection:
        empty = names["empty"]
        connection.execute(f"CREATE DATABASE {empty} TEMPLATE template0".encode())
        with psycopg.connect(url, dbname=empty, autocommit=True) as schema:
            schema.execute(SCHEMA.encode())
        # Copies, in which types have the same numbers.
        for name in set(names.values()) - {empty}:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {empty}".encode())
    for dataset in ("rich", "bare"):
        with psycopg.connect(url, dbname=names[dataset], autocommit=True) as connection:
            connection.execute(DATA.encode())
            if dataset == "bare":
                connection.execute(_BARE.encode())
    return names


def arguments_of(types: Sequence[str]) -> list[list[bytes | None]]:
    """Sets of arguments for parameters of these types, one of them all NULL."""
    if not types:
        return [[]]
    found: list[list[bytes | None]] = [[None] * len(types)]
    for index in range(2):
        samples = [_SAMPLES.get(each, ()) for each in types]
        found.append([each[index].encode() if each else None for each in samples])
    return found


class Referee:
    """A connection to one database, over which statements are run and undone."""

    def __init__(self, url: str, database: str, milliseconds_max: int = 0) -> None:
        """Connects to a database.

        - milliseconds_max: that a statement may take; 0 for as long as it likes.
        """
        self._connection = psycopg.connect(url, dbname=database, autocommit=True)
        self._connection.execute(f"SET statement_timeout = {milliseconds_max}".encode())
        self._libpq = self._connection.pgconn

    def __enter__(self) -> Referee:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def nulls(
        self, sql: str, types: Sequence[int], sets: Iterable[Sequence[bytes | None]]
    ) -> tuple[set[int], str | None]:
        """The columns, from 0 on, that had a NULL, and the last error that the server reported.

        - types: the oids of the parameters.
        - sets: of arguments, as text.
        """
        found: set[int] = set()
        said: str | None = None
        for arguments in sets:
            self._libpq.exec_(b"BEGIN")
            result = self._libpq.exec_params(sql.encode(), list(arguments), list(types))
            if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
                said = result.error_message.decode(errors="replace")
            for column in range(result.nfields):
                if any(result.get_value(row, column) is None for row in range(result.ntuples)):
                    found.add(column)
            self._libpq.exec_(b"ROLLBACK")
        return found, said
