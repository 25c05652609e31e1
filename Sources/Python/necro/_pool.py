"""The bounded thread pool of one worker, for plain `def` handlers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from threading import BoundedSemaphore

from necro._errors import HTTPError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Any

__all__ = ["HandlerPool"]


class HandlerPool:
    """Runs handlers in threads, so that they never hold up the loop.

    A call beyond `threads` waits in a queue; one beyond the queue is refused with 503 at once,
    since a queue without a bound turns load into latency and memory.
    """

    def __init__(self, threads_max: int, queue_max: int) -> None:
        """A pool whose threads start when they are first needed.

        - threads_max: how many handlers run at once.
        - queue_max: how many more wait.
        """
        self._executor = ThreadPoolExecutor(threads_max, thread_name_prefix="necro-handler")
        self._places = BoundedSemaphore(threads_max + queue_max)

    def wrap(self, handler: Callable[..., object]) -> "Callable[..., Any]":
        """A coroutine function that runs the handler in the pool, in the caller's context."""

        @wraps(handler)
        async def pooled(*arguments: object, **keywords: object) -> object:
            return await asyncio.wrap_future(self._submit(handler, arguments, keywords))

        return pooled

    def _submit(
        self,
        handler: Callable[..., object],
        arguments: tuple[object, ...],
        keywords: dict[str, object],
    ) -> "Future[object]":
        """Queues a call; raises HTTPError 503 when the queue is full."""
        if not self._places.acquire(blocking=False):
            raise HTTPError(503, "every thread is busy", headers={"retry-after": "1"})
        try:
            call: Callable[[], object]
            call = partial(copy_context().run, handler, *arguments, **keywords)
            future: Future[object] = self._executor.submit(call)
        except BaseException:
            self._places.release()
            raise
        # The place is free when the call has ended, not when its awaiter has gone away.
        future.add_done_callback(self._release)
        return future

    def _release(self, _: "Future[object]") -> None:
        self._places.release()

    def shutdown(self) -> None:
        """Refuses further calls and forgets those that wait; running ones are left alone."""
        self._executor.shutdown(wait=False, cancel_futures=True)
