"""Soaks a real `necro host` in mixed connections and looks at what is left of them.

Good, slow, broken, half-closed, pipelined and reset connections come in waves. Afterwards the
host's memory must not have grown by more than a bound, no descriptor may be left over, and it must
serve.
Everything stays on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path

from clients import HELLO, LAST, MIX, Client, Wrong, connected
from processes import (
    ServerFailed,
    ServerProcess,
    end_servers_when_terminated,
    free_port,
    running,
)
from servers import CannotBuild, cores, necro

WORKERS = 2
# Every worker has started, and every allocator and table has its size, after these.
WARM_UP_CONNECTIONS = 1_000
CONNECTION_SECONDS_MAX = 30.0
# Longer than the server lingers on a connection that it has closed.
SETTLED_SECONDS = 3.0
SETTLING_SECONDS_MAX = 20.0
RECEIVE_OCTETS_OF_SLOW_READERS = 4_096


class Soak:
    """Runs connections against a port and counts what became of them."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []

    async def run(self, connections: int, at_once: int) -> None:
        """Runs so many connections, in waves of at most so many at once."""
        kinds = self._chance.choices(list(MIX), list(MIX.values()), k=connections)
        for start in range(0, connections, at_once):
            wave = kinds[start : start + at_once]
            await asyncio.gather(*(self._one(kind, self._chance.random()) for kind in wave))

    async def _one(self, kind: Client, seed: float) -> None:
        name = kind.__name__
        receive_octets = RECEIVE_OCTETS_OF_SLOW_READERS if name == "reading_slowly" else None
        try:
            async with asyncio.timeout(CONNECTION_SECONDS_MAX):
                async with connected(self._port, receive_octets) as connection:
                    await kind(connection, random.Random(seed))
        except (Wrong, OSError, EOFError, TimeoutError) as fault:
            self.faults.append(f"{name} (seed {seed}): {type(fault).__name__} {fault}")
        self.done[name] += 1


def descriptors(server: ServerProcess) -> int:
    """How many descriptors the server's processes have open."""
    return sum(len(list(Path(f"/proc/{number}/fd").iterdir())) for number in server.ids())


def settled(server: ServerProcess) -> int:
    """How many descriptors are open, once their number has not changed for a while."""
    count = descriptors(server)
    start = changed = time.monotonic()
    while time.monotonic() - changed < SETTLED_SECONDS:
        if time.monotonic() - start > SETTLING_SECONDS_MAX:
            break
        time.sleep(0.1)
        now = descriptors(server)
        if now != count:
            count = now
            changed = time.monotonic()
    return count


async def serves(port: int) -> None:
    """Asks so often that every worker has to answer."""
    for _ in range(20 * WORKERS):
        async with asyncio.timeout(CONNECTION_SECONDS_MAX), connected(port) as connection:
            await connection.send(LAST)
            await connection.expect(200, HELLO)
            await connection.expect_end()


def soak(options: argparse.Namespace) -> list[str]:
    """Runs the soak and returns its faults."""
    port = free_port()
    command = necro(port, WORKERS)
    serving, _ = cores()
    with running(
        command.words, port, core=serving, content=HELLO, environment=command.environment
    ) as server:
        asyncio.run(Soak(port, options.seed + 1).run(WARM_UP_CONNECTIONS, options.at_once))
        idle = settled(server)
        before = server.rss_octets()
        start = time.monotonic()
        run = Soak(port, options.seed)
        asyncio.run(run.run(options.connections, options.at_once))
        seconds = time.monotonic() - start
        left = settled(server) - idle
        after = server.rss_octets()
        faults = list(run.faults)
        try:
            asyncio.run(serves(port))
        except (Wrong, OSError, EOFError, TimeoutError) as fault:
            faults.append(f"does not serve afterwards: {type(fault).__name__} {fault}")
    growth = (after - before) / 1e6
    print(f"{options.connections} connections, seed {options.seed}, in {seconds:.0f} s:", end=" ")
    print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in run.done.most_common()))
    print(f"RSS {before / 1e6:.2f} MB, afterwards {after / 1e6:.2f} MB ({growth:+.2f})")
    print(f"descriptors: {idle} idle, {left} left over")
    if growth > options.growth:
        faults.append(f"the memory grew by {growth:.2f} MB, more than {options.growth}")
    if left > 0:
        faults.append(f"{left} descriptors are left over")
    return faults


def main(arguments: list[str] | None = None) -> int:
    """Runs the soak; the exit status is 1 when it found a fault."""
    parser = argparse.ArgumentParser(description="Soak a host in mixed connections.")
    parser.add_argument("--connections", type=int, default=10_000, metavar="N")
    parser.add_argument("--at-once", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--growth", type=float, default=5.0, metavar="MB", help="of the RSS, at most"
    )
    options = parser.parse_args(arguments)
    if options.connections < 1 or options.at_once < 1:
        parser.error("connections and those at once start at 1")
    end_servers_when_terminated()
    try:
        faults = soak(options)
    except (CannotBuild, ServerFailed) as error:
        faults = [str(error)]
    for fault in faults[:20]:
        print(f"soak: {fault}", file=sys.stderr)
    if len(faults) > 20:
        print(f"soak: {len(faults) - 20} faults more", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
