"""The clients that are compared: how each is built, run, and what it reports."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from processes import ServerFailed
from servers import BUILD, ROOT, c_compiler, compared_program, necro_environment, tool
from workloads import WORKLOADS

HERE = Path(__file__).resolve().parent
COMPARED = ROOT / ".venv-bench-postgres"
# As many as a pool opens by default.
DEFAULT_CONNECTIONS = 10


@dataclass(frozen=True)
class Task:
    """What a client is to do: for so many seconds or, where not 0, so many operations."""

    url: str
    workload: str
    callers: int
    seconds: int
    operations: int = 0


@dataclass(frozen=True)
class Sample:
    """What a client did, in how much time, and how much CPU time of its own that took."""

    operations: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Statements per second."""
        return self.operations / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Statements per second of the client's CPU time, user and system."""
        return self.operations / self.cpu_seconds


def python_of_compared() -> str:
    """The interpreter of the environment that holds the compared drivers."""
    return compared_program("python", HERE / "requirements.txt", COMPARED)


def _run(core: int, words: list[str], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        ["taskset", "-c", str(core), *words],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerFailed(f"{words[:3]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _sample(said: str) -> Sample:
    counted = json.loads(said)
    return Sample(counted["operations"], counted["seconds"], counted["cpu_seconds"])


def _python(driver: str, task: Task, core: int) -> Sample:
    is_ours = driver == "necro"
    words = [sys.executable if is_ours else python_of_compared(), str(HERE / "client.py"), driver]
    words += [task.url, task.workload, str(task.callers), str(task.seconds), str(task.operations)]
    environment = necro_environment() if is_ours else {"PYTHONPATH": ""}
    return _sample(_run(core, words, environment))


def _compiled() -> str:
    program, source = BUILD / "libpq", HERE / "libpq.c"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        folder = subprocess.run(
            [tool("pg_config", "libpq-dev"), "--includedir"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        flags = ["-O2", "-Wall", "-Wextra", "-Werror", f"-I{folder}"]
        BUILD.mkdir(exist_ok=True)
        subprocess.run([c_compiler(), *flags, str(source), "-o", str(program), "-lpq"], check=True)
    return str(program)


def _libpq(task: Task, core: int) -> Sample:
    workload = WORKLOADS[task.workload]
    words = [_compiled(), task.url, workload.sql, workload.parameters, str(workload.ids)]
    words += [str(task.callers), str(task.seconds), str(task.operations)]
    return _sample(_run(core, words))


def _address(url: str) -> list[str]:
    """The socket's path or address, the user and the database of a URL."""
    parts = urlsplit(url)
    who, _, where = parts.netloc.rpartition("@")
    host, _, port = where.rpartition(":")
    host = unquote(host)
    address = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else f"{host}:{port}"
    return [address, unquote(who), unquote(parts.path.removeprefix("/"))]


@cache
def _driver() -> str:
    """The Swift driver without Python, built."""
    swift = tool("swift", "swift.org/install/linux")
    words = [swift, "build", "-c", "release", "--package-path", str(HERE / "swift")]
    words += ["--scratch-path", str(BUILD / "postgres-driver")]
    # As it ships.
    mode = {**os.environ, "NECRO_EMBEDDED": "1"}
    build = [*words, "--product", "postgres-driver"]
    subprocess.run(build, check=True, stdout=sys.stderr, env=mode)
    shown = subprocess.run(
        [*words, "--show-bin-path"], check=True, capture_output=True, text=True, env=mode
    )
    return f"{shown.stdout.strip()}/postgres-driver"


def _swift(task: Task, core: int, connections: int) -> Sample:
    workload = WORKLOADS[task.workload]
    words = [_driver(), *_address(task.url), str(connections), workload.sql, workload.parameters]
    words += [str(workload.ids), str(task.callers), str(task.seconds), str(task.operations)]
    return _sample(_run(core, words))


def prepare_pgbench(url: str) -> None:
    """Makes pgbench's own tables; accounts has 100,000 rows."""
    subprocess.run(
        [tool("pgbench", "postgresql"), "-i", "-q", url], capture_output=True, check=True
    )


def _pgbench(task: Task, core: int) -> Sample:
    words = [tool("pgbench", "postgresql"), "-n", "-S", "-M", "prepared", "-j", "1"]
    words += ["-c", str(task.callers), "-T", str(task.seconds), task.url]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    said = _run(core, words)
    elapsed = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    counted = re.search(r"transactions actually processed: (\d+)", said)
    if counted is None:
        raise ServerFailed(f"pgbench: {said}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Sample(int(counted[1]), elapsed, cpu)


def _python_peer(driver: str) -> Callable[[Task, int], Sample]:
    return lambda task, core: _python(driver, task, core)


PEERS: dict[str, Callable[[Task, int], Sample]] = {
    "necro": _python_peer("necro"),
    "asyncpg": _python_peer("asyncpg"),
    "asyncpg+uvloop": _python_peer("asyncpg+uvloop"),
    "psycopg": _python_peer("psycopg"),
    "swift": lambda task, core: _swift(task, core, DEFAULT_CONNECTIONS),
    "swift, 1 connection": lambda task, core: _swift(task, core, 1),
    "libpq": _libpq,
    "pgbench": _pgbench,
}


def takes_part(peer: str, workload: str) -> bool:
    """Whether a peer can do a workload."""
    if peer == "pgbench":
        return workload == "row"
    if peer == "swift, 1 connection":
        # A write has nothing queued behind it, so that this would be one at a time.
        return workload == "row"
    return peer not in ("libpq", "swift") or WORKLOADS[workload].taken != "json"
