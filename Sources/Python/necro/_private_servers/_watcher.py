"""The process between an owner and its server: starts the server, and ends it with the owner.

It runs as a script of its own (`python -I -S _watcher.py`), so it imports nothing of the package.
Its standard input is a pipe that the owner alone holds the other end of. An octet in it is the
number of a signal for the server. Its end means that the owner is gone, by whatever way: the server
is killed and its folder removed. On its standard output it writes a line of JSON when the server
has started and one when it has ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

KILL_SECONDS_MAX = 10.0


def start_ticks(process: int) -> int | None:
    """When a process started, in clock ticks since boot; with its id it names a process for good.

    None where there is no such process, or only a zombie of it. Source: proc(5), `/proc/pid/stat`.
    """
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            # The second field, the program's name, may itself hold spaces and parentheses.
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def children_of(process: int) -> list[int]:
    """The processes whose parent is this one."""
    found: list[int] = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == process:
                found.append(int(name))
    return found


def send(process: int, number: int) -> None:
    """Sends a signal to a process, which may have ended already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def kill_with_children(process: int, ticks: int) -> None:
    """Kills a server and the processes it has started, and waits until all have ended.

    - ticks: when the server started; a process of another moment is another one, and left alone.

    Postgres gives each of its processes a session of its own, so that no process group has them
    all. The server is stopped first, so that it starts no more of them meanwhile.
    """
    if start_ticks(process) != ticks:
        return
    send(process, signal.SIGSTOP)
    doomed = [process, *children_of(process)]
    started = {one: start_ticks(one) for one in doomed}
    for one in doomed:
        send(one, signal.SIGKILL)
    deadline = time.monotonic() + KILL_SECONDS_MAX
    while time.monotonic() < deadline:
        if all(ticks is None or start_ticks(one) != ticks for one, ticks in started.items()):
            return
        time.sleep(0.005)


def remove_shared_memory(folder: str) -> None:
    """Removes the System V segment that a killed Postgres leaves behind.

    It is only some octets, but a system has room for only 4096 of them. The seventh line of
    `postmaster.pid` has the segment's key and id.
    """
    try:
        with open(os.path.join(folder, "data", "postmaster.pid"), encoding="utf-8") as file:
            segment = int(file.read().split("\n")[6].split()[1])
    except (OSError, ValueError, IndexError):
        return
    import ctypes

    remove = 0  # IPC_RMID
    ctypes.CDLL(None).shmctl(segment, remove, None)


def remove_folder(folder: str) -> None:
    """Removes a server's folder and what the server left outside it."""
    remove_shared_memory(folder)
    shutil.rmtree(folder, ignore_errors=True)


def say(**values: int) -> None:
    """Tells the owner, which may be gone."""
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(values), flush=True)


def watch(server: subprocess.Popen[bytes], folder: str) -> None:
    """Passes signals on until the server has ended, or the owner has."""
    ended = os.pidfd_open(server.pid)
    while True:
        ready, _, _ = select.select([0, ended], [], [])
        if ended in ready:
            say(status=server.wait())
            return
        octets = os.read(0, 64)
        if not octets:
            kill_with_children(server.pid, start_ticks(server.pid) or 0)
            remove_folder(folder)
            return
        for number in octets:
            server.send_signal(number)


def main() -> int:
    """Starts what the argument, a JSON object, describes."""
    what: dict[str, Any] = json.loads(sys.argv[1])
    with open(what["log"], "ab") as log:
        try:
            server = subprocess.Popen(
                what["command"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=what["folder"],
                env=what["environment"],
                user=what["user"],
                group=what["group"],
                extra_groups=None if what["user"] is None else [],
            )
        except OSError as error:
            say(errno=error.errno or 0)
            return 1
    say(process=server.pid, ticks=start_ticks(server.pid) or 0)
    watch(server, what["folder"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
