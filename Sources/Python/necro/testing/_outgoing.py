"""A test client's requests: from URL, headers and content to octets."""

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode, urljoin, urlsplit

from necro._responses import pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict, TypeIs

    from necro._responses import HeaderItems

    type Scalar = str | int | float | bool | None
    # A Sequence, since mypy infers a dict's type from the one alternative that a dict may be.
    type Parameters = (
        Mapping[str, Scalar | Iterable[Scalar]] | Sequence[tuple[str, Scalar]] | str | bytes
    )
    type Content = str | bytes | Iterable[bytes] | AsyncIterable[bytes]

    class RequestOptions(TypedDict, total=False):
        """What every request takes besides its URL.

        - params: added to the query string; a list repeats its name.
        - headers: besides the client's, or in their place.
        - cookies: besides those that the client keeps, and not kept.
        - json: the content, a value that `necro.json.dumps` writes; `None` is sent as no content.
        - data: the content, the fields of a form.
        - content: the content, text or octets; pieces are sent one by one, chunked.
        - follow_redirects: else as the client does.
        """

        params: Parameters | None
        headers: HeaderItems | None
        cookies: Mapping[str, str] | None
        json: object
        data: Mapping[str, Scalar | Iterable[Scalar]] | None
        content: Content | None
        follow_redirects: bool | None


__all__ = ["Outgoing", "encode_content", "join_url", "redirected"]

# What a target may hold as it is (RFC 3986 §3.3, §3.4); what is percent-encoded stays so.
_TARGET_SAFE = "/%:@!$&'()*+,;=~-._?[]|"

_LOCAL_HOSTS = ("testserver", "localhost", "127.0.0.1", "::1")

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


class Outgoing:
    """A request that can be sent: also once more, unless its content is a stream."""

    __slots__ = ("content", "fields", "method", "url")

    def __init__(
        self,
        method: str,
        url: str,
        fields: list[tuple[str, str]],
        content: "bytes | Iterable[bytes] | AsyncIterable[bytes]",
    ) -> None:
        """A request.

        - url: absolute.
        - fields: header fields, names in lower case, without those that frame the message.
        """
        self.method = method
        self.url = url
        self.fields = fields
        self.content = content

    @property
    def host(self) -> str:
        """The URL's host, without a port."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """The URL's path as it is sent."""
        return quote(urlsplit(self.url).path, safe=_TARGET_SAFE) or "/"

    @property
    def is_secure(self) -> bool:
        """Whether cookies for TLS alone go with it: also to this machine, as browsers have it."""
        return urlsplit(self.url).scheme == "https" or self.host in _LOCAL_HOSTS

    def all_fields(self, cookies: str | None) -> list[tuple[str, str]]:
        """The header fields as they are sent: also those of the URL, cookies and content."""
        given = {name for name, _ in self.fields}
        fields: list[tuple[str, str]] = []
        if "host" not in given:
            fields.append(("host", urlsplit(self.url).netloc.rpartition("@")[2]))
        fields += self.fields
        if cookies is not None:
            own = "; ".join(value for name, value in self.fields if name == "cookie")
            fields = [field for field in fields if field[0] != "cookie"]
            fields.append(("cookie", f"{own}; {cookies}" if own else cookies))
        if given.isdisjoint(("content-length", "transfer-encoding")):
            if not isinstance(self.content, bytes):
                fields.append(("transfer-encoding", "chunked"))
            elif self.content or self.method in ("POST", "PUT", "PATCH"):
                fields.append(("content-length", str(len(self.content))))
        return fields

    def head(self, fields: list[tuple[str, str]]) -> bytes:
        """The octets of the head."""
        query = quote(urlsplit(self.url).query, safe=_TARGET_SAFE)
        target = f"{self.path}?{query}" if query else self.path
        lines = [
            f"{self.method} {target} HTTP/1.1",
            *(f"{name}: {value}" for name, value in fields),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def header_fields(headers: "HeaderItems") -> list[tuple[str, str]]:
    """Header fields with their names in lower case; ValueError for what no header can hold."""
    fields: list[tuple[str, str]] = []
    for name, value in pairs(headers):
        folded = name.lower()
        if not folded or not _TOKEN.issuperset(folded):
            raise ValueError(f"{name!r} is not a header field name")
        if any(character in "\r\n\0" or character > "\xff" for character in value):
            raise ValueError(f"header {name!r} has a character that no header can hold")
        fields.append((folded, value))
    return fields


def join_url(base: str, url: str, params: "Parameters | None") -> str:
    """The absolute URL of a request.

    - base: what a URL without a host is appended to.

    Raises ValueError for a URL that is not http or https.
    """
    if "://" not in url.partition("?")[0]:
        url = base.rstrip("/") + "/" + url.removeprefix("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an http URL")
    query = parts.query
    if params:
        query += ("&" if query else "") + _query(params)
    return parts._replace(query=query, fragment="").geturl()


def _query(params: "Parameters") -> str:
    """Parameters as a query string."""
    if isinstance(params, bytes):
        return params.decode("latin-1")
    if isinstance(params, str):
        return params
    return urlencode(_form(params.items() if _is_mapping(params) else params))


def _is_mapping(params: "Parameters") -> "TypeIs[Mapping[str, Scalar | Iterable[Scalar]]]":
    """Whether parameters come as a mapping."""
    return isinstance(params, Mapping)


def _form(
    items: "Iterable[tuple[str, Scalar | Iterable[Scalar]]]",
) -> list[tuple[str, str]]:
    """Names and values as text; a list repeats its name."""
    form: list[tuple[str, str]] = []
    for name, value in items:
        values = (value,) if value is None or isinstance(value, (str, int, float)) else value
        form += ((name, _text(one)) for one in values)
    return form


def _text(value: "Scalar") -> str:
    """A value as query strings and forms have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def encode_content(
    options: "RequestOptions",
) -> "tuple[bytes | Iterable[bytes] | AsyncIterable[bytes], str | None]":
    """The content that the options give, and its media type.

    Raises TypeError when more than one gives some.
    """
    json, data, content = options.get("json"), options.get("data"), options.get("content")
    if sum(given is not None for given in (json, data, content)) > 1:
        raise TypeError("a request has one of json, data and content")
    if json is not None:
        from necro.json import dumps

        return dumps(json), "application/json"
    if data is not None:
        form = urlencode(_form(data.items()))
        return form.encode(), "application/x-www-form-urlencoded"
    if content is None:
        return b"", None
    if isinstance(content, str):
        return content.encode(), "text/plain; charset=utf-8"
    if isinstance(content, (bytearray, memoryview)):
        return bytes(content), None
    return content, None


def redirected(request: Outgoing, status: int, location: str) -> Outgoing:
    """The request that a redirect asks for (RFC 9110 §15.4).

    Raises ValueError for a location that is no http URL, TypeError for a stream,
    which cannot be sent again.
    """
    url = join_url(request.url, urljoin(request.url, location), None)
    method, fields, content = request.method, request.fields, request.content
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        if method != "HEAD":
            method, content = "GET", b""
        fields = [field for field in fields if not field[0].startswith("content-")]
    elif not isinstance(content, bytes):
        raise TypeError(f"a {status} redirect asks for content again that was a stream")
    if urlsplit(url)[:2] != urlsplit(request.url)[:2]:
        # Credentials are for the origin that they were given for.
        fields = [field for field in fields if field[0] not in ("authorization", "cookie", "host")]
    return Outgoing(method, url, fields, content)
