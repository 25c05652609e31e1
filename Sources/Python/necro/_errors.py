"""The errors an app raises on purpose, and the response to any exception of a handler."""

import sys

from necro._conditions import NotModified
from necro._faults import ClientDisconnect, InvalidRequest, fault_response, lookup_fault
from necro._responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from necro._responses import HeaderItems
    from necro._routes import CompiledRoute
    from necro._views import RequestViews

__all__ = [
    "HTTPError",
    "StartupError",
    "error_response",
    "log_error",
    "request_id_of",
    "traceback_of",
]

# What a client is to be told with these (RFC 9110 §15.5); the server sends none without it.
_REQUIRED_HEADERS = {
    401: "www-authenticate",
    405: "allow",
    407: "proxy-authenticate",
    426: "upgrade",
}

_REQUEST_ID_CHARACTERS_MAX = 128

observers: "list[Callable[[BaseException, RequestViews], object]]" = []
"""Called with each exception that the app did not raise on purpose; a test client raises it."""


class StartupError(Exception):
    """The app cannot start: one line that says where and what is wrong.

    `traceback` is that of the app's own code, where it raised.
    """

    def __init__(self, line: str, traceback: str | None = None) -> None:
        super().__init__(line)
        self.traceback = traceback


class HTTPError(Exception):
    """Ends a handler with an error response: `raise necro.HTTPError(404, "no such grave")`."""

    def __init__(
        self, status: int, detail: str | None = None, *, headers: "HeaderItems | None" = None
    ) -> None:
        """An error response.

        - status: 400 to 599.
        - detail: what went wrong, for the client's people.
        - headers: further header fields, such as `retry-after`.

        Raises ValueError for a status that is no error, for what no header can hold, and for 401,
        405, 407 and 426 without `www-authenticate`, `allow`, `proxy-authenticate` and `upgrade`.
        """
        if not 400 <= status <= 599:
            raise ValueError(f"{status} is not an error status")
        # What cannot go on the wire is said where it was raised, and not once it is answered.
        required = _REQUIRED_HEADERS.get(status)
        if headers is not None or required is not None:
            response = Response(headers=headers)
            if required is not None and response.header(required) is None:
                raise ValueError(f"{status} needs headers with {required!r}")
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.headers = headers

    def __str__(self) -> str:
        """The status and the detail."""
        return f"{self.status} {self.detail}" if self.detail else str(self.status)


def error_response(
    error: BaseException, request: "RequestViews", route: "CompiledRoute"
) -> Response:
    """The response to what a handler, or the making of its result, raised.

    What the app did not raise on purpose is logged with its traceback, under a request id that the
    response carries too; nothing else of it reaches the client.
    """
    from necro._problems import problem

    if isinstance(error, HTTPError):
        return problem(error.status, error.detail, headers=error.headers)
    if isinstance(error, NotModified):
        return Response(status=304, headers=error.headers)
    if isinstance(error, InvalidRequest):
        return fault_response(error.faults)
    if isinstance(error, ClientDisconnect):
        # Nobody reads this; it only ends the exchange.
        return problem(400, "the client went away")
    # Only an app that has used a database can have failed by one.
    postgres = sys.modules.get("necro.postgres._errors")
    if postgres is not None and isinstance(error, (postgres.ParameterError, postgres.ServerError)):
        from necro.postgres._client_faults import client_fault

        fault = client_fault(error, request, route)  # pyright: ignore[reportArgumentType]
    else:
        fault = lookup_fault(error)  # pyright: ignore[reportArgumentType]
    if fault is not None:
        return fault_response((fault,))
    request_id = request.id
    log_error(error, request, route, request_id)
    return problem(500, headers={"x-request-id": request_id}, members={"request_id": request_id})


def request_id_of(request: "RequestViews") -> str:
    """The client's request id where it is a plain token, else a fresh one."""
    given = request.header("x-request-id")
    if (
        given
        and len(given) <= _REQUEST_ID_CHARACTERS_MAX
        and given.isascii()
        and given.replace("-", "").replace("_", "").replace(".", "").isalnum()
    ):
        return given
    from os import urandom

    return urandom(8).hex()


def log_error(
    error: BaseException, request: "RequestViews", route: "CompiledRoute", request_id: str
) -> None:
    """Logs the traceback, beginning at the handler's own frames."""
    from logging import getLogger

    # The raw path cannot hold a line break, the decoded one can.
    getLogger("necro").error(
        "%s %s (%s) failed, request id %s",
        request.method,
        request.raw_path.decode("latin-1"),
        route.handler,
        request_id,
        exc_info=(type(error), error, _own_frames(error)),
        extra={"request_id": request_id},
    )
    for observer in tuple(observers):
        observer(error, request)


def traceback_of(error: BaseException) -> str:
    """The text of an error's traceback, beginning at the app's own frames."""
    from traceback import format_exception

    return "".join(format_exception(type(error), error, _own_frames(error)))


def _own_frames(error: BaseException) -> "TracebackType | None":
    """The traceback of an error from the app's first frame on; all of it when it has none."""
    from os.path import dirname, sep

    folder = dirname(__file__) + sep
    # What runs hooks and handlers: Runner.run, Task, and the pool's threads.
    machinery = (f"{sep}asyncio{sep}", f"{sep}concurrent{sep}futures{sep}")
    frames = error.__traceback__
    while frames is not None:
        file = frames.tb_frame.f_code.co_filename
        if not file.startswith(folder) and not any(part in file for part in machinery):
            return frames
        frames = frames.tb_next
    return error.__traceback__
