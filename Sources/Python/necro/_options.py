"""The options of `necro host`: flags before environment before `[tool.necro]` in pyproject.toml."""

import os
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeIs

__all__ = ["Bind", "HostOptions", "OptionError", "parse_bind", "resolve"]

_BIND = "127.0.0.1:8000"
_WORKERS_MAX = 1024
_KEYS = ("bind", "workers", "access-log")


class OptionError(ValueError):
    """An option that cannot be; one line that names it and where it was set."""


class Bind:
    """One address to listen on: TCP, a unix socket, or a descriptor that was inherited."""

    __slots__ = ("descriptor", "host", "kind", "path", "port", "text")

    def __init__(
        self,
        text: str,
        kind: str,
        *,
        host: str = "",
        port: int = 0,
        path: str = "",
        descriptor: int = -1,
    ) -> None:
        """One address.

        - text: as it was given.
        - kind: `tcp` with host and port (0 for any), `unix` with path, or `fd` with descriptor.
        """
        self.text = text
        self.kind = kind
        self.host = host
        self.port = port
        self.path = path
        self.descriptor = descriptor

    def __eq__(self, other: object) -> bool:
        """Whether both were given by the same text."""
        return isinstance(other, Bind) and other.text == self.text

    def __hash__(self) -> int:
        """That of the text."""
        return hash(self.text)

    def __repr__(self) -> str:
        """The text."""
        return f"Bind({self.text!r})"


class HostOptions:
    """How to serve.

    - binds: where to listen, one at least.
    - workers: how many, None for one per core.
    - access_log: a file, `-` for standard output, None for no log.
    """

    __slots__ = ("access_log", "binds", "workers")

    def __init__(
        self,
        binds: tuple[Bind, ...] | None = None,
        workers: int | None = None,
        access_log: str | None = None,
    ) -> None:
        self.binds = binds if binds is not None else (parse_bind(_BIND),)
        self.workers = workers
        self.access_log = access_log


def parse_bind(text: str) -> Bind:
    """The address in `HOST:PORT`, `[IPV6]:PORT`, `unix:/path` or `fd:N`; raises OptionError."""
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        if not path:
            raise OptionError(f"{text!r} names no path")
        # sockaddr_un has room for 108 octets with the final zero.
        if len(os.fsencode(path)) > 107:
            raise OptionError(f"{text!r}: the path of a unix socket has at most 107 octets")
        return Bind(text, "unix", path=path)
    if text.startswith("fd:"):
        number = text.removeprefix("fd:")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise OptionError(f"{text!r}: 'fd:' is followed by the number of a descriptor")
        return Bind(text, "fd", descriptor=int(number))
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise OptionError(f"{text!r}: an IPv6 address stands in brackets, [{host}]:{port}")
    if not colon or not host:
        raise OptionError(f"{text!r} is not HOST:PORT, unix:/path or fd:N")
    if not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536):
        raise OptionError(f"{text!r}: the port is a number from 0 to 65535")
    return Bind(text, "tcp", host=host, port=int(port))


def resolve(
    flags: Mapping[str, object], environment: Mapping[str, str], pyproject: str | None
) -> HostOptions:
    """The options in force.

    - flags: by key of `[tool.necro]`; None where a flag was not given.
    - environment: that of the process; `NECRO_BIND`, `NECRO_WORKERS`, `NECRO_ACCESS_LOG` count
      where they are not empty. Several addresses in `NECRO_BIND` are separated by commas.
    - pyproject: the path of a pyproject.toml, None when there is none.

    Raises OptionError.
    """
    table = {} if pyproject is None else _table(pyproject)
    chosen: dict[str, tuple[object, str]] = {}
    for key in _KEYS:
        variable = "NECRO_" + key.upper().replace("-", "_")
        if flags.get(key) is not None:
            chosen[key] = flags[key], f"--{key}"
        elif environment.get(variable):
            text = environment[variable]
            value: object = text.split(",") if key == "bind" else text
            chosen[key] = value, variable
        elif key in table:
            chosen[key] = table[key], f"{key} in [tool.necro]"
    options = HostOptions()
    if "bind" in chosen:
        options.binds = _binds(*chosen["bind"])
    if "workers" in chosen:
        options.workers = _workers(*chosen["workers"])
    if "access-log" in chosen:
        value, where = chosen["access-log"]
        if not isinstance(value, str) or not value:
            raise OptionError(f"{where}: a file or '-' is expected")
        options.access_log = value
    return options


def _is_list(value: object) -> "TypeIs[list[object]]":
    """Whether a value is a list, as repeated flags and TOML arrays are."""
    return isinstance(value, list)


def _is_table(value: object) -> "TypeIs[dict[str, object]]":
    """Whether a value is a TOML table."""
    return isinstance(value, dict)


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
