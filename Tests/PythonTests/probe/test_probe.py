"""A hostile probe of a host, black box: each situation of the tables on a connection of its own."""

from __future__ import annotations

import re

import connections
import framing
import grammar
import pytest
import semantics
from hosting import Host
from situation import Situation
from wire import Reply, Wire

APP = """
    import necro

    app = necro.App()

    @app.get("/")
    async def root():
        return "alive"

    @app.post("/")
    async def echo(body: bytes):
        return body

    @app.post("/json")
    async def take(body: dict):
        return body

    @app.delete("/item")
    async def delete() -> None:
        return None

    @app.get("/name/{name}")
    async def name(name: str):
        return name

    @app.get("/smuggled")
    async def smuggled():
        return "smuggled"

    @app.get("/fails")
    async def fails():
        raise RuntimeError
"""

TABLES = (framing.TABLE, connections.TABLE, grammar.TABLE, semantics.TABLE)
SITUATIONS = [
    pytest.param(situation, id=f"{topic}: {situation.name}")
    for table in TABLES
    for topic, situations in table.items()
    for situation in situations
]
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


def _final(wire: Wire, method: str) -> Reply:
    """The next response that is not an interim one."""
    while (reply := wire.reply(method)).status == 100:
        assert reply.fields == ()
    return reply


def _check(reply: Reply) -> None:
    """What holds for every response."""
    assert reply.version == "HTTP/1.1"
    assert DATE.fullmatch(reply.header("date") or "")
    length = reply.header("content-length")
    assert (length is None) == (reply.status in (204, 304))
    assert reply.header("transfer-encoding") is None
    if length not in (None, "0"):
        assert reply.header("content-type") is not None
    if reply.status == 405:
        assert reply.header("allow")


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_situation_ends_well(served: Host, situation: Situation) -> None:
    method = situation.octets.lstrip("\r\n").partition(" ")[0]
    with served.connect() as wire:
        wire.send(situation.octets)
        reply = _final(wire, method)
        _check(reply)
        for _ in range(situation.replies - 1):
            assert 200 <= reply.status < 300
            reply = _final(wire, "GET")
            _check(reply)
        assert reply.status in situation.statuses
        if situation.content is not None and reply.status == 200:
            assert reply.text == situation.content
        closes = reply.header("connection") == "close"
        if situation.closes is not None:
            assert closes == situation.closes
        if closes:
            assert wire.is_closed()
        elif situation.closes is False:
            wire.send("GET / HTTP/1.1\r\nHost: necro.test\r\n\r\n")
            assert wire.reply().text == "alive"


def test_the_host_has_come_through_it(served: Host) -> None:
    assert served.get("/").text == "alive"
