"""Says which handler holds up a worker, while it does: from a thread that otherwise sleeps."""

import threading
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from necro._necro import Worker
    from necro._routes import CompiledRoute

__all__ = ["watch"]


def watch(worker: "Worker", seconds: float) -> None:
    """Has a warning logged when the worker's thread does not come back for so long.

    The thread that watches lives as long as the process.
    """
    threading.Thread(target=_watch, args=(worker, seconds), name="necro-watch", daemon=True).start()


def _watch(worker: "Worker", seconds: float) -> None:
    from logging import getLogger

    log = getLogger("necro")
    while True:
        route, taken, frame = worker.watch(seconds)
        log.warning("%s has held up its worker for %.1f s%s", _name(route), taken, _stack(frame))
        del frame


def _name(route: "CompiledRoute | None") -> str:
    """A handler and its route; None is what else the loop runs."""
    if route is None:
        return "something on the event loop"
    return f"handler {route.handler} ({','.join(route.methods)} {route.template})"


def _stack(frame: "FrameType | None") -> str:
    """Where the worker's thread is, without what runs every handler; as the end of a line."""
    if frame is None:
        return " (it has gone on meanwhile)"
    own = f"{__package__}."
    frames = list(traceback.walk_stack(frame))
    # walk_stack begins with the innermost: what is wanted ends before the loop's own frames.
    shown: list[tuple[FrameType, int]] = []
    for one, line in frames:
        name: str = one.f_globals.get("__name__", "")
        if name == f"{own}_loop" or name == "asyncio.events":
            break
        shown.append((one, line))
    shown.reverse()
    return ":\n" + "".join(traceback.StackSummary.extract(iter(shown)).format()).rstrip("\n")
