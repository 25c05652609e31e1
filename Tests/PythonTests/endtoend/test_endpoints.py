"""Endpoints of the serving loop: what handlers of two workers open beside their requests."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from endpoint_app import APP
from hosting import Host, hosting, wires_by_worker
from wire import ClosedEarly, Wire

EXPECTED: list[tuple[str, object]] = [
    ("/connection", [["made", "eof", "lost"], ["made", "eof", "lost"], "bones and skulls"]),
    ("/by-name", "GHOULS\n"),
    ("/abort", "lost"),
    ("/back-pressure", ["made", "paused", "resumed", "lost"]),
    ("/unix", "GHOULS\n"),
    ("/datagram", [6, 0, 9000, "ConnectionRefusedError"]),
    ("/unix-datagram", "whisper"),
    ("/pipes", [1_000_000, ["made", "eof", "lost"]]),
    ("/exec", [True, 0]),
    ("/shell", ["out\n", "err\n", 3]),
    ("/dialogue", ["evil", "pots", 1]),
    ("/ended/kill", -9),
    ("/ended/terminate", -15),
    ("/ended/signal", -10),
    ("/late", -9),
    ("/processes", list(range(12))),
    ("/no-program", "FileNotFoundError"),
    ("/names", [True, "127.0.0.1", "80", "gaierror"]),
    ("/executors", True),
    ("/tls", ["TLSv1.3", True]),
    ("/tls-unknown", "SSLCertVerificationError"),
    ("/start-tls", ["go ahead\n", True, "GHOULS\n"]),
    ("/sendfile", [500_000, True]),
    ("/sock-sendfile", [700_000, 700_000]),
    ("/sock", [True, True]),
    ("/sock-datagram", ["moth", True]),
    ("/readers", [["sent", "a", "b"], [True, False, False]]),
    ("/from-a-thread", True),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of `localhost` that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    words += " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(
        [*words.split(), "-out", str(certificate), "-keyout", str(key)],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture(scope="module")
def served(
    certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Generator[Host]:
    """A host of two workers, which ends without a complaint."""
    environment = {"CERTIFICATE": str(certificate[0]), "KEY": str(certificate[1])}
    folder = tmp_path_factory.mktemp("endpoints")
    with hosting(folder, APP, workers=2, environment=environment) as running:
        yield running
        running.stop()
        assert "Traceback" not in running.log
        assert "ERROR" not in running.log


def _answer(wire: Wire, target: str) -> object:
    wire.request("GET", target)
    reply = wire.reply()
    assert reply.status == 200, f"{target}: {reply}"
    kind = reply.header("content-type") or ""
    return reply.text if kind.startswith("text/") else reply.json


@pytest.mark.parametrize(("target", "value"), EXPECTED)
def test_endpoints_work_in_each_worker(served: Host, target: str, value: object) -> None:
    for (wire,) in wires_by_worker(served, 2):
        assert _answer(wire, target) == value, served.log


def test_endpoints_of_both_workers_at_once(served: Host) -> None:
    failures: list[object] = []

    def ask(wire: Wire, first: int) -> None:
        wire.sock.settimeout(60)
        for index in range(len(EXPECTED)):
            target, value = EXPECTED[(first + index) % len(EXPECTED)]
            try:
                answer = _answer(wire, target)
            except (AssertionError, ClosedEarly, OSError) as error:
                answer = error
            if answer != value:
                failures.append((target, answer))

    wires = [wire for wires in wires_by_worker(served, 2, each=3) for wire in wires]
    threads = [
        threading.Thread(target=ask, args=(wire, 5 * index)) for index, wire in enumerate(wires)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert failures == [], served.log


def test_endpoints_leave_no_descriptors_behind(served: Host) -> None:
    def descriptors() -> int:
        return len(list(Path(f"/proc/{served.process.pid}/fd").iterdir()))

    with served.connect() as wire:
        for target, _ in EXPECTED:
            _answer(wire, target)
        before = descriptors()
        for _ in range(3):
            for target, _ in EXPECTED:
                _answer(wire, target)
        # Threads of the executors may come and go, sockets and pipes may not stay.
        assert descriptors() <= before + 2
