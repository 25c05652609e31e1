"""A `necro host` of a test's own: started on a free port, spoken to, ended by its id."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from wire import Reply, Wire

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PACKAGE = ROOT / "Sources" / "Python"
START_SECONDS_MAX = 90.0
END_SECONDS_MAX = 15.0
HOSTING = re.compile(
    r"(?:necro: |\{.*\"message\": \")hosting (?P<app>.+) on (?P<address>\S+)"
    r" with (?P<workers>\d+) workers?(?:\"\})?$"
)


def checkout_environment(**more: str | None) -> dict[str, str]:
    """The environment in which `python -m necro` is the checkout's; None takes a variable away."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NECRO_")}
    variables = {
        **inherited,
        "PYTHONPATH": str(PACKAGE),
        "NECRO_EXTENSION": os.environ["NECRO_EXTENSION"],
        **more,
    }
    return {name: value for name, value in variables.items() if value is not None}


def run_necro(
    *arguments: str, folder: Path, environment: Mapping[str, str | None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a `necro` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "necro", *arguments],
        cwd=folder,
        env=checkout_environment(**(environment or {})),
        capture_output=True,
        text=True,
        timeout=START_SECONDS_MAX,
        check=False,
    )


def write_app(folder: Path, source: str, name: str = "app.py") -> Path:
    """Writes an app's source, its indentation taken away."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(source))
    return path


class Host:
    """A running host. `log` has what it wrote to standard error so far."""

    def __init__(self, process: subprocess.Popen[str], addresses_expected: int) -> None:
        self.process = process
        self.addresses: list[str] = []
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._output = ""
        self._wires: list[Wire] = []
        self._is_waited_for = False
        # Both pipes are read all the time, so that the host never waits for room in one.
        self._readers = [
            threading.Thread(target=self._read_log, daemon=True),
            threading.Thread(target=self._read_output, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self._wait_for_addresses(addresses_expected)

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as log:
            for line in log:
                with self._changed:
                    self._lines.append(line.rstrip("\n"))
                    hosting = HOSTING.match(self._lines[-1])
                    if hosting:
                        self.addresses.append(hosting["address"])
                    self._changed.notify_all()

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self._output += line

    def _wait_for_addresses(self, count: int) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        with self._changed:
            while len(self.addresses) < count:
                if self.process.poll() is not None:
                    break
                if time.monotonic() > deadline:
                    break
                self._changed.wait(0.1)
        if len(self.addresses) < count:
            self.kill()
            raise AssertionError(
                f"the host did not start, status {self.process.returncode}: {self.log}"
            )

    @property
    def log(self) -> str:
        """Standard error so far."""
        with self._changed:
            return "\n".join(self._lines)

    def wait_log(self, pattern: str, seconds: float = 15.0) -> re.Match[str]:
        """Waits for a line in the log and returns the match; the pattern may span lines."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.log, re.MULTILINE)
            if found:
                return found
            assert time.monotonic() < deadline, f"no {pattern!r} in the log:\n{self.log}"
            time.sleep(0.02)

    @property
    def output(self) -> str:
        """Standard output so far."""
        return self._output

    @property
    def url(self) -> str:
        """The first address, without a slash at its end."""
        return self.addresses[0].rstrip("/")

    @property
    def port(self) -> int:
        """The port of the first address."""
        return int(self.url.rpartition(":")[2])

    @property
    def rss_octets(self) -> int:
        """The resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    @property
    def descriptor_count(self) -> int:
        """How many descriptors the process has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def connect(self) -> Wire:
        """A connection of its own to the first address, closed with the host at the latest."""
        self._wires.append(Wire.to_port(self.port))
        return self._wires[-1]

    def ask(
        self,
        method: str,
        target: str,
        content: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Sends one request on a new connection and returns the response."""
        octets = content.encode() if isinstance(content, str) else content
        with self.connect() as wire:
            wire.request(method, target, octets, headers)
            return wire.reply(method)

    def get(self, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        """A GET on a new connection."""
        return self.ask("GET", target, headers=headers)

    def send_signal(self, number: int) -> None:
        """Sends the process a signal."""
        self.process.send_signal(number)

    def wait(self, seconds: float = END_SECONDS_MAX) -> int:
        """Waits for the process to end and returns its status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the host did not end; log:\n{self.log}") from None
        self._join()
        return status

    def kill(self) -> None:
        """Ends the process without asking."""
        self.process.kill()
        self._join()

    def _join(self) -> None:
        """Waits for the process, and for the readers, which close its pipes."""
        self._is_waited_for = True
        self.process.wait()
        for wire in self._wires:
            wire.close()
        for reader in self._readers:
            reader.join(5)

    def stop(self) -> None:
        """Asks the host to end, and checks that it drains and ends well.

        Does nothing where the test has waited for its end, and so seen the status, before.
        """
        if self._is_waited_for:
            return
        if self.process.poll() is None:
            self.send_signal(signal.SIGTERM)
        status = self.wait()
        assert status == 0, f"exit status {status}; log:\n{self.log}"


@contextmanager
def hosting(
    folder: Path,
    source: str,
    *options: str,
    workers: int = 1,
    binds: Sequence[str] = ("127.0.0.1:0",),
    environment: Mapping[str, str | None] | None = None,
    command: Sequence[str] = (),
    spec: str = "app",
) -> Generator[Host]:
    """A host of an app's source, which must end with status 0 when the block ends well.

    - folder: where the app is written and the host runs.
    - command: what to run in place of `python -m necro`.
    - spec: what to host, `app.py` in the folder by default.
    """
    if source:
        write_app(folder, source)
    words = list(command) or [sys.executable, "-m", "necro"]
    words += ["host", spec, "--workers", str(workers), *options]
    for bind in binds:
        words += ["--bind", bind]
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=checkout_environment(**(environment or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    )
    try:
        host = Host(process, len(binds))
        yield host
        host.stop()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def wires_by_worker(running: Host, workers: int, each: int = 1) -> list[list[Wire]]:
    """Connections to each worker, so many of them.

    The app answers `/who` with what tells its workers apart.
    """
    found: dict[int, list[Wire]] = {}
    for _ in range(400 * each):
        wire = running.connect()
        wire.request("GET", "/who")
        wires = found.setdefault(wire.reply().json, [])
        if len(wires) < each:
            wires.append(wire)
        else:
            wire.close()
        if len(found) == workers and all(len(wires) == each for wires in found.values()):
            return list(found.values())
    raise AssertionError(f"only {len(found)} of {workers} workers answered")
