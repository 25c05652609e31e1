"""A request's mappings and its content."""

import asyncio
from collections.abc import AsyncIterator

import necro
import pytest
from app_clients import client_of, result_of
from necro._mappings import parse_cookies, parse_query
from necro.testing import AsyncTestClient


async def itself(request: necro.Request) -> necro.Request:
    """The request: what it has copied of the head outlives the response."""
    return request


def test_header_names_match_in_any_case_and_give_the_first_value() -> None:
    headers = result_of(itself, headers=[("X-A", "1"), ("x-a", "2")]).headers
    assert headers["x-A"] == "1"
    assert headers.getall("X-a") == ["1", "2"]
    assert "HOST" in headers
    assert headers.get("none") is None
    assert headers.getall("none") == []
    assert sorted(headers) == ["accept", "host", "user-agent", "x-a"]
    assert len(headers) == 4
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
    query = result_of(itself, target="/?a=1&a=2").query
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
    assert result_of(itself, headers=[("cookie", "a=1; a=2")]).cookies["a"] == "1"


def test_views_are_made_once() -> None:
    request = result_of(itself, target="/?a=1", headers=[("cookie", "a=1")])
    assert request.headers is request.headers
    assert request.query is request.query
    assert request.cookies is request.cookies


def test_a_request_tells_its_url_and_its_path_parameters() -> None:
    app = necro.App()

    @app.get("/{a}/{rest:path}")
    async def handler(request: necro.Request) -> list[object]:
        return [request.url, request.path_params, request.state.word, repr(request)]

    with client_of(app, base_url="http://crypt:8000") as client:
        client.state.word = "mellon"
        response = client.get("/x%20y/b/c?d=1")
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
    ],
)
def test_a_url_is_the_target_where_that_is_one(target: str, url: str) -> None:
    app, seen = necro.App(), list[str]()

    @app.middleware
    async def look(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
        seen.append(request.url)
        return await call_next(request)

    method = "OPTIONS" if target == "*" else "GET"
    client_of(app).raw(f"{method} {target} HTTP/1.1\r\nhost: h\r\n\r\n".encode())
    assert seen == [url]


async def streamed(request: necro.Request) -> list[bytes]:
    """The pieces of a request."""
    return [piece async for piece in request.stream()]


def test_content_is_streamed_as_it_arrives() -> None:
    assert b"".join(result_of(streamed, "POST", content=[b"a", b"bc"])) == b"abc"
    assert result_of(streamed, "POST") == []


def test_a_body_is_kept_and_streams_again() -> None:
    async def use(request: necro.Request) -> object:
        return [await request.body(), await request.body(), await streamed(request)]

    assert result_of(use, "POST", content=[b"a", b"bc"]) == [b"abc", b"abc", [b"abc"]]


def test_content_that_was_streamed_is_not_there_a_second_time() -> None:
    async def use(request: necro.Request) -> object:
        await streamed(request)
        return await request.body()

    with pytest.raises(RuntimeError, match="streamed already"):
        result_of(use, "POST", content=b"a")


def test_a_client_that_goes_away_ends_the_stream_with_an_error() -> None:
    app, seen = necro.App(), list[object]()
    begun, ended = asyncio.Event(), asyncio.Event()

    @app.post("/")
    async def handler(request: necro.Request) -> None:
        pieces = request.stream()
        seen.append(await anext(pieces))
        begun.set()
        try:
            await anext(pieces)
        except necro.ClientDisconnect as error:
            seen.append(type(error))
            ended.set()
            raise

    async def content() -> AsyncIterator[bytes]:
        yield b"a"
        await begun.wait()
        raise OSError("the line is cut")

    async def main() -> None:
        client = AsyncTestClient(app)
        with pytest.raises(OSError, match="the line is cut"):
            await client.post("/", content=content())
        async with asyncio.timeout(5):
            await ended.wait()
        await client.aclose()

    asyncio.run(main())
    assert seen == [b"a", necro.ClientDisconnect]


def test_malformed_json_of_a_request_is_an_invalid_request() -> None:
    async def use(request: necro.Request) -> object:
        try:
            return await request.json()
        except necro.InvalidRequest as error:
            return error

    assert result_of(use, "POST", content=[b'{"a":', b"1}"]) == {"a": 1}
    (fault,) = result_of(use, "POST", content=b"{").faults
    assert (fault.code, fault.place) == ("json", (1, 1, 2, ""))
