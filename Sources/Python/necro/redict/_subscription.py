"""Messages as asynchronous iterators that survive reconnects."""

import asyncio
import logging
from collections import deque
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro.redict._errors import RedictError
    from necro.redict._redict import Redict

__all__ = ["Message", "Subscription"]

_log = logging.getLogger("necro.redict")
# Messages that wait for their reader; the oldest is dropped beyond, and that is said.
PENDING_MAX = 10_000


class Message[T: (str, bytes)](NamedTuple):
    """A message.

    - pattern: the one that the channel fits, of `psubscribe`.
    """

    channel: T
    data: T
    pattern: T | None = None


class Subscription[T: (str, bytes)]:
    """The messages of channels, in the order in which they come.

    It subscribes from the first `__anext__` on, or from the beginning of its `async with`, which
    also ends it. When the connection is lost it connects and subscribes again; what was published
    in between is lost, since a server keeps nothing for those who do not listen.
    """

    def __init__(
        self, redict: "Redict", kind: int, topics: tuple[str | bytes, ...], *, is_raw: bool
    ) -> None:
        if not topics:
            raise ValueError("a subscription has a channel or a pattern at least")
        self._redict = redict
        self._kind = kind
        self._topics = list(dict.fromkeys(_octets(topic) for topic in topics))
        self._is_raw = is_raw
        self._number: int | None = None
        self._messages: deque[Message[Any]] = deque(maxlen=PENDING_MAX)
        self._event = asyncio.Event()
        self._active_event = asyncio.Event()
        self._refusal: RedictError | None = None
        self._has_dropped = False

    async def __aenter__(self) -> "Subscription[T]":
        self._begin()
        try:
            await self._active_event.wait()
        except BaseException:
            await self.aclose()
            raise
        if self._refusal is not None:
            await self.aclose()
            raise self._refusal
        return self

    async def __aexit__(self, *ignored: object) -> None:
        await self.aclose()

    def __aiter__(self) -> "Subscription[T]":
        return self

    async def __anext__(self) -> Message[T]:
        self._begin()
        while not self._messages:
            if self._refusal is not None:
                raise self._refusal
            if self._number is None:
                raise StopAsyncIteration
            self._event.clear()
            await self._event.wait()
        return self._messages.popleft()

    async def aclose(self) -> None:
        """Unsubscribes; what waits for a message ends."""
        number, self._number = self._number, -1
        if number is not None and number >= 0:
            self._redict.end_subscription(number)
        self._number = None
        self._is_over = True
        self._event.set()

    _is_over = False

    def _begin(self) -> None:
        if self._number is None and not self._is_over:
            self._redict.require_open()
            self._number = self._redict.begin_subscription(self._kind, self._topics, self)

    # What the native side tells.

    def _active(self) -> None:
        self._active_event.set()

    def _interrupted(self) -> None:
        names = b", ".join(self._topics).decode(errors="replace")
        _log.warning("%s: the connection is lost, and with it what is published now", names)

    def _refused(self, error: "RedictError") -> None:
        self._refusal = error
        self._active_event.set()
        self._event.set()

    def _message(self, topic: bytes, channel: bytes, payload: bytes) -> None:
        if len(self._messages) == PENDING_MAX and not self._has_dropped:
            self._has_dropped = True
            _log.warning(
                "channel %r: more than %d messages wait; the oldest are dropped",
                channel,
                PENDING_MAX,
            )
        pattern = topic if self._kind == 1 else None
        if self._is_raw:
            self._messages.append(Message(channel, payload, pattern))
        else:
            self._messages.append(
                Message(
                    channel.decode(errors="surrogateescape"),
                    payload.decode(errors="surrogateescape"),
                    None if pattern is None else pattern.decode(errors="surrogateescape"),
                )
            )
        self._event.set()


def _octets(topic: str | bytes) -> bytes:
    return topic.encode() if isinstance(topic, str) else bytes(topic)
