"""The blocking face of what lives on an event loop, for threads other than the loop's."""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager
    from typing import Any

__all__ = ["BlockingFace"]


class BlockingFace:
    """Runs what a loop has to do, and waits for it."""

    # Raised when it is used on the loop's own thread.
    _misuse: type[Exception] = RuntimeError

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def _wait[Value](self, make: "Callable[[], Awaitable[Value]]") -> Value:
        async def run() -> Value:
            return await make()

        return self._run(run())

    def _run[Value](self, coroutine: "Coroutine[Any, Any, Value]") -> Value:
        try:
            is_loops = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            is_loops = False
        if is_loops:
            coroutine.close()
            raise self._misuse(
                "the blocking face was called on the loop's own thread, which would wait for itself"
            )
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @contextmanager
    def _within[Value](
        self, make: "Callable[[], AbstractAsyncContextManager[Value]]"
    ) -> Generator[Value]:
        """A block of an asynchronous context manager, which lives in one task of the loop."""
        entered: asyncio.Future[Value] = self._made(self._loop.create_future)
        left: asyncio.Future[BaseException | None] = self._made(self._loop.create_future)

        async def live() -> None:
            try:
                async with make() as value:
                    entered.set_result(value)
                    error = await left
                    if error is not None:
                        raise error
            except BaseException as error:
                if not entered.done():
                    entered.set_exception(error)
                    return
                raise

        async def begin() -> "tuple[asyncio.Task[None], Value]":
            task = asyncio.ensure_future(live())
            try:
                return task, await entered
            except BaseException:
                task.cancel()
                raise

        task, value = self._run(begin())
        error: BaseException | None = None
        try:
            yield value
        except BaseException as raised:
            error = raised
        self._loop.call_soon_threadsafe(left.set_result, error)
        try:
            self._run(_finish(task))
        except BaseException as ended:
            if ended is not error:
                raise
        if error is not None:
            raise error

    def _made[Value](self, function: "Callable[[], Value]") -> Value:
        async def run() -> Value:
            return function()

        return self._run(run())

    def _each[Value](self, make: "Callable[[], AsyncIterator[Value]]") -> Iterator[Value]:
        iterator = self._made(make)
        try:
            while True:
                try:
                    yield self._run(_next(iterator))
                except StopAsyncIteration:
                    return
        finally:
            close = getattr(iterator, "aclose", None)
            if close is not None:
                self._wait(close)


async def _finish(task: "asyncio.Task[None]") -> None:
    await task


async def _next[Value](iterator: "AsyncIterator[Value]") -> Value:
    return await anext(iterator)
