"""Exception handlers: which one answers, with what, and what is refused."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import json

import necro
import pytest
from app_clients import client_of


class Cold(Exception):
    """The app's own."""


class Frozen(Cold):
    """A more special one."""


def raising(app: necro.Router, path: str, error: Exception) -> None:
    """A route that raises."""

    @app.get(path)
    async def handler() -> None:
        raise error


def refusal(app: necro.App) -> str:
    """The start-up error of an app, which is one line."""
    with pytest.raises(necro.StartupError) as caught:
        app.compile(necro.State())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_most_specific_class_answers() -> None:
    app = necro.App()
    app.exception(Cold)(lambda: "cold")
    app.exception(Frozen)(lambda: "frozen")
    app.exception(Exception)(lambda: "anything")
    raising(app, "/cold", Cold())
    raising(app, "/frozen", Frozen())
    raising(app, "/other", OSError())
    client = client_of(app)
    assert client.get("/cold").content == b"cold"
    assert client.get("/frozen").content == b"frozen"
    assert client.get("/other").content == b"anything"


def test_a_status_comes_before_its_class_and_after_a_subclass() -> None:
    class Lost(necro.HTTPError):
        """An HTTP error of the app's."""

    app = necro.App()
    app.exception(404)(lambda: "404")
    app.exception(necro.HTTPError)(lambda: "http")
    app.exception(Lost)(lambda: "lost")
    raising(app, "/404", necro.HTTPError(404))
    raising(app, "/410", necro.HTTPError(410))
    raising(app, "/lost", Lost(404))
    client = client_of(app)
    answers = [
        (client.get(path).status_code, client.get(path).content) for path in ("/404", "/410")
    ]
    assert answers == [(404, b"404"), (410, b"http")]
    assert client.get("/lost").content == b"lost"


def test_what_was_raised_on_purpose_is_no_exception_nobody_expected() -> None:
    app = necro.App()
    app.exception(Exception, ValueError)(lambda: "anything")
    raising(app, "/http", necro.HTTPError(404))
    raising(app, "/value", ValueError())

    @app.get("/{number}")
    async def handler(number: int) -> None: ...

    client = client_of(app)
    assert client.get("/http").status_code == 404
    assert client.get("/http").headers.get("content-type") == "application/problem+json"
    assert client.get("/value").content == b"anything"
    assert client.get("/x").status_code == 422


def test_the_status_of_a_result_is_the_exceptions_or_the_declared_one() -> None:
    app = necro.App()
    app.exception(Cold)(lambda: {"a": 1})
    app.exception(Frozen, status=418)(lambda: {"a": 1})
    app.exception(LookupError)(lambda: necro.Response("own", status=451))
    app.exception(OSError)(lambda: None)
    for path, error in (("/c", Cold()), ("/f", Frozen()), ("/l", KeyError()), ("/o", OSError())):
        raising(app, path, error)
    client = client_of(app)
    statuses = [client.get(path).status_code for path in ("/c", "/f", "/l", "/o")]
    assert statuses == [500, 418, 451, 500]


@pytest.mark.parametrize("key", [422, necro.InvalidRequest])
def test_every_fault_of_a_wrong_request_reaches_the_handler(key: object) -> None:
    app = necro.App()

    @app.exception(key)  # type: ignore[arg-type]
    async def wrong(error: necro.InvalidRequest):
        return [list(fault.location) for fault in error.faults]

    @app.post("/{number}")
    async def handler(number: int, body, limit: int = 1, *, agent: int = necro.Header()):
        return body.name

    client = client_of(app)
    response = client.request("POST", "/x?limit=y", content=b"{")
    assert response.status_code == 422
    assert json.loads(response.content) == [
        ["path", "number"],
        ["body"],
        ["query", "limit"],
        ["header", "agent"],
    ]
    missing = client.request("POST", "/1", content=b"{}", headers=[("agent", "1")])
    assert json.loads(missing.content) == [["body", "name"]]
    assert (
        client.request("POST", "/1", content=b'{"name":"a"}', headers=[("agent", "1")]).content
        == b"a"
    )


def test_the_nearest_router_answers_and_its_handlers_hold_for_its_own_routes() -> None:
    app, outer, inner = necro.App(), necro.Router(), necro.Router()
    app.include(outer, prefix="/outer")
    outer.include(inner, prefix="/inner")
    app.exception(Cold)(lambda: "app")
    inner.exception(Cold)(lambda: "inner")
    for router in (app, outer, inner):
        raising(router, "/cold", Cold())
    client = client_of(app)
    assert client.get("/cold").content == b"app"
    assert client.get("/outer/cold").content == b"app"
    assert client.get("/outer/inner/cold").content == b"inner"


def test_a_handler_takes_what_it_names() -> None:
    app = necro.App()

    @app.exception(Cold)
    def plain(problem: Cold, request, state, headers, cookies, query, more=1):
        return [
            str(problem),
            request.path,
            state.name,
            headers["x-a"],
            cookies["b"],
            query["c"],
            more,
        ]

    raising(app, "/cold", Cold("brr"))
    with client_of(app) as client:
        client.state.name = "crypt"
        response = client.get("/cold?c=3", headers=[("x-a", "1"), ("cookie", "b=2")])
    assert json.loads(response.content) == ["brr", "/cold", "crypt", "1", "2", "3", 1]


def test_a_handler_that_fails_is_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = necro.App()

    @app.exception(Cold)
    async def fails(error):
        raise RuntimeError("thawed")

    @app.exception(Frozen)
    async def refuses(error):
        raise necro.HTTPError(409, "frozen") from error

    raising(app, "/cold", Cold("brr"))
    raising(app, "/frozen", Frozen())
    client = client_of(app)
    assert client.get("/cold").status_code == 500
    assert "thawed" in caplog.text
    assert "brr" in caplog.text
    assert client.get("/frozen").status_code == 409


def test_an_answer_to_what_nobody_expected_is_logged_and_has_a_request_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = necro.App()
    app.exception(500)(lambda: "broken")
    raising(app, "/", OSError("the seal"))
    response = client_of(app).get("/")
    assert (response.status_code, response.content) == (500, b"broken")
    assert "the seal" in caplog.text
    assert (response.headers.get("x-request-id") or "nothing") in caplog.text


def test_a_result_that_is_none_or_cannot_be_written_is_handled_too() -> None:
    app = necro.App()
    app.exception(404)(lambda: "nothing here")
    app.exception(TypeError)(lambda error: str(error))

    @app.get("/none")
    async def none(): ...

    @app.get("/empty")
    async def empty() -> None: ...

    @app.get("/object")
    async def thing():
        return object()

    client = client_of(app)
    assert (client.get("/none").status_code, client.get("/none").content) == (404, b"nothing here")
    assert client.get("/empty").status_code == 204
    assert b"which is no result" in client.get("/object").content


def test_a_route_without_exception_handlers_is_called_directly() -> None:
    app, router = necro.App(), necro.Router()
    router.exception(Cold)(lambda: "cold")

    async def handler() -> None: ...

    app.get("/")(handler)
    router.get("/")(handler)
    app.include(router, prefix="/r")
    bare, composed = app.compile(necro.State())
    assert bare.call is handler
    assert composed.call is not handler


@pytest.mark.parametrize(
    ("key", "error", "says"),
    [
        ("x", TypeError, "an Exception class or a status, not 'x'"),
        (KeyboardInterrupt, TypeError, "an Exception class or a status"),
        (True, TypeError, "not True"),
        (200, ValueError, "200 is not an error status"),
    ],
)
def test_what_is_no_exception_is_refused_on_its_line(
    key: object, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        necro.App().exception(key)  # type: ignore[arg-type]


def test_a_second_handler_for_the_same_and_a_wrong_status_are_refused() -> None:
    app = necro.App()
    app.exception(Cold)(lambda: "")
    with pytest.raises(ValueError, match="Cold'> has an exception handler already"):
        app.exception(Cold)
    with pytest.raises(ValueError, match="99 is not a final status"):
        app.exception(Frozen, status=99)
    with pytest.raises(TypeError, match="one Exception class or status at least"):
        app.exception()


def test_a_handler_that_takes_something_else_or_yields_is_refused_at_the_start() -> None:
    app = necro.App()

    @app.exception(Cold)
    async def handler(error, body): ...

    raising(app, "/", Cold())
    line = refusal(app)
    assert line.startswith("exception handler ")
    assert "parameter 'body': an exception handler is given error, request, state" in line

    app = necro.App()

    @app.exception(Cold)
    async def yields():
        yield 1

    raising(app, "/", Cold())
    assert "it yields" in refusal(app)

    app = necro.App()

    @app.exception(Cold, inline=True)
    async def asynchronous(): ...

    raising(app, "/", Cold())
    assert "inline=True is for plain functions" in refusal(app)
