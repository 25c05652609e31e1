"""The request, for handlers that ask for it."""

from necro._native import native
from necro._views import RequestViews

__all__ = ["Request"]


class Request(RequestViews, native.RequestHead):
    """One request: its head, and its content as it arrives.

    The server makes it, sets `_route`, and sets `_content` when it has read the whole body for a
    parameter of the same handler.
    """

    __slots__ = (
        "_content",
        "_cookies",
        "_headers",
        "_id",
        "_jobs",
        "_local",
        "_query",
        "_route",
        "_streamed",
    )
