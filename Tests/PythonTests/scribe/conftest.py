"""Projects with SQL in them, and scribe run on them against one private server."""

import asyncio
import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from necro._private_servers import PrivatePostgres
from necro_scribe._command import write_modules
from necro_scribe._settings import read_settings

GRAVEYARD = Path(__file__).parent / "graveyard"


@dataclass(slots=True)
class Project:
    """A folder with SQL."""

    folder: Path
    url: str
    capture: pytest.CaptureFixture[str]

    def add(self, name: str, text: str) -> None:
        """Writes a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def text(self, name: str) -> str:
        """Reads one."""
        return (self.folder / name).read_text()

    def write(self) -> tuple[int, str]:
        """Runs scribe: its status, and what it said on stderr."""
        settings = read_settings(self.folder)
        status = asyncio.run(write_modules(settings, self.url, is_private=True))
        return status, self.capture.readouterr().err

    def refused(
        self, spells: str, schema: str = "CREATE TABLE t (id int PRIMARY KEY, a text);"
    ) -> str:
        """What scribe says of SQL that it refuses, without the last line, which counts."""
        self.add("undead.sql", schema)
        self.add("spells.sql", spells)
        status, said = self.write()
        assert status == 1
        lines = said.splitlines()
        assert re.fullmatch(r"necro scribe: \d+ errors?; nothing was written", lines.pop())
        assert not (self.folder / "spells.py").exists()
        return "\n".join(lines)

    def modules(self) -> tuple[ModuleType, ModuleType]:
        """The modules that were written, imported."""
        sys.path.insert(0, str(self.folder))
        try:
            for name in ("undead", "spells"):
                sys.modules.pop(name, None)
            importlib.invalidate_caches()
            return importlib.import_module("undead"), importlib.import_module("spells")
        finally:
            sys.path.remove(str(self.folder))
            for name in ("undead", "spells"):
                sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def scribe_server() -> Iterator[PrivatePostgres]:
    """A private server for all of these tests."""
    with PrivatePostgres(settings={"fsync": "off"}) as server:
        yield server


@pytest.fixture
def project(
    scribe_server: PrivatePostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Project:
    """An empty project."""
    return Project(tmp_path, scribe_server.url, capsys)


@pytest.fixture
def graveyard(project: Project) -> Project:
    """The project that has something of everything, written."""
    for name in ("undead.sql", "spells.sql"):
        project.add(name, (GRAVEYARD / name).read_text())
    status, said = project.write()
    assert status == 0, said
    return project
