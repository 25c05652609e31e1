"""A worker's life, inside its sub-interpreter: import, resolve, start up, serve, shut down."""

import asyncio
import atexit
import os
import sys

from necro._errors import StartupError, traceback_of
from necro._logs import set_up_logs
from necro._loop import Loop
from necro._native import native
from necro._services import Services
from necro._signals import SignalChannel
from necro._spec import load, parse_spec
from necro._state import State
from necro._watch import watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro._app import App
    from necro._necro import Worker

__all__ = ["main"]


def main(start: object, settings: "dict[str, Any]") -> bool:
    """Runs a worker to its end. Returns whether it served; it says itself why not.

    - start: the capsule that its thread was started with.
    - settings: `spec`, the app's, `log_format`, `log_level`, `limits`, `slow_handler_seconds`,
      `shutdown_seconds`, `database`, `database_options`, `redis`, `redis_options`, `tls`, and
      `signals`, the descriptor to ask the host by; `path` and `argv` are in `sys` already.
    """
    try:
        return _run(start, settings)
    except StartupError as error:
        _say(error.traceback or "", str(error))
        return False
    finally:
        # The interpreter is never ended, so what its end would do is done here.
        atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()


def _run(start: object, settings: "dict[str, Any]") -> bool:
    """Runs a worker; raises StartupError when it cannot serve."""
    worker = native.Worker(start, settings["limits"], settings["log_format"] == "json")
    app = load(parse_spec(settings["spec"]))
    set_up_logs(settings["log_format"], settings["log_level"])
    state = State()
    # What a Task for each request would cost: for benchmarks.
    if os.environ.get("NECRO_TASK_PER_REQUEST") == "1":
        worker.set_task_per_request(True)
    drained = asyncio.Event()
    signals = SignalChannel(settings["signals"])
    with asyncio.Runner(loop_factory=lambda: Loop(worker, drained.set, signals)) as runner:
        services = Services(
            runner.get_loop(),
            database=settings["database"],
            database_options=settings["database_options"],
            redis=settings["redis"],
            redis_options=settings["redis_options"],
        )
        for route in app.compile(state, services):
            worker.add_route(route)
        if settings["tls"] is not None:
            _serve_tls(worker, runner, settings["tls"])
        runner.run(services.open())
        has_started = runner.run(_start_up(app, state, drained))
        # One that is to end already takes nobody any more.
        if has_started and not drained.is_set():
            if settings["slow_handler_seconds"]:
                watch(worker, settings["slow_handler_seconds"])
            worker.listen()
            runner.run(_until(drained))
        from necro._leftovers import leftovers_named_after

        # Well before the host gives the worker up.
        leftovers = leftovers_named_after(
            settings["shutdown_seconds"] / 2, runner.get_loop(), lambda line: _say("", line)
        )
        try:
            runner.run(app.run_shutdown(state, hooks=has_started, report=_report))
        except ExceptionGroup:
            return False
        finally:
            runner.run(services.close())
    leftovers.cancel()
    return True


def _serve_tls(worker: "Worker", runner: asyncio.Runner, settings: "dict[str, Any]") -> None:
    """Reads certificates and keys, and does so again when the host says that they have changed."""
    import signal

    from necro._tls import load as load_tls

    def load_anew() -> None:
        try:
            load_tls(worker, settings)
        except OSError as error:
            # They changed once more: the host will see it too.
            _say("", f"a worker keeps its certificates: {error}")

    try:
        load_tls(worker, settings)
    except OSError as error:
        raise StartupError(str(error)) from None
    loop = runner.get_loop()
    assert isinstance(loop, Loop)
    loop.hear_host(signal.SIGHUP, load_anew)


def _report(line: str, error: BaseException) -> None:
    """Says what a shutdown hook raised."""
    _say(traceback_of(error), line)


def _say(traceback: str, line: str) -> None:
    """Writes an error at once, so that those of several workers do not mix."""
    sys.stderr.write(f"{traceback}necro: {line}\n")


async def _start_up(app: "App", state: State, drained: asyncio.Event) -> bool:
    """Runs the startup hooks. A host that ends meanwhile cancels them, and then this is False.

    A hook may wait for something that never comes, such as a database.
    """
    task = asyncio.current_task()
    assert task is not None

    async def cancel() -> None:
        await drained.wait()
        task.cancel()

    watcher = asyncio.create_task(cancel())
    try:
        await app.run_startup_of_worker(state)
    except asyncio.CancelledError:
        if not drained.is_set():
            raise
        task.uncancel()
        return False
    finally:
        watcher.cancel()
    return True


async def _until(event: asyncio.Event) -> None:
    """Ends when the event has come."""
    await event.wait()
