"""The thread pool of plain handlers."""

import asyncio
from contextvars import ContextVar
from threading import Event

import necro
import pytest
from app_clients import client_of
from necro._pool import HandlerPool

WORD: ContextVar[str] = ContextVar("WORD")


def test_a_handler_runs_in_the_context_of_its_request() -> None:
    pool = HandlerPool(1, 0)

    def handler() -> str:
        word = WORD.get()
        WORD.set("another")
        return word

    async def main() -> list[str]:
        WORD.set("mellon")
        return [await pool.wrap(handler)(), WORD.get()]

    assert asyncio.run(main()) == ["mellon", "mellon"]
    pool.shutdown()


def test_a_call_beyond_threads_and_queue_is_refused_at_once() -> None:
    pool, gate = HandlerPool(1, 1), Event()
    call = pool.wrap(gate.wait)

    async def main() -> None:
        first = asyncio.ensure_future(call())
        second = asyncio.ensure_future(call())
        await asyncio.sleep(0)
        with pytest.raises(necro.HTTPError) as caught:
            await call()
        assert caught.value.status == 503
        gate.set()
        await asyncio.gather(first, second)
        # Its place is free again.
        await call()

    asyncio.run(main())
    pool.shutdown()


def test_a_place_is_taken_until_the_call_ends_and_not_until_its_awaiter_goes() -> None:
    pool, gate = HandlerPool(1, 0), Event()
    begun = asyncio.Event()

    def handler(loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(begun.set)
        gate.wait()

    call = pool.wrap(handler)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(call(loop))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(necro.HTTPError):
            await call(loop)
        gate.set()

    asyncio.run(main())
    pool.shutdown()


def test_an_exception_reaches_the_request() -> None:
    app = necro.App()

    @app.get("/")
    def handler() -> None:
        raise necro.HTTPError(418)

    assert client_of(app).get("/").status_code == 418


def test_stop_iteration_does_not_hang_the_request() -> None:
    app = necro.App()

    @app.get("/")
    def handler() -> None:
        raise StopIteration

    assert client_of(app).get("/").status_code == 500
