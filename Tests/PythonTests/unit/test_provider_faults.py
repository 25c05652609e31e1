"""What is answered when providers and handlers do not get what they need."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import json

import necro
import pytest
from app_clients import client_of


def test_all_faults_of_handler_and_providers_are_answered_at_once() -> None:
    app, log = necro.App(), list[str]()

    @app.provide("page")
    async def page(number: int, *, size: int = 10, agent: str = necro.Header(alias="x-agent")):
        log.append("page")

    @app.get("/{number}")
    async def handler(page, flag: bool): ...

    response = client_of(app).get("/x?size=y")
    assert [fault["location"] for fault in json.loads(response.content)["errors"]] == [
        ["path", "number"],
        ["query", "size"],
        ["header", "x-agent"],
        ["query", "flag"],
    ]
    assert log == []


def test_a_provider_that_refuses_comes_before_the_handlers_validation() -> None:
    app = necro.App()

    @app.provide("user")
    async def user():
        raise necro.HTTPError(401, headers={"www-authenticate": "Bearer"})

    @app.post("/{number}")
    async def handler(user, number: int, body: dict[str, int]): ...

    assert client_of(app).post("/x", content=b"{").status_code == 401


def test_a_value_error_of_a_provider_is_no_fault_of_the_request() -> None:
    app = necro.App()

    @app.provide("broken")
    async def broken():
        return int("x")

    @app.get("/")
    async def handler(broken): ...

    assert client_of(app).get("/").status_code == 500


@pytest.mark.parametrize(
    ("annotation", "content", "value"),
    [
        (None, b'{"a":[1]}', b'{"a":[1]}'),
        (None, b"1", b"1"),
        (bytes, b"\xff", b"\xff"),
        (str, b"\xc3\xa9", b"\xc3\xa9"),
        (list[int], b"[1]", b"[1]"),
    ],
)
def test_handler_and_provider_may_both_take_the_body(
    annotation: object, content: bytes, value: bytes
) -> None:
    app = necro.App()

    @app.provide("length")
    async def length(body: bytes):
        return len(body)

    async def handler(body, length, request):
        assert length == len(content)
        assert await request.body() == content
        return body

    if annotation is not None:
        handler.__annotations__["body"] = annotation
    app.post("/")(handler)
    assert client_of(app).post("/", content=content).content == value


def test_a_body_with_a_default_may_be_empty_beside_a_provider() -> None:
    app = necro.App()
    app.provide("one")(lambda: 1)

    @app.post("/")
    async def handler(one, body: dict[str, int] | None = None):
        return body is None

    assert client_of(app).post("/", content=b"").content == b"true"
