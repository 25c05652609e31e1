"""`necro scribe`: what it does with its options, and what it says."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from necro._private_servers import PrivateServerError
from necro.postgres import PostgresError

from necro_scribe._database import private_server, scratch
from necro_scribe._lock import differences, lock_text
from necro_scribe._problems import Problem
from necro_scribe._scribe import Written, write
from necro_scribe._settings import Settings, SettingsError, read_settings
from necro_scribe._sources import Sources, read_sources

__all__ = ["run", "write_modules"]

# Seconds between looks at the files.
_WATCH_INTERVAL = 0.2


def run(folder: str, *, database: str | None, check: bool, watch: bool) -> int:
    """Runs the command and returns its exit status.

    It is 1 for what is wrong with the SQL, 2 for the settings.

    - folder: of the project, with its pyproject.toml.
    - database: a URL; None starts a private server.
    """
    try:
        if watch:
            return asyncio.run(_watch(Path(folder), database))
        settings = read_settings(Path(folder))
        return _check(settings) if check else asyncio.run(_once(settings, database))
    except SettingsError as error:
        return _fail(str(error), 2)
    except (PostgresError, PrivateServerError, OSError) as error:
        return _fail(str(error), 1)


def _fail(message: str, status: int) -> int:
    print(f"necro scribe: {' '.join(message.split())}", file=sys.stderr)
    return status


def _show(problems: list[Problem]) -> int:
    """Prints all problems and returns how many are errors."""
    for problem in sorted(problems, key=lambda one: one.order):
        print(problem, file=sys.stderr)
    return sum(not one.is_warning for one in problems)


def _check(settings: Settings) -> int:
    """Whether what was written is up to date, without a database."""
    sources = read_sources(settings)
    errors = [one for one in sources.problems if not one.is_warning]
    if errors:
        _show(errors)
        return 1
    found = differences(settings, sources.files)
    for text in found:
        sys.stdout.write(text)
    if found:
        return _fail("out of date: run `necro scribe` and commit what it writes", 1)
    return 0


async def _once(settings: Settings, database: str | None) -> int:
    if database is not None:
        return await write_modules(settings, database, is_private=False)
    async with private_server() as url:
        return await write_modules(settings, url, is_private=True)


async def write_modules(settings: Settings, url: str, *, is_private: bool) -> int:
    """Reads, asks the database, and writes when nothing is wrong."""
    sources = read_sources(settings)
    written: Written | None = None
    async with scratch(url, is_private=is_private) as place:
        written = await write(sources, settings, place)
    errors = _show(sources.problems)
    if written is None or errors:
        count = f"{errors} error{'s' if errors != 1 else ''}"
        return _fail(f"{count}; nothing was written", 1)
    _replace(settings, sources, written)
    print(
        f"{settings.models}, {settings.spells}: {len(sources.queries)} queries of"
        f" {len(sources.files)} files"
    )
    return 0


def _replace(settings: Settings, sources: Sources, written: Written) -> None:
    """Replaces the files, each at once; the lock last, since it says that the others are there."""
    outputs = {settings.models: written.models, settings.spells: written.spells}
    texts = {**outputs, settings.lock: lock_text(settings, sources.files, outputs)}
    made: dict[str, str] = {}
    try:
        for name, text in texts.items():
            made[name] = _beside(settings.folder / name, text)
        for name, temporary in made.items():
            os.replace(temporary, settings.folder / name)
    finally:
        for temporary in made.values():
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def _beside(path: Path, text: str) -> str:
    """Writes a file in the folder of another, with its mode, and returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


async def _watch(folder: Path, database: str | None) -> int:
    """Writes at every change, until interrupted. One server serves all of it."""
    if database is not None:
        await _follow(folder, database, is_private=False)
    else:
        async with private_server() as url:
            await _follow(folder, url, is_private=True)
    return 0


async def _follow(folder: Path, url: str, *, is_private: bool) -> None:
    seen: Mapping[str, tuple[int, int]] | None = None
    while True:
        try:
            settings = read_settings(folder)
            current = _state(settings)
            if current != seen:
                seen = current
                begun = time.monotonic()
                await write_modules(settings, url, is_private=is_private)
                print(f"({time.monotonic() - begun:.2f} s; waiting for changes)", flush=True)
        except SettingsError as error:
            message = {str(error): (0, 0)}
            if seen != message:
                seen = message
                _fail(str(error), 2)
        await asyncio.sleep(_WATCH_INTERVAL)


def _state(settings: Settings) -> dict[str, tuple[int, int]]:
    """When each file was changed, and how large it is."""
    state: dict[str, tuple[int, int]] = {}
    paths = [settings.folder / "pyproject.toml"]
    for name in (*settings.schema, *settings.queries):
        path = settings.folder / name
        paths += sorted(path.rglob("*.sql")) if path.is_dir() else [path]
    for path in paths:
        with suppress(OSError):
            status = path.stat()
            state[str(path)] = (status.st_mtime_ns, status.st_size)
    return state
