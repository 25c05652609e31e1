"""The native module: written in Swift, in `Sources/PythonHost`."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

class JSONDecodeError(ValueError):
    """The octets are not a JSON text (RFC 8259)."""

    msg: str
    """What is wrong, without the place."""
    offset: int
    """Where, in octets from the start."""
    line: int
    """The line, from 1."""
    column: int
    """The column in octets, from 1."""

def dumps(value: object, default: Callable[[object], object] | None = None, /) -> bytes:
    """The JSON text of a value; `default` gives a replacement for what JSON does not know.

    Raises TypeError for a value that JSON does not know and for a key that is not a `str`,
    ValueError for NaN, an infinity, a lone surrogate or a value that contains itself.
    """

def loads(data: bytes | bytearray | memoryview | str, /) -> Any:
    """The value of a JSON text; raises JSONDecodeError."""

class Body:
    """A JSON value with attribute access: `body.name`, `body["name"]`, `"name" in body`.

    Its attributes are the document's keys alone, so no key is hidden by a method. A missing one
    raises `MissingField`, which is answered 422 naming it. Values inside are wrapped alike.
    """

    # `Any`, since the document is the peer's.
    def __getattr__(self, name: str, /) -> Any: ...
    def __getitem__(self, key: str | int, /) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

def to_dict(value: object, /) -> Any:
    """The plain value of a Body; any other value is returned as it is."""

class RequestHead:
    """The head of one request, and its content as it arrives; owns copies of its octets."""

    @property
    def method(self) -> str: ...
    @property
    def target(self) -> bytes:
        """The request-target as it was sent."""

    @property
    def path(self) -> str:
        """The path, percent-decoded; octets that are not UTF-8 become lone surrogates."""

    @property
    def raw_path(self) -> bytes: ...
    @property
    def query_string(self) -> bytes:
        """What follows the `?`, as it was sent; empty when there is none."""

    @property
    def http_version(self) -> str:
        """`"1.0"` or `"1.1"`."""

    @property
    def scheme(self) -> str:
        """`"http"` or `"https"`."""

    @property
    def client(self) -> tuple[str, int] | None:
        """The peer's address and port; None for a unix socket."""

    @property
    def captures(self) -> tuple[str, ...]:
        """The decoded path parameters, in the template's order."""

    def header(self, name: str, /) -> str | None:
        """The first field value of that name, in any case; None when there is none."""

    def header_values(self, name: str, /) -> list[str]: ...
    def header_items(self) -> list[tuple[str, str]]:
        """Every field line, names in lower case, in wire order."""

    def take_content(self) -> bytes | None:
        """What has arrived since the last call: `b""` when nothing yet, None at the end.

        Raises ClientDisconnect when the peer is gone.
        """

    def wait_content(self) -> asyncio.Future[None]:
        """A future that is done once `take_content` has something to say."""
