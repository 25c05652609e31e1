"""`necro.testing.AsyncTestClient`: on the loop of the test, under anyio's pytest plugin."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import ContextVar

import anyio
import necro
import pytest
from necro.testing import AsyncTestClient, TestClient

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def make_app() -> necro.App:
    app = necro.App()
    events: list[str] = []

    @app.on_startup
    async def begin(state: necro.State) -> None:
        state.loop = asyncio.get_running_loop()
        state.events = events
        state.changed = asyncio.Event()

    @app.on_shutdown
    async def end(state: necro.State) -> None:
        events.append("end")

    @app.get("/loop")
    async def same_loop(state: necro.State) -> bool:
        return state.loop is asyncio.get_running_loop()

    @app.get("/sleep/{number}")
    async def sleep(number: int) -> int:
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            task = group.create_task(asyncio.sleep(0.001, number))
        return task.result()

    @app.get("/pooled")
    def pooled() -> str:
        return "from a thread"

    @app.get("/forever")
    async def forever(state: necro.State) -> None:
        state.events.append("waiting")
        state.changed.set()
        try:
            await asyncio.sleep(3600)
        finally:
            state.events.append("cancelled")
            state.changed.set()

    @app.post("/stream")
    async def stream(request: necro.Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    return app


@pytest.fixture
async def client(anyio_backend: str) -> AsyncIterator[AsyncTestClient]:
    async with AsyncTestClient(make_app()) as client:
        yield client


async def test_handlers_run_on_the_loop_of_the_test(client: AsyncTestClient) -> None:
    assert (await client.get("/loop")).json() is True
    assert client.state.loop is asyncio.get_running_loop()
    assert (await client.get("/pooled")).text == "from a thread"


async def test_every_method_has_a_call() -> None:
    app = necro.App()

    @app.route("/", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    async def method(request: necro.Request) -> str:
        return request.method

    client = AsyncTestClient(app)
    assert (await client.get("/")).text == "GET"
    assert (await client.post("/")).text == "POST"
    assert (await client.put("/")).text == "PUT"
    assert (await client.patch("/")).text == "PATCH"
    assert (await client.delete("/")).text == "DELETE"
    assert (await client.options("/")).text == "OPTIONS"
    assert (await client.head("/")).content == b""
    assert (await client.request("get", "/")).text == "GET"
    assert (await client.raw(b"x")).startswith(b"HTTP/1.1 400 ")
    await client.aclose()


async def test_requests_at_once_are_answered_each(client: AsyncTestClient) -> None:
    responses = await asyncio.gather(*(client.get(f"/sleep/{number}") for number in range(50)))
    assert [response.json() for response in responses] == list(range(50))


async def test_what_a_fixture_has_made_on_the_loop_is_usable_in_handlers() -> None:
    app = necro.App()
    queue: asyncio.Queue[str] = asyncio.Queue()
    send, receive = anyio.create_memory_object_stream[str](1)

    @app.get("/")
    async def take() -> object:
        with anyio.fail_after(30):
            return [await queue.get(), await receive.receive()]

    async with AsyncTestClient(app) as client, anyio.create_task_group() as group:

        async def give() -> None:
            await anyio.sleep(0.01)
            await queue.put("soul")
            await send.send("body")

        group.start_soon(give)
        assert (await client.get("/")).json() == ["soul", "body"]
    send.close()
    receive.close()


async def test_a_request_that_is_given_up_cancels_its_handler(client: AsyncTestClient) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.get("/forever")
    client.state.changed.clear()
    if client.state.events != ["waiting", "cancelled"]:
        await asyncio.wait_for(client.state.changed.wait(), 30)
    assert client.state.events == ["waiting", "cancelled"]
    assert (await client.get("/loop")).json() is True


async def test_the_end_of_the_client_cancels_what_is_under_way() -> None:
    app = make_app()
    async with AsyncTestClient(app) as client:
        state = client.state
        task = asyncio.create_task(client.get("/forever"))
        await asyncio.wait_for(state.changed.wait(), 30)
        task.cancel()
    assert state.events == ["waiting", "cancelled", "end"]
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_content_is_streamed_from_an_async_generator(client: AsyncTestClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            await asyncio.sleep(0)
            yield b"x" * 70_000

    assert (await client.post("/stream", content=pieces())).json() == 700_000


async def test_requests_see_nothing_of_the_tests_context() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    app = necro.App()

    @app.get("/")
    async def index() -> str:
        found = variable.get()
        variable.set("set by a request")
        await asyncio.sleep(0)
        return found

    variable.set("set by the test")
    client = AsyncTestClient(app)
    assert [(await client.get("/")).text for _ in range(2)] == ["unset", "unset"]
    assert variable.get() == "set by the test"


async def test_what_a_handler_raises_is_raised_to_its_own_caller() -> None:
    app = necro.App()

    @app.get("/{number}")
    async def fail(number: int) -> int:
        await asyncio.sleep(0.001)
        if number % 2:
            raise LookupError(number)
        return number

    client = AsyncTestClient(app)
    results = await asyncio.gather(
        *(client.get(f"/{number}") for number in range(6)), return_exceptions=True
    )
    assert [str(one) for one in results if isinstance(one, LookupError)] == ["1", "3", "5"]
    assert [one.json() for one in results if not isinstance(one, BaseException)] == [0, 2, 4]


async def test_work_in_the_background_is_done_when_the_response_is_there() -> None:
    app = necro.App()
    done: list[str] = []

    @app.get("/")
    async def index(request: necro.Request) -> str:
        async def work() -> None:
            await asyncio.sleep(0.001)
            done.append("work")

        request.after(work)
        request.after(done.append, "more")
        return "x"

    client = AsyncTestClient(app)
    assert (await client.get("/")).text == "x"
    assert done == ["work", "more"]


async def test_a_client_that_waits_works_beside_it(client: AsyncTestClient) -> None:
    with TestClient(client.app) as other:
        assert other.get("/loop").json() is True
    assert (await client.get("/loop")).json() is True


def test_a_client_without_hooks_goes_along_from_loop_to_loop() -> None:
    client = AsyncTestClient(make_app())
    assert asyncio.run(client.get("/sleep/1")).json() == 1
    assert asyncio.run(client.get("/sleep/2")).json() == 2


def test_a_client_that_was_started_stays_on_its_loop() -> None:
    client = AsyncTestClient(make_app())
    asyncio.run(client.__aenter__())
    with pytest.raises(RuntimeError, match="started on another event loop"):
        asyncio.run(client.get("/sleep/1"))


async def test_timers_of_the_server_run_on_the_loop() -> None:
    from necro._embedding import Embedding
    from necro._native import native

    worker = native.Worker(None, {"headMilliseconds": 10}, False)
    embedding = Embedding(worker, asyncio.get_running_loop())
    connection = worker.connect("127.0.0.1", 1, lambda: None)
    connection.feed(b"GET / HTTP/1.1\r\n")
    answer = b""
    async with asyncio.timeout(30):
        while not connection.ended:
            answer += connection.take()
            await asyncio.sleep(0.001)
    assert (answer + connection.take()).startswith(b"HTTP/1.1 408 ")
    embedding.close()
    worker.close()
    with pytest.raises(RuntimeError, match="the worker is closed"):
        worker.turn()
    connection.feed(b"x")
    assert connection.take() == b""
    assert connection.ended
