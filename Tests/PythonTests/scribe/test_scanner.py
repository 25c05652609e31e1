"""The reader's tokens against those of Postgres' own scanner, on a live server.

Behind `FOR UPDATE NOWAIT` a statement can only end or lock once more: whatever else comes there is
a syntax error, whose place and text are those of the token that the scanner found.
"""

import random
import re

import psycopg
import pytest
from necro._private_servers import PrivatePostgres
from necro_scribe._sqltext import Code, TokenKind, read_tokens

PREFIX = "PREPARE p AS SELECT FROM pg_class FOR UPDATE NOWAIT "
PIECES = [
    "'", "''", '"', '""', "$", "$$", "$q$", "$1", "E'", "e'", "B'", "x'", "n'", "U&'", 'U&"', "u&",
    "\\", "\\'", "\n", "\r", "\t", " ", " ", "--", "/*", "*/", "a", "é", "_", "select", "1", "23",
    ".", "..", "e", "E5", "e-", ",", "(", ")", "[", "]", ";", ":", "::", ":=", "=>", "<", "<=",
    "<>", "!=",
    "+", "-", "*", "/", "@", "~", "!", "#", "^", "&", "|", "`", "?", "%", "=", "{", "}",
]  # fmt: skip
NEAR = re.compile(r'(?:syntax error|trailing junk after .+|zero-length .+) at or near "(.*)"', re.S)
SAID = {
    Code.UNTERMINATED_STRING: (
        "unterminated quoted string",
        "unterminated bit string",
        "unterminated hexadecimal",
    ),
    Code.UNTERMINATED_IDENTIFIER: ("unterminated quoted identifier",),
    Code.UNTERMINATED_DOLLAR_STRING: ("unterminated dollar-quoted string",),
    Code.UNTERMINATED_COMMENT: ("unterminated /* comment",),
    Code.EMPTY_IDENTIFIER: ("zero-length delimited identifier",),
    Code.JUNK_AFTER_NUMBER: ("trailing junk after",),
}  # fmt: skip
# What a string holds is looked at while it is scanned, and is not what tokens are about.
CONTENT = re.compile(
    r"is not a valid|invalid Unicode|invalid hexadecimal|invalid byte sequence|unsafe use of \\'"
    r"|Unicode escape"
)


def compare(connection: psycopg.Connection, text: str) -> bool:
    """Compares the first token of a text, or its fault; False where there is nothing to compare."""
    whole = PREFIX + text
    octets = whole.encode()
    tokens, faults = read_tokens(octets)
    start = len(PREFIX)
    comments = (TokenKind.LINE_COMMENT, TokenKind.BLOCK_COMMENT)
    first = next((t for t in tokens if t.span.offset >= start and t.kind not in comments), None)
    fault = next((f for f in faults if f.span.offset >= start), None)
    try:
        connection.execute(whole.encode(), prepare=False)
        said, position = "", 0
    except psycopg.Error as error:
        said = error.diag.message_primary or ""
        position = int(error.diag.statement_position or 0)
    else:
        connection.execute("DEALLOCATE ALL")
    if CONTENT.search(said):
        return False
    if fault is not None and (first is None or fault.span.offset < first.span.offset):
        if fault.code in (Code.STRAY_OCTET, Code.INVALID_PARAMETER):
            # To Postgres they are tokens of one character, which no grammar has.
            assert said.startswith("syntax error"), (text, said)
            return True
        assert said.startswith(SAID[fault.code]), (text, fault, said)
        return True
    if first is None:
        assert said == "", (text, said)
        return False
    if first.kind in (TokenKind.SEMICOLON, TokenKind.PARAMETER):
        return False
    if fault is not None and first.span.of(octets)[:2] in ("U&", "u&"):
        # Postgres has read on, for what may be UESCAPE.
        return False
    near = NEAR.match(said)
    assert near is not None, (text, first, said)
    assert position == len(octets[: first.span.offset].decode()) + 1, (text, said)
    assert near[1] == first.span.of(octets), (text, said)
    return True


@pytest.mark.parametrize("seed", range(4))
def test_tokens_are_those_of_postgres(scribe_server: PrivatePostgres, seed: int) -> None:
    chance = random.Random(seed)
    compared = 0
    with psycopg.connect(scribe_server.url, autocommit=True, prepare_threshold=None) as connection:
        for _ in range(1_500):
            text = "".join(chance.choices(PIECES, k=chance.randint(1, 8)))
            compared += compare(connection, text)
    assert compared > 1_000
