"""Reads connection strings as libpq does: URIs and keyword/value strings.

Source: libpq, "Connection Strings". What libpq takes is taken, and means the same; what it refuses
is refused, in words that quote no password.
"""

from __future__ import annotations

from necro.postgres._keywords import KEYWORDS, ConnectionStringError, unknown_keyword

__all__ = ["parse_connection_string"]

_SCHEMES = ("postgresql://", "postgres://")
_OCTETS_MAX = 65536
_SPACES = " \t\n\v\f\r"
_HEX = frozenset("0123456789abcdefABCDEF")


def parse_connection_string(text: str) -> dict[str, str]:
    """The parameters that a string gives, by keyword; the last one given counts.

    Raises ConnectionStringError.
    """
    if len(text) > _OCTETS_MAX:
        raise ConnectionStringError(f"a connection string has at most {_OCTETS_MAX} characters")
    if "\0" in text:
        raise ConnectionStringError("a connection string cannot hold a zero character")
    for scheme in _SCHEMES:
        if text.startswith(scheme):
            return _URI(text, len(scheme)).parse()
    if "://" in text.partition("=")[0]:
        raise ConnectionStringError("a connection URI begins with postgresql:// or postgres://")
    return _KeywordValues(text).parse()


def _store(values: dict[str, str], name: str, value: str) -> bool:
    """Keeps a parameter; whether there is such a keyword."""
    if name == "requiressl":
        name, value = "sslmode", "require" if value.startswith("1") else "prefer"
    if name not in KEYWORDS:
        return False
    values[name] = value
    return True


class _KeywordValues:
    """`keyword = value` settings between spaces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> dict[str, str]:
        values: dict[str, str] = {}
        while True:
            self._skip_spaces()
            if self._at == len(self._text):
                return values
            start = self._at
            name = self._name(start)
            value = self._quoted() if self._text.startswith("'", self._at) else self._plain()
            if not _store(values, name, value):
                raise ConnectionStringError(
                    f"{unknown_keyword(name)} (at character {start + 1} of the connection string)"
                )

    def _skip_spaces(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in _SPACES:
            self._at += 1

    def _name(self, start: int) -> str:
        text = self._text
        while self._at < len(text) and text[self._at] != "=" and text[self._at] not in _SPACES:
            self._at += 1
        name = text[start : self._at]
        self._skip_spaces()
        if not text.startswith("=", self._at):
            raise ConnectionStringError(
                f'there is no "=" after the word at character {start + 1} of the connection string'
            )
        self._at += 1
        self._skip_spaces()
        return name

    def _plain(self) -> str:
        text, found = self._text, list[str]()
        while self._at < len(text) and text[self._at] not in _SPACES:
            if text[self._at] == "\\":
                self._at += 1
            found.append(text[self._at : self._at + 1])
            self._at += 1
        self._at = min(self._at, len(text))
        return "".join(found)

    def _quoted(self) -> str:
        text, found, start = self._text, list[str](), self._at
        self._at += 1
        while self._at < len(text):
            if text[self._at] == "'":
                self._at += 1
                return "".join(found)
            if text[self._at] == "\\":
                self._at += 1
            found.append(text[self._at : self._at + 1])
            self._at += 1
        raise ConnectionStringError(
            f"the quote at character {start + 1} of the connection string is not closed"
        )


class _URI:
    """`postgresql://user:password@host:port,…/dbname?name=value&…`."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._at = start
        self._values: dict[str, str] = {}

    def parse(self) -> dict[str, str]:
        self._userinfo()
        self._hosts()
        if self._next() == "/":
            start = self._at + 1
            end = self._find("?", start)
            self._keep("dbname", start, end, "database")
            self._at = end
        if self._next() == "?":
            self._parameters(self._text[self._at + 1 :])
        return self._values

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _find(self, any_of: str, start: int) -> int:
        """Where the first of these characters is; the end where there is none."""
        found = (self._text.find(one, start) for one in any_of)
        return min((at for at in found if at >= 0), default=len(self._text))

    def _keep(self, name: str, start: int, end: int, part: str) -> None:
        if end > start:
            self._values[name] = _decoded(self._text[start:end], part)

    def _userinfo(self) -> None:
        start, at = self._at, self._find("@/", self._at)
        if self._text[at : at + 1] != "@":
            return
        colon = min(self._find(":", start), at)
        self._keep("user", start, colon, "user")
        self._keep("password", colon + 1, at, "password")
        self._at = at + 1

    def _hosts(self) -> None:
        hosts: list[str] = []
        ports: list[str] = []
        while True:
            hosts.append(self._address() if self._next() == "[" else self._until(":/?,"))
            port = ""
            if self._next() == ":":
                self._at += 1
                port = self._until("/?,")
            ports.append(port)
            if self._next() != ",":
                break
            self._at += 1
        for name, given in (("host", ",".join(hosts)), ("port", ",".join(ports))):
            if given:
                self._values[name] = _decoded(given, name)

    def _until(self, any_of: str) -> str:
        start = self._at
        self._at = self._find(any_of, start)
        return self._text[start : self._at]

    def _address(self) -> str:
        """An IPv6 address in brackets."""
        start = self._at + 1
        end = self._text.find("]", start)
        if end < 0:
            raise ConnectionStringError('an IPv6 address in the URI has no closing "]"')
        if end == start:
            raise ConnectionStringError("an IPv6 address in the URI is empty")
        self._at = end + 1
        if self._next() not in ("", ":", "/", "?", ","):
            raise ConnectionStringError(
                f'after the "]" at character {end + 1} of the URI comes ":", "/", "?" or ","'
            )
        return self._text[start:end]

    def _parameters(self, text: str) -> None:
        # What ends in "&" has no parameter after it.
        for number, pair in enumerate(text.removesuffix("&").split("&") if text else [], 1):
            name, equals, value = pair.partition("=")
            if not equals:
                raise ConnectionStringError(f'query parameter {number} of the URI has no "="')
            if "=" in value:
                raise ConnectionStringError(
                    f'query parameter {number} of the URI has more than one "=":'
                    " write it as %3D in a value"
                )
            name = _decoded(name, f"name of query parameter {number}")
            value = _decoded(value, f"query parameter {number}")
            if (name, value) == ("ssl", "true"):
                # As JDBC has it.
                name, value = "sslmode", "require"
            if not _store(self._values, name, value):
                raise ConnectionStringError(
                    f"{unknown_keyword(name)} (query parameter {number} of the URI)"
                )


def _decoded(text: str, part: str) -> str:
    """Takes percent-encoding away, and spaces at both ends, as libpq does."""
    text = text.strip(" ")
    if " " in text:
        raise ConnectionStringError(f"the {part} in the URI has a space: write it as %20")
    pieces = text.split("%")
    octets = bytearray(pieces[0].encode("utf-8", "surrogateescape"))
    for piece in pieces[1:]:
        code = piece[:2]
        if len(code) < 2 or not _HEX.issuperset(code):
            raise ConnectionStringError(
                f'the {part} in the URI has a "%" without two hexadecimal digits after it:'
                ' write "%" itself as %25'
            )
        if code == "00":
            raise ConnectionStringError(f"the {part} in the URI has a zero character, %00")
        octets.append(int(code, 16))
        octets += piece[2:].encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8", "surrogateescape")
    except UnicodeDecodeError:
        raise ConnectionStringError(f"the {part} in the URI is no UTF-8") from None
