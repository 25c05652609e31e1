"""A first app. `necro host Examples/hello/app.py` serves it on http://127.0.0.1:8000."""

import necro

app = necro.App()


@app.get("/")
async def raise_dead() -> dict[str, str]:
    return {"data": "the dead rise"}


GRAVES = {1: "Mortimer", 2: "Lenore"}


@app.get("/graves/{number}")
async def one_grave(number: int) -> dict[str, object]:
    """A path parameter, converted by its annotation: /graves/x is answered 422."""
    if number not in GRAVES:
        raise necro.HTTPError(404, "no such grave")
    return {"number": number, "name": GRAVES[number]}


@app.get("/graves")
async def graves(limit: int = 10, letter: str | None = None) -> list[str]:
    """Query parameters: /graves?limit=1&letter=L."""
    names = [name for name in GRAVES.values() if letter is None or name.startswith(letter)]
    return names[:limit]


@app.post("/raise", status=201)
async def raise_one(body: necro.Body) -> dict[str, object]:
    """A JSON body with attribute access; one without a name is answered 422."""
    return {"raised": body.name}


@app.post("/echo")
async def echo(body: bytes) -> bytes:
    """The body's octets as they came."""
    return body


@app.get("/crypt/{path:path}")
async def crypt(path: str) -> str:
    """The rest of the path, slashes and all."""
    return f"you stand before {path}"


@app.get("/door")
async def door(headers: necro.Headers) -> necro.Response:
    """Header fields, and a response with a status and headers of its own."""
    if headers.get("x-password") != "mellon":
        return necro.Response("the door stays shut", status=403, headers={"x-hint": "a friend"})
    return necro.Redirect("/crypt/hall")


@app.delete("/graves/{number}")
async def empty_grave(number: int) -> None:
    """No result: 204."""
    GRAVES.pop(number, None)


@app.get("/omen")
def omen() -> str:
    """A plain function, which runs in the thread pool; its exception is answered 500 and logged."""
    raise RuntimeError("a raven spoke")
