"""Routes: as an app declares them, and as the server runs them."""

from collections.abc import Callable, Iterable

from necro._markers import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro._background import BackgroundWork
    from necro._faults import Location
    from necro._providers import Provider
    from necro._state import State
    from necro._views import RequestViews

__all__ = [
    "BODY",
    "BODY_BYTES",
    "BODY_KINDS",
    "BODY_STR",
    "BODY_VALUE",
    "CONSTANT",
    "DERIVED",
    "PATH",
    "PROVIDED",
    "REQUEST",
    "CompiledParameter",
    "CompiledRoute",
    "Handler",
    "Route",
]

type Handler = Callable[..., object]

# The kinds of a compiled parameter; the native host switches on these numbers.
PATH = 0
"""`data` is (capture index, converter): None for `str`, the types `int` and `float` themselves,
else a callable that takes the text and raises ValueError."""
CONSTANT = 1
"""`data` is the argument."""
REQUEST = 2
"""The argument is the Request; `data` is None."""
BODY = 3
"""The argument is the body as a Body, or a plain scalar; `data` is None."""
BODY_BYTES = 4
"""The argument is the body's octets; `data` is None."""
BODY_STR = 5
"""The argument is the body as UTF-8 text; `data` is None."""
BODY_VALUE = 6
"""`data` takes the parsed JSON and returns the argument, or raises InvalidRequest."""
DERIVED = 7
"""`data` takes the Request and returns the argument, or raises InvalidRequest."""
PROVIDED = -1
"""`data` is the Provider. The host never sees it: a route with providers is called with the Request
alone, see `_plan`."""

_OPTIONS = ("status", "name", "tags", "summary", "inline", "on_disconnect")

BODY_KINDS = frozenset((BODY, BODY_BYTES, BODY_STR, BODY_VALUE))


class Route:
    """A route as it was declared; its handler's parameters are not yet looked at."""

    __slots__ = (
        "handler",
        "inline",
        "methods",
        "name",
        "on_disconnect",
        "path",
        "status",
        "summary",
        "tags",
    )

    def __init__(
        self,
        path: str,
        handler: Handler,
        methods: tuple[str, ...],
        *,
        status: int | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        summary: str | None = None,
        inline: bool = False,
        on_disconnect: str | None = None,
    ) -> None:
        self.path = path
        self.handler = handler
        self.methods = methods
        self.status = status
        own_name: str = getattr(handler, "__name__", type(handler).__name__)
        self.name = name or own_name
        self.tags = tuple(tags)
        self.summary = summary
        self.inline = inline
        self.on_disconnect = on_disconnect

    @classmethod
    def check_options(cls, options: Iterable[str]) -> None:
        """Raises TypeError for an option that no route has."""
        for option in options:
            if option not in _OPTIONS:
                raise TypeError(f"a route has no option {option!r}; it has {', '.join(_OPTIONS)}")


class CompiledParameter:
    """How one argument is made; see the kinds above."""

    __slots__ = ("data", "default", "has_default", "kind", "location", "name")

    def __init__(
        self,
        kind: int,
        name: str,
        data: object,
        location: "Location",
        default: object = ABSENT,
    ) -> None:
        """How one argument is made.

        - kind: one of the kinds above.
        - name: the handler's name for it.
        - data: what the kind says.
        - location: where a fault of it lies.
        - default: for the kinds that read the body, the argument when the content is empty.
        """
        self.kind = kind
        self.name = name
        self.data = data
        self.location = location
        self.has_default = default is not ABSENT
        self.default: object = default if self.has_default else None

    @property
    def capture(self) -> "tuple[int, Callable[[str], object] | None]":
        """The data of a PATH parameter."""
        assert self.kind == PATH
        return self.data  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    @property
    def text_converter(self) -> "tuple[int, Callable[[str], object]]":
        """The capture and converter of a PATH parameter, as Python converts it."""
        from necro._scalars import integer, number, text_of

        index, converter = self.capture
        if converter is None:
            return index, text_of
        return index, integer if converter is int else number if converter is float else converter

    @property
    def provider(self) -> "Provider":
        """The provider of a PROVIDED parameter."""
        assert self.kind == PROVIDED
        return self.data  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    def derive(self, request: "RequestViews") -> object:
        """The argument of a DERIVED parameter; raises InvalidRequest."""
        assert self.kind == DERIVED
        return self.data(request)  # type: ignore[operator]  # pyright: ignore

    def validate(self, value: object) -> object:
        """The argument of a BODY_VALUE parameter; raises InvalidRequest."""
        assert self.kind == BODY_VALUE
        return self.data(value)  # type: ignore[operator]  # pyright: ignore


class CompiledRoute:
    """A route as the server runs it, resolved once per worker.

    - methods: in upper case; HEAD is added by the server where GET is. None at all: the route gets
      the requests that match no other.
    - template: the whole path template, prefixes included.
    - name: the route's name.
    - handler: `module.qualname` of the function the app declared, for logs.
    - call: what runs a request. When `is_async`, calling it gives a coroutine; otherwise it
      answers at once and must run on the loop's thread.
    - status: that of a result that has none of its own; None for the usual one.
    - none_is_empty: whether None means 204 for GET and HEAD too.
    - cancels: whether a client that is gone cancels the handler; None for the method's default.
    - parameters: in the order of the call; the last `len(keywords)` are passed by keyword.
    - reads_content: whether the Request is to have the whole content, beside parameters for it.
    - path_names: the names of the captures, in order.
    - places: where in the request the handler's arguments are from, by their names, also where
      `call` makes them itself.
    - state: the worker's State.
    - background: what does the work that requests leave for after the response.
    """

    __slots__ = (
        "background",
        "call",
        "cancels",
        "handler",
        "is_async",
        "keywords",
        "methods",
        "name",
        "none_is_empty",
        "parameters",
        "path_names",
        "places",
        "reads_content",
        "state",
        "status",
        "summary",
        "tags",
        "template",
    )

    def __init__(
        self,
        *,
        methods: tuple[str, ...],
        template: str,
        name: str,
        handler: str,
        call: "Callable[..., Any]",
        is_async: bool,
        status: int | None,
        none_is_empty: bool,
        cancels: bool | None,
        parameters: tuple[CompiledParameter, ...],
        keywords: tuple[str, ...],
        path_names: tuple[str, ...],
        reads_content: bool,
        state: "State",
        background: "BackgroundWork",
        tags: tuple[str, ...],
        summary: str | None,
        places: "dict[str, Location] | None" = None,
    ) -> None:
        self.places: dict[str, Location] = places or {}
        self.methods = methods
        self.template = template
        self.name = name
        self.handler = handler
        self.call = call
        self.is_async = is_async
        self.status = status
        self.none_is_empty = none_is_empty
        self.cancels = cancels
        self.parameters = parameters
        self.keywords = keywords
        self.path_names = path_names
        self.reads_content = reads_content
        self.state = state
        self.background = background
        self.tags = tags
        self.summary = summary

    def __str__(self) -> str:
        """The route for a message: `GET /summon/{id} (app.summon_one)`."""
        return f"{','.join(self.methods)} {self.template} ({self.handler})"
