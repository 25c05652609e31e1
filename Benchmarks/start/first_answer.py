"""Measures how soon necro is imported and `necro host` answers, beside FastAPI on uvicorn.

Every sample is a process of its own. All of them take turns within a round, and figures are medians
over the rounds. Wall time is what a user waits; CPU time, user and system, of all threads, does not
depend on who else uses the machine, and is given in multiples of `python -c pass` as well.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from processes import ServerFailed, end_servers_when_terminated, free_port
from servers import CONTENT, ROOT, CannotBuild, compared_program, necro_environment

HERE = Path(__file__).resolve().parent
COMPARED = ROOT / ".venv-bench-app"
REQUIREMENTS = ROOT / "Benchmarks/app/requirements.txt"
IMPORT_MILLISECONDS_MAX = 40
ANSWER_MILLISECONDS_MAX = 300
ANSWER_SECONDS_MAX = 60.0
END_SECONDS_MAX = 15.0
POLL_SECONDS = 0.001
BARE = "python -c pass"
# pip compiles what it installs; the checkout's modules are compiled by the round before the first.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True)
class Times:
    """What one process took, in seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Measured:
    """A process that is measured, to its end or to the first answer that it gives on a port."""

    name: str
    words: Callable[[int], Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=lambda: dict[str, str]())
    answers: bool = False


def _measured() -> list[Measured]:
    """The processes. Raises CannotBuild."""
    own = necro_environment()
    other = compared_program("python", REQUIREMENTS, COMPARED)

    def host(*more: str) -> Callable[[int], Sequence[str]]:
        words = [sys.executable, "-m", "necro", "host", str(HERE / "necro_started.py"), *more]
        return lambda port: [*words, "--bind", f"127.0.0.1:{port}"]

    def uvicorn(port: int) -> Sequence[str]:
        words = [other, "-m", "uvicorn", "--app-dir", str(HERE), "fastapi_started:app"]
        return [*words, "--log-level", "error", "--port", str(port)]

    return [
        Measured(BARE, lambda port: [sys.executable, "-c", "pass"]),
        Measured("import necro", lambda port: [sys.executable, "-c", "import necro"], own),
        Measured("import fastapi", lambda port: [other, "-c", "import fastapi"]),
        Measured("necro host, 1 worker", host("--workers", "1"), own, answers=True),
        Measured("necro host, a worker per core", host(), own, answers=True),
        Measured("uvicorn and FastAPI", uvicorn, answers=True),
    ]


def _ended(words: Sequence[str], environment: Mapping[str, str]) -> Times:
    """What a process took that ends by itself."""
    start = time.perf_counter()
    process = subprocess.Popen(words, env={**os.environ, **COMPILED, **environment})
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise ServerFailed(f"{words[-1]}: exit status {process.returncode}")
    return Times(wall, usage.ru_utime + usage.ru_stime)


def _answered(words: Sequence[str], environment: Mapping[str, str], port: int) -> Times:
    """What a server took until its first answer; it is ended then."""
    start = time.perf_counter()
    process = subprocess.Popen(
        words,
        env={**os.environ, **COMPILED, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_answer(process, port, start + ANSWER_SECONDS_MAX)
        wall = time.perf_counter() - start
        return Times(wall, _cpu_seconds(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_answer(process: subprocess.Popen[bytes], port: int, deadline: float) -> None:
    """Asks again and again until `GET /` is answered. Raises ServerFailed."""
    while True:
        if process.poll() is not None:
            raise ServerFailed(f"{process.args!r} has ended with status {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS_MAX)
        try:
            connection.request("GET", "/")
            response = connection.getresponse()
            content = response.read()
        except ConnectionRefusedError:
            if time.perf_counter() > deadline:
                raise ServerFailed(f"{process.args!r} does not answer") from None
            time.sleep(POLL_SECONDS)
            continue
        finally:
            connection.close()
        if response.status != 200 or content != CONTENT:
            raise ServerFailed(f"{process.args!r} answered {response.status} {content!r}")
        return


def _cpu_seconds(process: int) -> float:
    """The CPU time of a process's threads so far, in the nanoseconds of the scheduler."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _sample(one: Measured) -> Times:
    port = free_port() if one.answers else 0
    words = one.words(port)
    return (
        _answered(words, one.environment, port) if one.answers else _ended(words, one.environment)
    )


def main() -> int:
    """Prints a table; the exit status is 1 when something could not be measured."""
    parser = argparse.ArgumentParser(description="Measure how soon necro starts.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    rounds: int = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds is 1 or more")
    end_servers_when_terminated()
    samples: dict[str, list[Times]] = {}
    try:
        measured = _measured()
        # The first of each writes and reads files that the others find at hand.
        for number in range(rounds + 1):
            for one in measured:
                times = _sample(one)
                if number > 0:
                    samples.setdefault(one.name, []).append(times)
    except (CannotBuild, ServerFailed) as error:
        print(f"bench-start: {error}", file=sys.stderr)
        return 1
    bare = [times.cpu for times in samples[BARE]]
    print(f"| medians of {rounds} | ms | CPU ms | CPU, of `{BARE}` |\n|---|---|---|---|")
    for name, taken in samples.items():
        wall, cpu = (median(getattr(times, key) for times in taken) for key in ("wall", "cpu"))
        ratio = median(times.cpu / own for times, own in zip(taken, bare, strict=True))
        print(f"| {name} | {wall * 1000:.1f} | {cpu * 1000:.1f} | {ratio:.1f} |")
    walls = {name: median(times.wall for times in taken) for name, taken in samples.items()}
    added = (walls["import necro"] - walls[BARE]) * 1000
    answer = walls["necro host, a worker per core"] * 1000
    print(f"\nimport necro adds {added:.1f} ms; the bound is {IMPORT_MILLISECONDS_MAX} ms")
    print(f"necro host answers after {answer:.1f} ms; the bound is {ANSWER_MILLISECONDS_MAX} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
