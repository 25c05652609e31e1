"""Arguments of statements that a client is to blame for.

Where an argument does not fit its parameter and is the very object that the request's path, query
or body gave to the handler, the client has sent what it should not: that is answered 422.
"""

from typing import cast

from necro._faults import Fault
from necro._native import native
from necro.postgres._errors import ParameterError, ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from necro._faults import Location
    from necro._routes import CompiledRoute
    from necro._views import RequestViews

__all__ = ["client_fault"]

# SQLSTATEs of a text that is no value of its type: of none, out of range, of no date or time.
_TEXT_STATES = ("22P02", "22003", "22007", "22008")
# Values of a body that are looked at: a body beyond it is answered 500.
_VALUES_MAX = 10_000


def client_fault(
    error: ParameterError | ServerError, request: "RequestViews", route: "CompiledRoute"
) -> Fault | None:
    """What is wrong with the request; None when the client is not to blame."""
    if isinstance(error, ParameterError):
        location = _location(error.argument, error, request, route)
        detail = f"expected a value that fits {error.type_name}"
        return None if location is None else Fault("type", location, detail)
    if error.sqlstate not in _TEXT_STATES:
        return None
    found: list[Location] = []
    for argument in _texts(error.arguments):
        # The server's message quotes the value, and does not tell which parameter it is.
        if _is_quoted(argument, error.message):
            location = _location(argument, error, request, route)
            if location is not None:
                found.append(location)
    if len(found) != 1:
        return None
    return Fault("value", found[0], "expected a value that fits its database type")


def _texts(arguments: tuple[object, ...]) -> "Iterator[str]":
    """The arguments that are text, and those in lists."""
    pending: list[object] = list(arguments)
    seen = 0
    while pending and seen < _VALUES_MAX:
        argument = _plain(pending.pop())
        seen += 1
        if isinstance(argument, str):
            yield argument
        elif isinstance(argument, list | tuple):
            pending.extend(cast("list[object]", argument))


def _is_quoted(text: str, message: str) -> bool:
    """Whether a message quotes a text, as it does in any language (`lc_messages`)."""
    from re import escape, search

    return search(rf"[\"'«„“「]\s?{escape(text)}\s?[\"'»“”」]", message) is not None


def _location(
    argument: object, error: BaseException, request: "RequestViews", route: "CompiledRoute"
) -> "Location | None":
    """Where in the request an object comes from; None where it is none of the request's."""
    for name, text in request.query.multi_items():
        if text is argument:
            return ("query", name)
    # A provider's parameters are found by the names of the path alone.
    places = {name: ("path", name) for name in route.path_names} | route.places
    for frame in _frames(error):
        for name, value in frame.f_locals.items():
            place = places.get(name, ())
            if place[:1] in (("path",), ("query",)) and _holds(value, argument):
                return place
            if place == ("body",) or isinstance(value, native.Body):
                path = _path(_plain(value), argument)
                if path is not None:
                    return ("body", *path)
    return None


def _holds(value: object, argument: object) -> bool:
    """Whether a parameter is an object, or a list of several that has it."""
    if value is argument:
        return True
    items = cast("list[object]", value) if isinstance(value, list) else ()
    return any(each is argument for each in items)


def _plain(value: object) -> object:
    """A body as dicts and lists, whatever its annotation."""
    try:
        return native.to_dict(value)
    except TypeError:
        # A str, or a type of the app's own.
        return value


def _frames(error: BaseException) -> "Iterator[FrameType]":
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _path(document: object, wanted: object) -> "Location | None":
    """The keys and indexes that lead to an object in a document."""
    pending: list[tuple[object, Location]] = [(document, ())]
    seen = 0
    while pending and seen < _VALUES_MAX:
        value, path = pending.pop()
        seen += 1
        if value is wanted:
            return path
        if isinstance(value, dict):
            pending.extend((item, (*path, key)) for key, item in value.items())  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        elif hasattr(type(value), "__dataclass_fields__"):
            names: Iterable[str] = getattr(value, "__dataclass_fields__")  # noqa: B009
            pending.extend((getattr(value, name, None), (*path, name)) for name in names)
        elif isinstance(value, list):
            pending.extend((item, (*path, index)) for index, item in enumerate(value))  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
    return None
