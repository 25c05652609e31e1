"""The bounded thread pool of one worker, for plain `def` handlers."""

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
        # Only who serves has a loop; who looks at an app's routes does without.
        from asyncio import wrap_future

        @wraps(handler)
        async def pooled(*arguments: object, **keywords: object) -> object:
            call: Callable[[], object]
            call = partial(copy_context().run, handler, *arguments, **keywords)
            return await wrap_future(self._submit(call))

        return pooled

    async def run[T](self, call: Callable[[], T], *, orphaned: Callable[[], object]) -> T:
        """Runs a call in the pool.

        - orphaned: is called after it when nobody waits for the result any more.
        """
        from asyncio import CancelledError, wrap_future

        future = self._submit(call)
        try:
            return await wrap_future(future)
        except CancelledError:
            # A call that runs cannot be stopped; what it has made must not stay behind.
            future.add_done_callback(lambda _: orphaned())
            raise

    async def finish[T](self, call: Callable[[], T]) -> T:
        """Runs a call that ends another one: never refused, and not given up when cancelled."""
        from asyncio import shield, wrap_future

        return await shield(wrap_future(self._executor.submit(call)))

    def _submit[T](self, call: Callable[[], T]) -> "Future[T]":
        """Queues a call; raises HTTPError 503 when the queue is full."""
        if not self._places.acquire(blocking=False):
            raise HTTPError(503, "every thread is busy", headers={"retry-after": "1"})
        try:
            future = self._executor.submit(call)
        except BaseException:
            self._places.release()
            raise
        # The place is free when the call has ended, not when its awaiter has gone away.
        future.add_done_callback(self._release)
        return future

    def _release(self, _: "Future[Any]") -> None:
        self._places.release()

    def shutdown(self) -> None:
        """Refuses further calls and forgets those that wait; running ones are left alone."""
        self._executor.shutdown(wait=False, cancel_futures=True)
