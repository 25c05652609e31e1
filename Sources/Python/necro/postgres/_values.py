"""Reads the values of connection parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from necro.postgres._keywords import ConnectionStringError

__all__ = [
    "AUTHENTICATION_METHODS",
    "authentication_methods",
    "check_encoding",
    "integer",
    "one_of",
    "port_number",
    "protocol_version",
    "tls_versions",
]

AUTHENTICATION_METHODS = frozenset(
    {"none", "password", "md5", "gss", "sspi", "scram-sha-256", "oauth"}
)
_INTEGER = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]{1,10})[ \t\n\v\f\r]*", re.ASCII)
_INT32_MAX = (1 << 31) - 1
_VERSIONS = {"3.0": (3, 0), "3.2": (3, 2), "latest": (3, 2)}
_TLS_VERSIONS = {word.lower(): word for word in ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")}
_UTF8 = frozenset({"utf8", "unicode", "auto"})


def _shown(value: str) -> str:
    """A value as errors quote it."""
    return repr(value if len(value) <= 64 else f"{value[:64]}…")


def integer(name: str, values: Mapping[str, str], default: int = 0) -> int:
    """A parameter that is an integer of 32 bits."""
    value = values.get(name)
    if value is None:
        return default
    found = _INTEGER.fullmatch(value)
    if found is None or abs(int(found[1])) > _INT32_MAX:
        raise ConnectionStringError(f"{name} is no integer: {_shown(value)}")
    return int(found[1])


def one_of(
    name: str, values: Mapping[str, str], allowed: Sequence[str], default: str | None = None
) -> str:
    """A parameter that is one of some words; the first where it is not given and has no default."""
    value = values.get(name, default or allowed[0])
    if value not in allowed:
        raise ConnectionStringError(f"{name} is {_shown(value)}, and not {', '.join(allowed)}")
    return value


def port_number(text: str, number: int) -> int:
    """The port of the host of this number."""
    if text.isascii() and text.isdecimal():
        if len(text) <= 5 and 1 <= int(text) <= 65535:
            return int(text)
        raise ConnectionStringError(f"port {text[:32]} of host {number} is not from 1 to 65535")
    # It may be a password whose "/" or "@" was not encoded: do not quote it.
    raise ConnectionStringError(
        f'the port of host {number} is no number; a "/", ":" or "@" in the user or password of a'
        " URI is written %2F, %3A, %40"
    )


def protocol_version(name: str, value: str) -> tuple[int, int]:
    """A version of the protocol, major and minor."""
    if value not in _VERSIONS:
        raise ConnectionStringError(f"{name} is {_shown(value)}, and not {', '.join(_VERSIONS)}")
    return _VERSIONS[value]


def tls_versions(values: Mapping[str, str]) -> tuple[int, int]:
    """The lowest and the highest version of TLS: 0 for 1.2, 1 for 1.3."""
    found: list[int] = []
    for name, default in (
        ("ssl_min_protocol_version", "TLSv1.2"),
        ("ssl_max_protocol_version", "TLSv1.3"),
    ):
        value = values.get(name, default)
        if value.lower() not in _TLS_VERSIONS:
            words = ", ".join(_TLS_VERSIONS.values())
            raise ConnectionStringError(f"{name} is {_shown(value)}, and not {words}")
        found.append(list(_TLS_VERSIONS).index(value.lower()) - 2)
    if found[1] < 0:
        raise ConnectionStringError("ssl_max_protocol_version is below TLSv1.2")
    if found[0] > found[1]:
        raise ConnectionStringError("ssl_min_protocol_version is above ssl_max_protocol_version")
    # A lower bound beneath all that there is bounds nothing.
    return max(found[0], 0), found[1]


def authentication_methods(value: str) -> frozenset[str]:
    """The methods that `require_auth` allows."""
    named: set[str] = set()
    signs: set[bool] = set()
    for word in value.split(","):
        method = word.removeprefix("!")
        signs.add(word.startswith("!"))
        if method not in AUTHENTICATION_METHODS:
            raise ConnectionStringError(
                f"require_auth names the method {_shown(method)},"
                f" and not one of {', '.join(sorted(AUTHENTICATION_METHODS))}"
            )
        if method in named:
            raise ConnectionStringError(f"require_auth names {method} more than once")
        named.add(method)
    if len(signs) > 1:
        raise ConnectionStringError("require_auth either names methods or, with !, excludes them")
    return AUTHENTICATION_METHODS - named if True in signs else frozenset(named)


def check_encoding(value: str) -> None:
    """Refuses what is not UTF-8: all that Necro sends and reads is."""
    if value.lower().replace("-", "").replace("_", "") not in _UTF8:
        raise ConnectionStringError(
            f"client_encoding is {_shown(value)}, and Necro uses UTF8 alone"
        )
