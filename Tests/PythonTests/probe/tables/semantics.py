"""Methods, connections, expectations, ranges, conditions and cookies."""

from __future__ import annotations

from situation import CLOSES, EITHER, HOST, PERSISTS, Situation, get, post

_CONNECTION = ("RFC9112-9.3-1",)
_HEAD = ("RFC9110-9.3.2-1",)
_UPGRADE = ("RFC9110-7.8-1",)
_SOCKET = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"


def _ask(method: str, target: str = "/", fields: str = "", content: str = "") -> str:
    return f"{method} {target} HTTP/1.1\r\n{HOST}{fields}\r\n{content}"


METHODS = (
    Situation("HEAD", _ask("HEAD"), (200,), PERSISTS, ("RFC9110-9.3.2-1",), ""),
    Situation("HEAD of nothing", _ask("HEAD", "/none"), (404,), PERSISTS, ("RFC9110-9.3.2-1",), ""),
    Situation("HEAD of what is only posted", _ask("HEAD", "/json"), (405,), PERSISTS, _HEAD, ""),
    *(
        Situation(f"HEAD {name}", octets, (status,), CLOSES, _HEAD)
        for name, octets, status in (
            ("without Host", "HEAD / HTTP/1.1\r\n\r\n", 400),
            ("with a malformed field", _ask("HEAD", fields="X : y\r\n"), 400),
            ("with a malformed target", "HEAD /%zz HTTP/1.1\r\n", 400),
            ("with a malformed version", "HEAD / HTTP/1.x\r\n", 400),
            ("of another version", "HEAD / HTTP/2.0\r\n", 505),
            ("of a long target", _ask("HEAD", "/" + "a" * 100_000), 414),
            ("with a long field", _ask("HEAD", fields="X: " + "y" * 100_000 + "\r\n"), 431),
            ("with too much content", _ask("HEAD", fields="Content-Length: 1073741824\r\n"), 413),
            (
                "with an unknown coding",
                _ask("HEAD", fields="Transfer-Encoding: a, chunked\r\n"),
                501,
            ),
            ("with an expectation", _ask("HEAD", fields="Expect: a\r\n"), 417),
        )
    ),
    Situation("OPTIONS", _ask("OPTIONS"), (204, 200), PERSISTS, ("RFC9110-9.3.7-1",), ""),
    Situation("OPTIONS *", _ask("OPTIONS", "*"), (204, 200), PERSISTS, ("RFC9112-3.2.4-1",), ""),
    Situation(
        "OPTIONS of an absolute target",
        _ask("OPTIONS", "http://necro.test"),
        (204, 200),
        PERSISTS,
        ("RFC9112-3.2.4-2",),
        "",
    ),
    Situation(
        "DELETE where it is not allowed", _ask("DELETE"), (405,), PERSISTS, ("RFC9110-15.5.6-1",)
    ),
    Situation(
        "PUT where it is not allowed",
        _ask("PUT", fields="Content-Length: 2\r\n", content="hi"),
        (405,),
        PERSISTS,
        ("RFC9110-15.5.6-1",),
    ),
    Situation("TRACE", _ask("TRACE"), (405, 501), PERSISTS, ("RFC9110-9.3.8-1",)),
    Situation(
        "TRACE with credentials",
        _ask("TRACE", fields="Authorization: Bearer secret\r\n"),
        (405, 501),
        PERSISTS,
        ("RFC9110-9.3.8-1",),
    ),
    Situation(
        "TRACE with content",
        _ask("TRACE", fields="Content-Length: 5\r\n", content="hello"),
        (400, 405, 501),
        EITHER,
        ("RFC9110-9.3.8-1",),
    ),
    Situation(
        "CONNECT",
        "CONNECT necro.test:443 HTTP/1.1\r\nHost: necro.test:443\r\n\r\n",
        (400, 405, 501),
        EITHER,
        ("RFC9110-9.3.6-1",),
    ),
    *(
        Situation(
            f"CONNECT {target!r}",
            f"CONNECT {target} HTTP/1.1\r\n{HOST}\r\n",
            (400,),
            CLOSES,
            ("RFC9112-3.2.3-1",),
        )
        for target in (
            "/",
            "necro.test",
            "necro.test:",
            "http://necro.test:80",
            "*",
            "u@necro.test:80",
            ":80",
        )
    ),
    Situation("an unknown method", _ask("FOOBAR"), (501,), EITHER, ("RFC9110-9.1-1",)),
    Situation("a method in lower case", _ask("get"), (501,), EITHER, ("RFC9110-9.1-1",)),
    Situation("a method in mixed case", _ask("Get"), (501,), EITHER, ("RFC9110-9.1-1",)),
    Situation(
        "a method of token octets", _ask("!#$%&'*+-.^_`|~"), (501,), EITHER, ("RFC9110-9.1-1",)
    ),
    Situation("* with another method", _ask("GET", "*"), (400,), CLOSES, ("RFC9112-3.2.4-1",)),
    Situation(
        "a response without content",
        _ask("DELETE", "/item"),
        (204,),
        PERSISTS,
        ("RFC9110-8.6-8",),
        "",
    ),
)

CONNECTIONS = (
    Situation("close", get("Connection: close\r\n"), (200,), CLOSES, ("RFC9112-9.6-5",)),
    Situation("CLOSE", get("Connection: CLOSE\r\n"), (200,), CLOSES, ("RFC9112-9.6-5",)),
    Situation(
        "close in a list", get("Connection: a , close,b\r\n"), (200,), CLOSES, ("RFC9112-9.6-5",)
    ),
    Situation(
        "close and keep-alive",
        get("Connection: keep-alive, close\r\n"),
        (200,),
        CLOSES,
        ("RFC9112-9.6-5",),
    ),
    Situation(
        "close in a second line",
        get("Connection: keep-alive\r\nConnection: close\r\n"),
        (200,),
        CLOSES,
        ("RFC9112-9.6-5",),
    ),
    Situation("keep-alive", get("Connection: keep-alive\r\n"), (200,), PERSISTS, _CONNECTION),
    Situation(
        "words that say nothing",
        get("Connection: closed, x-close, ,, ;close\r\n"),
        (200,),
        PERSISTS,
        _CONNECTION,
    ),
    Situation("empty", get("Connection:\r\n"), (200,), PERSISTS, _CONNECTION),
    *(
        Situation(
            f"{name} as an option",
            post(f"Connection: {name}\r\nContent-Length: 5\r\n", "hello"),
            (200,),
            PERSISTS,
            _CONNECTION,
            "hello",
        )
        for name in (
            "Host",
            "Content-Length",
            "Transfer-Encoding",
            "Cookie",
            "Connection",
            "Content-Type",
        )
    ),
    Situation(
        "Keep-Alive with numbers",
        get("Keep-Alive: timeout=99999, max=99999\r\n"),
        (200,),
        PERSISTS,
        _CONNECTION,
    ),
    Situation(
        "Proxy-Connection", get("Proxy-Connection: close\r\n"), (200,), PERSISTS, _CONNECTION
    ),
    Situation("HTTP/1.0", get(version="HTTP/1.0"), (200,), CLOSES, _CONNECTION),
    Situation(
        "HTTP/1.0 with close",
        get("Connection: close\r\n", version="HTTP/1.0"),
        (200,),
        CLOSES,
        _CONNECTION,
    ),
    Situation(
        "HTTP/1.0 with keep-alive",
        get("Connection: keep-alive\r\n", version="HTTP/1.0"),
        (200,),
        PERSISTS,
        _CONNECTION,
    ),
    Situation(
        "HTTP/1.0 with keep-alive and close",
        get("Connection: keep-alive, close\r\n", version="HTTP/1.0"),
        (200,),
        CLOSES,
        _CONNECTION,
    ),
    Situation(
        "HTTP/1.0 with Expect",
        f"POST / HTTP/1.0\r\n{HOST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        (200,),
        CLOSES,
        ("RFC9110-15.2-1",),
        "hello",
    ),
    Situation("not found", get(target="/none"), (404,), PERSISTS, _CONNECTION),
    Situation(
        "content that is not what the handler takes",
        post("Content-Length: 3\r\nContent-Type: application/json\r\n", "{a}", target="/json"),
        (400, 422),
        PERSISTS,
        _CONNECTION,
    ),
    Situation("a handler that fails", get(target="/fails"), (500,), PERSISTS, _CONNECTION),
    Situation(
        "content above the limit",
        post("Content-Length: 1073741824\r\n"),
        (413,),
        CLOSES,
        ("RFC9110-15.5.14-1",),
    ),
)

UPGRADES = (
    *(
        Situation(
            f"to {protocol}",
            get(f"Connection: Upgrade\r\nUpgrade: {protocol}\r\n" + more),
            (200, 426),
            PERSISTS,
            _UPGRADE,
        )
        for protocol, more in (
            ("totally-made-up/1.0", ""),
            ("websocket", _SOCKET),
            ("websocket", "Sec-WebSocket-Version: 99\r\n"),
            ("h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
            ("h2c, websocket", ""),
            ("HTTP/1.1", ""),
            ("TLS/1.0", ""),
            ("", ""),
        )
    ),
    Situation(
        "without an option of Connection",
        get("Upgrade: websocket\r\n" + _SOCKET),
        (200,),
        PERSISTS,
        _UPGRADE,
    ),
    Situation(
        "by POST",
        post("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", "hello"),
        (200,),
        PERSISTS,
        _UPGRADE,
        "hello",
    ),
    Situation(
        "in HTTP/1.0",
        get("Connection: Upgrade\r\nUpgrade: websocket\r\n", version="HTTP/1.0"),
        (200,),
        CLOSES,
        _UPGRADE,
    ),
)

EXPECTATIONS = (
    *(
        Situation(f"{value!r}", get(f"Expect: {value}\r\n"), (417,), CLOSES, ("RFC9110-10.1.1-2",))
        for value in (
            "200-ok",
            "100-continue, a",
            "100-continue;a=b",
            "100 continue",
            "x100-continue",
            '"100-continue"',
        )
    ),
    Situation(
        "100-continue without content",
        get("Expect: 100-continue\r\n"),
        (200,),
        PERSISTS,
        ("RFC9110-10.1.1-9",),
    ),
    Situation(
        "100-continue where nothing is",
        post("Expect: 100-continue\r\nContent-Length: 5\r\n", target="/none"),
        (404,),
        EITHER,
        ("RFC9110-10.1.1-12",),
    ),
    Situation(
        "100-continue with too much",
        post("Expect: 100-continue\r\nContent-Length: 1073741824\r\n"),
        (413,),
        CLOSES,
        ("RFC9110-10.1.1-12",),
    ),
    Situation(
        "100-continue with its content",
        post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"),
        (100, 200),
        PERSISTS,
        ("RFC9110-10.1.1-9",),
    ),
)

FIELDS = (
    *(
        Situation(
            f"Range {value!r}",
            get(f"Range: {value}\r\n"),
            (200, 206, 416),
            PERSISTS,
            ("RFC9110-14.2-1",),
        )
        for value in (
            "bytes=0-1",
            "bytes=5-1",
            "bytes=-",
            "bytes=abc",
            "x=0-1",
            "bytes=0-0,1-1," + "2-2," * 500,
            "bytes=99999999999999999999-",
        )
    ),
    Situation(
        "Range with POST",
        post("Range: bytes=0-1\r\nContent-Length: 5\r\n", "hello"),
        (200,),
        PERSISTS,
        ("RFC9110-14.2-3",),
        "hello",
    ),
    *(
        Situation(
            f"condition {line}", get(line + "\r\n"), statuses, PERSISTS, ("RFC9110-13.1.2-1",)
        )
        for line, statuses in (
            ("If-None-Match: *", (200, 304)),
            ("If-None-Match: unquoted", (200, 304)),
            ('If-None-Match: "a", W/"b"', (200,)),
            ("If-Modified-Since: nonsense", (200,)),
            ("If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT", (200,)),
            ("If-Match: *", (200, 412)),
            ('If-Match: "a"', (412, 200)),
            ("If-Unmodified-Since: nonsense", (200,)),
            ("If-Range: nonsense", (200,)),
        )
    ),
    *(
        Situation(f"{line[:40]!r}", get(line + "\r\n"), (200,), PERSISTS, ("RFC9110-5.5-2",))
        for line in (
            *(
                "Cookie:",
                "Cookie: ;;;",
                "Cookie: a",
                "Cookie: =b",
                "Cookie: a=b; a=c",
                "Cookie: a=\xe9",
                "Cookie: $Version=1; a",
            ),
            *("Cookie: " + "; ".join(f"n{n}=v" for n in range(1_000)), "Cookie: a=" + "b" * 8_000),
            *(
                "Accept: nonsense",
                "Accept: */*;q=9",
                "Accept: ;;q=,",
                "Accept-Encoding: x;q=0",
                "TE: trailers, x;q=2",
            ),
            *(
                "Content-Type: nonsense",
                "Content-Encoding: x",
                "Authorization:",
                "Referer: \\",
                "Date: nonsense",
                "Via: x",
            ),
            *(
                "X-Forwarded-For: 1.2.3.4",
                "Forwarded: for=1.2.3.4",
                "Max-Forwards: -1",
                "Trailer: Content-Length",
                "From: x",
            ),
            *(
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /admin",
                "User-Agent:",
                "Origin: null",
            ),
        )
    ),
    *(
        Situation(f"{line[:40]!r}", get(line + "\r\n"), (400,), CLOSES, ("RFC9110-5.5-6",))
        for line in (
            "Cookie: a=\x00",
            "Cookie: a=b\x07",
            "Cookie: a\x7f=b",
            "Cookie: " + "a" * 9 + "\x0b",
        )
    ),
    Situation(
        "a cookie of 64 KB",
        get("Cookie: a=" + "b" * 65_536 + "\r\n"),
        (431,),
        CLOSES,
        ("RFC9110-5.4-1",),
    ),
)

TABLE = {
    "methods": METHODS,
    "connections": CONNECTIONS,
    "upgrades": UPGRADES,
    "expectations": EXPECTATIONS,
    "fields that mean something": FIELDS,
}
