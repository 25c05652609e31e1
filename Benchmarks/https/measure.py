"""Measures `necro host --cert --key` beside nginx and granian with the same key and cipher.

The memory of connections that idle; requests on connections that stay, as `Benchmarks/http`
measures them without TLS; then full and resumed handshakes. Servers take turns within a round, and
ratios are medians of the ratios within a round, of what a second of the server's CPU does.
"""

from __future__ import annotations

import argparse
import json
import socket
import ssl
import sys
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median
from typing import Any

from handshakes import Handshakes, idle_octets, run_handshakes
from load import LOADS, run_load
from processes import ServerFailed, ServerProcess, end_servers_when_terminated
from servers import CannotBuild, cores
from tls_servers import CIPHER, SERVERS, client_context, library_of, started

HANDSHAKES = (
    ("full handshakes, TLS 1.3", "tls1_3", False),
    ("resumed handshakes, TLS 1.3", "tls1_3", True),
    ("full handshakes, TLS 1.2", "tls1_2", False),
    ("resumed handshakes, TLS 1.2", "tls1_2", True),
)
RATIOS_TO = ("nginx", "granian")
RESUMED_SHARE_MIN = 0.9


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare HTTPS servers on this machine.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=int, default=3, metavar="N", help="of each load")
    parser.add_argument("--idle", type=int, default=1_000, metavar="N", help="connections")
    parser.add_argument("--servers", default=",".join(SERVERS), metavar="NAME,NAME")
    parser.add_argument("--json", metavar="FILE", help="write every sample there")
    options = parser.parse_args(arguments)
    options.names = options.servers.split(",")
    unknown = [name for name in options.names if name not in SERVERS]
    if unknown:
        parser.error(f"no server {unknown[0]!r}; there are {', '.join(SERVERS)}")
    if options.rounds < 1 or options.seconds < 1 or options.idle < 1:
        parser.error("rounds, seconds and connections start at 1")
    return options


def _check_cipher(name: str, server: ServerProcess) -> None:
    """Raises ServerFailed where a server would be measured with another cipher."""
    found = ssl_facts(server)
    if found[0] != CIPHER:
        raise ServerFailed(f"{name} uses {found[0]}, and the others {CIPHER}")


def ssl_facts(server: ServerProcess) -> tuple[str, str]:
    """Cipher and version of a connection."""
    with (
        socket.create_connection(("127.0.0.1", server.port), 10) as plain,
        client_context().wrap_socket(plain, server_hostname="localhost") as sock,
    ):
        cipher = sock.cipher()
        assert cipher is not None
        return cipher[0], sock.version() or ""


def _table(title: str, head: list[str], rows: list[list[str]]) -> str:
    every = [head, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]
    lines = [title]
    for row in every:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells))
    return "\n".join(lines)


def _rows(taken: dict[str, list[Any]], rate: str, per_cpu: str) -> list[list[str]]:
    """A row for each server: rates, and ratios within a round to those that are compared with."""
    rows: list[list[str]] = []
    for name, samples in taken.items():
        row = [name]
        row += [
            f"{median(getattr(one, field) for one in samples):,.0f}" for field in (rate, per_cpu)
        ]
        for other in RATIOS_TO:
            if other not in taken:
                row.append("-")
                continue
            pairs = zip(samples, taken[other], strict=True)
            ratio = median(getattr(a, per_cpu) / getattr(b, per_cpu) for a, b in pairs)
            row.append(f"{ratio:.2f}")
        rows.append(row)
    return rows


def _head(what: str) -> list[str]:
    return ["", f"{what}/s", f"{what}/CPU-s", *(f"/{name}" for name in RATIOS_TO)]


def _measure_requests(
    servers: dict[str, ServerProcess], options: argparse.Namespace, core: int
) -> dict[str, Any]:
    report: dict[str, Any] = {}
    for load in LOADS:
        for server in servers.values():
            run_load(server, load, 1, core)
        taken: dict[str, list[Any]] = {name: [] for name in servers}
        for _ in range(options.rounds):
            for name, server in servers.items():
                sample = run_load(server, load, options.seconds, core)
                if sample.errors:
                    raise ServerFailed(f"{name}: {sample.errors:.0f} requests failed")
                taken[name].append(sample)
        rows = _rows(taken, "requests_per_second", "requests_per_cpu_second")
        for row, samples in zip(rows, taken.values(), strict=True):
            row.append(f"{median(one.p99_microseconds for one in samples) / 1000:.2f}")
        print(_table(load.name, [*_head("req"), "p99 ms"], rows), end="\n\n", flush=True)
        report[load.name] = {name: [asdict(one) for one in taken[name]] for name in taken}
    return report


def _measure_handshakes(
    servers: dict[str, ServerProcess], options: argparse.Namespace, core: int
) -> dict[str, Any]:
    report: dict[str, Any] = {}
    for title, version, resumes in HANDSHAKES:
        taken: dict[str, list[Handshakes]] = {name: [] for name in servers}
        for _ in range(options.rounds):
            for name, server in servers.items():
                taken[name].append(
                    run_handshakes(server, options.seconds, core, version=version, resumes=resumes)
                )
        for name, samples in taken.items():
            share = median(one.resumed_share for one in samples)
            if resumes and share < RESUMED_SHARE_MIN:
                print(f"{name}: only {share:.0%} of the sessions were resumed")
        print(
            _table(title, _head("conn"), _rows(dict(taken), "per_second", "per_cpu_second")),
            end="\n\n",
            flush=True,
        )
        report[title] = {name: [asdict(one) for one in taken[name]] for name in taken}
    return report


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmark; the exit status is 1 when a server could not be measured."""
    options = _options(arguments)
    end_servers_when_terminated()
    report: dict[str, Any] = {"rounds": options.rounds, "seconds": options.seconds}
    try:
        serving, loading = cores()
        with ExitStack() as stack:
            servers = {name: stack.enter_context(started(name, serving)) for name in options.names}
            for name, server in servers.items():
                _check_cipher(name, server)
                print(f"{name}: {CIPHER}, {library_of(server) or 'TLS of its own'}")
            print(f"client: {ssl.OPENSSL_VERSION}\n", flush=True)
            # Before any load leaves memory behind that these would be given.
            idle = {name: idle_octets(server, options.idle) for name, server in servers.items()}
            rows = [[name, f"{octets / 1000:.1f}"] for name, octets in idle.items()]
            title = f"{options.idle} idle connections"
            print(_table(title, ["", "KB each"], rows), end="\n\n", flush=True)
            report["idle octets"] = idle
            report.update(_measure_requests(servers, options, loading))
            report.update(_measure_handshakes(servers, options, loading))
    except (CannotBuild, ServerFailed) as error:
        print(f"bench-https: {error}", file=sys.stderr)
        return 1
    print("/CPU-s: per second of the server's CPU; ratios are of it. A connection of a handshake")
    print("also has one request. Memory: growth of the server's RSS.")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
