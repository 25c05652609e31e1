"""What the native pool asks of Python, and tells it: connections."""

import asyncio
import logging
import os
import socket
from dataclasses import replace
from weakref import ref

from necro.redict._errors import (
    AuthenticationFailed,
    ConnectionFailed,
    EncryptionFailed,
    InterfaceError,
    PoolExhausted,
    RedictError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from necro.redict._redict import Redict
    from necro.redict._url import RedictParameters

__all__ = ["Hooks"]

_log = logging.getLogger("necro.redict")
# Addresses of a name that are tried.
_ADDRESSES_MAX = 16


def _no_redict() -> None:
    """Stands for the Redict until there is one."""


class Hooks:
    """What the native pool asks of Python, and tells it."""

    def __init__(self, parameters: "RedictParameters", connect_timeout: float) -> None:
        # The Redict holds this; held by it in turn, it would never be given up.
        self._redict: Callable[[], Redict | None] = _no_redict
        self._parameters = parameters
        self._connect_timeout = connect_timeout
        self._attempts: set[asyncio.Task[None]] = set()
        # By server, what the last attempt to connect has ended with, since one succeeded.
        self._refusals: dict[str | None, RedictError] = {}
        self._ready = 0

    def serve(self, redict: "Redict") -> None:
        """Takes the Redict that this is of."""
        self._redict = ref(redict)

    @property
    def redict(self) -> "Redict":
        """The Redict that this is of, which calls it and so is there."""
        redict = self._redict()
        assert redict is not None
        return redict

    def connection_wanted(self, number: int, host: str | None = None, port: int = 0) -> None:
        """Calls wait, and there may be another connection.

        - number: what the pool knows the attempt by.
        - host, port: of a server that a cluster or a sentinel has named.
        """
        parameters = self._parameters
        if host is not None:
            parameters = replace(parameters, host=host, port=port)
        self._begin(number, parameters)

    def sentinel_wanted(self, number: int, host: str, port: int) -> None:
        """The same of a sentinel, which knows other users."""
        given = self._parameters
        name, password = given.sentinel_username, given.sentinel_password
        self._begin(number, replace(given, host=host, port=port, username=name, password=password))

    def _begin(self, number: int, parameters: "RedictParameters") -> None:
        loop = self.redict._loop  # pyright: ignore[reportPrivateUsage]
        if loop.is_closed() or not self.redict._is_open:  # pyright: ignore[reportPrivateUsage]
            self.redict.connection_failed(number)
            return
        task = loop.create_task(self._attempt(number, parameters), name="necro.redict connect")
        self._attempts.add(task)
        task.add_done_callback(self._attempts.discard)

    async def _attempt(self, number: int, parameters: "RedictParameters") -> None:
        """Opens a connection; the delay behind one that failed is the pool's."""
        try:
            async with asyncio.timeout(self._connect_timeout):
                opened = await _opened(parameters)
        except OSError as error:
            # A TimeoutError is one as well.
            reason = error.strerror or str(error) or "there was no answer in time"
            host = parameters.host if parameters.nodes else None
            failed = ConnectionFailed(f"cannot connect to {parameters}: {reason}")
            self._refuse(failed, host, parameters.port)
            self.redict.connection_failed(number)
        except BaseException:
            self.redict.connection_failed(number)
            raise
        else:
            descriptor = opened.detach()
            try:
                self.redict.attach(
                    descriptor, _greeting(parameters), number, parameters.tls_to_host()
                )
            except OSError as error:
                # A file of TLS, for which the server is not to blame.
                os.close(descriptor)
                self._refuse(EncryptionFailed(str(error)))
                self.redict.connection_failed(number)

    def _refuse(self, error: RedictError, host: str | None = None, port: int = 0) -> None:
        server = host and f"{host}:{port}"
        # One line for each reason, however often it comes.
        if str(error) != str(self._refusals.pop(server, None)):
            _log.warning("%s%s", f"{server}: " if server else "", error)
        self._refusals[server] = error

    def connection_ready(self, host: str | None = None, port: int = 0) -> None:
        """A connection's greeting is complete."""
        self._ready += 1
        self._refusals.pop(host and f"{host}:{port}", None)

    def connection_closed(
        self, error: RedictError | None, host: str | None = None, port: int = 0
    ) -> None:
        """A connection has ended."""
        if error is not None and self._redict() is not None and self.redict._is_open:  # pyright: ignore[reportPrivateUsage]
            self._refuse(error, host, port)

    def no_connection(self, has_waited: bool) -> RedictError:
        """Why a call got no connection.

        - has_waited: whether there was no more time, and no failure.
        """
        redict = self._redict()
        if redict is None or not redict._is_open:  # pyright: ignore[reportPrivateUsage]
            return InterfaceError("the Redict is not open: use `async with`, or open()")
        master = self._parameters.master
        if not self._refusals and not has_waited and master is not None:
            return ConnectionFailed(f"no sentinel names a master {master!r} that can be reached")
        if not self._refusals:
            return PoolExhausted("no connection to Redict became free in time")
        *_, refusal = self._refusals.values()
        if isinstance(refusal, AuthenticationFailed | EncryptionFailed):
            return type(refusal)(str(refusal))
        return ConnectionFailed(str(refusal))

    async def cancel_attempts(self) -> None:
        """Gives up connecting."""
        attempts = list(self._attempts)
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)


def _greeting(parameters: "RedictParameters") -> tuple[bytes, bytes, int, bytes, bytes, bytes, int]:
    from necro import __version__

    return (
        (parameters.username or "").encode(),
        (parameters.password or "").encode(),
        parameters.database,
        (parameters.client_name or "").encode(),
        b"necro",
        __version__.encode(),
        parameters.protocol,
    )


async def _opened(parameters: "RedictParameters") -> socket.socket:
    """A connected socket. Raises OSError."""
    loop = asyncio.get_running_loop()
    if parameters.path is not None:
        return await _connected(loop, socket.AF_UNIX, parameters.path)
    found = await loop.getaddrinfo(parameters.host, parameters.port, type=socket.SOCK_STREAM)
    last: OSError | None = None
    for family, _, _, _, address in found[:_ADDRESSES_MAX]:
        try:
            opened = await _connected(loop, family, address)
        except OSError as error:
            last = error
            continue
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parameters.keepalive:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return opened
    raise last or OSError(f"{parameters.host} has no address")


async def _connected(
    loop: asyncio.AbstractEventLoop, family: int, address: "tuple[object, ...] | str"
) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        await loop.sock_connect(opened, address)  # pyright: ignore[reportArgumentType]
    except BaseException:
        opened.close()
        raise
    return opened
