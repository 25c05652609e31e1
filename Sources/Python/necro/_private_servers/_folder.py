"""The temporary folder of a private server, and the mark that says whose it is."""

import errno
import fcntl
import json
import os
import tempfile
from pathlib import Path
from shutil import rmtree

from necro._private_servers._errors import PrivateServerError

__all__ = ["OWNER_FILE", "PREFIX", "PrivateFolder", "is_owned", "said_of"]

PREFIX = "necro-private-"
OWNER_FILE = "owner.json"
# A unix socket's address has at most 107 octets and a zero (unix(7)); the longest name that a
# server puts into its folder is `socket/.s.PGSQL.65535.lock`.
_SOCKET_OCTETS_MAX = 107
_SOCKET_NAME_OCTETS = len("/socket/.s.PGSQL.65535.lock")


def said_of(error: OSError, doing: str) -> PrivateServerError:
    """The error for a user of what the system refused."""
    if error.errno == errno.ENOSPC:
        return PrivateServerError(f"the disk is full: {doing}")
    return PrivateServerError(f"{doing}: {error.strerror or error}")


def is_owned(mark: Path) -> bool:
    """Whether the process that made a folder is still there: it holds a lock on the mark.

    A lock, because it also tells of processes in other containers, whose ids mean nothing here.
    """
    try:
        with mark.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class PrivateFolder:
    """A temporary folder whose mark is locked as long as this process lives.

    `path` can be entered by the user the server runs as, and is listed by its owner alone.
    """

    def __init__(self, kind: str, parent: str | os.PathLike[str] | None = None) -> None:
        """Makes the folder.

        - kind: what the server is, as part of the folder's name.
        - parent: where; the system's temporary folder by default, or `/tmp` where its name is too
          long for the address of a unix socket.
        """
        within = Path(parent) if parent is not None else _parent_for_sockets()
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-", dir=within))
        except OSError as error:
            raise said_of(error, f"no folder can be made in {within}") from None
        try:
            self.path.chmod(0o711)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._mark = os.open(self.path / OWNER_FILE, flags, 0o600)
        except OSError as error:
            rmtree(self.path, ignore_errors=True)
            raise said_of(error, f"{self.path} cannot be written") from None
        fcntl.flock(self._mark, fcntl.LOCK_EX)
        longest = len(os.fsencode(self.path)) + _SOCKET_NAME_OCTETS
        if longest > _SOCKET_OCTETS_MAX:
            self.close()
            raise PrivateServerError(
                f"{within} is too long for a unix socket in it: {longest} octets,"
                f" and at most {_SOCKET_OCTETS_MAX} are allowed"
            )

    def make(self, name: str, mode: int, user: int | None, group: int | None) -> Path:
        """Makes a folder inside, for the user that the server runs as."""
        made = self.path / name
        try:
            made.mkdir(mode=mode)
            if user is not None and group is not None:
                os.chown(made, user, group)
        except OSError as error:
            raise said_of(error, f"{made} cannot be made") from None
        return made

    def mark(self, process: int, ticks: int) -> None:
        """Notes which process the server is, for whoever finds the folder left behind."""
        noted = {
            "process": process,
            "ticks": ticks,
            "namespace": os.readlink("/proc/self/ns/pid"),
        }
        os.ftruncate(self._mark, 0)
        os.pwrite(self._mark, json.dumps(noted).encode(), 0)

    def close(self) -> None:
        """Removes the folder and everything in it."""
        rmtree(self.path, ignore_errors=True)
        os.close(self._mark)


def _parent_for_sockets() -> Path:
    found = Path(tempfile.gettempdir())
    name = len(f"/{PREFIX}postgres-01234567") + _SOCKET_NAME_OCTETS
    is_short = len(os.fsencode(found)) + name <= _SOCKET_OCTETS_MAX
    return found if is_short else Path("/tmp")
