"""What users write, fully annotated: mypy and pyright in strict mode have nothing to say to it.

`test_checkers.py` has both read it, and runs its tests too.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal, TypedDict
from uuid import UUID

import necro
import pytest
from necro.testing import AsyncTestClient, HTTPStatusError, Response, TestClient

app = necro.App(threads_max=4, queue_max=16)
graves = necro.Router()


class Mood(Enum):
    """How a minion is."""

    GRIM = "grim"
    MERRY = "merry"


@dataclass
class Grave:
    """Where one rests."""

    number: int
    depth: Decimal
    dug: date | None = None


class Burial(TypedDict):
    """What a visitor reports."""

    name: str
    grave: int


class Robbed(Exception):
    """Somebody was here before."""


class User:
    """Who asks."""

    def __init__(self, name: str) -> None:
        self.name = name


class Ledger:
    """What was entered."""

    def __init__(self) -> None:
        self.lines: list[str] = []


# Hooks and providers.


@app.on_startup
async def open_ledger(state: necro.State) -> None:
    """Hooks store what they like."""
    state.ledger = Ledger()


@app.on_shutdown
def close_ledger(state: necro.State) -> None:
    """Hooks may be plain functions."""
    state.ledger.lines.clear()


@app.provide("token", inline=True)
def get_token(authorization: str = necro.Header("")) -> str:
    """Providers read the request as handlers do."""
    return authorization.removeprefix("Bearer ")


@app.provide(User)
async def get_user(token: str) -> User:
    """Providers take what others provide."""
    if not token:
        raise necro.HTTPError(401, "who is it?", headers={"www-authenticate": "Bearer"})
    return User(token)


@app.provide(Ledger)
async def get_ledger(state: necro.State) -> AsyncIterator[Ledger]:
    """What follows the yield is clean-up."""
    ledger: Ledger = state.ledger
    yield ledger
    ledger.lines.append("end")


@graves.provide("realm")
def get_realm() -> Iterator[str]:
    """A plain generator provides too."""
    yield "north"


# Middleware and filters.


class Gate(necro.Filter):
    """A filter of an app's own."""

    def before(self, request: necro.Request) -> necro.Response | None:
        """Answers in the handler's place, or lets pass."""
        return necro.Response("shut", status=403) if "shut" in request.query else None

    def after(self, request: necro.Request, response: necro.Response) -> None:
        """Changes the response."""
        response.set_header("x-gate", request.method)


app.middleware(Gate())
app.middleware(necro.RequestIDs())
app.middleware(necro.SecurityHeaders())
app.middleware(necro.CORS(["https://crypt.example"], credentials=True))
app.middleware(necro.RateLimit(1000, 60.0))
app.middleware(necro.Sessions("a secret of many octets", secure=False))


@app.middleware
async def label(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
    """Middleware gets a Response from `call_next` and returns one."""
    response = await call_next(request)
    if request.route is not None:
        response.set_header("x-route", request.route.template)
    size: int = len(response.content)
    response.set_header("x-size", str(size))
    return response


# Exception handlers.


@app.exception(Robbed, status=409)
async def robbed(error: Robbed, request: necro.Request) -> dict[str, str]:
    """The answer to an exception."""
    return {"robbed": str(error), "path": request.path}


@app.exception(necro.InvalidRequest)
async def invalid(error: necro.InvalidRequest) -> necro.JSON:
    """The faults of a request have types too."""
    return necro.JSON([fault.detail for fault in error.faults], status=422)


# Handlers.


@app.get("/")
async def raise_dead() -> dict[str, str]:
    """A handler is still a function of its own type."""
    return {"data": "the dead rise"}


@app.get("/minions/{id}", name="minions", tags=["minions"], summary="Finds minions.")
async def minions(
    id: UUID,
    mood: Mood = Mood.GRIM,
    order: Literal["name", "power"] = "name",
    tag: Annotated[list[str] | None, necro.Query(alias="tags")] = None,
    sid: str | None = necro.Cookie(None),
) -> dict[str, object]:
    """Parameters are converted by their annotations."""
    return {"id": id, "mood": mood, "order": order, "tags": tag, "sid": sid}


@graves.get("/graves/{number}")
async def one_grave(
    realm: str, where: Annotated[int, necro.Path(alias="number")], user: User
) -> dict[str, object]:
    """Reads the path, and takes what is provided."""
    if where == 13:
        raise Robbed("the left one")
    return {"realm": realm, "grave": Grave(where, Decimal("1.8")), "user": user.name}


@graves.post("/graves", status=201)
async def dig(body: Grave, request: necro.Request) -> Grave:
    """Reads the body as a dataclass."""
    request.session["last"] = body.number
    request.after(print, body.number, sep=" ")
    return body


@graves.put("/graves/{number}", on_disconnect="finish")
def bury(number: int, body: list[Burial], ledger: Ledger) -> list[str]:
    """Reads the body as typed dicts, in a thread."""
    ledger.lines += [burial["name"] for burial in body if burial["grave"] == number]
    return list(ledger.lines)


@graves.delete("/graves/{number}", inline=True)
def empty(number: int) -> None:
    """Answers 204."""


@app.post("/raise")
async def raise_one(body: necro.Body) -> object:
    """Reads the body as it comes."""
    name: str = body.name
    if "soul" not in body:
        return necro.Response(status=204)
    return {"name": name, "soul": necro.to_dict(body["soul"])}


@app.route("/echo", methods=["POST", "PUT"])
async def echo(
    request: necro.Request,
    headers: necro.Headers,
    cookies: necro.Cookies,
    query: necro.QueryParameters,
) -> necro.Response:
    """Reads the content in pieces, and the mappings."""
    content = b""
    async for piece in request.stream():
        content += piece
    media_type: str = headers.get("content-type", "application/octet-stream")
    response = necro.Response(content, content_type=media_type, etag=necro.etag(content))
    response.set_cookie("seen", cookies.get("seen", "first"), max_age=60, samesite="strict")
    response.add_header("x-tags", ", ".join(query.getall("tag")))
    return response


@app.get("/door")
async def door(bearer: necro.Bearer, password: str = "") -> necro.Response:
    """Returns responses of every kind."""
    if bearer.matches("bone"):
        return necro.HTML("<h1>The hall</h1>")
    if password == "mellon":
        return necro.Redirect("/hall", status=303)
    raise necro.HTTPError(403, "the door stays shut")


@app.get("/hall")
async def hall(
    credentials: necro.Basic | necro.Bearer, guest: necro.Bearer | None, rest: str = necro.Query("")
) -> str:
    """Takes credentials of either kind, and such that may be missing."""
    if isinstance(credentials, necro.Basic) and credentials.matches("ann", "mellon"):
        return f"hail {credentials.user}{rest}"
    return "a guest" if guest is not None else "nobody"


app.include(graves, prefix="/v1", tags=["graves"])


# Postgres, which the tests below do without.

registry = necro.App()


@registry.get("/minions/{id}")
async def one_minion(db: necro.Database, id: int) -> necro.postgres.Row | None:
    """A row is a result."""
    return await db.fetch_one("SELECT id, name, power FROM minions WHERE id = $1", id)


@registry.get("/minions")
def all_minions(db: necro.BlockingDatabase) -> list[str]:
    """A plain function waits for what it asks."""
    rows: list[necro.postgres.Row] = db.fetch_all("SELECT name FROM minions")
    return [row.name for row in rows]


@registry.post("/feed/{id}")
async def feed(db: necro.Database, id: int, power: int) -> dict[str, int]:
    """Changes something in a transaction."""
    async with db.transaction(isolation="serializable") as transaction:
        before: int = await transaction.fetch_value("SELECT power FROM minions WHERE id = $1", id)
        count = await transaction.execute("UPDATE minions SET power = $1", before + power)
    return {"changed": count, "power": before + power}


async def program(url: str) -> None:
    """A program of its own."""
    async with necro.postgres.connect(url, pool_max=4) as db:
        row = await db.fetch_one("SELECT 1 AS number, 'Ann' AS name", timeout=1.0)
        assert row is not None
        number, name = row
        named: dict[str, object] = necro.to_dict(row)
        assert (row.number, row["name"], row[0], *row[1:]) == (number, name, 1, "Ann")
        assert list(named) == list(row.keys())
        async for each in db.stream("SELECT generate_series(1, 3) AS number", rows=2):
            assert each.number > 0
        async with db.batch() as batch:
            batch.execute("SELECT $1::int", 1)
        try:
            await db.execute("INSERT INTO minions (id) VALUES ($1)", 1)
        except necro.postgres.UniqueViolation as error:
            constraint: str | None = error.constraint
            print(constraint)


# What decorators return is the function.
RESULT_TYPE: type[Grave] = dig.__annotations__["return"]


# Tests.


def test_typical_requests() -> None:
    """The client that waits."""
    with TestClient(app, headers={"authorization": "Bearer Ann"}) as client:
        response: Response = client.get("/v1/graves/7", params={"a": 1, "b": ["x", "y"]})
        assert response.raise_for_status().json()["user"] == "Ann"
        assert response.headers["x-route"] == "/v1/graves/{number}"
        assert client.get("/v1/graves/13").status_code == 409
        assert client.get("/v1/graves/x").json() == ["expected an integer"]
        assert client.post("/v1/graves", json={"number": 1, "depth": "2.0"}).status_code == 201
        burials: list[Burial] = [{"name": "Bo", "grave": 1}]
        assert client.put("/v1/graves/1", json=burials).json() == ["Bo"]
        assert client.delete("/v1/graves/1").status_code == 204
        assert client.post("/raise", json={"name": "Bo", "soul": [1]}).json()["soul"] == [1]
        echoed = client.post("/echo", content=[b"a", b"b"], params=[("tag", "x"), ("tag", "y")])
        assert (echoed.content, echoed.headers["x-tags"]) == (b"ab", "x, y")
        seen: str = client.cookies["seen"]
        assert seen == "first"
        door = client.get("/door?password=mellon", follow_redirects=False)
        assert door.headers["location"] == "/hall"
        assert client.raw(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        ledger: Ledger = client.state.ledger
        assert ledger.lines == ["Bo", "end"]


async def test_typical_requests_of_coroutines() -> None:
    """The client for coroutines, with a provider overridden."""
    with app.override(User, lambda: User("Cy")):
        async with AsyncTestClient(app, raise_server_exceptions=False) as client:
            response = await client.request("GET", "/v1/graves/7")
            assert response.json()["user"] == "Cy"
            identifier = UUID(int=7)
            found = await client.get(f"/minions/{identifier}", params={"tags": ["a"]})
            assert found.json()["tags"] == ["a"]
            missing = await client.get("/nowhere")
            with pytest.raises(HTTPStatusError) as caught:
                missing.raise_for_status()
            assert caught.value.response.status_code == 404


def test_typical_functions() -> None:
    """What is used outside of handlers."""
    signer = necro.Signer("a secret of many octets", purpose="doors")
    assert signer.unsign(signer.sign("door"), max_age=60) == "door"
    text: bytes = necro.json.dumps({"a": Decimal("1.5")}, default=str)
    assert necro.json.loads(text) == {"a": "1.5"}
    with pytest.raises(necro.json.JSONDecodeError) as caught:
        necro.json.loads("[")
    assert (caught.value.line, caught.value.column) == (1, caught.value.offset + 1)


crypt = necro.App()


@crypt.post("/bind")
async def bind(redis: necro.Redict, name: str) -> list[str]:
    """Commands, whose replies have exact types."""
    kept: bool | None = await redis.set(name, "soul", ex=3600, nx=True)
    before: str | None = await redis.set(name, "other", get=True)
    many: list[str | None] = await redis.mget("a", "b")
    fields: dict[str, str] = await redis.hgetall("h")
    members: set[str] = await redis.smembers("s")
    names: list[str] = await redis.zrange("z", 0, -1)
    scores: list[tuple[str, float]] = await redis.zrange("z", 0, -1, withscores=True)
    entries: dict[str, list[tuple[str, dict[str, str]]]] = await redis.xread({"x": "0"})
    octets: bytes | None = await redis.raw.get(name)
    async with redis.pipeline() as pipe:
        total = pipe.incr("n")
        pipe.zrange("z", 0, -1, withscores=True)
    number: int = total.result
    async with redis.transaction(name) as tx:
        if await tx.now.get(name):
            tx.delete(name)
    async for message in redis.subscribe("news"):
        print(message.channel, message.data.upper())
    async for key in redis.scan_iter("k*"):
        print(key.upper())
    print(kept, before, many, fields, members, scores, entries, octets, number)
    return names


@crypt.get("/bound")
def bound(redis: necro.BlockingRedict) -> dict[str, str]:
    """The same where it waits."""
    with redis.pipeline() as pipe:
        queued = pipe.hgetall("h")
    one: str | None = redis.lpop("l")
    several: list[str] | None = redis.lpop("l", 2)
    print(one, several, redis.zrange("z", 0, -1, withscores=True)[0][1] + 1.5)
    return queued.result
