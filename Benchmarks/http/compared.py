"""The apps that the compared servers serve: each as bare as its interface allows.

They answer fixed octets, where Necro serializes a dict per request: the comparison is in their
favour.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

CONTENT = b'{"data":"the dead rise"}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(CONTENT)).encode()),
    ],
}
BODY = {"type": "http.response.body", "body": CONTENT}
FIELDS = [("content-type", "application/json")]


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """ASGI, for uvicorn."""
    await send(START)
    await send(BODY)


async def rsgi(scope: Any, protocol: Any) -> None:
    """RSGI, for granian."""
    protocol.response_bytes(200, FIELDS, CONTENT)
