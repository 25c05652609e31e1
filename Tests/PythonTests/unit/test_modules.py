"""CORS, security headers, request ids, credentials and rate limits."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import base64
import re
from typing import Any

import necro
import pytest
from model_host import ModelHost

ORIGIN = "https://crypt.example"


def cors_host(*origins: str, **options: Any) -> ModelHost:
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
    return ModelHost(app)


def preflight(host: ModelHost, origin: str, target: str = "/v1/graves/1") -> necro.Response:
    """The answer to a preflight request."""
    headers = [("origin", origin), ("access-control-request-method", "POST")]
    return host.request("OPTIONS", target, headers=headers)


def access(response: necro.Response) -> dict[str, str]:
    """The fields of a response that CORS knows."""
    return {
        name.decode().removeprefix("access-control-"): value.decode()
        for name, value in response.fields
        if name.startswith(b"access-control-") or name == b"vary"
    }


def test_an_allowed_origin_is_answered_and_no_other() -> None:
    host = cors_host(ORIGIN, exposed=["X-A", "x-b"])
    allowed = {"allow-origin": ORIGIN, "vary": "origin", "expose-headers": "x-a, x-b"}
    for target in ("/v1/graves/1", "/v1/graves/x"):
        assert access(host.get(target, [("origin", ORIGIN)])) == allowed
    for origin in ("https://evil.example", "http://crypt.example", "null", ORIGIN + ":1"):
        assert access(host.get("/v1/graves/1", [("origin", origin)])) == {"vary": "origin"}
    assert access(host.get("/v1/graves/1")) == {"vary": "origin"}
    assert access(host.get("/closed", [("origin", ORIGIN)])) == {}


def test_all_origins_are_answered_alike() -> None:
    host = cors_host("*")
    assert access(host.get("/v1/graves/1", [("origin", ORIGIN)])) == {"allow-origin": "*"}


def test_a_preflight_request_is_answered_on_every_path() -> None:
    host = cors_host(ORIGIN, methods=["get", "POST"], headers=["X-Key"], credentials=True)
    response = preflight(host, ORIGIN)
    assert (response.status, response.content) == (204, b"")
    assert access(response) == {
        "vary": "origin",
        "allow-origin": ORIGIN,
        "allow-credentials": "true",
        "allow-methods": "GET, POST",
        "allow-headers": "x-key",
        "max-age": "600",
    }
    assert access(preflight(host, "https://evil.example")) == {"vary": "origin"}
    assert preflight(host, ORIGIN, "/v1/own").status == 204
    # Outside the router that has the filter the server answers, and allows nothing.
    assert access(preflight(host, ORIGIN, "/closed")) == {}


def test_options_that_is_no_preflight_is_answered_as_before() -> None:
    host = cors_host(ORIGIN)
    response = host.request("OPTIONS", "/v1/graves/1")
    assert (response.status, response.header("allow")) == (204, "GET, HEAD, POST, OPTIONS")
    assert host.request("OPTIONS", "/v1/own").content == b"own"


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

    response = ModelHost(app).get("/")
    names = [name.decode() for name, _ in response.fields]
    assert names == [
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-more",
    ]
    assert response.header("content-security-policy") == "default-src 'none'"


def test_transport_security_is_said_over_tls_alone() -> None:
    from model_host import ModelRequest

    request = ModelRequest()
    cases: list[tuple[str, dict[str, Any], str | None]] = [
        ("http", {}, None),
        ("https", {}, "max-age=31536000; includeSubDomains"),
        ("https", {"transport_security": 60}, "max-age=60; includeSubDomains"),
        ("https", {"transport_security": None}, None),
    ]
    for scheme, options, expected in cases:
        response = necro.Response()
        vars(request)["scheme"] = scheme
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

    host = ModelHost(app)
    response = host.get("/", [("x-request-id", "omen-1")])
    assert (response.content, response.header("x-request-id")) == (b"omen-1", "omen-1")
    first, second = (host.get("/") for _ in range(2))
    assert first.content.decode() == first.header("x-request-id")
    assert first.content != second.content
    failed = host.get("/fails")
    assert failed.status == 500
    assert [value for name, value in failed.fields if name == b"x-request-id"] == [
        (failed.header("x-request-id") or "").encode()
    ]
    assert f"request id {failed.header('x-request-id')}" in caplog.text


def basic(text: str) -> list[tuple[str, str]]:
    """An authorization field of HTTP Basic."""
    return [("authorization", "Basic " + base64.b64encode(text.encode()).decode())]


def credentials_host() -> ModelHost:
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

    return ModelHost(app)


def test_basic_credentials_are_read() -> None:
    host = credentials_host()
    assert host.get("/basic", basic("ann:mel:lon")).content == b'["ann","mel:lon"]'
    assert host.get("/basic", basic("é:€")).content == '["é","€"]'.encode()
    assert host.get("/basic", basic(":")).content == b'["",""]'
    lower = [("Authorization", basic("ann:x")[0][1].replace("Basic", "bASIC"))]
    assert host.get("/basic", lower).content == b'["ann","x"]'


def test_a_bearer_token_is_read() -> None:
    host = credentials_host()
    assert host.get("/bearer", [("authorization", "bearer a.b-c_d~e+f/g==")]).content == (
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
        ("/bearer", "Bearer é"),
        ("/bearer", "Basic YW5uOng="),
    ],
)
def test_no_or_malformed_credentials_are_answered_401_with_a_challenge(
    path: str, value: str
) -> None:
    host = credentials_host()
    for headers in ([("authorization", value)], [], [("authorization", value)] * 2):
        response = host.get(f"{path}?n=x", headers)
        assert response.status == 401
        scheme = path[1:].capitalize()
        assert (response.header("www-authenticate") or "").startswith(scheme)


def test_two_authorization_fields_are_none() -> None:
    host = credentials_host()
    assert host.get("/basic", basic("a:b") * 2).status == 401


def test_optional_credentials_are_none_when_absent() -> None:
    host = credentials_host()
    assert host.get("/optional").content == b"[true,true]"
    assert host.get("/optional", basic("a:b")).content == b"[false,true]"
    assert host.get("/optional", [("authorization", "Bearer x")]).content == b"[true,false]"


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


def limited_host(clock: Clock, *limit: float, **options: Any) -> ModelHost:
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

    return ModelHost(app)


def test_a_bucket_empties_and_fills() -> None:
    clock = Clock()
    host = limited_host(clock, 3, 6)

    def ask(key: str = "ann") -> int:
        return host.get("/", [("key", key)]).status

    assert [ask() for _ in range(4)] == [200, 200, 200, 429]
    assert ask("bo") == 200
    clock.now = 1.9
    refused = host.get("/", [("key", "ann")])
    assert (refused.status, refused.header("retry-after")) == (429, "1")
    clock.now = 2.0
    assert [ask(), ask()] == [200, 429]
    clock.now = 1000
    assert [ask() for _ in range(4)] == [200, 200, 200, 429]
    assert host.get("/", [("key", "ann")]).header("retry-after") == "2"


def test_a_burst_may_be_smaller_or_larger_than_the_rate() -> None:
    clock = Clock()
    small = limited_host(clock, 10, 1, burst=1)
    assert [small.get("/", [("key", "a")]).status for _ in range(2)] == [200, 429]
    large = limited_host(clock, 1, 1, burst=3)
    assert [large.get("/", [("key", "a")]).status for _ in range(4)] == [200, 200, 200, 429]


def test_clients_without_a_key_are_not_limited() -> None:
    host = limited_host(Clock(), 1, 60)
    assert [host.get("/").status for _ in range(3)] == [200, 200, 200]


def test_no_more_clients_are_remembered_than_there_may_be() -> None:
    clock = Clock()
    host = limited_host(clock, 1, 60, clients_max=2)

    def ask(key: str) -> int:
        return host.get("/", [("key", key)]).status

    assert [ask("a"), ask("b"), ask("a"), ask("c")] == [200, 200, 429, 200]
    # b was silent longest and is forgotten; a is not.
    assert [ask("a"), ask("b")] == [429, 200]


def test_by_default_clients_are_addresses() -> None:
    app = necro.App()
    app.middleware(necro.RateLimit(1, 60))

    @app.get("/")
    async def handler() -> None: ...

    host = ModelHost(app)
    assert [host.get("/").status for _ in range(2)] == [204, 429]


@pytest.mark.parametrize("arguments", [(0, 1), (1, 0), (1, 1, 0)])
def test_a_limit_that_lets_nothing_through_is_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a rate limit has at least"):
        necro.RateLimit(*arguments[:2], burst=arguments[2] if len(arguments) > 2 else None)
