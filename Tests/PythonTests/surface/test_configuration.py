"""Options and logs of a real host."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from fixtures import StartHost
from hosting import checkout_environment, hosting, run_necro

APP = """
    import logging
    import necro

    app = necro.App()
    log = logging.getLogger("crypt")

    @app.get("/log")
    async def write():
        log.debug("a whisper")
        log.info("a word", extra={"grave": 7})
        log.warning("a cry\\u20ac")

    @app.get("/fails")
    async def fails():
        raise RuntimeError("the seal")
"""


@pytest.mark.api("Apps: --log-format is text or json")
def test_logs_are_lines_with_time_level_and_logger(host: StartHost) -> None:
    running = host(APP)
    running.get("/log")
    running.get("/fails")
    running.wait_log(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO crypt: a word$")
    running.wait_log(r"Z WARNING crypt: a cry€$")
    running.wait_log(r"Z ERROR necro: GET /fails \(app\.fails\) failed, request id \w+\nTraceback")
    assert "whisper" not in running.log


@pytest.mark.api("Apps: --log-format is text or json")
def test_logs_may_be_json_objects(tmp_path: Path) -> None:
    # What the harness waits for is a plain line, so the host is asked for its options by hand.
    with hosting(
        tmp_path, APP, "--log-level", "debug", environment={"NECRO_LOG_FORMAT": "text"}
    ) as running:
        running.get("/log")
        running.wait_log(r"DEBUG crypt: a whisper")
    document = run_json_host(tmp_path)
    word = document["a word"]
    assert (word["level"], word["logger"], word["grave"]) == ("info", "crypt", 7)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", word["time"])
    failed = next(one for message, one in document.items() if "/fails" in message)
    assert failed["exception"].endswith("RuntimeError: the seal")
    assert failed["request_id"] == failed["message"].rpartition(" ")[2]
    assert any(message.startswith("hosting app on http://") for message in document)


def run_json_host(folder: Path) -> dict[str, dict[str, Any]]:
    """What a host with JSON logs said, by message."""
    process = subprocess.Popen(
        [sys.executable, "-m", "necro", "host", "app", "--workers", "1", "--bind", "127.0.0.1:0"],
        cwd=folder,
        env=checkout_environment(NECRO_LOG_FORMAT="json"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        first = process.stderr.readline()
        url = re.search(r"http://\S+", json.loads(first)["message"])
        assert url is not None
        for path, status in (("log", 404), ("fails", 500)):
            with pytest.raises(HTTPError) as caught:
                urlopen(f"{url[0].rstrip('/')}/{path}", timeout=5)
            assert caught.value.code == status
            caught.value.close()
        process.send_signal(signal.SIGTERM)
        lines = [first, *process.stderr.read().splitlines()]
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    documents = [json.loads(line) for line in lines]
    return {document["message"]: document for document in documents}


def test_an_app_that_logs_its_own_way_keeps_it(host: StartHost) -> None:
    running = host("""
        import logging
        import necro

        logging.basicConfig(format="OWN %(message)s")
        app = necro.App()

        @app.get("/")
        async def index():
            logging.getLogger("crypt").warning("a cry")
    """)
    running.get("/")
    running.wait_log("^OWN a cry$")
    assert "Z WARNING" not in running.log


def test_the_command_shows_its_options(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.necro]\napp = "nowhere"\nworkers = 2\n')
    done = run_necro(
        "host", "--show-config", folder=tmp_path, environment={"NECRO_BIND": "127.0.0.1:1"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(maxsplit=2) for line in done.stdout.splitlines()][:6] == [
        ["app", "nowhere", "app in [tool.necro]"],
        ["bind", "127.0.0.1:1", "NECRO_BIND"],
        ["workers", "2", "workers in [tool.necro]"],
        ["access-log", "none", "default"],
        ["log-format", "text", "default"],
        ["log-level", "info", "default"],
    ]


def test_limits_are_those_of_the_server(host: StartHost) -> None:
    running = host(
        """
        import necro

        app = necro.App()

        @app.post("/")
        async def length(body: bytes):
            return len(body)
        """,
        "--content-octets-max=10",
        "--header-lines-max=5",
        "--head-seconds=0.3",
        environment={"NECRO_REQUEST_LINE_OCTETS_MAX": "100"},
    )
    assert running.ask("POST", "/", b"x" * 10).json == 10
    assert running.ask("POST", "/", b"x" * 11).status == 413
    assert running.ask("POST", "/" + "a" * 100, b"").status == 414
    assert running.ask("POST", "/", b"", {f"x-{n}": "a" for n in range(5)}).status == 431
    with running.connect() as wire:
        wire.send("POST / HTTP/1.1\r\nHost")
        assert wire.reply().status == 408


def test_a_connection_ends_with_its_last_request(host: StartHost) -> None:
    running = host(
        """
        import necro

        app = necro.App()

        @app.get("/")
        async def root():
            return "alive"
        """,
        "--requests-per-connection-max=3",
    )
    with running.connect() as wire:
        for number in range(1, 4):
            wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            reply = wire.reply()
            assert reply.status == 200
            assert (reply.header("connection") == "close") == (number == 3)
        assert wire.rest() == b""


def test_all_workers_together_have_so_many_connections(host: StartHost) -> None:
    running = host(
        """
        import necro

        app = necro.App()

        @app.get("/")
        async def root():
            return "alive"
        """,
        "--workers=2",
        "--connections-in-all-max=2",
    )
    # Each worker takes one; the others wait in a queue until it is free.
    wires = [running.connect() for _ in range(6)]
    try:
        for wire in wires:
            wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answered = [wire for wire in wires if not wire.is_quiet(0.3)]
        assert 1 <= len(answered) <= 2
        for wire in answered:
            wire.close()
        waiting = [wire for wire in wires if wire not in answered]
        deadline = time.monotonic() + 10
        while all(wire.is_quiet(0.05) for wire in waiting):
            assert time.monotonic() < deadline
    finally:
        for wire in wires:
            wire.close()
