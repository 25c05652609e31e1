"""`scribe.lock`: what the modules were written from, so that `--check` needs no database."""

import json
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path
from typing import cast

from necro_scribe._problems import SourceFile
from necro_scribe._settings import Settings

__all__ = ["differences", "lock_text"]

VERSION = 1


def lock_text(settings: Settings, files: list[SourceFile], outputs: Mapping[str, str]) -> str:
    """The text of the lock, by lines, so that a change of a file is a change of as many lines."""
    document = {
        "version": VERSION,
        "settings": settings.digest_text(),
        "sources": {one.name: _lines(one.octets.decode()) for one in files},
        "outputs": {name: _lines(text) for name, text in outputs.items()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def differences(settings: Settings, files: list[SourceFile]) -> list[str]:
    """How files differ from what was written last, each a unified diff or a line."""
    path = settings.folder / settings.lock
    try:
        document: object = json.loads(path.read_text())
    except FileNotFoundError:
        return [f"{settings.lock} is missing: run `necro scribe`\n"]
    except (OSError, ValueError) as error:
        return [f"{settings.lock} cannot be read ({error}): run `necro scribe`\n"]
    recorded = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    if recorded.get("version") != VERSION:
        return [f"{settings.lock} is of another version of necro scribe: run `necro scribe`\n"]
    found: list[str] = []
    if recorded.get("settings") != settings.digest_text():
        found.append("[tool.necro.scribe] has changed: run `necro scribe`\n")
    sources = _texts(recorded.get("sources"))
    present = {one.name: _lines(one.octets.decode()) for one in files}
    for name in sorted(sources.keys() | present.keys()):
        found += _diff(name, sources.get(name, []), present.get(name, []), "when it was written")
    if list(sources) != list(present) and sources.keys() == present.keys():
        found.append("the files are read in another order now: run `necro scribe`\n")
    for name, lines in _texts(recorded.get("outputs")).items():
        found += _diff(name, _present(settings.folder / name), lines, "as it is")
    return found


def _texts(value: object) -> dict[str, list[str]]:
    """Lines by the names of files."""
    if not isinstance(value, dict):
        return {}
    return {
        name: [str(one) for one in cast("list[object]", lines)]
        for name, lines in cast("dict[str, object]", value).items()
        if isinstance(lines, list)
    }


def _present(path: Path) -> list[str]:
    try:
        return _lines(path.read_text())
    except (OSError, UnicodeDecodeError):
        return []


def _diff(name: str, before: list[str], after: list[str], what: str) -> list[str]:
    lines = list(unified_diff(before, after, f"{name} ({what})", name))
    return ["".join(one if one.endswith("\n") else f"{one}\n" for one in lines)] if lines else []
