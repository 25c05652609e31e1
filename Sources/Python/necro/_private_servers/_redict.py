"""A private Redict, or Valkey or Redis: whichever is installed."""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import quote

from necro._private_servers._binaries import redict_program
from necro._private_servers._errors import PrivateServerError
from necro._private_servers._folder import PrivateFolder, said_of
from necro._private_servers._resp import ask
from necro._private_servers._server import START_SECONDS_MAX, PrivateServer, free_port

__all__ = ["PrivateRedict"]

_SETTINGS: Mapping[str, object] = {
    "save": '""',
    "appendonly": "no",
    "daemonize": "no",
    "bind": "127.0.0.1",
    "unixsocketperm": "700",
}
_INFO_OCTETS_MAX = 4096
# The answers of a server that is up, whatever it thinks of the question.
_ANSWERS_OF_READY = ("+PONG", "-NOAUTH", "-NOPERM")


class PrivateRedict(PrivateServer):
    """A Redict of this process's own, which saves nothing.

    ```python
    with PrivateRedict() as server:
        print(server.url)
    ```
    """

    kind = "redict"

    def __init__(
        self,
        *,
        tcp: bool = False,
        port: int | None = None,
        password: str | None = None,
        acl: Sequence[str] = (),
        cluster: bool = False,
        sentinel: Mapping[str, tuple[str, int]] | None = None,
        settings: Mapping[str, object] | None = None,
        program: str | os.PathLike[str] | None = None,
        parent: str | os.PathLike[str] | None = None,
    ) -> None:
        """Describes the server.

        - tcp: listen on 127.0.0.1 too, where every user of the machine can connect.
        - port: of TCP; a free one by default.
        - password: `requirepass`.
        - acl: the lines of an ACL file, such as `user reader on >secret ~* +@read`.
        - cluster: a cluster of one node, which holds all slots; needs TCP.
        - sentinel: run as a sentinel of these masters, `{name: (host, port)}`; needs TCP.
        - settings: as in redict.conf; a list is one line per item.
        - program: the server's program.
        - parent: where the temporary folder is made.
        """
        super().__init__(parent)
        if (cluster or sentinel is not None) and not tcp:
            raise ValueError("clusters and sentinels need tcp=True")
        self._program = None if program is None else Path(program)
        self.is_tcp = tcp
        self._wanted_port = port
        self.port = port or 0
        self._password = password
        self._acl = list(acl)
        self.is_cluster = cluster
        self._sentinel = sentinel
        self._settings = dict(settings or {})

    @property
    def socket_file(self) -> Path:
        """The unix socket."""
        return self.folder / "redict.socket"

    @property
    def url(self) -> str:
        """A URL of database 0, over the unix socket, with the password."""
        return f"unix://{self._userinfo}{quote(str(self.socket_file))}"

    @property
    def tcp_url(self) -> str:
        """A URL of database 0, over TCP, with the password."""
        if not self.is_tcp:
            raise PrivateServerError("the private redict does not listen on TCP")
        return f"redis://{self._userinfo}127.0.0.1:{self.port}/0"

    @property
    def _userinfo(self) -> str:
        return "" if self._password is None else f":{quote(self._password, safe='')}@"

    def connect(self) -> socket.socket:
        """A connection to the unix socket, authenticated where a password is set."""
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self.socket_file))
            if self._password is not None:
                ask(connection, "AUTH", self._password)
        except BaseException:
            connection.close()
            raise
        return connection

    def run_command(self, *words: str) -> str:
        """Runs a command and returns the first line of the answer, its type in front: `+OK`.

        Raises PrivateServerError for an answer that is an error.
        """
        try:
            with self.connect() as connection:
                answer = ask(connection, *words)
        except OSError as error:
            raise PrivateServerError(f"the private redict does not answer: {error}") from None
        if answer.startswith("-"):
            raise PrivateServerError(f"{words[0]}: {answer[1:]}")
        return answer

    def start(self) -> None:
        """Starts the server; a cluster also takes its slots."""
        super().start()
        if self.is_cluster:
            self._take_slots()

    def _take_slots(self) -> None:
        """Has the one node hold all slots, and waits for its cluster to say that it is whole."""
        if b"cluster_slots_assigned:0" in self._cluster_info():
            self.run_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        deadline = time.monotonic() + START_SECONDS_MAX
        # A node waits two seconds before it takes writes.
        while b"cluster_state:ok" not in self._cluster_info():
            if time.monotonic() > deadline:
                raise PrivateServerError("the private redict's cluster does not become whole")
            time.sleep(0.02)

    def _cluster_info(self) -> bytes:
        with self.connect() as connection:
            ask(connection, "CLUSTER", "INFO")
            return connection.recv(_INFO_OCTETS_MAX)

    def _prepare(self, folder: PrivateFolder) -> None:
        if self._program is None:
            self._program = redict_program()
        if self.is_tcp and self._wanted_port is None:
            self.port = free_port()
        lines = [f"{name} {value}" for name, value in _SETTINGS.items()]
        lines += [f"port {self.port}", f"dir {folder.path}", f"unixsocket {self.socket_file}"]
        if self._password is not None:
            lines.append(f"requirepass {_quoted(self._password)}")
        if self._acl:
            self._write("users.acl", self._acl)
            lines.append(f"aclfile {folder.path / 'users.acl'}")
        if self.is_cluster:
            # The bus is on the port plus 10000 by default, which may be beyond 65535.
            lines += ["cluster-enabled yes", f"cluster-port {free_port()}"]
        for name, (host, port) in (self._sentinel or {}).items():
            lines.append(f"sentinel monitor {name} {host} {port} 1")
        for name, value in self._settings.items():
            values = cast("list[object]", value) if isinstance(value, list) else [value]
            lines += [f"{name} {one}" for one in values]
        self._write("redict.conf", lines)

    def _write(self, name: str, lines: Sequence[str]) -> None:
        path = self.folder / name
        try:
            path.write_text("".join(f"{line}\n" for line in lines))
            path.chmod(0o600)
        except OSError as error:
            raise said_of(error, f"{path} cannot be written") from None

    def _command(self) -> list[str]:
        words = [str(self._program), str(self.folder / "redict.conf")]
        return words if self._sentinel is None else [*words, "--sentinel"]

    def _is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(self.socket_file))
                return ask(connection, "PING").startswith(_ANSWERS_OF_READY)
        except OSError:
            return False


def _quoted(value: str) -> str:
    """A string as the configuration file has it."""
    escaped = "".join(f"\\x{octet:02x}" for octet in value.encode())
    return f'"{escaped}"'
