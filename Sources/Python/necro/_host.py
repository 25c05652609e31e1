"""The host: one process, its listeners, a worker per core, and the signals that end it."""

import json
import os
import select
import signal
import sys
from contextlib import suppress
from importlib import import_module

from necro._logs import say
from necro._native import native
from necro._options import HostOptions
from necro._spec import AppSpec, load
from necro._state import State

__all__ = ["run"]

# The standard library's extension modules, imported here before any worker exists: two
# interpreters that import `datetime` for the first time at once can leave it half made.
_EXTENSIONS = (
    "_datetime",
    "_asyncio",
    "_bisect",
    "_contextvars",
    "_csv",
    "_ctypes",
    "_decimal",
    "_elementtree",
    "_hashlib",
    "_heapq",
    "_json",
    "_pickle",
    "_posixsubprocess",
    "_queue",
    "_random",
    "_socket",
    "_sqlite3",
    "_ssl",
    "_struct",
    "_uuid",
    "_zoneinfo",
    "array",
    "binascii",
    "fcntl",
    "grp",
    "math",
    "mmap",
    "pyexpat",
    "resource",
    "select",
    "termios",
    "unicodedata",
    "zlib",
)


# A log never waits for its reader: a pipe that is full loses lines.
_LOG_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC


class _Failed(Exception):
    """A worker failed, and has said why."""


def run(spec: AppSpec, options: HostOptions) -> int:
    """Serves an app until SIGINT or SIGTERM. Returns the exit status.

    Raises StartupError and OSError, each one line, before anything is served.
    """
    # What is wrong with the app is said once, here, and not by every worker.
    load(spec).compile(State())
    _import_extensions()
    workers = options.workers or len(os.sched_getaffinity(0))
    log = _open_log(options.access_log)
    host = native.Host([bind.text for bind in options.binds], workers)
    _reopen_on_signal(log, options)
    signals, reports = _Pipe(), _Pipe()
    _catch_signals(signals)
    settings = json.dumps(
        {
            "path": sys.path,
            "argv": sys.argv,
            "spec": spec.text,
            "log_format": options.log_format,
            "log_level": options.log_level,
            "limits": options.native_limits,
        }
    )
    try:
        # The first worker is let come all the way, so that what ails all is said by one.
        for index in range(workers):
            host.start(index, settings, reports.write_end, log)
            _await(reports, signals, b"i", 1)
            if index == 0:
                _await(reports, signals, b"r", 1)
        _await(reports, signals, b"r", workers - 1)
    except KeyboardInterrupt:
        status = 0
    except _Failed:
        status = 1
    else:
        count = "1 worker" if workers == 1 else f"{workers} workers"
        for url in host.urls():
            say(f"hosting {spec.text} on {url} with {count}", options)
        status = _serve(host, reports, signals, workers)
    host.close()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Ending the interpreters one by one crashes CPython 3.13.0; each worker has cleaned up already.
    os._exit(status)


def _import_extensions() -> None:
    """Imports the standard library's extension modules, those that this build of it has."""
    for name in _EXTENSIONS:
        with suppress(ImportError):
            import_module(name)


def _open_log(name: str | None) -> int:
    """A descriptor for the access log, -1 for none."""
    if name is None:
        return -1
    if name == "-":
        with suppress(OSError):
            # A description of our own, which may be non-blocking when standard output's is others'
            # too. A socket has none to be had this way, nor has a pipe of another user's.
            return os.open("/proc/self/fd/1", _LOG_FLAGS)
        return os.dup(1)
    try:
        return os.open(name, _LOG_FLAGS | os.O_CREAT, 0o644)
    except OSError as error:
        raise OSError(f"cannot write the access log {name}: {error.strerror}") from None


def _reopen_on_signal(log: int, options: HostOptions) -> None:
    """Has SIGUSR1 open the access log anew, as after its file was moved away."""
    if options.access_log in (None, "-"):
        return

    def reopen(number: int, frame: object) -> None:
        try:
            fresh = _open_log(options.access_log)
        except OSError as error:
            say(str(error), options)
            return
        # The workers go on writing to the same descriptor.
        os.dup2(fresh, log, inheritable=False)
        os.close(fresh)

    signal.signal(signal.SIGUSR1, reopen)


class _Pipe:
    """A pipe that other threads and signal handlers write single octets to."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.write_end, False)


def _catch_signals(signals: _Pipe) -> None:
    """Has SIGINT and SIGTERM written to a pipe.

    Caught and not blocked, since children of the workers would inherit a mask.
    """
    signal.set_wakeup_fd(signals.write_end, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _noted)


def _noted(number: int, frame: object) -> None:
    """Leaves a signal to whoever reads the pipe."""


def _await(reports: _Pipe, signals: _Pipe, report: bytes, count: int) -> None:
    """Waits for as many reports of a kind.

    Raises _Failed when a worker cannot start, KeyboardInterrupt on a signal.
    """
    while count > 0:
        received, signalled = _wait(reports, signals)
        if signalled:
            raise KeyboardInterrupt
        for one in received:
            if one == b"f":
                raise _Failed
            count -= one == report


def _wait(reports: _Pipe, signals: _Pipe) -> tuple[list[bytes], bool]:
    """Waits for something to happen: the reports of workers, and whether a signal came."""
    readable, _, _ = select.select([reports.read_end, signals.read_end], [], [])
    received = os.read(reports.read_end, 4096) if reports.read_end in readable else b""
    numbers = os.read(signals.read_end, 4096) if signals.read_end in readable else b""
    signalled = signal.SIGINT in numbers or signal.SIGTERM in numbers
    return [bytes((octet,)) for octet in received], signalled


def _serve(host: "native.Host", reports: _Pipe, signals: _Pipe, workers: int) -> int:
    """Waits for the end. The first signal drains, a second ends at once."""
    status = 0
    draining = False
    while workers > 0:
        received, signalled = _wait(reports, signals)
        for one in received:
            workers -= one in (b"d", b"f")
            if one == b"f":
                # The others finish their requests, and whoever runs the host starts it again.
                status = 1
                signalled = signalled or not draining
        if signalled and draining:
            return 1
        if signalled:
            draining = True
            host.drain()
    return status
