"""`necro.testing.TestClient`: requests, responses, redirects, and what the app raises."""

import asyncio
import gc
import json
import sqlite3
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from datetime import date

import necro
import pytest
from necro.testing import HTTPStatusError, Response, TestClient, TooManyRedirects


def mirror_app() -> necro.App:
    """An app that answers with what it was sent."""
    app = necro.App()

    @app.route("/mirror", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    async def mirror(request: necro.Request) -> object:
        content = await request.body()
        return {
            "method": request.method,
            "target": request.target.decode(),
            "url": request.url,
            "headers": request.headers.multi_items(),
            "content": content.decode("latin-1"),
            "client": request.client,
        }

    return app


@pytest.fixture
def mirror() -> TestClient:
    return TestClient(mirror_app())


def fields_of(response: Response) -> dict[str, str]:
    """The header fields that the mirror was sent."""
    return dict(response.json()["headers"])


def test_every_method_has_a_call(mirror: TestClient) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = getattr(mirror, method.lower())("/mirror")
        assert response.status_code == 200
        assert response.json()["method"] == method
    head = mirror.head("/mirror")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    assert mirror.request("delete", "/mirror").json()["method"] == "DELETE"


def test_a_request_has_the_fields_of_a_client(mirror: TestClient) -> None:
    found = mirror.get("/mirror").json()
    assert dict(found["headers"]) == {
        "host": "testserver",
        "accept": "*/*",
        "user-agent": "testclient",
    }
    assert found["client"] == ["127.0.0.1", 50000]
    assert found["url"] == "http://testserver/mirror"


def test_params_are_added_to_the_query(mirror: TestClient) -> None:
    def target(url: str, params: object) -> str:
        response = mirror.get(url, params=params)  # type: ignore[arg-type]  # pyright: ignore
        found: str = response.json()["target"]
        return found

    assert target("/mirror", {"a": 1, "b": [2, "x y"], "c": None}) == "/mirror?a=1&b=2&b=x+y&c="
    assert target("/mirror?z=0", {"t": True, "f": False}) == "/mirror?z=0&t=true&f=false"
    assert target("/mirror", [("a", "1"), ("a", "2")]) == "/mirror?a=1&a=2"
    assert target("/mirror", "a=%20") == "/mirror?a=%20"
    assert target("/mirror?q=ü&p=%7a#part", None) == "/mirror?q=%C3%BC&p=%7a"


def test_content_is_sent_in_each_form(mirror: TestClient) -> None:
    response = mirror.post("/mirror", json={"day": date(2026, 1, 2), "n": [1]})
    assert json.loads(response.json()["content"]) == {"day": "2026-01-02", "n": [1]}
    assert fields_of(response)["content-type"] == "application/json"

    response = mirror.post("/mirror", data={"a": "x y", "b": [1, 2]})
    assert response.json()["content"] == "a=x+y&b=1&b=2"
    assert fields_of(response)["content-type"] == "application/x-www-form-urlencoded"

    response = mirror.post("/mirror", content="ü")
    assert response.json()["content"].encode("latin-1") == "ü".encode()
    assert fields_of(response)["content-type"] == "text/plain; charset=utf-8"

    response = mirror.post("/mirror", content=b"\x00\xff", headers={"Content-Type": "x/y"})
    assert response.json()["content"] == "\x00\xff"
    assert fields_of(response)["content-type"] == "x/y"
    assert fields_of(response)["content-length"] == "2"
    assert fields_of(mirror.post("/mirror"))["content-length"] == "0"
    assert "content-length" not in fields_of(mirror.get("/mirror"))


def test_content_is_streamed_piece_by_piece(mirror: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one "
        yield b""
        yield b"two"

    response = mirror.post("/mirror", content=pieces())
    assert response.json()["content"] == "one two"
    assert fields_of(response)["transfer-encoding"] == "chunked"

    async def later() -> AsyncIterator[bytes]:
        yield b"three "
        await asyncio.sleep(0)
        yield b"four"

    assert mirror.post("/mirror", content=later()).json()["content"] == "three four"


def test_a_handler_takes_a_stream_while_it_is_sent() -> None:
    app = necro.App()
    sent: list[int] = []
    seen: list[int] = []

    @app.post("/")
    async def take(request: necro.Request) -> int:
        async for _ in request.stream():
            seen.append(len(sent))
        return len(seen)

    def pieces() -> Iterator[bytes]:
        for number in range(5):
            sent.append(number)
            yield b"x" * 10

    assert TestClient(app).post("/", content=pieces()).json() == 5
    # The first was taken before the last was made.
    assert seen[0] < 5


def test_a_stream_that_raises_ends_the_request() -> None:
    app = necro.App()
    gone: list[str] = []

    @app.post("/")
    async def take(request: necro.Request) -> None:
        try:
            await request.body()
        except necro.ClientDisconnect:
            gone.append("gone")

    def pieces() -> Iterator[bytes]:
        yield b"x"
        raise ZeroDivisionError

    client = TestClient(app)
    with pytest.raises(ZeroDivisionError):
        client.post("/", content=pieces())
    assert client.post("/", content=b"y").status_code == 204
    assert gone == ["gone"]


def test_large_content_goes_both_ways(mirror: TestClient) -> None:
    content = b"0123456789" * 80_000
    assert mirror.post("/mirror", content=content).json()["content"].encode() == content


def test_headers_of_a_request_take_the_place_of_the_clients() -> None:
    client = TestClient(mirror_app(), headers={"X-One": "1", "X-Two": "2"})
    client.headers["X-Three"] = "3"
    fields = fields_of(client.get("/mirror", headers=[("x-two", "a"), ("x-two", "b")]))
    assert fields["x-one"] == "1"
    assert fields["x-three"] == "3"
    pairs = client.get("/mirror", headers=[("x-two", "a"), ("x-two", "b")]).json()["headers"]
    assert [value for name, value in pairs if name == "x-two"] == ["a", "b"]


def test_a_request_that_cannot_be_sent_is_an_error(mirror: TestClient) -> None:
    with pytest.raises(ValueError, match="header 'x' has a character"):
        mirror.get("/mirror", headers={"x": "a\r\nb: c"})
    with pytest.raises(ValueError, match="not a header field name"):
        mirror.get("/mirror", headers={"x y": "a"})
    with pytest.raises(ValueError, match="not a method"):
        mirror.request("GET /x", "/mirror")
    with pytest.raises(ValueError, match="not an http URL"):
        mirror.get("ftp://testserver/mirror")
    with pytest.raises(TypeError, match="one of json, data and content"):
        mirror.post("/mirror", json=1, content=b"")
    with pytest.raises(TypeError, match="no option 'param'"):
        mirror.get("/mirror", param={})  # type: ignore[call-arg]  # pyright: ignore
    with pytest.raises(TypeError, match="a piece of content is bytes, not str"):
        mirror.post("/mirror", content=["x"])  # type: ignore[list-item]  # pyright: ignore
    with pytest.raises(ValueError, match="an IP address and a port"):
        TestClient(mirror_app(), client=("nowhere", 1)).get("/mirror")
    assert mirror.get("/mirror").status_code == 200


def test_a_response_has_what_httpx_users_expect() -> None:
    app = necro.App()

    @app.get("/")
    async def index() -> necro.Response:
        return necro.Response(
            "grün".encode("latin-1"),
            status=201,
            headers=[("x-a", "1"), ("x-a", "2"), ("set-cookie", "c=d; Path=/")],
            content_type="text/plain; charset=latin-1",
        )

    response = TestClient(app).get("/?q=1")
    assert response.status_code == 201
    assert response.reason_phrase == "Created"
    assert response.text == "grün"
    assert response.content == b"gr\xfcn"
    assert response.headers["X-A"] == "1"
    assert response.headers.getall("x-a") == ["1", "2"]
    assert dict(response.cookies) == {"c": "d"}
    assert response.url == "http://testserver/?q=1"
    assert response.request.method == "GET"
    assert response.history == []
    assert response.is_success
    assert not response.is_error
    assert response.raise_for_status() is response
    assert repr(response) == "<Response [201 Created]>"
    missing = TestClient(app).get("/nowhere")
    assert missing.is_client_error
    with pytest.raises(
        HTTPStatusError, match="404 Not Found for GET http://testserver/nowhere"
    ) as e:
        missing.raise_for_status()
    assert e.value.response is missing


def test_json_that_is_none_is_an_error() -> None:
    app = necro.App()

    @app.get("/")
    async def index() -> str:
        return "{"

    with pytest.raises(necro.json.JSONDecodeError):
        TestClient(app).get("/").json()


# Redirects.


def redirecting() -> necro.App:
    app = mirror_app()

    @app.route("/to/{status}", methods=["GET", "HEAD", "POST"])
    async def to(status: int, where: str = "/mirror") -> necro.Response:
        return necro.Response(status=status, headers={"location": where})

    return app


def test_redirects_are_followed() -> None:
    client = TestClient(redirecting())
    response = client.get("/to/307?where=/to/302")
    assert response.url == "http://testserver/mirror"
    assert [one.status_code for one in response.history] == [307, 302]
    assert [len(one.history) for one in response.history] == [0, 1]
    assert client.get("/to/302", follow_redirects=False).headers["location"] == "/mirror"
    plain = TestClient(redirecting(), follow_redirects=False)
    assert plain.get("/to/302").status_code == 302
    assert plain.get("/to/302", follow_redirects=True).status_code == 200
    assert client.get("/to/304").status_code == 304


@pytest.mark.parametrize(
    ("status", "method", "then", "content"),
    [
        (301, "POST", "GET", ""),
        (302, "POST", "GET", ""),
        (303, "POST", "GET", ""),
        (307, "POST", "POST", "soul"),
        (308, "POST", "POST", "soul"),
        (303, "GET", "GET", ""),
    ],
)
def test_a_redirect_keeps_or_changes_the_method(
    status: int, method: str, then: str, content: str
) -> None:
    client = TestClient(redirecting())
    sent = content.encode() if method == "GET" else b"soul"
    found = client.request(method, f"/to/{status}", content=sent).json()
    assert (found["method"], found["content"]) == (then, content)
    if then != method:
        assert not [name for name, _ in found["headers"] if name.startswith("content-")]


def test_a_redirect_to_another_origin_takes_no_credentials_along() -> None:
    client = TestClient(redirecting(), headers={"authorization": "Bearer bone"})
    near = client.get("/to/302").json()
    far = client.get("/to/302?where=http://elsewhere.example/mirror").json()
    assert dict(near["headers"])["authorization"] == "Bearer bone"
    assert "authorization" not in dict(far["headers"])
    assert dict(far["headers"])["host"] == "elsewhere.example"


def test_redirects_without_end_are_an_error() -> None:
    with pytest.raises(TooManyRedirects, match="more than 20 redirects"):
        TestClient(looping()).get("/loop")


def looping() -> necro.App:
    app = necro.App()

    @app.get("/loop")
    async def loop() -> necro.Response:
        return necro.Redirect("/loop")

    return app


def test_a_stream_cannot_be_sent_to_another_place() -> None:
    with pytest.raises(TypeError, match="307 redirect asks for content again"):
        TestClient(redirecting()).post("/to/307", content=iter([b"x"]))


# What the app raises.


def failing() -> necro.App:
    app = necro.App()

    @app.get("/")
    async def fail() -> None:
        raise LookupError("no soul")

    @app.get("/pooled")
    def fail_in_thread() -> None:
        raise LookupError("no body")

    @app.get("/late")
    async def fail_late() -> None:
        await asyncio.sleep(0)
        raise LookupError("too late")

    @app.get("/grave")
    async def grave() -> None:
        raise necro.HTTPError(410, "gone")

    return app


def test_what_a_handler_raises_is_raised_to_the_test() -> None:
    client = TestClient(failing())
    with pytest.raises(LookupError, match="no soul") as caught:
        client.get("/")
    names = [entry.name for entry in caught.traceback]
    assert names[-1] == "fail"
    with pytest.raises(LookupError, match="no body"):
        client.get("/pooled")
    with pytest.raises(LookupError, match="too late"):
        client.get("/late")
    assert client.get("/grave").status_code == 410


def test_what_middleware_and_providers_raise_is_raised_to_the_test() -> None:
    app = failing()

    @app.middleware
    async def through(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
        response = await call_next(request)
        if "fail" in request.query:
            raise ArithmeticError("in the middle")
        return response

    client = TestClient(app)
    with pytest.raises(LookupError, match="no soul"):
        client.get("/")
    with pytest.raises(ArithmeticError, match="in the middle"):
        client.get("/grave?fail")
    assert client.get("/grave").status_code == 410


def test_what_the_app_answers_is_not_raised() -> None:
    app = failing()

    @app.exception(LookupError)
    async def lost(error: LookupError) -> necro.Response:
        return necro.Response(str(error), status=404)

    assert TestClient(app).get("/").text == "no soul"


def test_a_client_can_be_answered_500() -> None:
    client = TestClient(failing(), raise_server_exceptions=False)
    response = client.get("/")
    assert response.status_code == 500
    assert response.is_server_error
    assert "soul" not in response.text


def test_an_error_of_another_request_is_not_raised_here() -> None:
    app = failing()
    other = TestClient(app, raise_server_exceptions=False)

    @app.get("/outer")
    def outer() -> int:
        # A thread of the pool's is a caller of its own.
        return other.get("/").status_code

    assert TestClient(app).get("/outer").json() == 500


# Requests as they are.


def test_octets_go_to_the_server_as_they_are(mirror: TestClient) -> None:
    assert mirror.raw(b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert mirror.raw(b"GET /mirror HTTP/1.1\r\nhost: a").startswith(b"HTTP/1.1 400 ")
    assert mirror.raw(b"") == b""
    two = b"HEAD /mirror HTTP/1.1\r\nhost: a\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n"
    answer = mirror.raw(two)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == answer.count(b"HTTP/1.1 404 ") == 1


def test_the_client_waits_for_no_continue_but_the_server_says_it(mirror: TestClient) -> None:
    response = mirror.post("/mirror", content=b"soul", headers={"expect": "100-continue"})
    assert response.json()["content"] == "soul"
    head = b"POST /mirror HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n"
    assert mirror.raw(head).startswith(b"HTTP/1.1 100 ")


def test_a_connection_that_the_server_closes_is_not_used_again(mirror: TestClient) -> None:
    for _ in range(3):
        assert mirror.get("/mirror", headers={"connection": "close"}).status_code == 200


def test_limits_are_the_servers(mirror: TestClient) -> None:
    assert mirror.get("/mirror", headers={"x": "y" * 100_000}).status_code == 431
    assert mirror.get("/mirror?" + "q" * 100_000).status_code == 414
    assert mirror.get("/mirror").status_code == 200


# The life of an app.


def living(said: list[str]) -> necro.App:
    app = necro.App()

    @app.on_startup
    async def begin(state: necro.State) -> None:
        said.append("start")
        state.souls = ["Ann"]

    @app.on_shutdown
    def end(state: necro.State) -> None:
        said.append("end")

    @app.get("/")
    async def souls(state: necro.State) -> object:
        return list(state.souls)

    @app.post("/")
    async def later(request: necro.Request) -> None:
        async def say() -> None:
            await asyncio.sleep(0.01)
            said.append("after")

        request.after(say)

    return app


def test_with_runs_the_hooks() -> None:
    said: list[str] = []
    with TestClient(living(said)) as client:
        assert said == ["start"]
        assert client.get("/").json() == ["Ann"]
        client.state.souls.append("Bo")
        assert client.get("/").json() == ["Ann", "Bo"]
        with pytest.raises(RuntimeError, match="started already"), client:
            pass
    assert said == ["start", "end"]
    with client:
        assert client.get("/").json() == ["Ann"]
    assert said == ["start", "end"] * 2


def test_without_with_no_hook_runs() -> None:
    said: list[str] = []
    client = TestClient(living(said))
    with pytest.raises(AttributeError, match="state has no 'souls'"):
        client.get("/")
    client.close()
    assert said == []


def test_work_in_the_background_is_done_when_the_response_is_there() -> None:
    said: list[str] = []
    client = TestClient(living(said))
    assert client.post("/").status_code == 204
    assert said == ["after"]


def test_a_hook_that_raises_is_raised() -> None:
    app = necro.App()

    @app.on_startup
    def fail() -> None:
        raise LookupError("no ground")

    with pytest.raises(LookupError, match="no ground"), TestClient(app):
        pass
    other = necro.App()

    @other.on_shutdown
    def fail_too() -> None:
        raise LookupError("no rest")

    with pytest.raises(ExceptionGroup) as caught, TestClient(other):
        pass
    assert caught.group_contains(LookupError)


def test_an_app_that_cannot_start_is_said_at_once() -> None:
    app = necro.App()

    @app.get("/")
    async def index(nobody) -> None:  # type: ignore[no-untyped-def]  # pyright: ignore
        pass

    with pytest.raises(necro.StartupError, match="'nobody'"):
        TestClient(app).get("/")
    with pytest.raises(necro.StartupError, match="'nobody'"), TestClient(app):
        pass


def test_overrides_hold_for_requests_within_their_block() -> None:
    app = necro.App()

    @app.provide("user")
    async def user() -> str:
        return "Lenore"

    @app.get("/")
    async def index(user: str) -> str:
        return user

    client = TestClient(app)
    assert client.get("/").text == "Lenore"
    with app.override("user", lambda: "Ann"):
        assert client.get("/").text == "Ann"
        with app.override("user", lambda: "Bo"), TestClient(app) as other:
            assert other.get("/").text == "Bo"
        assert client.get("/").text == "Ann"
    assert client.get("/").text == "Lenore"


def test_clients_of_one_app_do_not_end_one_another() -> None:
    app = necro.App()

    @app.get("/")
    def pooled() -> str:
        return threading.current_thread().name

    first = TestClient(app)
    assert first.get("/").text.startswith("necro-handler")
    with TestClient(app) as second:
        assert second.get("/").status_code == 200
    assert first.get("/").status_code == 200


def test_handlers_run_in_the_thread_of_the_test() -> None:
    app = necro.App()
    # It refuses any other thread.
    database = sqlite3.connect(":memory:")

    @app.get("/")
    async def index() -> object:
        return database.execute("SELECT 6 * 7").fetchone()[0]

    assert TestClient(app).get("/").json() == 42
    database.close()


async def ask(client: TestClient) -> Response:
    return client.get("/mirror")


def test_a_client_that_waits_works_within_a_loop_too(mirror: TestClient) -> None:
    assert asyncio.run(ask(mirror)).status_code == 200
    assert mirror.get("/mirror").status_code == 200


def test_a_client_that_is_forgotten_leaves_nothing() -> None:
    class Handler:
        async def __call__(self) -> str:
            return "x"

    def use() -> "weakref.ref[Handler]":
        handler = Handler()
        app = necro.App()
        app.get("/")(handler)
        assert TestClient(app).get("/").text == "x"
        return weakref.ref(handler)

    found = use()
    gc.collect()
    assert found() is None


def test_requests_see_nothing_of_the_tests_context() -> None:
    from contextvars import ContextVar

    variable: ContextVar[str] = ContextVar("variable", default="unset")
    app = necro.App()

    @app.get("/")
    async def index() -> str:
        found = variable.get()
        variable.set("set by a request")
        return found

    variable.set("set by the test")
    client = TestClient(app)
    assert [client.get("/").text, client.get("/").text] == ["unset", "unset"]
    assert variable.get() == "set by the test"
