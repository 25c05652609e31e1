"""Which provider gives, and what is refused when an app starts."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

from collections.abc import AsyncGenerator
from typing import Any

import necro
import pytest
from app_clients import client_of


class User:
    """What an app provides by its class."""

    def __init__(self, name: str) -> None:
        self.name = name


def refusal(app: necro.App) -> str:
    """The start-up error of an app, which is one line."""
    with pytest.raises(necro.StartupError) as caught:
        app.compile(necro.State())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_nearest_provider_gives_and_others_depend_on_it() -> None:
    app, inner = necro.App(), necro.Router()
    app.provide("name")(lambda: "app")
    app.provide("greeting")(lambda name: f"hello {name}")
    inner.provide("name")(lambda: "inner")

    async def handler(greeting):
        return greeting

    app.get("/")(handler)
    inner.get("/")(handler)
    app.include(inner, prefix="/inner")
    client = client_of(app)
    assert client.get("/").content == b"hello app"
    assert client.get("/inner/").content == b"hello inner"


def test_a_name_in_the_path_is_the_path_parameter() -> None:
    app = necro.App()
    app.provide("user")(lambda: "provided")

    @app.get("/users/{user}")
    async def handler(user):
        return user

    assert client_of(app).get("/users/ann").content == b"ann"


def test_a_class_that_may_be_none_is_provided_too() -> None:
    app = necro.App()

    @app.provide(User)
    async def get_user(name: str = ""):
        return User(name) if name else None

    @app.get("/")
    async def handler(user: User | None, other: User | None = None):
        assert user is other
        return user.name if user else "nobody"

    client = client_of(app)
    assert client.get("/?name=Ann").content == b"Ann"
    assert client.get("/").content == b"nobody"


def test_an_override_holds_for_what_starts_inside() -> None:
    app, router = necro.App(), necro.Router()

    @app.provide("name")
    def name():
        raise AssertionError

    @router.provide(User)
    def user(name):
        raise AssertionError

    @router.get("/")
    async def handler(user: User):
        return user.name

    app.include(router)
    with app.override("name", lambda: "Ann"), app.override(User, lambda name: User(name)):
        client = client_of(app)
        assert client.get("/").content == b"Ann"
    assert client_of(app).get("/").status_code == 500
    with app.override("nmae", lambda: "Ann"):
        line = refusal(app)
    assert line.startswith("override 'nmae' (")
    assert line.endswith("there is no such provider; did you mean 'name'?")


@pytest.mark.parametrize("key", ["db", "Database", "BlockingDatabase"])
def test_a_database_is_overridden_by_name_or_class(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = necro.App()

    async def by_name(db):
        return db

    async def by_class(other: necro.Database):
        return other

    def plain(other: necro.postgres.BlockingDatabase):
        return other

    handlers: dict[str, Any] = {
        "db": by_name,
        "Database": by_class,
        "BlockingDatabase": plain,
    }
    app.get("/")(handlers[key])
    assert "set --database or DATABASE_URL" in refusal(app)
    with app.override(key if key == "db" else getattr(necro.postgres, key), lambda: "fake"):
        assert client_of(app).get("/").content == b"fake"


def test_providers_that_need_each_other_are_refused() -> None:
    app = necro.App()

    @app.provide("a")
    async def get_a(b): ...

    @app.provide("b")
    async def get_b(c): ...

    @app.provide("c")
    async def get_c(b): ...

    @app.get("/")
    async def handler(a): ...

    line = refusal(app)
    assert line.startswith("GET / (")
    assert "providers need each other: 'b' (" in line
    assert line.count(" needs ") == 2


def test_a_provider_that_takes_what_nothing_gives_is_refused() -> None:
    app = necro.App()

    @app.provide("user")
    async def get_user(tokn): ...

    @app.provide("token")
    async def get_token(): ...

    @app.get("/")
    async def handler(user): ...

    line = refusal(app)
    assert ", provider 'user' (" in line
    assert line.endswith("parameter 'tokn': nothing has this name; did you mean 'token'?")


def test_a_name_that_is_almost_provided_is_suggested() -> None:
    app = necro.App()
    app.provide("graveyard")(lambda: 1)

    @app.get("/")
    async def handler(graveyrad): ...

    assert refusal(app).endswith("did you mean 'graveyard'?")


def test_an_async_provider_is_not_inline() -> None:
    for function in (_coroutine, _async_generator):
        app = necro.App()
        app.provide("one", inline=True)(function)

        @app.get("/")
        async def handler(one): ...

        assert "inline=True is for plain functions" in refusal(app)


@pytest.mark.parametrize(
    ("key", "error", "says"),
    [
        ("body", ValueError, "'body' is given by Necro itself"),
        ("a-b", ValueError, "'a-b' is no name that a parameter can have"),
        (1, TypeError, "for a name or a class, not 1"),
        (int, ValueError, "int is read from the request"),
    ],
)
def test_what_no_provider_can_be_for_is_refused_on_its_line(
    key: object, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        necro.App().provide(key)  # type: ignore[arg-type]


def test_a_second_provider_of_the_same_name_is_refused() -> None:
    app = necro.App()
    app.provide("one")(_coroutine)
    with pytest.raises(ValueError, match=r"there is a provider 'one' \(.*_coroutine\) already"):
        app.provide("one")


async def _coroutine() -> None: ...


async def _async_generator() -> AsyncGenerator[None]:
    yield
