"""Middleware functions and filters: their order, what they see, and what is refused."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import asyncio
import json
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

import necro
import pytest
from app_clients import client_of


def refusal(app: necro.App) -> str:
    """The start-up error of an app, which is one line."""
    with pytest.raises(necro.StartupError) as caught:
        app.compile(necro.State())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def logging(log: list[str], name: str) -> Callable[..., Any]:
    """A middleware function that logs."""

    async def middleware(request, call_next):
        log.append(f"{name} begins")
        response = await call_next(request)
        log.append(f"{name} ends {response.status}")
        return response

    return middleware


class Logging(necro.Filter):
    """A filter that logs."""

    def __init__(self, log: list[str], name: str) -> None:
        self.log = log
        self.name = name

    def before(self, request):
        self.log.append(f"{self.name} before")

    def after(self, request, response):
        self.log.append(f"{self.name} after {response.status}")


def test_functions_stand_in_the_order_of_declaration_and_filters_around_them() -> None:
    app, outer, inner, log = necro.App(), necro.Router(), necro.Router(), list[str]()
    app.middleware(logging(log, "a1"))
    app.middleware(Logging(log, "f1"))
    app.middleware(logging(log, "a2"))
    inner.middleware(logging(log, "inner"))
    inner.middleware(Logging(log, "f3"))
    outer.middleware(logging(log, "outer"))
    outer.middleware(Logging(log, "f2"))

    @inner.get("/")
    async def handler():
        log.append("handler")

    outer.include(inner)
    app.include(outer)
    client_of(app).get("/")
    begins = [f"{name} begins" for name in ("a1", "a2", "outer", "inner")]
    ends = [f"{name} ends 404" for name in ("inner", "outer", "a2", "a1")]
    assert log == [
        *("f1 before", "f2 before", "f3 before"),
        *begins,
        "handler",
        *ends,
        *("f3 after 404", "f2 after 404", "f1 after 404"),
    ]


def test_middleware_of_a_router_stands_around_its_own_routes() -> None:
    app, router, log = necro.App(), necro.Router(), list[str]()
    router.middleware(logging(log, "router"))

    async def handler() -> None: ...

    app.get("/app")(handler)
    router.get("/router")(handler)
    app.include(router)
    client = client_of(app)
    assert app.compile(necro.State())[0].call is handler
    client.get("/app")
    assert log == []
    client.get("/router")
    assert len(log) == 2


@pytest.mark.parametrize(
    ("value", "status", "content", "kind"),
    [
        ({"a": 1}, 201, b'{"a":1}', "application/json"),
        ("text", 201, b"text", "text/plain; charset=utf-8"),
        (b"\x00", 201, b"\x00", "application/octet-stream"),
        (bytearray(b"\x01"), 201, b"\x01", "application/octet-stream"),
        ([1, 2.5, True], 201, b"[1,2.5,true]", "application/json"),
        (7, 201, b"7", "application/json"),
        (necro.HTML("<p>", status=203), 203, b"<p>", "text/html; charset=utf-8"),
    ],
)
def test_what_call_next_gives_is_the_response_to_any_result(
    value: object, status: int, content: bytes, kind: str
) -> None:
    app = necro.App()

    @app.middleware
    async def middleware(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
        response = await call_next(request)
        response.set_header("x-seen", str(len(response.content)))
        return response

    @app.get("/", status=201)
    async def handler():
        return value

    response = client_of(app).get("/")
    assert (response.status_code, response.content) == (status, content)
    assert response.headers.get("content-type") == kind
    assert response.headers.get("x-seen") == str(len(content))


def test_none_is_404_or_empty_as_without_middleware() -> None:
    app, log = necro.App(), list[str]()
    app.middleware(logging(log, "mw"))

    @app.get("/none")
    async def none(): ...

    @app.get("/empty")
    async def empty() -> None: ...

    @app.delete("/gone")
    async def gone(): ...

    client = client_of(app)
    assert client.get("/none").status_code == 404
    assert client.get("/none").headers.get("content-type") == "application/problem+json"
    assert client.get("/empty").status_code == 204
    assert client.request("DELETE", "/gone").status_code == 204


def test_a_middleware_may_answer_by_itself_and_change_what_is_inside() -> None:
    app = necro.App()

    @app.middleware
    async def guard(request, call_next):
        if request.path == "/closed":
            return necro.Response("closed", status=403)
        response = await call_next(request)
        return necro.JSON({"inner": response.content.decode()})

    @app.get("/{name}")
    async def handler(name):
        return name

    client = client_of(app)
    assert (client.get("/closed").status_code, client.get("/closed").content) == (403, b"closed")
    assert client.get("/open").content == b'{"inner":"open"}'


def test_what_was_raised_on_purpose_comes_as_a_response_and_the_rest_as_an_exception() -> None:
    app, seen = necro.App(), list[object]()

    @app.middleware
    async def watch(request, call_next):
        try:
            response = await call_next(request)
        except Exception as error:
            seen.append(type(error))
            raise
        seen.append(response.status)
        return response

    app.exception(LookupError, status=410)(lambda: "gone")
    app.exception(500)(lambda: "broken")

    @app.get("/{number}")
    async def handler(number: int):
        if number == 0:
            raise necro.HTTPError(409)
        if number == 1:
            raise KeyError
        if number == 4:
            raise necro.NotModified
        return 1 / (number - 2)

    client = client_of(app)
    statuses = [client.get(path).status_code for path in ("/x", "/0", "/1", "/2", "/3", "/4")]
    assert statuses == [422, 409, 410, 500, 200, 304]
    assert seen == [422, 409, 410, ZeroDivisionError, 200, 304]
    assert client.get("/2").content == b"broken"


def test_a_middleware_may_catch_and_may_raise() -> None:
    app = necro.App()
    app.exception(LookupError)(lambda: "lookup")

    @app.middleware
    async def outer(request, call_next):
        if "raise" in request.query:
            raise {"http": necro.HTTPError(418), "key": KeyError()}[request.query["raise"]]
        try:
            return await call_next(request)
        except ZeroDivisionError:
            return necro.Response("caught")

    @app.get("/")
    async def handler():
        return 1 / 0

    client = client_of(app)
    assert client.get("/").content == b"caught"
    assert client.get("/?raise=http").status_code == 418
    assert client.get("/?raise=key").content == b"lookup"


def test_filters_see_every_response_and_may_answer() -> None:
    app = necro.App()

    class Stamp(necro.Filter):
        def before(self, request):
            return necro.Response("stamped") if request.path == "/stamp" else None

        def after(self, request, response):
            response.set_header("x-stamp", request.path)

    class Refuse(necro.Filter):
        def before(self, request):
            if request.path == "/refuse":
                raise necro.HTTPError(429)

    app.middleware(Stamp())
    app.middleware(Refuse())

    @app.get("/{name}")
    async def handler(name):
        if name == "fails":
            raise OSError
        return name

    client = client_of(app)
    answers = {path: client.get(path) for path in ("/stamp", "/refuse", "/fails", "/fine")}
    assert [answer.status_code for answer in answers.values()] == [200, 429, 500, 200]
    assert all(answer.headers.get("x-stamp") == path for path, answer in answers.items())


def test_middleware_sees_the_request_before_it_is_validated_and_its_content() -> None:
    app, seen = necro.App(), list[object]()

    @app.middleware
    async def watch(request, call_next):
        seen.append((request.headers.get("x-a"), await request.body(), request.path_params))
        return await call_next(request)

    @app.post("/{number}")
    async def handler(number: int, body: dict[str, int], request):
        return [number, body, (await request.body()).decode()]

    client = client_of(app)
    response = client.request("POST", "/7", content=b'{"a":1}', headers=[("x-a", "b")])
    assert json.loads(response.content) == [7, {"a": 1}, '{"a":1}']
    assert client.post("/x", content=b"{").status_code == 422
    assert seen == [("b", b'{"a":1}', {"number": "7"}), (None, b"{", {"number": "x"})]


def test_what_is_kept_with_the_request_and_context_variables_reach_the_handler() -> None:
    app = necro.App()
    who: ContextVar[str] = ContextVar("who", default="nobody")

    @app.middleware
    async def name(request, call_next):
        token = who.set("Ann")
        request.local["who"] = "Bo"
        response = await call_next(request)
        response.set_header("x-who", who.get() + request.local["more"])
        who.reset(token)
        return response

    @app.get("/")
    async def handler(request):
        request.local["more"] = "Cy"
        return [who.get(), request.local["who"]]

    response = client_of(app).get("/")
    assert response.content == b'["Ann","Bo"]'
    assert response.headers.get("x-who") == "AnnCy"


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ("coroutine", "did not await call_next: await call_next(request)"),
        ("forgotten", "did not await call_next: await call_next(request)"),
        ("used", "did not await call_next: await call_next(request)"),
        ("sleep", "returned what it did not await, a coroutine"),
        ("none", "returned None: return the response of await call_next(request)"),
        ("dict", "returned a dict, not a necro.Response"),
        ("twice", "called call_next twice"),
        ("other", "call_next takes the request it was given"),
    ],
)
def test_a_misuse_of_call_next_is_500_and_the_log_says_what(
    result: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = necro.App()

    @app.middleware
    async def wrong(request, call_next):
        if result == "coroutine":
            return call_next(request)
        if result == "forgotten":
            call_next(request)
            return necro.Response("fine")
        if result == "used":
            return necro.Response(call_next(request).content)
        if result == "sleep":
            await call_next(request)
            return asyncio.sleep(0)
        if result == "none":
            await call_next(request)
            return None
        if result == "dict":
            return {}
        if result == "other":
            return await call_next("request")
        await call_next(request)
        return await call_next(request)

    @app.get("/")
    async def handler():
        return "fine"

    assert client_of(app).get("/").status_code == 500
    assert says in caplog.text
    assert ".wrong" in caplog.text


def test_what_cannot_be_middleware_is_refused() -> None:
    def plain(request, call_next): ...

    async def one(request): ...

    async def three(request, call_next, more): ...

    async def keyword(request, *, call_next): ...

    async def yields(request, call_next):
        yield 1

    for function, says in (
        (plain, "an 'async def' function that returns"),
        (yields, "an 'async def' function that returns"),
        (one, "takes two arguments, 'request' and 'call_next'"),
        (three, "takes two arguments"),
        (keyword, "takes two arguments"),
    ):
        app = necro.App()
        app.middleware(function)
        app.get("/")(one)
        assert says in refusal(app).replace(f".{function.__name__}:", ""), function
    with pytest.raises(TypeError, match=r"an instance: .*Logging\(\)"):
        necro.App().middleware(Logging)
    with pytest.raises(TypeError, match="neither a function nor"):
        necro.App().middleware(3)  # type: ignore[type-var]


def test_objects_and_partials_are_middleware_too() -> None:
    app, log = necro.App(), list[str]()

    class Counting:
        async def __call__(self, request, call_next, more=1):
            log.append("object")
            return await call_next(request)

    async def named(name, request, call_next):
        log.append(name)
        return await call_next(request)

    app.middleware(Counting())
    app.middleware(partial(named, "partial"))

    @app.get("/")
    def handler():
        return "fine"

    assert client_of(app).get("/").content == b"fine"
    assert log == ["object", "partial"]
