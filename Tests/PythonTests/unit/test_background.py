"""Work after the response: when it begins, how much there may be, and how a worker ends with it."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import asyncio
import threading
from contextvars import ContextVar

import necro
import pytest
from app_clients import client_of
from necro.testing import AsyncTestClient, Response


def answered(app: necro.App, *paths: str) -> list[Response]:
    """The responses to GETs of one client, which then ends."""
    with client_of(app) as client:
        return [client.get(path) for path in paths]


def test_work_begins_after_the_response_and_in_order() -> None:
    app, log = necro.App(), list[str]()

    async def later(name: str, *, mark: str) -> None:
        await asyncio.sleep(0.001)
        log.append(name + mark)

    def plain(name: str) -> None:
        log.append(name + str(threading.current_thread() is threading.main_thread()))

    class Callable:
        async def __call__(self) -> None:
            log.append("callable")

    @app.get("/")
    async def handler(request: necro.Request) -> str:
        request.after(later, "first", mark="!")
        request.after(plain, "second ")
        request.after(Callable())
        await asyncio.sleep(0.005)
        log.append("handler")
        return "done"

    @app.on_shutdown
    def last() -> None:
        log.append("shutdown")

    assert answered(app, "/")[0].content == b"done"
    assert log == ["handler", "first!", "second False", "callable", "shutdown"]


def test_plain_handlers_providers_and_middleware_leave_work_too() -> None:
    app, log = necro.App(), list[str]()

    @app.middleware
    async def middleware(request, call_next):
        request.after(log.append, "middleware")
        return await call_next(request)

    @app.provide("plain")
    def plain(request):
        request.after(log.append, "plain provider")
        yield
        request.after(log.append, "clean-up")

    @app.provide("coroutine")
    async def coroutine(request):
        request.after(log.append, "coroutine provider")

    @app.get("/")
    def handler(request, plain, coroutine):
        request.after(log.append, "handler")

    answered(app, "/")
    assert log == ["middleware", "plain provider", "coroutine provider", "handler", "clean-up"]


def test_a_plain_handler_alone_leaves_work() -> None:
    app, log = necro.App(), list[str]()

    @app.get("/")
    def handler(request):
        request.after(log.append, "after")
        log.append("handler")

    answered(app, "/")
    assert log == ["handler", "after"]


def test_work_is_done_after_a_failure_and_what_it_raises_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, log = necro.App(), list[str]()

    def fails() -> None:
        raise OSError("no registry")

    @app.get("/{name}")
    async def handler(request):
        request.after(fails)
        request.after(log.append, "next")
        raise necro.HTTPError(409)

    assert answered(app, "/a%20b")[0].status_code == 409
    assert log == ["next"]
    assert "fails failed in the background of GET /a%20b (" in caplog.text
    assert "no registry" in caplog.text


def test_work_is_not_done_when_the_request_is_cancelled() -> None:
    app, log = necro.App(), list[str]()
    began = asyncio.Event()

    @app.get("/")
    async def handler(request):
        request.after(log.append, "after")
        began.set()
        await asyncio.sleep(30)

    async def life() -> None:
        client = AsyncTestClient(app)
        task = asyncio.create_task(client.get("/"))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            await client.aclose()

    asyncio.run(life())
    assert log == []


def test_there_is_a_bound() -> None:
    app, log = necro.App(background_max=2), list[str]()

    @app.get("/")
    async def handler(request):
        for name in "abc":
            request.after(log.append, name)

    @app.get("/one")
    async def one(request):
        request.after(log.append, "one")
        return "fine"

    first, _ = answered(app, "/", "/one")
    assert first.status_code == 503
    assert first.headers.get("retry-after") == "1"
    assert log[:2] == ["a", "b"]


def test_work_has_the_context_of_the_request() -> None:
    app, log = necro.App(), list[str]()
    who: ContextVar[str] = ContextVar("who")

    @app.get("/{name}")
    async def handler(request, name):
        who.set(name)
        request.after(lambda: log.append(who.get()))

    answered(app, "/a", "/b")
    assert log == ["a", "b"]


def test_tasks_and_threads_that_the_handler_started_leave_work_too() -> None:
    app, log = necro.App(), list[str]()

    @app.get("/")
    async def handler(request):
        async def child() -> None:
            request.after(log.append, "task")

        await asyncio.to_thread(request.after, log.append, "thread")
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
        log.append("handler")
        return "fine"

    assert answered(app, "/")[0].content == b"fine"
    assert log == ["handler", "thread", "task"]


def test_work_that_is_left_after_the_response_is_done_soon() -> None:
    app, log = necro.App(), list[str]()

    @app.get("/")
    async def handler(request):
        def work() -> None:
            log.append("first")
            request.after(log.append, "second")

        request.after(work)
        return "fine"

    answered(app, "/")
    assert log == ["first", "second"]


def test_impossible_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="background_max is at least 1"):
        necro.App(background_max=0)
