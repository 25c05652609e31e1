"""What `necro.json` has beyond values in and out: options, lines, raw texts, merge patches."""

from __future__ import annotations

import copy
import io
import json
import pickle
import random
from decimal import Decimal
from enum import IntEnum
from typing import Any

import pytest
from necro.json import (
    JSONDecodeError,
    Raw,
    dumps,
    dumps_lines,
    loads,
    loads_lines,
    merge_patch,
)

SAFE = 2**53 - 1


class Rank(IntEnum):
    """An int of another type."""

    LICH = 2**60


@pytest.mark.clause("RFC7493-2.2-1", "RFC7493-2.2-2")
def test_integers_that_a_double_does_not_hold_are_numbers_strings_or_errors() -> None:
    value = [SAFE, -SAFE, True, {"a": SAFE + 1, "b": -SAFE - 1}, 10**40, Rank.LICH]
    assert dumps(value) == (
        b"[9007199254740991,-9007199254740991,true,"
        b'{"a":9007199254740992,"b":-9007199254740992},'
        b"10000000000000000000000000000000000000000,1152921504606846976]"
    )
    assert dumps(value, big_int="number") == dumps(value)
    assert dumps(value, big_int="string") == (
        b"[9007199254740991,-9007199254740991,true,"
        b'{"a":"9007199254740992","b":"-9007199254740992"},'
        b'"10000000000000000000000000000000000000000","1152921504606846976"]'
    )
    assert dumps(value[:3], big_int="error") == dumps(value[:3])
    with pytest.raises(ValueError, match="53 bits") as caught:
        dumps(value, big_int="error")
    assert caught.value.__notes__ == ["in the JSON value at /3/a"]
    # A key is text, of whatever size.
    assert dumps({10**20: 1}, non_str_keys=True, big_int="string") == b'{"100000000000000000000":1}'
    assert dumps({10**20: 1}, non_str_keys=True, big_int="error") == b'{"100000000000000000000":1}'


@pytest.mark.parametrize(
    ("decimal", "string"),
    [("1.50", '"1.50"'), ("1E+400", '"1E+400"'), ("-0.0", '"-0.0"'), ("0E-10", '"0E-10"')],
)
def test_decimals_are_strings_or_numbers_with_every_digit(decimal: str, string: str) -> None:
    value = {"it": [Decimal(decimal)]}
    assert dumps(value) == dumps(value, decimal="string") == f'{{"it":[{string}]}}'.encode()
    text = dumps(value, decimal="number")
    assert text == f'{{"it":[{decimal}]}}'.encode()
    assert json.loads(text, parse_float=Decimal) == value
    assert dumps(value, decimal="number", indent=1) == (
        f'{{\n "it": [\n  {decimal}\n ]\n}}'.encode()
    )


def test_a_default_comes_before_numbers_of_decimals() -> None:
    def picky(item: object) -> object:
        if item == Decimal(1):
            return "one"
        raise TypeError("not mine")

    value = [Decimal(1), Decimal("2.5"), b"bone"]
    assert dumps(value, default=picky, decimal="number") == b'["one",2.5,"Ym9uZQ=="]'
    assert dumps(value, default=picky) == b'["one","2.5","Ym9uZQ=="]'
    for text in ("NaN", "sNaN", "Infinity"):
        with pytest.raises(ValueError, match="decimal"):
            dumps([Decimal(text)], decimal="number")
        with pytest.raises(ValueError, match="decimal"):
            dumps([Decimal(text)])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dumps(1, big_int="huge"), "big_int is"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: dumps(1, decimal="text"), "decimal is"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: loads("1", duplicates="first"), "duplicates is"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ],
)
def test_options_take_what_they_say(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_there_are_no_other_options() -> None:
    with pytest.raises(TypeError, match=r"dumps\(\) got an unexpected keyword argument 'colour'"):
        dumps(1, colour=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match=r"loads\(\) got an unexpected keyword argument 'strict'"):
        loads("1", strict=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    for wrong in ((), ("1", "2")):
        with pytest.raises(TypeError, match="one text"):
            loads(*wrong)
    with pytest.raises(TypeError, match="indent"):
        dumps_lines([1], indent=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


@pytest.mark.clause("RFC7493-2.3-1")
def test_duplicate_names_are_an_error_where_asked_for() -> None:
    for text, offset, path in [
        ('{"a": 1, "b": {}, "a": 2}', 18, ""),
        (r'[{"x": {"\u0079": 0, "y": 0}}]', 21, "/0/x"),
        ('{"a": 1, "a": 2}' + " " * 100, 9, ""),
    ]:
        assert loads(text) is not None
        strict: list[Any] = [{"duplicates": "error"}, {"i_json": True}]
        for options in strict:
            with pytest.raises(JSONDecodeError, match="has had this name") as caught:
                loads(text, **options)
            assert (caught.value.offset, caught.value.path) == (offset, path)
        # It does not stay so.
        assert loads(text) is not None
    assert loads('{"a": {"a": 1}, "b": {"a": 1}}', duplicates="error") is not None


@pytest.mark.clause("RFC7493-2.1-1", "RFC7493-2.1-2")
def test_i_json_refuses_what_is_no_character() -> None:
    for text in ('["\ufffe"]', r'{"\ufdd0": 1}', '"\U0010ffff"'):
        assert loads(text) is not None
        assert loads(text, duplicates="error") is not None
        with pytest.raises(JSONDecodeError, match="a character that is none"):
            loads(text, i_json=True)
    for octets in (b'["\xff"]', rb'["\udead"]', b'"\xed\xa0\x80"'):
        with pytest.raises(JSONDecodeError):
            loads(octets, i_json=True)


@pytest.mark.clause("RFC7493-2.3-2")
def test_the_order_of_members_makes_no_difference() -> None:
    one, other = '{"a": 1, "b": {"c": 2, "d": 3}}', '{"b": {"d": 3, "c": 2}, "a": 1}'
    assert loads(one, i_json=True) == loads(other, i_json=True)


def test_a_float_hook_gets_the_text_of_each_number_with_fraction_or_exponent() -> None:
    texts = ["1.50", "-0.0", "1e5", "-1.25E-7", "0.1000000000000000055511151231257827"]
    for padding in ("", " " * 80):
        for text in texts:
            assert loads(padding + text, float_hook=str) == text
            assert loads(padding + text + padding, float_hook=str) == text
        assert loads(f"{padding}[{','.join(texts)}, 7, -8]", float_hook=str) == [*texts, 7, -8]
        value = loads(f'{padding}{{"a": {{"b": 1.10}}, "c": 2}}', float_hook=Decimal)
        assert repr(value) == "{'a': {'b': Decimal('1.10')}, 'c': 2}"
    assert loads("[1.5]", float_hook=None) == [1.5]


def test_a_float_hook_may_raise_read_and_write() -> None:
    def failing(text: str) -> object:
        raise ValueError(text)

    with pytest.raises(ValueError, match=r"^1\.5$"):
        loads('{"a": [1, 1.5]}', float_hook=failing)

    def reading(text: str) -> object:
        return loads(dumps({"inner": [text, loads(f"[{text}]", float_hook=Decimal)]}))

    rows = [{"id": index, "power": index + 0.5, "name": f"n{index}"} for index in range(50)]
    expected = [
        {**row, "power": {"inner": [str(row["power"]), [str(row["power"])]]}} for row in rows
    ]
    for _ in range(3):
        assert loads(dumps(rows), float_hook=reading) == expected
        assert loads(dumps(rows)) == rows


def test_hooked_values_are_reached_by_the_collector() -> None:
    """A dict that is read into a copy of its shape holds what nobody can know."""
    import gc
    import weakref

    class Cycle:
        def __init__(self, text: str) -> None:
            self.text, self.holder = text, None

    for _ in range(4):
        value = loads('{"a": 1.5, "b": 2}', float_hook=Cycle)
        value["a"].holder = value
        gone = weakref.ref(value["a"])
        del value
        gc.collect()
        assert gone() is None


# MARK: Lines


def test_lines_are_written_and_read() -> None:
    source = random.Random(5)
    texts = ["é\n", "x" * 99, "\u2028\r"]
    values: list[Any] = [{"id": index, "t": source.choice(texts)} for index in range(99)]
    text = dumps_lines(iter(values))
    assert text == b"".join(dumps(value) + b"\n" for value in values)
    assert [json.loads(line) for line in io.BytesIO(text)] == values
    for form in (text, bytearray(text), memoryview(text), text.decode(), text[:-1]):
        assert loads_lines(form) == values
    assert loads_lines(text.replace(b"\n", b"\r\n\n \t\n")) == values
    assert dumps_lines([]) == b""
    assert loads_lines(b"") == loads_lines("\n \n") == []
    assert dumps_lines([Decimal("1.5"), {2: 2**60}], decimal="number", non_str_keys=True) == (
        b'1.5\n{"2":1152921504606846976}\n'
    )
    assert loads_lines("1.50\n[2.50]", float_hook=str) == ["1.50", ["2.50"]]


def test_a_text_with_line_feeds_stays_one_line() -> None:
    assert dumps_lines([Raw('{"a":\n [1,\r\n2]}'), "\n"]) == b'{"a":  [1,\r 2]}\n"\\n"\n'


@pytest.mark.parametrize(
    ("text", "line", "column", "offset", "path"),
    [
        ("1\n2\nx", 3, 1, 4, ""),
        ('\n\n  \n{"é": [1, nul]}\n1', 4, 15, 19, "/é/1"),
        ("[1,\n2]", 1, 4, 3, "/1"),
        ('"\u2028"\n"a\n"', 2, 3, 8, ""),
    ],
)
def test_an_error_in_a_line_says_where_in_all_of_them(
    text: str, line: int, column: int, offset: int, path: str
) -> None:
    for form in (text, text.encode()):
        with pytest.raises(JSONDecodeError) as caught:
            loads_lines(form)
        error = caught.value
        assert (error.line, error.column, error.offset, error.path) == (line, column, offset, path)
        assert f"at line {line}, column {column}" in str(error)


# MARK: Raw texts


def test_a_raw_text_is_written_as_it_stands() -> None:
    raw = Raw(' {"a" : [1, 2.50]}')
    assert dumps(raw) == raw == b' {"a" : [1, 2.50]}'
    value = {"x": [raw, Raw(b"1e5")], "y": raw}
    expected = b'{"x":[ {"a" : [1, 2.50]},1e5],"y": {"a" : [1, 2.50]}}'
    assert dumps(value) == expected
    assert dumps(value, default=str) == expected
    assert json.loads(dumps(value, indent=2, sort_keys=True)) == json.loads(expected)
    assert loads(raw) == {"a": [1, 2.5]}
    long = Raw(dumps(["x" * 100] * 10_000))
    assert dumps([long, long, 1]) == b"[" + long + b"," + long + b",1]"
    # Other octets are base64 as ever, those of a Raw in a key are none.
    assert dumps(bytes(raw)) == dumps(b' {"a" : [1, 2.50]}')

    class Octets(bytes):
        pass

    assert dumps(Octets(b"bone")) == b'"Ym9uZQ=="'
    with pytest.raises(TypeError, match="key"):
        dumps({raw: 1})


def test_a_raw_text_is_checked_when_it_is_made() -> None:
    for text in ("", "x", "[1,]", b'"\xff"', "1 2", "[" * 1000, '"\n"'):
        with pytest.raises(JSONDecodeError):
            Raw(text)
    with pytest.raises(UnicodeEncodeError):
        Raw('"\ud800"')
    for wrong in (5, None, [49]):
        with pytest.raises(TypeError):
            Raw(wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(JSONDecodeError) as caught:
        Raw('{"a": [1, x]}')
    assert caught.value.path == "/a/1"
    # Digits that Python would not convert are no matter here.
    digits = "9" * 10_000
    assert dumps([Raw(digits)]) == f"[{digits}]".encode()


def test_a_raw_text_is_copied_and_pickled_as_one() -> None:
    raw = Raw("[1]")
    for same in (
        copy.deepcopy(raw),
        pickle.loads(pickle.dumps(raw)),
        Raw(raw),
        Raw(memoryview(raw)),
    ):
        assert type(same) is Raw
        assert same == raw
    buffer = bytearray(b"[2]")
    raw = Raw(buffer)
    buffer[:] = b"xxx"
    assert dumps(raw) == b"[2]"


# MARK: Merge patches

PATCHES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    (None, {"a": {"b": 1, "c": None}}, {"a": {"b": 1}}),
    ({"a": 1}, {}, {"a": 1}),
    (
        {"a": 1, "b": {"c": 2}},
        {"b": {"c": None, "d": [None]}, "z": False},
        {"a": 1, "b": {"d": [None]}, "z": False},
    ),
]


@pytest.mark.clause(
    "RFC7396-2-1", "RFC7396-2-2", "RFC7396-2-3", "RFC7396-2-4", "RFC7396-2-5", "RFC7396-2-6",
    "RFC7396-2-7", "RFC7396-2-9", "RFC7396-2-10", "RFC7396-2-11"
)  # fmt: skip
@pytest.mark.parametrize(("target", "patch", "expected"), PATCHES)
def test_a_merge_patch_changes_adds_and_removes(target: Any, patch: Any, expected: Any) -> None:
    before = copy.deepcopy((target, patch))
    merged = merge_patch(target, patch)
    assert merged == expected
    assert (target, patch) == before
    if isinstance(merged, dict):
        merged["new"] = 1
        assert (target, patch) == before
