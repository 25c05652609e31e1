"""Reads Redict's URLs: `redis://`, `unix://`, `redis+cluster://`, `redis+sentinel://`, and `rediss`
for TLS with each.

Source: the registrations of the schemes `redis` and `rediss`, and what redis-py takes. Where
redis-py silently passes over what is wrong (a database that is no number), it is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from urllib.parse import unquote

from necro._client_tls import NAME_INDICATED, NAME_VERIFIED, ClientTLS, is_address, tls_settings

__all__ = ["RedictParameters", "RedictURLError", "parse_redict_url"]

_SCHEMES = (
    *("redis", "rediss", "unix", "redis+cluster", "redis+sentinel"),
    *("rediss+cluster", "rediss+sentinel"),
)
_PORT = 6379
_SENTINEL_PORT = 26379
# Octets of kept replies where the cache is asked for without a size.
CACHE_OCTETS = 16 << 20
_URL_CHARACTERS_MAX = 65536
_DATABASE = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_ESCAPE_MISSING = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_FALSE = frozenset({"0", "f", "false", "n", "no"})
_TRUE = frozenset({"1", "t", "true", "y", "yes"})
_KEYWORDS = (
    *("db", "username", "password", "protocol", "client_name", "socket_timeout"),
    *("socket_connect_timeout", "socket_keepalive", "health_check_interval"),
    *("client_cache", "read_from_replicas", "sentinel_username", "sentinel_password"),
)
_TLS_KEYWORDS = (
    *("ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_password"),
    *("ssl_check_hostname", "ssl_min_version"),
)


class RedictURLError(ValueError):
    """A URL that cannot be; the message names the part, and quotes no password."""


@dataclass(frozen=True)
class RedictTLS:
    """How connections are encrypted.

    - authorities: a PEM file; those that the system trusts by default.
    - is_verified, is_name_checked: whether one of them has to have signed the server's certificate,
      and whether that has to be for the host.
    - version_min: 0 for TLS 1.2, 1 for 1.3.
    """

    authorities: str = ""
    certificate: str = ""
    key: str = ""
    passphrase: str = field(default="", repr=False)
    is_verified: bool = True
    is_name_checked: bool = True
    version_min: int = 0

    def to_host(self, host: str) -> ClientTLS:
        """TLS with a host."""
        settings = tls_settings(
            self.authorities if self.is_verified else None,
            certificate=self.certificate,
            key=self.key,
            passphrase=self.passphrase,
            versions=(self.version_min, 1),
        )
        flags = NAME_VERIFIED if self.is_verified and self.is_name_checked else 0
        if not is_address(host):
            flags |= NAME_INDICATED
        return settings, host.encode(), flags


@dataclass(frozen=True)
class RedictParameters:
    """What a connection is made with. Times are seconds; None means without end.

    - path: of a unix socket; then host and port count for nothing.
    - protocol: the version of RESP, 2 or 3.
    - nodes: hosts and ports of a cluster's nodes, or of sentinels; `host` and `port` are those of
      the one that is connected to.
    - master: what the sentinels call it.
    - client_cache: octets of replies that are kept.
    """

    host: str = "localhost"
    port: int = _PORT
    path: str | None = None
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    protocol: int = 3
    client_name: str | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    keepalive: bool = True
    health_check_interval: float | None = None
    nodes: tuple[tuple[str, int], ...] = ()
    master: str | None = None
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    client_cache: int = 0
    read_from_replicas: bool = False
    tls: RedictTLS | None = None

    def tls_to_host(self) -> ClientTLS | None:
        """TLS with this host, as the native driver takes it."""
        return None if self.tls is None else self.tls.to_host(self.host)

    def __str__(self) -> str:
        """How errors name the server."""
        if self.path is not None:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_redict_url(url: str) -> RedictParameters:
    """The parameters of a URL. Raises RedictURLError.

    The user and password before the host count before those of the query; the database of the query
    counts before that of the path.
    """
    if len(url) > _URL_CHARACTERS_MAX:
        raise RedictURLError(f"a Redict URL has at most {_URL_CHARACTERS_MAX} characters")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        raise RedictURLError(
            "a Redict URL begins with redis://, rediss:// or unix://; for a cluster with"
            " redis+cluster://, for sentinels with redis+sentinel://"
        )
    if "#" in rest:
        raise RedictURLError('a Redict URL has no fragment: "#" in a part is written %23')
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    given = _query(query)
    userinfo, _, place = authority.rpartition("@")
    username, _, password = userinfo.partition(":")
    kind = scheme.lower().replace("rediss", "redis")
    tls = _tls(given, scheme.lower().startswith("rediss"))
    is_unix = kind == "unix"
    nodes: list[tuple[str, int]] = []
    master = None
    if kind == "redis+sentinel":
        master, _, path = path.partition("/")
        if not master:
            raise RedictURLError(
                "a redis+sentinel:// URL has the master's name behind its slash:"
                " redis+sentinel://host:26379/mymaster"
            )
    if "+" in kind:
        nodes = [_place(each, _SENTINEL_PORT if master else _PORT) for each in place.split(",")]
        host, port = nodes[0]
    else:
        host, port = ("localhost", _PORT) if is_unix else _place(place, _PORT)
    if is_unix and (place or not path):
        raise RedictURLError("a unix:// URL has the path of the socket after three slashes")
    database = given.get("db")
    if database is None and not is_unix:
        database = _decoded(path.removesuffix("/"), "database") or None
    return RedictParameters(
        host=host,
        port=port,
        path=_decoded(slash + path, "path") if is_unix else None,
        database=_database(database),
        username=_decoded(username, "user") or given.get("username") or None,
        password=_decoded(password, "password") or given.get("password") or None,
        protocol=_protocol(given.get("protocol")),
        client_name=given.get("client_name"),
        timeout=_seconds("socket_timeout", given),
        connect_timeout=_seconds("socket_connect_timeout", given),
        keepalive=_boolean("socket_keepalive", given, True),
        health_check_interval=_seconds("health_check_interval", given),
        nodes=tuple(nodes),
        master=_decoded(master, "master's name") if master else None,
        sentinel_username=given.get("sentinel_username"),
        sentinel_password=given.get("sentinel_password"),
        client_cache=_octets(given.get("client_cache")),
        read_from_replicas=_boolean("read_from_replicas", given, False),
        tls=tls,
    )


def _decoded(text: str, part: str) -> str:
    if _ESCAPE_MISSING.search(text):
        raise RedictURLError(
            f'the {part} of the URL has a "%" without two hexadecimal digits after it:'
            ' write "%" itself as %25'
        )
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise RedictURLError(f"the {part} of the URL is no UTF-8") from None
    if "\0" in found:
        raise RedictURLError(f"the {part} of the URL has a zero character")
    return found


def _query(text: str) -> dict[str, str]:
    """The parameters of the query; the first of a name counts, as in redis-py."""
    values: dict[str, str] = {}
    for number, pair in enumerate(text.split("&") if text else [], 1):
        name, equals, value = pair.partition("=")
        if not equals:
            raise RedictURLError(f'query parameter {number} of the URL has no "="')
        name = _decoded(name.replace("+", " "), f"name of query parameter {number}")
        value = _decoded(value.replace("+", " "), f"query parameter {number}")
        if name not in _KEYWORDS and name not in _TLS_KEYWORDS:
            near = get_close_matches(name, _KEYWORDS + _TLS_KEYWORDS, 1)
            # What is unlike any may be a piece of a password whose "&" is not encoded.
            said = f" {name!r}; did you mean {near[0]!r}?" if near else " of that name"
            raise RedictURLError(f"there is no parameter{said} (query parameter {number})")
        if value:
            values.setdefault(name, value)
    return values


def _tls(given: dict[str, str], is_wanted: bool) -> RedictTLS | None:
    named = [name for name in _TLS_KEYWORDS if name in given]
    if not is_wanted:
        if named:
            raise RedictURLError(f"{named[0]} is for rediss://")
        return None
    # What redis-py means by "optional" is, of a client, the same as "required".
    required = given.get("ssl_cert_reqs", "required").lower()
    if required not in ("none", "optional", "required"):
        raise RedictURLError("ssl_cert_reqs is none, optional or required")
    version = given.get("ssl_min_version", "TLSv1.2")
    if version not in ("TLSv1.2", "TLSv1.3"):
        raise RedictURLError("ssl_min_version is TLSv1.2 or TLSv1.3")
    certificate = given.get("ssl_certfile", "")
    if "ssl_keyfile" in given and not certificate:
        raise RedictURLError("ssl_keyfile needs ssl_certfile")
    return RedictTLS(
        authorities=given.get("ssl_ca_certs", ""),
        certificate=certificate,
        # The key may stand in the certificate's file.
        key=given.get("ssl_keyfile", certificate),
        passphrase=given.get("ssl_password", ""),
        is_verified=required != "none",
        is_name_checked=_boolean("ssl_check_hostname", given, True),
        version_min=int(version == "TLSv1.3"),
    )


def _place(text: str, default: int) -> tuple[str, int]:
    """The host and the port."""
    if text.startswith("["):
        host, bracket, after = text[1:].partition("]")
        if not bracket or not host or (after and not after.startswith(":")):
            raise RedictURLError('an IPv6 address in the URL is written "[address]:port"')
        port = after[1:]
    else:
        host, _, port = text.partition(":")
    if not port:
        return _decoded(host, "host") or "localhost", default
    if not (port.isascii() and port.isdecimal()):
        # It may be a password whose "/" is not encoded: do not quote it.
        raise RedictURLError(
            'the port of the URL is no number; a "/", "?" or "@" in the user or password is written'
            " %2F, %3F, %40"
        )
    if len(port) > 5 or not 1 <= int(port) <= 65535:
        raise RedictURLError(f"the port of the URL is not from 1 to 65535: {port[:32]}")
    return _decoded(host, "host") or "localhost", int(port)


def _database(text: str | None) -> int:
    if text is None:
        return 0
    if _DATABASE.fullmatch(text) is None:
        raise RedictURLError("the database of the URL is no number without leading zeros")
    return int(text)


def _protocol(text: str | None) -> int:
    if text not in (None, "2", "3"):
        raise RedictURLError("protocol is 2 or 3")
    return 3 if text is None else int(text)


def _seconds(name: str, values: dict[str, str]) -> float | None:
    text = values.get(name)
    if text is None:
        return None
    if _DECIMAL.fullmatch(text) is None:
        raise RedictURLError(f"{name} is no number of seconds")
    # As with Postgres, 0 means without end.
    return float(text) or None


def _octets(text: str | None) -> int:
    if text is None or text.lower() in _FALSE:
        return 0
    if text.lower() in _TRUE:
        return CACHE_OCTETS
    if _DATABASE.fullmatch(text) is None:
        raise RedictURLError("client_cache is no number of octets")
    return int(text)


def _boolean(name: str, values: dict[str, str], default: bool) -> bool:
    text = values.get(name)
    if text is None:
        return default
    if text.lower() not in _FALSE | _TRUE:
        raise RedictURLError(f"{name} is neither true nor false")
    return text.lower() in _TRUE
