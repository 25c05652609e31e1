"""The Python half of a request: mappings, and its content as octets, pieces or JSON."""

from necro._faults import InvalidRequest, json_fault
from necro._mappings import Cookies, Headers, QueryParameters, parse_cookies, parse_query
from necro._responses import pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Any

    from necro._conditions import Moment
    from necro._native import native
    from necro._responses import HeaderItems
    from necro._routes import CompiledRoute
    from necro._sessions import Session, Sessions
    from necro._state import State
    from necro._tls_facts import TLS

    _Head = native.RequestHead
else:
    _Head = object

__all__ = ["RequestViews"]


class RequestViews(_Head):
    """What Request adds to the native head, as a layer of its own.

    Each view is made when first asked for and kept, in a slot of the class that has the slots.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        _headers: Headers
        _query: QueryParameters
        _cookies: Cookies
        _content: bytes
        _streamed: bool
        _id: str
        _local: dict[str, Any]
        _jobs: list[Callable[[], object]] | None
        _route: CompiledRoute

    @property
    def route(self) -> "CompiledRoute | None":
        """The route that matches; None where none does and middleware sees the request still."""
        return self._route if self._route.methods else None

    @property
    def served_by(self) -> "CompiledRoute":
        """The route that serves the request, also where that is the one for what none matches."""
        return self._route

    @property
    def headers(self) -> Headers:
        """The header fields; names match in any case."""
        try:
            return self._headers
        except AttributeError:
            self._headers = Headers(self.header_items())
            return self._headers

    @property
    def query(self) -> QueryParameters:
        """The parameters of the query string."""
        try:
            return self._query
        except AttributeError:
            self._query = parse_query(self.query_string)
            return self._query

    @property
    def cookies(self) -> Cookies:
        """The cookies."""
        try:
            return self._cookies
        except AttributeError:
            self._cookies = parse_cookies(self.header_values("cookie"))
            return self._cookies

    @property
    def path_params(self) -> dict[str, str]:
        """The parameters of the path template, decoded but not converted."""
        return dict(zip(self._route.path_names, self.captures, strict=True))

    @property
    def state(self) -> "State":
        """What `@app.on_startup` stored for this worker."""
        return self._route.state

    @property
    def id(self) -> str:
        """A name for the request: the client's `x-request-id` where it is a plain token.

        It stands in the log of an exception, and in the response to it.
        """
        try:
            return self._id
        except AttributeError:
            from necro._errors import request_id_of

            self._id = request_id_of(self)
            return self._id

    @property
    def session(self) -> "Session":
        """The client's session; raises RuntimeError where no `necro.Sessions` stands around."""
        session: Session | None = self.local.get("necro.session")
        if session is None:
            sessions: Sessions | None = self.local.get("necro.sessions")
            if sessions is None:
                raise RuntimeError("there are no sessions: app.middleware(necro.Sessions(secret))")
            session = self.local["necro.session"] = sessions.load(self)
        return session

    @property
    def local(self) -> "dict[str, Any]":
        """What middleware, providers and the handler keep for one another during this request."""
        try:
            return self._local
        except AttributeError:
            self._local = {}
            return self._local

    @property
    def host(self) -> str:
        """The authority the client asked: the target's, else the `host` field's; perhaps empty."""
        return self.authority

    @property
    def tls(self) -> "TLS | None":
        """Version, cipher, names and the client's certificate; None for a request without TLS."""
        facts = self.tls_facts
        if facts is None:
            return None
        from necro._tls_facts import TLS

        return TLS(*facts)

    @property
    def url(self) -> str:
        """The whole URL, as far as the request tells it (RFC 9112 §3.3)."""
        target = self.target.decode("latin-1")
        if target.startswith("/"):
            return f"{self.scheme}://{self.authority}{target}"
        # `*` and CONNECT name no path.
        return target if "://" in target else f"{self.scheme}://{self.authority}"

    def check_preconditions(
        self,
        *,
        etag: str | None = None,
        last_modified: "Moment | None" = None,
        exists: bool = True,
        headers: "HeaderItems | None" = None,
    ) -> None:
        """Ends the handler here when the request's conditions keep it from being performed.

        They are `if-match`, `if-none-match`, `if-modified-since` and `if-unmodified-since`.
        A handler calls this once it knows that it would succeed, and before it does anything.

        - etag: of the content as it is now, with or without its quotation marks.
        - last_modified: of its last change, a datetime with a time zone or seconds since 1970.
        - exists: whether there is anything under this URL now.
        - headers: for a 304, those that the response with the content would have.

        Raises NotModified, answered 304, when the client has the content already, and HTTPError 412
        when the content is not what the client thinks.
        """
        from necro._conditions import NotModified, http_date, quoted_etag, seconds_of

        tag = None if etag is None else quoted_etag(etag)
        modified = None if last_modified is None else seconds_of(last_modified)
        status = self.precondition_status(tag, modified, exists)
        if status == 304:
            fields = list(pairs(headers)) if headers is not None else []
            if tag is not None:
                fields.append(("etag", tag))
            if modified is not None:
                fields.append(("last-modified", http_date(modified)))
            raise NotModified(headers=fields)
        if status == 412:
            from necro._errors import HTTPError

            raise HTTPError(412, "the content is not what the request's conditions ask for")

    @property
    def collected(self) -> bytes:
        """The content of a request whose route has the server read all of it before."""
        return self._content

    def after[**P](
        self, function: "Callable[P, object]", /, *arguments: "P.args", **keywords: "P.kwargs"
    ) -> None:
        """Has a function called when the response has been made, with these arguments.

        The calls of a request are made one after another, plain functions in the thread pool. What
        they raise is logged. They are not made when the request is cancelled. A worker that ends
        waits for them. Tasks and threads that the handler has started may leave calls too; what
        they leave after the response is called soon.

        Raises HTTPError 503 when too many calls of this worker wait.
        """
        from functools import partial

        self._route.background.add(self, partial(function, *arguments, **keywords))

    def leave(self, job: "Callable[[], object]") -> bool:
        """Adds a call to those that wait for the response. Whether it is the first of them."""
        try:
            jobs = self._jobs
        except AttributeError:
            jobs = None
        if jobs is not None:
            jobs.append(job)
            return False
        self._jobs = [job]
        return True

    def take_left(self) -> "list[Callable[[], object]]":
        """Takes the calls that wait for the response."""
        jobs, self._jobs = self._jobs, None
        return jobs or []

    async def stream(self) -> "AsyncIterator[bytes]":
        """The content piece by piece, as it arrives.

        Raises ClientDisconnect when the client goes away first; HTTPError with the status that fits
        when what comes is malformed (400), too slow (408) or too much (413, 431); and RuntimeError
        when another call has begun to stream it.
        """
        try:
            content = self._content
        except AttributeError:
            pass
        else:
            if content:
                yield content
            return
        try:
            streamed = self._streamed
        except AttributeError:
            streamed = False
        if streamed:
            raise RuntimeError("the request's content was streamed already, and is not kept")
        self._streamed = True
        while True:
            piece = self.take_content()
            if piece is None:
                return
            if piece:
                yield piece
            else:
                await self.wait_content()

    async def body(self) -> bytes:
        """The whole content; it is kept, so that a second call gives it again."""
        try:
            return self._content
        except AttributeError:
            pass
        pieces = [piece async for piece in self.stream()]
        self._content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self._content

    async def json(self) -> "Any":
        """The content as JSON; raises InvalidRequest, answered 422, when it is malformed."""
        from necro._native import native

        content = await self.body()
        try:
            return native.loads(content)
        except native.JSONDecodeError as error:
            raise InvalidRequest((json_fault(error),)) from None

    def __repr__(self) -> str:
        """The method and the target."""
        return f"<Request {self.method} {self.target.decode('latin-1')}>"
