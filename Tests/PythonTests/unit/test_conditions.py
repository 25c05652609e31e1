"""Validators of responses, and conditions of requests as a handler asks about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property

import necro
import pytest
from app_clients import client_of
from necro._conditions import http_date, quoted_etag


@pytest.mark.clause("RFC9110-8.8.3-2", "RFC9110-8.8.3-3")
@pytest.mark.parametrize(
    ("tag", "weak", "value"),
    [
        ("a", False, '"a"'),
        ("a", True, 'W/"a"'),
        ('"a"', False, '"a"'),
        ('"a"', True, 'W/"a"'),
        ('W/"a"', False, 'W/"a"'),
        ("", False, '""'),
        ("W/", False, '"W/"'),
        ("!#~,\\", False, '"!#~,\\"'),
    ],
)
def test_an_entity_tag_has_quotation_marks(tag: str, weak: bool, value: str) -> None:
    assert quoted_etag(tag, weak=weak) == value


@pytest.mark.parametrize("tag", ["a b", 'a"b', '"', '"a', "\n", "é", "\x7f", 'w/"a"'])
def test_what_no_entity_tag_can_hold_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="is no entity tag"):
        necro.Response(etag=tag)


@pytest.mark.clause("RFC9110-8.8.3-3")
def test_the_tag_of_a_content_is_that_of_its_octets() -> None:
    assert necro.etag("é") == necro.etag("é".encode())
    assert necro.etag("a") != necro.etag("b")
    assert necro.etag("a", weak=True) == "W/" + necro.etag("a")
    assert necro.Response(etag=necro.etag(b"")).header("etag") == necro.etag(b"")


@pytest.mark.clause("RFC9110-5.6.7-3")
@pytest.mark.parametrize(
    "moment",
    [
        784_111_777,
        784_111_777.9,
        datetime(1994, 11, 6, 8, 49, 37, 999_999, tzinfo=UTC),
        datetime(1994, 11, 6, 10, 49, 37, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_moment_is_written_in_gmt_and_whole_seconds(moment: datetime | float) -> None:
    response = necro.Response(last_modified=moment)
    assert response.header("last-modified") == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert http_date(-0.5) == "Wed, 31 Dec 1969 23:59:59 GMT"


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        necro.Response(last_modified=datetime(1994, 11, 6))


def test_validators_take_the_place_of_earlier_ones() -> None:
    response = necro.JSON([], etag="a", last_modified=0, headers={"ETag": '"b"'})
    response.set_etag("c", weak=True)
    assert response.header("etag") == 'W/"c"'
    assert [name for name, _ in response.fields].count(b"etag") == 1
    assert necro.HTML("", etag="a", last_modified=0).header("etag") == '"a"'


class Conditional(necro.Request):
    """A request whose conditions have an outcome, and that keeps what they were held against."""

    outcome = 0

    def precondition_status(
        self, etag: str | None, last_modified: int | None, exists: bool, /
    ) -> int:
        """Does as the native head."""
        self.asked.append((etag, last_modified, exists))
        return self.outcome

    @cached_property
    def asked(self) -> list[tuple[str | None, int | None, bool]]:
        """Each call's arguments."""
        return []


def test_conditions_that_hold_let_the_handler_go_on() -> None:
    request = Conditional()
    request.check_preconditions(etag="a", last_modified=datetime.fromtimestamp(1.5, UTC))
    request.check_preconditions(exists=False)
    assert request.asked == [('"a"', 1, True), (None, None, False)]


@pytest.mark.clause("RFC9110-15.4.5-1")
def test_a_client_that_has_the_content_ends_the_handler() -> None:
    request = Conditional()
    request.outcome = 304
    with pytest.raises(necro.NotModified) as caught:
        request.check_preconditions(etag="a", last_modified=0, headers={"vary": "accept"})
    assert list(caught.value.headers or ()) == [
        ("vary", "accept"),
        ("etag", '"a"'),
        ("last-modified", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ]


@pytest.mark.clause("RFC9110-13.1.1-5", "RFC9110-13.1.4-8")
def test_a_condition_that_fails_ends_the_handler() -> None:
    request = Conditional()
    request.outcome = 412
    with pytest.raises(necro.HTTPError) as caught:
        request.check_preconditions(etag="a")
    assert caught.value.status == 412


def test_not_modified_is_a_response_without_content() -> None:
    app = necro.App()

    @app.get("/")
    async def handler() -> None:
        raise necro.NotModified(headers={"etag": '"a"'})

    response = client_of(app).get("/")
    assert (response.status_code, response.content) == (304, b"")
    assert dict(response.headers) == {"date": response.headers["date"], "etag": '"a"'}


@pytest.mark.parametrize("status", [401, 405, 407, 426])
def test_an_error_needs_the_header_of_its_status(status: int) -> None:
    name = {401: "WWW-Authenticate", 405: "allow", 407: "Proxy-Authenticate", 426: "upgrade"}
    assert necro.HTTPError(status, headers={name[status]: "x"}).status == status
    for headers in (None, {}, {"x": "y"}):
        with pytest.raises(
            ValueError, match=f"{status} needs headers with '{name[status].lower()}"
        ):
            necro.HTTPError(status, headers=headers)


@pytest.mark.clause("RFC9110-7.6.1-2")
@pytest.mark.parametrize("name", ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer"])
def test_fields_about_the_connection_are_the_servers(name: str) -> None:
    with pytest.raises(ValueError, match="set by the server"):
        necro.Response(headers={name: "x"})
