"""Work that is done after the response: bounded, and finished before the worker ends."""

import inspect
from contextvars import Context, copy_context
from functools import partial
from threading import Lock

from necro._errors import HTTPError
from necro._pool import HandlerPool
from necro._signatures import display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from necro._views import RequestViews

    type Job = Callable[[], object]

__all__ = ["BackgroundWork"]


class BackgroundWork:
    """What the requests of one worker have left to be done after their responses."""

    def __init__(self, pool: HandlerPool, *, pending_max: int, seconds_max: float) -> None:
        """No work yet.

        - pool: runs plain functions.
        - pending_max: how many calls may wait or run.
        - seconds_max: how long a worker that ends waits for them.
        """
        self._pool = pool
        self._pending_max = pending_max
        self._seconds_max = seconds_max
        self._pending = 0
        # Threads leave work too.
        self._lock = Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: asyncio.Future[None] | None = None

    def add(self, request: "RequestViews", job: "Job") -> None:
        """Leaves a call to be made after the response; soon, when that is made already.

        Raises HTTPError 503 when too many wait, since work without a bound would be lost in a crash
        rather than refused.
        """
        with self._lock:
            if self._pending >= self._pending_max:
                raise HTTPError(
                    503, "too much work waits in the background", headers={"retry-after": "1"}
                )
            self._pending += 1
            is_first = request.leave(job)
        if not is_first:
            return
        try:
            request.when_answered(partial(self._begin, request, copy_context()))
        except RuntimeError:
            # The worker has ended.
            with self._lock:
                self._pending -= len(request.take_left())
            raise

    def _begin(self, request: "RequestViews", context: Context, is_cancelled: bool) -> None:
        """Begins the work of a request that has been answered."""
        with self._lock:
            jobs = request.take_left()
        if is_cancelled:
            self._ended(len(jobs))
            return
        from asyncio import get_running_loop

        task = get_running_loop().create_task(self._run(request, jobs), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, request: "RequestViews", jobs: "list[Job]") -> None:
        """Makes the calls of one request, one after another; each is made whatever others raise."""
        left = len(jobs)
        try:
            for job in jobs:
                try:
                    await self._call(job)
                except Exception as error:
                    _log(error, job, request)
                left -= 1
                self._ended(1)
        finally:
            self._ended(left)

    async def _call(self, job: "Job") -> None:
        """Makes one call: a plain function's in the thread pool."""
        function = job.func if isinstance(job, partial) else job
        if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004
        ):
            await job()  # type: ignore[misc]  # pyright: ignore
        else:
            await self._pool.finish(partial(copy_context().run, job))

    def _ended(self, count: int) -> None:
        with self._lock:
            self._pending -= count
        if self._pending == 0 and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def settle(self) -> None:
        """Waits until all work is done, however long that takes."""
        from asyncio import get_running_loop, shield

        while self._pending > 0:
            if self._idle is None or self._idle.done():
                self._idle = get_running_loop().create_future()
            # One who waits no longer does not end the others' waiting.
            await shield(self._idle)

    async def finish(self) -> None:
        """Waits until all work is done; what takes longer than it may is cancelled, and said."""
        from asyncio import gather, timeout

        if self._pending == 0:
            return
        try:
            async with timeout(self._seconds_max):
                await self.settle()
        except TimeoutError:
            from logging import getLogger

            getLogger("necro").error(
                "%d calls in the background took longer than %g s and were cancelled",
                self._pending,
                self._seconds_max,
            )
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await gather(*tasks, return_exceptions=True)


def _log(error: Exception, job: "Job", request: "RequestViews") -> None:
    """Logs what a call raised."""
    from logging import getLogger

    function = job.func if isinstance(job, partial) else job
    getLogger("necro").error(
        "%s failed in the background of %s %s (%s)",
        display_name(function),
        request.method,
        request.raw_path.decode("latin-1"),
        request.served_by.handler,
        exc_info=error,
    )
