"""Texts of 100 MB and small stacks of threads: an error or the right value, and never a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import necro
import pytest
from necro.json import JSONDecodeError, Raw, dumps, loads, loads_lines

SIZE = 100_000_000

LARGE: dict[str, tuple[Callable[[], bytes], str | None, int]] = {
    # What it is made of, the error's text, and its offset.
    "brackets": (lambda: b"[" * SIZE, "nested too deeply", 256),
    "braces": (lambda: b'{"a":' * (SIZE // 5), "nested too deeply", 256 * 5),
    "commas": (lambda: b"[" + b"," * SIZE, "expected a value", 1),
    "white space": (lambda: b" " * SIZE, "ends too early", SIZE),
    "a string": (lambda: b'"' + b"x" * SIZE + b'"', None, 0),
    "a string without end": (lambda: b'["' + b"x" * SIZE, "ends too early", SIZE + 2),
    "backslashes": (lambda: b'"' + b"\\" * SIZE + b'"', None, 0),
    "escapes": (lambda: b'"' + b"\\u0041" * (SIZE // 6) + b'"', None, 0),
    "a number": (lambda: b"1" * SIZE, "too many digits", 0),
    "a fraction": (lambda: b"0." + b"1" * SIZE, None, 0),
    "an exponent": (lambda: b"1e" + b"0" * SIZE + b"1", None, 0),
    "zeros": (lambda: b"0" * SIZE, "leading zeros", 1),
    "octets": (lambda: b"\xff" * SIZE, "expected a value", 0),
    "NUL": (lambda: b"[" + b"\0" * SIZE, "expected a value", 1),
    "one octet amiss": (lambda: b'["' + b"x" * SIZE + b'\xff"]', "not valid UTF-8", SIZE + 2),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_text_of_100_mb_is_an_error_with_its_place_or_the_right_value(name: str) -> None:
    make, message, offset = LARGE[name]
    text = make()
    if message is not None:
        with pytest.raises(JSONDecodeError, match=message) as caught:
            loads(text)
        assert caught.value.offset == offset
        return
    value = loads(text)
    expected: dict[str, object] = {
        "a string": "x" * SIZE,
        "backslashes": "\\" * (SIZE // 2),
        "escapes": "A" * (SIZE // 6),
        "a fraction": 1 / 9,
        "an exponent": 10.0,
    }
    assert value == expected[name]


def test_lines_and_raw_texts_of_100_mb() -> None:
    text = b'{"a":1}\n' * (SIZE // 80)
    assert len(loads_lines(text)) == SIZE // 80
    with pytest.raises(JSONDecodeError) as caught:
        loads_lines(text + b"x")
    assert (caught.value.line, caught.value.offset) == (SIZE // 80 + 1, len(text))
    large = b"[" + b"1," * (SIZE // 2) + b"1]"
    assert Raw(large) == large


_SMALL_STACK = """
    import threading
    from necro.json import JSONDecodeError, dumps, loads

    deep = "[" * 256 + "1.5e-3" + "]" * 256
    objects = '{"k":' * 256 + '"\\\\ud83d\\\\udc80"' + "}" * 256
    array, members = [], {}
    for _ in range(1100):
        array, members = [array], {"k": members}

    def run():
        for text in (deep, objects):
            value = loads(text)
            assert value == loads(text)
            for options in ({}, {"indent": 1}, {"sort_keys": True}):
                try:
                    assert loads(dumps(value, **options)) == value
                except ValueError as error:
                    assert "stack of this thread" in str(error), error
        for text in ("[" * 1_000_000, '{"a":' * 1_000_000, deep[:-1], "1" * 4_000_000):
            try:
                loads(text)
            except JSONDecodeError:
                continue
            raise AssertionError(text[:9])
        for value in (array, members, object()):
            for options in ({}, {"indent": 1}, {"sort_keys": True}):
                try:
                    dumps(value, default=lambda item: [item], **options)
                except ValueError:
                    continue
                raise AssertionError(options)
        done.append(True)

    done = []
    threading.stack_size(STACK * 1024)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    print(len(done))
"""


SOURCES = str(Path(necro.__file__).parents[1])


@pytest.mark.parametrize("stack", [96, 128, 256, 512, 8192])
def test_the_stack_of_a_small_thread_is_never_left(stack: int) -> None:
    program = textwrap.dedent(_SMALL_STACK).replace("STACK", str(stack))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def test_a_thread_of_the_usual_size_writes_a_thousand_levels() -> None:
    array: list[object] = []
    for _ in range(999):
        array = [array]
    written: list[bytes] = []

    def run() -> None:
        written.append(dumps(array))
        written.append(dumps(array, sort_keys=True))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert written == [b"[" * 1000 + b"]" * 1000] * 2
