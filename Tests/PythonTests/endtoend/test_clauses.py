"""What RFC 9110 and RFC 9112 ask of a server as a whole, seen from the other end of a socket."""

from __future__ import annotations

import email.utils
import time

import pytest
from hosting import Host
from wire import Reply

APP = """
    import necro

    app = necro.App()
    calls = []

    @app.get("/")
    async def root():
        return "the dead rise"

    @app.get("/calls")
    async def count():
        return len(calls)

    @app.put("/call")
    async def call(body: bytes):
        calls.append(body)
        return None

    @app.get("/status/{code}")
    async def answer(code: int):
        return necro.Response("", status=code)

    @app.post("/unread")
    async def unread():
        return "unread"

    @app.post("/echo")
    async def echo(body: bytes):
        return body

    @app.get("/where")
    async def where(request: necro.Request):
        return [request.host, request.url, request.path, request.authority]

    @app.get("/upgrade/{code}")
    async def upgrade(code: int):
        return necro.Response("", status=code, headers={"upgrade": "websocket"})

    @app.get("/needy/{code}")
    async def needy(code: int):
        names = {401: "www-authenticate", 405: "allow", 407: "proxy-authenticate", 426: "upgrade"}
        return necro.Response("", status=code, headers={names[code]: "x"})

    @app.get("/denied")
    async def denied():
        raise necro.HTTPError(401, "who are you?")

    @app.get("/challenged")
    async def challenged():
        raise necro.HTTPError(401, headers={"www-authenticate": "Basic realm=\\"crypt\\""})

    @app.get("/field/{name}")
    async def field(name: str, value: str):
        response = necro.Response("")
        response.fields.append((name.encode(), value.encode()))
        return response

    @app.get("/redirect/{code}")
    async def redirect(code: int):
        return necro.Redirect("/", status=code)
"""

ROOT = "GET / HTTP/1.1\r\nHost: a\r\n"


def is_present(reply: Reply) -> bool:
    """Whether Date is an IMF-fixdate of just now."""
    date = reply.header("date")
    assert date is not None
    moment = time.time()
    near = {email.utils.formatdate(moment + shift, usegmt=True) for shift in (-2, -1, 0, 1)}
    return date in near


@pytest.mark.clause(
    "RFC9110-6.6.1-1", "RFC9110-6.6.1-2", "RFC9110-6.6.1-3", "RFC9110-5.6.7-3", "RFC9110-5.6.7-4"
)
@pytest.mark.parametrize("status", [200, 201, 301, 304, 400, 404, 418, 500, 503])
def test_a_response_of_any_class_has_a_date(served: Host, status: int) -> None:
    assert is_present(served.get(f"/status/{status}"))


@pytest.mark.clause("RFC9110-6.6.1-3")
def test_responses_that_the_server_makes_have_a_date(served: Host) -> None:
    assert is_present(served.get("/nowhere"))
    assert is_present(served.ask("OPTIONS", "/"))
    assert is_present(served.ask("DELETE", "/"))
    with served.connect() as wire:
        wire.send("GET /\r\n\r\n")
        assert is_present(wire.reply())


@pytest.mark.clause("RFC9110-9.1-2", "RFC9110-9.3.2-1", "RFC9110-9.3.2-2", "RFC9110-8.6-4")
def test_head_is_get_without_content(served: Host) -> None:
    with served.connect() as wire:
        wire.request("GET", "/")
        got = wire.reply()
        wire.request("HEAD", "/")
        head = wire.reply("HEAD")
        assert head.status == got.status == 200
        without_date = [field for field in head.fields if field[0].lower() != "date"]
        assert without_date == [field for field in got.fields if field[0].lower() != "date"]
        assert head.header("content-length") == str(len(got.content))
        assert wire.is_quiet()


@pytest.mark.clause(
    "RFC9112-6.1-8", "RFC9110-8.6-5", "RFC9110-8.6-6", "RFC9110-15.3.6-1", "RFC9112-9.3-1"
)
def test_responses_that_have_no_content_have_none(served: Host) -> None:
    with served.connect() as wire:
        for status in (204, 304):
            wire.request("GET", f"/status/{status}")
            reply = wire.reply()
            assert reply.status == status
            assert reply.header("content-length") is None
            assert reply.header("transfer-encoding") is None
            assert wire.is_quiet()
        wire.request("GET", "/status/205")
        assert (wire.reply().header("content-length"), wire.is_quiet()) == ("0", True)
        wire.request("GET", "/")
        assert wire.reply().status == 200


@pytest.mark.clause("RFC9110-5.3-4")
def test_nothing_is_done_before_the_whole_head_is_there(served: Host) -> None:
    with served.connect() as wire:
        wire.send("PUT /call HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n")
        assert wire.is_quiet()
        assert served.get("/calls").text == "0"
        wire.send("Host: b\r\n\r\n")
        assert wire.reply().status == 400
    assert served.get("/calls").text == "0"


@pytest.mark.clause(
    "RFC9112-9.6-3", "RFC9112-9.6-4", "RFC9112-9.6-5", "RFC9112-9.6-6", "RFC9112-9.6-7"
)
def test_nothing_behind_a_request_with_close_is_processed(served: Host) -> None:
    before = served.get("/calls").text
    with served.connect() as wire:
        wire.send(ROOT + "Connection: close\r\n\r\n" + "PUT /call HTTP/1.1\r\nHost: a\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (200, "close")
        assert wire.is_closed()
    assert served.get("/calls").text == before


@pytest.mark.clause("RFC9112-9.6-6", "RFC9112-9.6-7", "RFC9112-9.6-1")
def test_nothing_behind_a_response_with_close_is_processed(served: Host) -> None:
    before = served.get("/calls").text
    with served.connect() as wire:
        wire.send("GET /\x00 HTTP/1.1\r\n\r\n" + "PUT /call HTTP/1.1\r\nHost: a\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (400, "close")
        assert wire.is_closed()
    assert served.get("/calls").text == before


@pytest.mark.clause("RFC9112-9.3-5", "RFC9110-10.1.1-11")
def test_content_that_nobody_reads_is_no_request(served: Host) -> None:
    hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
    with served.connect() as wire:
        wire.request("POST", "/unread", hidden)
        assert wire.reply().text == "unread"
        wire.request("POST", "/nowhere", hidden)
        assert wire.reply().status == 404
        wire.request("GET", "/")
        assert wire.reply().text == "the dead rise"
    with served.connect() as wire:
        wire.send("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        reply = wire.reply()
        assert (reply.text, reply.header("connection")) == ("unread", "close")
        assert wire.is_closed()


@pytest.mark.clause(
    "RFC9110-10.1.1-9", "RFC9110-10.1.1-10", "RFC9110-10.1.1-12", "RFC9110-10.1.1-13"
)
def test_a_client_that_expects_100_is_answered_at_once(served: Host) -> None:
    expecting = "HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with served.connect() as wire:
        wire.send("POST /echo " + expecting)
        assert wire.reply().status == 100
        wire.send("abc")
        assert wire.reply().text == "abc"
    with served.connect() as wire:
        wire.send("POST /unread " + expecting)
        assert wire.reply().text == "unread"


@pytest.mark.clause("RFC9110-10.1.1-8", "RFC9110-15.2-1", "RFC9112-6.1-12", "RFC9110-6.2-4")
def test_a_client_of_http_1_0_gets_no_1xx_and_no_chunks(served: Host) -> None:
    with served.connect() as wire:
        wire.send("POST /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert wire.is_quiet()
        wire.send("abc")
        reply = wire.reply()
        assert (reply.version, reply.status, reply.text) == ("HTTP/1.1", 200, "abc")
        assert reply.header("transfer-encoding") is None


@pytest.mark.clause("RFC9110-7.8-2", "RFC9110-7.8-13")
def test_upgrade_is_ignored(served: Host) -> None:
    with served.connect() as wire:
        wire.send(ROOT + "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.header("upgrade")) == (200, None)
        wire.send("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
        assert wire.reply().status == 200


@pytest.mark.clause("RFC9110-15.5.6-1", "RFC9110-9.1-5", "RFC9110-5.6.1.1-1", "RFC9110-9.3.7-1")
def test_allow_names_the_methods_that_are_there(served: Host) -> None:
    for method in ("TRACE", "DELETE", "OPTIONS"):
        reply = served.ask(method, "/")
        assert reply.status == (204 if method == "OPTIONS" else 405)
        allow = reply.header("allow")
        assert allow is not None
        assert sorted(allow.split(", ")) == ["GET", "HEAD", "OPTIONS"]


@pytest.mark.clause("RFC9110-15.4.2-1", "RFC9110-15.4.3-1", "RFC9110-15.4.8-2", "RFC9110-15.4.9-1")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_says_where(served: Host, status: int) -> None:
    reply = served.get(f"/redirect/{status}")
    assert (reply.status, reply.header("location")) == (status, "/")


@pytest.mark.clause("RFC9110-15.5-1", "RFC9110-15.6-1", "RFC9112-2.2-10")
def test_an_error_explains_itself(served: Host) -> None:
    for reply in (served.get("/nowhere"), served.ask("SUMMON", "/")):
        assert reply.json["title"] == reply.reason
        assert reply.json["status"] == reply.status
    assert served.ask("HEAD", "/nowhere").content == b""


@pytest.mark.clause("RFC9112-3.2.2-6")
def test_with_an_absolute_form_its_host_counts(served: Host) -> None:
    with served.connect() as wire:
        wire.send("GET http://Crypt:81/where?a=b HTTP/1.1\r\nHost: other\r\n\r\n")
        assert wire.reply().json == ["Crypt:81", "http://Crypt:81/where?a=b", "/where", "Crypt:81"]
        wire.send("GET /where?a HTTP/1.1\r\nHost: other:82\r\n\r\n")
        assert wire.reply().json == ["other:82", "http://other:82/where?a", "/where", "other:82"]
        wire.send("GET /where HTTP/1.0\r\n\r\n")
        assert wire.reply().json[0] == ""


@pytest.mark.clause("RFC9110-7.4-1", "RFC9110-7.4-2")
@pytest.mark.parametrize("target", ["https://a/", "HTTPS://a/where", "https://a", "httpS://a/none"])
def test_an_https_resource_is_not_to_be_had_without_tls(served: Host, target: str) -> None:
    with served.connect() as wire:
        wire.send(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.json["title"]) == (421, "Misdirected Request")
        wire.send(f"GET {target.lower().replace('s', '', 1)} HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.reply().status != 421


@pytest.mark.clause("RFC9112-6.3-3", "RFC9112-6.1-10")
@pytest.mark.parametrize(
    ("codings", "status"),
    [("gzip", 400), ("chunked, gzip", 400), ("identity", 400), ("gzip, chunked", 501)],
)
def test_a_list_of_codings_is_answered_by_what_ends_it(
    served: Host, codings: str, status: int
) -> None:
    before = served.get("/calls").text
    with served.connect() as wire:
        wire.send(f"PUT /call HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {codings}\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (status, "close")
        assert wire.is_closed()
    assert served.get("/calls").text == before


@pytest.mark.clause("RFC9110-10.1.1-1", "RFC9110-5.6.1.2-1")
def test_expectations_are_a_list(served: Host) -> None:
    with served.connect() as wire:
        wire.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
            "Expect: ,,, 100-Continue\r\n\r\n"
        )
        assert wire.reply().status == 100
        wire.send("abc")
        assert wire.reply().text == "abc"


@pytest.mark.clause("RFC9110-7.6.1-2", "RFC9110-7.8-12", "RFC9110-15.5.22-1")
def test_upgrade_is_listed_in_connection(served: Host) -> None:
    with served.connect() as wire:
        for status in (200, 426):
            wire.request("GET", f"/upgrade/{status}")
            reply = wire.reply()
            assert (reply.status, reply.header("upgrade")) == (status, "websocket")
            assert reply.header("connection") == "upgrade"
        wire.request("GET", "/upgrade/200", headers={"connection": "close"})
        options = [value for name, value in wire.reply().fields if name.lower() == "connection"]
        assert sorted(options) == ["close", "upgrade"]
    assert served.get("/field/te?value=trailers").status == 500
    served.wait_log("ValueError: the response has a header that the server sets itself")


@pytest.mark.clause("RFC9110-15.5.2-1", "RFC9110-15.5.6-1", "RFC9110-15.5.8-1", "RFC9110-15.5.22-1")
@pytest.mark.parametrize("status", [401, 405, 407, 426])
def test_a_status_that_demands_a_field_is_not_sent_without_it(served: Host, status: int) -> None:
    assert served.get(f"/needy/{status}").status == status
    reply = served.get(f"/status/{status}")
    assert (reply.status, reply.json["title"]) == (500, "Internal Server Error")
    served.wait_log("ValueError: the status of the response demands a header")


@pytest.mark.clause("RFC9110-15.5.2-1")
def test_an_error_raised_without_its_field_is_said_where_it_is_raised(served: Host) -> None:
    assert served.get("/challenged").header("www-authenticate") == 'Basic realm="crypt"'
    reply = served.get("/denied")
    assert (reply.status, reply.header("www-authenticate")) == (500, None)
    served.wait_log("ValueError: 401 needs headers with 'www-authenticate'")


@pytest.mark.clause("RFC9110-8.8.3-1", "RFC9110-8.8.3-2", "RFC9110-8.8.2-1")
def test_a_validator_that_is_none_is_not_sent(served: Host) -> None:
    for field in ("etag?value=abc", "etag?value=w/%22a%22", "last-modified?value=yesterday"):
        assert served.get(f"/field/{field}").status == 500
    served.wait_log("ValueError: the response has a header value that HTTP does not allow")
    assert served.get("/field/ETag?value=%22a%22").header("etag") == '"a"'


@pytest.mark.clause("RFC9110-15.6.6-1")
def test_a_version_that_is_not_supported_is_told_which_are(served: Host) -> None:
    with served.connect() as wire:
        wire.send("GET / HTTP/2.0\r\nHost: a\r\n\r\n")
        reply = wire.reply()
        assert reply.status == 505
        assert "HTTP/1.1" in reply.json["detail"]
