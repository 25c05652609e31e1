"""Measures what routes, middleware and providers cost, beside FastAPI on uvicorn in the same run.

A cost is the server-CPU time that a request takes more than the bare handler's: it does not depend
on how busy the machine is otherwise, or on the load. Servers take turns within a round, and figures
are medians over the rounds.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from load import Load, run_load
from processes import (
    ServerFailed,
    ServerProcess,
    end_servers_when_terminated,
    free_port,
    running,
)
from servers import (
    CONTENT,
    REQUESTS_PER_CONNECTION_MAX,
    ROOT,
    CannotBuild,
    Command,
    compared_program,
    cores,
)

HERE = Path(__file__).resolve().parent
COMPARED = ROOT / ".venv-bench-app"
ROUTES_MAX = 1000
ROUTE_NANOSECONDS_MAX = 200
CHAIN_RATIO_MAX = 0.25
LOAD = Load("64 connections", 64, 1)


@dataclass(frozen=True)
class Measured:
    """One server, and a path that it is asked for."""

    name: str
    server: str
    path: str


MEASURED = (
    Measured("necro, bare", "necro", "/"),
    Measured("necro, chain", "necro", "/chain"),
    Measured("necro, one route", "necro one", "/realm0/graves0/7"),
    Measured(f"necro, {ROUTES_MAX} routes", "necro many", "/realm9/graves99/7"),
    Measured("fastapi, bare", "fastapi bare", "/"),
    Measured("fastapi, chain", "fastapi chain", "/chain"),
)


def _necro(port: int, routes: int) -> Command:
    extension = ROOT / ".build-embedded/release/lib_necro.so"
    if not extension.exists():
        raise CannotBuild(f"{extension.relative_to(ROOT)} is missing: make build")
    words = [sys.executable, "-m", "necro", "host", str(HERE / "necro_app.py")]
    words += [f"--requests-per-connection-max={REQUESTS_PER_CONNECTION_MAX}"]
    words += ["--bind", f"127.0.0.1:{port}", "--workers", "1"]
    environment = {
        "PYTHONPATH": str(ROOT / "Sources/Python"),
        "NECRO_EXTENSION": str(extension),
        "NECRO_BENCH_ROUTES": str(routes),
    }
    return Command(words, environment)


def _fastapi(port: int, app: str) -> Command:
    program = compared_program("uvicorn", HERE / "requirements.txt", COMPARED)
    words = [program, "--app-dir", str(HERE), f"fastapi_app:{app}"]
    words += ["--port", str(port), "--workers", "1", "--loop", "uvloop", "--http", "httptools"]
    words += ["--lifespan", "off", "--no-access-log", "--log-level", "error"]
    return Command(words)


def _command(name: str, port: int) -> Command:
    kind, _, which = name.partition(" ")
    if kind == "fastapi":
        return _fastapi(port, which)
    return _necro(port, {"one": 1, "many": ROUTES_MAX}.get(which, 0))


def _microseconds(server: ServerProcess, path: str, seconds: int, core: int) -> float:
    """The server-CPU time of a request."""
    sample = run_load(server, LOAD, seconds, core, path)
    if sample.errors:
        raise ServerFailed(f"{path}: {sample.errors:.0f} errors")
    return 1e6 / sample.requests_per_cpu_second


def _differences(taken: dict[str, list[float]], name: str, base: str) -> float:
    pairs = zip(taken[name], taken[base], strict=True)
    return median(one - other for one, other in pairs)


def _report(taken: dict[str, list[float]]) -> bool:
    """Prints the table. Whether both targets are met."""
    for name, samples in taken.items():
        print(f"{name:<20} {median(samples):8.2f} us of server CPU per request")
    routes = 1000 * _differences(taken, f"necro, {ROUTES_MAX} routes", "necro, one route")
    own = _differences(taken, "necro, chain", "necro, bare")
    theirs = _differences(taken, "fastapi, chain", "fastapi, bare")
    print(f"\n{ROUTES_MAX} routes add {routes:.0f} ns (target: under {ROUTE_NANOSECONDS_MAX})")
    print(f"three middlewares and two providers add {own:.2f} us, with FastAPI {theirs:.2f} us:")
    print(f"a ratio of {own / theirs:.3f} (target: under {CHAIN_RATIO_MAX})")
    return routes < ROUTE_NANOSECONDS_MAX and own / theirs < CHAIN_RATIO_MAX


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmark; the exit status is 1 when it could not, or a target is missed."""
    parser = argparse.ArgumentParser(description="Measure routes, middleware and providers.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=int, default=3, metavar="N", help="of each load")
    options = parser.parse_args(arguments)
    end_servers_when_terminated()
    taken: dict[str, list[float]] = {one.name: [] for one in MEASURED}
    try:
        serving, loading = cores()
        with ExitStack() as stack:
            servers: dict[str, ServerProcess] = {}
            for name in dict.fromkeys(one.server for one in MEASURED):
                port = free_port()
                command = _command(name, port)
                started = running(
                    command.words,
                    port,
                    core=serving,
                    content=CONTENT,
                    environment=command.environment,
                )
                servers[name] = stack.enter_context(started)
            for one in MEASURED:
                _microseconds(servers[one.server], one.path, 1, loading)
            for _ in range(options.rounds):
                for one in MEASURED:
                    server = servers[one.server]
                    spent = _microseconds(server, one.path, options.seconds, loading)
                    taken[one.name].append(spent)
    except (CannotBuild, ServerFailed) as error:
        print(f"bench-app: {error}", file=sys.stderr)
        return 1
    return 0 if _report(taken) else 1


if __name__ == "__main__":
    sys.exit(main())
