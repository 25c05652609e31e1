"""`Examples/swift-hello`: the server without Python, as a process of its own."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hosting import END_SECONDS_MAX, ROOT
from wire import Wire

PACKAGE = ROOT / "Examples" / "swift-hello"
SCRATCH = ROOT / ".build-swift-hello"
BUILD = ["build", "--package-path", str(PACKAGE), "--scratch-path", str(SCRATCH)]
GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
DATA = '{"data":"the dead rise"}'


@dataclass
class Server:
    """A running swift-hello."""

    process: subprocess.Popen[str]
    port: int

    def connect(self) -> Wire:
        """A new connection."""
        return Wire.to_port(self.port)

    @property
    def descriptor_count(self) -> int:
        """How many descriptors the process has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def cpu_seconds(self) -> float:
        """How much the process has computed."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def program() -> Path:
    """The example, built as its first comment says, without the headers of Python."""
    swift = shutil.which("swift")
    assert swift is not None
    environment = {**os.environ, "NECRO_PYTHON_INCLUDE": "/nonexistent"}
    environment.pop("NECRO_EMBEDDED", None)
    built = subprocess.run(
        [swift, *BUILD], env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    shown = subprocess.run(
        [swift, *BUILD, "--show-bin-path"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(shown.stdout.strip()) / "swift-hello"


@contextmanager
def serving(program: Path) -> Generator[Server]:
    """Starts the example on a free port, and ends it if it has not ended."""
    process = subprocess.Popen([program, "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.fullmatch(r"serving on http://127\.0\.0\.1:(\d+)\n", line)
        assert address is not None, line
        yield Server(process, int(address[1]))
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def server(program: Path) -> Generator[Server]:
    """A server of the test's own."""
    with serving(program) as running:
        yield running


def test_it_answers_and_links_no_python(server: Server, program: Path) -> None:
    with server.connect() as wire:
        wire.send(GET)
        reply = wire.reply()
        assert (reply.status, reply.text) == (200, DATA)
        wire.send(b"GET /summon/lich HTTP/1.1\r\nhost: a\r\n\r\n")
        assert wire.reply().text == "arise, lich\n"
        wire.send(b"GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n")
        assert wire.reply().status == 404
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    assert "libpython" not in linked
    assert "libssl" not in linked


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_and_exits_with_0(server: Server, number: signal.Signals) -> None:
    with server.connect() as idle, server.connect() as begun:
        for wire in (idle, begun):
            wire.send(GET)
            assert wire.reply().status == 200
        begun.send(GET[:20])
        server.process.send_signal(number)
        assert idle.rest() == b""
        begun.send(GET[20:])
        reply = begun.reply()
        assert reply.text == DATA
    assert server.process.wait(END_SECONDS_MAX) == 0


def test_a_shortage_of_descriptors_delays_connections_and_costs_nothing(server: Server) -> None:
    with server.connect() as wire:
        wire.send(GET)
        assert wire.reply().status == 200
    few = server.descriptor_count + 6
    hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (few, hard))
    with ExitStack() as stack:
        wires = [stack.enter_context(server.connect()) for _ in range(40)]
        for wire in wires:
            wire.send(GET)
        deadline = time.monotonic() + END_SECONDS_MAX
        while server.descriptor_count < few:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        # The listeners stay ready all the time: a server that asked again and again would compute.
        before = server.cpu_seconds
        time.sleep(0.5)
        assert server.cpu_seconds - before < 0.2
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (hard, hard))
        for wire in wires:
            assert wire.reply().text == DATA


def test_connections_of_all_kinds_leave_no_descriptor(server: Server) -> None:
    with server.connect() as wire:
        wire.send(GET)
        assert wire.reply().status == 200
    before = server.descriptor_count
    for number in range(600):
        wire = server.connect()
        match number % 6:
            case 0:
                wire.send(GET)
                assert wire.reply().status == 200
            case 1:
                wire.send(GET[:10])
            case 2:
                wire.send(b"nonsense\r\n\r\n")
                assert wire.reply().status == 400
            case 3:
                wire.send(GET * 20)
            case 4:
                wire.send(GET)
                wire.half_close()
                assert wire.reply().status == 200
            case _:
                pass
        if number % 4 == 3:
            wire.reset()
        else:
            wire.close()
    deadline = time.monotonic() + END_SECONDS_MAX
    # The first connection of the test may have been counted before it was closed.
    while server.descriptor_count > before:
        assert time.monotonic() < deadline, f"{server.descriptor_count} instead of {before}"
        time.sleep(0.01)
