"""Apps, routers, hooks, and what is refused when an app starts."""

import asyncio

import necro
import pytest
from app_clients import client_of


def refusal(app: necro.App) -> str:
    """The start-up error of an app, which is one line."""
    with pytest.raises(necro.StartupError) as caught:
        app.compile(necro.State())
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def nothing() -> None:
    """A handler."""


@pytest.mark.api("Handlers: there is a decorator for each method, and route for several")
def test_every_decorator_declares_its_method_and_returns_the_function() -> None:
    app = necro.App()
    for name in ("get", "post", "put", "patch", "delete", "head", "options"):
        assert getattr(app, name)("/")(nothing) is nothing
    app.route("/several", methods=["get", "POST", "GET"])(nothing)
    routes = app.compile(necro.State())
    assert [route.methods for route in routes] == [
        ("GET",),
        ("POST",),
        ("PUT",),
        ("PATCH",),
        ("DELETE",),
        ("HEAD",),
        ("OPTIONS",),
        ("GET", "POST"),
    ]


@pytest.mark.api("Handlers: a route has status, name, tags and summary")
def test_options_of_a_route_reach_the_compiled_route() -> None:
    app = necro.App()

    @app.get("/{id}", status=203, name="one", tags=["a"], summary="One.", on_disconnect="finish")
    async def handler(id: str) -> None: ...

    (route,) = app.compile(necro.State())
    assert (route.status, route.name, route.tags, route.summary) == (203, "one", ("a",), "One.")
    assert route.cancels is False
    assert route.none_is_empty is True
    assert route.path_names == ("id",)
    assert str(route).startswith("GET /{id} (")


def test_an_option_that_no_route_has_is_an_error_on_its_own_line() -> None:
    app = necro.App()
    with pytest.raises(TypeError, match="a route has no option 'statsu'"):
        app.get("/", statsu=201)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_a_decorator_without_parentheses_is_an_error_on_its_own_line() -> None:
    app = necro.App()
    with pytest.raises(TypeError, match=r"begins with its path, as in @app\.get\('/'\), not with"):
        app.get(nothing)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="neither a function nor"):
        app.middleware("http")  # type: ignore[type-var]  # pyright: ignore
    with pytest.raises(TypeError, match="for an Exception class or a status, not <function"):
        app.exception(nothing)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="for a name or a class, not <function"):
        app.provide(nothing)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_plain_handler_runs_in_a_thread_and_an_inline_one_on_the_loop() -> None:
    from threading import current_thread, main_thread

    app = necro.App()

    @app.get("/thread")
    def threaded() -> bool:
        return current_thread() is main_thread()

    @app.get("/inline", inline=True)
    def inline() -> bool:
        return current_thread() is main_thread()

    client = client_of(app)
    assert [route.is_async for route in app.compile(necro.State())] == [True, False]
    assert client.get("/thread").content == b"false"
    assert client.get("/inline").content == b"true"


@pytest.mark.api("Handlers: an app includes routers under a prefix")
def test_routers_nest_and_may_get_routes_after_they_are_included() -> None:
    app, outer, inner = necro.App(), necro.Router(), necro.Router()
    app.include(outer, prefix="/v1/{realm}")
    outer.include(inner, prefix="/graves")
    outer.include(inner)

    @inner.get("/{id}")
    async def handler(realm: str, id: int) -> list[object]:
        return [realm, id]

    client = client_of(app)
    templates = [route.template for route in app.compile(necro.State())]
    assert templates == ["/v1/{realm}/graves/{id}", "/v1/{realm}/{id}"]
    assert client.get("/v1/crypt/graves/7").content == b'["crypt",7]'


def test_a_router_that_includes_itself_is_refused() -> None:
    app, router = necro.App(), necro.Router()
    app.include(router, prefix="/a")
    router.include(router, prefix="/b")
    assert "includes itself" in refusal(app)


@pytest.mark.parametrize("prefix", ["v1", "/v1/", "/"])
def test_a_prefix_begins_with_a_slash_and_ends_without(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        necro.App().include(necro.Router(), prefix=prefix)


def test_two_handlers_for_one_path_are_refused_naming_both() -> None:
    app = necro.App()

    @app.get("/graves/{id}")
    async def first(id: str) -> None: ...

    @app.route("/graves/{number}", methods=["POST", "GET"])
    async def second(number: str) -> None: ...

    line = refusal(app)
    assert line.startswith("GET /graves/{number} (")
    assert "second" in line
    assert "first already answers GET /graves/{id}" in line


def test_the_same_path_with_other_methods_is_no_duplicate() -> None:
    app = necro.App()
    app.get("/a")(nothing)
    app.post("/a")(nothing)
    app.get("/a/")(nothing)
    assert len(app.compile(necro.State())) == 3


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("a", "does not begin with '/'"),
        ("/{id", "unclosed brace"),
        ("/{}", "without a name"),
        ("/{a-b}", "which no handler can have"),
        ("/{a}/{a}", "names {a} twice"),
        ("/{a:path}/b", "segments after {a:path}"),
        ("/{a:int}", "converter 'int'"),
        ("/x{a}", "mixes text and parameter"),
        ("/a?b=1", "a query or a fragment"),
    ],
)
def test_a_malformed_template_is_refused_naming_the_handler(path: str, says: str) -> None:
    app = necro.App()
    app.get(path)(nothing)
    line = refusal(app)
    assert says in line
    assert "test_app.nothing" in line


def test_handlers_that_yield_are_refused() -> None:
    app = necro.App()

    @app.get("/")
    async def handler():  # type: ignore[no-untyped-def]
        yield 1

    assert "the handler yields" in refusal(app)


def test_inline_is_refused_for_an_async_handler() -> None:
    app = necro.App()
    app.get("/", inline=True)(nothing)
    assert "inline=True is for plain functions" in refusal(app)


def test_an_unknown_method_a_wrong_status_and_a_wrong_disconnect_are_refused() -> None:
    app = necro.App()
    app.route("/", methods=["BREW"])(nothing)
    assert "'BREW' is no method" in refusal(app)
    app = necro.App()
    app.route("/", methods=[])(nothing)
    assert "no method" in refusal(app)
    app = necro.App()
    app.get("/", status=99)(nothing)
    assert "status 99" in refusal(app)
    app = necro.App()
    app.get("/", on_disconnect="stop")(nothing)  # type: ignore[arg-type]  # pyright: ignore
    assert "'cancel' or 'finish'" in refusal(app)


def test_hooks_run_in_order_and_in_reverse_and_take_state() -> None:
    app, state, log = necro.App(), necro.State(), list[str]()

    @app.on_startup
    async def first(state: necro.State) -> None:
        state.pool = "pool"
        log.append("first")

    @app.on_startup
    def second() -> None:
        log.append("second")

    @app.on_shutdown
    def last(state: necro.State) -> None:
        log.append(f"last {state.pool}")

    @app.on_shutdown
    async def sooner() -> None:
        log.append("sooner")

    async def life() -> None:
        app.compile(state)
        await app.run_startup(state)
        await app.run_shutdown(state)

    asyncio.run(life())
    assert log == ["first", "second", "sooner", "last pool"]


def test_every_shutdown_hook_runs_even_when_another_raises() -> None:
    app, log = necro.App(), list[str]()

    @app.on_shutdown
    def first() -> None:
        log.append("first")

    @app.on_shutdown
    def second() -> None:
        raise OSError("stuck")

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(app.run_shutdown(necro.State()))
    assert log == ["first"]
    assert [str(error) for error in caught.value.exceptions] == ["stuck"]


def test_a_startup_hook_that_raises_ends_the_startup() -> None:
    app = necro.App()

    @app.on_startup
    def fails() -> None:
        raise OSError("no crypt")

    with pytest.raises(OSError, match="no crypt"):
        asyncio.run(app.run_startup(necro.State()))


def test_a_hook_that_takes_something_else_is_refused() -> None:
    app = necro.App()

    @app.on_startup
    def hook(db): ...  # type: ignore[no-untyped-def]

    line = refusal(app)
    assert "on_startup hook" in line
    assert "parameter 'db': a hook is given 'state'" in line


def test_state_says_what_is_stored_when_something_is_not() -> None:
    state = necro.State()
    state.pool = 1
    assert "pool" in state
    assert list(state) == ["pool"]
    assert repr(state) == "<State: pool>"
    with pytest.raises(AttributeError, match="state has no 'poll'; stored at startup: pool"):
        _ = state.poll


def test_the_pool_has_bounds() -> None:
    with pytest.raises(ValueError, match="threads_max"):
        necro.App(threads_max=0)
