"""Conditional requests and content negotiation, seen from the other end of a socket."""

from __future__ import annotations

import email.utils
import time

import pytest
from hosting import Host
from wire import Reply

APP = """
    from datetime import datetime, UTC

    import necro

    app = necro.App()
    scrolls = {"first": "klaatu"}
    writes = []

    @app.get("/page")
    async def page():
        response = necro.HTML(
            "<p>barada</p>",
            etag="v1",
            last_modified=datetime(2024, 1, 2, 3, 4, 5, 999999, tzinfo=UTC),
            headers={
                "cache-control": "max-age=60",
                "content-language": "en",
                "content-location": "/page.en",
                "expires": "Thu, 01 Dec 2033 16:00:00 GMT",
                "vary": "accept",
                "x-own": "yes",
            },
        )
        response.set_cookie("a", "b")
        return response

    @app.get("/dated")
    async def dated():
        return necro.JSON({"nikto": True}, last_modified=1_704_164_645)

    @app.get("/weak")
    async def weak():
        response = necro.Response("weak")
        response.set_etag("w", weak=True)
        return response

    @app.get("/bare")
    async def bare():
        return necro.Response("no validators")

    @app.get("/failing/{code}")
    async def failing(code: int):
        return necro.Response("failed", status=code, etag="v1")

    @app.get("/future")
    async def future():
        return necro.Response("not yet", last_modified=datetime(2999, 1, 1, tzinfo=UTC))

    @app.post("/changing")
    async def changing():
        return necro.Response("changed", etag="v1")

    @app.get("/scrolls/{name}")
    async def read(request: necro.Request, name: str):
        text = scrolls.get(name)
        if text is None:
            raise necro.HTTPError(404)
        tag = necro.etag(text)
        request.check_preconditions(etag=tag, headers={"cache-control": "no-cache"})
        return necro.Response(text, etag=tag)

    @app.put("/scrolls/{name}")
    async def write(request: necro.Request, name: str):
        text = scrolls.get(name)
        tag = None if text is None else necro.etag(text)
        request.check_preconditions(etag=tag, exists=text is not None)
        scrolls[name] = (await request.body()).decode()
        writes.append(name)
        return necro.Response(status=204, etag=necro.etag(scrolls[name]))

    @app.get("/writes")
    def count():
        return len(writes)

    @app.delete("/dated/{moment}")
    def remove(request: necro.Request, moment: int):
        request.check_preconditions(last_modified=moment)
        return "removed"

    @app.get("/costly")
    def costly(request: necro.Request):
        request.check_preconditions(last_modified=1_704_164_645)
        writes.append("costly")
        return "made"

    @app.get("/choice")
    async def choice(request: necro.Request):
        chosen = request.accepts("application/json", "text/html; charset=utf-8")
        if chosen is None:
            raise necro.HTTPError(406)
        return necro.Response(chosen, content_type=chosen, headers={"vary": "accept"})

    @app.get("/offer")
    async def offer(request: necro.Request, type: str):
        return request.accepts(type)
"""

DATE = "Tue, 02 Jan 2024 03:04:05 GMT"


def get(host: Host, path: str, **conditions: str) -> Reply:
    """GET with fields whose names have underscores in place of hyphens."""
    headers = {name.replace("_", "-"): value for name, value in conditions.items()}
    return host.ask("GET", path, headers=headers)


def put(host: Host, path: str, content: bytes, **conditions: str) -> Reply:
    """PUT, as `get`."""
    headers = {name.replace("_", "-"): value for name, value in conditions.items()}
    return host.ask("PUT", path, content, headers=headers)


@pytest.mark.clause("RFC9110-8.8.2-1", "RFC9110-8.8.3-1", "RFC9110-5.6.7-3")
def test_validators_are_sent(served: Host) -> None:
    reply = served.get("/page")
    assert (reply.status, reply.header("etag")) == (200, '"v1"')
    assert reply.header("last-modified") == DATE
    assert served.get("/weak").header("etag") == 'W/"w"'


@pytest.mark.clause(
    "RFC9110-13.1.2-1",
    "RFC9110-13.1.2-5",
    "RFC9110-15.4.5-1",
    "RFC9110-15.4.5-2",
    "RFC9112-6.3-1",
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_the_content_gets_304(served: Host, method: str) -> None:
    with served.connect() as wire:
        wire.request(method, "/page", headers={"if-none-match": '"v0", W/"v1"'})
        reply = wire.reply(method)
        assert reply.status == 304
        names = {name.lower() for name, _ in reply.fields}
        assert names == {
            "date", "etag", "cache-control", "content-location", "expires", "vary", "x-own",
            "set-cookie",
        }  # fmt: skip
        assert wire.is_quiet()
        wire.request(method, "/page", headers={"if-none-match": '"v0"'})
        assert wire.reply(method).status == 200


@pytest.mark.clause("RFC9110-13.1.3-7", "RFC9110-13.1.3-2", "RFC9110-15.4.5-2")
def test_dates_are_conditions_too(served: Host) -> None:
    for date in (DATE, "Tuesday, 02-Jan-24 03:04:05 GMT", "Tue Jan  2 03:04:05 2024"):
        reply = get(served, "/dated", if_modified_since=date)
        # Without an entity tag the date is what a cache tells representations apart by.
        assert (reply.status, reply.header("last-modified")) == (304, DATE)
    assert get(served, "/dated", if_modified_since="Tue, 02 Jan 2024 03:04:04 GMT").status == 200
    assert get(served, "/dated", if_modified_since="yesterday").status == 200
    assert get(served, "/page", if_modified_since=DATE, if_none_match='"v0"').status == 200
    assert get(served, "/dated", if_unmodified_since="Tue, 02 Jan 2024 03:04:04 GMT").status == 412
    assert get(served, "/dated", if_unmodified_since=DATE).status == 200


@pytest.mark.clause("RFC9110-13.1.1-1", "RFC9110-13.1.1-5")
def test_a_read_whose_if_match_is_false_is_412(served: Host) -> None:
    assert get(served, "/page", if_match='"v1"').status == 200
    reply = get(served, "/page", if_match='"v2"')
    assert (reply.status, reply.json["status"]) == (412, 412)
    assert get(served, "/weak", if_match='W/"w"').status == 412
    assert get(served, "/bare", if_match='"v2"').text == "no validators"


@pytest.mark.clause("RFC9110-13.2.1-2")
def test_conditions_of_a_request_that_fails_are_ignored(served: Host) -> None:
    for code in (302, 404, 500):
        assert get(served, f"/failing/{code}", if_none_match='"v1"').status == code
        assert get(served, f"/failing/{code}", if_match='"v2"').status == code
    assert get(served, "/scrolls/none", if_match='"v2"').status == 404
    assert get(served, "/nowhere", if_none_match="*").status == 404


def test_a_change_that_was_made_is_not_denied_afterwards(served: Host) -> None:
    reply = served.ask("POST", "/changing", b"", headers={"if-match": '"v2"'})
    assert (reply.status, reply.text) == (200, "changed")


@pytest.mark.clause("RFC9110-13.2.1-4")
def test_conditions_of_options_are_ignored(served: Host) -> None:
    assert served.ask("OPTIONS", "/page", headers={"if-match": '"v2"'}).status == 204


@pytest.mark.clause("RFC9110-8.8.2.1-3", "RFC9110-8.8.2.1-4")
def test_a_modification_in_the_future_is_one_of_now(served: Host) -> None:
    reply = served.get("/future")
    assert reply.header("last-modified") == reply.header("date")
    moment = email.utils.parsedate_to_datetime(reply.header("date") or "").timestamp()
    assert abs(moment - time.time()) < 5


@pytest.mark.clause(
    "RFC9110-13.1.1-3",
    "RFC9110-13.1.1-4",
    "RFC9110-13.1.2-4",
    "RFC9110-13.1.4-6",
    "RFC9110-13.1.4-7",
    "RFC9110-13.2.1-1",
)
def test_what_a_condition_forbids_is_not_performed(served: Host) -> None:
    before = served.get("/writes").text
    first = served.get("/scrolls/first")
    tag = first.header("etag")
    assert tag is not None
    refused = [
        put(served, "/scrolls/first", b"x", if_match='"other"'),
        put(served, "/scrolls/first", b"x", if_match="W/" + tag),
        put(served, "/scrolls/first", b"x", if_none_match="*"),
        put(served, "/scrolls/first", b"x", if_none_match=f'"a", {tag}'),
        put(served, "/scrolls/new", b"x", if_match="*"),
        served.ask("DELETE", "/dated/1704164646", headers={"if-unmodified-since": DATE}),
    ]
    assert [reply.status for reply in refused] == [412] * len(refused)
    assert all(reply.json["title"] == "Precondition Failed" for reply in refused)
    assert served.get("/writes").text == before
    assert served.get("/scrolls/first").text == first.text
    assert served.get("/scrolls/new").status == 404


@pytest.mark.clause("RFC9110-13.1.3-6")
def test_a_date_is_looked_at_before_the_work_is_done(served: Host) -> None:
    before = served.get("/writes").text
    assert get(served, "/costly", if_modified_since=DATE).status == 304
    assert served.get("/writes").text == before
    assert get(served, "/costly", if_modified_since="Tue, 02 Jan 2024 03:04:04 GMT").text == "made"
    assert served.get("/writes").json == int(before) + 1


@pytest.mark.clause("RFC9110-13.1.1-3")
def test_what_a_condition_allows_is_performed(served: Host) -> None:
    assert put(served, "/scrolls/second", b"one", if_none_match="*").status == 204
    tag = served.get("/scrolls/second").header("etag")
    assert tag is not None
    replaced = put(served, "/scrolls/second", b"two", if_match=tag)
    assert replaced.status == 204
    assert replaced.header("etag") not in (None, tag)
    assert put(served, "/scrolls/second", b"three", if_match=tag).status == 412
    assert served.get("/scrolls/second").text == "two"
    reply = served.ask("DELETE", "/dated/1704164645", headers={"if-unmodified-since": DATE})
    assert reply.text == "removed"


@pytest.mark.clause("RFC9110-15.4.5-1")
def test_a_check_answers_304_with_what_the_handler_adds(served: Host) -> None:
    tag = served.get("/scrolls/first").header("etag")
    assert tag is not None
    reply = get(served, "/scrolls/first", if_none_match=tag)
    assert (reply.status, reply.header("etag")) == (304, tag)
    assert reply.header("cache-control") == "no-cache"
    assert reply.header("content-type") is None


@pytest.mark.clause("RFC9110-12.5.1-1", "RFC9110-12.5.1-4")
@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "application/json"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/*;q=0.5, application/json;q=0.1", "text/html; charset=utf-8"),
        ("text/html;q=0, */*", "application/json"),
        ("text/html;charset=UTF-8", "text/html; charset=utf-8"),
        ("", "application/json"),
        ("image/png", None),
        ("garbage", None),
    ],
)
def test_the_media_type_that_the_client_prefers_is_chosen(
    served: Host, accept: str, chosen: str | None
) -> None:
    reply = get(served, "/choice", accept=accept)
    assert (reply.status, reply.header("content-type")) == (
        (406, "application/problem+json") if chosen is None else (200, chosen)
    )


def test_a_client_without_accept_takes_what_is_offered_first(served: Host) -> None:
    assert served.get("/choice").text == "application/json"


def test_an_offer_that_is_no_media_type_is_the_handlers_fault(served: Host) -> None:
    assert served.get("/offer?type=text/plain").text == "text/plain"
    assert served.get("/offer?type=json").status == 500
    served.wait_log(r"ValueError: no media type: json")
