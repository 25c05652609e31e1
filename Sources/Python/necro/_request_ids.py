"""Request ids: a name for each request, in its response and in the logs."""

from necro._middleware import Filter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._responses import Response
    from necro._views import RequestViews

__all__ = ["RequestIDs"]


class RequestIDs(Filter):
    """Says `request.id` in the field `x-request-id` of every response."""

    __slots__ = ()

    def after(self, request: "RequestViews", response: "Response", /) -> None:
        """Sets the field."""
        response.set_header("x-request-id", request.id)
