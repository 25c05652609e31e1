"""The files that add to a connection string: the password file and the service file.

Source: libpq, "The Password File" and "The Connection Service File".
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from logging import getLogger
from pathlib import Path

from necro.postgres._keywords import KEYWORDS, ConnectionStringError, unknown_keyword

__all__ = ["password_from_file", "service_parameters"]

_FILE_OCTETS_MAX = 1 << 20
# Where distributions build libpq to look for pg_service.conf.
_SYSTEM_FOLDERS = ("/etc/postgresql-common", "/etc/postgresql", "/etc")


def password_from_file(path: Path, host: str, port: str, database: str, user: str) -> str | None:
    """The password of the first line that matches; None where there is none.

    A file that others may read is ignored, with a warning.

    - host: the name, else the address, or `localhost` for the default unix socket.
    """
    log = getLogger("necro.postgres")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            log.warning("password file %s is no plain file, and is ignored", path)
            return None
        if status.st_mode & 0o077:
            log.warning(
                "password file %s can be read by others, and is ignored: chmod 0600 it", path
            )
            return None
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            text = file.read(_FILE_OCTETS_MAX)
    except OSError:
        return None
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if line.startswith("#"):
            continue
        fields = _fields(line)
        if fields is not None and all(
            field == "*" or _unescaped(field) == wanted
            for field, wanted in zip(fields, (host, port, database, user), strict=False)
        ):
            return _unescaped(fields[4])
    return None


def _fields(line: str) -> list[str] | None:
    """The five fields of a line, still escaped; the password is all that follows the fourth."""
    fields: list[str] = []
    start = at = 0
    while at < len(line) and len(fields) < 4:
        if line[at] == "\\":
            at += 1
        elif line[at] == ":":
            fields.append(line[start:at])
            start = at + 1
        at += 1
    return [*fields, line[start:]] if len(fields) == 4 else None


def _unescaped(text: str) -> str:
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        found.append(text[at])
        at += 1
    return "".join(found)


def service_parameters(
    name: str, file: str | None, environment: Mapping[str, str], home: Path | None
) -> dict[str, str]:
    """The parameters of a service, from the user's file or else the system's.

    - file: `servicefile` or PGSERVICEFILE; `~/.pg_service.conf` by default.

    Raises ConnectionStringError where the service is in neither, or the file is wrong.
    """
    if file is not None:
        if not Path(file).exists():
            raise ConnectionStringError(f"there is no service file {file}")
        paths = [Path(file)]
    else:
        paths = [] if home is None else [home / ".pg_service.conf"]
    folder = environment.get("PGSYSCONFDIR")
    paths += [Path(one) / "pg_service.conf" for one in ([folder] if folder else _SYSTEM_FOLDERS)]
    for path in paths:
        found = _service_in(path, name)
        if found is not None:
            return found
    raise ConnectionStringError(
        f"there is no service {name!r} in {' or '.join(str(path) for path in paths[:2])}"
    )


def _service_in(path: Path, name: str) -> dict[str, str] | None:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            text = file.read(_FILE_OCTETS_MAX)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConnectionStringError(f"service file {path}: {error.strerror}") from None
    values: dict[str, str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip()
        where = f"service file {os.fspath(path)}, line {number}"
        if not words or words.startswith("#"):
            continue
        if words.startswith("["):
            if values is not None:
                return values
            if words.startswith(f"[{name}]"):
                values = {}
            continue
        if values is None:
            continue
        keyword, equals, value = words.partition("=")
        if words.startswith("ldap"):
            raise ConnectionStringError(f"{where}: parameters from LDAP are not supported")
        if not equals:
            raise ConnectionStringError(f'{where}: there is no "="')
        if keyword in ("service", "servicefile"):
            raise ConnectionStringError(f"{where}: a service cannot name another ({keyword})")
        if keyword not in KEYWORDS:
            raise ConnectionStringError(f"{where}: {unknown_keyword(keyword)}")
        # The first setting counts.
        values.setdefault(keyword, value)
    return values
