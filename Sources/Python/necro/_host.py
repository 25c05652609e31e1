"""The host: one process, its listeners, a worker per core, and the signals that end it."""

import json
import os
import select
import signal
import sys
from contextlib import suppress
from importlib import import_module
from time import monotonic

from necro._dev import DevServers
from necro._native import native
from necro._options import HostOptions
from necro._services import Services
from necro._signals import SignalRelay
from necro._spec import AppSpec, load
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._tls import HostCertificates

__all__ = ["run"]

# The standard library's extension modules, imported here before any worker exists: two
# interpreters that import `datetime` for the first time at once can leave it half made. `_asyncio`,
# which brings all of asyncio with it, every worker imports as it starts, one after another.
_EXTENSIONS = (
    "_datetime",
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
# The signals that end a host.
_ENDING = (signal.SIGINT, signal.SIGTERM)


class _Failed(Exception):
    """A worker failed, and has said why."""


class _Ended(Exception):
    """The host was told to end before it serves."""


def run(spec: AppSpec, options: HostOptions) -> int:
    """Serves an app until SIGINT or SIGTERM. Returns the exit status.

    Raises StartupError and OSError, each one line, before anything is served.
    """
    private = DevServers()
    urls = {"database": options.database, "redis": options.redis}
    for number in _ENDING:
        signal.signal(number, _end_at_once)
    # What is wrong with the app is said once, here, and not by every worker.
    services = Services(
        database=options.database,
        database_options=options.database_options,
        redis=options.redis,
        redis_options=options.redis_options,
        assumes_missing=options.dev,
    )
    load(spec).compile(State(), services)
    folder = os.path.dirname(spec.path) if spec.path else os.getcwd()
    _import_extensions()
    workers = options.workers or len(os.sched_getaffinity(0))
    log = _open_log(options.access_log)
    events = _Events()
    certificates = _certificates(options)
    host = native.Host(
        [bind.text for bind in (*options.binds, *options.redirect_binds)],
        workers,
        len(options.binds),
    )
    urls_bound = host.urls()
    if certificates is not None:
        urls_bound = [url.replace("http://", "https://", 1) for url in urls_bound]
        certificates.settings["redirect_port"] = _redirect_port(urls_bound[: len(options.binds)])
    _reopen_on_signal(log, options)
    for name, (title, url) in private.start(services.missing, folder).items():
        _say(f"--dev: a private {title} at {url}", options)
        urls[name] = url
    settings = {
        "path": sys.path,
        "argv": sys.argv,
        "spec": spec.text,
        "log_format": options.log_format,
        "log_level": options.log_level,
        "limits": options.worker_limits(workers),
        "slow_handler_seconds": options.slow_handler_seconds,
        "shutdown_seconds": options.shutdown_seconds,
        "database": urls["database"],
        "database_options": options.database_options,
        "redis": urls["redis"],
        "redis_options": options.redis_options,
        "tls": None if certificates is None else certificates.settings,
    }
    started = 0
    try:
        # The first worker is let come all the way, so that what ails all is said by one.
        for index in range(workers):
            own = json.dumps({**settings, "signals": events.relay.channel()})
            host.start(index, own, events.reports.write_end, log)
            started += 1
            _await(events, b"i", 1)
            if index == 0:
                _await(events, b"r", 1)
        _await(events, b"r", workers - 1)
    except (_Ended, _Failed) as error:
        # The workers that have started up shut down as well, unless one of them is stuck.
        host.drain()
        status = _serve(host, events, started, options, certificates, is_draining=True)
        if isinstance(error, _Failed):
            status = 1
    else:
        count = "1 worker" if workers == 1 else f"{workers} workers"
        for index, url in enumerate(urls_bound):
            if index < len(options.binds):
                _say(f"hosting {spec.text} on {url} with {count}", options)
            else:
                _say(f"sending {url.replace('https', 'http', 1)} to https", options)
        status = _serve(host, events, workers, options, certificates)
    host.close()
    if certificates is not None:
        certificates.close()
    private.close()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Ending the interpreters one by one crashes CPython 3.13.0; each worker has cleaned up already.
    os._exit(status)


def _certificates(options: HostOptions) -> "HostCertificates | None":
    """The certificates of a host that serves HTTPS. Raises StartupError when they are not fit."""
    if not options.tls["cert"]:
        return None
    from necro._tls import HostCertificates

    return HostCertificates(options.tls, lambda text: _say(text, options))


def _redirect_port(urls: list[str]) -> int:
    """The port that requests in clear text are sent to: that of the first TCP address."""
    for url in urls:
        port = url.rpartition(":")[2]
        if url.startswith("https://") and port.isdigit():
            return int(port)
    return 443


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


def _say(text: str, options: HostOptions) -> None:
    """Says what the host does: a plain line, or a JSON object like those of the log."""
    if options.log_format == "json":
        # It needs `logging`, which costs much of the time that a start takes.
        from necro._logs import json_line

        line = json_line(text)
    else:
        line = f"necro: {text}"
    os.write(2, f"{line}\n".encode("utf-8", "backslashreplace"))


def _reopen_on_signal(log: int, options: HostOptions) -> None:
    """Has SIGUSR1 open the access log anew, as after its file was moved away.

    Also where there is no such file, so that whatever moves logs away never ends a host.
    """

    def reopen(number: int, frame: object) -> None:
        if options.access_log in (None, "-"):
            return
        try:
            fresh = _open_log(options.access_log)
        except OSError as error:
            _say(str(error), options)
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


class _Events:
    """What the main thread waits for: signals, the workers' reports and what they ask for."""

    def __init__(self) -> None:
        """Has SIGINT, SIGTERM and whatever the workers want written to a pipe.

        Caught and not blocked, since children of the workers would inherit a mask.
        """
        self.reports = _Pipe()
        # How many workers have ended, well or not.
        self.ended = 0
        self.relay = SignalRelay()
        # SIGHUP has come, and nobody has looked.
        self.hung_up = False
        self._signals = _Pipe()
        signal.set_wakeup_fd(self._signals.write_end, warn_on_full_buffer=False)
        for number in _ENDING:
            signal.signal(number, _noted)

    def wait(self, seconds: float | None = None) -> tuple[list[bytes], bool]:
        """Waits for something: the reports of workers, and whether the host is to end.

        - seconds: how long at most; None is for ever.
        """
        read_ends = [self.reports.read_end, self._signals.read_end, *self.relay.descriptors]
        poll = select.poll()
        for descriptor in read_ends:
            poll.register(descriptor, select.POLLIN)
        milliseconds = None if seconds is None else seconds * 1000
        readable = [descriptor for descriptor, _ in poll.poll(milliseconds)]
        received = b""
        ends = False
        for descriptor in readable:
            if descriptor == self.reports.read_end:
                received = os.read(descriptor, 4096)
            elif descriptor == self._signals.read_end:
                for number in os.read(descriptor, 4096):
                    ends = ends or number in _ENDING
                    self.hung_up = self.hung_up or number == signal.SIGHUP
                    self.relay.hand_on(number)
            else:
                self.relay.answer(descriptor)
        reports = [bytes((octet,)) for octet in received]
        self.ended += sum(report in (b"d", b"f") for report in reports)
        return reports, ends


def _noted(number: int, frame: object) -> None:
    """Leaves a signal to whoever reads the pipe."""


def _end_at_once(number: int, frame: object) -> None:
    """Ends a host that has no workers: nothing has begun that would have to be brought to an end.

    An exception would be lost where the signal comes in the callback of a weak reference, such as
    imports have.
    """
    for stream in (sys.stdout, sys.stderr):
        # The signal may have come in the midst of a write to it.
        with suppress(Exception):
            stream.flush()
    os._exit(0)


def _await(events: _Events, report: bytes, count: int) -> None:
    """Waits for as many reports of a kind.

    Raises _Failed when a worker cannot start, _Ended when the host is to end.
    """
    while count > 0:
        received, ends = events.wait()
        if ends:
            raise _Ended
        for one in received:
            if one == b"f":
                raise _Failed
            count -= one == report


def _serve(
    host: "native.Host",
    events: _Events,
    workers: int,
    options: HostOptions,
    certificates: "HostCertificates | None",
    *,
    is_draining: bool = False,
) -> int:
    """Waits for the end of all workers. The first signal drains, a second ends at once.

    A drain closes what is open in the end, but a thread, a task or a hook that does not end would
    keep its worker for ever: what remains is given up after a while.

    - is_draining: whether a drain has begun already.
    """
    status = 0
    drain_seconds = options.limits["drain-seconds"]
    assert isinstance(drain_seconds, (int, float))
    seconds = drain_seconds + options.shutdown_seconds
    ends_at = monotonic() + seconds if is_draining else None
    if certificates is not None:
        signal.signal(signal.SIGHUP, _noted)
    while events.ended < workers:
        left = None if ends_at is None else ends_at - monotonic()
        if left is not None and left <= 0:
            count = workers - events.ended
            which = "1 worker has" if count == 1 else f"{count} workers have"
            _say(f"{which} not ended after {seconds:g} s: a hook, a task or a thread", options)
            return 1
        if certificates is not None and ends_at is None:
            left = certificates.look_seconds
        received, signalled = events.wait(left)
        if certificates is not None and certificates.tend(is_asked=events.hung_up):
            events.relay.tell_all(signal.SIGHUP)
        events.hung_up = False
        for one in received:
            if one == b"f":
                # The others finish their requests, and whoever runs the host starts it again.
                status = 1
                signalled = signalled or ends_at is None
        if signalled and ends_at is not None:
            return 1
        if signalled:
            ends_at = monotonic() + seconds
            host.drain()
    return status
