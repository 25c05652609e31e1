"""Plain `def` handlers run in a bounded pool of threads and never hold up the loop."""

from __future__ import annotations

import time

import pytest
from hosting import Host

APP = """
    import contextvars, threading, time
    import necro

    app = necro.App(threads_max=2, queue_max=2)
    variable = contextvars.ContextVar("variable", default="unset")

    @app.get("/")
    async def root():
        return threading.get_native_id()

    @app.get("/thread")
    def thread():
        return threading.get_native_id()

    @app.get("/inline", inline=True)
    def inline():
        return threading.get_native_id()

    @app.get("/block/{seconds}")
    def block(seconds: float):
        time.sleep(seconds)
        return "blocked"

    @app.get("/context/{value}")
    def context(value):
        before = variable.get()
        variable.set(value)
        return [before, variable.get()]

    @app.get("/raises")
    def raises():
        raise RuntimeError("from a thread")

    @app.get("/http-error")
    def http_error():
        raise necro.HTTPError(409, "from a thread")

    @app.get("/stop")
    def stop():
        raise StopIteration("x")

    @app.post("/body/{id}")
    def body(id: int, body, headers):
        return [id, body.name, headers["host"]]
"""


@pytest.mark.api(
    "Handlers: a plain handler runs in a pool and never holds up the loop",
    "Handlers: inline=True runs a plain handler in place",
)
def test_a_plain_handler_runs_in_a_thread_and_an_inline_one_on_the_loop(served: Host) -> None:
    loop = served.get("/").json
    assert served.get("/thread").json != loop
    assert served.get("/inline").json == loop


@pytest.mark.api("Handlers: a plain handler runs in a pool and never holds up the loop")
def test_a_blocking_handler_does_not_hold_up_the_loop(served: Host) -> None:
    with served.connect() as wire:
        wire.request("GET", "/block/0.5")
        start = time.monotonic()
        for _ in range(20):
            assert served.get("/").status == 200
        assert time.monotonic() - start < 0.4
        assert wire.reply().text == "blocked"


@pytest.mark.api("Handlers: a full pool and queue are 503")
def test_a_full_pool_and_queue_answer_503_at_once(served: Host) -> None:
    wires = [served.connect() for _ in range(6)]
    for wire in wires:
        wire.request("GET", "/block/0.5")
    replies = [wire.reply() for wire in wires]
    assert sorted(reply.status for reply in replies) == [200, 200, 200, 200, 503, 503]
    refused = next(reply for reply in replies if reply.status == 503)
    assert refused.header("retry-after")
    for wire in wires:
        wire.close()
    assert served.get("/block/0").text == "blocked"


def test_a_thread_has_the_context_of_its_request(served: Host) -> None:
    for value in ("a", "b"):
        assert served.get(f"/context/{value}").json == ["unset", value]


def test_what_a_thread_raises_is_answered_as_elsewhere(served: Host) -> None:
    assert served.get("/raises").status == 500
    served.wait_log("RuntimeError: from a thread")
    assert served.get("/http-error").json["detail"] == "from a thread"
    assert served.get("/stop").status == 500


def test_a_plain_handler_gets_all_its_parameters(served: Host) -> None:
    reply = served.ask("POST", "/body/3", '{"name": "Zed"}')
    assert reply.json == [3, "Zed", "necro.test"]


def test_many_calls_leave_no_memory_behind(served: Host) -> None:
    def many(count: int) -> None:
        with served.connect() as wire:
            for _ in range(count):
                wire.request("GET", "/thread")
                assert wire.reply().status == 200

    many(500)
    before = served.rss_octets
    many(3000)
    assert served.rss_octets - before < 1_500_000
