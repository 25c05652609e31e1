"""Reads the queries in Fixtures/scribe, and what is written above each of them.

    -- Words about the query.
    -- => id int4, name text?, total numeric~
    SELECT …;

Behind the arrow stand the columns of the result. `?` says that a column may be NULL, and nothing
that it never is, both by what SQL says and not by what the proof finds. `~` says that it never is,
and that the proof does not find it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DATA", "SCHEMA", "Case", "Column", "cases", "cases_of"]

FIXTURES = Path(__file__).resolve().parents[4] / "Fixtures" / "scribe"
SCHEMA = (FIXTURES / "schema.sql").read_text()
DATA = (FIXTURES / "data.sql").read_text()
_ARROW = "-- =>"
_COLUMN = re.compile(r"(?P<name>\S+) (?P<type>\w+)(?P<mark>[?~]?)")


@dataclass(frozen=True)
class Column:
    """A column as it is written down."""

    name: str
    type: str
    mark: str

    @property
    def is_never_null(self) -> bool:
        """Whether the column is never NULL, proven or not."""
        return self.mark != "?"

    @property
    def is_proven(self) -> bool:
        """Whether the proof finds that the column is never NULL."""
        return not self.mark


@dataclass(frozen=True)
class Case:
    """A query and the columns that it gives."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    is_held_out: bool


def _columns(text: str, name: str) -> tuple[Column, ...]:
    found: list[Column] = []
    for part in text.split(", ") if text else ():
        match = _COLUMN.fullmatch(part)
        if match is None:
            raise ValueError(f"{name}: {part!r} is no column")
        found.append(Column(match["name"], match["type"], match["mark"]))
    return tuple(found)


def cases_of(text: str, stem: str, *, is_held_out: bool) -> list[Case]:
    """The queries of a text.

    - stem: what they are named after, with the number of the line.
    """
    found: list[Case] = []
    expected: str | None = None
    lines: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_ARROW):
            expected, first, lines = line.removeprefix(_ARROW).strip(), number + 1, []
        elif expected is not None and not line.startswith("--"):
            lines.append(line)
            if line.endswith(";"):
                name = f"{stem}:{first}"
                sql = "\n".join(lines).removesuffix(";")
                found.append(Case(name, sql, _columns(expected, name), is_held_out))
                expected = None
    return found


def cases() -> list[Case]:
    """All queries."""
    paths = sorted(FIXTURES.glob("queries/*.sql")) + sorted(FIXTURES.glob("held_out/*.sql"))
    return [
        case
        for path in paths
        for case in cases_of(
            path.read_text(), path.stem, is_held_out=path.parent.name == "held_out"
        )
    ]
