"""A real cluster of three masters, on asyncio's loop and on uvloop's, in an app and in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import necro
import necro.redict as nr
import pytest
from necro.testing import TestClient
from redict_clusters import Cluster, cluster, slot_of
from redict_running import Body, Run, run_on


@pytest.fixture(scope="module")
def shared_cluster() -> Generator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture
def masters(shared_cluster: Cluster) -> Cluster:
    """The cluster, empty."""
    for place in range(3):
        shared_cluster.run(place, "FLUSHALL")
        shared_cluster.run(place, "SCRIPT", "FLUSH")
    return shared_cluster


@pytest.fixture(params=["asyncio", "uvloop"])
def on_loop(request: pytest.FixtureRequest, masters: Cluster) -> Run:
    """Runs a coroutine function with the cluster."""

    def run(body: Body) -> None:
        run_on(request.param, masters.url(), body)

    return run


def test_keys_find_their_nodes(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await asyncio.gather(*(redis.set(f"k{n}", n) for n in range(300)))
        found = await asyncio.gather(*(redis.get(f"k{n}") for n in range(300)))
        assert found == [str(n) for n in range(300)]
        assert [masters.run(place, "DBSIZE") > 50 for place in range(3)] == [True] * 3
        assert sorted(await redis.masters()) == sorted(
            f"127.0.0.1:{server.port}" for server in masters.servers
        )

    on_loop(body)


@pytest.mark.api("Redict: clusters are reached by slots, and keys of several in one command")
def test_several_keys_of_several_slots(masters: Cluster, on_loop: Run) -> None:
    names = [f"k{n}" for n in range(100)]

    async def body(redis: nr.Redict) -> None:
        assert await redis.mset({name: f"of {name}" for name in names}) is True
        asked = [*reversed(names), "nothing", "k7"]
        assert await redis.mget(*asked) == [
            *(f"of {name}" for name in reversed(names)), None, "of k7",
        ]  # fmt: skip
        assert await redis.raw.mget("k1", "k2") == [b"of k1", b"of k2"]
        assert await redis.exists(*names, "k1", "nothing") == 101
        assert await redis.touch("k1", "k2", "nothing") == 2
        assert await redis.unlink("k1", "k2") == 2
        assert await redis.delete(*names) == 98
        # What cannot be divided is refused, and nothing of it was done.
        for call in (
            redis.msetnx({"a": 1, "b": 2}), redis.rename("a", "b"), redis.sunion("a", "b"),
            redis.command("MSET", "a", "1", "b"),
        ):  # fmt: skip
            with pytest.raises(nr.CrossSlotError):
                await call
        assert await redis.dbsize() == 0
        assert await redis.msetnx({"{x}a": 1, "{x}b": 2})
        with pytest.raises(nr.WrongTypeError):
            await redis.lpush("{x}a", 1)

    on_loop(body)


@pytest.mark.api("Redict: what is for all nodes of a cluster is done by all, as the tips say")
def test_commands_for_all_nodes(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.mset({f"k{n}": n for n in range(60)})
        assert await redis.dbsize() == 60
        assert sorted(await redis.keys("k*")) == sorted(f"k{n}" for n in range(60))
        assert sorted([key async for key in redis.scan_iter(count=7)]) == sorted(
            f"k{n}" for n in range(60)
        )
        assert {key async for key in redis.raw.scan_iter("k1*")} == {
            b"k1", *(b"k%d" % n for n in range(10, 20))
        }  # fmt: skip
        assert await redis.randomkey() in {f"k{n}" for n in range(60)}
        assert await redis.ping() == "PONG"
        sha = await redis.script_load("return 'here'")
        for place in range(3):
            assert masters.run(place, "SCRIPT", "EXISTS", sha) == [1]
        masters.run(1, "SCRIPT", "FLUSH")
        other = masters.run(0, "SCRIPT", "LOAD", "return 1")
        assert await redis.script_exists(sha, other) == [False, False]
        await redis.script_load("return 1")
        assert await redis.script_exists(sha, other) == [False, True]
        with pytest.raises(nr.NotBusyError):
            await redis.script_kill()
        await redis.config_set({"slowlog-max-len": 77})
        for place in range(3):
            assert masters.run(place, "CONFIG", "GET", "slowlog-max-len")[1] == "77"
        assert await redis.wait(0, 10) == 0
        assert await redis.flushall() is True
        assert await redis.dbsize() == 0
        assert await redis.randomkey() is None

    on_loop(body)


def test_what_tells_of_one_server(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        ports = {f"127.0.0.1:{server.port}": server.port for server in masters.servers}
        for address in await redis.masters():
            node = redis.node(address)
            assert (await node.config_get("port"))["port"] == str(ports[address])
            assert await node.scan(0) == (0, [])
        with pytest.raises(nr.MovedError):
            await redis.node(f"127.0.0.1:{masters.servers[0].port}").get(masters.key(1))
        with pytest.raises(nr.InterfaceError, match="no server of that address"):
            await redis.node("127.0.0.1:1").info()
        # A cursor is one server's.
        with pytest.raises(nr.CrossSlotError, match="to one node"):
            await redis.scan(0)

    on_loop(body)


def test_pipelines_are_divided_and_answered_in_order(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        async with redis.pipeline() as pipe:
            for n in range(100):
                pipe.set(f"k{n}", n)
            wrong = pipe.lpush("k1", "x")
            reads = [pipe.get(f"k{n}") for n in range(100)]
            with pytest.raises(nr.WrongTypeError):
                await pipe.execute()
        assert [each.result for each in reads] == [str(n) for n in range(100)]
        with pytest.raises(nr.WrongTypeError):
            _ = wrong.result
        # What is for all nodes, and keys of several slots, is refused before anything is sent.
        for refused in (("FLUSHALL",), ("MGET", "a", "b")):
            pipe = redis.pipeline()
            pipe.set("k1", "changed")
            pipe.command(*refused)
            with pytest.raises(nr.CrossSlotError):
                await pipe.execute()
        assert await redis.get("k1") == "1"

    on_loop(body)


def test_transactions_and_scripts_are_of_one_slot(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        for place in range(3):
            tag = masters.key(place)
            stock, sold = f"{{{tag}}}:stock", f"{{{tag}}}:sold"
            await redis.set(stock, 3)
            async with redis.transaction(stock) as tx:
                left = int(await tx.now.get(stock) or 0)
                tx.set(stock, left - 1)
                tx.rpush(sold, "a shovel")
            assert await redis.get(stock) == "2"
            async with redis.transaction() as tx:
                total = tx.incrby(stock, 5)
            assert total.result == 7
            tx = redis.transaction(stock)
            await tx.__aenter__()
            await redis.incr(stock)
            tx.set(stock, 0)
            with pytest.raises(nr.WatchError):
                await tx.__aexit__(None, None, None)
            script = redis.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
            assert await script([stock], [2]) == 10
            assert await script([stock], [2]) == 12
            async with redis.connection(stock) as own:
                await own.watch(stock)
                assert await own.get(stock) == "12"
                with pytest.raises(nr.CrossSlotError, match="keys of another slot"):
                    await own.get(masters.key((place + 1) % 3))
        one, other = masters.key(0), masters.key(1)
        for keys in ((one, other), (one,)):
            with pytest.raises(nr.CrossSlotError):
                async with redis.transaction(*keys) as tx:
                    tx.get(other)
        with pytest.raises(nr.CrossSlotError):
            await redis.eval("return 1", 2, one, other)
        assert await redis.eval("return 1", 0) == 1

    on_loop(body)


@pytest.mark.api("Redict: messages and shard channels of a cluster")
def test_messages(masters: Cluster, on_loop: Run) -> None:
    shards = [masters.key(place) for place in range(3)]

    async def body(redis: nr.Redict) -> None:
        async with (
            redis.subscribe("news") as news,
            redis.psubscribe("n*") as pattern,
            redis.ssubscribe(*shards) as shard,
        ):
            # The cluster's bus carries it to whichever node listens.
            for place in range(3):
                masters.run(place, "PUBLISH", "news", place)
                assert (await anext(news)).data == str(place)
                assert (await anext(pattern)).pattern == "n*"
            for name in shards:
                assert await redis.spublish(name, "to " + name) == 1
                message = await anext(shard)
                assert (message.channel, message.data) == (name, "to " + name)

    on_loop(body)


def test_commands_that_wait(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        queues = [masters.key(place) for place in range(3)]
        waiting = [asyncio.ensure_future(redis.blpop(queue, timeout=30)) for queue in queues]
        for queue in queues:
            await redis.rpush(queue, "x")
        assert await asyncio.gather(*waiting) == [(queue, "x") for queue in queues]
        with pytest.raises(nr.CrossSlotError):
            await redis.blpop(*queues, timeout=1)
        stream = masters.key(2)
        await redis.xadd(stream, {"n": 1})
        async for _, fields in redis.consume(stream, "group", "me", start="0"):
            assert fields == {"n": "1"}
            break

    on_loop(body)


def test_cancelled_calls_shift_nothing(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        names = [f"k{n}" for n in range(50)]
        await redis.mset({name: name for name in names})
        for _ in range(20):
            read = [redis.mget(*names) for _ in range(8)]
            counted = [redis.dbsize() for _ in range(8)]
            await asyncio.sleep(0)
            for reading, counting in zip(read[::2], counted[::2], strict=True):
                reading.cancel()
                counting.cancel()
            assert await asyncio.gather(*read[1::2]) == [names] * 4
            assert await asyncio.gather(*counted[1::2]) == [50] * 4
            assert await redis.get("k3") == "k3"

    on_loop(body)


def test_a_slot_that_has_moved_is_found(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        key = masters.key(0)
        slot = slot_of(key)
        await redis.set(key, "before")
        for source, target in ((0, 1), (1, 0)):
            masters.begin_move(slot, source, target)
            masters.move_keys(source, target, key)
            masters.end_move(slot, target)
            # The client's map is of before: the server says MOVED.
            assert await redis.get(key) == ("before" if target else "after")
            assert await redis.mget(key, masters.key(2)) == [await redis.get(key), None]
            async with redis.pipeline() as pipe:
                pipe.set(key, "after")
                pipe.get(masters.key(2))
            async with redis.transaction(key) as tx:
                tx.get(key)

    on_loop(body)


def test_a_slot_that_is_on_its_way(masters: Cluster, on_loop: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        tag = masters.key(0)
        moved, stays, new = (f"{{{tag}}}:{name}" for name in ("moved", "stays", "new"))
        await redis.mset({moved: "m", stays: "s"})
        masters.begin_move(slot_of(tag), 0, 1)
        masters.move_keys(0, 1, moved)
        # ASK for what has gone, and for what there is not yet.
        asked = masters.count(1, "asking")
        assert await redis.get(moved) == "m"
        assert await redis.get(stays) == "s"
        assert await redis.set(new, "n")
        assert masters.run(1, "CLUSTER", "COUNTKEYSINSLOT", slot_of(tag)) == 2
        assert await redis.get(new) == "n"
        async with redis.pipeline() as pipe:
            reads = [pipe.get(key) for key in (moved, stays, new)]
        assert [each.result for each in reads] == ["m", "s", "n"]
        async with redis.transaction() as tx:
            length = tx.append(moved, "!")
        assert length.result == 2
        assert masters.count(1, "asking") > asked
        # Keys that lie on both sides: TRYAGAIN, until the slot has moved.
        waiting = asyncio.ensure_future(redis.mget(moved, stays, new))
        for _ in range(200):
            await asyncio.sleep(0.005)
            if "errorstat_TRYAGAIN" in masters.run(0, "INFO", "errorstats") + masters.run(
                1, "INFO", "errorstats"
            ):
                break
        else:
            pytest.fail("nobody was told to try again")
        assert not waiting.done()
        masters.move_keys(0, 1, stays)
        masters.end_move(slot_of(tag), 1)
        assert await waiting == ["m!", "s", "n"]
        # Back again, for the next test.
        masters.begin_move(slot_of(tag), 1, 0)
        masters.move_keys(1, 0, moved, stays, new)
        masters.end_move(slot_of(tag), 0)
        for place in range(3):
            masters.run(place, "CONFIG", "RESETSTAT")
        assert await redis.mget(moved, stays, new) == ["m!", "s", "n"]

    on_loop(body)


def test_nothing_is_lost_while_slots_move(masters: Cluster, on_loop: Run) -> None:
    """Counters that are increased all the while end where they should."""

    async def body(redis: nr.Redict) -> None:
        tag = masters.key(0)
        keys = [f"{{{tag}}}:{n}" for n in range(8)]
        stop = asyncio.Event()
        counted = 0

        async def count() -> None:
            nonlocal counted
            while not stop.is_set():
                await asyncio.gather(*(redis.incr(key) for key in keys))
                counted += 1

        counting = asyncio.ensure_future(count())
        for _ in range(3):
            for source, target in ((0, 1), (1, 0)):
                before = counted
                await asyncio.to_thread(masters.begin_move, slot_of(tag), source, target)
                for key in keys:
                    await asyncio.to_thread(masters.move_keys, source, target, key)
                await asyncio.to_thread(masters.end_move, slot_of(tag), target)
                while counted < before + 3:  # noqa: ASYNC110
                    await asyncio.sleep(0)
        stop.set()
        await counting
        assert await redis.mget(*keys) == [str(counted)] * 8

    on_loop(body)


APP = necro.App()


@APP.post("/put/{name}")
async def put(redis: necro.Redict, name: str) -> Any:
    await redis.set(name, "x")
    return await redis.mget(name, "other", "third")


@APP.get("/blocking")
def blocking(redis: necro.BlockingRedict) -> Any:
    redis.mset({"a": 1, "b": 2, "c": 3})
    with redis.pipeline() as pipe:
        reads = [pipe.get(name) for name in "abc"]
    with redis.transaction("a") as tx:
        seen = tx.now.get("a")
        tx.set("a", int(seen or 0) + 1)
    with redis.connection("b") as own:
        own.incr("b")
    nodes = [redis.node(address).dbsize() for address in redis.masters()]
    with redis.ssubscribe("shard") as messages:
        redis.spublish("shard", "hello")
        heard = next(messages).data
    return {
        "reads": [each.result for each in reads], "after": redis.mget("a", "b", "c"),
        "keys": sorted(redis.scan_iter()), "nodes": sum(nodes), "size": redis.dbsize(),
        "heard": heard,
    }  # fmt: skip


def test_in_an_app_and_in_threads(masters: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", masters.url(nodes=1))
    with TestClient(APP) as client:
        assert client.post("/put/name").json() == ["x", None, None]
        assert client.get("/blocking").json() == {
            "reads": ["1", "2", "3"], "after": ["2", "3", "3"],
            "keys": ["a", "b", "c", "name"], "nodes": 4, "size": 4, "heard": "hello",
        }  # fmt: skip


def test_what_is_no_cluster_says_so(redict_server: Any) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.get("k")

    url = redict_server.tcp_url.replace("redis://", "redis+cluster://")
    with pytest.raises(nr.ServerError, match="cluster support disabled"):
        run_on("asyncio", url, body)


def test_no_node_of_it_can_be_reached() -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.get("k")

    with pytest.raises(nr.ConnectionFailed, match=r"cannot connect to 127.0.0.1:[12]: "):
        run_on("asyncio", "redis+cluster://127.0.0.1:1,127.0.0.1:2", body)
