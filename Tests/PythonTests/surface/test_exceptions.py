"""Exception handlers on a real host."""

from __future__ import annotations

import pytest
from hosting import Host

APP = """
    import asyncio
    import necro

    app = necro.App()

    class Cold(Exception):
        pass

    @app.exception(Cold, status=409)
    async def cold(error: Cold, request):
        await asyncio.sleep(0)
        return {"cold": str(error), "path": request.path}

    @app.exception(422)
    def wrong(error):
        return {"faults": [list(fault.location) for fault in error.faults]}

    @app.exception(Exception)
    async def broken():
        return "broken"

    @app.get("/cold/{name}")
    async def get_cold(name):
        raise Cold(name)

    @app.get("/later/{name}")
    async def get_later(name):
        await asyncio.sleep(0.001)
        raise Cold(name)

    @app.get("/thread/{name}")
    def get_thread(name):
        raise Cold(name)

    @app.get("/inline/{name}", inline=True)
    def get_inline(name):
        raise Cold(name)

    @app.post("/body/{number}")
    async def body(number: int, body: list[int], limit: int = 3):
        return body

    @app.post("/lazy")
    async def lazy(body):
        return body.name

    @app.get("/fails")
    async def fails():
        return 1 / 0

    @app.get("/none")
    async def none():
        return None
"""


@pytest.mark.api("Handlers: an exception handler answers for its exceptions")
@pytest.mark.parametrize("way", ["cold", "later", "thread", "inline"])
def test_a_handler_answers_whatever_way_the_exception_came(served: Host, way: str) -> None:
    reply = served.get(f"/{way}/brr")
    assert (reply.status, reply.json) == (409, {"cold": "brr", "path": f"/{way}/brr"})


def test_a_wrong_request_is_answered_by_the_handler_with_every_fault(served: Host) -> None:
    reply = served.ask("POST", "/body/x?limit=y", '["a"]')
    assert reply.status == 422
    assert reply.json == {"faults": [["path", "number"], ["body", 0], ["query", "limit"]]}
    assert served.ask("POST", "/body/1", "[1, 2]").json == [1, 2]
    assert served.ask("POST", "/body/1", "").json == {"faults": [["body"]]}
    assert served.ask("POST", "/lazy", "{}").json == {"faults": [["body", "name"]]}
    assert served.ask("POST", "/lazy", '{"name": "Ann"}').text == "Ann"


def test_what_nobody_expected_is_answered_and_logged(served: Host) -> None:
    reply = served.get("/fails")
    assert (reply.status, reply.text) == (500, "broken")
    served.wait_log(rf"GET /fails .*{reply.header('x-request-id')}")
    served.wait_log("ZeroDivisionError")


def test_the_connection_goes_on(served: Host) -> None:
    with served.connect() as wire:
        for _ in range(3):
            wire.request("GET", "/cold/brr")
            assert wire.reply().status == 409
            wire.request("GET", "/none")
            assert wire.reply().status == 404
