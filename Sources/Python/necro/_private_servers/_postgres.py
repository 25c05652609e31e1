"""A private Postgres."""

import os
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from necro._private_servers._binaries import BinariesMissing, postgres_folder
from necro._private_servers._errors import PrivateServerError
from necro._private_servers._folder import PrivateFolder, said_of
from necro._private_servers._server import PrivateServer, free_port

__all__ = ["PrivatePostgres", "unprivileged_user"]

USER = "postgres"
_INITDB_SECONDS_MAX = 120.0
_PORT_BY_DEFAULT = 5432
# The last line of `postmaster.pid` once connections are taken; pg_ctl goes by it as well.
_READY = (b"ready", b"standby")
_STATUS_LINE = 7

# Nothing here needs to outlive the machine, and nobody but this process needs it.
_SETTINGS: Mapping[str, object] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "5min",
    "unix_socket_permissions": "0700",
    # In the data folder, so that it is removed with it after a crash.
    "dynamic_shared_memory_type": "mmap",
    "log_line_prefix": "'%m [%p] '",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_TRUST = (
    "local all all trust",
    "host all all 127.0.0.1/32 trust",
    "host all all ::1/128 trust",
    "local replication all trust",
    "host replication all 127.0.0.1/32 trust",
)


def unprivileged_user() -> tuple[int, int] | None:
    """The user and group that a server which refuses to be root runs as; None where we are not.

    `postgres` where there is one, else `nobody`. Raises PrivateServerError where there is neither.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PrivateServerError(
        "Postgres refuses to run as root, and there is no user postgres or nobody to run it as:"
        " add one of them (useradd --system postgres), or run this as another user"
    )


class PrivatePostgres(PrivateServer):
    """A Postgres of this process's own, with the superuser `postgres` and no password.

    ```python
    with PrivatePostgres() as server:
        print(server.url)
    ```
    """

    kind = "postgres"

    def __init__(
        self,
        *,
        tcp: bool = False,
        port: int | None = None,
        settings: Mapping[str, object] | None = None,
        hba: Sequence[str] = (),
        files: Mapping[str, bytes] | None = None,
        programs: str | os.PathLike[str] | None = None,
        parent: str | os.PathLike[str] | None = None,
    ) -> None:
        """Describes the server.

        - tcp: listen on 127.0.0.1 too. Every user of the machine can then connect, unless `hba`
          says otherwise; the unix socket is for this user alone.
        - port: of TCP, and in the name of the unix socket; for TCP a free one by default.
        - settings: as in postgresql.conf, such as `{"max_connections": 10}`.
        - hba: the lines of pg_hba.conf; everybody is trusted by default.
        - files: written into the data folder, as the server wants a key: `{"server.key": …}`.
        - programs: the folder with `postgres` and `initdb`.
        - parent: where the temporary folder is made.
        """
        super().__init__(parent)
        self._programs = None if programs is None else Path(programs)
        self.is_tcp = tcp
        self._wanted_port = port
        self.port = port or _PORT_BY_DEFAULT
        self._settings = dict(settings or {})
        self._hba = list(hba) or list(_TRUST)
        self._files = dict(files or {})

    @property
    def programs(self) -> Path:
        """The folder with `postgres`, `psql` and the rest. Raises BinariesMissing."""
        if self._programs is None:
            self._programs = postgres_folder()
        return self._programs

    @property
    def data_folder(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the unix socket: the `host` of a connection string."""
        return self.folder / "socket"

    @property
    def socket_file(self) -> Path:
        """The unix socket."""
        return self.socket_folder / f".s.PGSQL.{self.port}"

    @property
    def url(self) -> str:
        """A URL of the database `postgres`, over the unix socket."""
        return self.url_of()

    def url_of(self, database: str = "postgres", *, user: str = USER, tcp: bool = False) -> str:
        """A URL of a database, over the unix socket or TCP."""
        who, what = quote(user, safe=""), quote(database, safe="")
        if tcp:
            return f"postgresql://{who}@127.0.0.1:{self.port}/{what}"
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{who}@{host}:{self.port}/{what}"

    def run_sql(self, sql: str, database: str = "postgres", *, user: str = USER) -> str:
        """Runs statements with `psql`, as one transaction, and returns the rows: values by `|`.

        Raises PrivateServerError with what psql says.
        """
        words = [str(self.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d"]
        words += [self.url_of(database, user=user), "-c", sql]
        try:
            done = subprocess.run(
                words, env=self.environment(), capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise said_of(error, f"{words[0]} cannot be run") from None
        if done.returncode != 0:
            raise PrivateServerError(done.stderr.strip())
        return done.stdout.rstrip("\n")

    def configure(self, **settings: object) -> None:
        """Changes settings, which hold after `reload` or, for some, `restart`."""
        self._settings.update(settings)
        self._write_settings()

    def set_hba(self, *lines: str) -> None:
        """Changes who may connect, which holds after `reload`."""
        self._hba = list(lines)
        self._write("pg_hba.conf", "".join(f"{line}\n" for line in lines).encode())

    def reload(self) -> None:
        """Has the server read its configuration again, which it does a moment later."""
        self.send_signal(signal.SIGHUP)

    @property
    def stop_signal(self) -> int:
        """A fast shutdown: transactions are aborted, data is written."""
        return signal.SIGINT

    def _prepare(self, folder: PrivateFolder) -> None:
        programs = self.programs
        for name in ("postgres", "initdb"):
            if not os.access(programs / name, os.X_OK):
                raise BinariesMissing(f"there is no program {name} in {programs}")
        owner = unprivileged_user()
        if owner is not None:
            self.user, self.group = owner
        folder.make("data", 0o700, self.user, self.group)
        folder.make("socket", 0o700, self.user, self.group)
        self._initialise()
        for name, content in self._files.items():
            self._write(name, content)
        self.set_hba(*self._hba)
        if self.is_tcp and self._wanted_port is None:
            self.port = free_port()
        self._write_settings()
        with (self.data_folder / "postgresql.conf").open("a") as file:
            file.write("include 'necro.conf'\n")

    def _initialise(self) -> None:
        """Makes the data directory."""
        words = [str(self.programs / "initdb"), "-D", str(self.data_folder), "-U", USER]
        words += ["-E", "UTF8", "--no-sync", "--auth=trust", "--no-instructions"]
        # The C locale's letters are ASCII alone; C.UTF-8 knows all, and not every system has it.
        for locale in ("C.UTF-8", "C"):
            try:
                done = subprocess.run(
                    [*words, f"--locale={locale}"],
                    cwd=self.folder,
                    env=self.environment(),
                    user=self.user,
                    group=self.group,
                    extra_groups=None if self.user is None else [],
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=_INITDB_SECONDS_MAX,
                    check=False,
                )
            except PermissionError:
                raise PrivateServerError(self._not_reachable(words[0])) from None
            except subprocess.TimeoutExpired:
                raise PrivateServerError(
                    f"{words[0]} took more than {_INITDB_SECONDS_MAX:g} s"
                ) from None
            except OSError as error:
                raise said_of(error, f"{words[0]} cannot be run") from None
            if done.returncode == 0:
                return
            if "invalid locale name" not in done.stderr:
                break
        said = done.stderr.strip()
        if "No space left on device" in said:
            raise PrivateServerError(f"the disk is full: initdb failed in {self.folder}:\n{said}")
        raise PrivateServerError(f"initdb failed with status {done.returncode}:\n{said}")

    def _not_reachable(self, program: str) -> str:
        if self.user is None:
            return f"{program} may not be run by this user"
        name = pwd.getpwuid(self.user).pw_name
        return (
            f"Postgres refuses to run as root, so it runs as {name}, who may not run {program}"
            f" in {self.folder}: both must be where {name} can read"
        )

    def _write(self, name: str, content: bytes) -> None:
        """Writes a file of the data directory, for the user the server runs as."""
        path = self.data_folder / name
        try:
            path.write_bytes(content)
            path.chmod(0o600)
            if self.user is not None and self.group is not None:
                os.chown(path, self.user, self.group)
        except OSError as error:
            raise said_of(error, f"{path} cannot be written") from None

    def _write_settings(self) -> None:
        settings = {
            **_SETTINGS,
            "listen_addresses": "'127.0.0.1'" if self.is_tcp else "''",
            "port": self.port,
            "unix_socket_directories": _quoted(str(self.socket_folder)),
        }
        given = {
            name: value if isinstance(value, int | float) else _quoted(str(value))
            for name, value in self._settings.items()
        }
        lines = [f"{name} = {value}\n" for name, value in {**settings, **given}.items()]
        self._write("necro.conf", "".join(lines).encode())

    def _command(self) -> list[str]:
        return [str(self.programs / "postgres"), "-D", str(self.data_folder)]

    def _is_ready(self) -> bool:
        try:
            lines = (self.data_folder / "postmaster.pid").read_bytes().split(b"\n")
        except FileNotFoundError:
            return False
        # After a crash the old file is there until the new server writes its own.
        is_own = lines[0] == str(self.process).encode()
        return is_own and len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() in _READY


def _quoted(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
