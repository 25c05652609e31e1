"""Header fields that have user agents be careful with what an app serves."""

from collections.abc import Mapping

from necro._middleware import Filter
from necro._responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._views import RequestViews

__all__ = ["SecurityHeaders"]

_YEAR_SECONDS = 31_536_000

# Right for an API, and for pages that embed nothing of others.
_FIELDS = {
    "content-security-policy": "default-src 'self'; base-uri 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class SecurityHeaders(Filter):
    """Adds security header fields to every response that has not its own of the same name."""

    __slots__ = ("_fields", "_transport")

    def __init__(
        self,
        fields: Mapping[str, str | None] | None = None,
        *,
        transport_security: int | None = _YEAR_SECONDS,
    ) -> None:
        """The fields.

        - fields: change and extend the usual ones; None leaves one out.
        - transport_security: seconds for which user agents use TLS alone (RFC 6797); it is only
          said over TLS. None not to say it.

        Raises ValueError for what no header can hold.
        """
        wanted: dict[str, str | None] = dict(_FIELDS)
        wanted.update({name.lower(): value for name, value in (fields or {}).items()})
        given = {name: value for name, value in wanted.items() if value is not None}
        self._fields = tuple(Response(headers=given).fields)
        seconds = transport_security
        text = None if seconds is None else f"max-age={seconds}; includeSubDomains"
        self._transport = None if text is None else (b"strict-transport-security", text.encode())

    def after(self, request: "RequestViews", response: Response, /) -> None:
        """Adds the fields that the response has not."""
        present = {name for name, _ in response.fields}
        response.fields += [field for field in self._fields if field[0] not in present]
        if self._transport and request.scheme == "https" and self._transport[0] not in present:
            response.fields.append(self._transport)
