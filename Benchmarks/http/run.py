"""Measures `necro host Examples/hello/app.py` beside other servers and prints a table.

The server under load runs on one core and wrk on another. Servers take turns within a round, so
that a machine that slows down slows all of them; figures are medians over the rounds, and ratios
are medians of the ratios within a round. wrk may be the limit: requests per server-CPU-second is
the figure to compare, since it does not depend on who waits for whom.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median

from load import LOADS, Load, Sample, run_load
from processes import ServerFailed, ServerProcess, end_servers_when_terminated
from servers import SERVERS, CannotBuild, cores, started

RATIOS_TO = ("ceiling", "nginx", "granian")
WARM_UP_SECONDS = 1

type Samples = dict[str, list[Sample]]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare HTTP servers on this machine.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=int, default=3, metavar="N", help="of each load")
    parser.add_argument(
        "--servers",
        default=",".join(SERVERS),
        metavar="NAME,NAME",
        help=f"of {', '.join(SERVERS)}",
    )
    parser.add_argument("--json", metavar="FILE", help="write every sample there")
    options = parser.parse_args(arguments)
    options.names = options.servers.split(",")
    unknown = [name for name in options.names if name not in SERVERS]
    if unknown:
        parser.error(f"no server {unknown[0]!r}; there are {', '.join(SERVERS)}")
    if options.rounds < 1 or options.seconds < 1:
        parser.error("rounds and seconds start at 1")
    return options


def _progress(text: str) -> None:
    """Shows what is being measured on a line that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _measure(
    servers: dict[str, ServerProcess], load: Load, rounds: int, seconds: int, core: int
) -> Samples:
    samples: Samples = {name: [] for name in servers}
    for server in servers.values():
        run_load(server, load, WARM_UP_SECONDS, core)
    for number in range(1, rounds + 1):
        for name, server in servers.items():
            _progress(f"{load.name}: round {number} of {rounds}: {name}")
            samples[name].append(run_load(server, load, seconds, core))
    _progress("")
    return samples


def _median(samples: list[Sample], name: str) -> float:
    return float(median(getattr(sample, name) for sample in samples))


def _ratio(samples: Samples, name: str, other: str) -> str:
    if other not in samples:
        return "-"
    pairs = zip(samples[name], samples[other], strict=True)
    of = median(a.requests_per_cpu_second / b.requests_per_cpu_second for a, b in pairs)
    return f"{of:.2f}"


def _milliseconds(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f}"


def _table(load: Load, samples: Samples) -> str:
    head = ["", "req/s", "req/CPU-s", "CPU"]
    head += [f"/{name}" for name in RATIOS_TO]
    head += ["p50 ms", "p99 ms", "p99.99 ms", "RSS MB", "errors"]
    rows = [head]
    for name, taken in samples.items():
        row = [name, f"{_median(taken, 'requests_per_second'):,.0f}"]
        row += [f"{_median(taken, 'requests_per_cpu_second'):,.0f}"]
        row += [f"{_median(taken, 'cpu_share'):.0%}"]
        row += [_ratio(samples, name, other) for other in RATIOS_TO]
        row += [
            _milliseconds(_median(taken, f"p{part}_microseconds")) for part in ("50", "99", "9999")
        ]
        row += [f"{_median(taken, 'rss_octets') / 1e6:.1f}"]
        row += [f"{sum(sample.errors for sample in taken):.0f}"]
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [load.name]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmark; the exit status is 1 when a server could not be measured."""
    options = _options(arguments)
    end_servers_when_terminated()
    report: dict[str, object] = {"rounds": options.rounds, "seconds": options.seconds}
    try:
        serving, loading = cores()
        with ExitStack() as stack:
            servers = {name: stack.enter_context(started(name, serving)) for name in options.names}
            for load in LOADS:
                samples = _measure(servers, load, options.rounds, options.seconds, loading)
                print(_table(load, samples), end="\n\n", flush=True)
                report[load.name] = {
                    name: [asdict(sample) for sample in taken] for name, taken in samples.items()
                }
    except (CannotBuild, ServerFailed) as error:
        print(f"bench-http: {error}", file=sys.stderr)
        return 1
    print("req/CPU-s: requests per second of server CPU; ratios are of it. Latencies as measured,")
    print("per request, or per batch where pipelined. RSS: all processes of the server.")
    if "necro-tasks" in options.names:
        print("necro-tasks: necro with a Task of its own for each request (Docs/asyncio.md).")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
