"""Request lines, fields and octets that are no HTTP."""

from __future__ import annotations

from situation import CLOSES, EITHER, HOST, PERSISTS, Situation, get

_LINE = ("RFC9112-3-1",)
_TARGET = ("RFC9112-3.2-1",)
_VERSION = ("RFC9112-2.3-1",)
_HOST = ("RFC9112-3.2-7",)
_END = ("RFC9112-2.2-4",)
_NAME = ("RFC9112-5-1",)
_VALUE = ("RFC9110-5.5-6",)


def _refused(name: str, octets: str, clauses: tuple[str, ...], *statuses: int) -> Situation:
    return Situation(name, octets, statuses or (400,), CLOSES, clauses)


def _line(line: str) -> str:
    return f"{line}\r\n{HOST}\r\n"


REQUEST_LINE = (
    Situation("as it should be", get(), (200,), PERSISTS, _LINE, "alive"),
    Situation("empty lines before it", "\r\n\r\n" + get(), (200, 400), EITHER, ("RFC9112-2.2-6",)),
    *(
        _refused(f"line {line!r}", _line(line), _LINE)
        for line in (
            *("GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1"),
            *(" GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1.1\t", "GET HTTP/1.1", "GET", "/"),
            *("GET / HTTP/1.1 x", "GET / x HTTP/1.1", "GET /a b HTTP/1.1", "   ", "\t", "\x0b"),
            *("GET\x0b/ HTTP/1.1", "GET\x0c/ HTTP/1.1", "GET\xa0/ HTTP/1.1", "GET\x00/ HTTP/1.1"),
            *(
                "G[T / HTTP/1.1",
                "G:T / HTTP/1.1",
                "G\xc9T / HTTP/1.1",
                "G\x00T / HTTP/1.1",
                "(GET / HTTP/1.1",
            ),
            *("\xef\xbb\xbfGET / HTTP/1.1", "HTTP/1.1 200 OK", '"GET" / HTTP/1.1'),
        )
    ),
    *(
        _refused(f"target {target!r}", get(target=target), _TARGET)
        for target in (
            *(
                "*",
                "a",
                "a/b",
                "?a",
                "\\",
                "/\\",
                "/a\\..\\b",
                "/#a",
                "/a?b#c",
                "//a b",
                "/\x00",
                "/a\x00b",
            ),
            *("/\xe9", "/\xc3\xa9", "/\x7f", "/\x01", "/<a>", '/"a"', "/{a}", "/a|b", "/^", "/`"),
            *("/%", "/%4", "/%zz", "/%u0041", "/%-1", "/?%g0", "necro.test:80", "//\x1f"),
            *("ftp://necro.test/", "file:///a", "http:/a", "http:///a", "http://", "http://:80/"),
            *(
                "http://u@necro.test/",
                "http://u:p@necro.test/",
                "http://a b/",
                "http://necro.test:99999/",
            ),
            *(
                "http://necro.test:x/",
                "http://[::1/",
                "http://[g]/",
                "javascript:x",
                "http://a\\b/",
            ),
        )
    ),
    *(
        _refused(f"version {version!r}", get(version=version), _VERSION)
        for version in (
            *(
                "http/1.1",
                "Http/1.1",
                "HTTP/1",
                "HTTP/1.",
                "HTTP/.1",
                "HTTP/01.1",
                "HTTP/1.01",
                "HTTP/01.01",
            ),
            *(
                "HTTP/1.10",
                "HTTP/11.1",
                "HTTP/ 1.1",
                "HTTP /1.1",
                "HTTP/1,1",
                "HTTP/1.x",
                "HTTP/a.b",
            ),
            *(
                "HTTP/-1.1",
                "HTTP/+1.1",
                "HTTP/1.1\x00",
                "HTTP/1.1;a",
                "HTTPS/1.1",
                "HTP/1.1",
                "ICY/1.1",
                "HTTP/0.9",
            ),
            *("HTTP/1_1", "HTTP/1.1.1", "RTSP/1.0", "HTTP/\xb9.1", "HTTP/1.1a"),
        )
    ),
    *(
        _refused(f"version {version}", get(version=version), ("RFC9110-15.6.6-1",), 400, 505)
        for version in ("HTTP/2.0", "HTTP/3.0", "HTTP/9.9")
    ),
    Situation("version HTTP/1.2", get(version="HTTP/1.2"), (200, 505), EITHER, ("RFC9112-2.3-1",)),
    _refused("HTTP/0.9", "GET /\r\n", _VERSION),
    _refused("HTTP/0.9 with a line feed", "GET /\n", _END),
    _refused("HTTP/0.9 with a space", "GET / \r\n", _VERSION),
    _refused("a target of 100,000 octets", get(target="/" + "a" * 100_000), ("RFC9112-3-4",), 414),
    _refused("a query of 100,000 octets", get(target="/?" + "a" * 100_000), ("RFC9112-3-4",), 414),
    Situation(
        "a target of 8,000 octets",
        get(target="/" + "a" * 7_980),
        (404,),
        PERSISTS,
        ("RFC9112-3-5",),
    ),
    _refused("a method of 100,000 octets", _line("A" * 100_000 + " / HTTP/1.1"), _LINE),
    Situation(
        "a method of 8,000 octets",
        _line("A" * 8_000 + " / HTTP/1.1"),
        (501,),
        EITHER,
        ("RFC9112-3-3",),
    ),
)

PATHS = (
    *(
        Situation(f"path {path[:40]}", get(target=path), statuses, PERSISTS, ("RFC3986-2.1-1",))
        for path, statuses in (
            ("/%61live", (404,)),
            ("/%2F", (404,)),
            ("/%00", (400, 404)),
            ("/name/%00", (200, 400, 404, 422)),
            ("/name/%c0%af", (400, 404, 422)),
            ("/name/%ff", (400, 404, 422)),
            ("/name/%ed%a0%80", (400, 404, 422)),
            ("/name/%f8%88%80%80%80", (400, 404, 422)),
            ("/name/%e2%82%ac", (200,)),
            ("/name/..", (404, 200)),
            ("/../etc/passwd", (404,)),
            ("/name/../../etc/passwd", (404,)),
            ("/%2e%2e/etc/passwd", (404,)),
            ("/name/%2e%2e%2fetc", (200, 404)),
            ("/./", (404,)),
            ("//", (404,)),
            ("///name", (404,)),
            ("/?a=%00", (200,)),
            ("/?a=b&&=&a", (200,)),
            ("/?" + "a&" * 3_000, (200,)),
            ("/?[a]=b|c", (200, 400)),
            ("/;a=b", (404,)),
        )
    ),
)

HOSTS = (
    _refused("none", get(host=""), ("RFC9112-3.2-7",)),
    Situation(
        "none in HTTP/1.0", get(host="", version="HTTP/1.0"), (200, 400), CLOSES, ("RFC9112-9.3-1",)
    ),
    _refused("twice, equal", get(HOST), _HOST),
    _refused("twice, different", get("Host: other.test\r\n"), _HOST),
    _refused("twice, the second in capitals", get("HOST: other.test\r\n"), _HOST),
    _refused("a space before the colon", get(host="Host : a\r\n"), ("RFC9112-5.1-2",)),
    _refused("folded", get(host="Host:\r\n a\r\n"), ("RFC9112-5.2-3",)),
    *(
        _refused(f"value {value!r}", get(host=f"Host: {value}\r\n"), _HOST)
        for value in (
            *(
                "",
                "u@a",
                "u:p@a",
                "a/b",
                "a/",
                "a?b",
                "a#b",
                "a b",
                "a, b",
                "a:80, b:80",
                "http://a",
                "a:b",
                "a:80:80",
            ),
            *(
                "a:99999",
                "a:-1",
                "a:+80",
                "a:8 0",
                ":80",
                "[::1",
                "[g]",
                "::1",
                "[::1]a",
                "a\\b",
                "a\x00",
                "\xe9",
                "a\tb",
            ),
            *("a%", "a%zz", "<a>", '"a"', "a|b", "a\x7f", "a\x0b", "{a}"),
        )
    ),
    *(
        Situation(f"value {value}", get(host=f"Host: {value}\r\n"), (200,), PERSISTS, _HOST)
        for value in (
            "a",
            "a:80",
            "a:",
            "A.B",
            "127.0.0.1:8000",
            "[::1]",
            "[::1]:80",
            "xn--caf-dma.test",
            "a_b",
        )
    ),
    Situation(
        "the target's goes before",
        get(target="http://necro.test/", host="Host: other.test\r\n"),
        (200, 400),
        EITHER,
        ("RFC9112-3.2.2-3",),
    ),
    Situation(
        "an absolute target",
        get(target="http://necro.test/"),
        (200,),
        PERSISTS,
        ("RFC9112-3.2.2-5",),
        "alive",
    ),
    Situation(
        "an absolute target without a path",
        get(target="http://necro.test"),
        (200,),
        PERSISTS,
        ("RFC9112-3.2.1-2",),
        "alive",
    ),
    Situation(
        "an absolute target with a query alone",
        get(target="http://necro.test?a"),
        (200,),
        PERSISTS,
        ("RFC9112-3.2.2-5",),
    ),
    Situation(
        "a scheme in capitals",
        get(target="HTTP://necro.test/"),
        (200,),
        PERSISTS,
        ("RFC9112-3.2.2-5",),
    ),
    Situation(
        "an https target without TLS",
        get(target="https://necro.test/"),
        (421, 400),
        EITHER,
        ("RFC9110-7.4-1",),
    ),
    _refused("an absolute target without Host", get(target="http://necro.test/", host=""), _HOST),
)

FIELDS = (
    *(
        _refused(f"line {line!r}", get(line + "\r\n"), _NAME)
        for line in (
            *(
                "X : y",
                "X\t: y",
                ": y",
                " : y",
                "X",
                "X y",
                "X y: z",
                "X[: y",
                "X(: y",
                "X\x00: y",
                "X\x7f: y",
                "X\xeb: y",
            ),
            *(
                "X\xc3\xab: y",
                "X/: y",
                "X@: y",
                '"X": y',
                "X=: y",
                "X;: y",
                "X,: y",
                "X\\: y",
                "{X}: y",
                "\x0bX: y",
                "X\x0b: y",
            ),
        )
    ),
    *(
        _refused(f"value {value!r}", get(f"X: {value}\r\n"), _VALUE)
        for value in (
            "a\x00b",
            "\x00",
            "a\x07b",
            "a\x08b",
            "a\x0bb",
            "a\x0cb",
            "a\x1bb",
            "a\x7fb",
            "a\x1f",
            "a\rb",
            "\r",
            "a\r\r",
        )
    ),
    *(
        Situation(f"value {value!r}", get(f"X:{value}\r\n"), (200,), PERSISTS, ("RFC9110-5.5-2",))
        for value in (
            "",
            " ",
            "\t",
            "a\tb",
            " \xe9",
            " \xff",
            ' "a',
            " a:b",
            " " * 100,
            " a" + " " * 100,
            " \xa0",
        )
    ),
    Situation(
        "names may hold any token octet",
        get("!#$%&'*+-.^_`|~09aZ: y\r\n"),
        (200,),
        PERSISTS,
        ("RFC9110-5.6.2-1",),
    ),
    _refused(
        "a line before the first one's white space",
        get(host=" \r\nHost: a\r\n"),
        ("RFC9112-2.2-8",),
    ),
    _refused("white space before the first", get(host=" Host: a\r\n"), ("RFC9112-2.2-8",)),
    _refused("folded with SP", get("X: a\r\n b\r\n"), ("RFC9112-5.2-3",)),
    _refused("folded with HTAB", get("X: a\r\n\tb\r\n"), ("RFC9112-5.2-3",)),
    _refused("folded, nothing behind", get("X: a\r\n \r\n"), ("RFC9112-5.2-3",)),
    _refused("a line feed behind the request line", f"GET / HTTP/1.1\n{HOST}\r\n", _END),
    _refused("a line feed behind a field", get("X: y\nZ: a\r\n"), _END),
    _refused("line feeds throughout", "GET / HTTP/1.1\nHost: a\n\n", _END),
    _refused("a line feed for the empty line", f"GET / HTTP/1.1\r\n{HOST}\n", _END),
    _refused("a CR behind the request line", f"GET / HTTP/1.1\r{HOST}\r\n", _END),
    _refused("a CR before CR LF", f"GET / HTTP/1.1\r\r\n{HOST}\r\n", _END),
    _refused("a CR for the empty line", f"GET / HTTP/1.1\r\n{HOST}\rX", _END),
    _refused(
        "a value of 100,000 octets", get("X: " + "a" * 100_000 + "\r\n"), ("RFC9110-5.4-1",), 431
    ),
    _refused("a name of 100,000 octets", get("X" * 100_000 + ": a\r\n"), ("RFC9110-5.4-1",), 431),
    _refused(
        "10,000 lines",
        get("".join(f"X-{n}: a\r\n" for n in range(10_000))),
        ("RFC9110-5.4-1",),
        431,
    ),
    Situation("90 lines", get("X: a\r\n" * 90), (200,), PERSISTS, ("RFC9110-5.4-1",)),
    _refused(
        "two types of content",
        get("Content-Type: a/b\r\nContent-Type: c/d\r\n"),
        ("RFC9110-5.3-3",),
    ),
)

OTHER_PROTOCOLS = (
    _refused("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00" * 40, _LINE),
    _refused("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", _TARGET, 400, 505),
    _refused("SSH", "SSH-2.0-OpenSSH_9.2\r\n", _LINE, 400, 501),
    _refused("the PROXY protocol", "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + get(), _LINE),
    _refused(
        "the PROXY protocol's second version",
        "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + "\x00" * 12,
        _LINE,
    ),
    _refused("a response", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", _LINE),
    _refused("zeros", "\x00" * 256, _LINE),
    _refused("ones", "\xff" * 256, _LINE),
    _refused("RESP", "*1\r\n$4\r\nPING\r\n", _LINE),
    _refused("SMTP", "EHLO necro.test\r\n", _LINE),
    _refused("empty lines", "\r\n" * 20, ("RFC9112-2.2-6",)),
    _refused("JSON", '{"a": 1}\r\n\r\n', _LINE),
    _refused("line feeds", "\n\n\n", _END),
)

TABLE = {
    "request line": REQUEST_LINE,
    "paths": PATHS,
    "host": HOSTS,
    "fields": FIELDS,
    "other protocols": OTHER_PROTOCOLS,
}
