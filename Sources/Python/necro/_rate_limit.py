"""Rate limiting: a bucket of tokens for each client, in each worker."""

import time

from necro._errors import HTTPError
from necro._middleware import Filter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from necro._views import RequestViews

__all__ = ["RateLimit"]

_CLIENTS_MAX = 65_536


def _address(request: "RequestViews") -> str | None:
    """The peer's address; clients of a unix socket are told apart by nothing."""
    return request.client[0] if request.client is not None else None


class RateLimit(Filter):
    """Answers 429 to clients that ask too often: `app.middleware(necro.RateLimit(100, 60))`.

    Each worker counts for itself, since workers share nothing: with N workers a client that
    connects anew each time may come near N times as far.
    """

    __slots__ = ("_buckets", "_burst", "_clients_max", "_clock", "_key", "_rate")

    def __init__(
        self,
        requests: int,
        seconds: float,
        *,
        burst: int | None = None,
        key: "Callable[[RequestViews], str | None]" = _address,
        clients_max: int = _CLIENTS_MAX,
        clock: "Callable[[], float]" = time.monotonic,
    ) -> None:
        """A limit.

        - requests, seconds: how many requests are answered in how long, on average.
        - burst: how many at once; else `requests`.
        - key: tells clients apart; None is not limited. By default the peer's address, which
          behind a proxy is the proxy's.
        - clients_max: how many clients are remembered; the one that was silent longest goes first.
        - clock: monotonic seconds.

        Raises ValueError for a limit that lets nothing through.
        """
        burst = requests if burst is None else burst
        if requests < 1 or seconds <= 0 or burst < 1 or clients_max < 1:
            raise ValueError("a rate limit has at least 1 request, 1 client and some time")
        self._rate = requests / seconds
        self._burst = float(burst)
        self._key = key
        self._clients_max = clients_max
        self._clock = clock
        # Tokens and when they were counted, the client that was silent longest first.
        self._buckets: dict[str, tuple[float, float]] = {}

    def before(self, request: "RequestViews", /) -> None:
        """Takes a token; raises HTTPError 429 where there is none."""
        key = self._key(request)
        if key is None:
            return
        now = self._clock()
        tokens, counted = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - counted) * self._rate)
        is_refused = tokens < 1
        self._buckets[key] = (tokens if is_refused else tokens - 1, now)
        if len(self._buckets) > self._clients_max:
            del self._buckets[next(iter(self._buckets))]
        if is_refused:
            seconds = -int(-(1 - tokens) / self._rate // 1)
            raise HTTPError(429, headers={"retry-after": str(max(1, seconds))})
