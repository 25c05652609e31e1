"""What a handler returns becomes the response that the results table promises."""

from __future__ import annotations

import email.utils
import http.client
import time

import pytest
from hosting import Host

APP = """
    import datetime, decimal, enum, uuid
    from dataclasses import dataclass
    import necro

    app = necro.App()

    class Rank(enum.Enum):
        GHOUL = "ghoul"

    @dataclass
    class Zombie:
        name: str
        age: int

    RESULTS = {
        "dict": {"data": "the dead rise"},
        "nested": {"a": [1, -2.5, True, False, None, "x"], "b": {"c": []}},
        "empty-dict": {}, "list": [1, 2, 3], "tuple": (1, "b"),
        "int": 7, "big": 2 ** 200, "float": 0.1, "true": True, "false": False,
        "escapes": {'quote"': "\\\\ \\n \\t \\x00 \\u2028 \\U0001F9DF"},
        "str": "zombies \\u00e9", "empty-str": "", "bytes": b"\\x00\\xff", "empty-bytes": b"",
        "datetime": datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        "date": {"d": datetime.date(2026, 1, 2)}, "uuid": [uuid.UUID(int=1)],
        "decimal": {"d": decimal.Decimal("1.10")}, "enum": {"rank": Rank.GHOUL},
        "bytes-inside": {"b": b"abc"}, "set": {"s": {1}},
        "dataclass": Zombie("Mortimer", 3), "dataclasses": [Zombie("Lenore", 4)],
    }

    @app.get("/result/{name}")
    async def result(name):
        return RESULTS[name]

    @app.get("/none")
    async def none():
        return None

    @app.get("/none-annotated")
    async def none_annotated() -> None:
        return None

    @app.post("/none")
    async def none_post():
        pass

    @app.post("/created", status=201)
    async def created():
        return {"id": 1}

    @app.get("/response")
    async def response():
        return necro.Response(b"x", status=418, headers={"X-Tea": "pot"}, content_type="a/b")

    @app.get("/json")
    async def json():
        return necro.JSON({"a": 1}, status=202, headers={"x-a": "1"})

    @app.get("/html")
    async def html():
        return necro.HTML("<p>\\u00e9</p>")

    @app.get("/redirect")
    async def redirect():
        return necro.Redirect("/html")

    @app.get("/no-content")
    async def no_content():
        return necro.Response(status=204)

    @app.get("/repeated")
    async def repeated():
        return necro.Response("x", headers=[("set-cookie", "a=1"), ("set-cookie", "b=2")])

    @app.get("/large")
    async def large():
        return b"0123456789abcdef" * 262144

    @app.get("/unserializable/{what}")
    async def unserializable(what):
        return {"object": object(), "nan": float("nan"), "key": {1: 2},
                "surrogate": {"a": "\\ud800"}}[what]

    @app.get("/inside")
    async def inside():
        return {"a": [object()]}

    @app.get("/deep")
    async def deep():
        value = []
        for _ in range(100_000):
            value = [value]
        return value

    @app.get("/cycle")
    async def cycle():
        value = []
        value.append(value)
        return value
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dict", '{"data":"the dead rise"}'),
        ("nested", '{"a":[1,-2.5,true,false,null,"x"],"b":{"c":[]}}'),
        ("empty-dict", "{}"),
        ("list", "[1,2,3]"),
        ("tuple", '[1,"b"]'),
        ("int", "7"),
        ("big", str(2**200)),
        ("float", "0.1"),
        ("true", "true"),
        ("false", "false"),
        ("datetime", '"2026-01-02T03:04:05+00:00"'),
        ("date", '{"d":"2026-01-02"}'),
        ("uuid", '["00000000-0000-0000-0000-000000000001"]'),
        ("decimal", '{"d":"1.10"}'),
        ("enum", '{"rank":"ghoul"}'),
        ("bytes-inside", '{"b":"YWJj"}'),
        ("set", '{"s":[1]}'),
        ("dataclass", '{"name":"Mortimer","age":3}'),
        ("dataclasses", '[{"name":"Lenore","age":4}]'),
    ],
)
def test_values_go_out_as_json(served: Host, name: str, content: str) -> None:
    reply = served.get(f"/result/{name}")
    assert (reply.status, reply.text) == (200, content)
    assert reply.header("content-type") == "application/json"
    assert reply.header("content-length") == str(len(content))


def test_strings_in_json_are_escaped(served: Host) -> None:
    reply = served.get("/result/escapes")
    assert reply.json == {'quote"': "\\ \n \t \x00 \u2028 \U0001f9df"}


@pytest.mark.clause("RFC9110-8.3-2")
@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("str", "text/plain; charset=utf-8", "zombies é".encode()),
        ("empty-str", "text/plain; charset=utf-8", b""),
        ("bytes", "application/octet-stream", b"\x00\xff"),
        ("empty-bytes", "application/octet-stream", b""),
    ],
)
def test_text_and_octets_go_out_as_they_are(
    served: Host, name: str, kind: str, content: bytes
) -> None:
    reply = served.get(f"/result/{name}")
    assert (reply.status, reply.content) == (200, content)
    assert reply.header("content-type") == kind
    assert reply.header("content-length") == str(len(content))


@pytest.mark.clause("RFC9110-8.6-6")
def test_none_is_404_for_get_and_204_for_post(served: Host) -> None:
    absent = served.get("/none")
    assert absent.status == 404
    assert absent.header("content-type") == "application/problem+json"
    assert absent.json["status"] == 404
    empty = served.ask("POST", "/none", b"")
    assert (empty.status, empty.content) == (204, b"")
    assert empty.header("content-length") is None


def test_none_is_204_where_it_is_annotated(served: Host) -> None:
    assert served.get("/none-annotated").status == 204


@pytest.mark.api("Handlers: a route has status, name, tags and summary")
def test_a_status_of_the_route_is_used(served: Host) -> None:
    reply = served.ask("POST", "/created", b"")
    assert (reply.status, reply.reason, reply.json) == (201, "Created", {"id": 1})


@pytest.mark.api("Results: Response, JSON, HTML and Redirect are themselves")
def test_responses_go_out_as_they_were_made(served: Host) -> None:
    reply = served.get("/response")
    assert (reply.status, reply.content) == (418, b"x")
    assert reply.header("x-tea") == "pot"
    assert reply.header("content-type") == "a/b"
    reply = served.get("/json")
    assert (reply.status, reply.json, reply.header("x-a")) == (202, {"a": 1}, "1")
    reply = served.get("/html")
    assert reply.header("content-type") == "text/html; charset=utf-8"
    assert reply.text == "<p>é</p>"
    reply = served.get("/redirect")
    assert (reply.status, reply.header("location")) == (307, "/html")
    reply = served.get("/no-content")
    assert (reply.status, reply.content, reply.header("content-length")) == (204, b"", None)
    cookies = [value for name, value in served.get("/repeated").fields if name == "set-cookie"]
    assert cookies == ["a=1", "b=2"]


def test_a_large_response_arrives_whole_at_a_slow_reader(served: Host) -> None:
    with served.connect() as wire:
        wire.request("GET", "/large")
        time.sleep(0.3)
        reply = wire.reply()
        assert reply.content == b"0123456789abcdef" * 262144
        wire.request("GET", "/result/int")
        assert wire.reply().text == "7"


@pytest.mark.parametrize(
    ("target", "type_name"),
    [
        ("/unserializable/object", "object"),
        ("/inside", "object"),
        ("/unserializable/nan", ""),
        ("/unserializable/key", ""),
        ("/unserializable/surrogate", ""),
        ("/deep", ""),
        ("/cycle", ""),
    ],
)
def test_what_json_cannot_hold_is_500_and_the_worker_goes_on(
    served: Host, target: str, type_name: str
) -> None:
    reply = served.get(target)
    assert reply.status == 500
    assert reply.header("content-type") == "application/problem+json"
    assert "detail" not in reply.json
    request_id = reply.header("x-request-id")
    assert request_id
    # The log names the route and the type.
    served.wait_log(rf"{request_id}(.|\n)*{type_name}")
    served.wait_log(rf"GET {target.rpartition('/')[0] or target}")
    assert served.get("/result/int").text == "7"


@pytest.mark.clause("RFC9110-6.6.1-2")
def test_the_date_is_the_present(served: Host) -> None:
    date = served.get("/result/int").header("date")
    assert date is not None
    assert date.endswith(" GMT")
    then = email.utils.parsedate_to_datetime(date).timestamp()
    assert abs(then - time.time()) < 3


def test_the_standard_library_client_is_served(served: Host) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/result/dict")
        response = connection.getresponse()
        assert response.read() == b'{"data":"the dead rise"}'
        assert not response.will_close
    connection.close()
