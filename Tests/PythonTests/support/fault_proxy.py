"""A relay between a client and a real server that makes the faults of networks on request.

It runs in threads of its own, so that a test on an event loop can use it as it is. What a fault
does counts for each connection from its first octet on; `requests` are the octets from the client,
`replies` those from the server.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK_OCTETS = 65536
END_SECONDS_MAX = 10.0

type Address = tuple[str, int] | Path


@dataclass
class Faults:
    """What happens to the octets of one direction. May be changed at any moment.

    - cut_at: both sides see the connection end once this many octets have passed.
    - reset_at: the same, and both see it reset.
    - half_close_at: the receiver sees the end of input, while the other direction goes on.
    - corrupt_at: the octet of this offset has all bits turned.
    - is_black_hole: what comes is swallowed; the connection stays open.
    - delay_seconds: how long each piece waits.
    """

    cut_at: int | None = None
    reset_at: int | None = None
    half_close_at: int | None = None
    corrupt_at: int | None = None
    is_black_hole: bool = False
    delay_seconds: float = 0.0

    def stop_at(self) -> int | None:
        """After how many octets the direction ends, if it does."""
        given = (self.cut_at, self.reset_at, self.half_close_at)
        return min((at for at in given if at is not None), default=None)


class FaultProxy:
    """Relays connections to a server; used as a context manager.

    Listens on a port of 127.0.0.1, `port`, or on the unix socket `listen`.
    """

    def __init__(self, server: Address, listen: Path | None = None) -> None:
        self._server = server
        self.requests = Faults()
        self.replies = Faults()
        self.is_refusing = False
        self.accepted = 0
        self.request_octets = 0
        self.reply_octets = 0
        self._links: list[_Link] = []
        self._lock = threading.Lock()
        if listen is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.port = int(self._listener.getsockname()[1])
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(listen))
            self._listener.listen()
            self.port = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        """Begins to accept connections."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends all connections and threads."""
        # A thread in accept() does not see the descriptor close, but does see it shut down.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(END_SECONDS_MAX)
        self._listener.close()
        self.cut_all()
        for link in self._links:
            link.join()

    def cut_all(self, *, reset: bool = False) -> None:
        """Ends the connections that there are, by a reset if asked for."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.end(reset=reset)

    @property
    def newest_reply_octets(self) -> int:
        """The octets that the newest connection's client has been sent: where `cut_at` counts."""
        with self._lock:
            return self._links[-1].reply_octets

    def heal(self) -> None:
        """Takes all faults away, for new connections and those that there are."""
        self.is_refusing = False
        self.requests = Faults()
        self.replies = Faults()

    def count(self, is_reply: bool, octets: int) -> None:
        """Adds to the octets that were passed on."""
        with self._lock:
            if is_reply:
                self.reply_octets += octets
            else:
                self.request_octets += octets

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.is_refusing:
                _close(client, reset=True)
                continue
            try:
                server = self._connect()
            except OSError:
                _close(client, reset=True)
                continue
            link = _Link(self, client, server)
            with self._lock:
                self._links.append(link)
            link.start()

    def _connect(self) -> socket.socket:
        if isinstance(self._server, Path):
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self._server))
            except OSError:
                server.close()
                raise
            return server
        server = socket.create_connection(self._server)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server


def _close(connection: socket.socket, *, reset: bool) -> None:
    if reset and connection.family != socket.AF_UNIX:
        # A lingering time of zero makes close(2) send a reset (socket(7)).
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class _Link:
    """A client's connection, and the one to the server that belongs to it."""

    proxy: FaultProxy
    client: socket.socket
    server: socket.socket
    threads: list[threading.Thread] = field(default_factory=lambda: list[threading.Thread]())
    is_reset: bool = False
    # The descriptors are closed by the last thread, so that none reads from one given out anew.
    running: int = 2
    reply_octets: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        for is_reply in (False, True):
            thread = threading.Thread(target=self._run, args=(is_reply,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(END_SECONDS_MAX)

    def end(self, *, reset: bool) -> None:
        """Wakes both threads, which then close the connections."""
        self.is_reset = self.is_reset or reset
        for one in (self.client, self.server):
            with suppress(OSError):
                # The reading side alone where a reset follows: the other would send an end first.
                one.shutdown(socket.SHUT_RD if self.is_reset else socket.SHUT_RDWR)

    def _run(self, is_reply: bool) -> None:
        try:
            self._pump(is_reply)
        except OSError:
            self.end(reset=False)
        with self.lock:
            self.running -= 1
            if self.running:
                return
        for one in (self.client, self.server):
            _close(one, reset=self.is_reset)

    def _pump(self, is_reply: bool) -> None:
        source, sink = (self.server, self.client) if is_reply else (self.client, self.server)
        passed = 0
        while octets := bytearray(source.recv(CHUNK_OCTETS)):
            faults = self.proxy.replies if is_reply else self.proxy.requests
            if faults.delay_seconds:
                time.sleep(faults.delay_seconds)
            if faults.is_black_hole:
                continue
            stop = faults.stop_at()
            if stop is not None:
                del octets[max(0, stop - passed) :]
            if faults.corrupt_at is not None and 0 <= faults.corrupt_at - passed < len(octets):
                octets[faults.corrupt_at - passed] ^= 0xFF
            passed += len(octets)
            if is_reply:
                # Whoever receives them may ask at once.
                self.reply_octets = passed
            sink.sendall(octets)
            self.proxy.count(is_reply, len(octets))
            if stop is not None and passed >= stop:
                self._stop(faults, sink)
                return
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _stop(self, faults: Faults, sink: socket.socket) -> None:
        stop = faults.stop_at()
        if stop == faults.reset_at:
            self.end(reset=True)
        elif stop == faults.cut_at:
            self.end(reset=False)
        else:
            sink.shutdown(socket.SHUT_WR)


def wait_until(condition: Callable[[], bool], seconds: float = END_SECONDS_MAX) -> None:
    """Waits until something holds, and fails where it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
