"""What users get wrong, and both checkers have to report: each line marked so, and no other.

It is never run, and left out when the checkers read the whole project.
"""

# Expressions without an effect are among them.
# ruff: noqa: B018

import necro
from necro.testing import AsyncTestClient, TestClient

app = necro.App()
router = necro.Router()

necro.Ap()  # mistake: no such name
necro.App(threads="4")  # mistake
app.include("router")  # mistake: a name in place of a router
app.include(router, "/v1")  # mistake: the prefix goes by name
app.middleware(5)  # mistake: no function and no filter
app.on_startup("open")  # mistake
app.exception("GraveRobbed")  # mistake: a name in place of a class
app.override("user")  # mistake: overridden by nothing
app.override("user", "Ann")  # mistake: a value in place of a function
app.websocket("/")  # mistake: no such decorator


@app.get("/", status="201")  # mistake: a status is a number
async def with_status() -> None: ...


@app.get("/", sumary="Looks.")  # mistake: misspelt
async def with_summary() -> None: ...


@app.get("/", on_disconnect="stop")  # mistake: cancel or finish
async def with_disconnect() -> None: ...


@app.get("/", tags=5)  # mistake
async def with_tags() -> None: ...


@app.get(5)  # mistake: a path is text
async def with_number() -> None: ...


@app.route("/", methods=[5])  # mistake
async def with_methods() -> None: ...


@app.provide(5)  # mistake: neither a name nor a class
async def provided() -> None: ...


async def handle(request: necro.Request, headers: necro.Headers) -> necro.Response:
    """What is there in a handler."""
    print(request.pth)  # mistake
    print(request.method.value)  # mistake: a method is text
    request.method = "GET"  # mistake: it is what was sent
    headers["x-a"] = "b"  # mistake: they are the client's
    print(request.client[0])  # mistake: it may be None
    number: int = headers["content-length"]  # mistake: a field is text
    request.body() + b""  # mistake: await is missing
    request.after(print(number))  # mistake: the call in place of the function
    request.after(len, number)  # mistake: what the function does not take
    necro.to_dict()  # mistake
    raise necro.HTTPError("404")  # mistake: a status is a number


async def around(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
    """What is there in middleware."""
    await call_next()  # mistake: the request is missing
    call_next(request).status  # mistake: await is missing
    response = await call_next(request)
    response.set_header("x-size", 5)  # mistake: a field is text
    response.set_cookie("a", "b", samesite="loose")  # mistake
    response.set_cookie("a", "b", 60)  # mistake: what max_age is for
    print(response.status_code)  # mistake: it is `status`
    return response.content  # mistake: no response


class Gate(necro.Filter):
    """A filter with the wrong results."""

    def before(self, request: necro.Request) -> str:  # mistake: no response
        return "shut"


necro.Response(5)  # mistake: neither text nor octets
necro.Response("x", 404)  # mistake: the status goes by name
necro.HTML(b"<h1>")  # mistake: HTML is text
necro.Redirect()  # mistake: where to?
necro.JSON({}, headers=5)  # mistake
necro.CORS(5)  # mistake
necro.RateLimit("100", 60)  # mistake
necro.RateLimit(100)  # mistake: in what time?
necro.Sessions(5)  # mistake
necro.Sessions("a secret of many octets", samesite="loose")  # mistake
necro.Signer("a secret of many octets").sign(5)  # mistake
necro.json.loads(5)  # mistake: no text
necro.json.dumps({}, colour=2)  # mistake: no such option

client = TestClient(app, follow=True)  # mistake: it is `follow_redirects`
TestClient("app")  # mistake: a name in place of the app
client = TestClient(app)
client.get("/", jsn={})  # mistake
client.get("/", params=5)  # mistake
client.get("/", cookies="a=b")  # mistake: a mapping
client.post("/", content=5)  # mistake
client.get(5)  # mistake
client.get("/").status  # mistake: it is `status_code`
client.get("/").json["a"]  # mistake: the call is missing
client.raw("GET / HTTP/1.1")  # mistake: octets
client.cookies["a"] = 5  # mistake


async def query(db: necro.Database, plain: necro.postgres.BlockingDatabase) -> None:
    """What is there in a database."""
    db.fetch_one("SELECT 1").name  # mistake: await is missing
    (await db.fetch_one("SELECT 1")).name  # mistake: there may be no row
    await db.fetch_one(5)  # mistake: a statement is text
    await db.fetch_one("SELECT 1", timeout="1")  # mistake
    await db.fetch("SELECT 1")  # mistake: no such method
    await plain.execute("SELECT 1")  # mistake: it waits itself
    async with db.transaction(isolation="best"):  # mistake
        pass
    with db.transaction():  # mistake: `async` is missing
        pass
    for _ in db.stream("SELECT 1"):  # mistake: `async` is missing
        pass
    necro.postgres.connect(5)  # mistake: a connection string


async def ask() -> None:
    """What is different with coroutines."""
    async with TestClient(app):  # mistake: it is no async client
        pass
    with AsyncTestClient(app):  # mistake: `async` is missing
        pass
    async with AsyncTestClient(app) as other:
        other.get("/").status_code  # mistake: await is missing
        await other.get("/", jsn={})  # mistake


async def forgotten(redis: necro.Redict) -> None:
    """What comes of a command is not its reply, and a reply is not any."""
    print((redis.get("k")).upper())  # mistake
    print((await redis.get("k")).upper())  # mistake
    await redis.zrange("z", 0, -1, withscore=True)  # mistake
    await redis.expire("k", "soon")  # mistake
