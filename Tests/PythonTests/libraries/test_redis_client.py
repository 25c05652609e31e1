"""redis-py's asyncio client in async handlers of two workers, against a private server."""

from __future__ import annotations

import threading
import time

import pytest
from fixtures import StartHost
from hosting import Host, wires_by_worker
from necro._private_servers import PrivateRedict
from wire import Wire

APP = """
    import asyncio, os, threading
    import necro
    import redis.asyncio, redis.utils

    app = necro.App()
    counts = {"begun": 0, "cancelled": 0}

    @app.on_startup
    async def begin(state):
        # The name `redis` is the framework's own client; redis-py's is kept under another.
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            os.environ["PEER"], max_connections=4, timeout=20, decode_responses=True)
        state.store = redis.asyncio.Redis.from_pool(pool)

    @app.on_shutdown
    async def end(state):
        await state.store.aclose()

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    @app.get("/set/{key}/{value}")
    async def set_one(state, key, value):
        await state.store.set(key, value, ex=600)
        return await state.store.get(key)

    @app.get("/count/{key}")
    async def count(state, key):
        async with asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(state.store.incr(key))
        return int(await state.store.get(key))

    @app.get("/pipeline/{key}")
    async def pipeline(state, key):
        async with state.store.pipeline(transaction=True) as pipe:
            return await pipe.rpush(key, "a", "b").lrange(key, 0, -1).delete(key).execute()

    @app.get("/published/{channel}")
    async def published(state, channel):
        async with state.store.pubsub() as subscription:
            await subscription.subscribe(channel)
            await subscription.get_message(timeout=10)
            await state.store.publish(channel, "boo")
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=10)
            return message["data"]

    @app.get("/script")
    async def script(state):
        return await state.store.register_script("return ARGV[1]")(args=["bones"])

    @app.get("/timeout/{key}")
    async def timeout(state, key):
        try:
            async with asyncio.timeout(0.2):
                await state.store.blpop(key, timeout=30)
        except TimeoutError:
            return await set_one(state, key + "-after", "answered")

    @app.get("/error/{key}")
    async def error(state, key):
        await state.store.set(key, "word")
        try:
            await state.store.lpush(key, 1)
        except redis.ResponseError as error:
            return str(error).split()[0]

    @app.get("/leave/{key}")
    async def leave(state, key):
        counts["begun"] += 1
        try:
            await state.store.blpop(key, timeout=600)
        except asyncio.CancelledError:
            counts["cancelled"] += 1
            raise

    @app.get("/counts")
    async def show():
        return counts

    @app.get("/parser")
    async def parser(state):
        connection = await state.store.connection_pool.get_connection()
        try:
            return [redis.utils.HIREDIS_AVAILABLE, type(connection._parser).__name__]
        finally:
            await state.store.connection_pool.release(connection)
"""


@pytest.fixture(params=["unix", "tcp"])
def served(request: pytest.FixtureRequest, host: StartHost, redict_server: PrivateRedict) -> Host:
    """A host of two workers, on a unix socket and on TCP."""
    url = redict_server.url if request.param == "unix" else redict_server.tcp_url
    return host(APP, workers=2, environment={"PEER": url})


def _answer(wire: Wire, target: str) -> object:
    wire.request("GET", target)
    reply = wire.reply()
    assert reply.status == 200, reply
    kind = reply.header("content-type") or ""
    return reply.text if kind.startswith("text/") else reply.json


def test_redis_py_works_in_each_worker(served: Host) -> None:
    for number, (wire,) in enumerate(wires_by_worker(served, 2)):
        assert _answer(wire, f"/set/grave{number}/Lenore") == "Lenore"
        assert _answer(wire, f"/count/counter{number}") == 50
        assert _answer(wire, f"/pipeline/list{number}") == [2, ["a", "b"], 1]
        assert _answer(wire, f"/published/channel{number}") == "boo"
        assert _answer(wire, "/script") == "bones"
        assert _answer(wire, f"/timeout/none{number}") == "answered"
        assert _answer(wire, f"/error/word{number}") == "WRONGTYPE"
        # hiredis does not load in a worker, and redis-py does without it.
        assert _answer(wire, "/parser") == [False, "_AsyncRESP3Parser"]
    served.stop()
    assert "Traceback" not in served.log


def test_both_workers_at_once_count_right(served: Host) -> None:
    wires = [wire for wires in wires_by_worker(served, 2, each=3) for wire in wires]

    def load(wire: Wire) -> None:
        for _ in range(5):
            _answer(wire, "/count/shared")

    threads = [threading.Thread(target=load, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert _answer(wires[0], "/count/shared") == (len(wires) * 5 + 1) * 50


def test_clients_that_go_away_leave_no_reply_to_others(served: Host) -> None:
    for number, (watching, *leaving) in enumerate(wires_by_worker(served, 2, each=9)):
        for wire in leaving[:4]:
            wire.request("GET", f"/leave/queue{number}")
        _wait_counts(watching, {"begun": 4, "cancelled": 0})
        for wire in leaving[:4]:
            wire.reset()
        _wait_counts(watching, {"begun": 4, "cancelled": 4})
        # All four connections of the pool are to be had, and none has an old reply under way.
        for index, wire in enumerate(leaving[4:]):
            wire.request("GET", f"/set/key{index}/value{index}")
        for index, wire in enumerate(leaving[4:]):
            assert wire.reply().text == f"value{index}"


def _wait_counts(wire: Wire, expected: dict[str, int]) -> None:
    deadline = time.monotonic() + 10
    while True:
        counts = _answer(wire, "/counts")
        if counts == expected:
            return
        assert time.monotonic() < deadline, counts
        time.sleep(0.02)
