"""What handlers are given, as users are promised it, on a real host."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosting import Host, run_necro, write_app

APP = """
    from dataclasses import dataclass
    from datetime import date, datetime
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID

    import necro

    app = necro.App()

    class Mood(Enum):
        GRIM = "grim"

    KINDS = dict(int=int, float=float, bool=bool, str=str, uuid=UUID, date=date,
                 datetime=datetime, decimal=Decimal, enum=Mood)

    def declare(name, kind):
        async def path(value: kind):
            return repr(value)

        async def query(value: kind, more: list[kind] = []):
            return [repr(value), repr(more)]

        app.get(f"/kinds/{name}/{{value}}")(path)
        app.get(f"/queries/{name}")(query)

    for name, kind in KINDS.items():
        declare(name, kind)

    @app.get("/plain/{value}")
    async def plain(value):
        return repr(value)

    @app.get("/rest/{rest:path}")
    async def rest(rest):
        return rest

    @app.post("/body")
    async def body(body):
        return [body.items, body["keys"], "items" in body, "get" in body]

    @app.post("/nested")
    async def nested(body):
        return body.grave.names[1]

    @app.post("/index")
    async def index(body):
        return body["grave"]["names"][1]

    @app.post("/echo")
    async def echo(body):
        return body

    @app.post("/to-dict")
    async def to_dict(body):
        value = necro.to_dict(body)
        return [type(value).__name__, type(necro.to_dict(body["a"])).__name__, value]

    @dataclass
    class Minion:
        name: str
        power: int = 1

    @app.post("/minion")
    async def minion(body: Minion):
        return [type(body).__name__, body.name, body.power]

    @app.post("/minions")
    async def minions(body: list[Minion]):
        return [minion.name for minion in body]

    @app.post("/optional-minions")
    async def optional_minions(body: list[Minion] | None):
        return body

    type Tree = list[Branch] | None
    type Branch = Tree | int

    @app.post("/tree")
    async def tree(body: Tree):
        return body

    @dataclass
    class Chain:
        next: "Chain | None" = None

    @app.post("/chain")
    async def chain(body: Chain):
        return 1 + await chain(body.next) if body.next else 1

    @app.post("/counts")
    async def counts(body: dict[str, int]):
        return sum(body.values())

    @app.post("/bytes")
    async def octets(body: bytes):
        return [len(body), body.hex()]

    @app.post("/str")
    async def text(body: str):
        return [len(body), body]

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
"""


KINDS = [
    ("int", "-7", "-7"),
    ("float", "1.5", "1.5"),
    ("bool", "true", "True"),
    ("uuid", "0" * 32, "UUID('00000000-0000-0000-0000-000000000000')"),
    ("date", "2026-11-25", "datetime.date(2026, 11, 25)"),
    ("datetime", "2026-11-25T01:02:03", "datetime.datetime(2026, 11, 25, 1, 2, 3)"),
    ("decimal", "1.50", "Decimal('1.50')"),
    ("enum", "grim", "<Mood.GRIM: 'grim'>"),
]


@pytest.mark.api("Handlers: a path parameter is converted by its annotation")
@pytest.mark.parametrize(("kind", "given", "becomes"), KINDS)
def test_path_parameters(served: Host, kind: str, given: str, becomes: str) -> None:
    assert served.get(f"/kinds/{kind}/{given}").text == becomes
    for wrong in ("nonsense", "%20" + given, given + "%20", given + "%00", "%FF", "9" * 5000):
        if (kind, wrong) == ("decimal", "9" * 5000):
            continue
        reply = served.get(f"/kinds/{kind}/{wrong}")
        assert reply.status == 422, wrong
        assert [fault["location"] for fault in reply.json["errors"]] == [["path", "value"]]


@pytest.mark.api("Handlers: a path parameter without an annotation is a str")
def test_path_parameters_without_annotation(served: Host) -> None:
    for path in ("/plain/a%20b%2F7", "/kinds/str/a%20b%2F7"):
        assert served.get(path).text == "'a b/7'"
    assert served.get("/plain/%FF").status == 422


@pytest.mark.api("Handlers: {rest:path} takes slashes")
def test_rest(served: Host) -> None:
    assert served.get("/rest/a/b/c").text == "a/b/c"
    assert served.get("/rest/a//b/").text == "a//b/"
    assert served.get("/rest/").text == ""


@pytest.mark.api(
    "Handlers: an unannotated body has attributes, indexes and in",
    "Handlers: a body's attributes are the document's keys alone",
)
def test_body(served: Host) -> None:
    document = '{"items": 1, "keys": [2]}'
    assert served.ask("POST", "/body", document).json == [1, [2], True, False]
    document = '{"grave": {"names": ["Ann", "Bo"]}}'
    for path in ("/nested", "/index"):
        assert served.ask("POST", path, document).text == "Bo"


@pytest.mark.api("Handlers: a key that the body lacks is 422 naming it")
@pytest.mark.parametrize(
    ("document", "location"),
    [
        ("{}", ["grave"]),
        ("[]", ["grave"]),
        ("7", ["grave"]),
        ("null", ["grave"]),
        ('{"grave": {}}', ["grave", "names"]),
        ('{"grave": []}', ["grave", "names"]),
        ('{"grave": {"names": ["Ann"]}}', ["grave", "names", 1]),
        ('{"grave": {"names": {"1": "Bo"}}}', ["grave", "names", 1]),
    ],
)
@pytest.mark.parametrize("path", ["/nested", "/index"])
def test_what_a_body_lacks(served: Host, path: str, document: str, location: list[object]) -> None:
    reply = served.ask("POST", path, document)
    assert reply.status == 422
    (fault,) = reply.json["errors"]
    assert (fault["code"], fault["location"]) == ("missing", ["body", *location])


@pytest.mark.api("Handlers: to_dict gives the plain value, and a body may be returned")
def test_the_plain_value_of_a_body(served: Host) -> None:
    document = '{"a":[1,{"b":null}],"keys":"\u2620"}'
    assert served.ask("POST", "/echo", document).content == document.encode()
    kinds = ["dict", "list"]
    assert served.ask("POST", "/to-dict", document).json == [
        *kinds,
        {"a": [1, {"b": None}], "keys": "\u2620"},
    ]


@pytest.mark.api("Handlers: an annotated body is parsed and validated to that")
def test_annotated_bodies(served: Host) -> None:
    assert served.ask("POST", "/minion", '{"name": "Ann"}').json == ["Minion", "Ann", 1]
    assert served.ask("POST", "/minions", '[{"name": "Ann"}, {"name": "Bo"}]').json == ["Ann", "Bo"]
    assert served.ask("POST", "/counts", '{"a": 1, "b": 2}').json == 3
    reply = served.ask("POST", "/minions", '[{"name": 1}, {"power": true}, 7]')
    assert reply.status == 422
    assert [(fault["location"], fault["code"]) for fault in reply.json["errors"]] == [
        (["body", 0, "name"], "type"),
        (["body", 1, "name"], "missing"),
        (["body", 1, "power"], "type"),
        (["body", 2], "type"),
    ]
    assert served.ask("POST", "/counts", '{"a": "1"}').status == 422


@pytest.mark.api("Results: a wrong request is 422 with every fault and its location")
@pytest.mark.parametrize("path", ["/minions", "/optional-minions"])
def test_a_body_with_very_many_faults_costs_no_more_than_a_hundred(served: Host, path: str) -> None:
    reply = served.ask("POST", path, "[" + "1," * 500_000 + "1]")
    assert reply.status == 422
    faults = reply.json["errors"]
    assert [fault["location"] for fault in faults[:100]] == [["body", n] for n in range(100)]
    assert faults[100:] == [
        {"location": ["body"], "code": "more", "detail": "further faults are not listed"}
    ]
    reply = served.get("/queries/int?value=1" + "&more=x" * 1000)
    assert [fault["code"] for fault in reply.json["errors"]] == ["value"] * 100 + ["more"]
    assert reply.json["errors"][-1]["location"] == ["query"]


@pytest.mark.api("Handlers: an annotated body is parsed and validated to that")
def test_annotations_that_lead_back_to_themselves(served: Host) -> None:
    assert served.ask("POST", "/tree", "[1, [2, [3]], []]").json == [1, [2, [3]], []]
    reply = served.ask("POST", "/tree", '[1, [2, "x"]]')
    assert reply.status == 422
    assert served.ask("POST", "/chain", '{"next": {"next": {}}}').json == 3
    reply = served.ask("POST", "/chain", '{"next": {"next": 7}}')
    assert reply.json["errors"][0]["location"] == ["body", "next", "next"]
    # As deep as JSON may be, with two aliases a level: deeper than Python calls functions.
    reply = served.ask("POST", "/tree", "[" * 256 + "]" * 256)
    assert reply.status == 422
    assert reply.json["errors"][0]["detail"] == "expected less nesting"
    assert served.ask("POST", "/tree", "[" * 100 + "]" * 100).status == 200
    assert served.ask("POST", "/chain", '{"next":' * 255 + "{}" + "}" * 255).status == 200


@pytest.mark.api("Handlers: bytes and str take the body as it came")
def test_bodies_as_they_came(served: Host) -> None:
    assert served.ask("POST", "/bytes", b"{\x00\xff").json == [3, "7b00ff"]
    assert served.ask("POST", "/str", "{\u2620").json == [2, "{\u2620"]
    reply = served.ask("POST", "/str", b"a\xff")
    assert (reply.status, reply.json["errors"][0]["code"]) == (422, "encoding")


@pytest.mark.api(
    "Handlers: a query parameter is converted by its annotation",
    "Handlers: a query parameter repeats for list[T]",
)
@pytest.mark.parametrize(("kind", "given", "becomes"), [*KINDS, ("str", "a+b%26", "'a b&'")])
def test_query_parameters(served: Host, kind: str, given: str, becomes: str) -> None:
    target = f"/queries/{kind}?value={given}"
    assert served.get(f"{target}&more={given}&more={given}").json == [
        becomes,
        f"[{becomes}, {becomes}]",
    ]
    assert served.get(target).json == [becomes, "[]"]
    if kind != "str":
        reply = served.get(f"/queries/{kind}?value=nonsense&more={given}&more=x")
        assert reply.status == 422
        assert [fault["location"] for fault in reply.json["errors"]] == [
            ["query", "value"],
            ["query", "more", 1],
        ]


@pytest.mark.api(
    "Handlers: any other name with annotation or default is a query parameter",
    "Handlers: a query parameter is required without a default",
)
def test_required_query_parameters(served: Host) -> None:
    assert served.get("/query?power=3&tag=a&tag=b").json == [3, ["a", "b"], 10]
    assert served.get("/query?power=3&tag=a&limit=7").json == [3, ["a"], 7]
    reply = served.get("/query?limit=x")
    assert reply.status == 422
    assert [(fault["location"], fault["code"]) for fault in reply.json["errors"]] == [
        (["query", "power"], "missing"),
        (["query", "tag"], "missing"),
        (["query", "limit"], "value"),
    ]


@pytest.mark.api("Handlers: Query, Header, Cookie and Path reach names that are taken")
def test_markers(served: Host) -> None:
    headers = {"user-agent": "wisp", "cookie": "session=s"}
    assert served.get("/markers/7?state=open", headers).json == ["open", "wisp", "s", 7]
    reply = served.get("/markers/x")
    assert [fault["location"] for fault in reply.json["errors"]] == [
        ["query", "state"],
        ["header", "user-agent"],
        ["cookie", "session"],
        ["path", "id"],
    ]


@pytest.mark.api("Handlers: injection goes by the public types")
def test_types(served: Host) -> None:
    assert served.ask("POST", "/types", '{"name": "Ann"}').json == ["POST", "Ann", "State"]


@pytest.mark.api("Handlers: any other name is a start-up error with the nearest known one")
@pytest.mark.parametrize(
    ("parameter", "says"),
    [
        ("idd", "did you mean 'id'?"),
        ("boddy", "did you mean 'body'?"),
        ("requst", "did you mean 'request'?"),
        ("header", "did you mean 'headers'?"),
        ("ghst", "did you mean 'ghost'?"),
        ("zzz", "nothing has this name, and it has neither annotation nor default"),
    ],
)
def test_unknown_names(tmp_path: Path, parameter: str, says: str) -> None:
    write_app(
        tmp_path,
        f"""
        import necro
        app = necro.App()

        @app.provide("ghost")
        async def ghost(): ...

        @app.get("/summon/{{id}}")
        async def summon({parameter}): ...
        """,
    )
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"necro: GET /summon/{{id}} (app.summon), parameter '{parameter}': ")
    assert line.endswith(says)


@pytest.mark.api("Handlers: inline=True with a database is a start-up error")
@pytest.mark.parametrize(
    "source",
    [
        "@app.get('/', inline=True)\ndef index(db): ...",
        "@app.get('/', inline=True)\ndef index(other: necro.Database): ...",
        "@app.provide('one', inline=True)\ndef one(db): ...\n@app.get('/')\ndef index(one): ...",
    ],
)
def test_inline_with_a_database(tmp_path: Path, source: str) -> None:
    write_app(tmp_path, f"import necro\napp = necro.App()\n{source}\n")
    environment = {"DATABASE_URL": "postgresql://nobody@127.0.0.1/crypt"}
    done = run_necro("routes", "app", folder=tmp_path, environment=environment)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "(app.index)" in line
    assert line.endswith(
        "inline=True holds up the loop, and a database answers by it: make the function async,"
        " or leave inline out"
    )
