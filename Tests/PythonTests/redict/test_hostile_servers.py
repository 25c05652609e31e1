"""Servers that send what nobody has asked for, or not what was asked for.

Nothing is taken for another call's reply, and the next call works.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import necro.redict as nr
import pytest
from scripted_redict import VERSION_3, scripted

PONG = b"+PONG\r\n"


def _run(
    folder: Path,
    answer: Callable[[list[bytes]], bytes],
    body: Callable[[nr.Redict], Any],
    hello: Callable[[], bytes] | None = None,
    **options: Any,
) -> None:
    async def main() -> None:
        path = folder / "hostile.socket"
        opened = nr.connect(f"unix://{path}", **options)
        async with asyncio.timeout(60), scripted(path, answer, hello), opened as redis:
            await body(redis)

    asyncio.run(main())


def _echo(words: list[bytes]) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(words[-1]), words[-1])


PUSHES = [
    b">2\r\n+noise\r\n:1\r\n",
    b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n",
    b">2\r\n$10\r\ninvalidate\r\n_\r\n",
    b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n",
    b">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
    b">1\r\n$7\r\nmessage\r\n",
    b">4\r\n$8\r\npmessage\r\n$1\r\np\r\n$1\r\nc\r\n%1\r\n+a\r\n~1\r\n+b\r\n",
    b"|1\r\n+popularity\r\n,0.5\r\n",
]


@pytest.mark.parametrize("cache", [0, 1 << 20])
def test_unexpected_pushes_are_no_replies(tmp_path: Path, cache: int) -> None:
    chance = random.Random(5)

    def answer(words: list[bytes]) -> bytes:
        if words[0] == b"PING":
            return PONG
        noise = (chance.choice(PUSHES) for _ in range(chance.randrange(4)))
        return b"".join(noise) + _echo(words)

    async def body(redis: nr.Redict) -> None:
        for _ in range(20):
            calls = [redis.get(f"k{number}") for number in range(100)]
            for call in calls[::3]:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            for number, call in enumerate(calls):
                if number % 3:
                    assert call.result() == f"k{number}"

    _run(tmp_path, answer, body, client_cache=cache)


@pytest.mark.parametrize("flood", [b":1\r\n", b"$4\r\nleak\r\n", b"-ERR leak\r\n", b"*0\r\n"])
def test_a_flood_of_replies_that_nobody_asked_for(tmp_path: Path, flood: bytes) -> None:
    """They come ahead of the call that they might be taken for, and are nobody's."""
    floods = 0

    def answer(words: list[bytes]) -> bytes:
        nonlocal floods
        if words[0] == b"PING":
            return PONG
        if words[0] == b"FLOOD":
            floods += 1
            return b"+begins\r\n" + flood * 1_000
        return _echo(words)

    async def body(redis: nr.Redict) -> None:
        for number in range(5):
            assert await redis.command("FLOOD") == "begins"
            calls = [redis.get(f"k{n}") for n in range(50)]
            replies = await asyncio.gather(*calls, return_exceptions=True)
            for n, reply in enumerate(replies):
                assert reply == f"k{n}" or isinstance(reply, (nr.ProtocolError, nr.ConnectionLost))
            assert await redis.get("after") == "after"
            assert floods == number + 1

    _run(tmp_path, answer, body)


# fmt: off
KINDS = [
    b"+OK\r\n", b"-ERR no\r\n", b":-1\r\n", b"$1\r\nx\r\n", b"$-1\r\n", b"*-1\r\n", b"*0\r\n",
    b"_\r\n", b"#t\r\n", b",nan\r\n", b"(12345678901234567890123\r\n", b"!5\r\nERR x\r\n",
    b"=5\r\ntxt:x\r\n", b"*1\r\n:1\r\n", b"*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n",
    b"*2\r\n*1\r\n$1\r\na\r\n*3\r\n:1\r\n_\r\n#f\r\n", b"%1\r\n*1\r\n%0\r\n$1\r\nx\r\n",
    b"%2\r\n$1\r\na\r\n:1\r\n$1\r\na\r\n_\r\n", b"~2\r\n*0\r\n%0\r\n", b"*?\r\n:1\r\n.\r\n",
    b"$?\r\n;1\r\nx\r\n;0\r\n", b"%?\r\n.\r\n",
]
# fmt: on


def test_replies_of_other_types_than_the_command_has(tmp_path: Path) -> None:
    """Whatever comes, a call ends with a value or an error, and the next one has its own."""
    replies: list[bytes] = []

    def answer(words: list[bytes]) -> bytes:
        if words[0] == b"PING":
            return PONG
        return replies.pop(0) if words[-1] != b"own" else _echo(words)

    async def body(redis: nr.Redict) -> None:
        calls: list[Callable[[], Any]] = [
            lambda: redis.get("k"),
            lambda: redis.set("k", 1),
            lambda: redis.incr("k"),
            lambda: redis.incrbyfloat("k", 1.5),
            lambda: redis.hgetall("k"),
            lambda: redis.smembers("k"),
            lambda: redis.zrange("k", 0, -1, withscores=True),
            lambda: redis.xrange("k", "-", "+"),
            lambda: redis.xread({"k": 0}),
            lambda: redis.scan(0),
            lambda: redis.expire("k", 1),
            lambda: redis.blpop("k", timeout=1),
            lambda: redis.config_get("k"),
            lambda: redis.info(),
            lambda: redis.geopos("k", "a"),
            lambda: redis.command_docs(),
            lambda: redis.hscan("k", 0),
            lambda: redis.zscore("k", "a"),
            lambda: redis.raw.hgetall("k"),
            lambda: redis.client_info(),
            lambda: redis.role(),
            lambda: redis.acl_getuser("k"),
            lambda: redis.xinfo_stream("k"),
            lambda: redis.mget("k"),
        ]
        for call in calls:
            for kind in KINDS:
                replies.append(kind)
                with suppress(nr.RedictError, ValueError, TypeError):
                    await call()
                assert await redis.get("own") == "own"

    _run(tmp_path, answer, body)


@pytest.mark.parametrize(
    "length",
    [
        b"$9223372036854775807", b"$9223372036854775808", b"$-9223372036854775808", b"$536870913",
        b"$2147483648", b"*2147483647", b"%1073741824", b"~4294967296", b">9223372036854775807",
        b"|9223372036854775807", b"=18446744073709551616", b"!99999999999",
    ],
)  # fmt: skip
def test_huge_lengths_are_refused_at_once(tmp_path: Path, length: bytes) -> None:
    is_told = False

    def answer(words: list[bytes]) -> bytes:
        nonlocal is_told
        if words[0] == b"PING":
            return PONG
        if is_told:
            return _echo(words)
        is_told = True
        return length + b"\r\n"

    async def body(redis: nr.Redict) -> None:
        others = [redis.get(f"k{n}") for n in range(3)]
        # Before anything of that length has come.
        with pytest.raises(nr.ProtocolError, match="broke the protocol"):
            await others[0]
        for call in others[1:]:
            with pytest.raises((nr.ProtocolError, nr.ConnectionLost)):
                await call
        assert await redis.get("own") == "own"

    _run(tmp_path, answer, body)


def test_a_server_that_loads_is_waited_for(tmp_path: Path) -> None:
    greeted = 0

    def hello() -> bytes:
        nonlocal greeted
        greeted += 1
        return b"-LOADING Redis is loading the dataset in memory\r\n" if greeted < 3 else VERSION_3

    async def body(redis: nr.Redict) -> None:
        assert await redis.get("own") == "own"
        assert greeted == 3

    _run(tmp_path, lambda words: PONG if words[0] == b"PING" else _echo(words), body, hello)


def test_a_server_that_loads_without_end_is_named(tmp_path: Path) -> None:
    async def body(redis: nr.Redict) -> None:
        pytest.fail("it was let in")

    loading = b"-LOADING Redis is loading the dataset in memory\r\n"
    with pytest.raises(nr.LoadingError, match="is loading"):
        _run(tmp_path, lambda _: PONG, body, lambda: loading)
