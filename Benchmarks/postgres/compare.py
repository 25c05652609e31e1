"""Measures the Postgres driver beside other clients and prints a Markdown table.

The client under measurement runs on one core and the server on another. Clients take turns within
a round, so that a machine that slows down slows all of them; figures are medians over the rounds,
and ratios are medians of the ratios within a round. The server may be the limit: queries per
second of the client's CPU time is the figure to compare.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from statistics import median

from fault_proxy import FaultProxy
from necro._private_servers import PrivatePostgres, PrivateServerError
from peers import PEERS, Sample, Task, prepare_pgbench, python_of_compared, takes_part
from processes import ServerFailed, end_servers_when_terminated
from servers import CannotBuild, cores
from workloads import EMPTY_RAISED, SCHEMA, VACUUM, WORKLOADS

RATIOS_TO = ("asyncpg", "libpq")
CALLERS = (1, 64)
# How often a statement is run to count octets, where the start of a connection is left out.
COUNTED_OPERATIONS = 200

type Samples = dict[str, list[Sample]]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare Postgres clients on this machine.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=int, default=2, metavar="N", help="of each run")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--workloads", nargs="+", default=list(WORKLOADS), choices=list(WORKLOADS))
    parser.add_argument("--callers", nargs="+", type=int, default=list(CALLERS), metavar="N")
    parser.add_argument("--sockets", nargs="+", default=["unix"], choices=["unix", "tcp"])
    parser.add_argument("--json", metavar="FILE", help="write every sample there")
    options = parser.parse_args(arguments)
    if min(options.rounds, options.seconds, *options.callers) < 1:
        parser.error("rounds, seconds and callers start at 1")
    return options


def _progress(text: str) -> None:
    """Shows what is being measured on a line that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _measure(
    server: PrivatePostgres, task: Task, options: argparse.Namespace, core: int
) -> Samples:
    peers = [peer for peer in options.peers if takes_part(peer, task.workload)]
    samples: Samples = {peer: [] for peer in peers}
    for number in range(1, options.rounds + 1):
        for peer in peers:
            _progress(f"{task.workload}, {task.callers}: round {number}: {peer}")
            if task.workload == "insert":
                server.run_sql(EMPTY_RAISED)
            samples[peer].append(PEERS[peer](task, core))
    _progress("")
    return samples


def _ratio(samples: Samples, peer: str, other: str) -> str:
    if other not in samples or peer == "pgbench":
        return "-"
    pairs = zip(samples[peer], samples[other], strict=True)
    return f"{median(a.per_cpu_second / b.per_cpu_second for a, b in pairs):.2f}"


def _rows(task: Task, samples: Samples) -> Iterator[str]:
    for peer, taken in samples.items():
        cells = [WORKLOADS[task.workload].name, str(task.callers), peer]
        cells.append(f"{median(sample.per_second for sample in taken):,.0f}")
        cells.append(f"{median(sample.per_cpu_second for sample in taken):,.0f}")
        cells.append(f"{median(sample.cpu_seconds / sample.seconds for sample in taken):.0%}")
        cells += [_ratio(samples, peer, other) for other in RATIOS_TO]
        yield f"| {' | '.join(cells)} |"


def _head(socket: str) -> str:
    cells = ["workload", "callers", socket, "queries/s", "queries/CPU-s", "CPU"]
    cells += [f"/{peer}" for peer in RATIOS_TO]
    return f"| {' | '.join(cells)} |\n|---|---:|---|{'---:|' * (len(cells) - 3)}"


def _octets(server: PrivatePostgres, peer: str, workload: str, core: int) -> tuple[float, float]:
    """The octets sent and received per query, beyond what it takes to connect and prepare."""
    counts: list[tuple[int, int]] = []
    for operations in (COUNTED_OPERATIONS, 2 * COUNTED_OPERATIONS):
        with FaultProxy(server.socket_file) as relay:
            url = f"postgresql://postgres@127.0.0.1:{relay.port}/postgres?sslmode=disable"
            PEERS[peer](Task(url, workload, 1, 0, operations), core)
            counts.append((relay.request_octets, relay.reply_octets))
    (sent, received), (sent_more, received_more) = counts
    each = COUNTED_OPERATIONS
    return (sent_more - sent) / each, (received_more - received) / each


def _print_octets(server: PrivatePostgres, options: argparse.Namespace, core: int) -> object:
    report: dict[str, dict[str, tuple[float, float]]] = {}
    peers = [peer for peer in options.peers if peer in ("necro", "swift", "libpq")]
    print("| octets per query, one caller | client | sent | received |\n|---|---|---:|---:|")
    for workload in options.workloads:
        for peer in peers:
            if not takes_part(peer, workload):
                continue
            sent, received = _octets(server, peer, workload, core)
            report.setdefault(workload, {})[peer] = sent, received
            print(f"| {WORKLOADS[workload].name} | {peer} | {sent:,.1f} | {received:,.1f} |")
    print(flush=True)
    return report


def _measure_all(options: argparse.Namespace, serving: int, loading: int) -> dict[str, object]:
    report: dict[str, object] = {"rounds": options.rounds, "seconds": options.seconds}
    usable = os.sched_getaffinity(0)
    # What it starts inherits the core.
    os.sched_setaffinity(0, {serving})
    with PrivatePostgres(tcp=True, settings={"max_connections": 200}) as server:
        os.sched_setaffinity(0, usable)
        server.run_sql(SCHEMA)
        server.run_sql(VACUUM)
        prepare_pgbench(server.url)
        for socket in options.sockets:
            print(_head(socket), flush=True)
            for workload in options.workloads:
                for callers in options.callers:
                    url = server.url_of(tcp=socket == "tcp")
                    task = Task(url, workload, callers, options.seconds)
                    samples = _measure(server, task, options, loading)
                    print("\n".join(_rows(task, samples)), flush=True)
                    report[f"{socket} {workload} {callers}"] = {
                        peer: [asdict(sample) for sample in taken]
                        for peer, taken in samples.items()
                    }
            print()
        report["octets"] = _print_octets(server, options, loading)
    return report


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmark; the exit status is 1 when a client could not be measured."""
    options = _options(arguments)
    end_servers_when_terminated()
    try:
        python_of_compared()
        report = _measure_all(options, *cores())
    except (CannotBuild, PrivateServerError, ServerFailed) as error:
        print(f"bench-postgres: {error}", file=sys.stderr)
        return 1
    print("queries/CPU-s: queries per second of the client's CPU time; ratios are of it.")
    print("libpq: C, one connection, a Sync per query. pgbench: its own -S, for reference.")
    print("swift: the driver of necro alone, without Python.\n")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
