"""A worker on an event loop that is not its own: asyncio's, uvloop's, that of a test."""

import asyncio
from contextvars import Context

from necro._loop import task_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._necro import Worker

__all__ = ["Embedding"]


class Embedding:
    """Has an asyncio loop give a worker its turns.

    Nothing of the loop is used but what `asyncio.AbstractEventLoop` promises. A turn does not wait,
    and what handlers await is awaited on that loop, in tasks of the worker's.
    """

    def __init__(self, worker: "Worker", loop: asyncio.AbstractEventLoop) -> None:
        """A worker that was neither embedded nor attached before, on a loop.

        Raises NotImplementedError for a loop that watches no descriptors.
        """
        self._worker = worker
        self._loop = loop
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        # No turn sees the context of whoever happened to cause it.
        self._context = Context()
        loop.add_reader(worker.fileno(), self._turn)
        self.task_type = task_type(worker)
        worker.embed(loop, self.task_type, self._wake)

    def _wake(self) -> None:
        """Is called when there is work and no turn is due."""
        if self._soon is None:
            self._soon = self._loop.call_soon(self._turn, context=self._context)

    def _turn(self) -> None:
        """Lets the worker do what is there to do, and sees when it is to go on."""
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        self._soon = self._later = None
        seconds = self._worker.turn()
        if seconds == 0:
            self._wake()
        elif seconds is not None:
            self._later = self._loop.call_later(seconds, self._turn, context=self._context)

    def close(self) -> None:
        """Leaves the loop; the worker is not closed."""
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        if not self._loop.is_closed():
            self._loop.remove_reader(self._worker.fileno())
