"""Subscriptions and streams, also where the connection is lost."""

# Only the server knows when it has subscribed, or has given up.
# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import necro.redict as nr
import pytest
from redict_running import Run

type Entry = tuple[str, dict[str, str]]


async def _until(redis: nr.Redict, kind: str) -> None:
    """Has the server close the connections of a kind, once there is one."""
    while await redis.client_kill(type=kind) == 0:
        await asyncio.sleep(0.01)


@pytest.mark.api("Redict: subscribe, psubscribe and ssubscribe survive reconnects")
@pytest.mark.parametrize("kind", ["subscribe", "psubscribe", "ssubscribe"])
def test_messages_survive_a_reconnect(run: Run, kind: str) -> None:
    async def body(redis: nr.Redict) -> None:
        publish = redis.spublish if kind == "ssubscribe" else redis.publish
        topic = "news.*" if kind == "psubscribe" else "news.uk"
        pattern = topic if kind == "psubscribe" else None
        async with getattr(redis, kind)(topic) as messages:
            await publish("news.uk", "one")
            assert await anext(messages) == nr.Message("news.uk", "one", pattern)
            await _until(redis, "pubsub")
            # Nobody hears until it has subscribed again.
            while await publish("news.uk", "two") == 0:
                await asyncio.sleep(0.01)
            assert await anext(messages) == nr.Message("news.uk", "two", pattern)
        while await publish("news.uk", "three"):
            await asyncio.sleep(0.01)
        with pytest.raises(StopAsyncIteration):
            await anext(messages)

    run(body)


def test_several_listen_to_the_same(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        async with redis.subscribe("a", "b") as both, redis.raw.subscribe("a") as raw:
            await redis.publish("a", "ü")
            await redis.publish("b", "2")
            assert [(await anext(both)).data, (await anext(both)).data] == ["ü", "2"]
            assert await anext(raw) == nr.Message(b"a", "ü".encode())
            assert set(await redis.pubsub_channels()) == {"a", "b"}
        async for message in redis.subscribe("c"):
            assert message.data == "x"
            break
        else:
            pytest.fail("it ended")

    async def with_publisher(redis: nr.Redict) -> None:
        async def publish() -> None:
            while await redis.publish("c", "x") == 0:
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as group:
            group.create_task(body(redis))
            group.create_task(publish())

    run(with_publisher)


def test_a_refused_subscription_says_so(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.acl_setuser("default", "resetchannels", "&allowed")
        try:
            with pytest.raises(nr.NoPermissionError):
                async with redis.subscribe("secret"):
                    pytest.fail("it was allowed")
        finally:
            await redis.acl_setuser("default", "allchannels")
        with pytest.raises(ValueError, match="at least"):
            redis.subscribe()

    run(body)


@pytest.mark.api("Redict: streams and consumer groups are async iterators")
def test_a_stream_goes_on_behind_a_lost_connection(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.xadd("s", {"n": 0})
        entries = redis.read_stream("s")
        waiting = asyncio.ensure_future(anext(entries))
        await asyncio.sleep(0)
        # What it has asked for first is answered first.
        await redis.ping()
        last = (await redis.xadd("s", {"n": 1})) or ""
        assert await waiting == (last, {"n": "1"})
        waiting = asyncio.ensure_future(anext(entries))
        await asyncio.sleep(0.05)
        await _until(redis, "normal")
        while True:
            try:
                last = (await redis.xadd("s", {"n": 3})) or ""
                break
            except nr.ConnectionLost:
                pass
        assert await waiting == (last, {"n": "3"})
        await entries.aclose()
        assert [entry[1]["n"] async for entry in _first(redis, 2)] == ["0", "1"]

    async def _first(redis: nr.Redict, count: int) -> AsyncGenerator[Entry]:
        async for entry in redis.read_stream("s", "0"):
            yield entry
            count -= 1
            if count == 0:
                return

    run(body)


def test_a_consumer_is_given_again_what_it_did_not_finish(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        for n in range(3):
            await redis.xadd("s", {"n": n})
        consumer = redis.consume("s", "g", "me", start="0", count=2)
        assert (await anext(consumer))[1] == {"n": "0"}
        assert (await anext(consumer))[1] == {"n": "1"}
        await consumer.aclose()
        assert (await redis.xpending("s", "g"))[0] == 1
        consumer = redis.consume("s", "g", "me")
        assert [(await anext(consumer))[1]["n"] for _ in range(2)] == ["1", "2"]
        waiting = asyncio.ensure_future(anext(consumer))
        while (await redis.xpending("s", "g"))[0]:
            await asyncio.sleep(0.01)
        await redis.xadd("s", {"n": 3})
        assert (await waiting)[1] == {"n": "3"}
        await consumer.aclose()

    run(body)
