"""What is asked for piece by piece: SCAN and its kin, streams and consumer groups."""

import asyncio
import logging
from contextlib import suppress

from necro.redict._commands import Commands
from necro.redict._errors import BusyGroupError, ConnectionFailed, ConnectionLost
from necro.redict._faces import Asynchronous

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from necro.redict._faces import Argument, Key
    from necro.redict._pipeline import Node

    type Scanned[T: (str, bytes)] = Node[T] | Iterating[T]

__all__ = ["Iterating"]

_log = logging.getLogger("necro.redict")
# Milliseconds that a read of a stream waits at the server before it is asked again.
_BLOCK = 5_000
_RETRY_SECONDS = 0.2


class Iterating[T: (str, bytes)](Asynchronous, Commands[T]):
    """Asynchronous iterators over what a server gives piece by piece."""

    async def _scanned(self) -> "Sequence[Scanned[T]]":
        """Who has keys of their own."""
        raise NotImplementedError

    async def scan_iter(
        self,
        match: "Argument | None" = None,
        *,
        count: int | None = None,
        type: "Argument | None" = None,  # noqa: A002
    ) -> "AsyncGenerator[T]":
        """All keys, of a cluster from one master after the other; one may come twice while others
        are written.

        - match: a pattern such as `user:*`.
        - count: how many the server looks at in one go.
        """
        for server in await self._scanned():
            cursor = 0
            while True:
                cursor, found = await server.scan(cursor, match=match, count=count, type=type)
                for each in found:
                    yield each
                if cursor == 0:
                    break

    async def sscan_iter(
        self, key: "Key", match: "Argument | None" = None, *, count: int | None = None
    ) -> "AsyncGenerator[T]":
        """All members of a set."""
        cursor = 0
        while True:
            cursor, found = await self.sscan(key, cursor, match=match, count=count)
            for each in found:
                yield each
            if cursor == 0:
                return

    async def hscan_iter(
        self, key: "Key", match: "Argument | None" = None, *, count: int | None = None
    ) -> "AsyncGenerator[tuple[T, T]]":
        """All fields of a hash with their values."""
        cursor = 0
        while True:
            cursor, found = await self.hscan(key, cursor, match=match, count=count)
            for each in found.items():
                yield each
            if cursor == 0:
                return

    async def zscan_iter(
        self, key: "Key", match: "Argument | None" = None, *, count: int | None = None
    ) -> "AsyncGenerator[tuple[T, float]]":
        """All members of a sorted set with their scores."""
        cursor = 0
        while True:
            cursor, found = await self.zscan(key, cursor, match=match, count=count)
            for each in found:
                yield each
            if cursor == 0:
                return

    async def read_stream(
        self, key: "Key", last: "Argument" = "$", *, count: int = 100
    ) -> "AsyncGenerator[tuple[T, dict[T, T]]]":
        """The entries of a stream as they come, without end: the id and the fields of each.

        - last: the id behind which to begin; `$` for what is new, `0` for all.
        - count: entries that are fetched at once.

        When the connection is lost it goes on behind the last entry that it gave.
        """
        position: Argument = last
        if position == "$":
            # What comes before the first read would be missed, and behind a reconnect as well.
            newest = await self.xrevrange(key, "+", "-", count=1)
            position = newest[0][0] if newest else "0"
        while True:
            try:
                found = await self.xread({key: position}, count=count, block=_BLOCK)
            except (ConnectionLost, ConnectionFailed) as error:
                _log.warning("stream %r: %s", key, error)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            for entries in found.values():
                for entry in entries:
                    yield entry
                    position = entry[0]

    async def consume(
        self,
        key: "Key",
        group: "Argument",
        consumer: "Argument",
        *,
        count: int = 10,
        start: "Argument" = "$",
    ) -> "AsyncGenerator[tuple[T, dict[T, T]]]":
        """The entries of a stream that this consumer of a group is given, without end.

        The group is made where it is missing. An entry is acknowledged when the next is asked for;
        one that was not, because the program ended, is given again first.

        - count: entries that are fetched at once.
        - start: where a group that is made begins; `$` for what is new, `0` for all.
        """
        with suppress(BusyGroupError):
            await self.xgroup_create(key, group, start, mkstream=True)
        # First what was given before and not acknowledged.
        is_new = False
        while True:
            try:
                found = await self.xreadgroup(
                    group,
                    consumer,
                    {key: ">" if is_new else "0"},
                    count=count,
                    block=_BLOCK if is_new else None,
                )
            except (ConnectionLost, ConnectionFailed) as error:
                _log.warning("stream %r: %s", key, error)
                await asyncio.sleep(_RETRY_SECONDS)
                # What was on its way here is pending.
                is_new = False
                continue
            entries = [entry for each in found.values() for entry in each]
            is_new = is_new or not entries
            for identifier, fields in entries:
                if fields:
                    yield identifier, fields
                try:
                    await self.xack(key, group, identifier)
                except (ConnectionLost, ConnectionFailed) as error:
                    # It may be given again.
                    _log.warning("stream %r: %s", key, error)
                    is_new = False
                    break
