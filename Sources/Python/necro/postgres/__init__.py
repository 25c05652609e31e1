"""Postgres: `connect` opens a database in any asyncio program; in a Necro app, `db` is one."""

from necro._native import native
from necro.postgres._blocking import BlockingConnection, BlockingDatabase, BlockingListener
from necro.postgres._connection import Batch, Connection, Transaction
from necro.postgres._database import Database
from necro.postgres._dsn import connection_parameters
from necro.postgres._errors import *  # noqa: F403
from necro.postgres._errors import __all__ as _error_names
from necro.postgres._listening import Listener
from necro.postgres._sqlstates import *  # noqa: F403
from necro.postgres._sqlstates import SQLSTATES
from necro.postgres._value_types import *  # noqa: F403
from necro.postgres._value_types import __all__ as _value_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro._necro import Row
else:
    from collections.abc import Sequence

    Row = native.Row
    Sequence.register(Row)

__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    "Batch",
    "BlockingConnection",
    "BlockingDatabase",
    "BlockingListener",
    "Connection",
    "Database",
    "Listener",
    "SQLSTATES",
    "Row",
    "Transaction",
    "connect",
    *_error_names,
    *_value_names,
    *(kind.__name__ for kind in SQLSTATES.values()),
]


def connect(url: str = "", **options: "Any") -> Database:
    """A database in a running asyncio program, for `async with`.

    - url: a connection URI or keyword/value string, as libpq takes it; `DATABASE_URL` by default.
      The `PG…` variables and the password and service files give what is missing.
    - options: of `Database`: `pool_min`, `pool_max`, `idle_timeout`, `lifetime`,
      `acquire_timeout`, `statement_timeout`, `statement_cache_size`.

    Raises ConnectionStringError, and within `async with` ConnectionFailed.
    """
    import os

    options.setdefault("pool_min", 1)
    return Database(connection_parameters(url or os.environ.get("DATABASE_URL", "")), **options)
