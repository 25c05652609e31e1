"""What handlers return, and the response classes."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import necro
import pytest
from app_clients import client_of
from necro._results import duration, json_default
from necro._scalars import timedelta_of
from necro.testing import Response


class Mood(Enum):
    """An enumeration."""

    GRIM = "grim"


@dataclass
class Grave:
    """A dataclass."""

    row: int
    moods: frozenset[Mood]


class Unknown:
    """Something JSON cannot hold."""


def answer(value: object, method: str = "GET", **options: Any) -> Response:
    """The response to a handler that returns the value."""
    app = necro.App()

    async def handler():  # type: ignore[no-untyped-def]
        return value

    app.route("/", methods=[method], **options)(handler)
    return client_of(app).request(method, "/")


@pytest.mark.parametrize(
    ("value", "content", "content_type"),
    [
        ({"a": [1, None]}, b'{"a":[1,null]}', "application/json"),
        ((1, 2.5), b"[1,2.5]", "application/json"),
        (True, b"true", "application/json"),
        (10**30, b"1" + b"0" * 30, "application/json"),
        ("é", "é".encode(), "text/plain; charset=utf-8"),
        (b"\xff", b"\xff", "application/octet-stream"),
        (bytearray(b"\xff"), b"\xff", "application/octet-stream"),
        (Grave(1, frozenset({Mood.GRIM})), b'{"row":1,"moods":["grim"]}', "application/json"),
        ([Mood.GRIM], b'["grim"]', "application/json"),
        (UUID(int=1), b'"00000000-0000-0000-0000-000000000001"', "application/json"),
    ],
)
def test_a_result_has_its_content_and_type(
    value: object, content: bytes, content_type: str
) -> None:
    response = answer(value)
    assert (response.status_code, response.content) == (200, content)
    assert response.headers.get("content-type") == content_type
    assert answer(value, status=201).status_code == 201


def test_none_is_404_for_get_and_204_otherwise() -> None:
    assert answer(None).status_code == 404
    assert answer(None, "POST").status_code == 204
    assert answer(None, "POST", status=202).status_code == 202


def test_none_is_204_for_a_get_that_is_annotated_so() -> None:
    app = necro.App()

    @app.get("/")
    async def handler() -> None: ...

    response = client_of(app).get("/")
    assert (response.status_code, response.content, list(response.headers)) == (204, b"", ["date"])


def test_a_result_that_json_cannot_hold_is_500_and_logged_with_route_and_type(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert answer(Unknown()).status_code == 500
    assert caplog.records[-1].exc_info is not None
    line = str(caplog.records[-1].exc_info[1])
    assert line.startswith("GET / (")
    assert "test_results.Unknown" in line
    assert answer([Unknown()]).status_code == 500
    assert answer(float("nan")).status_code == 500


@pytest.mark.parametrize(
    ("value", "replacement"),
    [
        (datetime(2025, 10, 31, tzinfo=UTC), "2025-10-31T00:00:00+00:00"),
        (date(2025, 10, 31), "2025-10-31"),
        (time(23, 59), "23:59:00"),
        (timedelta(minutes=90), "PT1H30M"),
        (Decimal("1.50"), "1.50"),
        (b"\x00\x01", "AAE="),
        (memoryview(b"\x00\x01"), "AAE="),
        ({1}, [1]),
        (deque([1]), [1]),
        (MappingProxyType({"a": 1}), {"a": 1}),
    ],
)
def test_what_json_does_not_know_has_a_replacement(value: object, replacement: object) -> None:
    assert json_default(value) == replacement


def test_a_decimal_that_is_no_number_is_refused_as_a_float_is() -> None:
    with pytest.raises(ValueError, match="NaN"):
        json_default(Decimal("NaN"))


@pytest.mark.parametrize(
    "value",
    [
        timedelta(0),
        timedelta(days=-1, seconds=3),
        timedelta(days=400, microseconds=1),
        timedelta(hours=1, seconds=59.25),
        timedelta.max,
    ],
)
def test_a_duration_reads_back(value: timedelta) -> None:
    assert timedelta_of(duration(value)) == value


def test_json_dumps_asks_the_callers_default_first() -> None:
    def default(value: object) -> object:
        if isinstance(value, Unknown):
            return "unknown"
        raise TypeError

    assert necro.json.dumps([Unknown(), date(2025, 1, 2)], default=default) == (
        b'["unknown","2025-01-02"]'
    )
    with pytest.raises(TypeError, match="Unknown"):
        necro.json.dumps(Unknown())
    with pytest.raises(TypeError):
        necro.json.dumps({1: 2})


def test_json_loads_raises_with_the_place() -> None:
    assert necro.json.loads(b'{"a":1}') == {"a": 1}
    with pytest.raises(necro.json.JSONDecodeError) as caught:
        necro.json.loads(b"[1,\n x]")
    assert (caught.value.offset, caught.value.line, caught.value.column) == (5, 2, 2)


def test_a_response_takes_its_type_from_its_content() -> None:
    assert necro.Response("a").header("content-type") == "text/plain; charset=utf-8"
    assert necro.Response(b"a").header("content-type") == "application/octet-stream"
    assert necro.Response().fields == []
    assert necro.Response("a", content_type="text/css").header("content-type") == "text/css"
    own = necro.Response("a", headers={"Content-Type": "text/css"})
    assert own.fields == [(b"content-type", b"text/css")]


def test_the_response_classes() -> None:
    json = necro.JSON({"day": date(2025, 1, 2)}, status=201, headers=[("X-A", "1"), ("x-a", "2")])
    assert (json.status, json.content) == (201, b'{"day":"2025-01-02"}')
    assert json.fields == [
        (b"x-a", b"1"),
        (b"x-a", b"2"),
        (b"content-type", b"application/json"),
    ]
    assert necro.HTML("<p>é").header("content-type") == "text/html; charset=utf-8"
    redirect = necro.Redirect("/é?a=b c", status=303)
    assert (redirect.status, redirect.header("location")) == (303, "/%C3%A9?a=b%20c")
    assert necro.Redirect("/a%20b").header("location") == "/a%20b"


def test_headers_are_added_and_set() -> None:
    response = necro.Response()
    response.add_header("X-A", " 1 ")
    response.add_header("x-a", "2")
    assert response.header("x-A") == "1"
    response.set_header("X-a", "3")
    assert response.fields == [(b"x-a", b"3")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x a", "1"),
        ("", "1"),
        ("x-é", "1"),
        ("x-a", "1\r\nx-b: 2"),
        ("x-a", "\x00"),
        ("x-a", "\u20ac"),
        ("Content-Length", "1"),
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
    ],
)
def test_a_header_that_could_spoil_the_message_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"header|set by the server"):
        necro.Response(headers={name: value})


def test_cookies_are_set_and_deleted() -> None:
    response = necro.Response()
    response.set_cookie("sid", "abc")
    response.set_cookie(
        "all",
        "1",
        max_age=5,
        expires=datetime(2025, 10, 31, 1, tzinfo=UTC),
        path="/crypt",
        domain="crypt.example",
        secure=True,
        httponly=True,
        samesite="none",
    )
    response.delete_cookie("old")
    assert [value for name, value in response.fields if name == b"set-cookie"] == [
        b"sid=abc; Path=/; SameSite=Lax",
        b"all=1; Max-Age=5; Expires=Fri, 31 Oct 2025 01:00:00 GMT; Path=/crypt;"
        b" Domain=crypt.example; Secure; HttpOnly; SameSite=None",
        b"old=; Max-Age=0; Path=/; SameSite=Lax",
    ]


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("", "1", {}),
        ("a b", "1", {}),
        ("a=", "1", {}),
        ("a", "1;2", {}),
        ("a", "1 2", {}),
        ("a", "é", {}),
        ("a", "\r", {}),
        ("a", "1", {"path": "/;b"}),
        ("a", "1", {"domain": "é"}),
        ("a", "1", {"samesite": "none"}),
        ("a", "1", {"expires": datetime(2025, 1, 1)}),
    ],
)
def test_what_no_cookie_can_hold_is_refused(name: str, value: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cookie"):
        necro.Response().set_cookie(name, value, **options)


@pytest.mark.parametrize("status", [100, 199, 600])
def test_a_status_that_is_not_final_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="final status"):
        necro.Response(status=status)


def test_a_redirect_has_a_status_of_one() -> None:
    with pytest.raises(ValueError, match="200 is not a redirect"):
        necro.Redirect("/", status=200)
