"""What goes wrong between a program and a real server."""

from __future__ import annotations

import asyncio
import random
import resource
import time
from pathlib import Path

import necro.redict as nr
import pytest
from fault_proxy import FaultProxy
from necro._private_servers import PrivateRedict
from redict_running import run_with


def _served(redict_server: PrivateRedict) -> tuple[str, int]:
    return "127.0.0.1", redict_server.port


def test_cancelled_calls_never_shift_replies(redict_server: PrivateRedict) -> None:
    chance = random.Random(7)

    async def body(redis: nr.Redict) -> None:
        await redis.mset({f"k{n}": f"v{n}" for n in range(100)})

        async def ask() -> None:
            for _ in range(300):
                n = chance.randrange(100)
                call = redis.get(f"k{n}")
                if chance.random() < 0.3:
                    if chance.random() < 0.7:
                        await asyncio.sleep(0)
                    call.cancel()
                    continue
                assert await call == f"v{n}"

        await asyncio.gather(*(ask() for _ in range(30)))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await redis.blpop("none", timeout=0)
        assert await redis.get("k5") == "v5"

    run_with(redict_server.url, body)


@pytest.mark.parametrize("command_timeout", [None, 5.0])
def test_the_next_call_works_when_the_server_was_killed(command_timeout: float | None) -> None:
    async def main() -> None:
        with PrivateRedict(tcp=True) as server:
            async with nr.connect(
                server.tcp_url, connect_timeout=2.0, command_timeout=command_timeout
            ) as redis:
                waiting = asyncio.ensure_future(redis.blpop("none", timeout=0))
                await redis.set("k", "v")
                server.stop()
                with pytest.raises((nr.ConnectionLost, nr.ConnectionFailed)):
                    await waiting
                with pytest.raises((nr.ConnectionLost, nr.ConnectionFailed)):
                    await redis.set("k", "v")
                with pytest.raises(nr.ConnectionFailed, match="cannot connect"):
                    await redis.set("k", "v")
                server.start()
                async with asyncio.timeout(30):
                    while True:
                        try:
                            assert await redis.set("k", "w") is True
                            return
                        except nr.RedictError:
                            await asyncio.sleep(0.05)

    asyncio.run(main())


def test_a_server_that_stalls_ends_in_timeouts_and_not_in_memory(
    redict_server: PrivateRedict,
) -> None:
    async def main() -> None:
        with FaultProxy(_served(redict_server)) as proxy:
            url = f"redis://127.0.0.1:{proxy.port}"
            async with nr.connect(url, command_timeout=0.3, settings={"waiters_max": 100}) as redis:
                proxy.replies.is_black_hole = True
                calls = [redis.set("k", "v" * 100_000) for _ in range(500)]
                replies = await asyncio.gather(*calls, return_exceptions=True)
                kinds = {type(reply) for reply in replies}
                assert kinds <= {nr.CommandTimeout, nr.PoolExhausted, nr.ConnectionLost}
                assert nr.CommandTimeout in kinds
                proxy.replies.is_black_hole = False

    asyncio.run(main())


def test_replies_cut_at_every_octet_fail_their_call_and_no_other(
    redict_server: PrivateRedict,
) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.rpush("l", *("item" * 3 for _ in range(4)))

    run_with(redict_server.url, body)

    async def main(cut: int) -> bool:
        """Whether the reply came whole."""
        with FaultProxy(_served(redict_server)) as proxy:
            async with nr.connect(f"redis://127.0.0.1:{proxy.port}") as redis:
                proxy.replies.cut_at = proxy.newest_reply_octets + cut
                try:
                    reply = await redis.lrange("l", 0, -1)
                except nr.ConnectionLost:
                    pass
                else:
                    assert reply == ["item" * 3] * 4
                    return True
                proxy.replies.cut_at = None
                assert await redis.llen("l") == 4
        return False

    results: list[bool] = []
    # 4 items of 19 octets behind a header of 4.
    for cut in range(80):
        results.append(asyncio.run(main(cut)))
    # A read is tried again once, on a connection that was not pinged: 7 octets more of it come.
    assert results == [cut + len("+PONG\r\n") >= 80 for cut in range(80)]
    assert asyncio.run(main(4 + 4 * 19)) is True


def test_octets_that_are_no_protocol_close_the_connection(tmp_path: Path) -> None:
    async def main(reply: bytes, expected: type[nr.RedictError], said: str) -> None:
        asked = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal asked
            while line := await reader.readline():
                if line.startswith(b"*"):
                    words = [await reader.readline() for _ in range(2 * int(line[1:]))][1::2]
                    name = words[0].strip().upper()
                    if name == b"HELLO":
                        writer.write(b"-ERR unknown command\r\n")
                    elif name == b"GET":
                        asked += 1
                        writer.write(reply if asked == 1 else b"$2\r\nok\r\n")
                    else:
                        writer.write(b"+OK\r\n")
            writer.close()

        path = tmp_path / f"{expected.__name__}{len(reply)}.socket"
        server = await asyncio.start_unix_server(serve, path)
        async with server, asyncio.timeout(30), nr.connect(f"unix://{path}") as redis:
            with pytest.raises(expected, match=said):
                await redis.get("k")
            assert await redis.get("k") == "ok"

    for reply, expected, said in (
        (b"?nonsense\r\n", nr.ProtocolError, "broke the protocol"),
        (b"$99999999999999999999\r\n", nr.ProtocolError, "broke the protocol"),
        (b"*1073741824\r\n", nr.ProtocolError, "broke the protocol"),
        (b"$-2\r\n", nr.ProtocolError, "broke the protocol"),
        (b"*1\r\n" * 200, nr.ProtocolError, "broke the protocol"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", nr.LoadingError, "loading"),
        (b"-READONLY You can't write against a read only replica.\r\n", nr.ReadOnlyError, "read"),
        (b"-OOM command not allowed\r\n", nr.OutOfMemoryError, "OOM"),
        (b"-BUSY Redis is busy\r\n", nr.BusyScriptError, "busy"),
        (b"-MASTERDOWN Link\r\n", nr.MasterDownError, "Link"),
        (b"-something else\r\n", nr.ServerError, "something else"),
    ):
        asyncio.run(main(reply, expected, said))


def test_a_real_server_that_is_full_or_a_replica_says_so() -> None:
    async def full(redis: nr.Redict) -> None:
        await redis.config_set({"maxmemory": 1})
        with pytest.raises(nr.OutOfMemoryError) as caught:
            await redis.set("k", "v" * 1000)
        assert caught.value.code == "OOM"
        await redis.config_set({"maxmemory": 0})
        await redis.replicaof("127.0.0.1", 1)
        with pytest.raises(nr.ReadOnlyError):
            await redis.set("k", "v")

    with PrivateRedict() as server:
        run_with(server.url, full)


@pytest.mark.api("Redict: ACL users, passwords and unix sockets")
def test_who_is_not_let_in_is_told_at_once() -> None:
    async def main(url: str, said: str) -> None:
        started = time.monotonic()
        with pytest.raises(nr.AuthenticationFailed, match=said):
            async with nr.connect(url):
                pytest.fail("it was let in")
        assert time.monotonic() - started < 10

    with PrivateRedict(tcp=True, password="right") as server:
        asyncio.run(main(f"redis://:wrong@127.0.0.1:{server.port}", "WRONGPASS"))
        asyncio.run(main(f"redis://127.0.0.1:{server.port}", "NOAUTH"))
        asyncio.run(main(f"redis://127.0.0.1:{server.port}?protocol=2", "NOAUTH"))

        async def body(redis: nr.Redict) -> None:
            assert await redis.acl_whoami() == "default"
            await redis.acl_setuser("igor", "on", ">p@ss", "allcommands", "~*")

        run_with(server.url, body)

        async def user(redis: nr.Redict) -> None:
            assert await redis.acl_whoami() == "igor"

        for protocol in (2, 3):
            run_with(f"redis://igor:p%40ss@127.0.0.1:{server.port}/3?protocol={protocol}", user)


def test_nobody_there() -> None:
    async def main() -> None:
        for url in ("redis://127.0.0.1:1", "unix:///nowhere/redis.socket"):
            with pytest.raises(nr.ConnectionFailed, match="cannot connect to"):
                async with nr.connect(url):
                    pytest.fail("there was somebody")
        redis = nr.connect("redis://127.0.0.1:1")
        with pytest.raises(nr.InterfaceError, match="not open"):
            redis.get("k")

    asyncio.run(main())


def test_memory_stays_where_it_is(redict_server: PrivateRedict) -> None:
    async def body(redis: nr.Redict) -> None:
        async def rounds(count: int) -> int:
            for _ in range(count):
                await asyncio.gather(*(redis.set(f"k{n}", "v" * 500) for n in range(50)))
                await redis.mget(*(f"k{n}" for n in range(50)))
                async with redis.pipeline() as pipe:
                    for n in range(50):
                        pipe.get(f"k{n}")
                await redis.hset("h", mapping={str(n): n for n in range(20)})
                await redis.hgetall("h")
                with pytest.raises(nr.WrongTypeError):
                    await redis.lpush("h", 1)
                redis.get("k1").cancel()
                async with redis.subscribe("c") as messages:
                    await redis.publish("c", "m")
                    await anext(messages)
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        before = await rounds(100)
        after = await rounds(400)
        assert after - before < 4_096, "KB"

    run_with(redict_server.url, body)
