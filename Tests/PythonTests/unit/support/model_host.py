"""A host in a hundred lines of Python: it calls an app's compiled routes as the contract says.

The Python half is tested through it without a server, and it states what the native host does with
a CompiledRoute.
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from model_conditions import best_of, status_of
from necro import _routes as kinds
from necro._app import App
from necro._errors import error_response
from necro._faults import ClientDisconnect, argument_response
from necro._problems import problem
from necro._responses import Response
from necro._results import json_default, render
from necro._routes import CompiledParameter, CompiledRoute
from necro._scalars import integer, number
from necro._state import State
from necro._views import RequestViews


def native_module() -> ModuleType:
    """The native module, or what stands in for it."""
    from necro._native import native

    return native


class ModelHead:
    """A request's head and content, as the native `RequestHead` has them.

    `pieces` is the content as it arrives; None in it means that the client goes away there.
    """

    def __init__(
        self,
        method: str = "GET",
        target: str = "/",
        headers: Iterable[tuple[str, str]] = (),
        pieces: Iterable[bytes | None] = (),
        captures: tuple[str, ...] = (),
    ) -> None:
        path, _, query = target.partition("?")
        self.method = method
        self.target = target.encode()
        self.path = unquote(path, errors="surrogateescape")
        self.raw_path = path.encode()
        self.query_string = query.encode()
        self.http_version = "1.1"
        self.scheme = "http"
        self.client: tuple[str, int] | None = ("127.0.0.1", 50000)
        self.captures = captures
        self.unmatched: tuple[int, str | None] | None = None
        self._completion: Callable[[bool], object] | None = None
        self._is_answered = False
        self._lines = [(name.lower(), value) for name, value in headers]
        self._pieces = list(pieces)
        self._arrived = False

    @property
    def authority(self) -> str:
        return self.header("host") or ""

    def header(self, name: str, /) -> str | None:
        return next(iter(self.header_values(name)), None)

    def header_values(self, name: str, /) -> list[str]:
        return [value for key, value in self._lines if key == name.lower()]

    def header_items(self) -> list[tuple[str, str]]:
        return list(self._lines)

    def precondition_status(
        self, etag: str | None, last_modified: int | None, exists: bool, /
    ) -> int:
        """Without dates."""
        if_match, if_none_match = map(self.header_values, ("if-match", "if-none-match"))
        return status_of(self.method, if_match, if_none_match, etag, exists)

    def accepts(self, *media_types: str) -> str | None:
        return best_of(media_types, self.header_values("accept"))

    def take_content(self) -> bytes | None:
        """Each piece has to be waited for once."""
        if not self._pieces:
            return None
        if not self._arrived:
            return b""
        self._arrived = False
        piece = self._pieces.pop(0)
        if piece is None:
            raise ClientDisconnect("the client went away")
        return piece

    def wait_content(self) -> asyncio.Future[None]:
        self._arrived = True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, None)
        return future

    def when_answered(self, call: Callable[[bool], object], /) -> None:
        if self._is_answered:
            self._loop.call_soon_threadsafe(call, False)
        else:
            self._completion = call

    def match_none(self, status: int, allow: str | None) -> None:
        """Does as the server, which has found no route."""
        self.unmatched = (status, allow)

    def begun(self) -> None:
        """Does as the server, whose requests are served on its loop."""
        self._loop = asyncio.get_running_loop()

    def answered(self, *, is_cancelled: bool) -> None:
        """Does as the server when the response is complete."""
        self._is_answered = True
        if self._completion is not None:
            self._completion(is_cancelled)


if TYPE_CHECKING:

    class ModelRequest(RequestViews):
        """A Request over a ModelHead."""

        def __init__(
            self,
            method: str = "GET",
            target: str = "/",
            headers: Iterable[tuple[str, str]] = (),
            pieces: Iterable[bytes | None] = (),
            captures: tuple[str, ...] = (),
        ) -> None: ...

        def match_none(self, status: int, allow: str | None) -> None: ...
        def keep(self, content: bytes) -> None: ...
        def begun(self) -> None: ...
        def answered(self, *, is_cancelled: bool) -> None: ...

else:

    class ModelRequest(RequestViews, ModelHead):
        """A Request over a ModelHead."""

        def keep(self, content):
            """Does as the server, which has read the whole body for another parameter."""
            self._content = content


class ModelHost:
    """Compiles an app and answers requests one at a time."""

    def __init__(self, app: App, state: State | None = None) -> None:
        self.app = app
        self.state = state or State()
        self.routes = app.compile(self.state)

    def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Iterable[tuple[str, str]] = (),
    ) -> Response:
        """The response to one request, on a loop of its own."""
        return asyncio.run(self.respond(method, target, body, headers))

    def get(self, target: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
        """The response to a GET."""
        return self.request("GET", target, headers=headers)

    def post(self, target: str, value: object = None) -> Response:
        """The response to a POST of a JSON value, or of octets as they are."""
        body = value if isinstance(value, bytes) else native_module().dumps(value)
        return self.request("POST", target, body)

    async def respond(
        self, method: str, target: str, body: bytes, headers: Iterable[tuple[str, str]]
    ) -> Response:
        """The response to one request, on the running loop."""
        allowed: list[str] = []
        fallback: CompiledRoute | None = None
        for route in self.routes:
            if not route.methods:
                fallback = route
                continue
            raw = _match(route.template, target.partition("?")[0])
            if raw is None:
                continue
            if method in route.methods or (method == "HEAD" and "GET" in route.methods):
                captures = tuple(unquote(item, errors="surrogateescape") for item in raw)
                request = ModelRequest(method, target, headers, [body] if body else [], captures)
                return await self._serve(route, request, body)
            allowed.extend(route.methods)
        status = 404 if not allowed else 204 if method == "OPTIONS" else 405
        if "GET" in allowed:
            allowed.append("HEAD")
        allow = ", ".join((*allowed, "OPTIONS")) if allowed else None
        if fallback is not None:
            request = ModelRequest(method, target, headers, [body] if body else [], ())
            request.match_none(status, allow)
            return await self._serve(fallback, request, body)
        fields = {} if allow is None else {"allow": allow}
        return (
            Response(None, status=204, headers=fields)
            if status == 204
            else problem(status, headers=fields)
        )

    async def _serve(self, route: CompiledRoute, request: ModelRequest, body: bytes) -> Response:
        """Answers in a Task of the request's own."""
        request.begun()
        task = asyncio.create_task(self._call(route, request, body))
        try:
            return _conditional(await task, request)
        finally:
            request.answered(is_cancelled=task.cancelled())

    async def _call(self, route: CompiledRoute, request: ModelRequest, body: bytes) -> Response:
        """Makes the arguments, runs the handler and answers with its result."""
        request._route = route  # pyright: ignore[reportPrivateUsage]
        # The host makes the Request first and gives it the content that parameters take.
        if route.reads_content:
            request.keep(body)
        try:
            values = [_argument(parameter, request, body) for parameter in route.parameters]
        except Exception as error:
            return argument_response(error, request, route, body)
        split = len(values) - len(route.keywords)
        try:
            keywords = dict(zip(route.keywords, values[split:], strict=True))
            result = route.call(*values[:split], **keywords)
            if route.is_async:
                result = await result
            return _response(result, route, request.method)
        except Exception as error:
            return error_response(error, request, route)


def _conditional(response: Response, request: ModelRequest) -> Response:
    """The response to a read, or 304 when the client has that already."""
    tag = response.header("etag")
    if request.method not in ("GET", "HEAD") or response.status != 200 or tag is None:
        return response
    if request.precondition_status(tag, None, True) != 304:
        return response
    return Response(status=304, headers={"etag": tag})


def _match(template: str, path: str) -> tuple[str, ...] | None:
    """The raw captures of a path, None when the template does not match it."""
    pattern = re.sub(r"\\\{\w+:path\\\}", "(.*)", re.escape(template))
    pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", pattern)
    found = re.fullmatch(pattern, path)
    return None if found is None else found.groups()


def _argument(parameter: CompiledParameter, request: ModelRequest, body: bytes) -> Any:
    """One argument, by the parameter's kind."""
    native = native_module()
    kind = parameter.kind
    if kind == kinds.PATH:
        index, converter = parameter.capture
        text = request.captures[index]
        if converter is None:
            text.encode()
            return text
        return {int: integer, float: number}.get(converter, converter)(text)  # type: ignore[call-overload]
    if kind == kinds.CONSTANT:
        return parameter.data
    if kind == kinds.REQUEST:
        return request
    if kind == kinds.DERIVED:
        return parameter.derive(request)
    if parameter.has_default and not body:
        return parameter.default
    if kind == kinds.BODY_BYTES:
        return body
    if kind == kinds.BODY_STR:
        return body.decode()
    value = native.loads(body)
    if kind == kinds.BODY_VALUE:
        return parameter.validate(value)
    return _wrapped(value)


def _wrapped(value: object) -> object:
    """A parsed body as the host hands it over."""
    return native_module().Body(value) if isinstance(value, (dict, list)) else value


def _response(result: object, route: CompiledRoute, method: str) -> Response:
    """The response to a result."""
    if isinstance(result, Response):
        return result
    if result is None:
        if method in ("GET", "HEAD") and not route.none_is_empty:
            return problem(404)
        return Response(None, status=route.status or 204)
    if isinstance(result, (str, bytes)):
        return Response(result, status=route.status or 200)
    if isinstance(result, (dict, list, tuple, int, float, native_module().Body)):
        content = native_module().dumps(result, json_default)
        return Response(content, status=route.status or 200, content_type="application/json")
    return render(result, route)
