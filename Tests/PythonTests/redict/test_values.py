"""What replies become in Python, octets by octets, as the documents of RESP ask."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import necro.redict as nr
import pytest
from scripted_redict import scripted


def _served(folder: Path, version: int, *replies: bytes) -> list[Any]:
    """What `command` gives for each of the replies; an error as the exception that it raises."""
    path = folder / "replies.socket"

    left = iter(replies)

    def answer(words: list[bytes]) -> bytes:
        return next(left) if words[0] == b"ASK" else b"+OK\r\n"

    async def main() -> list[Any]:
        url = f"unix://{path}?protocol={version}"
        async with asyncio.timeout(30), scripted(path, answer), nr.connect(url) as redis:
            calls = [redis.command("ASK") for _ in replies]
            return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(main())


@pytest.mark.clause("RESP2-resp-errors-1")
@pytest.mark.parametrize("version", [2, 3])
def test_an_error_is_raised_and_the_next_reply_is_its_own(tmp_path: Path, version: int) -> None:
    found = _served(tmp_path, version, b"-ERR no\r\n", b":1\r\n")
    assert isinstance(found[0], nr.ServerError)
    assert (str(found[0]), found[0].code, found[0].message) == ("ERR no", "ERR", "no")
    assert found[1] == 1


@pytest.mark.clause("RESP2-resp-errors-2")
def test_errors_are_told_apart_where_their_prefix_is_known(tmp_path: Path) -> None:
    known, other, bare = _served(
        tmp_path, 2, b"-WRONGTYPE of it\r\n", b"-NEWCODE of it\r\n", b"-no code\r\n"
    )
    assert isinstance(known, nr.WrongTypeError)
    assert (type(other), other.code, other.message) == (nr.ServerError, "NEWCODE", "of it")
    assert (type(bare), bare.code, bare.message) == (nr.ServerError, "", "no code")


@pytest.mark.clause(
    "RESP2-resp-bulk-strings-7", "RESP2-resp-bulk-strings-8", "RESP2-resp-arrays-8",
    "RESP2-null-elements-in-arrays-1",
)  # fmt: skip
def test_null_is_none_and_nothing_empty(tmp_path: Path) -> None:
    replies = (b"$-1\r\n", b"*-1\r\n", b"$0\r\n\r\n", b"*0\r\n", b"*3\r\n$1\r\na\r\n$-1\r\n*-1\r\n")
    assert _served(tmp_path, 2, *replies) == [None, None, "", [], ["a", None, None]]
    assert _served(tmp_path, 3, b"_\r\n", b"*2\r\n_\r\n:1\r\n") == [None, [None, 1]]


@pytest.mark.clause(
    "RESP3-aggregate-data-types-overview-3", "RESP3-aggregate-data-types-overview-4"
)
def test_an_array_is_a_list_in_order(tmp_path: Path) -> None:
    (found,) = _served(tmp_path, 3, b"*3\r\n:3\r\n:1\r\n*1\r\n:2\r\n")
    assert found == [3, 1, [2]]


@pytest.mark.clause("RESP3-map-type-4")
def test_a_map_is_a_dict(tmp_path: Path) -> None:
    (found,) = _served(tmp_path, 3, b"%2\r\n+first\r\n:1\r\n:2\r\n%1\r\n+a\r\n+b\r\n")
    assert found == {"first": 1, 2: {"a": "b"}}


@pytest.mark.clause("RESP3-set-reply-2", "RESP3-set-reply-4")
def test_a_set_is_a_set_and_has_each_element_once(tmp_path: Path) -> None:
    (found,) = _served(tmp_path, 3, b"~4\r\n+orange\r\n+apple\r\n:1\r\n+apple\r\n")
    assert found == {"orange", "apple", 1}
    assert "apple" in found


@pytest.mark.clause("RESP3-big-number-3")
def test_a_big_number_is_an_int(tmp_path: Path) -> None:
    digits = "3492890328409238509324850943850943825024385"
    found = _served(tmp_path, 3, f"({digits}\r\n".encode(), f"(-{digits}\r\n".encode())
    assert found == [int(digits), -int(digits)]


@pytest.mark.clause("RESP3-verbatim-string-2", "RESP3-types-introduced-by-resp3-1")
def test_a_verbatim_string_is_its_text_unchanged(tmp_path: Path) -> None:
    replies = (b"=15\r\ntxt:Some string\r\n", b"=13\r\nmkd:# A\r\n  b\t\r\n")
    assert _served(tmp_path, 3, *replies) == ["Some string", "# A\r\n  b\t"]


@pytest.mark.clause("RESP3-boolean-2")
def test_booleans_are_bools(tmp_path: Path) -> None:
    found = _served(tmp_path, 3, b"#t\r\n", b"#f\r\n")
    assert [each is True for each in found] == [True, False]
    assert [each is False for each in found] == [False, True]


@pytest.mark.clause("RESP3-double-9")
def test_a_double_is_a_float_and_a_number_an_int(tmp_path: Path) -> None:
    replies = (b",10\r\n", b":10\r\n", b",1.23\r\n", b",-inf\r\n", b",nan\r\n")
    found = _served(tmp_path, 3, *replies)
    assert [type(each) for each in found] == [float, int, float, float, float]
    assert found[:4] == [10.0, 10, 1.23, -math.inf]
    assert math.isnan(found[4])
