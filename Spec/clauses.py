"""The clause files, and the tests that name clauses."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from sentences import LEVELS

SPEC = Path(__file__).resolve().parent
ROOT = SPEC.parent
PROBE = ROOT / "Tests" / "PythonTests" / "probe" / "tables"

STATUSES = ("implemented", "exception", "todo")
BINDING = {"MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED", "GRAMMAR"}
"""Levels whose implemented clauses need a test."""

_ID = re.compile(r"([A-Z0-9]+)-([A-Za-z0-9][A-Za-z0-9.-]*)-([1-9][0-9]*)")
_SWIFT = re.compile(r"\.clause\(\s*((?:\"[^\"\\]*\"[\s,]*)+)\)")
_SWIFT_TITLE = re.compile(r"@(?:Test|Suite)\(\s*\"((?:[^\"\\]|\\.)*)\"")
_PYTHON = re.compile(r"^@pytest\.mark\.clause\(\s*((?:\"[^\"\\]*\"[\s,]*)+)\)", re.MULTILINE)
_PYTHON_TITLE = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
_FIXTURE = re.compile(r"^Clauses: (.+)$", re.MULTILINE)
_FIXTURE_TITLE = re.compile(r"^## (.+)$", re.MULTILINE)
_LITERAL = re.compile(r"\"([^\"]*)\"")


@dataclass(frozen=True)
class Document:
    """A specification of which some sections bind this project."""

    document: str
    title: str
    text: str
    keywords: str
    """`capitals` or `lower case`, as `sentences` has them; `modal verbs`, as `markdown` has them;
    `anchored chapter`, as `chapters` has them."""
    sections: list[str]
    statements: list[str] = field(default_factory=lambda: list[str]())
    """Sections in which each sentence is normative."""
    layout: str = "indented"
    """`indented` or `flush`: where text begins that is no heading."""
    besides: str = ""
    """Why the other sections do not bind, where it is not plain."""

    def contains(self, section: str) -> bool:
        """Whether a section, or one above it, is listed."""
        mark = "-" if self.has_anchors else "."
        return any(section == listed or section.startswith(listed + mark)
                   for listed in self.sections)  # fmt: skip

    @property
    def has_anchors(self) -> bool:
        """Whether the text is a chapter whose headings carry anchors."""
        return self.keywords == "anchored chapter"


@dataclass
class Clause:
    """A normative sentence: what it asks, in our words, and what came of it."""

    id: str
    level: str
    says: str
    digest: str
    status: str
    reason: str = ""

    @property
    def number(self) -> int:
        """The last part of the id."""
        return int(self.id.rpartition("-")[2])


@dataclass(frozen=True)
class Naming:
    """A test that names a clause."""

    clause: str
    test: str


def documents() -> list[Document]:
    """The documents that Spec/ is about."""
    return [Document(**entry) for entry in json.loads((SPEC / "documents.json").read_text())]


def path_of(document: str, section: str) -> Path:
    """The clause file of a section."""
    return SPEC / document / f"{section}.json"


def read(document: str) -> dict[str, list[Clause]]:
    """The clauses of a document by section, in the order of the sections."""
    paths = sorted((SPEC / document).glob("*.json"), key=lambda path: _order(path.stem))
    return {
        path.stem: [Clause(**entry) for entry in json.loads(path.read_text())] for path in paths
    }


def write(document: str, section: str, clauses: Iterable[Clause]) -> None:
    """Writes a clause file; a reason that is empty is left out."""
    entries = [{key: value for key, value in vars(clause).items() if value or key != "reason"}
               for clause in clauses]  # fmt: skip
    path = path_of(document, section)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")


def faults(document: str, section: str, clauses: list[Clause]) -> Iterator[str]:
    """What is wrong with a clause file by itself."""
    seen: set[str] = set()
    for clause in clauses:
        match = _ID.fullmatch(clause.id)
        if match is None or (match[1], match[2]) != (document, section):
            yield f"{clause.id}: the id does not fit {path_of(document, section).relative_to(ROOT)}"
        if clause.id in seen:
            yield f"{clause.id}: twice"
        seen.add(clause.id)
        if clause.level not in (*LEVELS, "GRAMMAR"):
            yield f"{clause.id}: no such level: {clause.level}"
        if clause.status not in STATUSES:
            yield f"{clause.id}: no such status: {clause.status}"
        elif (clause.status == "implemented") == bool(clause.reason):
            yield f"{clause.id}: a reason goes with exception and todo, and only with them"
        if not clause.says or not clause.digest:
            yield f"{clause.id}: says or digest is missing"


def namings() -> list[Naming]:
    """Every naming of a clause: in a test of Swift or Python, in the probe, in a fixture."""
    found: list[Naming] = []
    for path in sorted((ROOT / "Tests").rglob("*.swift")):
        found += _namings(path, _SWIFT, _SWIFT_TITLE, title_is_behind=False)
    for path in sorted((ROOT / "Tests").rglob("*.py")):
        found += _namings(path, _PYTHON, _PYTHON_TITLE, title_is_behind=True)
    for path in sorted((ROOT / "Fixtures").rglob("*.md")):
        found += _namings(path, _FIXTURE, _FIXTURE_TITLE, title_is_behind=False)
    return [*found, *_probed()]


def _probed() -> Iterator[Naming]:
    """What the situations of the probe name: rows of tables, many of which are computed."""
    if str(PROBE) not in sys.path:
        sys.path.append(str(PROBE))
    for path in sorted(PROBE.glob("*.py")):
        for topic, situations in getattr(import_module(path.stem), "TABLE", {}).items():
            for situation in situations:
                for clause in situation.clauses:
                    yield Naming(clause, f"{path.relative_to(ROOT)}: {topic}: {situation.name}")


def _namings(
    path: Path, naming: re.Pattern[str], title: re.Pattern[str], *, title_is_behind: bool
) -> Iterator[Naming]:
    text = path.read_text()
    titles = [(match.start(), match[1]) for match in title.finditer(text)]
    for match in naming.finditer(text):
        if title_is_behind:
            name = next((name for start, name in titles if start > match.start()), "")
        else:
            name = next((name for start, name in reversed(titles) if start < match.start()), "")
        ids = _LITERAL.findall(match[1]) or [word.strip() for word in match[1].split(",")]
        for clause in ids:
            yield Naming(clause, f"{path.relative_to(ROOT)}: {name}")


def _order(section: str) -> list[tuple[int, str]]:
    """A key that puts 9 before 10 and numbers before letters."""
    return [(int(part), "") if part.isdigit() else (1_000, part) for part in section.split(".")]
