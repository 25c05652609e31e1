"""Names what keeps a worker from ending: hooks and tasks that are awaited, threads that run."""

import sys
import threading
from asyncio import AbstractEventLoop, all_tasks
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType
    from typing import Any

__all__ = ["leftovers_named_after"]

_LIBRARIES = (str(Path(__file__).parent), str(Path(threading.__file__).parent))
# Of what a coroutine waits for, and of what is named.
_DEPTH_MAX = 100
_NAMED_MAX = 10


def leftovers_named_after(
    seconds: float, loop: AbstractEventLoop, say: "Callable[[str], object]"
) -> threading.Timer:
    """Has what is left after so many seconds named, unless the timer is cancelled."""

    def name() -> None:
        found = [*_tasks(loop), *_threads()]
        if found:
            say(f"a worker does not end: {'; '.join(found[:_NAMED_MAX])}")

    timer = threading.Timer(seconds, name)
    timer.daemon = True
    timer.start()
    return timer


def _tasks(loop: AbstractEventLoop) -> "Iterator[str]":
    for task in all_tasks(loop):
        awaited: Any = task.get_coro()
        place = None
        for _ in range(_DEPTH_MAX):
            frame: FrameType | None = getattr(awaited, "cr_frame", None)
            if frame is None:
                break
            if _is_apps(frame.f_code):
                place = _place(frame)
            awaited = awaited.cr_await
        if place is not None:
            yield f"{place} is awaited"


def _threads() -> "Iterator[str]":
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        is_busy = False
        while frame is not None and not _is_apps(frame.f_code):
            # A pool's thread that does something, if not what has frames.
            is_busy = is_busy or frame.f_code.co_qualname == "_WorkItem.run"
            frame = frame.f_back
        if frame is not None:
            yield f"{_place(frame)} runs in thread {thread.name}"
        elif is_busy:
            yield f"thread {thread.name} runs"


def _is_apps(code: "CodeType") -> bool:
    """Whether code is the app's, or a library's that it uses."""
    return not code.co_filename.startswith((*_LIBRARIES, "<"))


def _place(frame: "FrameType") -> str:
    return f"{frame.f_code.co_qualname} ({frame.f_code.co_filename}:{frame.f_lineno})"
