"""Signals in workers: the host's main thread catches them and hands them on to those that ask.

Python lets the main thread of the main interpreter alone handle signals, and no worker is that. So
a worker asks the host, over a socket pair of its own, to catch a signal and waits until it does.
"""

import select
import signal
import socket
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SignalChannel", "SignalRelay"]

# What the host keeps to itself, and what an app does in place of catching it.
_KEPT = {
    signal.SIGINT: "has the host drain; use @app.on_shutdown",
    signal.SIGTERM: "has the host drain; use @app.on_shutdown",
    signal.SIGHUP: "is kept for reloading certificates",
}
_ANSWER_SECONDS_MAX = 10.0

# The messages, two octets each: a letter and the number of a signal.
_WANT = ord("+")
_UNWANT = ord("-")
_DONE = ord("d")
_REFUSED = ord("r")
_CAME = ord("s")


class SignalChannel:
    """A worker's end."""

    def __init__(self, descriptor: int) -> None:
        """Takes over the descriptor that a SignalRelay has made for the worker."""
        self._socket = socket.socket(fileno=descriptor)
        self.descriptor = descriptor
        # What came while an answer was waited for.
        self._early: list[int] = []

    def want(self, number: int) -> None:
        """Has the host catch a signal from now on.

        Raises RuntimeError when it cannot be caught or the host keeps it.
        """
        kept = _KEPT.get(signal.Signals(number))
        if kept is not None:
            name = signal.Signals(number).name
            raise RuntimeError(f"{name} cannot be handled in a worker: it {kept}")
        if self._ask(_WANT, number) == _REFUSED:
            raise RuntimeError(f"sig {number} cannot be caught")

    def unwant(self, number: int) -> None:
        """Has the host leave a signal to what it did before, unless other workers want it."""
        self._ask(_UNWANT, number)

    def received(self) -> "Iterable[int]":
        """The numbers of the signals that have come; does not wait."""
        numbers, self._early = self._early, []
        while True:
            try:
                message = self._socket.recv(2, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return numbers
            if not message:
                return numbers
            if message[0] == _CAME:
                numbers.append(message[1])

    def _ask(self, letter: int, number: int) -> int:
        """Sends a request and waits for its answer, whose letter it returns."""
        self._socket.send(bytes((letter, number)))
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        deadline = time.monotonic() + _ANSWER_SECONDS_MAX
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise RuntimeError("the host does not answer for a signal")
            message = self._socket.recv(2)
            if not message:
                raise RuntimeError("the host has ended")
            if message[0] != _CAME:
                return message[0]
            self._early.append(message[1])


class SignalRelay:
    """The host's ends: who wants which signal."""

    def __init__(self) -> None:
        self._ends: dict[int, socket.socket] = {}
        # Who wants a signal, by its number, and what the process did with it before.
        self._wanted: dict[int, tuple[set[int], object]] = {}

    @property
    def descriptors(self) -> "Iterable[int]":
        """What is readable when a worker asks."""
        return self._ends

    def channel(self) -> int:
        """A new channel; the descriptor of the worker's end, which the worker takes over."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._ends[ours.fileno()] = ours
        return theirs.detach()

    def answer(self, descriptor: int) -> None:
        """Does what a worker asks for; one that has ended is forgotten."""
        end = self._ends[descriptor]
        try:
            message = end.recv(2)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            for number in list(self._wanted):
                self._unwant(number, descriptor)
            self._ends.pop(descriptor).close()
            return
        letter, number = message
        answer = _DONE
        if letter == _WANT:
            try:
                self._want(number, descriptor)
            except (OSError, ValueError):
                answer = _REFUSED
        else:
            self._unwant(number, descriptor)
        _send(end, answer, number)

    def tell_all(self, number: int) -> None:
        """Tells every worker of a signal, whoever wants it."""
        for end in self._ends.values():
            _send(end, _CAME, number)

    def hand_on(self, number: int) -> None:
        """Tells the workers that want it of a signal."""
        wanting, _ = self._wanted.get(number, (set[int](), None))
        for descriptor in wanting:
            _send(self._ends[descriptor], _CAME, number)

    def _want(self, number: int, descriptor: int) -> None:
        if number not in self._wanted:
            before = signal.getsignal(number)
            # A function of the host's own is kept: the wake-up descriptor tells of its signal too.
            if not callable(before):
                signal.signal(number, _noted)
                # System calls that the signal interrupts go on, as far as they can.
                signal.siginterrupt(number, False)
            self._wanted[number] = set(), before
        self._wanted[number][0].add(descriptor)

    def _unwant(self, number: int, descriptor: int) -> None:
        wanting, before = self._wanted.get(number, (set[int](), None))
        wanting.discard(descriptor)
        if not wanting and number in self._wanted:
            del self._wanted[number]
            if not callable(before):
                signal.signal(
                    number, signal.SIG_IGN if before == signal.SIG_IGN else signal.SIG_DFL
                )


def _send(end: socket.socket, letter: int, number: int) -> None:
    """Sends a message; a worker that does not read learns of the signals that came before."""
    try:
        end.send(bytes((letter, number)))
    except OSError:
        # Full, as signals that nobody has looked at are one; or the worker has ended.
        return


def _noted(number: int, frame: object) -> None:
    """Leaves a signal to whoever reads the wake-up descriptor."""
