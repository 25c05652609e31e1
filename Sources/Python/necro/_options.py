"""The options of `necro host`: flags before environment before `[tool.necro]` in pyproject.toml."""

from collections.abc import Mapping

from necro._bind import Bind, parse_bind
from necro._database_options import DATABASE_OPTIONS, REDIS_OPTIONS
from necro._limits import LIMITS, parse_seconds
from necro._option_error import OptionError
from necro._tls_options import TLS_OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeIs

__all__ = [
    "OPTIONS",
    "Bind",
    "HostOptions",
    "OptionError",
    "Setting",
    "parse_bind",
    "resolve",
    "settings",
]

_BIND = "127.0.0.1:8000"
_WORKERS_MAX = 1024
_DAY = 86_400
_LOG_LEVELS = ("debug", "info", "warning", "error", "critical")


class HostOptions:
    """How to serve.

    - binds: where to listen, one at least.
    - workers: how many, None for one per core.
    - access_log: a file, `-` for standard output, None for no log.
    - log_format: `text` or `json`, of what goes to standard error.
    - log_level: the least level that is logged, in lower case.
    - connections_in_all_max: open connections of all workers; each has an equal part of them.
    - database: Postgres' connection string, None for `DATABASE_URL`.
    - redis: Redict's URL, None for `REDIS_URL`.
    - dev: whether private servers are started for what the app injects and no URL names.
    - app: the spec of the app, None where it was not given.
    - shutdown_seconds: after a drain, for what else a worker does before it ends.
    - slow_handler_seconds: after which a handler that blocks its worker is named; 0 for never.
    - tls: the options of TLS, by name.
    - redirect_binds: where to listen for requests in clear text, which are sent to HTTPS.
    - limits: the server's, by the option's key and in its unit.
    """

    __slots__ = (
        "access_log",
        "app",
        "binds",
        "connections_in_all_max",
        "database",
        "database_options",
        "dev",
        "limits",
        "log_format",
        "log_level",
        "redirect_binds",
        "redis",
        "redis_options",
        "shutdown_seconds",
        "slow_handler_seconds",
        "tls",
        "workers",
    )

    def __init__(
        self,
        binds: tuple[Bind, ...] | None = None,
        workers: int | None = None,
        access_log: str | None = None,
        log_format: str = "text",
        log_level: str = "info",
        app: str | None = None,
        slow_handler_seconds: float = 1,
        database: str | None = None,
        redis: str | None = None,
        connections_in_all_max: int = 65_536,
        shutdown_seconds: float = 60,
        dev: bool = False,
    ) -> None:
        self.connections_in_all_max = connections_in_all_max
        self.database = database
        self.database_options: dict[str, object] = {
            one.name: one.default for one in DATABASE_OPTIONS
        }
        self.redis = redis
        self.redis_options: dict[str, object] = {one.name: one.default for one in REDIS_OPTIONS}
        self.tls: dict[str, object] = {one.name: one.default for one in TLS_OPTIONS}
        self.redirect_binds: tuple[Bind, ...] = ()
        self.dev = dev
        self.binds = binds if binds is not None else (parse_bind(_BIND),)
        self.workers = workers
        self.access_log = access_log
        self.log_format = log_format
        self.log_level = log_level
        self.app = app
        self.shutdown_seconds = shutdown_seconds
        self.slow_handler_seconds = slow_handler_seconds
        self.limits: dict[str, object] = {limit.key: limit.default for limit in LIMITS}

    def set(self, setting: "Setting") -> None:
        """Takes what an option is set to."""
        if setting.option.key in self.limits:
            self.limits[setting.option.key] = setting.value
        elif setting.option.attribute in self.database_options:
            self.database_options[setting.option.attribute] = setting.value
        elif setting.option.attribute in self.redis_options:
            self.redis_options[setting.option.attribute] = setting.value
        elif setting.option.attribute in self.tls:
            self.tls[setting.option.attribute] = setting.value
        else:
            setattr(self, setting.option.attribute, setting.value)

    def get(self, option: "Option") -> object:
        """What an option is set to."""
        if option.key in self.limits:
            return self.limits[option.key]
        if option.attribute in self.database_options:
            return self.database_options[option.attribute]
        if option.attribute in self.redis_options:
            return self.redis_options[option.attribute]
        if option.attribute in self.tls:
            return self.tls[option.attribute]
        value: object = getattr(self, option.attribute)
        return value

    @property
    def native_limits(self) -> dict[str, int]:
        """The limits as the server takes them: by its names, times in milliseconds."""
        return {limit.name: limit.native(self.limits[limit.key]) for limit in LIMITS}

    def worker_limits(self, workers: int) -> dict[str, int]:
        """The limits of one of so many workers, which share no count of their connections."""
        limits = self.native_limits
        part = max(1, self.connections_in_all_max // workers)
        limits["connectionsMax"] = min(limits["connectionsMax"], part)
        return limits


class Option:
    """One option: a flag, a variable `NECRO_…` and a key of `[tool.necro]`."""

    __slots__ = ("attribute", "help", "key", "metavar", "parse")

    def __init__(
        self,
        key: str,
        attribute: str,
        parse: "Callable[[object, str], object]",
        metavar: str,
        text: str,
    ) -> None:
        """An option.

        - attribute: its name in HostOptions.
        - parse: gives the value of what was given and where; raises OptionError.
        - metavar, text: for `--help`.
        """
        self.key = key
        self.attribute = attribute
        self.parse = parse
        self.metavar = metavar
        self.help = text

    @property
    def repeats(self) -> bool:
        """Whether it may be given several times; a variable then has commas between them."""
        return self.key in _REPEATED

    @property
    def variable(self) -> str:
        """The name of the environment variable."""
        return "NECRO_" + self.key.upper().replace("-", "_")


class Setting:
    """What an option is, and where that was said: `default`, a flag, a variable or a file."""

    __slots__ = ("option", "value", "where")

    def __init__(self, option: Option, value: object, where: str) -> None:
        self.option = option
        self.value = value
        self.where = where

    @property
    def text(self) -> str:
        """The value as one would give it, without passwords."""
        if self.option.key in ("database", "redis") and self.value is not None:
            from re import sub

            # Of a URI, and of a keyword/value string.
            hidden = sub(r"(//[^:/@]*:)[^@]*@", r"\1****@", str(self.value))
            return sub(r"(password\s*=\s*)('[^']*'|\S+)", r"\1****", hidden)
        if _is_tuple(self.value):
            return ",".join(map(str, self.value)) or "none"
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if self.value is None:
            return "auto" if self.option.key == "workers" else "none"
        return str(self.value).removesuffix(".0")


def resolve(
    flags: Mapping[str, object], environment: Mapping[str, str], pyproject: str | None
) -> HostOptions:
    """The options in force; see `settings`."""
    options = HostOptions()
    for setting in settings(flags, environment, pyproject):
        options.set(setting)
    return options


def settings(
    flags: Mapping[str, object], environment: Mapping[str, str], pyproject: str | None
) -> list[Setting]:
    """Every option with its value: flags before environment before `[tool.necro]`.

    - flags: by key of `[tool.necro]`; None where a flag was not given.
    - environment: that of the process; a variable counts where it is not empty. Several addresses
      in `NECRO_BIND` are separated by commas.
    - pyproject: the path of a pyproject.toml, None when there is none.

    Raises OptionError.
    """
    table = {} if pyproject is None else _table(pyproject)
    _check_variables(environment)
    usual = HostOptions()
    found: list[Setting] = []
    for option in OPTIONS:
        key = option.key
        given: tuple[object, str] | None = None
        if flags.get(key) is not None:
            given = flags[key], key.upper() if key == "app" else f"--{key}"
        elif environment.get(option.variable):
            text = environment[option.variable]
            given = text.split(",") if option.repeats else text, option.variable
        elif key in table:
            given = table[key], f"{key} in [tool.necro]"
        if given is None:
            found.append(Setting(option, usual.get(option), "default"))
        else:
            found.append(Setting(option, option.parse(*given), given[1]))
    return found


def _check_variables(environment: Mapping[str, str]) -> None:
    """Raises OptionError for a variable that is almost one of ours.

    Others are not ours to judge: a cluster sets NECRO_PORT for a service of this name.
    """
    known = [option.variable for option in OPTIONS]
    for variable in environment:
        if variable.startswith("NECRO_") and variable not in (*known, "NECRO_EXTENSION"):
            from difflib import get_close_matches

            near = get_close_matches(variable, known, n=1, cutoff=0.85)
            if near:
                raise OptionError(f"there is no variable {variable}; did you mean {near[0]}?")


def _is_list(value: object) -> "TypeIs[list[object]]":
    """Whether a value is a list, as repeated flags and TOML arrays are."""
    return isinstance(value, list)


def _is_table(value: object) -> "TypeIs[dict[str, object]]":
    """Whether a value is a TOML table."""
    return isinstance(value, dict)


def _is_tuple(value: object) -> "TypeIs[tuple[object, ...]]":
    """Whether a value is a tuple, as that of a repeated option is."""
    return isinstance(value, tuple)


def _binds(value: object, where: str) -> tuple[Bind, ...]:
    """The addresses in a string or a list of them, each once."""
    listed = value if _is_list(value) else [value]
    binds: list[Bind] = []
    for item in listed:
        if not isinstance(item, str):
            raise OptionError(f"{where}: an address is a string")
        try:
            bind = parse_bind(item.strip())
        except OptionError as error:
            raise OptionError(f"{where}: {error}") from None
        if bind in binds:
            raise OptionError(f"{where}: {bind.text!r} is there twice")
        binds.append(bind)
    if not binds:
        raise OptionError(f"{where}: one address at least is expected")
    return tuple(binds)


def _workers(value: object, where: str) -> int | None:
    """A number of workers; None for `auto`."""
    if value == "auto":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _WORKERS_MAX:
        raise OptionError(f"{where}: a number from 1 to {_WORKERS_MAX} or 'auto' is expected")
    return value


def _file(value: object, where: str) -> str:
    """The name of a file, or `-`."""
    if not isinstance(value, str) or not value:
        raise OptionError(f"{where}: a file or '-' is expected")
    return value


def _app(value: object, where: str) -> str:
    """The text of an app's spec."""
    if not isinstance(value, str) or not value:
        raise OptionError(f"{where}: a module, module:attribute or a .py file is expected")
    return value


def _seconds_or_none(value: object, where: str) -> float:
    """Seconds as a limit has them, or 0."""
    if value == "0" or (value == 0 and not isinstance(value, bool)):
        return 0
    return parse_seconds(value, where, _DAY)


def _connections(value: object, where: str) -> int:
    """A number of connections."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1 << 24:
        raise OptionError(f"{where}: a number from 1 to {1 << 24} is expected")
    return value


def _database(value: object, where: str) -> str:
    """A connection string."""
    if not isinstance(value, str) or not value:
        raise OptionError(f"{where}: a connection string is expected, such as postgresql:///name")
    return value


def _redis(value: object, where: str) -> str:
    """A URL of Redict."""
    if not isinstance(value, str) or not value:
        raise OptionError(f"{where}: a URL is expected, such as redis://localhost/0")
    return value


def _switch(value: object, where: str) -> bool:
    """Whether something is on."""
    if isinstance(value, bool):
        return value
    if value in ("1", "true", "0", "false"):
        return value in ("1", "true")
    raise OptionError(f"{where}: true or false is expected")


def _one_of(choices: tuple[str, ...]) -> "Callable[[object, str], str]":
    """Takes one of some words, in any case."""

    def parse(value: object, where: str) -> str:
        if not isinstance(value, str) or value.lower() not in choices:
            raise OptionError(f"{where}: {', '.join(choices[:-1])} or {choices[-1]} is expected")
        return value.lower()

    return parse


def _table(path: str) -> dict[str, object]:
    """`[tool.necro]` of a pyproject.toml; an unknown key is an error, since it would be ignored."""
    from tomllib import TOMLDecodeError, load

    try:
        with open(path, "rb") as file:
            document = load(file)
    except (OSError, TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path}: {error}") from None
    table: object = document.get("tool", {}).get("necro", {})
    if not _is_table(table):
        raise OptionError(f"{path}: [tool.necro] is not a table")
    for key in table:
        if key not in _KEYS:
            raise OptionError(f"{path}: [tool.necro] has no key {key!r}{_hint(key)}")
    return table


def _hint(key: str) -> str:
    """The nearest key as the end of a sentence."""
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), _KEYS, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(_KEYS)}"


OPTIONS = (
    Option("app", "app", _app, "APP", "the app: a module, module:attribute or a .py file"),
    Option(
        "bind",
        "binds",
        _binds,
        "ADDRESS",
        "HOST:PORT, unix:/path or fd:N; repeatable; 127.0.0.1:8000 by default",
    ),
    Option("workers", "workers", _workers, "N|auto", "one per core by default"),
    Option("access-log", "access_log", _file, "FILE|-", "log each request; - is stdout"),
    Option(
        "log-format", "log_format", _one_of(("text", "json")), "text|json", "of what stderr gets"
    ),
    Option("log-level", "log_level", _one_of(_LOG_LEVELS), "LEVEL", f"{', '.join(_LOG_LEVELS)}"),
    Option(
        "slow-handler-seconds",
        "slow_handler_seconds",
        _seconds_or_none,
        "N",
        "after which a handler that blocks its worker is named; 1 by default, 0 for never",
    ),
    Option("database", "database", _database, "URL", "Postgres' connection string"),
    *(Option(one.key, one.name, one.parse, "N", one.text) for one in DATABASE_OPTIONS),
    Option("redis", "redis", _redis, "URL", "Redict's: redis://, unix://"),
    *(Option(one.key, one.name, one.parse, "N", one.text) for one in REDIS_OPTIONS),
    *(Option(one.key, one.name, one.parse, one.metavar, one.text) for one in TLS_OPTIONS),
    Option(
        "redirect-bind",
        "redirect_binds",
        _binds,
        "ADDRESS",
        "where requests in clear text are sent to HTTPS; repeatable",
    ),
    Option(
        "dev",
        "dev",
        _switch,
        "",
        "start private, throw-away servers where the app injects db or redis and no URL names one;"
        " there is no reload and no errors in responses yet",
    ),
    Option(
        "connections-in-all-max",
        "connections_in_all_max",
        _connections,
        "N",
        "open ones of all workers, in equal parts; 65536 by default",
    ),
    Option(
        "shutdown-seconds",
        "shutdown_seconds",
        _seconds_or_none,
        "N",
        "after a drain, until what does not end is given up; 60 by default",
    ),
    *(Option(one.key, one.attribute, one.parse, "N", one.text) for one in LIMITS),
)
_KEYS = tuple(option.key for option in OPTIONS)
_REPEATED = ("bind", "redirect-bind", *(one.key for one in TLS_OPTIONS if one.default == ()))
