"""Markers that say where a parameter comes from when its name does not.

They are functions that return `Any`, so that both styles pass a strict type checker::

    async def find(where: str = necro.Query(alias="state")): ...
    async def find(where: Annotated[str, necro.Query(alias="state")] = "open"): ...
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ABSENT", "Cookie", "Header", "Marker", "Path", "Query", "marker_of"]


class Absent:
    """The type of `ABSENT`, which stands for a default that was not given."""

    __slots__ = ()

    def __repr__(self) -> str:
        """As it shows in a signature."""
        return "(no default)"


ABSENT = Absent()


class Marker:
    """Where one parameter comes from: `source` is `path`, `query`, `header` or `cookie`."""

    __slots__ = ("alias", "default", "source")

    def __init__(self, source: str, alias: str | None, default: object) -> None:
        self.source = source
        self.alias = alias
        self.default = default

    def __repr__(self) -> str:
        """As it was written."""
        return f"necro.{self.source.capitalize()}(alias={self.alias!r})"


def Query(default: object = ABSENT, *, alias: str | None = None) -> "Any":  # noqa: N802
    """A query-string parameter, under the name `alias` when that differs from the parameter's.

    - default: the value when the request has none; without it the parameter is required.
    - alias: the name in the query string.
    """
    return Marker("query", alias, default)


def Header(default: object = ABSENT, *, alias: str | None = None) -> "Any":  # noqa: N802
    """A header field; without `alias`, `user_agent` reads `user-agent`.

    - default: the value when the request has none; without it the parameter is required.
    - alias: the field name, in any case.
    """
    return Marker("header", alias, default)


def Cookie(default: object = ABSENT, *, alias: str | None = None) -> "Any":  # noqa: N802
    """A cookie, under the name `alias` when that differs from the parameter's.

    - default: the value when the request has none; without it the parameter is required.
    - alias: the cookie's name, which is case-sensitive.
    """
    return Marker("cookie", alias, default)


def Path(*, alias: str | None = None) -> "Any":  # noqa: N802
    """A parameter of the path template, under the name `alias` when that differs.

    It takes no default: a path that matches the template holds a value.
    """
    return Marker("path", alias, ABSENT)


def marker_of(value: object) -> Marker | None:
    """The marker that a default or a piece of `Annotated` metadata is, else None.

    A bare `necro.Query`, without parentheses, counts as `necro.Query()`.
    """
    if isinstance(value, Marker):
        return value
    for function in (Query, Header, Cookie, Path):
        if value is function:
            return Marker(function.__name__.lower(), None, ABSENT)
    return None
