"""Problem documents, `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping

from necro._responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._responses import HeaderItems

__all__ = ["problem", "title_of"]


def title_of(status: int) -> str:
    """The reason phrase of a status code, or its class for one without a phrase."""
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Client Error" if status < 500 else "Server Error"


def problem(
    status: int,
    detail: str | None = None,
    *,
    headers: "HeaderItems | None" = None,
    members: Mapping[str, object] | None = None,
) -> Response:
    """A response with a problem document; `type` is left out, which means `about:blank`.

    - status: its title is the reason phrase.
    - detail: what went wrong this time, for people.
    - members: extension members.
    """
    from necro._native import native

    document: dict[str, object] = {"title": title_of(status), "status": status}
    if detail is not None:
        # A detail may quote a path; octets in it that were not UTF-8 must not spoil the answer.
        document["detail"] = detail.encode("utf-8", "backslashreplace").decode()
    if members is not None:
        document.update(members)
    return Response(
        native.dumps(document),
        status=status,
        headers=headers,
        content_type="application/problem+json",
    )
