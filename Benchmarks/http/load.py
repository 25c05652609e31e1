"""The load: wrk on a core of its own, and what a server spent on it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import ServerFailed, ServerProcess
from servers import CannotBuild

SCRIPT = Path(__file__).resolve().parent / "load.lua"


@dataclass(frozen=True)
class Load:
    """How many connections, and how many requests each sends at once."""

    name: str
    connections: int
    depth: int


LOADS = (
    Load("64 connections", 64, 1),
    Load("512 connections", 512, 1),
    Load("64 connections, pipelined 16 deep", 64, 16),
)


@dataclass(frozen=True)
class Sample:
    """One server under one load for a few seconds."""

    requests_per_second: float
    requests_per_cpu_second: float
    cpu_share: float
    p50_microseconds: float
    p99_microseconds: float
    p9999_microseconds: float
    rss_octets: float
    errors: float


def run_load(server: ServerProcess, load: Load, seconds: int, core: int, path: str = "/") -> Sample:
    """Loads a server and returns what wrk and the kernel counted.

    - path: `%d` in it is an integer of 1 to 100,000, another in every request.
    """
    program = shutil.which("wrk")
    if program is None:
        raise CannotBuild("wrk is missing: apt-get install wrk")
    words = ["taskset", "-c", str(core), program, "-t1", f"-c{load.connections}", f"-d{seconds}"]
    words += ["-s", str(SCRIPT), server.url, "--"]
    words += [str(load.depth), str(load.connections), path]
    cpu_before = server.cpu_seconds()
    wrk = subprocess.run(words, capture_output=True, text=True, check=False)
    cpu = server.cpu_seconds() - cpu_before
    lines = [line for line in wrk.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise ServerFailed(f"wrk: {wrk.stdout}{wrk.stderr}")
    counted = json.loads(lines[-1])
    elapsed = counted["microseconds"] / 1e6
    return Sample(
        requests_per_second=counted["requests"] / elapsed,
        requests_per_cpu_second=counted["requests"] / max(cpu, 0.01),
        cpu_share=cpu / elapsed,
        p50_microseconds=counted["p50"],
        p99_microseconds=counted["p99"],
        p9999_microseconds=counted["p9999"],
        rss_octets=server.rss_octets(),
        errors=counted["socket_errors"] + counted["status_errors"],
    )
