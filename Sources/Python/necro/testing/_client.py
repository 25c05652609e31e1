"""The test clients: one that waits in place, one for tests that are coroutines."""

import asyncio
import weakref
from collections.abc import Callable, Coroutine, Mapping

from necro._loop import Loop
from necro.testing._cookie_jar import CookieJar
from necro.testing._outgoing import (
    Outgoing,
    encode_content,
    header_fields,
    join_url,
    redirected,
)
from necro.testing._response import Request, Response
from necro.testing._session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, Unpack

    from necro._app import App
    from necro._responses import HeaderItems
    from necro._state import State
    from necro.testing._outgoing import RequestOptions

__all__ = ["AsyncTestClient", "TestClient", "TooManyRedirects"]

_REDIRECTS_MAX = 20


class TooManyRedirects(Exception):
    """A response sends the client on after 20 redirects."""


class _Client:
    """What both clients share: what is sent with every request, and what is kept of responses."""

    def __init__(
        self,
        app: "App",
        base_url: str = "http://testserver",
        *,
        raise_server_exceptions: bool = True,
        headers: "HeaderItems | None" = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("127.0.0.1", 50000),
    ) -> None:
        """A client of an app, which is not started.

        - base_url: what goes before URLs that have no host.
        - raise_server_exceptions: whether a request whose handler raises, in a way that the app has
          no answer for, raises the same; else it is answered 500.
        - headers: of every request; those of a request take their place.
        - cookies: kept, and sent to every host.
        - follow_redirects: whether redirects are followed.
        - client: the IP address and port that the app sees.
        """
        self.app = app
        self.base_url = base_url
        self.follow_redirects = follow_redirects
        self.headers: dict[str, str] = {
            "accept": "*/*",
            "user-agent": "testclient",
            **dict(header_fields(headers or ())),
        }
        self.cookies = CookieJar(cookies)
        self._session = Session(app, raising=raise_server_exceptions, client=client)
        self._is_started = False

    @property
    def state(self) -> "State":
        """What the startup hooks have stored."""
        return self._session.state

    async def _request(self, method: str, url: str, options: "RequestOptions") -> Response:
        """Sends a request and follows redirects."""
        outgoing = self._outgoing(method, url, options)
        own = options.get("cookies") or {}
        follow = options.get("follow_redirects")
        if follow is None:
            follow = self.follow_redirects
        history: list[Response] = []
        while True:
            response = await self._send(outgoing, own)
            response.history = list(history)
            if not (follow and response.has_redirect_location):
                return response
            if len(history) == _REDIRECTS_MAX:
                raise TooManyRedirects(f"{method} {url}: more than {_REDIRECTS_MAX} redirects")
            history.append(response)
            outgoing = redirected(outgoing, response.status_code, response.headers["location"])

    def _outgoing(self, method: str, url: str, options: "RequestOptions") -> Outgoing:
        """The request that the options describe; raises TypeError and ValueError."""
        if unknown := options.keys() - _OPTIONS:
            raise TypeError(f"a request has no option {min(unknown)!r}")
        content, media_type = encode_content(options)
        given = header_fields(options.get("headers") or ())
        names = {name for name, _ in given}
        fields = [(name.lower(), value) for name, value in self.headers.items()]
        fields = [field for field in fields if field[0] not in names] + given
        if media_type is not None and "content-type" not in names:
            fields = [field for field in fields if field[0] != "content-type"]
            fields.append(("content-type", media_type))
        method = method.upper()
        if not method.isascii() or not method.replace("-", "").isalnum():
            raise ValueError(f"{method!r} is not a method; octets as they are go with raw()")
        return Outgoing(
            method, join_url(self.base_url, url, options.get("params")), fields, content
        )

    async def _send(self, outgoing: Outgoing, own: Mapping[str, str]) -> Response:
        """Sends one request, and keeps the cookies of its response."""
        host, path = outgoing.host, outgoing.path
        kept = self.cookies.field(host=host, path=path, secure=outgoing.is_secure)
        cookies = "; ".join([*([kept] if kept else []), *(f"{k}={v}" for k, v in own.items())])
        fields = outgoing.all_fields(cookies or None)
        reader = await self._session.exchange(
            outgoing.method, outgoing.head(fields), outgoing.content
        )
        for name, value in reader.fields:
            if name == "set-cookie":
                self.cookies.receive(value, host=host, path=path)
        return Response(
            Request(outgoing.method, outgoing.url, fields),
            reader.status,
            reader.reason,
            reader.fields,
            bytes(reader.content),
        )


_OPTIONS = frozenset(
    ("params", "headers", "cookies", "json", "data", "content", "follow_redirects")
)


class TestClient(_Client):
    """A client of an app that is served in this process, without a socket.

    Requests go through the server's own decoder, limits and router; handlers run on Necro's event
    loop, in the thread of the caller. `with TestClient(app) as client:` runs the app's startup and
    shutdown hooks around the block; without `with` no hook is run.
    """

    # It is no test, whatever its name begins with.
    __test__ = False

    _runner: asyncio.Runner | None = None
    _finalizer: "weakref.finalize[..., TestClient] | None" = None

    def __enter__(self) -> "Self":
        """Runs the startup hooks; what one raises is raised."""
        if self._is_started:
            raise RuntimeError("the client's app is started already")
        self._is_started = True
        try:
            self._run(self._session.start())
        except BaseException:
            self._is_started = False
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        """Runs the shutdown hooks; what they raised is raised, as an ExceptionGroup."""
        self.close()

    def close(self) -> None:
        """Ends the app, with the shutdown hooks if it was started. It can be used again."""
        if self._runner is None:
            return
        started, self._is_started = self._is_started, False
        runner, self._runner = self._runner, None
        try:
            _in_thread_if_needed(lambda: runner.run(self._session.stop(hooks=started)))
        finally:
            # The loop waits by the worker, which so outlives it.
            _in_thread_if_needed(runner.close)
            self._session.abandon()
            if self._finalizer is not None:
                self._finalizer.detach()

    def request(self, method: str, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """The response to a request; raises what the app raised, if it has no answer for that."""
        return self._run(self._request(method, url, options))

    def get(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a GET."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a HEAD."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends an OPTIONS."""
        return self.request("OPTIONS", url, **options)

    def post(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a POST."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a PUT."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a PATCH."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a DELETE."""
        return self.request("DELETE", url, **options)

    def raw(self, octets: bytes) -> bytes:
        """The octets that the server answers to octets sent on a connection of their own.

        After them the client closes its side: what is cut short is answered as such.
        """
        return self._run(self._session.raw(octets))

    def _run[T](self, call: Coroutine[object, object, T]) -> T:
        """Runs a call on the client's loop."""
        if self._runner is None:
            session = self._session
            session.reopen()
            # The loop is a worker's, and made when it first runs.
            runner = asyncio.Runner(loop_factory=lambda: Loop(session.worker, _nothing))
            self._runner = runner
            self._finalizer = weakref.finalize(self, _abandon, runner, session)
        runner = self._runner
        return _in_thread_if_needed(lambda: runner.run(call))


def _nothing() -> None:
    """Takes note of the end of a drain, which a test client does without."""


def _abandon(runner: asyncio.Runner, session: Session) -> None:
    """Frees what a client holds that was not closed."""
    loop = runner.get_loop()
    if not loop.is_running():
        loop.close()
    session.abandon()


def _in_thread_if_needed[T](call: Callable[[], T]) -> T:
    """Calls what runs a loop; in another thread where this one is within a loop already."""
    if asyncio._get_running_loop() is None:  # pyright: ignore[reportPrivateUsage]
        return call()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, thread_name_prefix="necro-test-client") as pool:
        return pool.submit(call).result()


class AsyncTestClient(_Client):
    """A client for tests that are coroutines: handlers run on the test's own event loop.

    So they can use what fixtures have made on that loop. `async with AsyncTestClient(app) as
    client:` runs the app's startup and shutdown hooks around the block; without it none is run.
    """

    _finalizer: "weakref.finalize[..., AsyncTestClient] | None" = None

    async def __aenter__(self) -> "Self":
        """Runs the startup hooks; what one raises is raised."""
        if self._is_started:
            raise RuntimeError("the client's app is started already")
        self._embed()
        self._is_started = True
        try:
            await self._session.start()
        except BaseException:
            self._is_started = False
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        """Runs the shutdown hooks; what they raised is raised, as an ExceptionGroup."""
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the app, with the shutdown hooks if it was started. It can be used again."""
        if self._session.loop is None:
            return
        started, self._is_started = self._is_started, False
        try:
            await self._session.stop(hooks=started)
        finally:
            self._session.abandon()
        if self._finalizer is not None:
            self._finalizer.detach()

    async def request(self, method: str, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """The response to a request; raises what the app raised, if it has no answer for that."""
        self._embed()
        return await self._request(method, url, options)

    async def get(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a GET."""
        return await self.request("GET", url, **options)

    async def head(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a HEAD."""
        return await self.request("HEAD", url, **options)

    async def options(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends an OPTIONS."""
        return await self.request("OPTIONS", url, **options)

    async def post(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a POST."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a PUT."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a PATCH."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: "Unpack[RequestOptions]") -> Response:
        """Sends a DELETE."""
        return await self.request("DELETE", url, **options)

    async def raw(self, octets: bytes) -> bytes:
        """The octets that the server answers to octets sent on a connection of their own.

        After them the client closes its side: what is cut short is answered as such.
        """
        self._embed()
        return await self._session.raw(octets)

    def _embed(self) -> None:
        """Has the running loop drive the app."""
        loop = asyncio.get_running_loop()
        if self._session.loop is loop:
            return
        if self._is_started:
            raise RuntimeError(
                "the client's app was started on another event loop: the fixture and the test that"
                " share a client run on one loop"
            )
        self._session.reopen()
        self._session.embed()
        if self._finalizer is not None:
            self._finalizer.detach()
        self._finalizer = weakref.finalize(self, self._session.abandon)
