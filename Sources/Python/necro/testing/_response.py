"""What a test client is answered."""

from necro._mappings import Cookies, Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["HTTPStatusError", "Request", "Response"]


class HTTPStatusError(Exception):
    """A response is none of success: what `Response.raise_for_status` raises."""

    def __init__(self, response: "Response") -> None:
        text = response.text
        super().__init__(
            f"{response.status_code} {response.reason_phrase} for {response.request.method}"
            f" {response.url}{': ' + text[:500] if text else ''}"
        )
        self.response = response


class Request:
    """A request as a test client has sent it."""

    __slots__ = ("headers", "method", "url")

    def __init__(self, method: str, url: str, headers: "Iterable[tuple[str, str]]") -> None:
        self.method = method
        self.url = url
        self.headers = Headers(headers)

    def __repr__(self) -> str:
        """The method and the URL."""
        return f"<Request {self.method} {self.url}>"


class Response:
    """A response to a test client."""

    def __init__(
        self,
        request: Request,
        status_code: int,
        reason_phrase: str,
        headers: "Iterable[tuple[str, str]]",
        content: bytes,
    ) -> None:
        """A response with its content.

        - request: what it answers.
        """
        self.request = request
        self.status_code = status_code
        self.reason_phrase = reason_phrase
        self.headers = Headers(headers)
        self.content = content
        self.history: list[Response] = []

    @property
    def url(self) -> str:
        """The URL that was asked, after redirects the last one."""
        return self.request.url

    @property
    def encoding(self) -> str:
        """The `charset` that the response names; else UTF-8."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip(' \t"') or "utf-8"
        return "utf-8"

    @property
    def text(self) -> str:
        """The content as text; octets that are none are replaced."""
        try:
            return self.content.decode(self.encoding, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> "Any":
        """The content as JSON; raises `necro.json.JSONDecodeError`."""
        from necro._native import native

        return native.loads(self.content)

    @property
    def cookies(self) -> Cookies:
        """The names and values of the cookies that this response sets."""
        pairs = (field.partition(";")[0] for field in self.headers.getall("set-cookie"))
        items = (pair.partition("=") for pair in pairs)
        return Cookies((name.strip(" \t"), value.strip(" \t")) for name, _, value in items)

    @property
    def is_informational(self) -> bool:
        """Whether the status is 1xx, which no final response has."""
        return self.status_code < 200

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code < 300

    @property
    def is_redirect(self) -> bool:
        """Whether the status is 3xx."""
        return 300 <= self.status_code < 400

    @property
    def has_redirect_location(self) -> bool:
        """Whether the response sends the client elsewhere."""
        return self.status_code in (301, 302, 303, 307, 308) and "location" in self.headers

    @property
    def is_client_error(self) -> bool:
        """Whether the status is 4xx."""
        return 400 <= self.status_code < 500

    @property
    def is_server_error(self) -> bool:
        """Whether the status is 5xx."""
        return self.status_code >= 500

    @property
    def is_error(self) -> bool:
        """Whether the status is 4xx or 5xx."""
        return self.status_code >= 400

    def raise_for_status(self) -> "Response":
        """Returns the response; raises HTTPStatusError unless its status is 2xx."""
        if not self.is_success:
            raise HTTPStatusError(self)
        return self

    def __repr__(self) -> str:
        """The status."""
        return f"<Response [{self.status_code} {self.reason_phrase}]>"
