"""The access log of a real host: what its lines say, and that it never holds up the service."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from fixtures import StartHost
from hosting import Host, checkout_environment, write_app
from wire import Wire

APP = """
    import asyncio
    import necro

    app = necro.App()

    @app.middleware
    async def ids(request, call_next):
        response = await call_next(request)
        if "id" in request.query:
            response.set_header("x-request-id", request.query["id"])
        return response

    @app.get("/graves/{number}")
    async def grave(number: int):
        return {"number": number}

    @app.post("/graves")
    async def dig(body: bytes):
        return body

    @app.get("/wait")
    async def wait():
        print("waiting", flush=True)
        await asyncio.sleep(20)
"""


def _lines(path: Path, count: int) -> list[str]:
    """The lines of a log once there are so many."""
    deadline = time.monotonic() + 5
    while True:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            return lines
        assert time.monotonic() < deadline, lines
        time.sleep(0.02)


def test_a_line_of_text_is_combined_with_duration_and_request_id(
    host: StartHost, tmp_path: Path
) -> None:
    log = tmp_path / "access.log"
    running = host(APP, "--access-log", str(log))
    running.get("/graves/7?id=r-1", {"user-agent": 'wisp "1"\\', "referer": "http://crypt/"})
    running.get("/nowhere", {"x-request-id": "omen-2"})
    running.get("/graves/x", {"x-request-id": 'no token "'})
    lines = _lines(log, 3)
    begin = r"127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
    assert re.fullmatch(
        begin + r'"GET /graves/7\?id=r-1 HTTP/1\.1" 200 12 "http://crypt/" '
        r'"wisp \\x221\\x22\\x5C" \d+ r-1',
        lines[0],
    )
    assert re.fullmatch(begin + r'"GET /nowhere HTTP/1\.1" 404 \d+ "-" "-" \d+ omen-2', lines[1])
    assert re.fullmatch(begin + r'"GET /graves/x HTTP/1\.1" 422 \d+ "-" "-" \d+ -', lines[2])


def test_a_line_of_json_is_an_object(host: StartHost, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    running = host(APP, "--access-log", str(log), "--log-format", "json")
    before = time.time()
    running.get("/graves/7?id=r-1")
    running.get("/graves/8")
    with running.connect() as wire:
        wire.send(b"BAD\r\n\r\n")
        assert wire.reply().status == 400
    found = [json.loads(line) for line in _lines(log, 3)]
    for one in found:
        moment = time.strptime(one.pop("time"), "%Y-%m-%dT%H:%M:%SZ")
        assert abs(_seconds(moment) - before) < 60
        assert one.pop("microseconds") < 60_000_000
    assert found[0] == {
        "method": "GET",
        "target": "/graves/7?id=r-1",
        "version": "1.1",
        "status": 200,
        "octets": 12,
        "client": "127.0.0.1",
        "request_id": "r-1",
    }
    assert (found[1]["target"], found[1]["request_id"]) == ("/graves/8", None)
    assert (found[2]["method"], found[2]["target"], found[2]["status"]) == (None, None, 400)


def _seconds(moment: time.struct_time) -> float:
    from calendar import timegm

    return float(timegm(moment))


def test_a_request_whose_client_has_gone_leaves_a_line(host: StartHost, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    running = host(APP, "--access-log", str(log), "--log-format", "json")
    wire = running.connect()
    wire.request("GET", "/wait")
    _until(lambda: "waiting" in running.output)
    wire.reset()
    assert _status(log, 1) == ("/wait", 499, 0)
    wire = running.connect()
    wire.send(b"POST /graves HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nfour")
    time.sleep(0.1)
    wire.reset()
    assert _status(log, 2) == ("/graves", 499, 0)


def _status(log: Path, count: int) -> tuple[Any, Any, Any]:
    one = json.loads(_lines(log, count)[count - 1])
    return one["target"], one["status"], one["octets"]


def _until(holds: Any, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_log_is_opened_anew_on_usr1(host: StartHost, tmp_path: Path) -> None:
    log, moved = tmp_path / "access.log", tmp_path / "access.log.1"
    running = host(APP, "--access-log", str(log), workers=2)
    running.get("/graves/1")
    _lines(log, 1)
    log.rename(moved)
    running.send_signal(signal.SIGUSR1)
    _until(log.exists)
    for _ in range(4):
        running.get("/graves/2")
    assert all("/graves/2" in line for line in _lines(log, 4))
    assert len(_lines(moved, 1)) == 1


def test_a_reader_that_stops_costs_lines_and_not_the_service(tmp_path: Path) -> None:
    """Standard output is a pipe that nobody reads, until the end."""
    write_app(tmp_path, APP)
    read_end, write_end = os.pipe()
    command = [sys.executable, "-m", "necro", "host", "app", "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--bind", "127.0.0.1:0", "--access-log", "-"],
        cwd=tmp_path,
        env=checkout_environment(),
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write_end)
    reads, octets = threading.Event(), bytearray()

    def read() -> None:
        reads.wait(120)
        while piece := os.read(read_end, 65_536):
            octets.extend(piece)

    said: list[str] = []

    def listen() -> None:
        assert process.stderr is not None
        said.extend(iter(process.stderr.readline, ""))

    threads = [threading.Thread(target=one, daemon=True) for one in (read, listen)]
    for thread in threads:
        thread.start()
    try:
        _until(lambda: said, 90)
        found = re.search(r":(\d+)/? with", said[0])
        assert found is not None
        target = "/graves/1?" + "x" * 1000
        count = 3000
        with Wire.to_port(int(found[1])) as wire:
            for _ in range(count):
                wire.request("GET", target)
                assert wire.reply().status == 200
        _until(lambda: len(said) > 1)
        assert "the access log cannot be written, its lines are dropped: nobody reads" in said[1]
        # The reader comes back.
        reads.set()
        _until(lambda: len(said) > 2)
        dropped = re.search(r"(\d+) lines were dropped", said[2])
        assert dropped is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        threads[0].join(10)
        lines = octets.decode().splitlines()
        assert len(lines) + int(dropped[1]) == count
        assert all(target in line for line in lines)
    finally:
        reads.set()
        if process.poll() is None:
            process.kill()
        process.wait()
        for thread in threads:
            thread.join(10)
        os.close(read_end)
        assert process.stderr is not None
        process.stderr.close()


def test_a_log_without_a_reader_is_said_once(host: StartHost) -> None:
    running: Host = host(APP, "--access-log", "/dev/full")
    for _ in range(3):
        assert running.get("/graves/1").status == 200
    running.wait_log("the access log cannot be written, its lines are dropped: No space left")
    running.send_signal(signal.SIGTERM)
    assert running.wait() == 0
    assert running.log.count("lines are dropped") == 1
    running.wait_log("3 lines were dropped from the access log")
