"""The options of an app's `db` and `redis`: how many connections a worker keeps, and how long."""

from necro._limits import parse_seconds
from necro._option_error import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DATABASE_OPTIONS", "REDIS_OPTIONS", "DatabaseOption", "check_database_options"]

_DAY = 86_400
_COUNT_MAX = 65_536


class DatabaseOption:
    """One option: its key, and the name that `Database` or `Redict` has for it."""

    __slots__ = ("default", "key", "least", "name", "text")

    def __init__(self, key: str, name: str, least: int, default: int, text: str) -> None:
        """An option.

        - key: ends in `-seconds`, `-min` or `-max`.
        - name: of the keyword.
        - least: 0 where that has a meaning, said in the text.
        - text: for `--help`.
        """
        self.key = key
        self.name = name
        self.least = least
        self.default = default
        self.text = f"{text}; {default} by default"

    @property
    def parse(self) -> "Callable[[object, str], object]":
        """Takes a number within the option's bounds; raises OptionError."""
        return self._seconds if self.key.endswith("-seconds") else self._count

    def _count(self, value: object, where: str) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            value = -1
        if not self.least <= value <= _COUNT_MAX:
            raise OptionError(f"{where}: a number from {self.least} to {_COUNT_MAX} is expected")
        return value

    def _seconds(self, value: object, where: str) -> float:
        if self.least == 0 and (value == "0" or (value == 0 and not isinstance(value, bool))):
            return 0
        return parse_seconds(value, where, _DAY)


DATABASE_OPTIONS = (
    DatabaseOption("database-connections-min", "pool_min", 0, 0, "kept open by each worker"),
    DatabaseOption("database-connections-max", "pool_max", 1, 10, "of each worker"),
    DatabaseOption(
        "database-idle-seconds",
        "idle_timeout",
        0,
        300,
        "until an unused one is closed, 0 for never",
    ),
    DatabaseOption(
        "database-lifetime-seconds", "lifetime", 0, 3600, "until an old one is closed, 0 for never"
    ),
    DatabaseOption(
        "database-wait-seconds", "acquire_timeout", 1, 30, "that a call waits for a connection"
    ),
    DatabaseOption(
        "database-statement-seconds",
        "statement_timeout",
        0,
        0,
        "that a statement may take, 0 for as long as it likes",
    ),
    DatabaseOption(
        "database-statements-max",
        "statement_cache_size",
        0,
        256,
        "prepared on a connection, 0 for none: behind pgbouncer",
    ),
)

REDIS_OPTIONS = (
    DatabaseOption(
        "redis-connections-max", "connections_max", 1, 1, "of each worker, shared by all callers"
    ),
    DatabaseOption(
        "redis-blocking-max",
        "blocking_max",
        1,
        64,
        "connections of each worker for what waits or watches",
    ),
    DatabaseOption("redis-wait-seconds", "wait_timeout", 1, 10, "that a call waits to be sent"),
    DatabaseOption(
        "redis-command-seconds",
        "command_timeout",
        0,
        0,
        "that a command may take, 0 for as long as it likes",
    ),
    DatabaseOption("redis-connect-seconds", "connect_timeout", 1, 5, "that connecting may take"),
)


def check_database_options(values: "dict[str, object]") -> None:
    """Raises OptionError for options that do not go together.

    - values: by the names of `Database`.
    """
    least, most = values.get("pool_min", 0), values.get("pool_max", 10)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        raise OptionError(
            f"database-connections-min is {least}, and database-connections-max only {most}"
        )
