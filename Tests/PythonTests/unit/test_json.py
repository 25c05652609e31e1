"""`necro.json` beside the standard library's, on what both know and where they differ."""

from __future__ import annotations

import gc
import json
import math
import os
import random
import sys
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from necro.json import JSONDecodeError, dumps, loads

TEXTS = ["", "a", "é", "€", "💀", 'quote " slash \\ / end', "\x00\x1f\x7f", "\n\t\r\b\f", "x" * 40,
         "y" * 300, "ÿ" * 20, "日本語" * 30, "mixed é 💀 end"]  # fmt: skip


def standard(value: object) -> bytes:
    """What the standard library writes, in the form of ours."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def random_value(source: random.Random, depth: int) -> Any:
    kind = source.randrange(10 if depth else 7)
    if kind == 0:
        return source.choice([None, True, False])
    if kind == 1:
        return source.randrange(-(10 ** source.randrange(1, 25)), 10 ** source.randrange(1, 25))
    if kind == 2:
        return source.choice([source.random(), source.uniform(-1e9, 1e9), 1e300, -0.0, 5e-324])
    if kind < 7:
        return source.choice(TEXTS)[source.randrange(2) :]
    if kind == 7:
        return [random_value(source, depth - 1) for _ in range(source.randrange(6))]
    keys = [source.choice(TEXTS) + str(source.randrange(9)) for _ in range(source.randrange(8))]
    return {key: random_value(source, depth - 1) for key in keys}


@pytest.mark.parametrize("seed", range(8))
def test_random_values_are_written_and_read_as_the_standard_library_does(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(200):
        value = random_value(source, 4)
        text = dumps(value)
        assert text == standard(value)
        assert loads(text) == value
        assert repr(loads(text)) == repr(json.loads(text))
        escaped = json.dumps(value, indent=source.choice([None, 1, 4]))
        assert loads(escaped) == value
        assert loads(bytearray(escaped.encode())) == value


def test_what_is_read_again_and_again_stays_the_same() -> None:
    """Names are kept from text to text: more of them than there is room for, and like ones."""
    for turn in range(3):
        for index in range(3000):
            value = {f"name {index}": turn, f"n{index % 7}": {"": index}, "k" * (index % 90): 1}
            assert loads(dumps(value)) == value


def test_one_dict_after_another_is_written_right_whatever_changes() -> None:
    """What is known of the names written before never shows."""
    keys = [f"key {index}" for index in range(40)] + ['"', "\\", "é", "n" * 60]
    source = random.Random(3)
    for _ in range(2000):
        value = {key: key for key in source.sample(keys, source.randrange(8))}
        assert dumps(value) == standard(value)
    # Strs of the same address, one after the other.
    for index in range(5000):
        key = f"{index:09}"
        assert dumps({key: 1}) == standard({key: 1})
        del key


def test_subclasses_are_written_as_what_they_are() -> None:
    class Text(str):
        pass

    class Number(int):
        pass

    class Mood(IntEnum):
        GRIM = 3

    value = OrderedDict([(Text("a"), Number(4)), ("b", Mood.GRIM), ("c", (1, [Text("é")]))])
    assert dumps(value) == '{"a":4,"b":3,"c":[1,["é"]]}'.encode()


def test_a_default_that_changes_the_dict_is_found_out() -> None:
    value: dict[str, object] = {"a": 1, "b": object(), "c": 3}

    def growing(_item: object) -> object:
        value["new"] = 1
        return None

    with pytest.raises(RuntimeError, match="changed its size"):
        dumps(value, default=growing)

    items: list[object] = [object(), 1, 2]

    def shrinking(_item: object) -> object:
        items.clear()
        return "gone"

    assert dumps(items, default=shrinking) == b'["gone"]'

    def replacing(item: object) -> object:
        return dumps(item, default=str).decode()

    text = dumps([object, {1, 2}], default=lambda item: dumps({"in": str(item)}).decode())
    assert loads(text)[0] == '{"in":"<class \'object\'>"}'
    assert replacing(3) == "3"


def test_a_default_is_asked_before_ours_and_may_leave_it() -> None:
    def picky(item: object) -> object:
        if isinstance(item, Decimal):
            return float(item)
        raise TypeError("not mine")

    value = {"a": Decimal("1.5"), "b": date(1897, 5, 26)}
    assert dumps(value, default=picky) == b'{"a":1.5,"b":"1897-05-26"}'
    assert dumps(value) == b'{"a":"1.5","b":"1897-05-26"}'
    with pytest.raises(TypeError):
        dumps(object(), default=picky)


def test_names_are_sorted() -> None:
    value = {"b": [{"z": 1, "é": 2, "a": 3}], "a": {"y": object, "x": None}, "B": 1}
    assert dumps(value, sort_keys=True, default=str) == (
        '{"B":1,"a":{"x":null,"y":"<class \'object\'>"},"b":[{"a":3,"z":1,"é":2}]}'.encode()
    )
    # The values of equal names are not compared.
    assert dumps({"a": object(), "b": {}}, sort_keys=True, default=lambda _: 1) == b'{"a":1,"b":{}}'


@pytest.mark.parametrize("indent", [0, 1, 2, 8])
def test_values_are_indented_as_the_standard_library_does(indent: int) -> None:
    source = random.Random(indent)
    for _ in range(50):
        value = random_value(source, 4)
        assert dumps(value, indent=indent).decode() == json.dumps(
            value, ensure_ascii=False, indent=indent
        )
    with pytest.raises(ValueError, match="indent"):
        dumps([], indent=33)


def test_keys_of_other_types_are_text_when_they_may() -> None:
    class Mood(Enum):
        GRIM = "grim"

    value = {1: 1, 2.5: 2, False: 3, None: 4, Mood.GRIM: 5, UUID(int=1): 6, date(2026, 1, 2): 7}
    assert dumps(value, non_str_keys=True) == (
        b'{"1":1,"2.5":2,"false":3,"null":4,"grim":5,"00000000-0000-0000-0000-000000000001":6,"2026-01-02":7}'
    )
    with pytest.raises(TypeError, match="keys"):
        dumps({1: 1})
    with pytest.raises(TypeError, match="key"):
        dumps({(1, 2): 1}, non_str_keys=True)


def test_nan_is_an_error_or_null() -> None:
    for value in (math.nan, math.inf, -math.inf):
        assert dumps({"a": [value]}, nan="null") == b'{"a":[null]}'
        with pytest.raises(ValueError, match="NaN"):
            dumps({"a": [value]})
        with pytest.raises(ValueError, match="NaN"):
            dumps({"a": [value]}, nan="error", indent=1)
    with pytest.raises(ValueError, match="nan"):
        dumps(1, nan="zero")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="unexpected"):
        dumps(1, colour=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_styles_know_the_other_types_as_well() -> None:
    @dataclass
    class Grave:
        name: str
        dug: date

    value = [Grave("Ann", date(1897, 5, 26)), {3}, b"bone"]
    assert dumps(value, indent=0) == dumps(value).replace(b"[", b"[\n").replace(
        b"]", b"\n]"
    ).replace(b"{", b"{\n").replace(b"}", b"\n}").replace(b",", b",\n").replace(b":", b": ")


def test_cycles_and_depth_are_errors() -> None:
    cycle: list[object] = []
    cycle.append({"a": cycle})
    for options in ({}, {"indent": 1}):
        with pytest.raises(ValueError, match="nested"):
            dumps(cycle, **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="nested"):
        dumps(object(), default=lambda item: [item])
    with pytest.raises(JSONDecodeError, match="nested"):
        loads("[" * 100_000)


def test_reading_while_reading_is_safe() -> None:
    """The end of an object may read JSON itself, in the midst of another text."""
    read: list[object] = []

    class Last:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            read.append(loads(b'{"inner": [1, "two", {"three": 3}]}'))

    items: list[object] = [{"name": f"item {index}", "values": [index]} for index in range(3000)]
    text = dumps(items)
    expected = json.loads(text)
    for _ in range(5):
        for _ in range(50):
            Last()
        assert loads(text) == expected
    gc.collect()
    assert len(read) == 250
    assert all(value == {"inner": [1, "two", {"three": 3}]} for value in read)


def test_references_are_neither_lost_nor_kept() -> None:
    inner = ["a value of some length", 12345678901, 1.5, {"x": None}]
    value = {"a name of some length": inner}
    text = dumps(value)
    for _ in range(100):
        dumps(value)
        loads(text)
    gc.collect()
    before = [sys.getrefcount(item) for item in (value, inner, *inner)]
    blocks = sys.getallocatedblocks()
    for _ in range(2000):
        dumps(value)
        dumps(value, indent=2, sort_keys=True)
        loads(text)
    gc.collect()
    after = [sys.getrefcount(item) for item in (value, inner, *inner)]
    assert after == before
    assert sys.getallocatedblocks() - blocks < 500


_LARGE_TEXTS = {
    "refused": b"[" + b"," * 30_000_000,
    "one string": b'["' + b"x" * 30_000_000 + b'"]',
    "many values": b"[" + b"1," * 4_000_000 + b"1]",
}


def _resident() -> int:
    """The process's memory that is not swapped out, in octets."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize("text", _LARGE_TEXTS.values(), ids=_LARGE_TEXTS)
def test_a_large_text_leaves_little_behind(text: bytes) -> None:
    loads(b'{"warm": "up"}' + b" " * 100)
    before = _resident()
    for _ in range(2):
        with suppress(JSONDecodeError):
            loads(text)
    # A reader keeps 16 MiB at most from one text to the next; the rest is the allocator's.
    assert _resident() - before < 40_000_000


def test_names_that_a_sender_chooses_are_not_kept() -> None:
    before = None
    for number in range(200):
        text = b'{"n%d":1,"%s":2}' % (number, b"%03d" % number * 30_000)
        # The second time a shape is known, and kept.
        for _ in range(3):
            assert len(loads(text)) == 2
        if number == 20:
            before = _resident()
    assert before is not None
    # 180 names of 90,000 octets are 16 MB.
    assert _resident() - before < 3_000_000
