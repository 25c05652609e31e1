"""Start, hooks, addresses, logs, signals, drain and end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hosting import Host, checkout_environment, hosting, run_necro, write_app
from wire import ClosedEarly, Wire

HELLO = """
    import asyncio, threading
    import necro

    app = necro.App()

    @app.get("/")
    async def root():
        return {"data": "the dead rise"}

    @app.get("/slow")
    async def slow():
        await asyncio.sleep(0.6)
        return "slow"

    @app.get("/forever")
    async def forever():
        await asyncio.sleep(600)
"""

type StartHost = Callable[..., Host]


@pytest.mark.api(
    "Handlers: start-up and shutdown hooks run in each worker",
    "Handlers: state is what the start-up hooks of this worker stored",
)
def test_hooks_run_in_order_and_state_reaches_the_handlers(host: StartHost, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = f"""
        import asyncio
        import necro

        app = necro.App()

        def note(word):
            with open({str(trace)!r}, "a") as file:
                file.write(word + "\\n")

        @app.on_startup
        async def first(state):
            await asyncio.sleep(0.01)
            state.name = "Mortimer"
            note("first")

        @app.on_startup
        def second(state: necro.State):
            state.loud = state.name.upper()
            note("second")

        @app.on_shutdown
        def last():
            note("last")

        @app.on_shutdown
        async def before_last(state):
            await asyncio.sleep(0.01)
            note("before last " + state.name)

        @app.get("/")
        async def root(state):
            return [state.name, state.loud]
    """
    running = host(source)
    assert running.get("/").json == ["Mortimer", "MORTIMER"]
    assert trace.read_text().split("\n")[:-1] == ["first", "second"]
    running.stop()
    assert trace.read_text().split("\n")[2:-1] == ["before last Mortimer", "last"]


def test_a_start_up_hook_that_raises_ends_start_up_with_its_traceback(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
        import necro
        app = necro.App()

        @app.on_startup
        async def broken():
            raise RuntimeError("no candles")
        """,
    )
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert "RuntimeError: no candles" in done.stderr
    assert "in broken" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("necro: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_and_ends_with_status_0(host: StartHost, number: int) -> None:
    running = host(HELLO)
    with running.connect() as busy, running.connect() as idle, running.connect() as fresh:
        idle.request("GET", "/")
        assert idle.reply().status == 200
        busy.request("GET", "/slow")
        time.sleep(0.1)
        running.send_signal(number)
        time.sleep(0.1)
        # What has begun is answered; who idles is let go; nobody new is taken.
        assert idle.is_closed()
        reply = busy.reply()
        assert reply.text == "slow"
        assert reply.header("connection") == "close"
        assert busy.is_closed()
        assert fresh.rest() == b""
    assert running.wait() == 0
    with pytest.raises(ConnectionRefusedError):
        running.connect()
    assert "Traceback" not in running.log


def test_a_second_signal_ends_at_once(host: StartHost) -> None:
    running = host(HELLO)
    with running.connect() as wire:
        wire.request("GET", "/forever")
        time.sleep(0.2)
        running.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert running.process.poll() is None
        running.send_signal(signal.SIGTERM)
        assert running.wait(5) != 0, "a drain that was cut short is no success"


@pytest.mark.api("Handlers: start-up and shutdown hooks run in each worker")
def test_shutdown_hooks_run_in_every_worker(host: StartHost, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    running = host(
        f"""
        import atexit, logging, threading
        import necro

        app = necro.App()

        def note(word):
            with open({str(trace)!r}, "a") as file:
                file.write(word + "\\n")

        atexit.register(note, "atexit")

        @app.on_shutdown
        def bye():
            note("bye")

        @app.get("/")
        async def root():
            return 1
        """,
        workers=3,
    )
    assert running.get("/").json == 1
    running.stop()
    words = trace.read_text().split()
    assert words.count("bye") == 3
    assert words.count("atexit") >= 3


@pytest.mark.api("Apps: a taken port is one line and status 1")
def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    write_app(tmp_path, HELLO)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_necro("host", "app", "--bind", f"127.0.0.1:{port}", folder=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(port) in line
    assert "in use" in line


@pytest.mark.api("Apps: a taken port is one line and status 1")
def test_a_port_that_another_host_serves_is_taken_too(host: StartHost, tmp_path: Path) -> None:
    running = host(HELLO, workers=2)
    write_app(tmp_path, HELLO)
    done = run_necro("host", "app", "--bind", f"127.0.0.1:{running.port}", folder=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(running.port) in line
    assert running.get("/").status == 200


@pytest.mark.api(
    "Apps: a wrong option is one line and status 2",
    "Apps: a missing module is one line and status 1",
)
@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["host", "nowhere"], 1, ["nowhere"]),
        (["host", "app:ap"], 1, ["ap", "app"]),
        (["host", "app:necro"], 1, ["necro"]),
        (["host", "missing/app.py"], 1, ["missing/app.py"]),
        (["host", "app", "--bind", "nonsense"], 2, ["nonsense"]),
        (["host", "app", "--bind", "127.0.0.1:99999"], 2, ["99999"]),
        (["host", "app", "--workers", "0"], 2, ["workers"]),
        (["host", "app", "--workers", "many"], 2, ["--workers"]),
        (["host", "app", "--wokers", "2"], 2, ["--wokers", "--workers"]),
        (["hots", "app"], 2, ["hots", "host"]),
        (["host"], 2, ["APP"]),
        ([], 2, ["host"]),
        (["host", "app", "--bind", "unix:/nonexistent/x.sock"], 1, ["/nonexistent/x.sock"]),
        (["host", "app", "--bind", "fd:77"], 1, ["77"]),
        (["host", "app", "--bind", "192.0.2.1:0"], 1, ["192.0.2.1"]),
    ],
)
def test_a_wrong_command_line_is_one_line_and_its_status(
    tmp_path: Path, arguments: list[str], status: int, words: list[str]
) -> None:
    write_app(tmp_path, HELLO)
    done = run_necro(*arguments, folder=tmp_path)
    assert done.returncode == status
    (line,) = done.stderr.splitlines()
    assert line.startswith("necro")
    for word in words:
        assert word in line


@pytest.mark.api("Apps: an import that fails shows its traceback, one line and status 1")
def test_an_app_that_fails_to_import_shows_its_traceback(tmp_path: Path) -> None:
    write_app(tmp_path, "import necro\n\ndef summon():\n    raise RuntimeError('bad')\nsummon()\n")
    done = run_necro("host", "app", folder=tmp_path)
    assert done.returncode == 1
    assert 'File "' in done.stderr
    assert "in summon" in done.stderr
    assert "RuntimeError: bad" in done.stderr
    # The app's frames, and none of the machinery that imported it.
    assert "importlib" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("necro: ")


@pytest.mark.api("Apps: --bind takes HOST:PORT, unix:/path and fd:N, repeatedly")
def test_unix_sockets_and_several_addresses(host: StartHost, tmp_path: Path) -> None:
    path = str(tmp_path / "n.sock")
    running = host(HELLO, workers=2, binds=("127.0.0.1:0", f"unix:{path}", "[::1]:0"))
    assert len(running.addresses) == 3
    assert running.get("/").status == 200
    for _ in range(5):
        with Wire.to_path(path) as wire:
            wire.request("GET", "/")
            assert wire.reply().json == {"data": "the dead rise"}
    six = next(address for address in running.addresses if "[::1]" in address)
    sock = socket.create_connection(("::1", int(six.rpartition(":")[2])), 5)
    with Wire(sock) as wire:
        wire.request("GET", "/")
        assert wire.reply().status == 200
    running.stop()
    assert not os.path.exists(path)


def test_a_stale_unix_socket_is_replaced_and_a_served_one_is_not(
    host: StartHost, tmp_path: Path
) -> None:
    path = str(tmp_path / "n.sock")
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(path)
    stale.close()
    running = host(HELLO, binds=(f"unix:{path}",))
    write_app(tmp_path, HELLO)
    done = run_necro("host", "app", "--bind", f"unix:{path}", folder=tmp_path)
    assert done.returncode == 1
    with Wire.to_path(path) as wire:
        wire.request("GET", "/")
        assert wire.reply().status == 200
    running.stop()


@pytest.mark.api("Apps: --bind takes HOST:PORT, unix:/path and fd:N, repeatedly")
def test_an_inherited_descriptor_is_served(tmp_path: Path) -> None:
    write_app(tmp_path, HELLO)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "necro", "host", "app", "--bind", f"fd:{number}"],
            cwd=tmp_path, env=checkout_environment(), pass_fds=(number,),
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            with Wire.to_port(listener.getsockname()[1]) as wire:
                wire.request("GET", "/")
                assert wire.reply().status == 200
        finally:
            process.terminate()
            _, log = process.communicate(timeout=15)
        assert process.returncode == 0, log


LINE = re.compile(
    r'^127\.0\.0\.1 - - \[[^]]+\] "(?P<request>[^"]+)" (?P<status>\d+) (?P<count>\d+)'
)


@pytest.mark.api("Apps: --access-log takes a file or -")
def test_the_access_log_has_a_line_for_each_response(host: StartHost, tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    running = host(HELLO, "--access-log", str(path), workers=2)
    running.get("/")
    running.get("/nowhere?q=1")
    with running.connect() as wire:
        wire.send("nonsense\r\n\r\n")
        wire.rest()
    with running.connect() as wire:
        wire.send("GET /\x1b[31m HTTP/1.1\r\nHost: a\r\n\r\n")
        wire.rest()
    running.stop()
    text = path.read_text()
    lines = [LINE.match(line) for line in text.splitlines()]
    seen = {(m["request"], m["status"], m["count"]) for m in lines if m}
    assert ("GET / HTTP/1.1", "200", "24") in seen
    assert any(r == "GET /nowhere?q=1 HTTP/1.1" and s == "404" for r, s, _ in seen)
    assert any(status == "400" for _, status, _ in seen)
    assert "\x1b" not in text


@pytest.mark.api("Apps: --access-log takes a file or -")
def test_the_access_log_on_standard_output(host: StartHost) -> None:
    running = host(HELLO, "--access-log", "-")
    running.get("/")
    running.stop()
    assert '"GET / HTTP/1.1" 200 24' in running.output


@pytest.mark.api("Apps: each option is a flag, a variable and a key, in that precedence")
def test_options_come_from_the_environment_and_from_pyproject(
    host: StartHost, tmp_path: Path
) -> None:
    log = tmp_path / "env.log"
    running = host(HELLO, environment={"NECRO_ACCESS_LOG": str(log)})
    running.get("/")
    running.stop()
    assert "GET / HTTP/1.1" in log.read_text()

    write_app(tmp_path, HELLO)
    (tmp_path / "pyproject.toml").write_text("[tool.necro]\nworkesr = 2\n")
    done = run_necro("host", "app", folder=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "workesr" in line
    assert "workers" in line


@pytest.mark.api("Apps: an app is named by a module, by module:attribute or by a file")
def test_specs_of_modules_files_and_attributes(tmp_path: Path) -> None:
    renamed = HELLO.replace("app = ", "application = ").replace("@app", "@application")
    write_app(tmp_path, renamed, "grave/yard/gate.py")
    (tmp_path / "grave" / "__init__.py").touch()
    (tmp_path / "grave" / "yard" / "__init__.py").touch()
    file = write_app(tmp_path, f"{HELLO}\n    import beside\n", "else where/served.py")
    (file.parent / "beside.py").touch()
    for spec in ("grave.yard.gate:application", f"{file}", f"{file}:app"):
        with hosting(tmp_path, "", spec=spec) as running:
            assert running.get("/").status == 200


@pytest.mark.api("Apps: necro --version says it")
def test_version_and_routes(tmp_path: Path) -> None:
    import necro

    done = run_necro("--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"necro {necro.__version__}\n")
    write_app(tmp_path, HELLO)
    done = run_necro("routes", "app", folder=tmp_path)
    assert done.returncode == 0
    assert re.search(r"^GET\S*\s+/slow\s+", done.stdout, re.MULTILINE)
    done = run_necro("routes", "nowhere", folder=tmp_path)
    assert done.returncode == 1


def test_a_drain_closes_a_connection_that_never_spoke(host: StartHost) -> None:
    running = host(HELLO)
    with running.connect() as wire:
        running.send_signal(signal.SIGTERM)
        with suppress(ClosedEarly, ConnectionError):
            assert wire.rest() == b""
        assert running.wait(8) == 0
