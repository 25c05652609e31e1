"""Opening connections: names, addresses, the order of hosts, and what a host has to be."""

import asyncio
import os
import random
import socket

from necro.postgres._dsn import ConnectionParameters, Host
from necro.postgres._encryption import attempts, client_tls, is_worth_another
from necro.postgres._errors import (
    AuthenticationFailed,
    ConnectionFailed,
    EncryptionFailed,
    PostgresError,
    ServerError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from necro._necro import PostgresConnection, PostgresPool

__all__ = ["is_lasting", "open_session"]

# Less than a call waits for a connection by default, so that another attempt is made for it.
_CONNECT_SECONDS = 10
# How many random octets a SCRAM exchange begins with (RFC 5802 §5.1 asks for a new nonce each).
_NONCE_OCTETS = 18
# Bits of StartupParameters.Authentication.
_METHODS = {"none": 1, "password": 2, "md5": 4, "scram-sha-256": 8}

# ChannelBindingPolicy's cases.
_BINDING = ("disable", "prefer", "require")

type Address = tuple[socket.AddressFamily, object]
type Startup = tuple[
    bytes, bytes, bytes, bytes, tuple[tuple[bytes, bytes], ...], int, float, bytes | None, int
]


async def open_session(
    pool: "PostgresPool",
    parameters: ConnectionParameters,
    ready: "Callable[[PostgresConnection], Awaitable[None]]",
) -> "PostgresConnection":
    """Opens a session on the first host that takes it; it is the caller's until it is released.

    - ready: waits until a session's start-up is over, and raises what it ended with.

    Raises ConnectionFailed, which names each host and what became of it.
    """
    hosts = list(parameters.hosts)
    if parameters.load_balance_hosts == "random":
        random.shuffle(hosts)
    attributes = parameters.target_session_attrs
    # "prefer-standby" takes whatever there is, once no host was a standby.
    passes = ["standby", "any"] if attributes == "prefer-standby" else [attributes]
    said: list[str] = []
    cause: BaseException | None = None
    for wanted in passes:
        for host in hosts:
            try:
                return await _open_on(pool, parameters, host, wanted, ready)
            except (OSError, PostgresError, TimeoutError) as error:
                said.append(f"{host}: {_reason(error, parameters)}")
                cause = error
            if _is_about_credentials(cause):
                # As libpq has it: whoever is refused by one host does not try the next.
                raise AuthenticationFailed(_message(said)) from cause
    raise ConnectionFailed(_message(said)) from cause


def _message(said: list[str]) -> str:
    return "no connection to Postgres: " + "; ".join(dict.fromkeys(said))


def _is_about_credentials(error: BaseException | None) -> bool:
    """Whether a server, or this side, refused the other's credentials (SQLSTATE class 28)."""
    if isinstance(error, ServerError):
        return error.sqlstate.startswith("28")
    return isinstance(error, AuthenticationFailed)


def is_lasting(error: ConnectionFailed) -> bool:
    """Whether connecting again will not help: the server is there, and refuses what it was told.

    Too few resources, a server that starts or ends, and the network may change by themselves.
    """
    cause = error.__cause__
    if isinstance(cause, ServerError):
        return cause.sqlstate[:2] not in ("08", "53", "57", "58", "XX")
    if isinstance(cause, EncryptionFailed):
        return cause.is_lasting
    return isinstance(error, AuthenticationFailed)


def _reason(error: BaseException, parameters: ConnectionParameters) -> str:
    if isinstance(error, TimeoutError):
        seconds = _connect_timeout(parameters)
        return f"no answer within {seconds} second{'s'[: seconds != 1]}"
    # asyncio puts words of its own in the place of the system's.
    if isinstance(error, OSError) and error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    said = str(error) or type(error).__name__
    return ", ".join([said, *getattr(error, "__notes__", ())])


def _connect_timeout(parameters: ConnectionParameters) -> int:
    """Seconds for a host. One that swallows everything must not hold a caller for ever."""
    return parameters.connect_timeout or _CONNECT_SECONDS


async def _open_on(
    pool: "PostgresPool",
    parameters: ConnectionParameters,
    host: Host,
    wanted: str,
    ready: "Callable[[PostgresConnection], Awaitable[None]]",
) -> "PostgresConnection":
    """Opens a session on one host, by the first of its addresses that answers."""
    error: OSError | None = None
    timeout = _connect_timeout(parameters)
    async with asyncio.timeout(timeout):
        for address in await _addresses(host, parameters):
            try:
                descriptor = await _connected(address, parameters)
            except OSError as failure:
                error = failure
                continue
            connection = await _open_at(pool, parameters, host, address, descriptor, ready)
            try:
                await _check(connection, wanted)
            except BaseException:
                connection.close()
                raise
            return connection
    raise error or ConnectionFailed("the name has no address")


async def _open_at(
    pool: "PostgresPool",
    parameters: ConnectionParameters,
    host: Host,
    address: Address,
    descriptor: int,
    ready: "Callable[[PostgresConnection], Awaitable[None]]",
) -> "PostgresConnection":
    """Opens a session at one address, with TLS and without as the sslmode has it."""
    said: list[PostgresError] = []
    for asks_for_tls in attempts(parameters, host):
        if said:
            descriptor = await _connected(address, parameters)
        try:
            tls = client_tls(parameters, host) if asks_for_tls else None
            connection = pool.attach(
                descriptor,
                _startup(parameters, host, _connect_timeout(parameters)),
                True,
                True,
                tls,
            )
        except (OSError, EncryptionFailed) as error:
            os.close(descriptor)
            said.append(EncryptionFailed(str(error)))
            continue
        try:
            await ready(connection)
        except PostgresError as error:
            connection.close()
            if not is_worth_another(connection.is_encrypted, connection.is_authenticated, error):
                raise
            said.append(error)
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    # Both count: the first may say what there is to mend.
    if len(said) > 1 and str(said[0]) != str(said[1]):
        ways = ("without TLS", "with TLS")
        is_last_with = attempts(parameters, host)[-1]
        said[1].add_note(f"{ways[is_last_with]}; {ways[not is_last_with]}: {said[0]}")
    raise said[-1]


async def _addresses(host: Host, parameters: ConnectionParameters) -> list[Address]:
    if host.is_unix:
        return [(socket.AF_UNIX, host.socket_path)]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(
        host.hostaddr or host.host, host.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    addresses: list[Address] = [(family, address) for family, _, _, _, address in found]
    if parameters.load_balance_hosts == "random":
        random.shuffle(addresses)
    return addresses


async def _connected(address: Address, parameters: ConnectionParameters) -> int:
    """The descriptor of a connected socket that does not block."""
    family, place = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if family != socket.AF_UNIX:
            _set_options(sock, parameters)
        await asyncio.get_running_loop().sock_connect(sock, place)  # type: ignore[arg-type]
        if family == socket.AF_UNIX and parameters.require_peer:
            _check_peer(sock, parameters.require_peer)
        return sock.detach()
    except BaseException:
        sock.close()
        raise


def _check_peer(sock: socket.socket, wanted: str) -> None:
    """Raises ConnectionFailed unless the server runs as the user that is wanted."""
    import pwd
    import struct

    # struct ucred of unix(7): process, user and group.
    credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    user = struct.unpack("3i", credentials)[1]
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = f"user {user}"
    if name != wanted:
        raise AuthenticationFailed(f"requirepeer is {wanted}, and the server runs as {name}")


def _set_options(sock: socket.socket, parameters: ConnectionParameters) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not parameters.keepalives:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, parameters.keepalives_idle),
        (socket.TCP_KEEPINTVL, parameters.keepalives_interval),
        (socket.TCP_KEEPCNT, parameters.keepalives_count),
        (socket.TCP_USER_TIMEOUT, parameters.tcp_user_timeout_milliseconds),
    ):
        if value > 0:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def _startup(parameters: ConnectionParameters, host: Host, timeout: float) -> "Startup":
    """What a session is begun with, as `PostgresPool.attach` takes it."""
    from necro.postgres._saslprep import prepared_password

    allowed = sum(_METHODS.get(each, 0) for each in parameters.authentication_methods)
    # As the user wrote it: what MD5 hashes, and what goes out in clear text.
    password = (host.password or "").encode("utf-8", "surrogateescape")
    return (
        parameters.user.encode(),
        parameters.database.encode(),
        password,
        os.urandom(_NONCE_OCTETS),
        tuple(
            (name.encode(), value.encode())
            for name, value in parameters.session.items()
            # The native side asks for the only one that it reads.
            if name != "client_encoding"
        ),
        allowed,
        timeout,
        None if password.isascii() else prepared_password(host.password or ""),
        _BINDING.index(parameters.channel_binding),
    )


async def _check(connection: "PostgresConnection", wanted: str) -> None:
    """Raises ConnectionFailed when a server is not of the kind that is wanted."""
    if wanted == "any":
        return
    standby = connection.parameter("in_hot_standby")
    if standby is None:
        recovering = await connection.fetch_value("SELECT pg_catalog.pg_is_in_recovery()")
        is_standby = bool(recovering)
    else:
        is_standby = standby == "on"
    if wanted in ("primary", "standby"):
        fits = is_standby == (wanted == "standby")
    else:
        read_only = connection.parameter("default_transaction_read_only")
        if read_only is None:
            read_only = await connection.fetch_value("SHOW transaction_read_only")
        is_read_only = is_standby or read_only == "on"
        fits = is_read_only == (wanted == "read-only")
    if not fits:
        raise ConnectionFailed(f"the server is not {wanted}")
