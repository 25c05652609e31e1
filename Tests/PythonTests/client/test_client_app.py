"""`necro.testing.TestClient`: the life of an app, what it raises, overrides, threads."""

import asyncio
import gc
import sqlite3
import threading
import weakref

import necro
import pytest
from necro.testing import Response, TestClient

# What the app raises.


def failing() -> necro.App:
    app = necro.App()

    @app.get("/")
    async def fail() -> None:
        raise LookupError("no soul")

    @app.get("/pooled")
    def fail_in_thread() -> None:
        raise LookupError("no body")

    @app.get("/late")
    async def fail_late() -> None:
        await asyncio.sleep(0)
        raise LookupError("too late")

    @app.get("/grave")
    async def grave() -> None:
        raise necro.HTTPError(410, "gone")

    return app


def test_what_a_handler_raises_is_raised_to_the_test() -> None:
    client = TestClient(failing())
    with pytest.raises(LookupError, match="no soul") as caught:
        client.get("/")
    names = [entry.name for entry in caught.traceback]
    assert names[-1] == "fail"
    with pytest.raises(LookupError, match="no body"):
        client.get("/pooled")
    with pytest.raises(LookupError, match="too late"):
        client.get("/late")
    assert client.get("/grave").status_code == 410


def test_what_middleware_and_providers_raise_is_raised_to_the_test() -> None:
    app = failing()

    @app.middleware
    async def through(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
        response = await call_next(request)
        if "fail" in request.query:
            raise ArithmeticError("in the middle")
        return response

    client = TestClient(app)
    with pytest.raises(LookupError, match="no soul"):
        client.get("/")
    with pytest.raises(ArithmeticError, match="in the middle"):
        client.get("/grave?fail")
    assert client.get("/grave").status_code == 410


def test_what_the_app_answers_is_not_raised() -> None:
    app = failing()

    @app.exception(LookupError)
    async def lost(error: LookupError) -> necro.Response:
        return necro.Response(str(error), status=404)

    assert TestClient(app).get("/").text == "no soul"


def test_a_client_can_be_answered_500() -> None:
    client = TestClient(failing(), raise_server_exceptions=False)
    response = client.get("/")
    assert response.status_code == 500
    assert response.is_server_error
    assert "soul" not in response.text


def test_an_error_of_another_request_is_not_raised_here() -> None:
    app = failing()
    other = TestClient(app, raise_server_exceptions=False)

    @app.get("/outer")
    def outer() -> int:
        # A thread of the pool's is a caller of its own.
        return other.get("/").status_code

    assert TestClient(app).get("/outer").json() == 500


# The life of an app.


def living(said: list[str]) -> necro.App:
    app = necro.App()

    @app.on_startup
    async def begin(state: necro.State) -> None:
        said.append("start")
        state.souls = ["Ann"]

    @app.on_shutdown
    def end(state: necro.State) -> None:
        said.append("end")

    @app.get("/")
    async def souls(state: necro.State) -> object:
        return list(state.souls)

    @app.post("/")
    async def later(request: necro.Request) -> None:
        async def say() -> None:
            await asyncio.sleep(0.01)
            said.append("after")

        request.after(say)

    return app


def test_with_runs_the_hooks() -> None:
    said: list[str] = []
    with TestClient(living(said)) as client:
        assert said == ["start"]
        assert client.get("/").json() == ["Ann"]
        client.state.souls.append("Bo")
        assert client.get("/").json() == ["Ann", "Bo"]
        with pytest.raises(RuntimeError, match="started already"), client:
            pass
    assert said == ["start", "end"]
    with client:
        assert client.get("/").json() == ["Ann"]
    assert said == ["start", "end"] * 2


def test_without_with_no_hook_runs() -> None:
    said: list[str] = []
    client = TestClient(living(said))
    with pytest.raises(AttributeError, match="state has no 'souls'"):
        client.get("/")
    client.close()
    assert said == []


def test_work_in_the_background_is_done_when_the_response_is_there() -> None:
    said: list[str] = []
    client = TestClient(living(said))
    assert client.post("/").status_code == 204
    assert said == ["after"]


def test_a_hook_that_raises_is_raised() -> None:
    app = necro.App()

    @app.on_startup
    def fail() -> None:
        raise LookupError("no ground")

    with pytest.raises(LookupError, match="no ground"), TestClient(app):
        pass
    other = necro.App()

    @other.on_shutdown
    def fail_too() -> None:
        raise LookupError("no rest")

    with pytest.raises(ExceptionGroup) as caught, TestClient(other):
        pass
    assert caught.group_contains(LookupError)


def test_an_app_that_cannot_start_is_said_at_once() -> None:
    app = necro.App()

    @app.get("/")
    async def index(nobody) -> None:  # type: ignore[no-untyped-def]  # pyright: ignore
        pass

    with pytest.raises(necro.StartupError, match="'nobody'"):
        TestClient(app).get("/")
    with pytest.raises(necro.StartupError, match="'nobody'"), TestClient(app):
        pass


def test_overrides_hold_for_requests_within_their_block() -> None:
    app = necro.App()

    @app.provide("user")
    async def user() -> str:
        return "Lenore"

    @app.get("/")
    async def index(user: str) -> str:
        return user

    client = TestClient(app)
    assert client.get("/").text == "Lenore"
    with app.override("user", lambda: "Ann"):
        assert client.get("/").text == "Ann"
        with app.override("user", lambda: "Bo"), TestClient(app) as other:
            assert other.get("/").text == "Bo"
        assert client.get("/").text == "Ann"
    assert client.get("/").text == "Lenore"


def test_clients_of_one_app_do_not_end_one_another() -> None:
    app = necro.App()

    @app.get("/")
    def pooled() -> str:
        return threading.current_thread().name

    first = TestClient(app)
    assert first.get("/").text.startswith("necro-handler")
    with TestClient(app) as second:
        assert second.get("/").status_code == 200
    assert first.get("/").status_code == 200


def test_handlers_run_in_the_thread_of_the_test() -> None:
    app = necro.App()
    # It refuses any other thread.
    database = sqlite3.connect(":memory:")

    @app.get("/")
    async def index() -> object:
        return database.execute("SELECT 6 * 7").fetchone()[0]

    assert TestClient(app).get("/").json() == 42
    database.close()


async def ask(client: TestClient) -> Response:
    return client.get("/")


def test_a_client_that_waits_works_within_a_loop_too() -> None:
    app = necro.App()

    @app.get("/")
    async def index() -> str:
        return "x"

    client = TestClient(app)
    assert asyncio.run(ask(client)).status_code == 200
    assert client.get("/").status_code == 200


def test_a_client_that_is_forgotten_leaves_nothing() -> None:
    class Handler:
        async def __call__(self) -> str:
            return "x"

    def use() -> "weakref.ref[Handler]":
        handler = Handler()
        app = necro.App()
        app.get("/")(handler)
        assert TestClient(app).get("/").text == "x"
        return weakref.ref(handler)

    found = use()
    gc.collect()
    assert found() is None


def test_requests_see_nothing_of_the_tests_context() -> None:
    from contextvars import ContextVar

    variable: ContextVar[str] = ContextVar("variable", default="unset")
    app = necro.App()

    @app.get("/")
    async def index() -> str:
        found = variable.get()
        variable.set("set by a request")
        return found

    variable.set("set by the test")
    client = TestClient(app)
    assert [client.get("/").text, client.get("/").text] == ["unset", "unset"]
    assert variable.get() == "set by the test"
