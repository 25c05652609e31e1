"""Measures `GET /summon/{id}`, a row from Postgres, in `necro host` and FastAPI on uvicorn.

The web server runs on one core, Postgres and wrk on another, so that requests per second of the
web server's CPU time is the figure to compare. Servers take turns within a round.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from load import Load, Sample, run_load
from necro._private_servers import PrivatePostgres, PrivateServerError
from peers import COMPARED
from processes import (
    ServerFailed,
    ServerProcess,
    end_servers_when_terminated,
    free_port,
    running,
)
from servers import CONTENT, CannotBuild, Command, compared_program, cores, necro
from workloads import SCHEMA, VACUUM

HERE = Path(__file__).resolve().parent
LOAD = Load("64 connections", 64, 1)
PATH = "/summon/%d"
WARM_UP_SECONDS = 2


def _uvicorn(port: int) -> Command:
    program = compared_program("uvicorn", HERE / "requirements.txt", COMPARED)
    words = [program, "--app-dir", str(HERE), "fastapi_minions:app", "--port", str(port)]
    words += ["--workers", "1", "--loop", "uvloop", "--http", "httptools"]
    words += ["--no-access-log", "--log-level", "error", "--backlog", "4096"]
    return Command(words, {"PYTHONPATH": ""})


def _start(stack: ExitStack, name: str, core: int, url: str) -> ServerProcess:
    port = free_port()
    command = necro(port, app=HERE / "necro_minions.py") if name == "necro" else _uvicorn(port)
    environment = {**command.environment, "DATABASE_URL": url}
    return stack.enter_context(
        running(command.words, port, core=core, content=CONTENT, environment=environment)
    )


def _measure(rounds: int, seconds: int, serving: int, loading: int) -> None:
    usable = os.sched_getaffinity(0)
    # What Postgres starts inherits the core.
    os.sched_setaffinity(0, {loading})
    with PrivatePostgres() as database, ExitStack() as stack:
        os.sched_setaffinity(0, usable)
        database.run_sql(SCHEMA)
        database.run_sql(VACUUM)
        names = ("necro", "FastAPI, asyncpg")
        servers = {name: _start(stack, name, serving, database.url) for name in names}
        before: dict[str, float] = {}
        samples: dict[str, list[Sample]] = {name: [] for name in names}
        for name, server in servers.items():
            run_load(server, LOAD, WARM_UP_SECONDS, loading, PATH)
            before[name] = server.rss_octets()
        for _ in range(rounds):
            for name, server in servers.items():
                sample = run_load(server, LOAD, seconds, loading, PATH)
                if sample.errors:
                    raise ServerFailed(f"{name}: {sample.errors:.0f} of the requests failed")
                samples[name].append(sample)
    _print(samples, before, seconds)


def _print(samples: dict[str, list[Sample]], before: dict[str, float], seconds: int) -> None:
    print("| GET /summon/{id} | req/s | req/CPU-s | CPU | ratio | p99 ms ", end="")
    print("| RSS MB | after | requests |")
    print(f"|---|{'---:|' * 8}")
    for name, taken in samples.items():
        pairs = zip(taken, samples["FastAPI, asyncpg"], strict=True)
        ratio = median(a.requests_per_cpu_second / b.requests_per_cpu_second for a, b in pairs)
        cells = [name, f"{median(sample.requests_per_second for sample in taken):,.0f}"]
        cells.append(f"{median(sample.requests_per_cpu_second for sample in taken):,.0f}")
        cells.append(f"{median(sample.cpu_share for sample in taken):.0%}")
        cells.append(f"{ratio:.2f}")
        cells.append(f"{median(sample.p99_microseconds for sample in taken) / 1000:.2f}")
        cells.append(f"{before[name] / 1e6:.2f}")
        cells.append(f"{taken[-1].rss_octets / 1e6:.2f}")
        cells.append(f"{sum(sample.requests_per_second for sample in taken) * seconds:,.0f}")
        print(f"| {' | '.join(cells)} |")


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmark; the exit status is 1 when a server could not be measured."""
    parser = argparse.ArgumentParser(description="Compare a row from Postgres over HTTP.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=int, default=2, metavar="N", help="of each load")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.seconds < 1:
        parser.error("rounds and seconds start at 1")
    end_servers_when_terminated()
    try:
        _measure(options.rounds, options.seconds, *cores())
    except (CannotBuild, PrivateServerError, ServerFailed) as error:
        print(f"bench-postgres: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
