"""Server processes: started on loopback, measured through /proc, ended by id."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
READY_SECONDS_MAX = 30.0
END_SECONDS_MAX = 10.0


class ServerFailed(Exception):
    """A server did not start or gave another answer than asked for."""


def end_servers_when_terminated() -> None:
    """Makes SIGTERM leave through the blocks that end servers, as SIGINT does."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def free_port() -> int:
    """A port of the loopback interface that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            # The name, in brackets, may hold spaces; what follows it does not.
            parents[int(entry)] = int(fields.rpartition(")")[2].split()[1])
    return parents


class ServerProcess:
    """A running server: its first process and all that descend from it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        port: int,
        log: Path,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """A server that has been started.

        - context: what a client of a server behind TLS is made with.
        """
        self.context = context
        self.process = process
        self.port = port
        self.log = log

    @property
    def url(self) -> str:
        """Where it is asked."""
        scheme = "http" if self.context is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}"

    def ids(self) -> list[int]:
        """The ids of the process and its descendants."""
        parents = _parents()
        found = [self.process.pid]
        for one in found:
            found.extend(child for child, parent in parents.items() if parent == one)
        return found

    def cpu_seconds(self) -> float:
        """User and system time of all threads of all its processes, ended children included."""
        ticks = 0
        for one in self.ids():
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
        return ticks / TICKS_PER_SECOND

    def rss_octets(self) -> int:
        """Resident memory, summed over its processes."""
        octets = 0
        for one in self.ids():
            for line in Path(f"/proc/{one}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    octets += int(line.split()[1]) * 1024
        return octets

    def wait_ready(self, content: bytes) -> None:
        """Waits until `GET /` is answered with 200 and exactly this content."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while True:
            if self.process.poll() is not None:
                raise ServerFailed(
                    f"exit status {self.process.returncode}: {self.log.read_text().strip()}"
                )
            try:
                connection = (
                    http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                    if self.context is None
                    else http.client.HTTPSConnection(
                        "127.0.0.1", self.port, timeout=5, context=self.context
                    )
                )
                connection.request("GET", "/")
                response = connection.getresponse()
                answer = response.read()
                connection.close()
            except OSError:
                if time.monotonic() > deadline:
                    raise ServerFailed(f"not ready: {self.log.read_text().strip()}") from None
                time.sleep(0.02)
                continue
            if response.status != 200 or answer != content:
                raise ServerFailed(f"answered {response.status} {answer!r}")
            return

    def end(self) -> None:
        """Asks the first process to end, and ends what is left after a while."""
        ids = self.ids()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        parents = _parents()
        for one in ids[1:]:
            # An orphan of ours has a new parent; a number that was given out again has another.
            if parents.get(one) == 1:
                os.kill(one, signal.SIGKILL)


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    *,
    core: int,
    content: bytes,
    environment: Mapping[str, str] | None = None,
    context: ssl.SSLContext | None = None,
) -> Generator[ServerProcess]:
    """A server pinned to one core, ready, and gone when the block ends."""
    with tempfile.NamedTemporaryFile(prefix="necro-bench-", suffix=".log") as log:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **(environment or {})},
        )
        server = ServerProcess(process, port, Path(log.name), context)
        try:
            server.wait_ready(content)
            yield server
        finally:
            server.end()
