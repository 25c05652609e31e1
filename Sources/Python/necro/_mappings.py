"""The mappings of a request: header fields, query parameters and cookies.

All three hold several values under one name; what `[]` and `get` give then differs, and each class
says why. `getall` gives every value.
"""

from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Cookies", "Headers", "QueryParameters", "parse_cookies", "parse_query"]


class MultiMapping(Mapping[str, str]):
    """A mapping that keeps every value of a name, in the order they were sent."""

    __slots__ = ("_items", "_values")

    _pick = 0

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._items = list(items)
        values: dict[str, list[str]] = {}
        for name, value in self._items:
            values.setdefault(self._fold(name), []).append(value)
        self._values = values

    def _fold(self, name: str) -> str:
        return name

    def __getitem__(self, name: str) -> str:
        """One value of the name; KeyError when it was not sent."""
        found = self._values.get(self._fold(name))
        if found is None:
            raise KeyError(name)
        return found[self._pick]

    def __contains__(self, name: object) -> bool:
        """Whether the name was sent."""
        return isinstance(name, str) and self._fold(name) in self._values

    def __iter__(self) -> Iterator[str]:
        """Each name once."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many different names were sent."""
        return len(self._values)

    def getall(self, name: str) -> list[str]:
        """Every value of the name in the order they were sent; empty when it was not sent."""
        return list(self._values.get(self._fold(name), ()))

    def multi_items(self) -> list[tuple[str, str]]:
        """Every name and value in the order they were sent."""
        return list(self._items)

    def __repr__(self) -> str:
        """The class and its items."""
        return f"{type(self).__name__}({self._items!r})"


class Headers(MultiMapping):
    """The header fields of a request; names match in any case (RFC 9110 §5.1).

    `[]` gives the first value: fields that may be repeated are read with `getall`.
    """

    __slots__ = ()

    def _fold(self, name: str) -> str:
        return name.lower()


class QueryParameters(MultiMapping):
    """The parameters of the query string; `[]` gives the last value, as a form's override does."""

    __slots__ = ()

    _pick = -1


class Cookies(MultiMapping):
    """The cookies of a request; `[]` gives the first value.

    User agents send the cookie with the longest path first (RFC 6265 §5.4).
    """

    __slots__ = ()


def _decode(octets: bytes) -> str:
    """One name or value of a form: a plus sign is a space; what is not UTF-8 is replaced."""
    if b"+" in octets:
        octets = octets.replace(b"+", b" ")
    if b"%" in octets:
        from urllib.parse import unquote_to_bytes

        octets = unquote_to_bytes(octets)
    return octets.decode("utf-8", "replace")


def parse_query(query: bytes) -> QueryParameters:
    """The parameters of a query string, `application/x-www-form-urlencoded`."""
    items: list[tuple[str, str]] = []
    for field in query.split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            items.append((_decode(name), _decode(value)))
    return QueryParameters(items)


def parse_cookies(fields: Iterable[str]) -> Cookies:
    """The cookies in the values of `cookie` fields (RFC 6265 §4.2.1), without what has no `=`."""
    items: list[tuple[str, str]] = []
    for field in fields:
        for pair in field.split(";"):
            name, equals, value = pair.partition("=")
            name, value = name.strip(" \t"), value.strip(" \t")
            if not equals or not name:
                continue
            if len(value) >= 2 and value[0] == value[-1] == '"':
                value = value[1:-1]
            items.append((name, value))
    return Cookies(items)
