"""`necro.testing.TestClient`: requests, responses, redirects, and what the app raises."""

import asyncio
import json
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
