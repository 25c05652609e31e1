"""Finding and reading the files of SQL that the settings name."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from necro_scribe._problems import Problem, SourceFile, fault_message
from necro_scribe._sqltext import Span, StatementFile, read_statements

__all__ = ["SchemaStatement", "read_schema", "read_source", "sql_files"]

OCTETS_MAX = 1 << 28
# The half of a migration that undoes it, in the ways that tools name it.
_UNDOING = re.compile(r"(^|[._-])(down|undo|rollback)\.sql$|^U\d", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)")
# Where a tool's file says which statements are those of the way up.
_SECTION = re.compile(r"^--\s*(?:migrate:|\+goose\s+|\+migrate\s+)(up|down)\b", re.IGNORECASE)


@dataclass(slots=True)
class SchemaStatement:
    """A statement that makes part of the schema.

    - sql: it as Postgres takes it, of the same length as in the file.
    """

    source: SourceFile
    span: Span
    sql: str = field(repr=False)

    def offset_of(self, position: int) -> int:
        """The octet in the file of a character of the statement, which counts from 1."""
        return self.span.offset + len(self.sql[: position - 1].encode())


def sql_files(folder: Path, names: tuple[str, ...], problems: list[Problem]) -> list[Path]:
    """The files that are named, and those in the folders that are, in the order of migrations."""
    found: list[Path] = []
    for name in names:
        path = folder / name
        if path.is_dir():
            inside = [one for one in path.rglob("*.sql") if not _UNDOING.search(one.name)]
            inside = [one for one in inside if one.is_file()]
            inside.sort(key=lambda one: _natural(one.relative_to(path).as_posix()))
            if not inside:
                problems.append(Problem(f"{name} holds no .sql file"))
            found += inside
        elif path.exists():
            found.append(path)
        else:
            problems.append(Problem(f"{name}: there is no such file or folder"))
    return found


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2 before 10."""
    parts = _NUMBER.split(name)
    return [(0, int(one), "") if index % 2 else (1, 0, one) for index, one in enumerate(parts)]


def read_source(folder: Path, path: Path, problems: list[Problem]) -> SourceFile | None:
    """A file of SQL, or None with a problem where it is none."""
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    try:
        with path.open("rb") as file:
            octets = file.read(OCTETS_MAX + 1)
    except OSError as error:
        problems.append(Problem(f"{name}: {error.strerror}"))
        return None
    source = SourceFile(path, name, octets)
    if len(octets) > OCTETS_MAX:
        problems.append(Problem("the file is larger than 256 MiB", source))
        return None
    try:
        octets.decode()
    except UnicodeDecodeError as error:
        problems.append(Problem("this is not UTF-8", source, error.start))
        return None
    nul = octets.find(b"\0")
    if nul >= 0:
        problems.append(Problem("NUL, which no SQL has", source, nul))
        return None
    return source


def read_schema(source: SourceFile, problems: list[Problem]) -> list[SchemaStatement]:
    """The statements of a file of the schema, but those of a section that undoes it."""
    file = read_statements(source.octets)
    _report(source, file, problems)
    statements: list[SchemaStatement] = []
    is_undoing = False
    for statement in file.statements:
        for comment in statement.comments:
            section = _SECTION.match(comment.of(source.octets))
            if section:
                is_undoing = section[1].lower() == "down"
        if is_undoing or statement.is_damaged:
            continue
        octets = bytearray(source.octets)
        for comma in statement.trailing_commas:
            octets[comma.offset] = ord(" ")
            problems.append(
                Problem(
                    "a comma before a closing parenthesis",
                    source,
                    comma.offset,
                    hint="Postgres refuses it; scribe leaves it out",
                    is_warning=True,
                )
            )
        statements.append(SchemaStatement(source, statement.span, statement.span.of(bytes(octets))))
    return statements


def _report(source: SourceFile, file: StatementFile, problems: list[Problem]) -> None:
    for fault in file.faults:
        message, hint = fault_message(fault, source.octets)
        problems.append(Problem(message, source, fault.span.offset, hint))
    for meta in file.meta_commands:
        problems.append(
            Problem(
                f"{meta.of(source.octets).split()[0]} is a command to psql, and is left out",
                source,
                meta.offset,
                is_warning=True,
            )
        )
    for parameter in file.parameters:
        problems.append(Problem("a schema has no parameters", source, parameter.offset))
