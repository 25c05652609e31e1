"""Runs one workload through one Python driver and prints what it took, as a line of JSON.

`client.py DRIVER URL WORKLOAD CALLERS SECONDS OPERATIONS`: for so many seconds after a short
warm-up or, where OPERATIONS is not 0, for just so many operations without one. What was begun is
finished and counted. `libpq.c` prints the same.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from importlib import import_module
from resource import RUSAGE_SELF, getrusage
from typing import Any

from drivers import DRIVERS, Operation
from workloads import WORKLOADS

WARM_UP_SECONDS = 0.3


def _cpu_seconds() -> float:
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _run(operations: list[Operation], seconds: float, count_max: int) -> int:
    """Runs all callers' operations at the same time; returns how many there were."""
    is_over = False
    count = 0

    def end() -> None:
        nonlocal is_over
        is_over = True

    async def call(operation: Operation) -> None:
        nonlocal count
        begun = 0
        while not is_over and (not count_max or begun < count_max // len(operations)):
            done = await operation()
            begun += done
            count += done

    if not count_max:
        asyncio.get_running_loop().call_later(seconds, end)
    await asyncio.gather(*(call(operation) for operation in operations))
    return count


async def _measure(words: list[str]) -> dict[str, float]:
    driver, url, workload, callers, seconds, operations = words
    count_max = int(operations)
    async with DRIVERS[driver](url, WORKLOADS[workload], int(callers)) as each:
        if not count_max:
            await _run(each, WARM_UP_SECONDS, 0)
        cpu, begin = _cpu_seconds(), time.perf_counter()
        count = await _run(each, float(seconds), count_max)
        elapsed = time.perf_counter() - begin
        return {"operations": count, "seconds": elapsed, "cpu_seconds": _cpu_seconds() - cpu}


def main(words: list[str]) -> None:
    """Measures on stock asyncio; on uvloop where the driver's name ends in `+uvloop`."""
    name, _, loop = words[0].partition("+")
    factory: Any = import_module("uvloop").new_event_loop if loop else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        print(json.dumps(runner.run(_measure([name, *words[1:]]))))


if __name__ == "__main__":
    main(sys.argv[1:])
