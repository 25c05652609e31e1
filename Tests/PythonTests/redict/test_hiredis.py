"""Values of RESP3 as `redis.command` gives them, beside those of hiredis' reader."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any, cast

import hiredis
import necro.redict as nr

SEED = 11
REPLIES = 400
DEPTH_MAX = 4


def _reply(chance: random.Random, depth: int) -> bytes:
    """A value of RESP3 that both read, of a random kind."""
    kinds = ["simple", "bulk", "number", "null", "bool", "double", "big", "verbatim"]
    if depth < DEPTH_MAX:
        kinds += ["array", "map", "set"]
    kind = chance.choice(kinds)
    size = chance.randrange(4)
    if kind == "simple":
        return b"+" + chance.choice([b"OK", b"", b"a b"]) + b"\r\n"
    if kind == "bulk":
        text = chance.choice(["", "value", "ü\r\n", "x" * 300]).encode()
        return b"$%d\r\n%s\r\n" % (len(text), text)
    if kind == "number":
        return b":%d\r\n" % chance.choice([0, -1, 1 << 40, -(1 << 63)])
    if kind == "null":
        return b"_\r\n"
    if kind == "bool":
        return chance.choice([b"#t\r\n", b"#f\r\n"])
    if kind == "double":
        return b"," + chance.choice([b"1.5", b"-0.25", b"inf", b"-inf", b"1e10", b"10"]) + b"\r\n"
    if kind == "big":
        return b"(-3492890328409238509324850943850943825024385\r\n"
    if kind == "verbatim":
        return b"=8\r\ntxt:text\r\n"
    if kind == "array":
        return b"*%d\r\n" % size + b"".join(_reply(chance, depth + 1) for _ in range(size))
    if kind == "map":
        pairs = (b"+k%d\r\n" % n + _reply(chance, depth + 1) for n in range(size))
        return b"%%%d\r\n" % size + b"".join(pairs)
    return b"~%d\r\n" % size + b"".join(b"+m%d\r\n" % n for n in range(size))


def _theirs(octets: bytes) -> Any:
    reader = hiredis.Reader(encoding="utf-8")
    reader.feed(octets)
    return reader.gets()


def _plain(value: Any) -> Any:
    """A value whose type matters: True is not 1. hiredis gives sets as lists,
    and big numbers as str, which are ints here."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, set):
        return [_plain(item) for item in sorted(cast("set[str]", value))]
    if isinstance(value, list):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, int) and abs(value) >= 1 << 64:
        value = str(value)
    return type(value).__name__, value


def test_values_are_those_that_hiredis_reads(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    replies = [_reply(chance, 0) for _ in range(REPLIES)]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = iter(replies)
        while line := await reader.readline():
            words = [await reader.readline() for _ in range(2 * int(line[1:]))][1::2]
            name = words[0].strip().upper()
            if name == b"HELLO":
                writer.write(b"%1\r\n+proto\r\n:3\r\n")
            else:
                writer.write(next(left) if name == b"ASK" else b"+OK\r\n")
        writer.close()

    async def main() -> None:
        path = tmp_path / "replies.socket"
        server = await asyncio.start_unix_server(serve, path)
        async with server, asyncio.timeout(60), nr.connect(f"unix://{path}") as redis:
            found = await asyncio.gather(*(redis.command("ASK") for _ in replies))
        for octets, value in zip(replies, found, strict=True):
            assert _plain(value) == _plain(_theirs(octets)), octets

    asyncio.run(main())
