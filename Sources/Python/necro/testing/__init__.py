"""Test clients: an app served in the process of its tests, without a socket.

`TestClient` waits in place; `AsyncTestClient` is for tests that are coroutines::

    from necro.testing import TestClient

    def test_the_dead_rise():
        with TestClient(app) as client:
            assert client.get("/").json() == {"data": "the dead rise"}
"""

from necro.testing._client import AsyncTestClient, TestClient, TooManyRedirects
from necro.testing._cookie_jar import CookieJar
from necro.testing._response import HTTPStatusError, Request, Response

__all__ = [
    "AsyncTestClient",
    "CookieJar",
    "HTTPStatusError",
    "Request",
    "Response",
    "TestClient",
    "TooManyRedirects",
]
