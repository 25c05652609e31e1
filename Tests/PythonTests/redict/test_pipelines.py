"""Pipelines, transactions, scripts and connections of one's own."""

# The end of a block is what raises.
# ruff: noqa: PT012

from __future__ import annotations

import asyncio
from typing import Any

import necro.redict as nr
import pytest
from redict_running import Run


@pytest.mark.api("Redict: pipeline() sends commands together")
def test_a_pipeline_gives_each_its_place(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        async with redis.pipeline() as pipe:
            pipe.set("k", 1)
            total = pipe.incrby("k", 4)
            pipe.zadd("z", {"a": 1})
            scores = pipe.zrange("z", 0, -1, withscores=True)
            with pytest.raises(nr.InterfaceError, match="not been executed"):
                _ = total.result
        assert total.result == 5
        assert scores.result == [("a", 1.0)]
        pipe = redis.pipeline()
        pipe.get("k")
        pipe.hgetall("none")
        assert len(pipe) == 2
        assert await pipe.execute() == ["5", {}]
        assert await pipe.execute() == []

    run(body)


def test_an_error_in_a_pipeline_is_its_commands_own(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        pipe = redis.pipeline()
        pipe.set("k", "v")
        wrong = pipe.lpush("k", 1)
        after = pipe.get("k")
        with pytest.raises(nr.WrongTypeError):
            await pipe.execute()
        assert after.result == "v"
        with pytest.raises(nr.WrongTypeError):
            _ = wrong.result
        pipe.lpush("k", 1)
        (error,) = await pipe.execute(raise_on_error=False)
        assert isinstance(error, nr.WrongTypeError)
        with pytest.raises(TypeError, match="str, bytes, int or float"):
            pipe.set("k", None)  # type: ignore[call-overload] # pyright: ignore
        pipe.get("k")
        assert await pipe.execute() == ["v"]
        with pytest.raises(ZeroDivisionError):
            async with redis.pipeline() as pipe:
                pipe.set("k", "never")
                _ = 1 / 0
        assert await redis.get("k") == "v"

    run(body)


@pytest.mark.api("Redict: transaction() with watch")
def test_a_transaction_is_whole(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        async with redis.transaction() as tx:
            tx.set("a", 1)
            b = tx.hset("h", mapping={"x": 1})
            every = tx.hgetall("h")
        assert (b.result, every.result) == (1, {"x": "1"})
        async with redis.transaction("a") as tx:
            seen = int(await tx.now.get("a") or 0)
            tx.set("a", seen + 1)
        assert await redis.get("a") == "2"
        with pytest.raises(nr.WatchError):
            async with redis.transaction("a") as tx:
                await redis.set("a", "other")
                tx.set("a", "mine")
        assert await redis.get("a") == "other"
        async with redis.transaction("a") as tx:
            assert await tx.now.get("a") == "other"
        with pytest.raises(nr.InterfaceError, match="no connection of its own"):
            _ = redis.transaction().now

    run(body)


def test_a_transaction_with_a_wrong_command_runs_none(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        with pytest.raises(nr.ServerError, match="wrong number of arguments"):
            async with redis.transaction() as tx:
                tx.set("a", 1)
                tx.command("GET")
        assert await redis.get("a") is None
        tx = redis.transaction()
        tx.set("a", 1)
        tx.incr("h")
        tx.lpush("a", 1)
        replies = await tx.execute(raise_on_error=False)
        assert replies[:2] == [True, 1]
        assert isinstance(replies[2], nr.WrongTypeError)

    run(body)


def test_increments_under_watch_are_never_lost(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        async def add() -> None:
            while True:
                try:
                    async with redis.transaction("n") as tx:
                        tx.set("n", int(await tx.now.get("n") or 0) + 1)
                    return
                except nr.WatchError:
                    pass

        await asyncio.gather(*(add() for _ in range(20)))
        assert await redis.get("n") == "20"

    run(body)


@pytest.mark.api("Redict: scripts go by EVALSHA with a fallback")
def test_a_script_travels_once(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.script_flush()
        script = redis.register_script("return {KEYS[1], ARGV[1] + 1}")
        assert await redis.script_exists(script.sha) == [False]
        assert await script(["k"], [1]) == ["k", 2]
        assert await redis.script_exists(script.sha) == [True]
        await redis.config_resetstat()
        assert await script(["k"], [2]) == ["k", 3]
        assert "cmdstat_eval:" not in await redis.info("commandstats")

    run(body)


def test_a_connection_of_ones_own_takes_what_changes_it(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        async with redis.connection() as own:
            await own.client_setname("mine")
            assert await own.client_getname() == "mine"
            await own.select(1)
            await own.set("there", b"\xff")
            assert await own.raw.get("there") == b"\xff"
            pipe = own.pipeline()
            pipe.dbsize()
            assert await pipe.execute() == [1]
        assert await redis.exists("there") == 0
        assert await redis.client_getname() is None
        with pytest.raises(nr.InterfaceError, match="given back"):
            await own.get("k")

    run(body)


@pytest.mark.api("Redict: blocking commands have connections of their own")
def test_commands_that_wait_hold_up_nobody(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        waiting = [asyncio.ensure_future(redis.blpop(f"l{n}", timeout=30)) for n in range(5)]
        await asyncio.sleep(0)
        assert await redis.set("k", "v") is True
        for n in range(5):
            await redis.rpush(f"l{n}", n)
        assert await asyncio.gather(*waiting) == [(f"l{n}", str(n)) for n in range(5)]

    run(body)


@pytest.mark.api("Redict: replies are str, of redis.raw bytes")
def test_raw_gives_bytes(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.set("k", b"\xff\x00")
        assert await redis.raw.get("k") == b"\xff\x00"
        with pytest.raises(UnicodeDecodeError):
            await redis.get("k")
        await redis.hset("h", "ü", "ö")
        assert await redis.hgetall("h") == {"ü": "ö"}
        assert await redis.raw.hgetall("h") == {"ü".encode(): "ö".encode()}
        assert await redis.raw.set("k", memoryview(b"abc")) is True
        assert await redis.raw.smembers("none") == set()

    run(body)


@pytest.mark.api("Redict: command() takes any")
def test_any_command_by_its_name(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        assert await redis.command("SET", "k", 5) == "OK"
        assert await redis.command("object encoding", "k") == "int"
        assert await redis.command("OBJECT", "ENCODING", "k") == "int"
        with pytest.raises(nr.ServerError, match="unknown command"):
            await redis.command("NOSUCH", "x")
        for words in (("SUBSCRIBE", "c"), ("CLIENT", "REPLY", "OFF"), ("MONITOR",), ("MULTI",)):
            with pytest.raises(nr.InterfaceError, match="share"):
                await redis.command(*words)
        with pytest.raises(ValueError, match="words"):
            redis.command(" ")

    run(body)


def test_arguments_that_are_none_are_refused_before_they_are_sent(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        for wrong in (None, True, [1], {"a": 1}, ("EX", 5), object(), 1j):
            with pytest.raises(TypeError, match="str, bytes, int or float"):
                redis.set("k", wrong)  # type: ignore[call-overload] # pyright: ignore
        with pytest.raises(UnicodeEncodeError):
            redis.set("k", "\udc80")
        assert await redis.get("k") is None
        await redis.set("k", 1 << 70)
        assert await redis.get("k") == str(1 << 70)

    run(body)


def test_iterators_give_all(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.mset({f"k{n}": n for n in range(500)})
        assert {key async for key in redis.scan_iter("k*", count=50)} == {
            f"k{n}" for n in range(500)
        }
        await redis.sadd("s", *range(300))
        assert {member async for member in redis.sscan_iter("s")} == {str(n) for n in range(300)}
        await redis.hset("h", mapping={str(n): n for n in range(300)})
        assert len({pair async for pair in redis.hscan_iter("h")}) == 300
        await redis.zadd("z", {str(n): n for n in range(300)})
        assert {pair async for pair in redis.zscan_iter("z")} == {
            (str(n), float(n)) for n in range(300)
        }

    run(body)


def test_arguments_that_change_while_they_are_read_shift_no_reply(run: Run) -> None:
    class Meddling:
        """A key whose octets cannot be had without the mapping changing."""

        def __init__(self, fields: dict[Any, Any]) -> None:
            self.fields = fields

        def __buffer__(self, flags: int) -> memoryview:
            self.fields.clear()
            return memoryview(b"meddling")

    async def body(redis: nr.Redict) -> None:
        # What the last one changes has been read by then.
        for place in range(2):
            fields: dict[Any, Any] = {}
            for index in range(3):
                fields[Meddling(fields) if index == place else f"f{index}"] = f"{index}" * 50
            with pytest.raises(RuntimeError, match="changed while they were read"):
                await redis.hset("k", mapping=fields)
            with pytest.raises(RuntimeError, match="changed while they were read"):
                await redis.hset(Meddling(later := {"f": "v"}), mapping=later)  # type: ignore[arg-type] # pyright: ignore
        assert await redis.exists("k") == 0
        assert await redis.echo("mine") == "mine"

    run(body)
