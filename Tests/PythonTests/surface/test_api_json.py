"""JSON in and out of handlers, and by `necro.json`, as users are promised it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import necro
import pytest
from fixtures import StartHost
from hosting import Host

APP = """
    from collections import OrderedDict, deque
    from dataclasses import dataclass, field
    from datetime import date, datetime, time, timedelta, timezone
    from decimal import Decimal
    from enum import Enum, IntEnum
    from uuid import UUID

    import necro

    app = necro.App()

    class Mood(Enum):
        GRIM = "grim"

    class Rank(IntEnum):
        GHOUL = 3

    @dataclass
    class Grave:
        dug: date
        names: list[str] = field(default_factory=list)

    VALUES = {
        "datetime": datetime(2026, 11, 25, 1, 2, 3, 40, tzinfo=timezone.utc),
        "naive": datetime(2026, 11, 25), "date": date(2026, 11, 25), "time": time(1, 2),
        "timedelta": timedelta(days=1, hours=2, milliseconds=500), "negative": -timedelta(hours=1),
        "uuid": UUID(int=10), "decimal": Decimal("1.50"), "enum": Mood.GRIM, "int-enum": Rank.GHOUL,
        "bytes": b"bone", "set": {7}, "frozenset": frozenset({7}), "deque": deque([1, 2]),
        "ordered": OrderedDict(b=1, a=2), "dataclass": Grave(date(1897, 5, 26), ["Ann"]),
    }

    @app.get("/value/{name}")
    async def value(name):
        return {"it": VALUES[name]}

    @app.post("/echo")
    async def echo(body):
        return body

    @app.post("/dict")
    async def a_dict(body: dict):
        return body

    @app.post("/read")
    async def read(request):
        return await request.json()

    WRONG = {
        "nan": float("nan"), "infinity": float("inf"), "minus": -float("inf"),
        "decimal": Decimal("NaN"), "surrogate": "a\\ud800", "digits": 10 ** 5000,
        "object": object(), "key": {1: 2},
    }

    @app.get("/wrong/{name}")
    async def wrong(name):
        return {"a": [1, {"b/c": WRONG[name]}]}

    @app.get("/surrogate-key")
    async def surrogate_key():
        return {"\\ud800": 1}

    @app.get("/surrogate-text")
    async def surrogate_text():
        return "\\ud800"

    @app.get("/deep/{depth}")
    async def deep(depth: int):
        found = []
        for _ in range(depth - 1):
            found = [found]
        return found

    @app.get("/cycle")
    async def cycle():
        found = {}
        found["again"] = [found]
        return found
"""


@pytest.mark.api("JSON: datetime, date, time and timedelta go out")
@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("datetime", "2026-11-25T01:02:03.000040+00:00"),
        ("naive", "2026-11-25T00:00:00"),
        ("date", "2026-11-25"),
        ("time", "01:02:00"),
        ("timedelta", "P1DT2H0.5S"),
        ("negative", "-PT1H"),
    ],
)
def test_dates_and_times(served: Host, name: str, becomes: str) -> None:
    assert served.get(f"/value/{name}").json == {"it": becomes}


@pytest.mark.api("JSON: UUID, Decimal, Enum, bytes, set and dataclasses go out")
@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("uuid", "00000000-0000-0000-0000-00000000000a"),
        ("decimal", "1.50"),
        ("enum", "grim"),
        ("int-enum", 3),
        ("bytes", "Ym9uZQ=="),
        ("set", [7]),
        ("frozenset", [7]),
        ("deque", [1, 2]),
        ("ordered", {"b": 1, "a": 2}),
        ("dataclass", {"dug": "1897-05-26", "names": ["Ann"]}),
    ],
)
def test_other_types(served: Host, name: str, becomes: object) -> None:
    assert served.get(f"/value/{name}").json == {"it": becomes}


@pytest.mark.api("JSON: integers of any size are exact both ways")
@pytest.mark.parametrize(
    "digits",
    [
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "-" + "9" * 40,
        "1" * 4300,
    ],
)
@pytest.mark.parametrize("path", ["/echo", "/read"])
def test_integers(served: Host, path: str, digits: str) -> None:
    assert served.ask("POST", path, f"[{digits}]").content == f"[{digits}]".encode()


@pytest.mark.api("JSON: integers of any size are exact both ways")
def test_an_integer_beyond_pythons_limit_is_a_fault_of_the_request(served: Host) -> None:
    for path in ("/echo", "/dict", "/read"):
        reply = served.ask("POST", path, '{"a": [1,\n -' + "9" * 4301 + "]}")
        assert reply.status == 422
        (fault,) = reply.json["errors"]
        assert fault == {
            "location": ["body"],
            "code": "json",
            "detail": "unreadable JSON: "
            "an integer has too many digits at line 2, column 2, in /a/1",
            "offset": 11,
            "line": 2,
            "column": 2,
            "path": "/a/1",
        }
    assert served.get("/wrong/digits").status == 500
    served.wait_log(
        r"ValueError: Exceeds the limit \(4300 digits\) .*\nin the JSON value at /a/1/b~1c$"
    )


@pytest.mark.api("JSON: integers of any size are exact both ways")
def test_an_app_may_lift_the_limit_of_its_workers(host: StartHost) -> None:
    running = host("""
        import sys
        import necro

        sys.set_int_max_str_digits(0)
        app = necro.App()

        @app.post("/")
        async def echo(body):
            return [body[0], body[0] % 1000]
    """)
    digits = "7" * 20_000
    assert running.ask("POST", "/", f"[{digits}]").content == f"[{digits},777]".encode()


@pytest.mark.api("JSON: NaN and the infinities are an error")
def test_what_is_no_number(served: Host) -> None:
    for name in ("nan", "infinity", "minus", "decimal"):
        assert served.get(f"/wrong/{name}").status == 500
        served.wait_log(rf"GET /wrong/{name} \(app\.wrong\) failed")
    served.wait_log(
        r"ValueError: NaN and infinities have no JSON form\nin the JSON value at /a/1/b~1c$"
    )
    for text in ("[NaN]", "[Infinity]", "[-Infinity]", "[1e999]"):
        assert served.ask("POST", "/echo", text).status == 422


@pytest.mark.api("JSON: lone surrogates are refused")
def test_lone_surrogates(served: Host) -> None:
    for path in ("/wrong/surrogate", "/surrogate-key", "/surrogate-text"):
        assert served.get(path).status == 500
    served.wait_log(r"surrogates not allowed\nin the JSON value at /a/1/b~1c$")
    for text in (r'["\ud800"]', r'["\udc00"]', r'["\ud800\ud800"]', r'{"\udfff": 1}'):
        reply = served.ask("POST", "/echo", text)
        assert reply.status == 422
        assert "surrogate" in reply.json["errors"][0]["detail"]
    assert served.ask("POST", "/echo", r'["\ud83d\udc80"]').json == ["\U0001f480"]


@pytest.mark.api("JSON: the last of duplicate keys wins")
def test_duplicates(served: Host) -> None:
    for path in ("/echo", "/dict", "/read"):
        reply = served.ask("POST", path, r'{"a": 1, "b": 0, "a": 2, "\u0061": 3}')
        assert reply.content == b'{"a":3,"b":0}'


@pytest.mark.api("JSON: depth is limited")
def test_depth(served: Host) -> None:
    assert served.ask("POST", "/echo", "[" * 256 + "]" * 256).status == 200
    for text in ("[" * 257 + "]" * 257, "[" * 100_000, '{"a":' * 100_000):
        reply = served.ask("POST", "/echo", text)
        assert reply.status == 422
        assert "nested too deeply" in reply.json["errors"][0]["detail"]
    assert served.get("/deep/1000").text == "[" * 1000 + "]" * 1000
    for path in ("/deep/1001", "/deep/100000", "/cycle"):
        assert served.get(path).status == 500
    served.wait_log(
        r"ValueError: the value is nested more than 1000 deep, or contains itself.*"
        r"\nin the JSON value at (/again/0){8}/\.\.\.$"
    )


@pytest.mark.api("JSON: errors carry offset, line, column and path")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", None),
        ("x", (0, 1, 1, "")),
        ('{"a":\n x}', (7, 2, 2, "/a")),
        ('{"a": 1,\n "b" 2}', (14, 2, 6, "/b")),
        ('{"a/b": {"c~d": [0, 1, nul]}}', (26, 1, 27, "/a~1b/c~0d/2")),
        ('["\u2620", "\x01"]', (9, 1, 10, "/1")),
        ("[1, 2] 3", (7, 1, 8, "")),
        ('{"a": [1', (8, 1, 9, "/a/1")),
    ],
)
def test_places(served: Host, text: str, place: tuple[int, int, int, str] | None) -> None:
    for path in ("/echo", "/dict"):
        (fault,) = served.ask("POST", path, text).json["errors"]
        found = tuple(fault.get(name) for name in ("offset", "line", "column", "path"))
        assert found == (place or (None, None, None, None))
        assert fault["location"] == ["body"]
    if place is not None:
        with pytest.raises(necro.json.JSONDecodeError) as caught:
            necro.json.loads(text)
        error = caught.value
        assert (error.offset, error.line, error.column, error.path) == place
        assert str(error).startswith(f"{error.msg} at line {place[1]}, column {place[2]}")


@pytest.mark.api("JSON: errors carry offset, line, column and path")
@pytest.mark.parametrize(
    ("value", "error", "notes"),
    [
        ({"a": [1, {"b": float("nan")}]}, ValueError, ["in the JSON value at /a/1/b"]),
        ([[object()]], TypeError, ["in the JSON value at /0/0"]),
        ({"a~/": {"b": {1: 2}}}, TypeError, ["in the JSON value at /a~0~1/b"]),
        (["\ud800"], UnicodeEncodeError, ["in the JSON value at /0"]),
        (float("inf"), ValueError, None),
    ],
)
def test_what_cannot_be_written_says_where(
    value: object, error: type[Exception], notes: list[str] | None
) -> None:
    for _ in range(2):
        with pytest.raises(error) as caught:
            necro.json.dumps(value)
        assert getattr(caught.value, "__notes__", None) == notes


@pytest.mark.api("JSON: dumps and loads are public")
@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, -2.5, True, False, None, '\u2620\n"\\'], "b": {"c": {}}},
        [],
        "text",
        10**30,
        1e300,
        -0.0,
    ],
)
def test_dumps_and_loads(value: Any) -> None:
    text = necro.json.dumps(value)
    assert isinstance(text, bytes)
    assert json.loads(text) == value
    for form in (text, bytearray(text), memoryview(text), text.decode()):
        assert necro.json.loads(form) == value
    assert necro.json.dumps({"a": Decimal("1.5")}, default=lambda value: 1.5) == b'{"a":1.5}'
    with pytest.raises(TypeError):
        necro.json.loads(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
