"""Ends servers that were left behind by a process which was killed together with its watcher."""

import json
import os
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from necro._private_servers._folder import OWNER_FILE, PREFIX, is_owned
from necro._private_servers._watcher import kill_with_children, remove_folder

__all__ = ["end_leftovers"]

# A folder has no mark for the moment between its making and its marking.
_UNMARKED_SECONDS_MAX = 60.0


def end_leftovers(parent: str | os.PathLike[str] | None = None) -> list[Path]:
    """Ends the servers whose owners are gone, removes their folders and returns these.

    - parent: where to look; the system's temporary folder and `/tmp` by default.

    Only folders that this user made are touched: everybody may write into `/tmp`, and a mark that
    somebody else made there could name any process.
    """
    places = {Path(parent)} if parent is not None else {Path(tempfile.gettempdir()), Path("/tmp")}
    ended: list[Path] = []
    for place in places:
        try:
            names = os.listdir(place)
        except OSError:
            continue
        for name in names:
            if name.startswith(PREFIX) and _is_leftover(place / name):
                _end(place / name)
                ended.append(place / name)
    return ended


def _is_leftover(folder: Path) -> bool:
    mark = folder / OWNER_FILE
    user = os.geteuid()
    try:
        of_folder = folder.lstat()
    except OSError:
        return False
    if of_folder.st_uid != user or not stat.S_ISDIR(of_folder.st_mode):
        return False
    try:
        of_mark = mark.lstat()
    except OSError:
        return time.time() - of_folder.st_mtime > _UNMARKED_SECONDS_MAX
    is_ours = of_mark.st_uid == user and stat.S_ISREG(of_mark.st_mode)
    return is_ours and not is_owned(mark)


def _end(folder: Path) -> None:
    try:
        noted: object = json.loads((folder / OWNER_FILE).read_bytes())
    except (OSError, ValueError):
        noted = None
    if isinstance(noted, dict):
        values = cast("Mapping[str, object]", noted)
        process, ticks = values.get("process"), values.get("ticks")
        is_here = values.get("namespace") == os.readlink("/proc/self/ns/pid")
        if is_here and isinstance(process, int) and isinstance(ticks, int):
            kill_with_children(process, ticks)
    remove_folder(str(folder))
