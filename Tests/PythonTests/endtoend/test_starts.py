"""Hosts that start, answer and end again and again, and that are told to end while they start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures import StartHost
from hosting import checkout_environment, wires_by_worker, write_app
from wire import Wire

HELLO = """
    import threading
    import necro

    app = necro.App()

    @app.get("/who")
    async def who():
        return threading.get_native_id()
"""
END_SECONDS_MAX = 20.0


class Starting:
    """A host that has been started, wherever it has come."""

    def __init__(self, folder: Path, source: str, workers: int, port: int) -> None:
        write_app(folder, source)
        self._log = folder / "log"
        words = [sys.executable, "-m", "necro", "host", "app", "--bind", f"127.0.0.1:{port}"]
        with self._log.open("wb") as log:
            # In a session of its own, so that what it leaves behind can be found.
            self.process = subprocess.Popen(
                [*words, "--workers", str(workers)],
                cwd=folder,
                env=checkout_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text()

    def wait_log(self, words: str, count: int = 1) -> None:
        """Waits until it has written something so many times."""
        deadline = time.monotonic() + 30
        while self.log.count(words) < count:
            assert time.monotonic() < deadline, f"no {words!r} in the log:\n{self.log}"
            time.sleep(0.01)

    def wait(self) -> int:
        """Its status, once it and all of its session have ended."""
        try:
            status = self.process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end; log:\n{self.log}") from None
        assert self._session() == [], "processes are left behind"
        return status

    def _session(self) -> list[int]:
        found: list[int] = []
        for entry in os.listdir("/proc"):
            try:
                fields = Path(f"/proc/{int(entry)}/stat").read_text().rpartition(")")[2].split()
            except (OSError, ValueError):
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found.append(int(entry))
        return found


@contextmanager
def starting(folder: Path, source: str, workers: int = 2, port: int = 0) -> Generator[Starting]:
    """Starts a host, and kills it if it is still there in the end."""
    host = Starting(folder, source, workers, port)
    try:
        yield host
    finally:
        if host.process.poll() is None:
            host.process.kill()
            host.process.wait()


@pytest.mark.parametrize("number", range(10))
def test_hosts_start_answer_and_end(host: StartHost, number: int) -> None:
    served = host(HELLO, workers=2)
    wires = [wire for (wire,) in wires_by_worker(served, 2)]
    # With connections left open, and without.
    if number % 2:
        for wire in wires:
            wire.close()
    served.send_signal(signal.SIGTERM if number % 3 else signal.SIGINT)
    assert served.wait() == 0
    assert "Traceback" not in served.log


@pytest.mark.parametrize("step", range(12))
def test_a_signal_at_any_moment_of_a_start_ends_it(tmp_path: Path, step: int) -> None:
    with starting(tmp_path, HELLO) as host:
        time.sleep(0.06 * step)
        host.process.send_signal(signal.SIGTERM)
        status = host.wait()
        # Before Python has come to the program, the signal does what it does to any process.
        assert status == 0 or (status == -signal.SIGTERM and host.log == "")
        assert "Traceback" not in host.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_app_is_imported(tmp_path: Path, number: int) -> None:
    source = """
        import time
        print("importing", flush=True)
        time.sleep(600)
    """
    with starting(tmp_path, source) as host:
        host.wait_log("importing")
        host.process.send_signal(number)
        assert host.wait() == 0
        assert host.log == "importing\n"


WAITS = """
    import asyncio, os, time
    import necro

    app = necro.App()

    def say(text):
        os.write(1, (text + "\\n").encode())

    @app.on_startup
    async def wait():
        say("waiting")
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            say("cancelled")
            raise

    @app.on_shutdown
    def never():
        say("shut down")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_startup_hook_that_waits_is_cancelled(tmp_path: Path, number: int) -> None:
    with starting(tmp_path, WAITS) as host:
        host.wait_log("waiting")
        host.process.send_signal(number)
        assert host.wait() == 0
        # The second worker is not started before the first is ready.
        assert host.log == "waiting\ncancelled\n"


def test_a_worker_that_has_started_shuts_down_when_another_starts_still(tmp_path: Path) -> None:
    # The second worker is the one that waits.
    source = WAITS.replace("sleep(600)", "sleep(600 if is_second() else 0)").replace(
        "    def say(text):",
        """    def is_second():
        path = os.path.join(os.path.dirname(__file__), "first")
        is_second = os.path.exists(path)
        open(path, "w").close()
        return is_second

    def say(text):""",
    )
    with starting(tmp_path, source) as host:
        host.wait_log("waiting", 2)
        host.process.send_signal(signal.SIGTERM)
        assert host.wait() == 0
        assert sorted(host.log.splitlines()[2:]) == ["cancelled", "shut down"]


def test_workers_that_have_started_answer_while_others_start(tmp_path: Path) -> None:
    source = (
        HELLO
        + """
    import asyncio, os

    @app.on_startup
    async def wait():
        folder = os.path.dirname(__file__)
        print("begins", flush=True)
        if os.path.exists(os.path.join(folder, "first")):
            while not os.path.exists(os.path.join(folder, "go")):
                await asyncio.sleep(0.02)
        open(os.path.join(folder, "first"), "w").close()
    """
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with starting(tmp_path, source, port=port) as host:
        host.wait_log("begins", 2)

        def who() -> object:
            with Wire.to_port(port) as wire:
                wire.request("GET", "/who")
                return wire.reply().json

        # Of connections that were shared out among both, half would wait for the second.
        assert len({who() for _ in range(40)}) == 1
        (tmp_path / "go").touch()
        host.wait_log("hosting")
        assert len({who() for _ in range(200)}) == 2
        host.process.send_signal(signal.SIGTERM)
        assert host.wait() == 0


def test_a_startup_hook_that_blocks_is_waited_for_and_a_second_signal_is_not(
    tmp_path: Path,
) -> None:
    source = WAITS.replace("await asyncio.sleep(600)", "time.sleep(1.5)")
    with starting(tmp_path, source) as host:
        host.wait_log("waiting")
        host.process.send_signal(signal.SIGTERM)
        assert host.wait() == 0
        # It came to its end, so what is to undo it is called too.
        assert host.log == "waiting\nshut down\n"
    source = WAITS.replace("await asyncio.sleep(600)", "time.sleep(600)")
    with starting(tmp_path, source) as host:
        host.wait_log("waiting")
        host.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert host.process.poll() is None
        host.process.send_signal(signal.SIGTERM)
        assert host.wait() == 1


STUCK = """
    import asyncio, time
    import necro

    app = necro.App()
    hooked = []

    @app.get("/thread")
    async def thread():
        await asyncio.to_thread(time.sleep, 600)

    @app.get("/block")
    async def block():
        time.sleep(600)

    @app.get("/task")
    async def task():
        while True:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                pass

    @app.get("/hook")
    async def hook():
        hooked.append(1)
        await asyncio.sleep(600)

    @app.get("/none")
    async def none():
        await asyncio.sleep(600)

    @app.on_shutdown
    async def wait():
        if hooked:
            await asyncio.sleep(600)
"""


@pytest.mark.parametrize(
    ("name", "status"), [("thread", 1), ("block", 1), ("task", 1), ("hook", 1), ("none", 0)]
)
def test_what_does_not_end_is_given_up(host: StartHost, name: str, status: int) -> None:
    options = ("--drain-seconds", "0.5", "--shutdown-seconds", "4", "--slow-handler-seconds", "0")
    served = host(STUCK, *options, workers=2)
    with served.connect() as wire:
        wire.request("GET", f"/{name}")
        time.sleep(0.3)
        served.send_signal(signal.SIGTERM)
        assert served.wait() == status
    said = "necro: 1 worker has not ended after 4.5 s: a hook, a task or a thread"
    assert (said in served.log) == (status == 1)
    named = {
        "thread": "thread asyncio_0 runs",
        "task": "is awaited",
        "hook": "wait (",
    }
    # A handler that blocks the loop is named by the watch, which is off here.
    assert ("a worker does not end" in served.log) == (name in named)
    assert named.get(name, "") in served.log
