"""A private pgbouncer in front of a private Postgres."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from shutil import which
from urllib.parse import quote

from necro._private_servers._folder import PrivateFolder
from necro._private_servers._postgres import PrivatePostgres, unprivileged_user
from necro._private_servers._server import PrivateServer

PORT = 6432
# Debian keeps it where only root's PATH looks.
PROGRAM = which("pgbouncer") or "/usr/sbin/pgbouncer"


class PrivatePgbouncer(PrivateServer):
    """A pgbouncer that hands each transaction to any of a few connections.

    It refuses to run as root, as Postgres does, and runs as the same user.
    """

    kind = "pgbouncer"

    def __init__(self, postgres: PrivatePostgres, *, servers_max: int = 3) -> None:
        """Describes it.

        - postgres: runs, and outlives it.
        - servers_max: connections to Postgres for each database.
        """
        super().__init__()
        self._postgres = postgres
        self._servers_max = servers_max

    @property
    def socket_folder(self) -> Path:
        """The folder of the unix socket."""
        return self.folder / "socket"

    def url_of(self, database: str) -> str:
        """A URL of a database of the Postgres, by way of this."""
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://postgres@{host}:{PORT}/{quote(database, safe='')}"

    def _prepare(self, folder: PrivateFolder) -> None:
        owner = unprivileged_user()
        if owner is not None:
            self.user, self.group = owner
        own = folder.make("socket", 0o700, self.user, self.group)
        behind = f"host={self._postgres.socket_folder} port={self._postgres.port}"
        (folder.path / "users.txt").write_text('"postgres" ""\n')
        (folder.path / "pgbouncer.ini").write_text(
            f"[databases]\n* = {behind}\n"
            "[pgbouncer]\n"
            "listen_addr =\n"
            f"listen_port = {PORT}\n"
            f"unix_socket_dir = {own}\n"
            "auth_type = trust\n"
            f"auth_file = {folder.path / 'users.txt'}\n"
            "pool_mode = transaction\n"
            f"default_pool_size = {self._servers_max}\n"
            "max_client_conn = 200\n"
            # Whatever connection was used last is used last again: neighbours get another one.
            "server_round_robin = 1\n"
        )

    def _command(self) -> list[str]:
        return [PROGRAM, str(self.folder / "pgbouncer.ini")]

    def _is_ready(self) -> bool:
        with closing(socket.socket(socket.AF_UNIX)) as probe:
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True
