"""A situation of the probe: octets on a connection, and what a server may do about them."""

from __future__ import annotations

from dataclasses import dataclass

CLOSES = True
PERSISTS = False
EITHER = None

HOST = "Host: necro.test\r\n"


@dataclass(frozen=True)
class Situation:
    """One row of a table.

    - octets: what the client sends, a character for each octet.
    - statuses: with any of which the first request may be answered.
    - closes: whether the connection has to close behind that answer, with nothing else sent, or
      has to serve another request; None leaves it open.
    - clauses: the ids of what the specifications say about it.
    - content: that of the answer, where it shows how the request was read.
    - replies: how many responses the octets bring; all but the last must have a status of 2xx.
    """

    name: str
    octets: str
    statuses: tuple[int, ...]
    closes: bool | None
    clauses: tuple[str, ...]
    content: str | None = None
    replies: int = 1


def get(fields: str = "", target: str = "/", *, version: str = "HTTP/1.1", host: str = HOST) -> str:
    """A GET with further field lines, each with its CRLF."""
    return f"GET {target} {version}\r\n{host}{fields}\r\n"


def post(fields: str = "", content: str = "", *, target: str = "/") -> str:
    """A POST with the fields that frame it, and what follows its head."""
    return f"POST {target} HTTP/1.1\r\n{HOST}{fields}\r\n{content}"


def length(value: str, content: str = "hello") -> str:
    """A POST with a Content-Length as it is given, behind the colon."""
    return post(f"Content-Length:{value}\r\n", content)


def coding(value: str, content: str = "5\r\nhello\r\n0\r\n\r\n", more: str = "") -> str:
    """A POST with a Transfer-Encoding as it is given, behind the colon."""
    return post(f"Transfer-Encoding:{value}\r\n{more}", content)


def chunks(content: str) -> str:
    """A POST whose chunked content is given octet by octet."""
    return coding(" chunked", content)
