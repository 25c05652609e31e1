"""Puts what stands around a handler and the handler together: one coroutine function per route.

A route without filters, middleware, exception handlers and providers is not composed: the server
makes its arguments and calls its handler. A composed route is called with the Request, and makes
the arguments itself, inside the middleware, so that filters and middleware come before anything
is validated and see what a wrong request is answered.
"""

from necro._middleware import layer
from necro._results import route_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from necro._exceptions import ErrorAnswers
    from necro._middleware import Call, Filter
    from necro._responses import Response
    from necro._views import RequestViews

    type Serve = Callable[[RequestViews], Any]

__all__ = ["compose"]


def compose(
    serve: "Serve",
    answers: "ErrorAnswers",
    middleware: "list[Callable[..., object]]",
    filters: "list[Filter]",
) -> "Serve":
    """The coroutine function that the server calls for a request.

    - serve: runs the providers and the handler.
    - answers: the responses to what is raised.
    - middleware, filters: the outermost first.
    """
    if not (middleware or filters or answers.has_handlers):
        # Providers alone: the server answers results and exceptions as it does for a handler.
        return serve
    inner = _responding(serve)
    if middleware:
        inner = _expecting(inner, answers)
        for function in reversed(middleware):
            inner = layer(function, inner)
    return _filtering(inner, answers, filters) if filters else _answering(inner, answers)


def _responding(serve: "Serve") -> "Call":
    """Has the handler's result as a Response."""

    async def respond(request: "RequestViews") -> "Response":
        return route_response(await serve(request), request.served_by, request.method)

    return respond


def _expecting(inner: "Call", answers: "ErrorAnswers") -> "Call":
    """Answers what was raised on purpose, or has a handler; the rest goes through middleware."""

    async def expect(request: "RequestViews") -> "Response":
        try:
            return await inner(request)
        except Exception as error:
            response = await answers.expected(error, request)
            if response is None:
                raise
            return response

    return expect


def _answering(inner: "Call", answers: "ErrorAnswers") -> "Call":
    """Answers whatever was raised."""

    async def answer(request: "RequestViews") -> "Response":
        try:
            return await inner(request)
        except Exception as error:
            return await answers.any(error, request)

    return answer


def _filtering(inner: "Call", answers: "ErrorAnswers", filters: "list[Filter]") -> "Call":
    """Answers whatever was raised, between the two halves of the filters."""
    befores = tuple(one.before for one in filters)
    afters = tuple(one.after for one in reversed(filters))

    # A filter is declared to take a Request, so that an app's own may say so too.
    async def filtered(request: "Any") -> "Response":
        try:
            for before in befores:
                response = before(request)
                if response is not None:
                    break
            else:
                response = await inner(request)
        except Exception as error:
            response = await answers.any(error, request)
        for after in afters:
            after(request, response)
        return response

    return filtered
