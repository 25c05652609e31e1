"""The worker's event loop: asyncio's own, on the native reactor.

asyncio asks its selector what is ready; this one serves HTTP while it waits and answers when the
loop has something to do. So everything that asyncio's selector loop can do works unchanged, and a
request whose handler does not suspend never passes through the loop at all.
"""

import asyncio
import selectors
from asyncio.log import logger
from collections.abc import Callable, Mapping
from contextlib import suppress
from inspect import iscoroutinefunction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from necro._necro import Worker
    from necro._routes import CompiledRoute
    from necro._signals import SignalChannel

__all__ = ["Loop", "task_type"]

# What epoll calls readable and writable; the other bits make a descriptor both.
_EPOLLIN = 0x001
_EPOLLOUT = 0x004


class _KeysByObject(Mapping["Any", selectors.SelectorKey]):
    """The keys of a selector, by file object as well as by descriptor: asyncio asks for both."""

    def __init__(self, selector: "_Selector") -> None:
        self._selector = selector

    def __len__(self) -> int:
        """How many are registered."""
        return len(self._selector.keys)

    def __iter__(self) -> "Iterator[int]":
        """The descriptors."""
        return iter(self._selector.keys)

    def __getitem__(self, fileobj: "Any") -> selectors.SelectorKey:
        """The key of what is registered; KeyError for anything else."""
        return self._selector.get_key(fileobj)

    def get(self, fileobj: "Any", default: "Any" = None) -> "Any":
        """The key of what is registered, else the default."""
        return self._selector.keys.get(self._selector.lookup(fileobj), default)


class _Selector(selectors.BaseSelector):
    """Descriptors on the reactor of a worker."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self.keys: dict[int, selectors.SelectorKey] = {}
        self._keys_by_object = _KeysByObject(self)
        self.loop: Loop | None = None

    def register(self, fileobj: "Any", events: int, data: object = None) -> selectors.SelectorKey:
        """Watches a file object or descriptor."""
        descriptor = _descriptor(fileobj)
        if descriptor in self.keys:
            raise KeyError(f"{fileobj!r} (descriptor {descriptor}) is already registered")
        self._worker.add_descriptor(descriptor, _mask(events))
        key = selectors.SelectorKey(fileobj, descriptor, events, data)
        self.keys[descriptor] = key
        return key

    def unregister(self, fileobj: "Any") -> selectors.SelectorKey:
        """Forgets a file object or descriptor."""
        try:
            key = self.keys.pop(self.lookup(fileobj))
        except KeyError:
            raise KeyError(f"{fileobj!r} is not registered") from None
        # One that was closed first is removed already.
        with suppress(OSError):
            self._worker.remove_descriptor(key.fd)
        return key

    def modify(self, fileobj: "Any", events: int, data: object = None) -> selectors.SelectorKey:
        """Changes what a registered object is watched for, or its data."""
        key = self.get_key(fileobj)
        if events != key.events:
            self._worker.modify_descriptor(key.fd, _mask(events))
        key = selectors.SelectorKey(key.fileobj, key.fd, events, data)
        self.keys[key.fd] = key
        return key

    def get_key(self, fileobj: "Any") -> selectors.SelectorKey:
        """The key of a registered object; KeyError for any other."""
        try:
            return self.keys[self.lookup(fileobj)]
        except KeyError:
            raise KeyError(f"{fileobj!r} is not registered") from None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Serves until the loop has something to do, at most as long as given."""
        assert self.loop is not None
        ready: list[tuple[selectors.SelectorKey, int]] = []
        for descriptor, mask in self._worker.serve(timeout, self.loop.timers):
            key = self.keys.get(descriptor)
            if key is None:
                continue
            events = 0
            if mask & ~_EPOLLOUT:
                events |= selectors.EVENT_READ
            if mask & ~_EPOLLIN:
                events |= selectors.EVENT_WRITE
            if events & key.events:
                ready.append((key, events & key.events))
        return ready

    def get_map(self) -> _KeysByObject:
        """The keys, by file object or descriptor."""
        return self._keys_by_object

    def close(self) -> None:
        """Forgets all; the reactor belongs to the worker."""
        for key in list(self.keys.values()):
            self.unregister(key.fd)

    def lookup(self, fileobj: "Any") -> int:
        """The descriptor of an object, also of one that has been closed since."""
        try:
            return _descriptor(fileobj)
        except ValueError:
            for key in self.keys.values():
                if key.fileobj is fileobj:
                    return key.fd
            raise


def _descriptor(fileobj: "Any") -> int:
    """The number of a descriptor or of an object with `fileno()`; ValueError when it has none."""
    if isinstance(fileobj, int):
        descriptor = fileobj
    else:
        try:
            descriptor = int(fileobj.fileno())
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"not a file object: {fileobj!r}") from None
    if descriptor < 0:
        raise ValueError(f"not a descriptor: {descriptor}")
    return descriptor


def _mask(events: int) -> int:
    """The epoll mask for selectors' events."""
    if not events or events & ~(selectors.EVENT_READ | selectors.EVENT_WRITE):
        raise ValueError(f"not a set of events: {events!r}")
    return (_EPOLLIN if events & selectors.EVENT_READ else 0) | (
        _EPOLLOUT if events & selectors.EVENT_WRITE else 0
    )


class Loop(asyncio.SelectorEventLoop):
    """The event loop of a worker."""

    # BaseEventLoop's own; the reactor looks at the queue and the timers to know whether to return.
    _ready: "Any"
    _scheduled: "list[asyncio.TimerHandle]"

    _signal_handlers: "dict[int, asyncio.Handle]"
    if TYPE_CHECKING:
        _check_closed: Callable[[], None]
        _check_signal: Callable[[int], None]
        _handle_signal: Callable[[int], None]

    def __init__(
        self,
        worker: "Worker",
        drained: Callable[[], None],
        signals: "SignalChannel | None" = None,
    ) -> None:
        """A loop on a worker's reactor.

        - drained: called when the worker has served its last request.
        - signals: how the host is asked for signals; None where the loop may catch them itself.
        """
        self._worker = worker
        self._signals = signals
        selector = _Selector(worker)
        super().__init__(selector)
        selector.loop = self
        worker.attach(self, self._ready, task_type(worker), drained)

    @property
    def timers(self) -> "list[asyncio.TimerHandle]":
        """The heap of timers, which the base class replaces now and then."""
        return self._scheduled

    def set_debug(self, enabled: bool) -> None:
        """Turns debug mode on or off: what handlers take is then measured as well."""
        super().set_debug(enabled)
        self._worker.set_debug(enabled)

    def handler_took(self, route: "CompiledRoute", seconds: float) -> None:
        """Is told in debug mode how long a handler's first step took.

        The loop times its callbacks itself, but the reactor serves many requests within one.
        """
        if seconds >= self.slow_callback_duration:
            logger.warning(
                "Executing handler %s (%s %s) took %.3f seconds",
                route.handler,
                ",".join(route.methods),
                route.template,
                seconds,
            )

    def add_signal_handler[*Ts](
        self, sig: int, callback: Callable[[*Ts], object], *args: *Ts
    ) -> None:
        """Has a callback called when the process gets a signal; in a worker, by way of the host.

        Raises RuntimeError for what cannot be caught and for what the host keeps to itself.
        """
        if self._signals is None:
            super().add_signal_handler(sig, callback, *args)
            return
        if asyncio.iscoroutine(callback) or iscoroutinefunction(callback):
            raise TypeError("coroutines cannot be used with add_signal_handler()")
        self._check_signal(sig)
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, None)
        if sig not in self._signal_handlers:
            self._signals.want(sig)
            self.add_reader(self._signals.descriptor, self._read_signals)
        self._signal_handlers[sig] = handle

    def hear_host(self, number: int, callback: "Callable[[], object]") -> None:
        """Has a callback called when the host tells all workers of a signal that it keeps."""
        assert self._signals is not None
        self.add_reader(self._signals.descriptor, self._read_signals)
        self._signal_handlers[number] = asyncio.Handle(callback, (), self, None)

    def remove_signal_handler(self, sig: int) -> bool:
        """Takes a signal's callback away; whether there was one."""
        if self._signals is None:
            return super().remove_signal_handler(sig)
        self._check_signal(sig)
        if self._signal_handlers.pop(sig, None) is None:
            return False
        self._signals.unwant(sig)
        return True

    def _read_signals(self) -> None:
        """Calls what is to be called for the signals that the host has handed on."""
        assert self._signals is not None
        for number in self._signals.received():
            self._handle_signal(number)

    def stop(self) -> None:
        """Stops the loop after this turn, also when a handler asks while the reactor serves."""
        super().stop()
        self.call_soon(_nothing)


def _nothing() -> None:
    """Is something to do, so that the loop takes a turn."""


def task_type(worker: "Worker") -> "type[asyncio.Task[Any]]":
    """The type of the tasks that a worker's requests run in.

    One task serves many requests, as long as none changes it; so it tells the worker when one does.
    """

    class RequestTask(asyncio.Task):  # type: ignore[type-arg]
        """The task of a request."""

        __slots__ = ()

        def cancel(self, msg: "Any" = None) -> bool:
            worker.task_touched()
            return super().cancel(msg)

        def uncancel(self) -> int:
            worker.task_touched()
            return super().uncancel()

        def add_done_callback(self, *arguments: "Any", **keywords: "Any") -> None:
            worker.task_touched()
            super().add_done_callback(*arguments, **keywords)

        def set_name(self, value: object) -> None:
            worker.task_touched()
            super().set_name(value)

    return RequestTask
