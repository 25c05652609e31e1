"""CORS, security headers, request ids, credentials and rate limits."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import base64
import re
from typing import Any

import necro
import pytest
from app_clients import client_of
from necro.testing import Response, TestClient

ORIGIN = "https://crypt.example"


def cors_client(*origins: str, **options: Any) -> TestClient:
    """An app whose responses other origins may read."""
    app, closed = necro.App(), necro.Router()
    router = necro.Router()
    router.middleware(necro.CORS(origins, **options))

    @router.get("/graves/{id}")
    async def get_grave(id: int): ...

    @router.post("/graves/{number}")
    async def post_grave(number: int): ...

    @router.options("/own")
    async def own():
        return "own"

    @closed.get("/closed")
    async def get_closed(): ...

    app.include(router, prefix="/v1")
    app.include(closed)
    return client_of(app)


def preflight(client: TestClient, origin: str, target: str = "/v1/graves/1") -> Response:
    """The answer to a preflight request."""
    headers = [("origin", origin), ("access-control-request-method", "POST")]
    return client.request("OPTIONS", target, headers=headers)


def access(response: Response) -> dict[str, str]:
    """The fields of a response that CORS knows."""
    return {
        name.removeprefix("access-control-"): value
        for name, value in response.headers.items()
        if name.startswith("access-control-") or name == "vary"
    }


def test_an_allowed_origin_is_answered_and_no_other() -> None:
    client = cors_client(ORIGIN, exposed=["X-A", "x-b"])
    allowed = {"allow-origin": ORIGIN, "vary": "origin", "expose-headers": "x-a, x-b"}
    for target in ("/v1/graves/1", "/v1/graves/x"):
        assert access(client.get(target, headers=[("origin", ORIGIN)])) == allowed
    for origin in ("https://evil.example", "http://crypt.example", "null", ORIGIN + ":1"):
        assert access(client.get("/v1/graves/1", headers=[("origin", origin)])) == {
            "vary": "origin"
        }
    assert access(client.get("/v1/graves/1")) == {"vary": "origin"}
    assert access(client.get("/closed", headers=[("origin", ORIGIN)])) == {}


def test_all_origins_are_answered_alike() -> None:
    client = cors_client("*")
    assert access(client.get("/v1/graves/1", headers=[("origin", ORIGIN)])) == {"allow-origin": "*"}


def test_a_preflight_request_is_answered_on_every_path() -> None:
    client = cors_client(ORIGIN, methods=["get", "POST"], headers=["X-Key"], credentials=True)
    response = preflight(client, ORIGIN)
    assert (response.status_code, response.content) == (204, b"")
    assert access(response) == {
        "vary": "origin",
        "allow-origin": ORIGIN,
        "allow-credentials": "true",
        "allow-methods": "GET, POST",
        "allow-headers": "x-key",
        "max-age": "600",
    }
    assert access(preflight(client, "https://evil.example")) == {"vary": "origin"}
    assert preflight(client, ORIGIN, "/v1/own").status_code == 204
    # Outside the router that has the filter the server answers, and allows nothing.
    assert access(preflight(client, ORIGIN, "/closed")) == {}


def test_options_that_is_no_preflight_is_answered_as_before() -> None:
    client = cors_client(ORIGIN)
    response = client.request("OPTIONS", "/v1/graves/1")
    assert (response.status_code, response.headers.get("allow")) == (
        204,
        "GET, HEAD, POST, OPTIONS",
    )
    assert client.request("OPTIONS", "/v1/own").content == b"own"


@pytest.mark.parametrize(
    ("origins", "options", "says"),
    [
        (["*"], {"credentials": True}, "needs origins by name"),
        ([ORIGIN], {"credentials": True, "headers": ["*"]}, "needs headers by name"),
        ([ORIGIN + "/"], {}, "is no origin"),
        (["crypt.example"], {}, "is no origin"),
        (["https://*.example"], {}, "is no origin"),
        ([ORIGIN], {"headers": ["a b"]}, "not a header field name"),
        (ORIGIN, {}, "origins is a list, such as"),
    ],
)
def test_what_user_agents_would_refuse_is_refused(
    origins: Any, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        necro.CORS(origins, **options)


def test_security_headers_are_added_where_the_response_has_none() -> None:
    app = necro.App()
    app.middleware(necro.SecurityHeaders({"X-Frame-Options": None, "x-more": "1"}))

    @app.get("/")
    async def handler():
        return necro.HTML("<p>", headers={"content-security-policy": "default-src 'none'"})

    response = client_of(app).get("/")
    assert [name for name in response.headers if name not in ("date", "content-length")] == [
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-more",
    ]
    assert response.headers.get("content-security-policy") == "default-src 'none'"


def test_transport_security_is_said_over_tls_alone() -> None:
    class Known(necro.Request):
        """A request whose scheme a test sets."""

        scheme = "http"  # pyright: ignore

    request = Known()
    cases: list[tuple[str, dict[str, Any], str | None]] = [
        ("http", {}, None),
        ("https", {}, "max-age=31536000; includeSubDomains"),
        ("https", {"transport_security": 60}, "max-age=60; includeSubDomains"),
        ("https", {"transport_security": None}, None),
    ]
    for scheme, options, expected in cases:
        response = necro.Response()
        Known.scheme = scheme  # pyright: ignore
        filter_ = necro.SecurityHeaders(**options)
        filter_.after(request, response)
        assert response.header("strict-transport-security") == expected
    with pytest.raises(ValueError, match="control character"):
        necro.SecurityHeaders({"x-a": "\n"})


def test_a_request_id_is_the_clients_or_a_fresh_one_and_that_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = necro.App()
    app.middleware(necro.RequestIDs())

    @app.get("/")
    async def handler(request):
        return request.id

    @app.get("/fails")
    async def fails():
        raise OSError

    client = client_of(app)
    response = client.get("/", headers=[("x-request-id", "omen-1")])
    assert (response.content, response.headers.get("x-request-id")) == (b"omen-1", "omen-1")
    first, second = (client.get("/") for _ in range(2))
    assert first.content.decode() == first.headers.get("x-request-id")
    assert first.content != second.content
    failed = client.get("/fails")
    assert failed.status_code == 500
    assert len(failed.headers.getall("x-request-id")) == 1
    assert f"request id {failed.headers.get('x-request-id')}" in caplog.text


def basic(text: str) -> list[tuple[str, str]]:
    """An authorization field of HTTP Basic."""
    return [("authorization", "Basic " + base64.b64encode(text.encode()).decode())]


def credentials_client() -> TestClient:
    """An app that wants credentials."""
    app = necro.App()

    @app.get("/basic")
    async def get_basic(credentials: necro.Basic, n: int = 0):
        return [credentials.user, credentials.password]

    @app.get("/bearer")
    async def get_bearer(bearer: necro.Bearer):
        return bearer.token

    @app.get("/optional")
    async def optional(one: necro.Basic | None = None, other: necro.Bearer | None = None):
        return [one is None, other is None]

    return client_of(app)


def test_basic_credentials_are_read() -> None:
    client = credentials_client()
    assert client.get("/basic", headers=basic("ann:mel:lon")).content == b'["ann","mel:lon"]'
    assert client.get("/basic", headers=basic("é:€")).content == '["é","€"]'.encode()
    assert client.get("/basic", headers=basic(":")).content == b'["",""]'
    lower = [("Authorization", basic("ann:x")[0][1].replace("Basic", "bASIC"))]
    assert client.get("/basic", headers=lower).content == b'["ann","x"]'


def test_a_bearer_token_is_read() -> None:
    client = credentials_client()
    assert client.get("/bearer", headers=[("authorization", "bearer a.b-c_d~e+f/g==")]).content == (
        b"a.b-c_d~e+f/g=="
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/basic", "Basic"),
        ("/basic", "Basic !"),
        ("/basic", "Basic YW5u"),
        ("/basic", "Basic YW5uOm"),
        ("/basic", "Basic /zo="),
        ("/basic", "Bearer YW5uOng="),
        ("/bearer", "Bearer"),
        ("/bearer", "Bearer a b"),
        ("/bearer", "Bearer \xe9"),
        ("/bearer", "Basic YW5uOng="),
    ],
)
def test_no_or_malformed_credentials_are_answered_401_with_a_challenge(
    path: str, value: str
) -> None:
    client = credentials_client()
    for headers in ([("authorization", value)], [], [("authorization", value)] * 2):
        response = client.get(f"{path}?n=x", headers=headers)
        assert response.status_code == 401
        scheme = path[1:].capitalize()
        assert (response.headers.get("www-authenticate") or "").startswith(scheme)


def test_two_authorization_fields_are_none() -> None:
    client = credentials_client()
    assert client.get("/basic", headers=basic("a:b") * 2).status_code == 401


def test_optional_credentials_are_none_when_absent() -> None:
    client = credentials_client()
    assert client.get("/optional").content == b"[true,true]"
    assert client.get("/optional", headers=basic("a:b")).content == b"[false,true]"
    assert (
        client.get("/optional", headers=[("authorization", "Bearer x")]).content == b"[true,false]"
    )


def test_the_annotation_says_whether_credentials_are_optional_and_which_kinds() -> None:
    app = necro.App()

    @app.get("/optional")
    async def optional(bearer: necro.Bearer | None, basic: necro.Basic | None):
        return [repr(bearer), repr(basic)]

    @app.get("/either")
    async def either(credentials: necro.Basic | necro.Bearer):
        return repr(credentials)

    @app.get("/any")
    async def anything(credentials: necro.Basic | necro.Bearer | None):
        return repr(credentials)

    client = client_of(app)
    bearer = [("authorization", "Bearer bone")]
    assert client.get("/optional").json() == ["None", "None"]
    assert client.get("/optional", headers=bearer).json() == ["<Bearer>", "None"]
    assert client.get("/optional", headers=basic("ann:x")).json() == ["None", "<Basic 'ann'>"]
    # As FastAPI's users know it from auto_error=False.
    for wrong in ("Bearer a b", "Basic !", "Digest x", "Bearer"):
        headers = [("authorization", wrong)]
        assert client.get("/optional", headers=headers).json() == ["None", "None"]
        assert client.get("/any", headers=headers).text == "None"
    refused = client.get("/either")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == ('Basic realm="necro", charset="UTF-8", Bearer')
    for path in ("/either", "/any"):
        assert client.get(path, headers=bearer).text == "<Bearer>"
        assert client.get(path, headers=basic("ann:x")).text == "<Basic 'ann'>"


def test_credentials_compare_and_do_not_show() -> None:
    credentials = necro.Basic("ann", "mellön")
    assert credentials.matches("ann", "mellön")
    assert not credentials.matches("ann", "mellon")
    assert not credentials.matches("bo", "mellön")
    assert repr(credentials) == "<Basic 'ann'>"
    assert necro.Bearer("bone").matches("bone")
    assert not necro.Bearer("bone").matches("iron")
    assert repr(necro.Bearer("bone")) == "<Bearer>"


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def limited_client(clock: Clock, *limit: float, **options: Any) -> TestClient:
    """An app with a rate limit that tells clients apart by a field."""
    app = necro.App()
    limiter = necro.RateLimit(
        *limit,  # type: ignore[arg-type]
        key=lambda request: request.header("key"),
        clock=clock,
        **options,
    )
    app.middleware(limiter)

    @app.get("/")
    async def handler():
        return "fine"

    return client_of(app)


def test_a_bucket_empties_and_fills() -> None:
    clock = Clock()
    client = limited_client(clock, 3, 6)

    def ask(key: str = "ann") -> int:
        return client.get("/", headers=[("key", key)]).status_code

    assert [ask() for _ in range(4)] == [200, 200, 200, 429]
    assert ask("bo") == 200
    clock.now = 1.9
    refused = client.get("/", headers=[("key", "ann")])
    assert (refused.status_code, refused.headers.get("retry-after")) == (429, "1")
    clock.now = 2.0
    assert [ask(), ask()] == [200, 429]
    clock.now = 1000
    assert [ask() for _ in range(4)] == [200, 200, 200, 429]
    assert client.get("/", headers=[("key", "ann")]).headers.get("retry-after") == "2"


def test_a_burst_may_be_smaller_or_larger_than_the_rate() -> None:
    clock = Clock()
    small = limited_client(clock, 10, 1, burst=1)
    assert [small.get("/", headers=[("key", "a")]).status_code for _ in range(2)] == [200, 429]
    large = limited_client(clock, 1, 1, burst=3)
    assert [large.get("/", headers=[("key", "a")]).status_code for _ in range(4)] == [
        200,
        200,
        200,
        429,
    ]


def test_clients_without_a_key_are_not_limited() -> None:
    client = limited_client(Clock(), 1, 60)
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 200]


def test_no_more_clients_are_remembered_than_there_may_be() -> None:
    clock = Clock()
    client = limited_client(clock, 1, 60, clients_max=2)

    def ask(key: str) -> int:
        return client.get("/", headers=[("key", key)]).status_code

    assert [ask("a"), ask("b"), ask("a"), ask("c")] == [200, 200, 429, 200]
    # b was silent longest and is forgotten; a is not.
    assert [ask("a"), ask("b")] == [429, 200]


def test_by_default_clients_are_addresses() -> None:
    app = necro.App()
    app.middleware(necro.RateLimit(1, 60))

    @app.get("/")
    async def handler() -> None: ...

    client = client_of(app)
    assert [client.get("/").status_code for _ in range(2)] == [204, 429]


@pytest.mark.parametrize("arguments", [(0, 1), (1, 0), (1, 1, 0)])
def test_a_limit_that_lets_nothing_through_is_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a rate limit has at least"):
        necro.RateLimit(*arguments[:2], burst=arguments[2] if len(arguments) > 2 else None)
