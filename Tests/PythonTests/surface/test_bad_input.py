"""What apps get wrong: one clear error each, at the earliest moment at which it can be known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fixtures import StartHost
from hosting import END_SECONDS_MAX, Host, checkout_environment, run_necro, write_app

HEAD = "import necro\napp = necro.App()\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            """
            @app.provide("a")
            async def get_a(b): ...

            @app.provide("b")
            async def get_b(a): ...

            @app.get("/")
            async def index(a): ...
            """,
            "GET / (app.index): providers need each other:"
            " 'a' (app.get_a) needs 'b' (app.get_b) needs 'a' (app.get_a)",
        ),
        (
            """
            @app.provide("a")
            async def get_a(a): ...

            @app.get("/")
            async def index(a): ...
            """,
            "GET / (app.index): providers need each other: 'a' (app.get_a) needs 'a' (app.get_a)",
        ),
        (
            """
            @app.get("/graves/{number}")
            async def one_grave(nmuber): ...
            """,
            "GET /graves/{number} (app.one_grave), parameter 'nmuber':"
            " nothing has this name; did you mean 'number'?",
        ),
        (
            """
            @app.get("/graves")
            async def graves(): ...

            @app.get("/graves")
            async def graves(): ...
            """,
            "GET /graves (app.graves): app.graves already answers GET /graves"
            " (app.py:4 and app.py:7)",
        ),
        (
            """
            router = necro.Router()
            app.include(router, prefix="/graves")

            @app.get("/graves/{id}")
            async def by_id(id: int): ...

            @router.get("/{name}")
            async def by_name(name): ...
            """,
            "GET /graves/{id} (app.by_id): app.by_name already answers GET /graves/{name}"
            " (app.py:10 and app.py:7)",
        ),
        (
            """
            @app.get("/graves/{id:int}")
            async def by_id(id): ...
            """,
            "GET /graves/{id:int} (app.by_id): the path has the converter 'int' in '{id:int}';"
            " annotate the parameter of the handler instead (only ':path' is known here)",
        ),
        (
            """
            @app.middleware
            def plain(request, call_next):
                return call_next(request)

            @app.get("/")
            async def index(): ...
            """,
            "middleware app.plain: a middleware is an 'async def' function that returns",
        ),
        (
            """
            @app.on_startup
            async def begin(database): ...
            """,
            "on_startup hook app.begin, parameter 'database':"
            " a hook is given 'state' and nothing else",
        ),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_served(
    tmp_path: Path, source: str, line: str
) -> None:
    write_app(tmp_path, source)
    (tmp_path / "app.py").write_text(HEAD + (tmp_path / "app.py").read_text())
    for command in ("routes", "host"):
        done = run_necro(command, "app", folder=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"necro: {line}\n"


@pytest.mark.parametrize(
    ("target", "is_answered_by"),
    [
        ("/graves/new", "literal"),
        ("/graves/7", "parameter"),
        ("/graves/7/names", "rest"),
        ("/graves/", "rest"),
        ("/hall/door", "literal first"),
        ("/hall/x", "parameter last"),
        ("/x/door", "parameter first"),
        ("/x/y", "rest of all"),
        ("/", "rest of all"),
    ],
)
def test_templates_that_match_the_same_path_have_an_order(
    served: Host, target: str, is_answered_by: str
) -> None:
    assert served.get(target).text == is_answered_by


APP = """
    import asyncio
    import necro

    app = necro.App()

    def answer(path, text):
        async def handler():
            return text
        app.get(path)(handler)

    def taking(path, text, name):
        scope = {}
        exec(f"async def handler({name}): return {text!r}", scope)
        app.get(path)(scope["handler"])

    # In an order that must not matter.
    taking("/{rest:path}", "rest of all", "rest")
    taking("/graves/{rest:path}", "rest", "rest")
    taking("/graves/{number}", "parameter", "number")
    answer("/graves/new", "literal")
    taking("/{where}/door", "parameter first", "where")
    taking("/hall/{what}", "parameter last", "what")
    answer("/hall/door", "literal first")

    forgetful = necro.Router()

    @forgetful.middleware
    async def forgets(request, call_next):
        response = call_next(request)
        response.set_header("x-a", "b")
        return response

    @forgetful.get("/forgotten")
    async def forgotten():
        return "never"

    app.include(forgetful)

    @app.provide("twice")
    async def get_twice():
        yield 1
        yield 2

    @app.get("/twice")
    async def twice(twice):
        return twice

    FIELDS = {
        "name": ("x a", "b"), "empty": ("", "b"), "crlf": ("x-a", "b\\r\\nx-b: c"),
        "nul": ("x-a", "b\\0"), "framing": ("Content-Length", "7"), "wide": ("x-a", "\\u2620"),
    }

    @app.get("/field/{kind}")
    async def field(kind):
        return necro.Response("x", headers=[FIELDS[kind]])

    @app.get("/late-field/{kind}")
    async def late_field(kind):
        response = necro.Response("x")
        name, value = FIELDS[kind]
        response.fields.append((name.encode(), value.encode("utf-8")))
        return response

    @app.get("/late-name-of-text")
    async def late_text():
        response = necro.Response("x")
        response.fields.append(("x-a", "b"))
        return response

    @app.get("/alive")
    async def alive():
        return "alive"
"""


def assert_failure(served: Host, target: str, says: str) -> None:
    """A request is answered 500, and the log says why, behind the line that names the handler.

    - says: a pattern of a whole line.
    """
    reply = served.get(target)
    assert reply.status == 500
    request_id = reply.header("x-request-id")
    assert request_id
    assert b"app." not in reply.content
    head = rf"GET {target} \(app\.\w+\) failed, request id {request_id}$"
    served.wait_log(rf"{head}(?:\n(?!.*request id).*)*?\n{says}$")
    assert served.get("/alive").text == "alive"


def test_a_middleware_that_forgets_to_await_is_named(served: Host) -> None:
    assert_failure(
        served,
        "/forgotten",
        r"TypeError: middleware app\.forgets did not await call_next: await call_next\(request\)",
    )
    assert "never awaited" not in served.log


def test_a_generator_provider_that_yields_twice_is_named(served: Host) -> None:
    assert_failure(
        served, "/twice", r"RuntimeError: provider 'twice' \(app\.get_twice\) yields twice"
    )


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("/field/name", "'x a' is not a header field name"),
        ("/field/empty", "'' is not a header field name"),
        ("/field/crlf", "header 'x-a' has a control character"),
        ("/field/nul", "header 'x-a' has a control character"),
        ("/field/framing", "'Content-Length' is set by the server"),
        ("/field/wide", "header 'x-a' has a character outside latin-1"),
        ("/late-field/name", "the response has a header name that HTTP does not allow: b'x a'"),
        ("/late-field/empty", "the response has a header name that HTTP does not allow: b''"),
        (
            "/late-field/crlf",
            "the response has a header value that HTTP does not allow: .*: b'x-a'",
        ),
        ("/late-field/nul", "the response has a header value that HTTP does not allow: .*: b'x-a'"),
        (
            "/late-field/framing",
            "the response has a header that the server sets itself: b'Content-Length'",
        ),
    ],
)
def test_a_field_that_cannot_be_sent_is_named(served: Host, target: str, says: str) -> None:
    assert_failure(served, target, f"ValueError: {says}")
    if target.startswith("/field/"):
        # It is said where the response was made.
        assert 'app.py", line ' in served.log.partition(f"GET {target} ")[2]


def test_a_field_that_is_no_pair_of_octets_is_said(served: Host) -> None:
    says = "TypeError: a field of a Response is a pair of bytes"
    assert_failure(served, "/late-name-of-text", says)


def test_a_response_that_is_too_large_is_said(host: StartHost) -> None:
    running = host(
        """
        import necro

        app, inside = necro.App(), necro.Router()

        @inside.middleware
        async def through(request, call_next):
            return await call_next(request)

        RESULTS = {
            "bytes": lambda n: b"x" * n, "str": lambda n: "x" * n,
            "list": lambda n: ["xxxxxxx"] * (n // 10), "dict": lambda n: {"a": "x" * (n - 8)},
            "response": lambda n: necro.Response(b"x" * n),
        }

        async def result(kind, octets: int):
            return RESULTS[kind](octets)

        app.get("/direct/{kind}/{octets}")(result)
        inside.get("/inside/{kind}/{octets}")(result)
        app.include(inside)

        @app.get("/alive")
        async def alive():
            return "alive"
        """,
        "--response-octets-max",
        "1000",
    )
    for way in ("direct", "inside"):
        for kind in ("bytes", "str", "list", "dict", "response"):
            assert running.get(f"/{way}/{kind}/990").status == 200
            assert_failure(
                running,
                f"/{way}/{kind}/1020",
                "ValueError: the response has more octets than response-octets-max allows: 1000",
            )


STARTS_ONCE = """
    import asyncio, os, pathlib, subprocess, sys
    import necro

    app = necro.App()
    here = pathlib.Path(__file__).parent

    @app.on_startup
    async def light_candles(state):
        try:
            os.close(os.open(here / "candle", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            raise RuntimeError("there is one candle") from None
        state.child = subprocess.Popen(["sleep", "600"])
        (here / "child").write_text(str(state.child.pid))

    @app.on_shutdown
    async def put_out(state):
        state.child.kill()
        state.child.wait()
        (here / "out").touch()
"""


def test_a_hook_that_raises_in_one_worker_ends_the_host_in_order(tmp_path: Path) -> None:
    write_app(tmp_path, STARTS_ONCE)
    done = run_necro("host", "app", "--workers", "2", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "in light_candles" in lines[1]
    assert lines[-1] == (
        "necro: startup hook app.light_candles failed: RuntimeError: there is one candle"
    )
    # Nothing of the machinery that runs hooks.
    assert not any(name in done.stderr for name in ("_worker.py", "_app.py", "asyncio"))
    # The other worker had begun: it has shut down, and its child is gone.
    assert (tmp_path / "out").exists()
    assert not Path(f"/proc/{(tmp_path / 'child').read_text()}").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_workers_start_ends_them_in_order(tmp_path: Path, number: int) -> None:
    write_app(
        tmp_path,
        """
        import asyncio, os, pathlib
        import necro

        app = necro.App()
        here = pathlib.Path(__file__).parent

        @app.on_startup
        async def begin(state):
            try:
                os.close(os.open(here / "first", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                (here / "second").touch()
                try:
                    await asyncio.sleep(600)
                finally:
                    (here / "cancelled").touch()

        @app.on_shutdown
        async def end(state):
            with open(here / "ended", "a") as file:
                file.write("ended\\n")
        """,
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "necro", "host", "app", "--workers", "2", "--bind", "127.0.0.1:0"],
        cwd=tmp_path,
        env=checkout_environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "second").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        _, log = process.communicate(timeout=END_SECONDS_MAX + 30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert (process.returncode, log) == (0, "")
    # The one that was not done starting is cancelled, and has nothing to shut down.
    assert (tmp_path / "cancelled").exists()
    assert (tmp_path / "ended").read_text() == "ended\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_hook_that_ends_the_program_is_said(tmp_path: Path, workers: str) -> None:
    write_app(
        tmp_path,
        """
        import sys
        import necro

        app = necro.App()

        @app.on_startup
        def check():
            sys.exit("there is no candle")
        """,
    )
    done = run_necro("host", "app", "--workers", workers, "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "necro: startup hook app.check failed: SystemExit: there is no candle"
    )
    assert done.stderr.count("necro: ") == 1
    assert not os.path.exists(tmp_path / "core")


def test_shutdown_hooks_that_raise_are_said_and_all_run(host: StartHost) -> None:
    running = host("""
        import sys
        import necro

        app = necro.App()

        @app.on_shutdown
        def last():
            print("last runs", file=sys.stderr)

        @app.on_shutdown
        async def breaks():
            raise OSError("the door is stuck")
    """)
    running.send_signal(signal.SIGTERM)
    assert running.wait() == 1
    assert running.log.splitlines()[-3:] == [
        "OSError: the door is stuck",
        "necro: shutdown hook app.breaks failed: OSError: the door is stuck",
        "last runs",
    ]
