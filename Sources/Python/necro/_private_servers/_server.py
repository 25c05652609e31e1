"""What all private servers share: their folder, their watcher, their life."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from necro._private_servers import _watcher
from necro._private_servers._errors import PrivateServerError
from necro._private_servers._folder import PrivateFolder, said_of
from necro._private_servers._leftovers import end_leftovers

__all__ = ["START_SECONDS_MAX", "PrivateServer", "free_port"]

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
_POLL_SECONDS = 0.005
_LOG_OCTETS_IN_ERRORS = 4096


def free_port() -> int:
    """A TCP port of the loopback that was free a moment ago."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class PrivateServer:
    """A server in a temporary folder, used as a context manager.

    `start` after `stop` or `kill` finds the data as it was; `close` removes everything. A server
    that this process does not close ends with it.
    """

    kind = "server"

    def __init__(self, parent: str | os.PathLike[str] | None = None) -> None:
        self._parent = parent
        self._folder: PrivateFolder | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._process: int | None = None
        self._ticks = 0
        self.user: int | None = None
        self.group: int | None = None

    # What a server of a kind is.

    def _prepare(self, folder: PrivateFolder) -> None:
        """Fills the folder before the first start."""

    def _command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def _is_ready(self) -> bool:
        """Whether the server, which has started, takes connections by now."""
        raise NotImplementedError

    @property
    def stop_signal(self) -> int:
        """The signal that ends the server in good order."""
        return signal.SIGTERM

    # Its life.

    def __enter__(self) -> Self:
        """Starts the server."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends the server and removes its folder."""
        self.close()

    def open(self) -> None:
        """Makes the folder and starts the server; servers left behind before are ended first.

        Raises PrivateServerError.
        """
        end_leftovers(self._parent)
        self._folder = PrivateFolder(self.kind, self._parent)
        try:
            self._prepare(self._folder)
            self.start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Kills the server, if it runs, and removes its folder."""
        self.kill()
        if self._folder is not None:
            # A killed Postgres cannot remove this itself.
            _watcher.remove_shared_memory(str(self._folder.path))
            self._folder.close()
            self._folder = None

    def start(self) -> None:
        """Starts the server in its folder and waits until it takes connections.

        Raises PrivateServerError, with the end of the log.
        """
        if self._process is not None:
            raise PrivateServerError(f"the private {self.kind} runs already")
        folder = self.folder
        command = self._command()
        described = {
            "command": command,
            "folder": str(folder),
            "log": str(self.log_file),
            "environment": self.environment(),
            "user": self.user,
            "group": self.group,
        }
        try:
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_watcher.__file__), json.dumps(described)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Lines must not hide from `select` in a buffer.
                bufsize=0,
                # An interrupt from the terminal is for the owner alone.
                start_new_session=True,
            )
        except OSError as error:
            raise said_of(error, f"{sys.executable} cannot be run") from None
        deadline = time.monotonic() + START_SECONDS_MAX
        started = self._hear(START_SECONDS_MAX)
        if "process" not in started:
            self._forget()
            reason = os.strerror(started["errno"]) if "errno" in started else "no reason given"
            raise PrivateServerError(f"{command[0]} cannot be run: {reason}")
        self._process, self._ticks = started["process"], started["ticks"]
        assert self._folder is not None
        self._folder.mark(self._process, self._ticks)
        while not self._is_ready():
            if self._hear(_POLL_SECONDS):
                self.kill()
                raise PrivateServerError(self._why_not_started())
            if time.monotonic() > deadline:
                self.kill()
                raise PrivateServerError(
                    f"the private {self.kind} took more than {START_SECONDS_MAX:g} s to start:"
                    f"\n{self._log_end()}"
                )

    def stop(self, number: int | None = None) -> None:
        """Ends the server in good order and waits for that; does nothing where it has ended.

        - number: the signal to end it with, where that is not `stop_signal`.
        """
        if self._process is None:
            return
        self.send_signal(self.stop_signal if number is None else number)
        self.wait(STOP_SECONDS_MAX)

    def kill(self) -> None:
        """Ends the server and all processes it started with SIGKILL, as a crash would."""
        if self._process is not None:
            _watcher.kill_with_children(self._process, self._ticks)
            self._hear(STOP_SECONDS_MAX)
        self._forget()

    def restart(self) -> None:
        """Stops the server in good order and starts it again in the same place."""
        self.stop()
        self.start()

    def wait(self, seconds: float = STOP_SECONDS_MAX) -> int:
        """Waits for the server to end and returns its status, as `subprocess` has it.

        Raises PrivateServerError when it does not end in time.
        """
        heard = self._hear(seconds)
        if not heard:
            raise PrivateServerError(f"the private {self.kind} did not end within {seconds:g} s")
        self.kill()
        if "status" not in heard:
            raise PrivateServerError(f"the watcher of the private {self.kind} was killed")
        return heard["status"]

    def send_signal(self, number: int) -> None:
        """Sends the server a signal, such as SIGSTOP and SIGCONT for one that hangs."""
        if self._watcher is None or self._watcher.stdin is None:
            raise PrivateServerError(f"the private {self.kind} does not run")
        # The pipe is broken where the server has ended by itself, and its watcher after it.
        with suppress(BrokenPipeError):
            self._watcher.stdin.write(bytes([number]))

    # What is known of it.

    @property
    def folder(self) -> Path:
        """The temporary folder."""
        if self._folder is None:
            raise PrivateServerError(f"the private {self.kind} is not open")
        return self._folder.path

    @property
    def process(self) -> int:
        """The server's process id."""
        if self._process is None:
            raise PrivateServerError(f"the private {self.kind} does not run")
        return self._process

    @property
    def is_running(self) -> bool:
        """Whether the server was started and has not been ended by this object."""
        return self._process is not None

    @property
    def log_file(self) -> Path:
        """Where the server writes its log."""
        return self.folder / "log"

    @property
    def log(self) -> str:
        """All that the server has logged so far."""
        try:
            return self.log_file.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def environment(self) -> dict[str, str]:
        """The variables the server runs with: nothing of the owner's changes what it does."""
        kept = ("PATH", "LD_LIBRARY_PATH")
        variables = {name: os.environ[name] for name in kept if name in os.environ}
        return {**variables, "LC_ALL": "C", "HOME": str(self.folder), "TZ": "UTC"}

    def _log_end(self) -> str:
        return self.log[-_LOG_OCTETS_IN_ERRORS:].strip()

    def _why_not_started(self) -> str:
        end = self._log_end()
        for words, meaning in (
            ("No space left on device", "the disk is full"),
            ("Address already in use", "its port or socket is taken"),
            ("Permission denied", "it may not use its files"),
        ):
            if words in end:
                return f"the private {self.kind} cannot start: {meaning}\n{end}"
        return f"the private {self.kind} cannot start:\n{end}"

    def _hear(self, seconds: float) -> Mapping[str, int]:
        """The watcher's next line; empty where there is none in time."""
        if self._watcher is None or self._watcher.stdout is None:
            return {}
        output = self._watcher.stdout
        # Not `select`, which takes no descriptor above 1023.
        waiting = select.poll()
        waiting.register(output, select.POLLIN)
        if not waiting.poll(seconds * 1000):
            return {}
        line = output.readline()
        # A watcher that was killed says nothing, and the server it watched may run on.
        return cast("dict[str, int]", json.loads(line)) if line else {"lost": 1}

    def _forget(self) -> None:
        """Ends the watcher, which has nothing to watch any more."""
        self._process = None
        watcher, self._watcher = self._watcher, None
        if watcher is None:
            return
        for pipe in (watcher.stdin, watcher.stdout):
            if pipe is not None:
                pipe.close()
        watcher.wait()
