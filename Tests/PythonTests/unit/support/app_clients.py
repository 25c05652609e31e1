"""Clients of the apps that unit tests make: exceptions are answered, redirects not followed."""

from collections.abc import Awaitable, Callable
from typing import Any

import necro
from necro.testing import TestClient


def client_of(app: necro.App, **options: Any) -> TestClient:
    """A client that is answered as a client would be; options are those of TestClient."""
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False, **options)


def result_of(
    use: Callable[[necro.Request], Awaitable[object]],
    method: str = "GET",
    target: str = "/",
    **options: Any,
) -> Any:
    """What a function makes of a request within a handler; raises what it raises.

    - options: of the request, as TestClient has them.
    """
    app, results = necro.App(), list[object]()

    @app.route("/{rest:path}", methods=["GET", "POST"])
    async def handler(request: necro.Request) -> None:
        results.append(await use(request))

    TestClient(app).request(method, target, **options)
    return results[0]
