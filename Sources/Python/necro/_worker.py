"""A worker's life, inside its sub-interpreter: import, resolve, start up, serve, shut down."""

import asyncio
import atexit
import sys
import traceback

from necro._errors import StartupError
from necro._logs import set_up_logs
from necro._loop import Loop
from necro._native import native
from necro._spec import load, parse_spec
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["main"]


def main(start: object, settings: "dict[str, Any]") -> bool:
    """Runs a worker to its end. Returns whether it served; it says itself why not.

    - start: the capsule that its thread was started with.
    - settings: `spec`, the app's, `log_format`, `log_level` and `limits`; `path` and `argv` are
      in `sys` already.
    """
    try:
        return _run(start, settings)
    except StartupError as error:
        if error.traceback:
            sys.stderr.write(error.traceback)
        print(f"necro: {error}", file=sys.stderr)
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
    for route in app.compile(state):
        worker.add_route(route)
    drained = asyncio.Event()
    with asyncio.Runner(loop_factory=lambda: Loop(worker, drained.set)) as runner:
        try:
            runner.run(app.run_startup(state))
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            raise StartupError(f"a startup hook failed: {error!r}", text) from error
        worker.listen()
        runner.run(_until(drained))
        try:
            runner.run(app.run_shutdown(state))
        except Exception as error:
            traceback.print_exception(error)
            return False
    return True


async def _until(event: asyncio.Event) -> None:
    """Ends when the event has come."""
    await event.wait()
