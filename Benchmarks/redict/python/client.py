"""One client, one workload, to be pinned to a core.

`client.py CLIENT SOCKET WORKLOAD CALLERS SECONDS` prints operations, seconds and the
process' CPU seconds, user and system, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

VALUE = "v" * 64
KEYS = [f"key:{number}" for number in range(100)]
LARGE = "x" * (1 << 20)
ELEMENTS = 1_000

type Operation = Callable[[], Awaitable[object]]


async def _prepare(redis: Any, is_coredis: bool) -> None:
    for key in KEYS:
        await redis.set(key, VALUE)
    await redis.set("large", LARGE)
    elements = [f"element:{number}" for number in range(ELEMENTS)]
    if is_coredis:
        await redis.delete(["list"])
        await redis.rpush("list", elements)
    else:
        await redis.delete("list")
        await redis.rpush("list", *elements)


def _operations(redis: Any, is_coredis: bool) -> dict[str, Operation]:
    return {
        "get": lambda: redis.get("key:1"),
        "set": lambda: redis.set("key:1", VALUE),
        "mget 100": (lambda: redis.mget(KEYS)) if is_coredis else (lambda: redis.mget(*KEYS)),
        "get 1 MB": lambda: redis.get("large"),
        "lrange 1,000": lambda: redis.lrange("list", 0, -1),
    }


def _queue(pipe: Any, workload: str) -> None:
    if workload == "get":
        pipe.get("key:1")
    elif workload == "set":
        pipe.set("key:1", VALUE)
    elif workload == "mget 100":
        pipe.mget(KEYS)
    elif workload == "get 1 MB":
        pipe.get("large")
    else:
        pipe.lrange("list", 0, -1)


async def _measure(redis: Any, client: str, workload: str, callers: int, seconds: float) -> None:
    await _prepare(redis, client == "coredis")
    operation = _operations(redis, client == "coredis")[workload]
    done = 0
    end = 0.0

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await operation()
            done += 1

    async def pipelines() -> None:
        nonlocal done
        while time.perf_counter() < end:
            pipe = redis.pipeline(transaction=False)
            for _ in range(callers):
                _queue(pipe, workload)
            await pipe.execute()
            done += callers

    for length in (seconds / 4, seconds):
        done = 0
        begin, cpu = time.perf_counter(), time.process_time()
        end = begin + length
        if client.endswith("pipelined"):
            await pipelines()
        else:
            await asyncio.gather(*(call() for _ in range(callers)))
    sample = {
        "operations": done,
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time() - cpu,
    }
    print(json.dumps(sample))


async def _run(client: str, path: str, workload: str, callers: int, seconds: float) -> None:
    if client == "necro":
        import necro.redict

        async with necro.redict.connect(f"unix://{path}") as redis:
            await _measure(redis, client, workload, callers, seconds)
    elif client == "coredis":
        coredis: Any = import_module("coredis")
        peer = coredis.Redis(unix_socket_path=path, decode_responses=True)
        async with peer:
            await _measure(peer, client, workload, callers, seconds)
    else:
        redis_py: Any = import_module("redis.asyncio")
        peer = redis_py.Redis(unix_socket_path=path, decode_responses=True)
        await _measure(peer, client, workload, callers, seconds)
        await peer.aclose()


if __name__ == "__main__":
    _, client_name, socket_path, asked, number, length = sys.argv
    asyncio.run(_run(client_name, socket_path, asked, int(number), float(length)))
