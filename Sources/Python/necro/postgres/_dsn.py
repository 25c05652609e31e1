"""Connection parameters: a connection string, a service file, the environment and defaults as one.

Source: libpq, "Parameter Key Words", "Environment Variables".
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from necro.postgres._conninfo import parse_connection_string
from necro.postgres._files import password_from_file, service_parameters
from necro.postgres._keywords import ENVIRONMENT, KEYWORDS, ConnectionStringError, unknown_keyword
from necro.postgres._values import (
    AUTHENTICATION_METHODS,
    authentication_methods,
    check_encoding,
    integer,
    one_of,
    port_number,
    protocol_version,
    tls_versions,
)

__all__ = ["ConnectionParameters", "Host", "connection_parameters"]

_PORT = "5432"
_SOCKET_FOLDERS = ("/var/run/postgresql", "/run/postgresql", "/tmp")
_HOSTS_MAX = 256
# What is taken from ~/.postgresql where nothing is named.
_TLS_FILES = {
    "sslrootcert": "root.crt",
    "sslcrl": "root.crl",
    "sslcert": "postgresql.crt",
    "sslkey": "postgresql.key",
}
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SESSION_ATTRIBUTES = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
# What the environment sets for a session, beside the connection's own parameters.
_SESSION_ENVIRONMENT = {"PGDATESTYLE": "datestyle", "PGTZ": "timezone", "PGGEQO": "geqo"}


@dataclass(frozen=True)
class Host:
    """One of the servers to try.

    - host: a name, an address, or the folder of a unix socket.
    - hostaddr: the address to connect to, where the name shall not be looked up.
    """

    host: str
    hostaddr: str | None
    port: int
    password: str | None = field(default=None, repr=False)

    @property
    def is_unix(self) -> bool:
        """Whether this is a unix socket."""
        return self.hostaddr is None and self.host.startswith(("/", "@"))

    @property
    def socket_path(self) -> str:
        """The unix socket's address; one in the abstract namespace begins with a zero."""
        folder = f"\0{self.host[1:]}" if self.host.startswith("@") else self.host
        return f"{folder}/.s.PGSQL.{self.port}"

    def __str__(self) -> str:
        """How errors name it."""
        if self.is_unix:
            return f"{self.host}/.s.PGSQL.{self.port}"
        name = self.host or self.hostaddr or ""
        return f"[{name}]:{self.port}" if ":" in name else f"{name}:{self.port}"


@dataclass(frozen=True)
class ConnectionParameters:
    """What a connection is made with. Times are seconds, and 0 means without end."""

    hosts: tuple[Host, ...]
    user: str
    database: str
    connect_timeout: int
    target_session_attrs: str
    load_balance_hosts: str
    sslmode: str
    sslnegotiation: str
    tls: Mapping[str, str] = field(repr=False)
    tls_versions: tuple[int, int]
    channel_binding: str
    authentication_methods: frozenset[str]
    keepalives: bool
    keepalives_idle: int
    keepalives_interval: int
    keepalives_count: int
    tcp_user_timeout_milliseconds: int
    protocol_version_min: tuple[int, int]
    protocol_version_max: tuple[int, int]
    require_peer: str | None
    session: Mapping[str, str]

    @property
    def startup(self) -> dict[str, str]:
        """The parameters of the StartupMessage."""
        return {"user": self.user, "database": self.database, **self.session}


def connection_parameters(
    text: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    **given: str | int | None,
) -> ConnectionParameters:
    """The parameters of a connection string, completed as libpq completes them.

    - text: a URI or keyword/value string.
    - environment: `os.environ` by default.
    - given: parameters by keyword, which count before those of the string.

    The service file, then the environment, then defaults give what is missing. Raises
    ConnectionStringError.
    """
    variables = os.environ if environment is None else environment
    values = {name: value for name, value in parse_connection_string(text).items() if value}
    for name, value in given.items():
        if name not in KEYWORDS:
            raise ConnectionStringError(unknown_keyword(name))
        if value is not None and value != "":
            values[name] = str(value)
    home = _home(variables)
    _add_service(values, variables, home)
    for name, variable in ENVIRONMENT.items():
        if name not in values and variables.get(variable):
            values[name] = variables[variable]
    if "sslmode" not in values and variables.get("PGREQUIRESSL", "").startswith("1"):
        values["sslmode"] = "require"
    return _parameters(values, variables, home)


def _home(variables: Mapping[str, str]) -> Path | None:
    home = variables.get("HOME")
    if home:
        return Path(home)
    try:
        return Path(pwd.getpwuid(os.geteuid()).pw_dir)
    except KeyError:
        return None


def _add_service(values: dict[str, str], variables: Mapping[str, str], home: Path | None) -> None:
    name = values.get("service") or variables.get("PGSERVICE")
    if not name:
        return
    file = values.get("servicefile") or variables.get("PGSERVICEFILE") or None
    for keyword, value in service_parameters(name, file, variables, home).items():
        values.setdefault(keyword, value)


def _parameters(
    values: dict[str, str], variables: Mapping[str, str], home: Path | None
) -> ConnectionParameters:
    user = values.get("user") or _system_user()
    database = values.get("dbname") or user
    hosts = _with_passwords(_hosts(values), values, database, user, home)
    sslmode, sslnegotiation = _encryption(values)
    if "scram_client_key" in values or "scram_server_key" in values:
        raise ConnectionStringError("scram_client_key and scram_server_key are not supported")
    lowest = protocol_version("min_protocol_version", values.get("min_protocol_version", "3.0"))
    highest = protocol_version("max_protocol_version", values.get("max_protocol_version", "latest"))
    if lowest > highest:
        raise ConnectionStringError("min_protocol_version is above max_protocol_version")
    if lowest > (3, 0):
        raise ConnectionStringError("min_protocol_version is above 3.0, which this driver speaks")
    return ConnectionParameters(
        hosts=hosts,
        user=user,
        database=database,
        connect_timeout=max(0, integer("connect_timeout", values)),
        target_session_attrs=one_of("target_session_attrs", values, _SESSION_ATTRIBUTES),
        load_balance_hosts=one_of("load_balance_hosts", values, ("disable", "random")),
        sslmode=sslmode,
        sslnegotiation=sslnegotiation,
        tls=_tls(values, home),
        tls_versions=tls_versions(values),
        channel_binding=one_of("channel_binding", values, ("prefer", "disable", "require")),
        authentication_methods=authentication_methods(values["require_auth"])
        if "require_auth" in values
        else AUTHENTICATION_METHODS,
        keepalives=integer("keepalives", values, 1) != 0,
        keepalives_idle=max(0, integer("keepalives_idle", values)),
        keepalives_interval=max(0, integer("keepalives_interval", values)),
        keepalives_count=max(0, integer("keepalives_count", values)),
        tcp_user_timeout_milliseconds=max(0, integer("tcp_user_timeout", values)),
        protocol_version_min=lowest,
        protocol_version_max=highest,
        require_peer=values.get("requirepeer"),
        session=_session(values, variables),
    )


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise ConnectionStringError(
            f"no user is named, and the system has no name for user id {os.geteuid()}"
        ) from None


def _hosts(values: Mapping[str, str]) -> list[Host]:
    names = values["host"].split(",") if "host" in values else []
    addresses = values["hostaddr"].split(",") if "hostaddr" in values else []
    if names and addresses and len(names) != len(addresses):
        raise ConnectionStringError(
            f"host names {len(names)} servers and hostaddr {len(addresses)}:"
            " both name the same ones"
        )
    count = len(names) or len(addresses) or 1
    if count > _HOSTS_MAX:
        raise ConnectionStringError(f"at most {_HOSTS_MAX} hosts can be named")
    ports = values.get("port", _PORT).split(",")
    if len(ports) not in (1, count):
        raise ConnectionStringError(
            f"port names {len(ports)} ports, and there are {count} hosts: name one for each, or one"
        )
    found: list[Host] = []
    for number in range(count):
        address = addresses[number].strip() if addresses else ""
        name = names[number].strip() if names else ""
        port = port_number(ports[number if len(ports) > 1 else 0].strip() or _PORT, number + 1)
        if address:
            _check_address(address, number + 1)
        if not name and not address:
            name = _default_folder()
        _check_name(name, number + 1)
        found.append(Host(name, address or None, port))
    return found


def _default_folder() -> str:
    return next(folder for folder in _SOCKET_FOLDERS if Path(folder).is_dir())


def _check_address(address: str, number: int) -> None:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, address.partition("%")[0])
        except (OSError, ValueError):
            continue
        return
    raise ConnectionStringError(f"hostaddr {number} is no IP address: {address!r}")


def _check_name(name: str, number: int) -> None:
    if "@" in name[1:] and not name.startswith(("/", "@")):
        # What is before it may be the end of a password: do not quote it.
        raise ConnectionStringError(
            f'host {number} has an "@": one in the user or password is written %40'
        )


def _with_passwords(
    hosts: list[Host], values: Mapping[str, str], database: str, user: str, home: Path | None
) -> tuple[Host, ...]:
    """The hosts, each with the password given, or that of the password file."""
    given = values.get("password")
    if given is None:
        file = values.get("passfile") or (home and str(home / ".pgpass"))
        if not file:
            return tuple(hosts)
        path = Path(file)
        return tuple(
            Host(
                one.host,
                one.hostaddr,
                one.port,
                password_from_file(path, _name_in_file(one), str(one.port), database, user),
            )
            for one in hosts
        )
    return tuple(Host(one.host, one.hostaddr, one.port, given) for one in hosts)


def _name_in_file(host: Host) -> str:
    if host.is_unix and host.host in _SOCKET_FOLDERS:
        return "localhost"
    return host.host or host.hostaddr or "localhost"


def _encryption(values: Mapping[str, str]) -> tuple[str, str]:
    """`sslmode` and `sslnegotiation`."""
    is_system = values.get("sslrootcert") == "system"
    default = "verify-full" if is_system else "prefer"
    mode = one_of("sslmode", values, _SSL_MODES, default)
    negotiation = one_of("sslnegotiation", values, ("postgres", "direct"))
    if one_of("sslcertmode", values, ("allow", "disable", "require")) == "require":
        raise ConnectionStringError("sslcertmode=require is not supported")
    if is_system and mode != "verify-full":
        raise ConnectionStringError(f"sslrootcert=system needs sslmode=verify-full, and not {mode}")
    if negotiation == "direct" and mode in ("disable", "allow", "prefer"):
        raise ConnectionStringError(
            f"sslnegotiation=direct needs sslmode=require or stronger, and not {mode}"
        )
    if one_of("gssencmode", values, ("disable", "prefer", "require")) == "require":
        raise ConnectionStringError("gssencmode=require: encryption with GSSAPI is not supported")
    return mode, negotiation


def _tls(values: Mapping[str, str], home: Path | None) -> dict[str, str]:
    """The files and settings of TLS, each a text; empty for none."""
    folder = None if home is None else home / ".postgresql"
    found = {name: values.get(name, "") for name in ("sslcrl", "sslcrldir", "sslpassword")}
    found["sslsni"] = values.get("sslsni", "1")
    found["sslcertmode"] = values.get("sslcertmode", "allow")
    for name, file in _TLS_FILES.items():
        if name == "sslcrl" and (found["sslcrl"] or found["sslcrldir"]):
            continue
        found[name] = values.get(name) or (str(folder / file) if folder else "")
    return found


def _session(values: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    check_encoding(values.get("client_encoding", "UTF8"))
    session = {"client_encoding": "UTF8"}
    name = values.get("application_name") or values.get("fallback_application_name")
    if name:
        session["application_name"] = name
    for keyword in ("options", "replication"):
        if values.get(keyword):
            session[keyword] = values[keyword]
    for variable, setting in _SESSION_ENVIRONMENT.items():
        # As libpq has it, `default` leaves it to the server.
        if variables.get(variable) and variables[variable].lower() != "default":
            session[setting] = variables[variable]
    return session
