"""Cross-origin resource sharing: which other sites' scripts may read responses (Fetch, §3.3)."""

from collections.abc import Iterable

from necro._middleware import Filter
from necro._responses import Response, field_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._views import RequestViews

__all__ = ["CORS"]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class CORS(Filter):
    """Lets scripts of other origins read responses: `app.middleware(necro.CORS([…]))`.

    It answers preflight requests to the paths of the routes that it stands around.
    """

    __slots__ = (
        "_credentials",
        "_exposed",
        "_headers",
        "_is_any",
        "_max_age",
        "_methods",
        "_origins",
    )

    answers_options = True

    def __init__(
        self,
        origins: Iterable[str],
        *,
        methods: Iterable[str] = _METHODS,
        headers: Iterable[str] = (),
        exposed: Iterable[str] = (),
        credentials: bool = False,
        max_age: int = 600,
    ) -> None:
        """Who may read what.

        - origins: such as `https://crypt.example`, or `["*"]` for all.
        - methods: that scripts may use.
        - headers: field names that scripts may send, besides those that are always allowed;
          `["*"]` for all.
        - exposed: field names of the response that scripts may read besides the usual ones.
        - credentials: whether cookies and authorization may be sent along.
        - max_age: seconds that a user agent may keep the answer to a preflight request.

        Raises ValueError for an origin that is none, and for credentials for all origins.
        """
        self._origins = frozenset(_origin(origin) for origin in _listed(origins, "origins"))
        self._is_any = "*" in self._origins
        if self._is_any and credentials:
            raise ValueError("credentials=True needs origins by name: user agents refuse '*'")
        self._methods = ", ".join(method.upper() for method in _listed(methods, "methods"))
        allowed = frozenset(_field(name) for name in _listed(headers, "headers"))
        if "*" in allowed and credentials:
            raise ValueError("credentials=True needs headers by name: user agents refuse '*'")
        self._headers = ", ".join(sorted(allowed))
        self._exposed = ", ".join(_field(name) for name in _listed(exposed, "exposed"))
        self._credentials = credentials
        self._max_age = str(max_age)

    def before(self, request: "RequestViews", /) -> Response | None:
        """Answers a preflight request; what is allowed is said by `after`."""
        if request.method == "OPTIONS" and request.header("access-control-request-method"):
            return Response(None, status=204)
        return None

    def after(self, request: "RequestViews", response: Response, /) -> None:
        """Says to the user agent that the script may read the response."""
        if not self._is_any:
            response.vary("origin")
        origin = request.header("origin")
        if origin is None or not (self._is_any or origin in self._origins):
            return
        response.set_header("access-control-allow-origin", "*" if self._is_any else origin)
        if self._credentials:
            response.set_header("access-control-allow-credentials", "true")
        if request.method == "OPTIONS" and request.header("access-control-request-method"):
            response.set_header("access-control-allow-methods", self._methods)
            if self._headers:
                response.set_header("access-control-allow-headers", self._headers)
            response.set_header("access-control-max-age", self._max_age)
        elif self._exposed:
            response.set_header("access-control-expose-headers", self._exposed)


def _listed(items: Iterable[str], name: str) -> Iterable[str]:
    """The items; ValueError for a text, whose characters they would be."""
    if isinstance(items, str):
        raise ValueError(f"{name} is a list, such as [{items!r}]")
    return items


def _origin(text: str) -> str:
    """An origin as user agents send it (RFC 6454 §6.1); ValueError for any other text."""
    if text in ("*", "null"):
        return text
    scheme, separator, authority = text.partition("://")
    plain = authority.replace(".", "").replace("-", "").replace(":", "").strip("[]")
    if not separator or not scheme.isalnum() or not (plain.isascii() and plain.isalnum()):
        raise ValueError(f"{text!r} is no origin; one is such as 'https://crypt.example:8443'")
    return text.lower()


def _field(name: str) -> str:
    """A field name, or `*`."""
    return name if name == "*" else field_name(name).decode("ascii")
