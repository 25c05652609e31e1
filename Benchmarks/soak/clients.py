"""The kinds of connections that a soak mixes: each does its part and checks the server's."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

HELLO = b'{"data":"the dead rise"}'
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
# Each is refused with the last octet of its head at the latest.
BROKEN = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\nHost: h\n\n",
    b"GET / HTTP/3.0\r\nHost: h\r\n\r\n",
    b"GET /#f HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nX: \x00\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)


class Wrong(Exception):
    """The server did what it should not have."""


@dataclass
class Connection:
    """A connection to the server under test."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, octets: bytes) -> None:
        """Sends octets; that the server has closed already is no fault of it here."""
        try:
            self.writer.write(octets)
            await self.writer.drain()
        except ConnectionError:
            pass

    async def reply(self) -> tuple[int, bytes]:
        """The status and the content of the next response."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            raise Wrong(f"no response, but {error.partial[:80]!r}") from None
        lines = head.split(b"\r\n")
        length = 0
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return int(lines[0].split()[1]), await self.reader.readexactly(length)

    async def expect(self, status: int, content: bytes | None = None) -> None:
        """Reads a response and holds it against what it should be."""
        got = await self.reply()
        if got[0] != status or content not in (None, got[1]):
            raise Wrong(f"{got[0]} {got[1][:80]!r} instead of {status}")

    async def expect_end(self) -> None:
        """Reads until the server closes; a reset will do."""
        try:
            rest = await self.reader.read(65_536)
        except ConnectionError:
            return
        if rest:
            raise Wrong(f"octets behind the last response: {rest[:80]!r}")

    def reset(self) -> None:
        """Closes with a RST in place of the FIN."""
        peer: socket.socket = self.writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def connected(port: int, receive_octets: int | None = None) -> AsyncGenerator[Connection]:
    """A connection; closed, and its descriptor gone, when the block ends."""
    peer = socket.socket()
    peer.setblocking(False)
    if receive_octets is not None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_octets)
    try:
        await asyncio.get_running_loop().sock_connect(peer, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=peer)
    except BaseException:
        peer.close()
        raise
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def good(connection: Connection, chance: random.Random) -> None:
    """Some requests, each after the response to the one before."""
    for _ in range(chance.randint(1, 8)):
        await connection.send(GET)
        await connection.expect(200, HELLO)


async def posting(connection: Connection, chance: random.Random) -> None:
    """Content of a known length, then in chunks."""
    content = chance.randbytes(chance.randint(1, 20_000))
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(content)
    await connection.send(head + content)
    await connection.expect(200, content)
    chunks = b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    for start in range(0, len(content), 4_000):
        part = content[start : start + 4_000]
        chunks += b"%x;a=b\r\n%s\r\n" % (len(part), part)
    await connection.send(chunks + b"0\r\nX-Sum: 1\r\n\r\n")
    await connection.expect(200, content)


async def pipelining(connection: Connection, chance: random.Random) -> None:
    """Many requests at once, of which the last ends the connection."""
    count = chance.randint(2, 64)
    await connection.send(GET * (count - 1) + LAST)
    for _ in range(count):
        await connection.expect(200, HELLO)
    await connection.expect_end()


async def slow(connection: Connection, chance: random.Random) -> None:
    """A request in pieces of a few octets."""
    position = 0
    while position < len(GET):
        count = chance.randint(1, 9)
        await connection.send(GET[position : position + count])
        position += count
        await asyncio.sleep(chance.random() / 200)
    await connection.expect(200, HELLO)


async def reading_slowly(connection: Connection, chance: random.Random) -> None:
    """More output than the socket's buffers hold, taken piece by piece."""
    word = b"a" * chance.randint(1_000, 3_000)
    count = 64
    request = b"GET /crypt/" + word + b" HTTP/1.1\r\nHost: h\r\n\r\n"
    sending = asyncio.create_task(connection.send(request * count))
    for _ in range(count):
        await asyncio.sleep(chance.random() / 500)
        status, content = await connection.reply()
        if status != 200 or word not in content:
            raise Wrong(f"{status} {content[:80]!r} for a long path")
    await sending


async def broken(connection: Connection, chance: random.Random) -> None:
    """A request that is refused, perhaps behind one that is not."""
    is_second = chance.random() < 0.5
    await connection.send((GET if is_second else b"") + chance.choice(BROKEN))
    if is_second:
        await connection.expect(200, HELLO)
    status, _ = await connection.reply()
    if status < 400:
        raise Wrong(f"{status} for a broken request")
    await connection.expect_end()


async def garbage(connection: Connection, chance: random.Random) -> None:
    """Octets that mean nothing, and the end: whatever the answer is, it ends."""
    await connection.send(chance.randbytes(chance.randint(1, 4_000)))
    if connection.writer.can_write_eof():
        try:
            connection.writer.write_eof()
        except OSError:
            return
    try:
        while await connection.reader.read(65_536):
            pass
    except ConnectionError:
        pass


async def half_closed(connection: Connection, chance: random.Random) -> None:
    """The end of the client's octets right behind its requests, all of which are answered."""
    count = chance.randint(1, 8)
    await connection.send(GET * count)
    connection.writer.write_eof()
    for _ in range(count):
        await connection.expect(200, HELLO)
    await connection.expect_end()


async def cut_short(connection: Connection, chance: random.Random) -> None:
    """The end of the connection within a head or within content."""
    request = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n" + b"a" * 100
    await connection.send(request[: chance.randint(0, len(request) - 1)])
    await asyncio.sleep(chance.random() / 100)


async def resetting(connection: Connection, chance: random.Random) -> None:
    """A reset at any time: before the request is whole, or before its response is read."""
    await connection.send((GET * 4)[: chance.randint(0, len(GET) * 4)])
    if chance.random() < 0.5:
        await asyncio.sleep(chance.random() / 100)
    connection.reset()


type Client = Callable[[Connection, random.Random], Awaitable[None]]

# The kinds, and how often each occurs.
MIX: dict[Client, int] = {
    good: 20,
    posting: 10,
    pipelining: 10,
    slow: 10,
    reading_slowly: 3,
    broken: 15,
    garbage: 7,
    half_closed: 10,
    cut_short: 7,
    resetting: 8,
}
