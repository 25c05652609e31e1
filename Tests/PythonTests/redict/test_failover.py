"""Masters that are killed: those of a real cluster, and one that sentinels watch."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import necro
import necro.redict as nr
import pytest
from necro.testing import TestClient
from redict_clusters import Cluster, Console, Sentinels, cluster, sentinels, wait
from redict_running import run_on

PASSWORD = "s?cret"


@pytest.fixture(scope="module")
def replicated() -> Generator[Cluster]:
    with cluster(replicas=1) as made:
        yield made


async def _told(call: Any) -> object:
    """What a call gives, or how it fails."""
    try:
        return await call
    except nr.RedictError as error:
        return error


def test_reads_from_replicas(replicated: Cluster) -> None:
    async def body(redis: nr.Redict) -> None:
        keys = [replicated.key(place) for place in range(3)]
        await redis.mset(dict.fromkeys(keys, "x"))
        for place in range(3):
            assert replicated.run(place, "WAIT", 1, 10_000) == 1
        before = [replicated.count(place, "get") for place in range(6)]
        for key in keys:
            for _ in range(10):
                assert await redis.get(key) == "x"
        after = [replicated.count(place, "get") for place in range(6)]
        asked = [new - old for new, old in zip(after, before, strict=True)]
        assert asked == [0, 0, 0, 10, 10, 10]
        # What every node has to do, a replica does too.
        sha = await redis.script_load("return 'replicas too'")
        assert [replicated.run(place, "SCRIPT", "EXISTS", sha) for place in range(6)] == [[1]] * 6

    run_on("uvloop", replicated.url(), body, read_from_replicas=True)
    run_on("asyncio", replicated.url("?read_from_replicas=true"), body)


@pytest.mark.api("Redict: a killed master of a cluster is followed by its replica")
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_master_of_a_cluster_is_killed(loop: str) -> None:
    async def body(redis: nr.Redict, made: Cluster) -> None:
        keys = [made.key(place) for place in range(3)]
        acknowledged = dict.fromkeys(keys, 0)
        uncertain = dict.fromkeys(keys, 0)
        stop = asyncio.Event()

        async def count(key: str) -> None:
            while not stop.is_set():
                told = await _told(redis.incr(key))
                if isinstance(told, int):
                    acknowledged[key] += 1
                else:
                    # Only what was sent, and may have been done, is not sent again.
                    assert isinstance(told, nr.ConnectionLost), told
                    assert told.was_sent, told
                    uncertain[key] += 1
                await asyncio.sleep(0.001)

        counting = [asyncio.ensure_future(count(key)) for key in keys for _ in range(4)]
        async with redis.subscribe("news") as news, redis.ssubscribe(keys[0]) as shard:
            while min(acknowledged.values()) < 50:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.to_thread(made.run, 0, "WAIT", 1, 10_000)
            at_death = dict(acknowledged)
            made.servers[0].kill()
            # The others go on at once, and the keys of the killed one with its replica.
            while min(acknowledged[key] - at_death[key] for key in keys) < 50:
                assert not any(each.done() for each in counting)
                await asyncio.sleep(0.01)
            stop.set()
            await asyncio.gather(*counting)
            # Messages come again.
            for subscription, publish in ((news, redis.publish), (shard, redis.spublish)):
                name = "news" if subscription is news else keys[0]
                hearing = asyncio.ensure_future(anext(subscription))
                while not hearing.done():
                    await publish(name, "again")
                    await asyncio.wait([hearing], timeout=0.05)
                assert hearing.result().data == "again"
        for key in keys:
            value = int(await redis.get(key) or 0)
            if key != keys[0]:
                assert acknowledged[key] <= value <= acknowledged[key] + uncertain[key]
            # A replica may not have been told of what its master acknowledged last.
            assert value >= at_death[key]
            assert value <= acknowledged[key] + uncertain[key]
        assert await redis.dbsize() == 3
        assert f"127.0.0.1:{made.servers[0].port}" not in await redis.masters()

    with cluster(replicas=1) as made:
        run_on(loop, made.url(), lambda redis: body(redis, made), wait_timeout=60)


def test_a_deadline_counts_while_there_is_no_master() -> None:
    async def body(redis: nr.Redict, made: Cluster) -> None:
        key = made.key(0)
        await redis.set(key, 1)
        made.servers[0].kill()
        # Nobody has followed it, and nobody will: it has no replica.
        with pytest.raises(nr.ConnectionLost):
            await redis.incr(key)
        with pytest.raises((nr.ConnectionFailed, nr.ClusterDownError)):
            await redis.incr(key)
        with pytest.raises((nr.ConnectionFailed, nr.ClusterDownError)):
            await redis.mset({made.key(place): 1 for place in range(3)})
        assert await redis.set(made.key(1), 2)

    with cluster() as made:
        run_on("asyncio", made.url(nodes=3), lambda redis: body(redis, made), wait_timeout=1)


APP = necro.App()


@APP.post("/count")
async def count(redis: necro.Redict) -> Any:
    told = await _told(redis.incr("n"))
    return told if isinstance(told, int) else -1


def _fail_over(made: Sentinels) -> None:
    """Kills the master and waits until the sentinels name the replica."""
    made.servers[0].kill()
    console = Console(made.sentinels[0].port)
    port = str(made.servers[1].port)
    wait(lambda: console.run("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "crypt")[1] == port)
    console.close()


async def _ask(redis: nr.Redict) -> None:
    await redis.get("n")


@pytest.mark.api("Redict: a master behind sentinels, and who follows it")
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_master_that_sentinels_watch_is_killed(loop: str) -> None:
    async def body(redis: nr.Redict, made: Sentinels) -> None:
        ports = [server.port for server in made.servers]
        assert (await redis.config_get("port"))["port"] == str(ports[0])
        async with redis.transaction("a") as tx:
            tx.mset({"a": 1, "b": 2})
        assert await redis.mget("a", "b") == ["1", "2"]
        assert await redis.wait(1, 10_000) == 1
        async with redis.subscribe("news") as news:
            # What cannot be done yet waits, and is done by whoever follows.
            calls = [asyncio.ensure_future(_told(redis.incr("a")))]
            await asyncio.to_thread(_fail_over, made)
            while (told := await _told(redis.incr("a"))) is None or not isinstance(told, int):
                calls.append(asyncio.ensure_future(_told(redis.incr("b"))))
            assert (await redis.config_get("port"))["port"] == str(ports[1])
            await asyncio.gather(*calls)
            hearing = asyncio.ensure_future(anext(news))
            while not hearing.done():
                await redis.publish("news", "again")
                await asyncio.wait([hearing], timeout=0.05)
        # The old one comes back, and is no master any more.
        await asyncio.to_thread(made.servers[0].start)
        assert await redis.set("a", "after")
        assert (await redis.config_get("port"))["port"] == str(ports[1])

    with sentinels() as made:
        run_on(loop, made.url(), lambda redis: body(redis, made), wait_timeout=60)


def test_a_master_that_lives_is_left_when_the_sentinels_say_so() -> None:
    async def body(redis: nr.Redict, made: Sentinels) -> None:
        counted = 0
        uncertain = 0
        port = made.servers[0].port
        await redis.set("n", 0)
        assert await redis.wait(1, 10_000) == 1
        console = Console(made.sentinels[0].port)
        assert console.run("SENTINEL", "FAILOVER", "crypt") == "OK"
        while True:
            told = await _told(redis.incr("n"))
            if isinstance(told, int):
                counted += 1
                if counted % 20 == 0 and (await redis.config_get("port"))["port"] != str(port):
                    break
            else:
                # A master that becomes a replica closes its clients' connections.
                assert isinstance(told, nr.ConnectionLost), told
                uncertain += 1
        console.close()
        assert await redis.incr("n") <= counted + uncertain + 1

    with sentinels() as made:
        run_on("asyncio", made.url(), lambda redis: body(redis, made), wait_timeout=60)


def test_sentinels_in_an_app_and_with_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    with sentinels(password=PASSWORD) as made:
        url = made.url(userinfo=":s%3Fcret@")
        monkeypatch.setenv("REDIS_URL", url)
        with TestClient(APP) as client:
            assert client.post("/count").json() == 1
            _fail_over(made)
            wait(lambda: client.post("/count").json() >= 1)
        with pytest.raises(nr.AuthenticationFailed):
            run_on("asyncio", made.url(userinfo=":wrong@"), _ask)
        url = made.url().replace("/crypt", "/nobody")
        with pytest.raises(nr.ConnectionFailed, match="no sentinel names a master 'nobody'"):
            run_on("asyncio", url, _ask, wait_timeout=1)


def test_reads_from_the_replica_of_a_master_behind_sentinels() -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.set("k", "v")
        assert await redis.wait(1, 10_000) == 1
        assert await redis.get("k") == "v"

    with sentinels() as made:
        run_on("asyncio", made.url("?read_from_replicas=1"), body)
        console = Console(made.servers[1].port)
        assert "cmdstat_get:" in console.run("INFO", "commandstats")
        console.close()
