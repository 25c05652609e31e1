"""What is wrong with the user's files, shown as compilers show it."""

from dataclasses import dataclass
from pathlib import Path

from necro_scribe._sqltext import Code, Fault, Span

__all__ = ["Problem", "SourceFile", "fault_message"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of SQL.

    - name: its path as it is shown, relative to the project where it lies in it.
    """

    path: Path
    name: str
    octets: bytes

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an octet, both counted from 1; columns are characters."""
        before = self.octets[:offset].decode(errors="replace").removeprefix("\ufeff")
        before = before.replace("\r\n", "\n").replace("\r", "\n")
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        text = self.octets.decode(errors="replace").removeprefix("\ufeff")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines[number - 1] if number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error or a warning at a place in a file, or without one in the project's settings.

    - hint: what may help, mostly Postgres' own.
    """

    message: str
    source: SourceFile | None = None
    offset: int | None = None
    hint: str | None = None
    is_warning: bool = False

    def __str__(self) -> str:
        """`spells.sql:12:18: message`, the line with a mark below the place, and the hint."""
        message = f"warning: {self.message}" if self.is_warning else self.message
        lines = [message]
        if self.source is not None and self.offset is not None:
            line, column = self.source.place(self.offset)
            text = self.source.line(line)
            lines = [f"{self.source.name}:{line}:{column}: {message}"]
            if text.strip():
                # Tabs are kept in front of the mark, so that it stands below its character.
                indent = "".join("\t" if one == "\t" else " " for one in text[: column - 1])
                lines += [f"    {text}", f"    {indent}^"]
        elif self.source is not None:
            lines = [f"{self.source.name}: {message}"]
        if self.hint:
            lines.append(f"    hint: {self.hint}")
        return "\n".join(lines)

    @property
    def order(self) -> tuple[str, int, bool]:
        """By file, and by place in it."""
        return (self.source.name if self.source else "", self.offset or 0, not self.is_warning)


_KINDS = ":one, :many, :exec, :execrows, :stream, :batch, :copyfrom"


def fault_message(fault: Fault, text: bytes) -> tuple[str, str | None]:
    """What a lexical fault is called, and what may help."""
    found = fault.span.of(text)
    match fault.code:
        case Code.UNTERMINATED_STRING:
            return "the string has no closing quote", None
        case Code.UNTERMINATED_IDENTIFIER:
            return "the quoted identifier has no closing quote", None
        case Code.UNTERMINATED_DOLLAR_STRING:
            return f"the string that {found} begins has no {found} at its end", None
        case Code.UNTERMINATED_COMMENT:
            return "the comment has no */", "comments are nested: each /* needs a */"
        case Code.EMPTY_IDENTIFIER:
            return "an identifier has no characters", None
        case Code.JUNK_AFTER_NUMBER:
            return f"letters directly behind a number: {found}", None
        case Code.STRAY_OCTET:
            return f"unexpected {_shown(found, text, fault.span)}", None
        case Code.INVALID_PARAMETER:
            return "{ begins no parameter", "a parameter is a name in braces, {id}"
        case Code.FILE_TOO_LARGE:
            return "the file is larger than 1 GiB", None
        case Code.UNNAMED_QUERY:
            return "a statement without a name", "write `-- name: SummonZombie :one` above it"
        case Code.MISSING_STATEMENT:
            return f"{found} has no statement", None
        case Code.SECOND_STATEMENT:
            return "a second statement under one name", "write `-- name: …` above it as well"
        case Code.MALFORMED_NAME:
            return "this is no name and kind", "write `-- name: SummonZombie :one`"
        case Code.INVALID_NAME:
            return f"{found!r} is no identifier", "letters, digits and _, and no digit first"
        case Code.UNKNOWN_KIND:
            return f"there is no kind {found}", f"there is {_KINDS}"
        case Code.DUPLICATE_NAME:
            return f"there is another query {found}", None
        case Code.MIXED_PARAMETERS:
            return f"{found} beside parameters of the other form", "use {name} for all of them"
        case Code.TOO_MANY_PARAMETERS:
            return "more than 65535 parameters", None
        case Code.EMPTY_DIRECTIVE:
            return "nothing stands behind the colon", None


def _shown(found: str, text: bytes, span: Span) -> str:
    """A character that should not be there, readable also where it cannot be printed."""
    return found if found.isprintable() else f"octet {text[span.offset]:#04x}"
