"""Signals by way of the host, debug mode, handlers that block, and the end of a loop."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from fixtures import StartHost
from hosting import Host

SIGNALS = """
    import asyncio, os, signal
    import necro

    app = necro.App()
    seen = []

    @app.get("/add/{name}")
    async def add(name):
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(getattr(signal, name), seen.append, name)
        except (RuntimeError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        return "added"

    @app.get("/remove/{name}")
    async def remove(name):
        return [asyncio.get_running_loop().remove_signal_handler(getattr(signal, name))]

    @app.get("/kill/{name}")
    async def kill(name):
        # Right after the call the process must not die of the signal.
        asyncio.get_running_loop().add_signal_handler(getattr(signal, name), seen.append, name)
        os.kill(os.getpid(), getattr(signal, name))
        for _ in range(500):
            if seen:
                break
            await asyncio.sleep(0.01)
        return seen

    @app.get("/seen")
    async def show():
        return seen
"""


def _wait_seen(served: Host, expected: list[str] | list[bool]) -> None:
    """Waits until the worker has seen signals."""
    deadline = time.monotonic() + 10
    while served.get("/seen").json != expected:
        assert time.monotonic() < deadline, f"not {expected}; log:\n{served.log}"
        time.sleep(0.02)


def _wait_logged(log: Path, line: str) -> None:
    """Waits until the log holds a line: it is written when the turn of the worker ends."""
    deadline = time.monotonic() + 10
    while line not in log.read_text():
        assert time.monotonic() < deadline, f"no {line!r} in {log.read_text()!r}"
        time.sleep(0.02)


def test_a_signal_reaches_the_handler_of_a_worker(host: StartHost) -> None:
    served = host(SIGNALS)
    assert served.get("/add/SIGUSR1").text == "added"
    served.send_signal(signal.SIGUSR1)
    _wait_seen(served, ["SIGUSR1"])
    assert served.get("/remove/SIGUSR1").json == [True]
    assert served.get("/remove/SIGUSR1").json == [False]


def test_a_signal_is_caught_when_the_call_returns(host: StartHost) -> None:
    assert host(SIGNALS).get("/kill/SIGUSR2").json == ["SIGUSR2"]


def test_a_signal_without_a_handler_any_more_does_what_it_did_before(host: StartHost) -> None:
    served = host(SIGNALS)
    assert served.get("/add/SIGUSR2").text == "added"
    assert served.get("/remove/SIGUSR2").json == [True]
    served.send_signal(signal.SIGUSR2)
    assert served.wait() == -signal.SIGUSR2


def test_the_signal_that_reopens_the_log_ends_no_host(host: StartHost) -> None:
    served = host(SIGNALS)
    served.send_signal(signal.SIGUSR1)
    assert served.get("/seen").json == []
    assert served.get("/add/SIGUSR1").text == "added"
    assert served.get("/remove/SIGUSR1").json == [True]
    served.send_signal(signal.SIGUSR1)
    assert served.get("/seen").json == []


def test_an_app_is_told_of_the_signal_once_the_log_has_been_opened_anew(
    host: StartHost, tmp_path: Path
) -> None:
    log = tmp_path / "access.log"
    served = host(
        f"""
        import asyncio, os, signal
        import necro

        app = necro.App()
        seen = []

        @app.on_startup
        async def catch():
            asyncio.get_running_loop().add_signal_handler(
                signal.SIGUSR1, lambda: seen.append(os.path.exists({str(log)!r})))

        @app.get("/seen")
        async def show():
            return seen

        @app.get("/remove")
        async def remove():
            return asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)
        """,
        "--access-log",
        str(log),
    )
    for times in range(1, 4):
        log.rename(tmp_path / f"access.log.{times}")
        served.send_signal(signal.SIGUSR1)
        _wait_seen(served, [True] * times)
        _wait_logged(log, "GET /seen")
    # The log goes on to be opened anew when the app has taken its handler away.
    assert served.get("/remove").json is True
    log.rename(tmp_path / "access.log.last")
    served.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + 10
    while not log.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    _wait_seen(served, [True] * 3)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGINT", "SIGINT cannot be handled in a worker: it has the host drain"),
        ("SIGTERM", "SIGTERM cannot be handled in a worker: it has the host drain"),
        ("SIGHUP", "SIGHUP cannot be handled in a worker: it is kept for reloading certificates"),
        ("SIGKILL", "sig 9 cannot be caught"),
    ],
)
def test_signals_that_a_worker_cannot_have(host: StartHost, name: str, words: str) -> None:
    served = host(SIGNALS)
    assert words in served.get(f"/add/{name}").text
    assert served.get("/seen").json == []


def test_all_workers_that_ask_get_a_signal(host: StartHost) -> None:
    served = host(
        """
        import asyncio, os, signal
        import necro

        app = necro.App()

        @app.on_startup
        async def catch():
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGUSR1, os.write, 2, b"a worker was told\\n")
        """,
        workers=2,
    )
    served.send_signal(signal.SIGUSR1)
    served.wait_log(r"a worker was told\na worker was told", 10)


BLOCKS = """
    import asyncio, time
    import necro

    app = necro.App()

    @app.get("/block/{seconds}")
    async def block(seconds: float):
        time.sleep(seconds)
        return "done"

    @app.get("/later")
    async def later():
        await asyncio.sleep(0)
        time.sleep(1)
        return "done"

    @app.get("/task")
    async def task():
        async def other():
            time.sleep(1)
        await asyncio.create_task(other())
        return "done"

    @app.get("/wait")
    async def wait():
        await asyncio.sleep(1)
        return "done"

    @app.get("/thread")
    def thread():
        time.sleep(1)
        return "done"

    @app.get("/busy")
    async def busy():
        end = time.monotonic() + 1
        while time.monotonic() < end:
            pass
        return "done"
"""


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("/block/1", r"handler app\.block \(GET /block/\{seconds\}\)"),
        ("/later", r"handler app\.later \(GET /later\)"),
        ("/busy", r"handler app\.busy \(GET /busy\)"),
        ("/task", r"something on the event loop"),
    ],
)
def test_what_blocks_a_worker_is_named_with_its_stack(
    host: StartHost, target: str, named: str
) -> None:
    served = host(BLOCKS, "--slow-handler-seconds", "0.2")
    assert served.get(target).text == "done"
    served.wait_log(
        rf"WARNING necro: {named} has held up its worker for 0\.\d s:\n  File .*app\.py"
    )
    stack = served.log.partition("has held up")[2]
    assert "_worker.py" not in stack
    assert "time.sleep(" in stack or "time.monotonic()" in stack or "pass" in stack
    assert served.log.count("has held up") == 1


def test_a_handler_that_waits_or_has_a_thread_blocks_nothing(host: StartHost) -> None:
    served = host(BLOCKS, "--slow-handler-seconds", "0.2")
    for target in ("/wait", "/thread", "/block/0"):
        assert served.get(target).text == "done"
    assert "held up" not in served.log


def test_nobody_watches_where_it_is_turned_off(host: StartHost) -> None:
    served = host(BLOCKS, "--slow-handler-seconds", "0")
    assert served.get("/block/1.5").text == "done"
    assert "held up" not in served.log


DEBUG = """
    import asyncio, sys, time
    import necro

    app = necro.App()

    @app.get("/debug")
    async def debug():
        loop = asyncio.get_running_loop()
        return [loop.get_debug(), bool(sys.flags.dev_mode), loop.slow_callback_duration]

    @app.get("/slow")
    async def slow():
        time.sleep(0.15)
        return "done"

    @app.get("/slow-later")
    async def slow_later():
        await asyncio.sleep(0)
        time.sleep(0.15)
        return "done"

    @app.get("/set")
    async def set_debug():
        asyncio.get_running_loop().set_debug(True)
        return "done"

    @app.get("/never-awaited")
    async def never_awaited():
        asyncio.sleep(0)
        return "done"

    @app.get("/other-thread")
    async def other_thread():
        loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(loop.call_soon, print)
        except RuntimeError as error:
            return str(error)
        return "nothing said"
"""


def test_debug_mode_names_slow_handlers(host: StartHost) -> None:
    served = host(DEBUG, environment={"PYTHONASYNCIODEBUG": "1"})
    assert served.get("/debug").json == [True, False, 0.1]
    assert served.get("/slow").text == "done"
    served.wait_log(r"Executing handler app\.slow \(GET /slow\) took 0\.\d+ seconds")
    assert served.get("/slow-later").text == "done"
    served.wait_log(r"Executing <.*slow_later.*> took 0\.\d+ seconds")
    assert "Non-thread-safe operation" in served.get("/other-thread").text


def test_development_mode_is_debug_mode(host: StartHost) -> None:
    served = host(DEBUG, environment={"PYTHONDEVMODE": "1"})
    assert served.get("/debug").json == [True, True, 0.1]
    assert served.get("/never-awaited").text == "done"
    served.wait_log("coroutine 'sleep' was never awaited")


def test_debug_mode_can_be_set_later(host: StartHost) -> None:
    served = host(DEBUG)
    assert served.get("/debug").json[0] is False
    assert served.get("/slow").text == "done"
    assert "Executing" not in served.log
    assert served.get("/set").text == "done"
    assert served.get("/slow").text == "done"
    served.wait_log("Executing handler app.slow")


def test_the_loop_ends_in_order(host: StartHost) -> None:
    served = host(
        """
        import asyncio, os, threading, time
        import necro

        app = necro.App()
        kept = []

        def say(text):
            os.write(2, f"{text}\\n".encode())

        @app.get("/")
        async def begin():
            async def numbers():
                try:
                    yield 1
                    yield 2
                finally:
                    say("generator closed")
            generator = numbers()
            kept.append(generator)
            await anext(generator)
            asyncio.get_running_loop().run_in_executor(None, work)
            return "begun"

        def work():
            time.sleep(0.5)
            say("executor done")

        @app.get("/handler")
        async def handler():
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda loop, context: say("own: " + str(context["message"])))
            loop.call_soon(lambda: 1 / 0)
            return "set"

        @app.get("/default")
        async def default():
            asyncio.get_running_loop().call_soon(lambda: 1 / 0)
            return "raised"
        """
    )
    assert served.get("/default").text == "raised"
    served.wait_log("ERROR asyncio: Exception in callback(.|\n)*ZeroDivisionError")
    assert served.get("/handler").text == "set"
    served.wait_log("own: Exception in callback")
    assert served.get("/").text == "begun"
    served.stop()
    assert "generator closed" in served.log
    assert "executor done" in served.log


@pytest.mark.parametrize("native", [True, False], ids=["native", "task-per-request"])
def test_suspending_and_cancelled_handlers_leave_no_memory(host: StartHost, native: bool) -> None:
    served = host(
        """
        import asyncio
        import necro

        app = necro.App()

        @app.get("/suspend")
        async def suspend():
            await asyncio.sleep(0)
            return "done"

        @app.get("/cancel")
        async def cancel():
            asyncio.current_task().cancel()
            await asyncio.sleep(1)
        """,
        environment={} if native else {"NECRO_TASK_PER_REQUEST": "1"},
    )
    batch = b"GET /suspend HTTP/1.1\r\nhost: h\r\n\r\n" * 100

    def load(rounds: int) -> None:
        with served.connect() as wire:
            for _ in range(rounds):
                wire.sock.sendall(batch)
                for _ in range(100):
                    assert wire.reply().status == 200
        for _ in range(20):
            assert served.get("/cancel").status == 503

    load(50)
    before = served.rss_octets
    load(300)
    assert served.rss_octets - before < 4 << 20
