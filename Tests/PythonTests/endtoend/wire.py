"""A connection on which a test says exactly what it wants, octet by octet."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

SECONDS_MAX = 10.0


class ClosedEarly(Exception):
    """The server closed the connection before a response was complete."""


@dataclass(frozen=True)
class Reply:
    """A response as it came."""

    version: str
    status: int
    reason: str
    fields: tuple[tuple[str, str], ...]
    content: bytes

    def header(self, name: str) -> str | None:
        """The only value of a field; None when it is absent."""
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} more than once: {values}"
        return values[0] if values else None

    @property
    def text(self) -> str:
        """The content as UTF-8."""
        return self.content.decode()

    @property
    def json(self) -> Any:
        """The content as JSON."""
        return json.loads(self.content)


class Wire:
    """One connection. All waits end after ten seconds with TimeoutError."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(SECONDS_MAX)
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self._received = b""

    @classmethod
    def to_port(cls, port: int) -> Self:
        """A connection to a port of loopback."""
        return cls(socket.create_connection(("127.0.0.1", port), SECONDS_MAX))

    @classmethod
    def narrow(cls, port: int) -> Self:
        """A connection for which the kernel holds little that was sent and not taken."""
        sock = socket.socket(socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        sock.settimeout(SECONDS_MAX)
        sock.connect(("127.0.0.1", port))
        return cls(sock)

    @classmethod
    def to_path(cls, path: str) -> Self:
        """A connection to a unix socket."""
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(path)
        return cls(sock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, octets: bytes | str) -> None:
        """Sends octets."""
        self.sock.sendall(octets.encode("latin-1") if isinstance(octets, str) else octets)

    def send_until_stuck(self, octets: bytes, seconds: float = 0.5) -> int:
        """Sends what the other side takes, until it takes nothing for a while; returns how much."""
        sent = 0
        self.sock.settimeout(seconds)
        try:
            while sent < len(octets):
                sent += self.sock.send(octets[sent : sent + 262_144])
        except TimeoutError:
            pass
        finally:
            self.sock.settimeout(SECONDS_MAX)
        return sent

    def send_slowly(self, octets: bytes, pause: float = 0.0) -> None:
        """Sends octets one by one, each in a segment of its own."""
        for octet in octets:
            self.sock.sendall(bytes([octet]))
            if pause:
                time.sleep(pause)

    def request(
        self,
        method: str,
        target: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Sends a plain HTTP/1.1 request."""
        lines = [f"{method} {target} HTTP/1.1", "Host: necro.test"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if content is not None:
            lines.append(f"Content-Length: {len(content)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (content or b""))

    def _more(self) -> None:
        octets = self.sock.recv(65536)
        if not octets:
            raise ClosedEarly(f"closed after {self._received[-200:]!r}")
        self._received += octets

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._more()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _take_line(self) -> bytes:
        while b"\r\n" not in self._received:
            self._more()
        line, _, self._received = self._received.partition(b"\r\n")
        return line

    def reply(self, method: str = "GET") -> Reply:
        """Receives one response, as RFC 9112 §6.3 frames it."""
        version, status, reason = self._take_line().decode("latin-1").split(" ", 2)
        fields: list[tuple[str, str]] = []
        while line := self._take_line().decode("latin-1"):
            name, colon, value = line.partition(":")
            assert colon, f"a field line without a colon: {line!r}"
            fields.append((name, value.strip(" \t")))
        reply = Reply(version, int(status), reason, tuple(fields), b"")
        if method == "HEAD" or reply.status < 200 or reply.status in (204, 304):
            return reply
        length = reply.header("content-length")
        if reply.header("transfer-encoding") == "chunked":
            content = self._chunks()
        elif length is not None:
            content = self._take(int(length))
        else:
            content = self.rest()
        return Reply(version, int(status), reason, tuple(fields), content)

    def _chunks(self) -> bytes:
        content = b""
        while size := int(self._take_line(), 16):
            content += self._take(size)
            assert self._take(2) == b"\r\n"
        assert self._take_line() == b""
        return content

    def rest(self) -> bytes:
        """Everything until the server closes."""
        try:
            while True:
                self._more()
        except ClosedEarly:
            taken, self._received = self._received, b""
            return taken

    def is_closed(self) -> bool:
        """Waits for the end of the server's side; True when nothing came before it."""
        return self.rest() == b""

    def is_quiet(self, seconds: float = 0.2) -> bool:
        """Whether nothing arrives, the end included, for a while."""
        if self._received:
            return False
        self.sock.settimeout(seconds)
        try:
            self._received = self.sock.recv(65536)
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(SECONDS_MAX)
        return False

    def half_close(self) -> None:
        """Says that no more octets will be sent."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Ends the connection with a reset in place of a farewell."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        """Closes both sides."""
        self.sock.close()
