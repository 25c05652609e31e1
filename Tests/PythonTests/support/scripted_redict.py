"""A server that answers as a test says, octet by octet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

VERSION_3 = b"%1\r\n+proto\r\n:3\r\n"


@asynccontextmanager
async def scripted(
    path: Path, answer: Callable[[list[bytes]], bytes], hello: Callable[[], bytes] | None = None
) -> AsyncGenerator[None]:
    """Serves on a unix socket.

    - answer: what a command is answered, its words given.
    - hello: what HELLO is answered; version 3 by default.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                words: list[bytes] = []
                for _ in range(int(line[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2])
                if words[0].upper() == b"HELLO":
                    writer.write(VERSION_3 if hello is None else hello())
                elif words[0].upper() in (b"CLIENT", b"SELECT"):
                    writer.write(b"+OK\r\n")
                else:
                    writer.write(answer(words))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        yield
