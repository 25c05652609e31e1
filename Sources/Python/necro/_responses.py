"""The response classes a handler may return."""

from collections.abc import Iterable, Mapping

__all__ = ["HTML", "JSON", "HeaderItems", "Redirect", "Response"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeIs

    from necro._conditions import Moment
    from necro._set_cookie import SameSite

    type HeaderItems = Mapping[str, str] | Iterable[tuple[str, str]]

# The server frames the message; a second opinion about its length is how requests are smuggled.
# Those about the connection are the server's too; it adds `connection: upgrade` to `upgrade`.
_SERVER_FIELDS = frozenset(
    (
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
    )
)

_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


def field_name(name: str) -> bytes:
    """The octets of a field name in lower case; ValueError when it is no token (RFC 9110 §5.1)."""
    octets = name.lower().encode("latin-1", "replace")
    if not octets or not _TOKEN.issuperset(octets):
        raise ValueError(f"{name!r} is not a header field name")
    if octets in _SERVER_FIELDS:
        raise ValueError(f"{name!r} is set by the server")
    return octets


def field_value(name: str, value: str) -> bytes:
    """The octets of a field value; ValueError when it could end its line (RFC 9110 §5.5)."""
    try:
        octets = value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"header {name!r} has a character outside latin-1") from None
    for octet in octets:
        if octet == 0x7F or (octet < 0x20 and octet != 0x09):
            raise ValueError(f"header {name!r} has a control character")
    return octets.strip(b" \t")


def _is_mapping(headers: "HeaderItems") -> "TypeIs[Mapping[str, str]]":
    """Whether header fields come as a mapping."""
    return isinstance(headers, Mapping)


def pairs(headers: "HeaderItems") -> Iterable[tuple[str, str]]:
    """Header fields as pairs of name and value."""
    return headers.items() if _is_mapping(headers) else headers


class Response:
    """A response as it goes out.

    `status`, `fields` (field names in lower case) and `content` are read by the server after the
    handler returned; until then they may be changed.
    """

    __slots__ = ("content", "fields", "status")

    status: int
    fields: list[tuple[bytes, bytes]]
    content: bytes

    def __init__(
        self,
        content: bytes | str | None = None,
        *,
        status: int = 200,
        headers: "HeaderItems | None" = None,
        content_type: str | None = None,
        etag: str | None = None,
        last_modified: "Moment | None" = None,
    ) -> None:
        """A response with that content.

        - content: `str` goes out as UTF-8; None means no content.
        - status: a final status code, 200 to 599.
        - headers: a mapping or pairs of names and values.
        - content_type: else `text/plain; charset=utf-8` for `str`, `application/octet-stream` for
          `bytes`, unless `headers` has one.
        - etag: names this content, with or without its quotation marks; see `set_etag`.
        - last_modified: a datetime with a time zone, or seconds since 1970.

        GET and HEAD are answered 304 in its place when the client has what either names.

        Raises ValueError for a status, a name or a value that cannot go on the wire.
        """
        if not 200 <= status <= 599:
            raise ValueError(f"{status} is not a final status code")
        self.status = status
        self.fields = []
        if headers is not None:
            for name, value in pairs(headers):
                self.add_header(name, value)
        if content is None:
            self.content = b""
        elif isinstance(content, str):
            self.content = content.encode()
            content_type = content_type or "text/plain; charset=utf-8"
        else:
            self.content = bytes(content)
            content_type = content_type or "application/octet-stream"
        if content_type is not None and not any(name == b"content-type" for name, _ in self.fields):
            self.fields.append((b"content-type", field_value("content-type", content_type)))
        if etag is not None:
            self.set_etag(etag)
        if last_modified is not None:
            self.set_last_modified(last_modified)

    def header(self, name: str) -> str | None:
        """The first value of a header field; None when it is not set."""
        wanted = name.lower().encode("latin-1", "replace")
        for key, value in self.fields:
            if key == wanted:
                return value.decode("latin-1")
        return None

    def add_header(self, name: str, value: str) -> None:
        """Adds a header field line and keeps those of the same name."""
        self.fields.append((field_name(name), field_value(name, value)))

    def set_header(self, name: str, value: str) -> None:
        """Sets a header field in place of those of the same name."""
        key, octets = field_name(name), field_value(name, value)
        self.fields = [item for item in self.fields if item[0] != key]
        self.fields.append((key, octets))

    def set_etag(self, tag: str, *, weak: bool = False) -> None:
        """Sets `etag`, which changes whenever the content does; `necro.etag` makes one of it.

        - tag: with or without its quotation marks.
        - weak: whether contents of one tag have the same meaning, and perhaps not the same octets.
        """
        from necro._conditions import quoted_etag

        self.set_header("etag", quoted_etag(tag, weak=weak))

    def set_last_modified(self, moment: "Moment") -> None:
        """Sets `last-modified` to a datetime with a time zone, or to seconds since 1970.

        What lies in the future goes out as the present.
        """
        from necro._conditions import http_date

        self.set_header("last-modified", http_date(moment))

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | None = None,
        expires: "datetime | None" = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: "SameSite | None" = "lax",
        partitioned: bool = False,
    ) -> None:
        """Adds a `set-cookie` field (RFC 6265 §4.1).

        - max_age: how long the user agent keeps it, in seconds; without it and `expires`, until it
          is closed.
        - expires: a moment with a time zone.
        - partitioned: keeps a cookie for each site that this one is embedded in.

        Raises ValueError for what a cookie cannot hold or user agents refuse, such as a `__Host-`
        name without `secure`; nothing is quoted or encoded.
        """
        from necro._set_cookie import set_cookie_value

        text = set_cookie_value(
            name,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )
        self.add_header("set-cookie", text)

    def delete_cookie(
        self,
        name: str,
        *,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        samesite: "SameSite | None" = "lax",
        partitioned: bool = False,
    ) -> None:
        """Has the user agent forget a cookie that was set with the same attributes."""
        self.set_cookie(
            name,
            "",
            max_age=0,
            path=path,
            domain=domain,
            secure=secure,
            samesite=samesite,
            partitioned=partitioned,
        )

    def vary(self, name: str) -> None:
        """Says that the response depends on a field of the request (RFC 9110 §12.5.5)."""
        present = self.header("vary")
        if present is None:
            self.add_header("vary", name)
        elif present != "*" and name.lower() not in [
            one.strip().lower() for one in present.split(",")
        ]:
            self.set_header("vary", f"{present}, {name}")

    def __repr__(self) -> str:
        """The status and the size of the content."""
        return f"<{type(self).__name__} {self.status}, {len(self.content)} octets>"


class JSON(Response):
    """A value as JSON, with a status or headers of its own."""

    __slots__ = ()

    def __init__(
        self,
        value: object,
        *,
        status: int = 200,
        headers: "HeaderItems | None" = None,
        content_type: str = "application/json",
        etag: str | None = None,
        last_modified: "Moment | None" = None,
    ) -> None:
        """Serializes the value at once; raises TypeError or ValueError when JSON cannot hold it."""
        from necro.json import dumps

        super().__init__(
            dumps(value),
            status=status,
            headers=headers,
            content_type=content_type,
            etag=etag,
            last_modified=last_modified,
        )


class HTML(Response):
    """A page: `text/html; charset=utf-8`."""

    __slots__ = ()

    def __init__(
        self,
        content: str,
        *,
        status: int = 200,
        headers: "HeaderItems | None" = None,
        etag: str | None = None,
        last_modified: "Moment | None" = None,
    ) -> None:
        """A response with that page, as UTF-8."""
        super().__init__(
            content,
            status=status,
            headers=headers,
            content_type="text/html; charset=utf-8",
            etag=etag,
            last_modified=last_modified,
        )


class Redirect(Response):
    """A redirect, by default 307: the user agent repeats the method and the content there."""

    __slots__ = ()

    def __init__(
        self, location: str, *, status: int = 307, headers: "HeaderItems | None" = None
    ) -> None:
        """A response that sends the user agent to `location`.

        - location: a URL or a path; characters outside ASCII are percent-encoded.
        - status: 301, 302, 303, 307 or 308.
        """
        if status not in (301, 302, 303, 307, 308):
            raise ValueError(f"{status} is not a redirect")
        super().__init__(None, status=status, headers=headers)
        if not location.isascii() or " " in location:
            from urllib.parse import quote

            location = quote(location, safe="%/:=&?~#+!$,;'@()*[]")
        self.set_header("location", location)
