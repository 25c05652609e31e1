"""`client_cache=`: replies that are kept until the server says that a key has changed."""

from __future__ import annotations

import asyncio
from typing import Any

import necro
import necro.redict as nr
import pytest
from necro._private_servers import PrivateRedict
from necro.testing import TestClient
from redict_clusters import Console, cluster
from redict_running import run_on


def _asked(console: Console, name: str) -> int:
    """How often the server was asked."""
    text: str = console.run("INFO", "commandstats")
    found = [line for line in text.splitlines() if line.startswith(f"cmdstat_{name}:")]
    return int(found[0].partition("calls=")[2].partition(",")[0]) if found else 0


@pytest.fixture
def console(redict_server: PrivateRedict) -> Any:
    made = Console(redict_server.port)
    made.run("CONFIG", "RESETSTAT")
    yield made
    made.close()


async def _until(redis: nr.Redict, key: str, value: str | None) -> None:
    """Waits until the invalidation has been heard."""
    while await redis.get(key) != value:  # noqa: ASYNC110
        await asyncio.sleep(0.001)


@pytest.mark.api("Redict: client_cache= keeps replies until the server says that a key has changed")
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_replies_are_kept_and_invalidated(
    redict_server: PrivateRedict, console: Console, loop: str
) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.set("k", "v")
        await redis.rpush("l", 1, 2)
        for _ in range(50):
            assert await redis.get("k") == "v"
            assert await redis.raw.get("k") == b"v"
            assert await redis.lrange("l", 0, -1) == ["1", "2"]
            assert await redis.get("nothing") is None
        # `raw` asks for the same and gets the same reply.
        assert (_asked(console, "get"), _asked(console, "lrange")) == (2, 1)
        # What others write is told.
        for number in range(20):
            console.run("SET", "k", number)
            await _until(redis, "k", str(number))
        console.run("DEL", "k")
        await _until(redis, "k", None)
        # What it writes itself is seen at once.
        for number in range(100):
            await redis.set("k", number)
            assert await redis.get("k") == str(number)
            assert await redis.incr("k") == number + 1
            assert await redis.get("k") == str(number + 1)
        asked = _asked(console, "get")
        async with redis.transaction("k") as tx:
            tx.set("k", "tx")
        assert await redis.get("k") == "tx"
        console.run("FLUSHALL")
        await _until(redis, "k", None)
        assert _asked(console, "get") > asked

    run_on(loop, redict_server.tcp_url, body, client_cache=1 << 20)


def test_it_is_off_by_default_and_bounded(redict_server: PrivateRedict, console: Console) -> None:
    async def ask(redis: nr.Redict) -> None:
        for _ in range(3):
            for number in range(10):
                assert len(await redis.get(f"k{number}") or "") == 1000

    for number in range(10):
        console.run("SET", f"k{number}", "x" * 1000)
    # Without room for all ten it asks again; never more than without a cache.
    for query, least, most in (
        ("", 30, 30), ("?client_cache=0", 30, 30), ("?client_cache=true", 10, 10),
        ("?client_cache=100000", 10, 10), ("?client_cache=3000", 15, 30),
        # Invalidations are pushes, which only version 3 has.
        ("?client_cache=true&protocol=2", 30, 30),
    ):  # fmt: skip
        console.run("CONFIG", "RESETSTAT")
        run_on("asyncio", redict_server.tcp_url + query, ask)
        assert least <= _asked(console, "get") <= most, query
    console.run("CONFIG", "RESETSTAT")
    run_on("asyncio", redict_server.tcp_url, ask, client_cache=True)
    assert _asked(console, "get") == 10


def test_a_lost_connection_drops_what_is_kept() -> None:
    async def body(redis: nr.Redict, server: PrivateRedict) -> None:
        await redis.set("k", "old")
        assert await redis.get("k") == "old"
        server.kill()
        server.start()
        console = Console(server.port)
        console.run("SET", "k", "new")
        console.close()
        # Its connection is gone, and with it whoever would have told.
        while True:
            try:
                if await redis.get("k") == "new":
                    break
            except nr.RedictError:
                pass
            await asyncio.sleep(0.005)

    with PrivateRedict(tcp=True) as server:
        run_on("asyncio", server.tcp_url, lambda redis: body(redis, server), client_cache=True)


def test_in_a_cluster() -> None:
    async def body(redis: nr.Redict, made: Any) -> None:
        keys = [made.key(place) for place in range(3)]
        await redis.mset(dict.fromkeys(keys, "a"))
        for _ in range(20):
            assert await redis.mget(*keys) == ["a"] * 3
            assert [await redis.get(key) for key in keys] == ["a"] * 3
        assert [made.count(place, "mget") for place in range(3)] == [1] * 3
        assert [made.count(place, "get") for place in range(3)] == [1] * 3
        for place, key in enumerate(keys):
            made.run(place, "SET", key, "b")
            await _until(redis, key, "b")
        assert await redis.mget(*keys) == ["b"] * 3

    with cluster() as made:
        run_on("uvloop", made.url("?client_cache=true"), lambda redis: body(redis, made))


APP = necro.App()


@APP.get("/{name}")
async def read(redis: necro.Redict, name: str) -> Any:
    return {"value": await redis.get(name)}


@APP.get("/blocking/{name}")
def blocking(redis: necro.BlockingRedict, name: str) -> Any:
    return {"value": redis.get(name)}


def test_in_an_app(
    redict_server: PrivateRedict, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"{redict_server.tcp_url}?client_cache=true")
    console.run("SET", "k", "v")
    with TestClient(APP) as client:
        for _ in range(20):
            assert client.get("/k").json() == {"value": "v"}
            assert client.get("/blocking/k").json() == {"value": "v"}
        assert _asked(console, "get") == 1
        console.run("SET", "k", "w")
        while client.get("/k").json() == {"value": "v"}:
            pass
        assert client.get("/blocking/k").json() == {"value": "w"}
