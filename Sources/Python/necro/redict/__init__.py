"""Redict: `connect` opens a server in any asyncio program; in a Necro app, `redis` is one."""

from necro.redict._blocking import (
    BlockingConnection,
    BlockingNode,
    BlockingPipeline,
    BlockingRedict,
    BlockingScript,
    BlockingSubscription,
    BlockingTransaction,
)
from necro.redict._errors import *  # noqa: F403
from necro.redict._errors import __all__ as _error_names
from necro.redict._pipeline import Connection, Node, Pipeline, Queued, RawConnection, Transaction
from necro.redict._redict import RawRedict, Redict
from necro.redict._scripts import Script
from necro.redict._subscription import Message, Subscription
from necro.redict._url import RedictURLError, parse_redict_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    "BlockingConnection",
    "BlockingNode",
    "BlockingPipeline",
    "BlockingRedict",
    "BlockingScript",
    "BlockingSubscription",
    "BlockingTransaction",
    "Connection",
    "Message",
    "Node",
    "Pipeline",
    "Queued",
    "RawConnection",
    "RawRedict",
    "Redict",
    "RedictURLError",
    "Script",
    "Subscription",
    "Transaction",
    "connect",
    *_error_names,
]


def connect(url: str = "", **options: "Any") -> Redict:
    """A Redict in a running asyncio program, for `async with`.

    - url: `redis://[user[:password]@]host[:port][/database]`, `unix://[user[:password]@]/path`,
      `redis+cluster://[user[:password]@]host[:port][,host[:port]…]` for a cluster or
      `redis+sentinel://[user[:password]@]host[:port][,…]/name[/database]` for the master that
      sentinels know by that name, with options as redis-py has them; `REDIS_URL` by default, else
      this machine's.
    - options: of `Redict`: `connections_max`, `blocking_max`, `wait_timeout`, `command_timeout`,
      `connect_timeout`, `client_cache`, `read_from_replicas`.

    Raises RedictURLError, and within `async with` ConnectionFailed.
    """
    import os

    chosen = url or os.environ.get("REDIS_URL", "redis://localhost")
    return Redict(parse_redict_url(chosen), **options)
