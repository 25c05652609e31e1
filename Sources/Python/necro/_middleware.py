"""Middleware: what stands around the handlers of an app or a router.

There are two kinds. A function, `async def mw(request, call_next)`, calls what is inside it and may
do anything around that. A `Filter` looks at the request before and at the response after, and costs
a plain call; the modules that come with Necro are filters.
"""

from collections.abc import Awaitable, Callable

from necro._errors import StartupError
from necro._responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from necro._request import Request
    from necro._views import RequestViews

    type Call = Callable[[RequestViews], Coroutine[Any, Any, Response]]

__all__ = ["CallNext", "Filter", "check_declared", "check_middleware", "layer"]

type CallNext = Callable[[RequestViews], Awaitable[Response]]
"""What a middleware function calls to have the request answered, once at most."""


class Filter:
    """Looks at each request before its handler and at each response after; both on the loop.

    Filters stand around all middleware functions, so that they see every response: also the 500 of
    an exception that nothing caught.
    """

    __slots__ = ()

    answers_options = False
    """Whether it stands around OPTIONS too, on every path of the routes that it stands around."""

    def before(self, request: "Request", /) -> Response | None:
        """Is called with the request. A Response answers it; what is inside is then not called."""

    def after(self, request: "Request", response: Response, /) -> None:
        """Is called with the response and may change it, whoever made it."""


def check_declared(middleware: object) -> None:
    """Raises TypeError for what is neither a function nor a Filter."""
    if isinstance(middleware, Filter):
        return
    if not callable(middleware):
        raise TypeError(f"{middleware!r} is neither a function nor a necro.Filter")
    if isinstance(middleware, type) and issubclass(middleware, Filter):
        raise TypeError(f"middleware takes an instance: {middleware.__qualname__}()")


def check_middleware(function: Callable[..., object]) -> None:
    """Raises StartupError when a function cannot be called as middleware."""
    from necro._signatures import Signature, display_name

    where = f"middleware {display_name(function)}"
    signature = Signature(function, where)
    if signature.is_generator or not signature.is_async:
        raise StartupError(f"{where}: a middleware is an 'async def' function that returns")
    required = [taken for taken in signature.parameters if not taken.has_default]
    positional = [taken for taken in signature.parameters if not taken.is_keyword]
    if len(positional) < 2 or len(required) > 2 or any(taken.is_keyword for taken in required):
        raise StartupError(f"{where}: a middleware takes two arguments, 'request' and 'call_next'")


def layer(function: "Callable[..., Any]", inner: "Call") -> "Call":
    """A middleware function around a call."""
    from necro._signatures import display_name

    name = display_name(function)

    async def run(request: "RequestViews") -> Response:
        called: Coroutine[Any, Any, Response] | None = None

        def call_next(given: "RequestViews", /) -> Awaitable[Response]:
            nonlocal called
            if given is not request:
                raise TypeError(f"middleware {name}: call_next takes the request it was given")
            if called is not None:
                raise RuntimeError(f"middleware {name} called call_next twice")
            called = inner(request)
            return called

        try:
            response = await function(request, call_next)
        except Exception as error:
            if called is not None and _has_not_begun(called):
                raise _forgotten(name, called) from error
            raise
        if called is not None and _has_not_begun(called):
            raise _forgotten(name, called)
        if isinstance(response, Response):
            return response
        raise TypeError(_misuse(name, response))

    return run


def _has_not_begun(call: "Coroutine[Any, Any, Response]") -> bool:
    """Whether nobody has awaited a call yet."""
    # The frame is gone when it has ended, which is the usual case.
    if call.cr_frame is None:  # type: ignore[attr-defined]  # pyright: ignore
        return False
    return not (call.cr_suspended or call.cr_running)  # type: ignore[attr-defined]  # pyright: ignore


def _forgotten(name: str, call: "Coroutine[Any, Any, Response]") -> TypeError:
    """The error of a middleware that called `call_next` and did not await it."""
    call.close()
    return TypeError(f"middleware {name} did not await call_next: await call_next(request)")


def _misuse(name: str, result: object) -> str:
    """What is wrong with a middleware that returned something else than a Response."""
    if hasattr(result, "__await__"):
        close: Callable[[], object] | None = getattr(result, "close", None)
        if close is not None:
            close()
        return f"middleware {name} returned what it did not await, a {type(result).__qualname__}"
    if result is None:
        return f"middleware {name} returned None: return the response of await call_next(request)"
    return f"middleware {name} returned a {type(result).__qualname__}, not a necro.Response"
