"""Arguments of statements that a client is to blame for.

Where an argument does not fit its parameter and is the very object that the request's path, query
or body gave to the handler, the client has sent what it should not: that is answered 422.
"""

from necro._faults import Fault
from necro._native import native
from necro.postgres._errors import ParameterError, ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
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
    for argument in error.arguments:
        # The server's message quotes the value, and does not tell which parameter it is.
        if isinstance(argument, str) and f'"{argument}"' in error.message:
            location = _location(argument, error, request, route)
            if location is not None:
                found.append(location)
    if len(found) != 1:
        return None
    return Fault("value", found[0], "expected a value that fits its database type")


def _location(
    argument: object, error: BaseException, request: "RequestViews", route: "CompiledRoute"
) -> "Location | None":
    """Where in the request an object comes from; None where it is none of the request's."""
    for frame in _frames(error):
        for name, value in frame.f_locals.items():
            if value is argument:
                if name in route.path_names:
                    return ("path", name)
                if name in request.query:
                    return ("query", name)
            if name == "body" or isinstance(value, native.Body):
                path = _path(native.to_dict(value), argument)
                if path is not None:
                    return ("body", *path)
    return None


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
        elif isinstance(value, list):
            pending.extend((item, (*path, index)) for index, item in enumerate(value))  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
    return None
