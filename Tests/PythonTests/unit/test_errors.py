"""Responses to wrong requests and to exceptions."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

import logging
from dataclasses import dataclass
from typing import Any

import necro
import pytest
from app_clients import client_of
from necro._faults import MissingField
from necro.testing import Response


def document(response: Response) -> dict[str, Any]:
    """The problem document of a response."""
    assert response.headers.get("content-type") == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == response.status_code
    return found


def test_every_fault_of_a_request_is_answered_at_once() -> None:
    app = necro.App()

    @app.post("/{row}")
    async def handler(
        row: int,
        body: list[int],
        n: int,
        flag: bool = False,
        agent: str = necro.Header(alias="x-agent"),
        session: str = necro.Cookie(alias="sid"),
    ) -> None: ...

    response = client_of(app).request("POST", "/x?flag=maybe", content=b'[1,"a"]')
    assert response.status_code == 422
    assert document(response) == {
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "6 faults in the request",
        "errors": [
            {"location": ["path", "row"], "code": "value", "detail": "expected an integer"},
            {"location": ["body", 1], "code": "type", "detail": "expected an integer"},
            {"location": ["query", "n"], "code": "missing", "detail": "expected a value"},
            {"location": ["query", "flag"], "code": "value", "detail": "expected true or false"},
            {"location": ["header", "x-agent"], "code": "missing", "detail": "expected a value"},
            {"location": ["cookie", "sid"], "code": "missing", "detail": "expected a value"},
        ],
    }


@pytest.mark.parametrize("annotation", [None, dict])
def test_malformed_json_is_answered_with_its_place(annotation: object) -> None:
    app = necro.App()

    async def handler(body) -> None: ...

    if annotation is not None:
        handler.__annotations__["body"] = annotation
    app.post("/")(handler)
    client = client_of(app)
    (fault,) = document(client.post("/", content=b'{"a":\n  "\xc3\xa9" x}'))["errors"]
    assert (fault["code"], fault["location"]) == ("json", ["body"])
    assert (fault["offset"], fault["line"], fault["column"]) == (13, 2, 8)
    assert fault["detail"] == (
        "unreadable JSON: expected ',' or the end of the array or object at line 2, column 8"
    )
    (fault,) = document(client.post("/", content=b""))["errors"]
    assert (fault["code"], fault["detail"]) == ("missing", "expected JSON, the body is empty")


def test_a_text_body_that_is_not_utf8_is_answered_422() -> None:
    app = necro.App()

    @app.post("/")
    async def handler(body: str) -> str:
        return body

    client = client_of(app)
    assert client.post("/", content=b"\xc3\xa9").content == b"\xc3\xa9"
    (fault,) = document(client.post("/", content=b"ab\xff"))["errors"]
    assert (fault["code"], fault["detail"]) == ("encoding", "expected UTF-8 at octet 2")


def test_a_path_that_is_not_utf8_is_answered_422() -> None:
    app = necro.App()

    @app.get("/{name}")
    async def handler(name: str) -> str:
        return name

    response = client_of(app).get("/%FF")
    assert document(response)["errors"][0]["detail"] == "expected UTF-8"


def test_a_key_the_body_lacks_is_answered_422_naming_it() -> None:
    app = necro.App()

    @app.post("/")
    async def handler(body):
        return body.minion.names[1] + body.soul

    client = client_of(app)
    (fault,) = document(client.post("/", json={"minion": {}}))["errors"]
    assert fault["code"] == "missing"
    assert fault["location"][0] == "body"
    assert fault["location"][-1] == "names"
    (fault,) = document(client.post("/", json={"minion": {"names": ["a", "b"]}}))["errors"]
    assert fault["location"] == ["body", "soul"]


def test_a_missing_field_is_every_lookup_error_of_python() -> None:
    error = MissingField("name", ("minion", 0))
    assert isinstance(error, (AttributeError, KeyError, IndexError))
    assert error.location == ("body", "minion", 0, "name")


def test_an_http_error_is_a_problem_document_with_its_headers() -> None:
    app = necro.App()

    @app.get("/")
    async def handler() -> None:
        raise necro.HTTPError(404, "no such grave", headers={"retry-after": "5"})

    response = client_of(app).get("/")
    assert document(response) == {"title": "Not Found", "status": 404, "detail": "no such grave"}
    assert response.headers.get("Retry-After") == "5"


def test_a_detail_with_lone_surrogates_is_still_answered() -> None:
    app = necro.App()

    @app.get("/")
    async def handler() -> None:
        raise necro.HTTPError(404, "no \udcff")

    assert document(client_of(app).get("/"))["detail"] == "no \\udcff"


def test_an_http_error_is_no_success() -> None:
    with pytest.raises(ValueError, match="200 is not an error status"):
        necro.HTTPError(200)


def test_an_http_error_with_a_header_that_cannot_be_is_refused_where_it_is_raised() -> None:
    with pytest.raises(ValueError, match="control character"):
        necro.HTTPError(404, headers={"x-a": "1\r\nx-b: 2"})


def test_the_log_of_an_exception_begins_in_the_app(caplog: pytest.LogCaptureFixture) -> None:
    app = necro.App()

    @app.get("/")
    def handler() -> None:
        raise RuntimeError("the seal is broken")

    assert client_of(app).get("/").status_code == 500
    assert "the seal is broken" in caplog.text
    assert "in handler" in caplog.text
    assert "_pool.py" not in caplog.text
    assert "concurrent" not in caplog.text


def test_an_unexpected_exception_shows_nothing_and_is_logged_under_its_request_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = necro.App()

    @app.get("/{id}")
    async def handler(id: str) -> None:
        raise RuntimeError("the seal is broken")

    with caplog.at_level(logging.ERROR, "necro"):
        response = client_of(app).get("/a%0Ab")
    found = document(response)
    assert set(found) == {"title", "status", "request_id"}
    assert response.headers.get("x-request-id") == found["request_id"]
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("GET /a%0Ab (")
    assert found["request_id"] in message
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "the seal is broken"


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("a b", False), ("\t", False), ("a" * 200, False)]
)
def test_a_request_id_of_the_client_is_kept_when_it_is_a_plain_token(
    given: str, kept: bool
) -> None:
    app = necro.App()

    @app.get("/")
    async def handler() -> None:
        raise RuntimeError

    response = client_of(app).get("/", headers=[("x-request-id", given)])
    assert (response.headers.get("x-request-id") == given) is kept


def test_an_error_while_arguments_are_made_that_is_no_fault_of_the_request_is_500(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @dataclass
    class Broken:
        """Fails in its own code."""

        name: str

        def __post_init__(self) -> None:
            raise RuntimeError("the seal is broken")

    app = necro.App()

    @app.post("/")
    async def handler(body: Broken) -> None: ...

    assert client_of(app).post("/", json={"name": "Ann"}).status_code == 500
    assert "the seal is broken" in caplog.text


def test_a_value_error_of_a_handler_is_500_and_not_422() -> None:
    app = necro.App()

    @app.get("/")
    async def handler(n: int = 1) -> int:
        return int("x")

    assert client_of(app).get("/").status_code == 500


def test_an_invalid_request_that_a_handler_raises_is_422() -> None:
    app = necro.App()

    @app.post("/")
    async def handler(request: necro.Request) -> object:
        return await request.json()

    client = client_of(app)
    assert client.post("/", json={"a": 1}).content == b'{"a":1}'
    (fault,) = document(client.post("/", content=b"{"))["errors"]
    assert fault["code"] == "json"
