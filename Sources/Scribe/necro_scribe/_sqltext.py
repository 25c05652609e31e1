"""The lexical structure of SQL, as the Swift module NecroSQLText reads it.

That is a shared library beside this file; in a checkout `NECRO_SQLTEXT` may name it.
"""

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from pathlib import Path

__all__ = [
    "Code",
    "Directive",
    "Fault",
    "Kind",
    "LexedQuery",
    "LexedStatement",
    "QueryFile",
    "Span",
    "StatementFile",
    "Token",
    "TokenKind",
    "read_queries",
    "read_statements",
    "read_tokens",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of octets of a text, by the offset of the first and how many there are."""

    offset: int
    count: int

    @property
    def end(self) -> int:
        """The offset behind the last octet."""
        return self.offset + self.count

    def of(self, text: bytes) -> str:
        """The octets of `text` as characters."""
        return text[self.offset : self.end].decode()


class TokenKind(IntEnum):
    """The kinds of tokens, `SQLToken.Kind`."""

    LINE_COMMENT = 0
    BLOCK_COMMENT = 1
    META_COMMAND = 2
    WORD = 3
    QUOTED_IDENTIFIER = 4
    STRING = 5
    DOLLAR_STRING = 6
    NUMBER = 7
    POSITION = 8
    PARAMETER = 9
    OPERATOR_NAME = 10
    LEFT_PARENTHESIS = 11
    RIGHT_PARENTHESIS = 12
    LEFT_BRACKET = 13
    RIGHT_BRACKET = 14
    COMMA = 15
    SEMICOLON = 16
    COLON = 17
    DOUBLE_COLON = 18
    COLON_EQUALS = 19
    DOT = 20
    DOUBLE_DOT = 21


class Code(IntEnum):
    """What can be wrong with a text, `SQLTextFault.Code`."""

    UNTERMINATED_STRING = 0
    UNTERMINATED_IDENTIFIER = 1
    UNTERMINATED_DOLLAR_STRING = 2
    UNTERMINATED_COMMENT = 3
    EMPTY_IDENTIFIER = 4
    JUNK_AFTER_NUMBER = 5
    STRAY_OCTET = 6
    INVALID_PARAMETER = 7
    FILE_TOO_LARGE = 8
    UNNAMED_QUERY = 9
    MISSING_STATEMENT = 10
    SECOND_STATEMENT = 11
    MALFORMED_NAME = 12
    INVALID_NAME = 13
    UNKNOWN_KIND = 14
    DUPLICATE_NAME = 15
    MIXED_PARAMETERS = 16
    TOO_MANY_PARAMETERS = 17
    EMPTY_DIRECTIVE = 18


class Kind(IntEnum):
    """What a query gives back, `SQLQueryKind`."""

    ONE = 0
    MANY = 1
    EXEC = 2
    EXECROWS = 3
    STREAM = 4
    BATCH = 5
    COPYFROM = 6

    def __str__(self) -> str:
        return f":{self.name.lower()}"


class Directive(IntEnum):
    """What a line comment before a query's statement may say, `SQLDirective.Kind`."""

    NAME = 0
    NULLABLE = 1
    NOT_NULL = 2
    OPTIONAL = 3
    TYPE = 4
    EMBED = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a text, and the octets at fault."""

    code: Code
    span: Span


@dataclass(frozen=True, slots=True)
class Token:
    """A lexical element."""

    kind: TokenKind
    span: Span


@dataclass(slots=True)
class LexedStatement:
    """A statement of a schema, without its semicolon.

    - comments: what stands between the statement before and this one.
    - trailing_commas: those that Postgres would refuse.
    """

    span: Span
    is_damaged: bool
    comments: list[Span]
    trailing_commas: list[Span]


@dataclass(slots=True)
class StatementFile:
    """A file of statements.

    - comments: what stands behind the last of them.
    """

    statements: list[LexedStatement] = field(default_factory=list[LexedStatement])
    comments: list[Span] = field(default_factory=list[Span])
    meta_commands: list[Span] = field(default_factory=list[Span])
    parameters: list[Span] = field(default_factory=list[Span])
    faults: list[Fault] = field(default_factory=list[Fault])


@dataclass(slots=True)
class LexedQuery:
    """A query under its name.

    - parameters: every place of each, with the braces or the dollar.
    """

    name: Span
    kind: Kind
    statement: Span = Span(0, 0)
    comments: list[Span] = field(default_factory=list[Span])
    directives: list[tuple[Directive, Span]] = field(default_factory=list[tuple[Directive, Span]])
    parameters: list[Span] = field(default_factory=list[Span])
    trailing_commas: list[Span] = field(default_factory=list[Span])


@dataclass(slots=True)
class QueryFile:
    """A file of queries; those with faults are left out."""

    queries: list[LexedQuery] = field(default_factory=list[LexedQuery])
    meta_commands: list[Span] = field(default_factory=list[Span])
    faults: list[Fault] = field(default_factory=list[Fault])


# What the library's records are of, `Record`.
_COMMENT, _META_COMMAND, _PARAMETER, _TRAILING_COMMA, _STATEMENT = 1, 2, 3, 4, 5
_FAULT, _QUERY, _DIRECTIVE, _TOKEN = 6, 7, 8, 9


def read_tokens(text: bytes) -> tuple[list[Token], list[Fault]]:
    """The tokens of a text and what is wrong with it."""
    tokens: list[Token] = []
    faults: list[Fault] = []
    for record, first, second, third in _records("necro_sqltext_tokens", text):
        if record == _TOKEN:
            tokens.append(Token(TokenKind(first), Span(second, third)))
        else:
            faults.append(Fault(Code(first), Span(second, third)))
    return tokens, faults


def read_statements(text: bytes) -> StatementFile:
    """The statements of a text."""
    file = StatementFile()
    commas: list[Span] = []
    for record, first, second, third in _records("necro_sqltext_statements", text):
        span = Span(first, second)
        if record == _FAULT:
            file.faults.append(Fault(Code(first), Span(second, third)))
        elif record == _COMMENT and not third:
            file.comments.append(span)
        elif record == _META_COMMAND:
            file.meta_commands.append(span)
        elif record == _PARAMETER:
            file.parameters.append(span)
        elif record == _TRAILING_COMMA:
            commas.append(span)
        elif record == _STATEMENT:
            file.statements.append(LexedStatement(span, bool(third), file.comments, commas))
            file.comments, commas = [], []
    return file


def read_queries(text: bytes) -> QueryFile:
    """The queries of a text."""
    file = QueryFile()
    for record, first, second, third in _records("necro_sqltext_queries", text):
        span = Span(first, second)
        if record == _FAULT:
            file.faults.append(Fault(Code(first), Span(second, third)))
        elif record == _META_COMMAND:
            file.meta_commands.append(span)
        elif record == _QUERY:
            file.queries.append(LexedQuery(span, Kind(third)))
        elif record == _COMMENT:
            file.queries[-1].comments.append(span)
        elif record == _DIRECTIVE:
            file.queries[-1].directives.append((Directive(first), Span(second, third)))
        elif record == _STATEMENT:
            file.queries[-1].statement = span
        elif record == _PARAMETER:
            file.queries[-1].parameters.append(span)
        elif record == _TRAILING_COMMA:
            file.queries[-1].trailing_commas.append(span)
    return file


def _records(function: str, text: bytes) -> Iterator[tuple[int, int, int, int]]:
    """What the library says of a text, by four numbers each."""
    call = _library()[function]
    call.restype = ctypes.c_int32
    capacity = 4096
    while True:
        numbers = (ctypes.c_int32 * capacity)()
        count: int = call(
            ctypes.c_char_p(text), ctypes.c_int32(len(text)), numbers, ctypes.c_int32(capacity)
        )
        if count <= capacity:
            break
        capacity = count
    for index in range(0, count, 4):
        yield numbers[index], numbers[index + 1], numbers[index + 2], numbers[index + 3]


@cache
def _library() -> ctypes.CDLL:
    """The library. Raises ImportError that says where it should be."""
    name = "libnecro_sqltext.so"
    named = os.environ.get("NECRO_SQLTEXT")
    path = Path(named) if named else Path(__file__).with_name(name)
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(
            f"necro scribe's library {path} cannot be loaded ({error}): install necro-scribe from a"
            " wheel, or name the file that `make build` makes in NECRO_SQLTEXT"
        ) from None
