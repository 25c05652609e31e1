"""Where a message ends: what a prober sends to lead two parsers apart."""

from __future__ import annotations

from situation import (
    CLOSES,
    EITHER,
    HOST,
    PERSISTS,
    Situation,
    chunks,
    coding,
    length,
    post,
)

_BOTH = ("RFC9112-6.1-13", "RFC9112-6.3-2")
_LENGTH = ("RFC9112-6.3-4",)
_CODING = ("RFC9112-6.1-1", "RFC9112-6.3-5")
_CHUNK = ("RFC9112-7.1-3", "RFC9112-7.1-2")
_EXTENSION = ("RFC9112-7.1.1-1",)
_SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: necro.test\r\n\r\n"
_TE = "Transfer-Encoding: chunked\r\n"
_LAST = "0\r\n\r\n"


def _refused(name: str, octets: str, clauses: tuple[str, ...], *statuses: int) -> Situation:
    return Situation(name, octets, statuses or (400,), CLOSES, clauses)


def _echoed(name: str, octets: str, clauses: tuple[str, ...], content: str = "hello") -> Situation:
    return Situation(name, octets, (200,), PERSISTS, clauses, content)


CONTENT_LENGTH = (
    _echoed("as it should be", length(" 5"), ("RFC9112-6.3-6",)),
    _echoed("white space around it", length(" \t 5 \t"), ("RFC9110-5.5-2",)),
    _echoed("none before it", length("5"), ("RFC9110-5.5-2",)),
    _echoed("zero", length(" 0", ""), ("RFC9112-6.3-6",), ""),
    _echoed("neither length nor coding", post(), ("RFC9112-6.3-7",), ""),
    _refused("empty", length(" ", ""), _LENGTH),
    *(
        _refused(f"value {value!r}", length(" " + value), _LENGTH)
        for value in (
            *(
                "abc",
                "+5",
                "-5",
                "-0",
                "- 5",
                "5-",
                "0x5",
                "5h",
                "5.0",
                "5e0",
                "1_0",
                "1 0",
                "5;a=b",
            ),
            *("005", "00", "05", "0200", "5,5", "5, 5", "5, 6", "5,5,5", ",5", "5,", "'5'", '"5"'),
            *(
                "\xa05",
                "5\xa0",
                "\xb25",
                "\xef\xbc\x95",
                "5\x00",
                "\x0b5",
                "5\x0c",
                "\x7f5",
                "5\x1f",
            ),
        )
    ),
    _refused("beyond 64 bits", length(" 18446744073709551617"), ("RFC9110-8.6-9",)),
    _refused("of a hundred digits", length(" " + "9" * 100), ("RFC9110-8.6-9",)),
    _refused("of 64 bits less one", length(" 18446744073709551615"), ("RFC9110-15.5.14-1",), 413),
    _refused("twice, equal", post("Content-Length: 5\r\n" * 2, "hello"), ("RFC9110-8.6-11",)),
    _refused(
        "twice, different",
        post("Content-Length: 5\r\nContent-Length: 10\r\n", "helloworld"),
        ("RFC9112-6.3-4",),
    ),
    _refused(
        "twice, a request in between",
        post(f"Content-Length: 0\r\nContent-Length: {len(_SMUGGLED)}\r\n", _SMUGGLED),
        ("RFC9112-6.3-4",),
    ),
    _refused(
        "a space before the colon", post("Content-Length : 5\r\n", "hello"), ("RFC9112-5.1-2",)
    ),
    _refused("folded", length("\r\n 5"), ("RFC9112-5.2-3",)),
    Situation(
        "an underscore in the name makes another field",
        post("Content-Length: 5\r\nContent_Length: 9\r\n", "hello"),
        (200, 400),
        EITHER,
        ("RFC9112-6.3-6",),
        "hello",
    ),
    Situation(
        "a tab in the name",
        post("Content-Length: 5\r\nContent\tLength: 9\r\n", "hello"),
        (400,),
        CLOSES,
        ("RFC9112-5.1-2",),
    ),
)

BOTH = (
    *(
        _refused(name, octets, _BOTH)
        for name, octets in (
            ("length, then coding", coding(" chunked", _LAST, "Content-Length: 5\r\n")),
            ("coding, then length", post("Content-Length: 5\r\n" + _TE, _LAST)),
            (
                "length of the coded content",
                post("Content-Length: 15\r\n" + _TE, "5\r\nhello\r\n" + _LAST),
            ),
            ("length of less", post("Content-Length: 4\r\n" + _TE, _LAST)),
            ("length of more", post("Content-Length: 30\r\n" + _TE, _LAST)),
            ("length of one more, and the octet", post("Content-Length: 6\r\n" + _TE, _LAST + "X")),
            (
                "a request within the length",
                post(f"Content-Length: {5 + len(_SMUGGLED)}\r\n" + _TE, _LAST + _SMUGGLED),
            ),
            (
                "a request within a chunk",
                post(
                    _TE + "Content-Length: 4\r\n", f"{len(_SMUGGLED):x}\r\n{_SMUGGLED}\r\n" + _LAST
                ),
            ),
            ("length of zero", post("Content-Length: 0\r\n" + _TE, _LAST)),
            ("malformed length", post("Content-Length: +5\r\n" + _TE, _LAST)),
            ("two codings and a length", post(_TE * 2 + "Content-Length: 5\r\n", _LAST)),
            (
                "coding with a space behind",
                post("Transfer-Encoding: chunked \r\nContent-Length: 5\r\n", _LAST),
            ),
            (
                "coding in capitals",
                post("TRANSFER-ENCODING: Chunked\r\nContent-Length: 5\r\n", _LAST),
            ),
            (
                "coding behind a tab",
                post("Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n", _LAST),
            ),
        )
    ),
    *(
        _refused(
            f"length and coding {value!r}",
            coding(value, "hello", "Content-Length: 5\r\n"),
            _CODING,
            400,
            501,
        )
        for value in (
            *(" xchunked", " chunkedx", " identity", " chunked, identity", " identity, chunked"),
            *("", " ,chunked", " chunked,", " chunked, chunked", " gzip, chunked", " chunked;a=b"),
            *(" \x0bchunked", " \x0cchunked", " chunked\x00", " \x00chunked", " chunked\x7f"),
            *(
                " \xa0chunked",
                " chunked\xa0",
                ' "chunked"',
                " 'chunked'",
                " chun ked",
                " chunk\xebd",
            ),
        )
    ),
    _refused(
        "the coding folded",
        coding("\r\n chunked", _LAST, "Content-Length: 5\r\n"),
        ("RFC9112-5.2-3",),
    ),
    _refused(
        "a space before the coding's colon",
        post("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "hello"),
        ("RFC9112-5.1-2",),
    ),
    _refused(
        "OPTIONS with a folded coding",
        f"OPTIONS / HTTP/1.1\r\n{HOST}Transfer-Encoding:\r\n chunked\r\n"
        "Content-Length: 5\r\n\r\nhello",
        ("RFC9112-5.2-3",),
    ),
    Situation(
        "an underscore in the coding's name makes another field",
        post("Content-Length: 5\r\nTransfer_Encoding: chunked\r\n", "hello"),
        (200, 400),
        EITHER,
        ("RFC9112-6.3-6",),
        "hello",
    ),
)

TRANSFER_ENCODING = (
    _echoed("chunked", coding(" chunked"), ("RFC9112-7.1-5",)),
    _echoed("CHUNKED", coding(" CHUNKED"), ("RFC9112-7.1-5",)),
    _echoed("chunked behind a tab", coding("\tchunked\t"), ("RFC9110-5.5-2",)),
    *(
        _refused(f"coding {value!r}", coding(value), _CODING, 400, 501)
        for value in (
            *(" gzip", " gzip, chunked", " identity", " deflate", " xchunked", " chunked, gzip"),
            *(
                " chunked, chunked",
                " chunked chunked",
                " chunked\tchunked",
                " chunked,",
                ",chunked",
            ),
            *(
                " ",
                " ;",
                " chunked;q=1",
                " chunked; a",
                ' chunked;a="b"',
                " chunked\x0b",
                " \x0cchunked",
            ),
            *(" chunked\x00", " ch\x00unked", " chunked\xa0", " cow", ' "chunked"', " chunked\x08"),
        )
    ),
    _refused("two lines", post(_TE * 2, _LAST), _CODING),
    _refused(
        "two lines, the last other",
        post(_TE + "Transfer-Encoding: cow\r\n", _LAST),
        _CODING,
        400,
        501,
    ),
    _refused(
        "two lines, the first other",
        post("Transfer-Encoding: cow\r\n" + _TE, _LAST),
        _CODING,
        400,
        501,
    ),
    _refused(
        "in HTTP/1.0",
        f"POST / HTTP/1.0\r\n{HOST}{_TE}\r\n5\r\nhello\r\n0\r\n\r\n",
        ("RFC9112-6.1-15",),
    ),
    _refused("folded", coding(" chunked\r\n , identity"), ("RFC9112-5.2-3",)),
    _refused("a CR alone in it", coding(" chu\rnked"), ("RFC9112-2.2-4",)),
    _refused(
        "a line feed alone behind it",
        post("Transfer-Encoding: chunked\nX: y\r\n", _LAST),
        ("RFC9112-2.2-4",),
    ),
)

CHUNKS = (
    _echoed("one", chunks("5\r\nhello\r\n0\r\n\r\n"), _CHUNK),
    _echoed("several", chunks("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), _CHUNK, "hello world"),
    _echoed("none", chunks(_LAST), _CHUNK, ""),
    _echoed("size in capitals", chunks("A\r\nhelloworld\r\n0\r\n\r\n"), _CHUNK, "helloworld"),
    _echoed("zeros before the size", chunks("0005\r\nhello\r\n000\r\n\r\n"), _CHUNK),
    _echoed(
        "content like a request",
        chunks(f"{len(_SMUGGLED):x}\r\n{_SMUGGLED}\r\n0\r\n\r\n"),
        _CHUNK,
        _SMUGGLED,
    ),
    _echoed("content like a chunk", chunks("5\r\n0\r\n\r\n\r\n0\r\n\r\n"), _CHUNK, "0\r\n\r\n"),
    *(
        _echoed(
            f"extension {extension!r}",
            chunks(f"5{extension}\r\nhello\r\n0{extension}\r\n\r\n"),
            _EXTENSION,
        )
        for extension in (";a", ";a=b", ';a="b;c"', ";a;b=c", " ;a", ';a="\\""', "\t; a = b")
    ),
    *(
        _refused(
            f"extension {extension!r}", chunks(f"5{extension}\r\nhello\r\n0\r\n\r\n"), _EXTENSION
        )
        for extension in (
            *(
                ";",
                ";;",
                ";=b",
                ";a=",
                ";a b",
                ";[",
                ";a\x00",
                ";a=\x7f",
                ";a=b\x0b",
                ';a="b',
                ";a\xe9",
            ),
            *(";a\nb", ";a\rb", ";a=b\rX", " ", "\t", " a", ",a", "a;"[1:] + ";"),
        )
    ),
    *(
        _refused(f"size {size!r}", chunks(f"{size}\r\nhello\r\n0\r\n\r\n"), _CHUNK)
        for size in (
            *(
                "",
                "x",
                "0x5",
                "0X5",
                "+5",
                "-5",
                "-1",
                "5h",
                "5_0",
                "1 0",
                " 5",
                "\t5",
                "5.",
                "5,5",
                "\x005",
            ),
            *("5\x00", "\xb25", "'5'", "5\x0b", "\x0c5", "5\xa0"),
        )
    ),
    _refused(
        "size beyond 64 bits", chunks("10000000000000005\r\nhello\r\n" + _LAST), ("RFC9112-7.1-6",)
    ),
    _refused(
        "size of 64 bits less one",
        chunks("FFFFFFFFFFFFFFFF\r\nhello\r\n" + _LAST),
        ("RFC9112-7.1-6",),
        400,
        413,
    ),
    _refused(
        "size of a hundred digits",
        chunks("F" * 100 + "\r\nhello\r\n" + _LAST),
        ("RFC9112-7.1-6",),
        400,
        413,
    ),
    _refused(
        "zeros without end", chunks("0" * 1000 + "5\r\nhello\r\n" + _LAST), ("RFC9112-7.1.1-3",)
    ),
    _refused("more data than the size", chunks("5\r\nhelloXX\r\n0\r\n\r\n"), _CHUNK),
    _refused("less data than the size", chunks("7\r\nhello\r\n0\r\n\r\nXX"), _CHUNK),
    _refused("no line end behind the data", chunks("5\r\nhello0\r\n\r\n"), _CHUNK),
    _refused("a line feed behind the size", chunks("5\nhello\r\n0\r\n\r\n"), ("RFC9112-2.2-4",)),
    _refused("a line feed behind the data", chunks("5\r\nhello\n0\r\n\r\n"), ("RFC9112-2.2-4",)),
    _refused("a CR behind the size", chunks("5\rhello\r\n0\r\n\r\n"), ("RFC9112-2.2-4",)),
    _refused("a CR behind the data", chunks("5\r\nhello\r0\r\n\r\n"), ("RFC9112-2.2-4",)),
    _refused("line feeds behind the last", chunks("5\r\nhello\r\n0\n\n"), ("RFC9112-2.2-4",)),
    _refused(
        "a line feed behind the trailers", chunks("5\r\nhello\r\n0\r\n\n"), ("RFC9112-2.2-4",)
    ),
    _refused(
        "a line feed within the trailers",
        chunks("5\r\nhello\r\n0\r\nA: b\n\r\n"),
        ("RFC9112-2.2-4",),
    ),
    _refused(
        "an extension of 100,000 octets",
        chunks("5;a=" + "b" * 100_000 + "\r\nhello\r\n" + _LAST),
        ("RFC9112-7.1.1-3",),
    ),
    _refused(
        "an extension on each of many chunks",
        chunks(("1;a=" + "b" * 200 + "\r\nh\r\n") * 30 + _LAST),
        ("RFC9112-7.1.1-3",),
    ),
)

TRAILERS = (
    _echoed("of one field", chunks("5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n"), ("RFC9112-7.1.2-4",)),
    *(
        _echoed(
            f"{field} changes nothing",
            chunks(f"5\r\nhello\r\n0\r\n{field}\r\n\r\n"),
            ("RFC9112-7.1.2-4",),
        )
        for field in (
            *(
                "Content-Length: 99",
                "Transfer-Encoding: chunked",
                "Host: evil.test",
                "Authorization: a b",
            ),
            *(
                "Content-Type: text/evil",
                "Connection: close",
                "Content-Encoding: gzip",
                "Expect: 100-continue",
            ),
        )
    ),
    *(
        _refused(
            f"malformed {line!r}",
            chunks(f"5\r\nhello\r\n0\r\n{line}\r\n\r\n"),
            ("RFC9112-7.1.2-1",),
        )
        for line in ("GET / HTTP/1.1", "X : y", ": y", "X: a\x00", " X: y", "X: a\r\n b", "X y: z")
    ),
    _refused("too long", chunks("0\r\nX: " + "y" * 20_000 + "\r\n\r\n"), ("RFC9110-5.4-1",), 431),
    _refused("too many", chunks("0\r\n" + "X: y\r\n" * 200 + "\r\n"), ("RFC9110-5.4-1",), 431),
)

TABLE = {
    "content-length": CONTENT_LENGTH,
    "both": BOTH,
    "transfer-encoding": TRANSFER_ENCODING,
    "chunks": CHUNKS,
    "trailers": TRAILERS,
}
