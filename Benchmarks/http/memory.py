"""Measures necro's memory: over a million requests of Examples/hello, and per worker."""

from __future__ import annotations

import argparse
import json
import sys

from load import LOADS, Load, run_load
from processes import (
    ServerFailed,
    ServerProcess,
    end_servers_when_terminated,
    free_port,
    running,
)
from servers import CONTENT, CannotBuild, cores, necro

PIPELINED = next(load for load in LOADS if load.depth > 1)
WARM_UP_REQUESTS = 100_000


def _send(server: ServerProcess, load: Load, requests: int, core: int) -> int:
    """Sends at least so many requests, in loads of a second; returns how many it were."""
    sent = 0
    while sent < requests:
        sample = run_load(server, load, 1, core)
        if sample.errors:
            raise ServerFailed(f"{sample.errors:.0f} of the requests failed")
        sent += round(sample.requests_per_second)
    return sent


def _growth(requests: int, load: Load) -> tuple[int, float, float]:
    """How many requests were sent, and the RSS before and after, in octets."""
    serving, loading = cores()
    port = free_port()
    command = necro(port)
    with running(
        command.words, port, core=serving, content=CONTENT, environment=command.environment
    ) as server:
        _send(server, load, WARM_UP_REQUESTS, loading)
        before = server.rss_octets()
        sent = _send(server, load, requests, loading)
        return sent, before, server.rss_octets()


def _workers(counts: range) -> list[float]:
    """The RSS with each number of workers, each of which has served, in octets."""
    serving, loading = cores()
    sizes: list[float] = []
    for count in counts:
        port = free_port()
        command = necro(port, count)
        with running(
            command.words, port, core=serving, content=CONTENT, environment=command.environment
        ) as server:
            # So many connections that the kernel gives every listener some.
            _send(server, LOADS[1], 10_000, loading)
            sizes.append(server.rss_octets())
    return sizes


def main(arguments: list[str] | None = None) -> int:
    """Runs the measurements; the exit status is 1 when a server could not be measured."""
    parser = argparse.ArgumentParser(description="Measure necro's memory on this machine.")
    parser.add_argument("--requests", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--workers", type=int, default=4, metavar="N", help="at most")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args(arguments)
    if options.requests < 1 or options.workers < 2:
        parser.error("requests start at 1, workers at 2")
    end_servers_when_terminated()
    report: dict[str, object] = {}
    try:
        for load in (LOADS[0], PIPELINED):
            sent, before, after = _growth(options.requests, load)
            print(f"{load.name}: RSS {before / 1e6:.2f} MB, after {sent:,} more requests", end=" ")
            print(f"{after / 1e6:.2f} MB ({(after - before) / 1e6:+.2f})", flush=True)
            report[load.name] = {"requests": sent, "before": before, "after": after}
        sizes = _workers(range(1, options.workers + 1))
    except (CannotBuild, ServerFailed) as error:
        print(f"bench-http: {error}", file=sys.stderr)
        return 1
    for count, size in enumerate(sizes, 1):
        print(f"{count} worker{'s' if count > 1 else ''}: RSS {size / 1e6:.1f} MB")
    print(f"a worker adds {(sizes[-1] - sizes[0]) / (len(sizes) - 1) / 1e6:.1f} MB")
    report["workers"] = sizes
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
