"""What users are promised, heading by heading, each shown by a real host.

`HEADINGS` lists the promises; every one is quoted by a test's `@pytest.mark.api`, and no other is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hosting import Host, run_necro, write_app

HEADINGS = (
    "Apps: routes are listed as a table",
    "Handlers: path parameters are converted by their annotation",
    "Handlers: {rest:path} takes slashes",
    "Handlers: body has attribute access, and no key is hidden by a method",
    "Handlers: query parameters are converted, required without a default, repeated for list[T]",
    "Handlers: Query, Header, Cookie and Path reach names that are taken",
    "Handlers: injection goes by the public types too",
    "Handlers: an unknown name is a start-up error with the nearest one",
    "Handlers: HEAD follows GET; OPTIONS and 405 name the methods",
    "Results: each kind of value is its response",
    "Results: errors are problem documents with every fault",
    "JSON: the types that go out",
    "JSON: integers are exact both ways",
    "JSON: NaN and lone surrogates are refused",
    "JSON: the last of duplicate keys wins",
    "JSON: depth is limited, and errors have offset, line and column",
)

APP = """
    from dataclasses import dataclass
    from datetime import date, datetime, time, timedelta, timezone
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID

    import necro

    app = necro.App()

    class Mood(Enum):
        GRIM = "grim"

    KINDS = dict(int=int, float=float, bool=bool, str=str, uuid=UUID, date=date,
                 datetime=datetime, decimal=Decimal, enum=Enum)

    def declare(name, kind):
        async def handler(value: kind):
            return repr(value)
        app.get(f"/kinds/{name}/{{value}}")(handler)

    for name, kind in {**KINDS, "enum": Mood}.items():
        declare(name, kind)

    @app.get("/rest/{rest:path}")
    async def rest(rest):
        return rest

    @app.post("/body")
    async def body(body):
        return [body.items, body["keys"], "get" in body, necro.to_dict(body)]

    @app.post("/echo")
    async def echo(body):
        return body

    @app.get("/query")
    async def query(power: int, tag: list[str], limit=10):
        return [power, tag, limit]

    @app.get("/markers/{id}")
    async def markers(
        other: str = necro.Query(alias="state"),
        user_agent: str = necro.Header(),
        sid: str = necro.Cookie(alias="session"),
        number: int = necro.Path(alias="id"),
    ):
        return [other, user_agent, sid, number]

    @app.post("/types")
    async def types(asked: necro.Request, content: necro.Body, kept: necro.State):
        return [asked.method, content.name, type(kept).__name__]

    @app.get("/result/{kind}")
    async def result(kind):
        return {"dict": {"a": 1}, "list": [1], "tuple": (1, 2), "number": 1.5, "bool": True,
                "str": "text", "bytes": b"octets", "none": None,
                "html": necro.HTML("<p>"), "json": necro.JSON([1]),
                "redirect": necro.Redirect("/")}[kind]

    @app.post("/none")
    async def none():
        return None

    @app.get("/empty")
    async def empty() -> None:
        pass

    @app.get("/error")
    async def error():
        raise necro.HTTPError(404, "no such grave")

    @dataclass
    class Grave:
        dug: date

    @app.get("/json")
    async def json():
        return [datetime(2026, 11, 25, tzinfo=timezone.utc), date(2026, 11, 25), time(1, 2),
                timedelta(hours=1), UUID(int=0), Decimal("1.50"), Mood.GRIM, b"bone", {1},
                Grave(date(1897, 5, 26))]

    @app.get("/nan")
    async def nan():
        return float("nan")
"""


@pytest.mark.api("Apps: routes are listed as a table")
def test_routes(tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    done = run_necro("routes", "app", folder=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split()[:3] == ["METHODS", "PATH", "HANDLER"]
    assert any(re.match(r"POST +/echo +app\.echo", line) for line in lines)


@pytest.mark.api("Handlers: path parameters are converted by their annotation")
@pytest.mark.parametrize(
    ("kind", "given", "becomes"),
    [
        ("int", "-7", "-7"),
        ("float", "1.5", "1.5"),
        ("bool", "true", "True"),
        ("str", "a%20b", "'a b'"),
        ("uuid", "0" * 32, "UUID('00000000-0000-0000-0000-000000000000')"),
        ("date", "2026-11-25", "datetime.date(2026, 11, 25)"),
        ("datetime", "2026-11-25T01:02:03", "datetime.datetime(2026, 11, 25, 1, 2, 3)"),
        ("decimal", "1.50", "Decimal('1.50')"),
        ("enum", "grim", "<Mood.GRIM: 'grim'>"),
    ],
)
def test_path_parameters(served: Host, kind: str, given: str, becomes: str) -> None:
    assert served.get(f"/kinds/{kind}/{given}").text == becomes
    if kind != "str":
        reply = served.get(f"/kinds/{kind}/nonsense")
        assert reply.status == 422
        assert reply.json["errors"][0]["location"] == ["path", "value"]


@pytest.mark.api("Handlers: {rest:path} takes slashes")
def test_rest(served: Host) -> None:
    assert served.get("/rest/a/b/c").text == "a/b/c"


@pytest.mark.api("Handlers: body has attribute access, and no key is hidden by a method")
def test_body(served: Host) -> None:
    document = '{"items": 1, "keys": [2]}'
    assert served.ask("POST", "/body", document).json == [1, [2], False, {"items": 1, "keys": [2]}]
    reply = served.ask("POST", "/body", "{}")
    assert (reply.status, reply.json["errors"][0]["location"]) == (422, ["body", "items"])


@pytest.mark.api(
    "Handlers: query parameters are converted, required without a default, repeated for list[T]"
)
def test_query(served: Host) -> None:
    assert served.get("/query?power=3&tag=a&tag=b").json == [3, ["a", "b"], 10]
    reply = served.get("/query?tag=a&limit=x")
    assert reply.status == 422
    locations = [fault["location"] for fault in reply.json["errors"]]
    assert locations == [["query", "power"], ["query", "limit"]]


@pytest.mark.api("Handlers: Query, Header, Cookie and Path reach names that are taken")
def test_markers(served: Host) -> None:
    headers = {"user-agent": "wisp", "cookie": "session=s"}
    assert served.get("/markers/7?state=open", headers).json == ["open", "wisp", "s", 7]


@pytest.mark.api("Handlers: injection goes by the public types too")
def test_types(served: Host) -> None:
    assert served.ask("POST", "/types", '{"name": "Ann"}').json == ["POST", "Ann", "State"]


@pytest.mark.api("Handlers: an unknown name is a start-up error with the nearest one")
def test_unknown_name(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
        import necro
        app = necro.App()

        @app.get("/summon/{id}")
        async def summon(idd): ...
        """,
    )
    done = run_necro("host", "app", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "(app.summon), parameter 'idd': nothing has this name; did you mean 'id'?"
    )


@pytest.mark.api("Handlers: HEAD follows GET; OPTIONS and 405 name the methods")
def test_methods(served: Host) -> None:
    assert served.ask("HEAD", "/json").status == 200
    assert served.ask("OPTIONS", "/json").header("allow") == "GET, HEAD, OPTIONS"
    reply = served.ask("DELETE", "/json")
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.api("Results: each kind of value is its response")
@pytest.mark.parametrize(
    ("kind", "content_type", "content"),
    [
        ("dict", "application/json", b'{"a":1}'),
        ("list", "application/json", b"[1]"),
        ("tuple", "application/json", b"[1,2]"),
        ("number", "application/json", b"1.5"),
        ("bool", "application/json", b"true"),
        ("str", "text/plain; charset=utf-8", b"text"),
        ("bytes", "application/octet-stream", b"octets"),
        ("html", "text/html; charset=utf-8", b"<p>"),
        ("json", "application/json", b"[1]"),
    ],
)
def test_results(served: Host, kind: str, content_type: str, content: bytes) -> None:
    reply = served.get(f"/result/{kind}")
    assert (reply.status, reply.header("content-type"), reply.content) == (
        200,
        content_type,
        content,
    )


@pytest.mark.api("Results: each kind of value is its response")
def test_none_and_redirects(served: Host) -> None:
    assert served.get("/result/none").status == 404
    assert served.ask("POST", "/none").status == 204
    assert served.get("/empty").status == 204
    assert served.get("/result/redirect").header("location") == "/"


@pytest.mark.api("Results: errors are problem documents with every fault")
def test_errors(served: Host) -> None:
    reply = served.get("/error")
    assert reply.header("content-type") == "application/problem+json"
    assert reply.json == {"title": "Not Found", "status": 404, "detail": "no such grave"}


@pytest.mark.api("JSON: the types that go out")
def test_json_types(served: Host) -> None:
    assert served.get("/json").json == [
        "2026-11-25T00:00:00+00:00",
        "2026-11-25",
        "01:02:00",
        "PT1H",
        "00000000-0000-0000-0000-000000000000",
        "1.50",
        "grim",
        "Ym9uZQ==",
        [1],
        {"dug": "1897-05-26"},
    ]


@pytest.mark.api("JSON: integers are exact both ways")
def test_integers(served: Host) -> None:
    for digits in ("9" * 19, "-" + "9" * 40, "1" * 4000):
        assert served.ask("POST", "/echo", f"[{digits}]").content == f"[{digits}]".encode()


@pytest.mark.api("JSON: NaN and lone surrogates are refused")
def test_refused(served: Host) -> None:
    assert served.get("/nan").status == 500
    served.wait_log("NaN|not finite|infinit")
    assert served.ask("POST", "/echo", "[NaN]").status == 422
    assert served.ask("POST", "/echo", r'["\ud800"]').status == 422


@pytest.mark.api("JSON: the last of duplicate keys wins")
def test_duplicates(served: Host) -> None:
    assert served.ask("POST", "/echo", '{"a": 1, "a": 2}').json == {"a": 2}


@pytest.mark.api("JSON: depth is limited, and errors have offset, line and column")
def test_depth_and_place(served: Host) -> None:
    assert served.ask("POST", "/echo", "[" * 100_000).status == 422
    fault = served.ask("POST", "/echo", '{"a":\n x}').json["errors"][0]
    assert (fault["offset"], fault["line"], fault["column"]) == (7, 2, 2)


def test_every_heading_is_quoted_and_no_other() -> None:
    text = Path(__file__).read_text()
    quoted = set(re.findall(r'^@pytest\.mark\.api\(\s*"([^"]+)"', text, re.MULTILINE))
    assert quoted == set(HEADINGS)
