"""Exception handlers: what an app answers for an exception instead of the default.

The nearest router's handlers are asked first. Within one router the classes of the exception
decide, the most specific first; a handler for a status stands just before the class that has the
status: `HTTPError`, `InvalidRequest` (422), and `Exception` (500) for what nobody expected.
"""

from collections.abc import Callable, Mapping

from necro._conditions import NotModified
from necro._errors import HTTPError, StartupError, error_response, log_error
from necro._faults import ClientDisconnect, InvalidRequest, lookup_fault
from necro._results import response_of
from necro._signatures import Signature, display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro._pool import HandlerPool
    from necro._responses import Response
    from necro._state import State
    from necro._views import RequestViews

__all__ = ["ErrorAnswers", "ErrorKey", "ExceptionHandler", "check_key"]

type ErrorKey = type[Exception] | int

_GIVEN = ("error", "request", "state", "headers", "cookies", "query")


def check_key(key: object) -> None:
    """Raises TypeError or ValueError for what no exception handler can be declared for."""
    if isinstance(key, int) and not isinstance(key, bool):
        if not 400 <= key <= 599:
            raise ValueError(f"{key} is not an error status")
    elif not (isinstance(key, type) and issubclass(key, Exception)):
        raise TypeError(f"an exception handler is for an Exception class or a status, not {key!r}")


class ExceptionHandler:
    """An exception handler as it was declared."""

    __slots__ = ("function", "inline", "status")

    def __init__(
        self, function: Callable[..., object], status: int | None, *, inline: bool
    ) -> None:
        self.function = function
        self.status = status
        self.inline = inline


class CompiledHandler:
    """An exception handler whose parameters are resolved."""

    __slots__ = ("_call", "_is_async", "_names", "_state", "_status", "_where")

    def __init__(self, declared: ExceptionHandler, state: "State", pool: "HandlerPool") -> None:
        """Resolves the parameters; raises StartupError."""
        self._where = f"exception handler {display_name(declared.function)}"
        signature = Signature(declared.function, self._where)
        if signature.is_generator:
            raise StartupError(f"{self._where}: it yields; a handler returns one result")
        if signature.is_async and declared.inline:
            raise StartupError(
                f"{self._where}: inline=True is for plain functions, this one is async"
            )
        names: list[tuple[str, str]] = []
        for taken in signature.parameters:
            source = taken.name
            if source not in _GIVEN and _is_error(taken.annotation):
                source = "error"
            if source in _GIVEN:
                names.append((taken.name, source))
            elif not taken.has_default:
                raise StartupError(
                    f"{self._where}, parameter '{taken.name}': an exception handler is given"
                    f" {', '.join(_GIVEN[:-1])} and {_GIVEN[-1]}"
                )
        self._names = tuple(names)
        self._state = state
        self._status = declared.status
        self._is_async = signature.is_async or not declared.inline
        in_pool = not (signature.is_async or declared.inline)
        self._call: Callable[..., Any] = (
            pool.wrap(declared.function) if in_pool else declared.function
        )

    async def answer(self, error: Exception, request: "RequestViews", status: int) -> "Response":
        """The response; what the handler raises goes to the caller.

        - status: of a result without one of its own, unless the handler was declared with one.
        """
        sources: dict[str, Callable[[], object]] = {
            "error": lambda: error,
            "request": lambda: request,
            "state": lambda: self._state,
            "headers": lambda: request.headers,
            "cookies": lambda: request.cookies,
            "query": lambda: request.query,
        }
        result = self._call(**{name: sources[source]() for name, source in self._names})
        if self._is_async:
            result = await result
        return response_of(result, self._status or status, self._where)


def _is_error(annotation: object) -> bool:
    """Whether an annotation is an exception class or a union of some."""
    from necro._annotations import is_class, peel, union_members

    kind = peel(annotation)
    members = union_members(kind) or (kind,)
    return all(is_class(member) and issubclass(member, BaseException) for member in members)


class ErrorAnswers:
    """The responses to what a route raises."""

    __slots__ = ("_tables", "has_handlers")

    def __init__(self, tables: "tuple[Mapping[object, CompiledHandler], ...]") -> None:
        """The answers of one route.

        - tables: the handlers of the routers around it, the nearest first.
        """
        self._tables = tuple(table for table in tables if table)
        self.has_handlers = bool(self._tables)

    async def expected(self, error: Exception, request: "RequestViews") -> "Response | None":
        """The response to what the app raised on purpose or has a handler for; None otherwise.

        Handlers for `Exception` and 500 are left for `any`, so that middleware sees the exception.
        """
        error = _as_invalid_request(error)
        status, root = _root(error)
        handler = self._find(error, status, root, unexpected=False)
        if handler is not None:
            return await self._answered(handler, error, request, status)
        return None if root is Exception else error_response(error, request, request.served_by)

    async def any(self, error: Exception, request: "RequestViews") -> "Response":
        """The response to any exception."""
        response = await self.expected(error, request)
        if response is not None:
            return response
        handler = self._find(error, 500, Exception, unexpected=True)
        if handler is None:
            return error_response(error, request, request.served_by)
        request_id = request.id
        log_error(error, request, request.served_by, request_id)
        response = await self._answered(handler, error, request, 500)
        if response.header("x-request-id") is None:
            response.add_header("x-request-id", request_id)
        return response

    def _find(
        self, error: Exception, status: int, root: type[Exception], *, unexpected: bool
    ) -> CompiledHandler | None:
        """The handler for an exception, the nearest and most specific one."""
        for table in self._tables:
            for kind in type(error).__mro__:
                if kind is not root:
                    found = table.get(kind)
                elif root is Exception and not unexpected:
                    break
                else:
                    found = table.get(status) or table.get(root)
                if found is not None:
                    return found
                if kind is root:
                    break
        return None

    async def _answered(
        self, handler: CompiledHandler, error: Exception, request: "RequestViews", status: int
    ) -> "Response":
        """What a handler answers, and the default answer to what it raises itself."""
        try:
            return await handler.answer(error, request, status)
        except Exception as own:
            return error_response(own, request, request.served_by)


def _as_invalid_request(error: Exception) -> Exception:
    """A field that the body lacks is a fault of the request as any other."""
    fault = lookup_fault(error)
    if fault is None:
        return error
    return InvalidRequest((fault,)).with_traceback(error.__traceback__)


def _root(error: Exception) -> tuple[int, type[Exception]]:
    """The status of an exception, and the class that it has it from."""
    if isinstance(error, HTTPError):
        return error.status, HTTPError
    if isinstance(error, InvalidRequest):
        return 422, InvalidRequest
    if isinstance(error, NotModified):
        return 304, NotModified
    if isinstance(error, ClientDisconnect):
        return 400, ClientDisconnect
    return 500, Exception
