"""The server's limits, as options: what one worker spends at most on its peers."""

from necro._option_error import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LIMITS", "Limit", "parse_seconds"]


class Limit:
    """One limit: its option, and its name and value as the server has them.

    Times are options in seconds, fractions allowed, and milliseconds for the server.
    """

    __slots__ = ("default", "key", "most", "name", "text")

    def __init__(self, key: str, name: str, default: int, most: int, text: str) -> None:
        """A limit.

        - key: ends in its unit and bound, such as `-octets-max`, or in `-seconds`.
        - name: that of the property in `ServerLimits` or `Limits`.
        - default, most: in the option's unit; the least is 1, or a millisecond.
        - text: for `--help`.
        """
        self.key = key
        self.name = name
        self.default = default
        self.most = most
        self.text = f"{text}; {default} by default"

    @property
    def attribute(self) -> str:
        """Its name in the options of a host."""
        return self.key.replace("-", "_")

    @property
    def parse(self) -> "Callable[[object, str], object]":
        """Takes a number within the limit's bounds; raises OptionError."""
        return self._seconds if self.key.endswith("-seconds") else self._count

    def _count(self, value: object, where: str) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= self.most:
            raise OptionError(f"{where}: a number from 1 to {self.most} is expected")
        return value

    def _seconds(self, value: object, where: str) -> float:
        return parse_seconds(value, where, self.most)

    def native(self, value: object) -> int:
        """The value as the server takes it."""
        assert isinstance(value, (int, float))
        return int(value * 1000) if self.key.endswith("-seconds") else int(value)


def parse_seconds(value: object, where: str, most: int) -> float:
    """Seconds, fractions allowed, as a number or its text; raises OptionError."""
    if isinstance(value, str) and len(value) < 16:
        digits = value.replace(".", "", 1)
        value = float(value) if digits.isascii() and digits.isdigit() else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.001 <= value <= most:
        raise OptionError(f"{where}: seconds from 0.001 to {most} are expected")
    return value


_GIB = 1 << 30
_DAY = 86_400

LIMITS = (
    Limit("request-line-octets-max", "startLineOctetsMax", 8_192, 1 << 20, "of a request line"),
    Limit("header-octets-max", "fieldSectionOctetsMax", 32_768, 1 << 20, "of a header section"),
    Limit("header-lines-max", "fieldLinesMax", 100, 10_000, "lines of a header section"),
    Limit("content-octets-max", "contentOctetsMax", 1 << 20, 1024 * _GIB, "of a request's content"),
    Limit(
        "content-octets-in-all-max",
        "contentOctetsInAllMax",
        _GIB // 4,
        1024 * _GIB,
        "of content that a worker holds",
    ),
    Limit("connections-max", "connectionsMax", 16_384, 1 << 20, "open ones of a worker"),
    Limit(
        "requests-per-connection-max",
        "requestsPerConnectionMax",
        100_000,
        1 << 40,
        "after which it closes",
    ),
    Limit("pipelined-octets-max", "pipelinedOctetsMax", 65_536, _GIB, "of waiting requests"),
    Limit("output-octets-max", "outputOctetsMax", 262_144, _GIB, "of unsent responses"),
    Limit("response-octets-max", "responseOctetsMax", _GIB, 1024 * _GIB, "of a response's content"),
    Limit("content-window-octets-max", "contentWindowOctets", 262_144, _GIB, "of unread content"),
    Limit("handshake-seconds", "handshakeMilliseconds", 10, _DAY, "for a TLS handshake to end"),
    Limit("handshakes-max", "handshakesMax", 1_024, 1 << 20, "TLS handshakes of a worker at once"),
    Limit("head-seconds", "headMilliseconds", 15, _DAY, "for a request's head to arrive"),
    Limit("content-seconds", "contentMilliseconds", 30, _DAY, "without any content"),
    Limit(
        "content-octets-per-second-min",
        "contentOctetsPerSecondMin",
        500,
        _GIB,
        "on average, from a client that sends content",
    ),
    Limit("keep-alive-seconds", "keepAliveMilliseconds", 75, _DAY, "between requests"),
    Limit("send-seconds", "sendMilliseconds", 60, _DAY, "without progress in sending"),
    Limit(
        "send-octets-per-second-min",
        "sendOctetsPerSecondMin",
        500,
        _GIB,
        "on average, to a client that takes a response",
    ),
    Limit("drain-seconds", "drainMilliseconds", 30, _DAY, "for a drain to end"),
)
