"""Handlers get what their parameters name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosting import Host, run_necro, write_app

APP = """
    import datetime, decimal, enum, uuid
    from dataclasses import dataclass
    from typing import Annotated, Literal, TypedDict
    import necro

    app = necro.App()

    class Color(enum.Enum):
        RED = "red"

    @dataclass
    class Zombie:
        name: str
        age: int
        tags: list[str] | None = None

    class Ghost(TypedDict):
        name: str

    @app.get("/")
    async def root():
        return "root"

    @app.get("/plain/{name}")
    async def plain(name):
        return [type(name).__name__, name]

    @app.get("/int/{value}")
    async def an_int(value: int):
        return value

    @app.get("/float/{value}")
    async def a_float(value: float):
        return value

    @app.get("/bool/{value}")
    async def a_bool(value: bool):
        return value

    @app.get("/uuid/{value}")
    async def a_uuid(value: uuid.UUID):
        return [type(value).__name__, value]

    @app.get("/date/{value}")
    async def a_date(value: datetime.date):
        return value.year

    @app.get("/datetime/{value}")
    async def a_datetime(value: datetime.datetime):
        return value.hour

    @app.get("/decimal/{value}")
    async def a_decimal(value: decimal.Decimal):
        return str(value + 1)

    @app.get("/enum/{value}")
    async def an_enum(value: Color):
        return value.name

    @app.get("/literal/here")
    async def literal():
        return "literal"

    @app.get("/literal/{name}")
    async def not_literal(name):
        return "parameter " + name

    @app.get("/two/{a}/{b}")
    async def two(b: int, a):
        return [a, b]

    @app.get("/rest/{rest:path}")
    async def rest(rest):
        return rest

    @app.get("/query")
    async def query(limit: int = 10, name: str | None = None, ids: list[int] = []):
        return [limit, name, ids]

    @app.get("/required")
    async def required(first: int, second: float):
        return [first, second]

    @app.get("/aliased")
    async def aliased(where: str = necro.Query(alias="state")):
        return where

    @app.get("/marked")
    async def marked(
        user_agent: str = necro.Header(), session: str = necro.Cookie(),
        trace: str | None = necro.Header(None, alias="X-Trace"),
    ):
        return [user_agent, session, trace]

    @app.get("/keyword/{a}")
    async def keyword(a, *, b: int = 2):
        return [a, b]

    @app.post("/body")
    async def body(body):
        return {"name": body.name, "second": body.items[1], "has": "name" in body}

    @app.post("/whole")
    async def whole(body: necro.Body):
        return body

    @app.post("/plain-body")
    async def plain_body(body):
        value = necro.to_dict(body)
        return [type(value).__name__, value]

    @app.post("/bytes")
    async def octets(body: bytes):
        return body

    @app.post("/str")
    async def text(body: str):
        return body.upper()

    @app.post("/dict")
    async def a_dict(body: dict[str, int]):
        return sum(body.values())

    @app.post("/list")
    async def a_list(body: list[int]):
        return sum(body)

    @app.post("/dataclass")
    async def a_dataclass(body: Zombie):
        return [type(body).__name__, body.name, body.age, body.tags]

    @app.post("/typed")
    async def a_typed_dict(body: Ghost):
        return body["name"]

    @app.post("/everything/{id}")
    async def everything(id: int, body, request, headers, cookies, query, limit: int = 1):
        return {
            "id": id, "name": body.name, "method": request.method, "path": request.path,
            "header": headers["x-one"], "headers": headers.getall("x-one"),
            "cookie": cookies["a"], "query": query.getall("q"), "limit": limit,
        }

    @app.get("/request/{name}")
    async def the_request(request: necro.Request):
        return {
            "method": request.method, "path": request.path, "raw_path": request.raw_path.decode(),
            "query_string": request.query_string.decode(), "version": request.http_version,
            "client": request.client[0], "name": request.path_params["name"],
            "agent": request.headers.get("USER-AGENT"), "q": request.query.get("q"),
        }

    @app.post("/read")
    async def read(request):
        return {"body": (await request.body()).decode(), "again": (await request.body()).decode()}

    @app.post("/json")
    async def read_json(request):
        return await request.json()

    @app.post("/stream")
    async def stream(request):
        total = 0
        async for chunk in request.stream():
            total += len(chunk)
        return total

    @app.post("/unread")
    async def unread(request):
        return "unread"
"""


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("/", "root"),
        ("/plain/zed", '["str","zed"]'),
        ("/plain/a%20b%2Fc", '["str","a b/c"]'),
        ("/plain/%C3%A9", '["str","é"]'),
        ("/int/42", "42"),
        ("/int/-7", "-7"),
        ("/int/123456789012345678901234567890", "123456789012345678901234567890"),
        ("/float/2.5", "2.5"),
        ("/bool/true", "true"),
        ("/bool/false", "false"),
        (
            "/uuid/00000000-0000-0000-0000-00000000000a",
            '["UUID","00000000-0000-0000-0000-00000000000a"]',
        ),
        ("/date/2026-03-04", "2026"),
        ("/datetime/2026-03-04T05:06:07Z", "5"),
        ("/decimal/1.5", "2.5"),
        ("/enum/red", "RED"),
        ("/literal/here", "literal"),
        ("/literal/there", "parameter there"),
        ("/two/x/3", '["x",3]'),
        ("/rest/a/b/c", "a/b/c"),
        ("/query", "[10,null,[]]"),
        ("/query?limit=3&name=a+b%26&ids=1&ids=2", '[3,"a b&",[1,2]]'),
        ("/required?first=1&second=2", "[1,2.0]"),
        ("/aliased?state=open", "open"),
        ("/keyword/x?b=5", '["x",5]'),
        ("/keyword/x", '["x",2]'),
    ],
)
def test_path_and_query_parameters_are_converted(served: Host, target: str, text: str) -> None:
    reply = served.get(target)
    assert (reply.status, reply.text) == (200, text)


def test_header_and_cookie_parameters(served: Host) -> None:
    reply = served.get("/marked", {"User-Agent": "bat", "Cookie": "session=s1; other=2"})
    assert reply.json == ["bat", "s1", None]
    reply = served.get("/marked", {"user-agent": "bat", "cookie": "session=s1", "x-trace": "t"})
    assert reply.json == ["bat", "s1", "t"]


@pytest.mark.api(
    "Handlers: request has method, path, headers, query, cookies, client and the body stream"
)
@pytest.mark.parametrize(
    ("target", "content", "text"),
    [
        ("/body", '{"name": "Zed", "items": [1, 2]}', '{"name":"Zed","second":2,"has":true}'),
        ("/whole", '{"a": [1, {"b": null}], "c": "\\u00e9"}', '{"a":[1,{"b":null}],"c":"é"}'),
        ("/plain-body", '{"a": [1]}', '["dict",{"a":[1]}]'),
        ("/bytes", "octets", "octets"),
        ("/str", "abc", "ABC"),
        ("/dict", '{"a": 1, "b": 2}', "3"),
        ("/list", "[1, 2, 3]", "6"),
        ("/dataclass", '{"name": "Z", "age": 3}', '["Zombie","Z",3,null]'),
        ("/dataclass", '{"name": "Z", "age": 3, "tags": ["a"]}', '["Zombie","Z",3,["a"]]'),
        ("/typed", '{"name": "Casper"}', "Casper"),
        ("/read", "text", '{"body":"text","again":"text"}'),
        ("/json", '{"a":1}', '{"a":1}'),
        ("/stream", "x" * 5000, "5000"),
    ],
)
def test_bodies_come_as_their_annotation_says(
    served: Host, target: str, content: str, text: str
) -> None:
    reply = served.ask("POST", target, content)
    assert (reply.status, reply.text) == (200, text)


@pytest.mark.api(
    "Handlers: injection goes by name", "Handlers: headers, cookies and query are mappings"
)
def test_all_kinds_of_parameters_together(served: Host) -> None:
    reply = served.ask(
        "POST",
        "/everything/9?q=1&q=2&limit=4",
        '{"name": "Zed"}',
        {"X-One": "1", "Cookie": "a=b"},
    )
    assert reply.json == {
        "id": 9,
        "name": "Zed",
        "method": "POST",
        "path": "/everything/9",
        "header": "1",
        "headers": ["1"],
        "cookie": "b",
        "query": ["1", "2"],
        "limit": 4,
    }


@pytest.mark.api(
    "Handlers: request has method, path, headers, query, cookies, client and the body stream"
)
def test_the_request_shows_what_was_sent(served: Host) -> None:
    reply = served.get("/request/a%20b?q=1&r=%20", {"User-Agent": "bat"})
    assert reply.json == {
        "method": "GET",
        "path": "/request/a b",
        "raw_path": "/request/a%20b",
        "query_string": "q=1&r=%20",
        "version": "1.1",
        "client": "127.0.0.1",
        "name": "a b",
        "agent": "bat",
        "q": "1",
    }


def test_a_large_body_arrives_whole_in_small_pieces(served: Host) -> None:
    content = bytes(range(256)) * 2048
    with served.connect() as wire:
        wire.send(f"POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Length: {len(content)}\r\n\r\n")
        for at in range(0, len(content), 10_007):
            wire.send(content[at : at + 10_007])
        assert wire.reply().content == content


def test_a_body_that_the_handler_does_not_read_is_dropped(served: Host) -> None:
    with served.connect() as wire:
        wire.request("POST", "/unread", b"x" * 100_000)
        assert wire.reply().text == "unread"
        wire.request("GET", "/")
        assert wire.reply().text == "root"


FAULTS = [
    ("GET", "/int/abc", None, [["path", "value"]]),
    ("GET", "/uuid/abc", None, [["path", "value"]]),
    ("GET", "/enum/blue", None, [["path", "value"]]),
    ("GET", "/required", None, [["query", "first"], ["query", "second"]]),
    ("GET", "/required?first=x&second=y", None, [["query", "first"], ["query", "second"]]),
    ("GET", "/query?limit=ten", None, [["query", "limit"]]),
    ("GET", "/marked", None, [["header", "user-agent"], ["cookie", "session"]]),
    ("POST", "/body", "{}", [["body", "name"]]),
    ("POST", "/body", "", [["body"]]),
    ("POST", "/body", '{"name": ', [["body"]]),
    ("POST", "/dict", '{"a": "x"}', [["body", "a"]]),
    ("POST", "/list", '[1, "x", 3, null]', [["body", 1], ["body", 3]]),
    ("POST", "/dataclass", '{"age": "x"}', [["body", "name"], ["body", "age"]]),
    ("POST", "/typed", "[]", [["body"]]),
    ("POST", "/str", b"\xff", [["body"]]),
]


@pytest.mark.api("Results: a wrong request is 422 with every fault and its location")
@pytest.mark.parametrize(("method", "target", "content", "locations"), FAULTS)
def test_every_fault_of_a_request_is_listed_with_its_location(
    served: Host, method: str, target: str, content: str | bytes | None, locations: list[object]
) -> None:
    reply = served.ask(method, target, content)
    assert reply.status == 422
    assert reply.header("content-type") == "application/problem+json"
    found = [error["location"] for error in reply.json["errors"]]
    assert sorted(found, key=str) == sorted(locations, key=str)


def test_malformed_json_is_located(served: Host) -> None:
    reply = served.ask("POST", "/body", '{"a": 1,\n "b" 2}')
    (error,) = reply.json["errors"]
    assert (error["line"], error["column"], error["offset"]) == (2, 6, 14)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("@app.get('/{id}')\nasync def h(id, boddy): ...", ["h", "boddy", "body"]),
        ("@app.get('/{grave}')\nasync def h(grvae): ...", ["h", "grvae", "grave"]),
        ("@app.get('/a')\nasync def h(x: bytearray): ...", ["h", "x"]),
        ("@app.get('/a')\nasync def h(): ...\n@app.get('/a')\nasync def g(): ...", ["g", "h"]),
        ("@app.get('/{a}/{a}')\nasync def h(a): ...", ["h", "a"]),
        ("@app.get('no-slash')\nasync def h(): ...", ["h", "no-slash"]),
        ("@app.get('/')\ndef h(db): ...", ["h", "db"]),
    ],
)
def test_a_handler_that_cannot_be_called_ends_start_up_in_one_line(
    tmp_path: Path, source: str, words: list[str]
) -> None:
    write_app(tmp_path, f"import necro\napp = necro.App()\n{source}\n")
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    for word in words:
        assert word in line
