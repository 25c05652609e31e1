"""Providers: what they give, when they end, and what is refused."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Generator
from contextvars import ContextVar
from functools import partial
from typing import Any

import necro
import pytest
from app_clients import client_of
from necro.testing import AsyncTestClient


class User:
    """What an app provides by its class."""

    def __init__(self, name: str) -> None:
        self.name = name


@pytest.mark.api("Handlers: a provider gives by its name, and takes parameters itself")
def test_a_provider_gives_by_name_and_by_class_under_any_name() -> None:
    app = necro.App()

    @app.provide("token")
    async def get_token(headers):
        return headers.get("token", "none")

    @app.provide(User)
    async def get_user(token):
        return User(token.upper())

    @app.get("/{id}")
    async def handler(id: int, token, someone: User, limit: int = 1):
        return [id, token, someone.name, limit]

    response = client_of(app).get("/7?limit=2", headers=[("token", "abc")])
    assert json.loads(response.content) == [7, "abc", "ABC", 2]


def test_every_kind_of_function_provides() -> None:
    app, threads = necro.App(), list[bool]()

    def note() -> None:
        threads.append(threading.current_thread() is threading.main_thread())

    @app.provide("plain")
    def plain():
        note()
        return 1

    @app.provide("inline", inline=True)
    def inline():
        note()
        return 2

    @app.provide("coroutine")
    async def coroutine():
        note()
        return 3

    @app.provide("generator")
    def generator() -> Generator[int]:
        note()
        yield 4
        note()

    @app.provide("inline_generator", inline=True)
    def inline_generator() -> Generator[int]:
        note()
        yield 5
        note()

    @app.provide("async_generator")
    async def async_generator() -> AsyncGenerator[int]:
        note()
        yield 6
        note()

    class Callable:
        async def __call__(self, plain):
            return plain + 6

    app.provide("callable")(Callable())
    app.provide("bound")(partial(Callable().__call__, plain=2))

    @app.get("/")
    def handler(
        plain,
        inline,
        coroutine,
        generator,
        inline_generator,
        async_generator,
        callable,  # noqa: A002
        *,
        bound,
    ):
        return [
            plain,
            inline,
            coroutine,
            generator,
            inline_generator,
            async_generator,
            callable,
            bound,
        ]

    assert json.loads(client_of(app).get("/").content) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert threads == [False, True, True, False, True, True, True, True, False]


@pytest.mark.api("Handlers: a provider runs once per request")
def test_a_provider_runs_once_per_request() -> None:
    app, count = necro.App(), 0

    @app.provide("base", inline=True)
    def base():
        nonlocal count
        count += 1
        return count

    app.provide("left")(lambda base: base)
    app.provide("right")(lambda base: base)

    @app.get("/")
    async def handler(left, base, right):
        return [left, base, right]

    client = client_of(app)
    assert client.get("/").content == b"[1,1,1]"
    assert client.get("/").content == b"[2,2,2]"


def test_only_what_a_route_needs_runs_and_in_the_order_it_is_needed() -> None:
    app, log = necro.App(), list[str]()

    def provider(name: str, *needs: str) -> None:
        space: dict[str, Any] = {"log": log}
        exec(f"def {name}({', '.join(needs)}): log.append('{name}')", space)
        app.provide(name, inline=True)(space[name])

    provider("d")
    provider("a")
    provider("b", "a")
    provider("c", "b", "a")

    @app.get("/")
    async def handler(c, a) -> None: ...

    client_of(app).get("/")
    assert log == ["a", "b", "c"]


def test_clean_up_runs_in_reverse_after_the_handler() -> None:
    app, log = necro.App(), list[str]()

    @app.provide("outer")
    async def outer():
        log.append("outer")
        yield
        log.append("outer ends")

    @app.provide("inner")
    def inner(outer):
        log.append("inner")
        yield
        log.append("inner ends")

    @app.get("/")
    async def handler(inner):
        log.append("handler")

    client_of(app).get("/")
    assert log == ["outer", "inner", "handler", "inner ends", "outer ends"]


@pytest.mark.parametrize("kind", ["async", "pooled", "inline"])
def test_an_exception_is_raised_at_the_yield_and_goes_on(kind: str) -> None:
    app, seen = necro.App(), list[object]()

    if kind == "async":

        @app.provide("guard")
        async def guard():
            try:
                yield
            except LookupError as error:
                seen.append(error)
    else:

        @app.provide("guard", inline=kind == "inline")
        def plain_guard():
            try:
                yield
            except LookupError as error:
                seen.append(error)

    @app.get("/")
    async def handler(guard):
        raise necro.HTTPError(409) from KeyError("grave")

    @app.get("/lookup")
    async def lookup(guard):
        raise LookupError("grave")

    client = client_of(app)
    assert client.get("/").status_code == 409
    assert seen == []
    assert client.get("/lookup").status_code == 500
    assert [str(error) for error in seen] == ["grave"]


@pytest.mark.parametrize("kind", ["async", "pooled", "inline"])
def test_what_clean_up_raises_is_answered_and_the_others_still_end(kind: str) -> None:
    app, log = necro.App(), list[str]()

    @app.provide("first")
    async def first():
        try:
            yield
        except RuntimeError as error:
            log.append(f"{error} after {type(error.__context__).__name__}")

    if kind == "async":

        @app.provide("second")
        async def second(first):
            try:
                yield
            finally:
                raise RuntimeError("no commit")
    else:

        @app.provide("second", inline=kind == "inline")
        def plain_second(first):
            try:
                yield
            finally:
                raise RuntimeError("no commit")

    app.exception(RuntimeError)(lambda error: str(error))

    @app.get("/")
    async def handler(second):
        return "fine"

    @app.get("/fails")
    async def fails(second):
        raise KeyError("grave")

    client = client_of(app)
    assert client.get("/").content == b"no commit"
    assert client.get("/fails").content == b"no commit"
    assert log == ["no commit after NoneType", "no commit after KeyError"]


@pytest.mark.parametrize("kind", ["async", "pooled", "inline"])
def test_clean_up_runs_when_the_request_is_cancelled(kind: str) -> None:
    app, log = necro.App(), list[str]()

    has_ended = threading.Event()

    async def ends_later():
        try:
            yield
        finally:
            await asyncio.sleep(0)
            log.append("ended")
            has_ended.set()

    def ends():
        try:
            yield
        finally:
            log.append("ended")
            has_ended.set()

    provider = ends_later if kind == "async" else ends
    app.provide("guard", inline=kind == "inline")(provider)

    began = asyncio.Event()

    @app.get("/")
    async def handler(guard):
        log.append("began")
        began.set()
        await asyncio.sleep(30)

    async def run() -> None:
        client = AsyncTestClient(app)
        task = asyncio.create_task(client.get("/"))
        async with asyncio.timeout(5):
            await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(has_ended.wait, 5)
        await client.aclose()

    asyncio.run(run())
    assert log == ["began", "ended"]


def test_a_pooled_generator_that_nobody_waits_for_is_ended() -> None:
    app, log = necro.App(), list[str]()
    began, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    @app.provide("slow")
    def slow():
        began.set()
        goes_on.wait(5)
        try:
            yield
        finally:
            log.append("ended")
            ended.set()

    @app.get("/")
    async def handler(slow) -> None:
        log.append("handler")

    async def run() -> None:
        client = AsyncTestClient(app)
        task = asyncio.create_task(client.get("/"))
        assert await asyncio.to_thread(began.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        goes_on.set()
        assert await asyncio.to_thread(ended.wait, 5)
        await client.aclose()

    asyncio.run(run())
    assert log == ["ended"]


def test_clean_up_runs_also_when_the_pool_takes_no_further_handler() -> None:
    app, log = necro.App(threads_max=1, queue_max=0), list[str]()
    begun, may_end = asyncio.Event(), asyncio.Event()
    is_blocked, may_go_on = threading.Event(), threading.Event()

    @app.provide("guard")
    def guard():
        yield
        log.append("ended")

    @app.get("/guarded")
    async def guarded(guard) -> None:
        begun.set()
        await may_end.wait()

    @app.get("/blocks")
    def blocks() -> None:
        is_blocked.set()
        may_go_on.wait(10)

    async def run() -> list[int]:
        client = AsyncTestClient(app)
        first = asyncio.create_task(client.get("/guarded"))
        await begun.wait()
        second = asyncio.create_task(client.get("/blocks"))
        assert await asyncio.to_thread(is_blocked.wait, 10)
        may_end.set()
        refused = await client.get("/blocks")
        may_go_on.set()
        answered = [await first, await second]
        await client.aclose()
        return [refused.status_code, *(one.status_code for one in answered)]

    assert asyncio.run(run()) == [503, 204, 204]
    assert log == ["ended"]


def test_plain_generators_end_when_the_coroutine_is_closed() -> None:
    app, log = necro.App(), list[str]()

    @app.provide("guard", inline=True)
    def guard():
        try:
            yield
        finally:
            log.append("ended")

    @app.provide("other")
    async def other():
        yield

    @app.get("/")
    async def handler(other, guard):
        await asyncio.sleep(30)

    async def run() -> None:
        (route,) = app.compile(necro.State())
        coroutine = route.call(necro.Request())
        coroutine.send(None)
        coroutine.close()

    asyncio.run(run())
    assert log == ["ended"]


@pytest.mark.parametrize("kind", ["async", "pooled", "inline"])
def test_a_generator_yields_once(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    app, log = necro.App(), list[str]()

    async def twice():
        yield 1
        try:
            yield 2
        finally:
            log.append("closed")

    def plain_twice():
        yield 1
        try:
            yield 2
        finally:
            log.append("closed")

    async def never():
        for item in list[int]():
            yield item

    def plain_never():
        yield from ()

    is_async, inline = kind == "async", kind == "inline"
    app.provide("twice", inline=inline)(twice if is_async else plain_twice)
    app.provide("never", inline=inline)(never if is_async else plain_never)

    @app.get("/twice")
    async def get_twice(twice): ...

    @app.get("/never")
    async def get_never(never): ...

    client = client_of(app)
    assert client.get("/twice").status_code == 500
    assert log == ["closed"]
    assert "provider 'twice' (" in caplog.text
    assert "yields twice" in caplog.text
    assert client.get("/never").status_code == 500
    assert "ended without a yield" in caplog.text


def test_context_variables_of_a_provider_hold_for_the_handler() -> None:
    app = necro.App()
    name: ContextVar[str] = ContextVar("name", default="none")

    @app.provide("named")
    async def named():
        token = name.set("named")
        yield
        name.reset(token)

    @app.provide("pooled")
    def pooled():
        token = name.set("pooled")
        yield
        name.reset(token)

    @app.get("/")
    async def handler(named, pooled):
        return name.get()

    assert client_of(app).get("/").content == b"named"
