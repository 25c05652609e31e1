"""Requests one behind another: where the next one begins, and whether there is one."""

from __future__ import annotations

from situation import CLOSES, EITHER, HOST, PERSISTS, Situation, coding, get, length, post

REQUESTS_BEHIND = (
    Situation("two requests at once", get() * 2, (200,), PERSISTS, ("RFC9112-9.3.2-2",), replies=2),
    Situation(
        "eight requests at once", get() * 8, (200,), PERSISTS, ("RFC9112-9.3.2-2",), replies=8
    ),
    Situation(
        "content, then a request",
        length(" 5") + get(),
        (200,),
        PERSISTS,
        ("RFC9112-6.3-6",),
        replies=2,
    ),
    Situation(
        "chunks, then a request",
        coding(" chunked") + get(),
        (200,),
        PERSISTS,
        ("RFC9112-7.1-2",),
        replies=2,
    ),
    Situation(
        "empty lines in between",
        get() + "\r\n\r\n" + get(),
        (200,),
        PERSISTS,
        ("RFC9112-2.2-6",),
        replies=2,
    ),
    Situation(
        "no content, then an octet",
        length(" 0", "X" + get()),
        (501,),
        EITHER,
        ("RFC9112-6.3-6",),
        replies=2,
    ),
    Situation(
        "a GET with content, then a request",
        get("Content-Length: 5\r\n") + "hello" + get(),
        (200,),
        PERSISTS,
        ("RFC9110-9.3.1-2",),
        replies=2,
    ),
    Situation(
        "a GET whose content is the start of a request",
        get("Content-Length: 34\r\n") + "GET /smuggled HTTP/1.1\r\nX-Ignored: " + get(),
        (200, 400),
        EITHER,
        ("RFC9110-9.3.1-2",),
        replies=2,
    ),
    Situation(
        "a HEAD with content, then a request",
        f"HEAD / HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello" + get(),
        (200,),
        PERSISTS,
        ("RFC9110-9.3.2-1",),
        replies=2,
    ),
    Situation(
        "an OPTIONS with content, then a request",
        f"OPTIONS / HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello" + get(),
        (200,),
        PERSISTS,
        ("RFC9110-9.3.7-3",),
        replies=2,
    ),
    Situation(
        "a DELETE with content, then a request",
        f"DELETE /item HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello" + get(),
        (200,),
        PERSISTS,
        ("RFC9110-9.3.5-3",),
        replies=2,
    ),
    Situation(
        "content nobody serves, then a request",
        post("Content-Length: 5\r\n", "hello", target="/none"),
        (404,),
        PERSISTS,
        ("RFC9112-9.3-5",),
    ),
    Situation(
        "behind a close there is nothing",
        get("Connection: close\r\n") + get(target="/smuggled"),
        (200,),
        CLOSES,
        ("RFC9112-9.6-3",),
    ),
    Situation(
        "behind an error there is nothing",
        get("X : y\r\n") + get(target="/smuggled"),
        (400,),
        CLOSES,
        ("RFC9112-9.6-6",),
    ),
)

TABLE = {"requests behind": REQUESTS_BEHIND}
