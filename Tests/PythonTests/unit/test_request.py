"""A request's mappings and its content."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import necro
import pytest
from model_host import ModelHost, ModelRequest
from necro._mappings import parse_cookies, parse_query


def test_header_names_match_in_any_case_and_give_the_first_value() -> None:
    headers = ModelRequest(headers=[("X-A", "1"), ("x-a", "2"), ("Host", "h")]).headers
    assert headers["x-A"] == "1"
    assert headers.getall("X-a") == ["1", "2"]
    assert "HOST" in headers
    assert headers.get("none") is None
    assert headers.getall("none") == []
    assert list(headers) == ["x-a", "host"]
    assert len(headers) == 2
    with pytest.raises(KeyError, match="None-Such"):
        headers["None-Such"]


@pytest.mark.parametrize(
    ("query", "items"),
    [
        (b"", []),
        (b"a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=1", [("", "1")]),
        (b"&&a=1&", [("a", "1")]),
        (b"a=1=2", [("a", "1=2")]),
        (b"a+b=c%20d%2B", [("a b", "c d+")]),
        (b"a=%C3%A9", [("a", "é")]),
        (b"a=%FF", [("a", "\ufffd")]),
        (b"a=%zz%", [("a", "%zz%")]),
        (b"a;b=1", [("a;b", "1")]),
    ],
)
def test_a_query_string_is_read(query: bytes, items: list[tuple[str, str]]) -> None:
    assert parse_query(query).multi_items() == items


def test_a_query_parameter_gives_its_last_value() -> None:
    query = ModelRequest(target="/?a=1&a=2").query
    assert query["a"] == "2"
    assert query.getall("a") == ["1", "2"]
    assert "A" not in query


@pytest.mark.parametrize(
    ("fields", "items"),
    [
        ([], []),
        (["a=1; b=2"], [("a", "1"), ("b", "2")]),
        (["a=1", "b=2"], [("a", "1"), ("b", "2")]),
        (['a="1 2"; b=""'], [("a", "1 2"), ("b", "")]),
        (["a; =1; ;b=2="], [("b", "2=")]),
        (['a="'], [("a", '"')]),
    ],
)
def test_cookies_are_read(fields: list[str], items: list[tuple[str, str]]) -> None:
    assert parse_cookies(fields).multi_items() == items


def test_a_cookie_gives_its_first_value() -> None:
    assert ModelRequest(headers=[("cookie", "a=1; a=2")]).cookies["a"] == "1"


def test_views_are_made_once() -> None:
    request = ModelRequest(target="/?a=1", headers=[("cookie", "a=1")])
    assert request.headers is request.headers
    assert request.query is request.query
    assert request.cookies is request.cookies


def test_a_request_tells_its_url_and_its_path_parameters() -> None:
    app = necro.App()

    @app.get("/{a}/{rest:path}")
    async def handler(request: necro.Request) -> list[object]:
        return [request.url, request.path_params, request.state.word, repr(request)]

    state = necro.State()
    state.word = "mellon"
    response = ModelHost(app, state).get("/x%20y/b/c?d=1", [("host", "crypt:8000")])
    assert necro.json.loads(response.content) == [
        "http://crypt:8000/x%20y/b/c?d=1",
        {"a": "x y", "rest": "b/c"},
        "mellon",
        "<Request GET /x%20y/b/c?d=1>",
    ]


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/a?b", "http://h/a?b"),
        ("http://other/a", "http://other/a"),
        ("*", "http://h"),
        ("h:443", "http://h"),
    ],
)
def test_a_url_is_the_target_where_that_is_one(target: str, url: str) -> None:
    assert ModelRequest(target=target, headers=[("host", "h")]).url == url


def run(pieces: Iterable[bytes | None], use: Callable[[ModelRequest], Awaitable[object]]) -> object:
    """What an async function makes of a request with that content."""

    async def main() -> object:
        return await use(ModelRequest("POST", pieces=pieces))

    return asyncio.run(main())


async def streamed(request: ModelRequest) -> list[bytes]:
    """The pieces of a request."""
    return [piece async for piece in request.stream()]


def test_content_is_streamed_as_it_arrives() -> None:
    assert run([b"a", b"bc"], streamed) == [b"a", b"bc"]
    assert run([], streamed) == []


def test_a_body_is_kept_and_streams_again() -> None:
    async def use(request: ModelRequest) -> object:
        return [await request.body(), await request.body(), await streamed(request)]

    assert run([b"a", b"bc"], use) == [b"abc", b"abc", [b"abc"]]


def test_content_that_was_streamed_is_not_there_a_second_time() -> None:
    async def use(request: ModelRequest) -> object:
        await streamed(request)
        return await request.body()

    with pytest.raises(RuntimeError, match="streamed already"):
        run([b"a"], use)


def test_a_client_that_goes_away_ends_the_stream_with_an_error() -> None:
    with pytest.raises(necro.ClientDisconnect):
        run([b"a", None], streamed)


def test_malformed_json_of_a_request_is_an_invalid_request() -> None:
    async def use(request: ModelRequest) -> object:
        return await request.json()

    assert run([b'{"a":', b"1}"], use) == {"a": 1}
    with pytest.raises(necro.InvalidRequest) as caught:
        run([b"{"], use)
    assert caught.value.faults[0].code == "json"
