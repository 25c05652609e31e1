"""Measures `necro.redict` beside redis-py and coredis, and `POST /bind` beside FastAPI's.

The client under measurement, or the web server, runs on one core; the Redict server, and what
loads, on another. Clients take turns within a round; figures are medians over the rounds, and
ratios are medians of the ratios within a round. Operations per second of the client's CPU time is
the figure.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from necro._private_servers import PrivateRedict, PrivateServerError
from processes import (
    ServerFailed,
    ServerProcess,
    end_servers_when_terminated,
    free_port,
    running,
)
from servers import ROOT, CannotBuild, compared_program, cores, necro, necro_environment

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
COMPARED = ROOT / ".venv-bench-redict"
CLIENTS = ("necro", "redis-py", "redis-py pipelined", "coredis")
BASE = "redis-py pipelined"
WORKLOADS = ("get", "set", "mget 100", "get 1 MB", "lrange 1,000")
CALLERS = (1, 64)
CONNECTIONS = 64
# What `GET /` answers, by which a server is known to be up.
CONTENT = b'{"data":"the dead rise"}'

type Sample = dict[str, float]


def _client(
    name: str, server: PrivateRedict, workload: str, callers: int, seconds: float, core: int
) -> Sample:
    is_ours = name == "necro"
    python = sys.executable if is_ours else compared_program("python", REQUIREMENTS, COMPARED)
    words = ["taskset", "-c", str(core), python, str(HERE / "client.py"), name]
    words += [str(server.socket_file), workload, str(callers), str(seconds)]
    environment = necro_environment() if is_ours else {"PYTHONPATH": ""}
    done = subprocess.run(
        words, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ServerFailed(f"{name}, {workload}: {done.stderr.strip()}")
    sample: Sample = json.loads(done.stdout)
    return sample


def _per_cpu_second(sample: Sample) -> float:
    return sample["operations"] / sample["cpu_seconds"]


def _compare_clients(server: PrivateRedict, options: argparse.Namespace, core: int) -> None:
    print("| workload | callers | client | op/s | op/CPU-s | ratio |")
    print("|---|---:|---|---:|---:|---:|")
    for workload in options.workloads:
        for callers in CALLERS:
            samples: dict[str, list[Sample]] = {name: [] for name in options.clients}
            for _ in range(options.rounds):
                for name, taken in samples.items():
                    taken.append(_client(name, server, workload, callers, options.seconds, core))
            for name, taken in samples.items():
                pairs = zip(taken, samples.get(BASE, taken), strict=True)
                ratio = median(_per_cpu_second(a) / _per_cpu_second(b) for a, b in pairs)
                rate = median(sample["operations"] / sample["seconds"] for sample in taken)
                per_cpu = median(map(_per_cpu_second, taken))
                cells = [workload, str(callers), name, f"{rate:,.0f}", f"{per_cpu:,.0f}"]
                print(f"| {' | '.join(cells)} | {ratio:.2f} |", flush=True)


def _serve(stack: ExitStack, name: str, core: int, url: str) -> ServerProcess:
    port = free_port()
    if name == "necro":
        command = necro(port, app=HERE / "necro_bind.py")
        words, environment = command.words, dict(command.environment)
    else:
        words = [compared_program("uvicorn", REQUIREMENTS, COMPARED), "--app-dir", str(HERE)]
        words += ["fastapi_bind:app", "--port", str(port), "--workers", "1", "--loop", "uvloop"]
        words += ["--http", "httptools", "--no-access-log", "--log-level", "error"]
        environment = {"PYTHONPATH": ""}
    environment["REDIS_URL"] = url
    return stack.enter_context(
        running(words, port, core=core, content=CONTENT, environment=environment)
    )


def _load(server: ServerProcess, seconds: float, core: int) -> Sample:
    program = shutil.which("wrk")
    if program is None:
        raise CannotBuild("wrk is missing: apt-get install wrk")
    words = ["taskset", "-c", str(core), program, "-t1", f"-c{CONNECTIONS}"]
    words += [f"-d{max(1, round(seconds))}", "-s", str(HERE / "bind.lua"), server.url]
    cpu = server.cpu_seconds()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    cpu = server.cpu_seconds() - cpu
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise ServerFailed(f"wrk: {done.stdout}{done.stderr}")
    counted: Sample = json.loads(lines[-1])
    if counted["errors"]:
        raise ServerFailed(f"{counted['errors']:.0f} of the requests failed")
    seconds = counted["microseconds"] / 1e6
    return {
        "operations": counted["requests"],
        "seconds": seconds,
        "cpu_seconds": max(cpu, 0.01),
        "p99": counted["p99"],
        "rss": server.rss_octets(),
    }


def _compare_servers(url: str, options: argparse.Namespace, serving: int, loading: int) -> None:
    names = ("necro", "FastAPI, redis-py")
    with ExitStack() as stack:
        servers = {name: _serve(stack, name, serving, url) for name in names}
        before: dict[str, float] = {}
        for name, server in servers.items():
            _load(server, 1, loading)
            before[name] = server.rss_octets()
        samples: dict[str, list[Sample]] = {name: [] for name in names}
        for _ in range(options.rounds):
            for name, server in servers.items():
                samples[name].append(_load(server, options.seconds, loading))
    print("\n| POST /bind | req/s | req/CPU-s | ratio | p99 ms | RSS MB | after |")
    print(f"|---|{'---:|' * 6}")
    for name, taken in samples.items():
        pairs = zip(taken, samples[names[1]], strict=True)
        ratio = median(_per_cpu_second(a) / _per_cpu_second(b) for a, b in pairs)
        rate = median(sample["operations"] / sample["seconds"] for sample in taken)
        cells = [name, f"{rate:,.0f}", f"{median(map(_per_cpu_second, taken)):,.0f}"]
        cells += [f"{ratio:.2f}", f"{median(sample['p99'] for sample in taken) / 1000:.2f}"]
        cells += [f"{before[name] / 1e6:.1f}", f"{taken[-1]['rss'] / 1e6:.1f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


def main() -> int:
    """Runs the benchmark; the exit status is 1 when something could not be measured."""
    parser = argparse.ArgumentParser(description="Compare clients of Redict in Python.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=float, default=2, metavar="N", help="of each run")
    parser.add_argument("--clients", nargs="*", default=list(CLIENTS), choices=CLIENTS)
    parser.add_argument("--workloads", nargs="*", default=list(WORKLOADS), choices=WORKLOADS)
    options = parser.parse_args()
    end_servers_when_terminated()
    usable = os.sched_getaffinity(0)
    try:
        measured, loading = cores()
        # What is started here inherits the core.
        os.sched_setaffinity(0, {loading})
        with PrivateRedict() as server:
            os.sched_setaffinity(0, usable)
            _compare_clients(server, options, measured)
            _compare_servers(server.url, options, measured, loading)
    except (CannotBuild, PrivateServerError, ServerFailed) as error:
        print(f"bench-redis: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
