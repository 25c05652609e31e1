"""What writing JSON predicts never shows: beside the standard library, and without it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any

import pytest
from necro.json import dumps

# Strs that are equal and not identical, that need escapes, that are wide, and too long to be kept.
KEYS = ["a", "b", "id", "name", "é", 'q"', "\\", "\x01", "日本", "💀", "n" * 44, "n" * 45, "n" * 46,
        "n" * 47, "n" * 120, "\x02" * 46, "é" * 46, ""]  # fmt: skip


def copied(text: str) -> str:
    """An equal str that is another object, but for the empty and one-letter ones."""
    return "".join([text[:1], text[1:]])


def standard(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def shapes(seed: int) -> Iterator[Any]:
    """Documents of alternating shapes: other orders, numbers, identities and values of keys."""
    source = random.Random(seed)

    def value(depth: int) -> Any:
        kind = source.randrange(9 if depth else 7)
        if kind == 7:
            return [value(depth - 1) for _ in range(source.randrange(4))]
        if kind == 8:
            return record(depth - 1)
        return [None, True, False, source.randrange(-(2**70), 2**70) >> source.randrange(70),
                source.random() * 10.0 ** source.randrange(-9, 20), source.choice(KEYS),
                round(source.random() * 1000, source.randrange(5))][kind]  # fmt: skip

    def record(depth: int) -> Any:
        keys = source.sample(KEYS, source.randrange(9))
        made = {copied(key) if source.random() < 0.3 else key: value(depth) for key in keys}
        for key in source.sample(keys, source.randrange(len(keys) + 1)):
            # Leaves a gap among the members, and puts the key behind the others or nowhere.
            taken = made.pop(key)
            if source.random() < 0.5:
                made[key] = taken
        return made

    rows = [record(1) for _ in range(4)]
    for _ in range(300):
        yield record(3)
        yield [dict(source.choice(rows)) for _ in range(source.randrange(12))]


@pytest.mark.parametrize("seed", range(6))
def test_alternating_shapes_are_written_right(seed: int) -> None:
    for document in shapes(seed):
        assert dumps(document) == standard(document)


_DIGEST = """
import hashlib
from necro.json import dumps
from test_json_speculation import shapes
digest = hashlib.sha256()
for seed in range(100, 106):
    for document in shapes(seed):
        digest.update(dumps(document))
print(digest.hexdigest())
"""


@pytest.mark.parametrize("setting", ["0", "1"])
def test_the_switch_changes_nothing_that_is_written(setting: str) -> None:
    digest = hashlib.sha256()
    for seed in range(100, 106):
        for document in shapes(seed):
            digest.update(dumps(document))
    path = os.pathsep.join([str(Path(__file__).parent), *(item for item in sys.path if item)])
    environment = dict(os.environ, PYTHONPATH=path, NECRO_JSON_SPECULATION=setting)
    done = subprocess.run(
        [sys.executable, "-c", _DIGEST], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest.hexdigest()


def test_dicts_of_every_make_are_written_right() -> None:
    class Grave:
        def __init__(self) -> None:
            self.name = "Ann"
            self.depth = 2

    grave = Grave()
    # A dict that shares its keys with those of other instances, and one that does no more.
    assert dumps(vars(grave)) == b'{"name":"Ann","depth":2}'
    vars(grave)["extra"] = [vars(Grave()), None]
    del grave.name
    assert dumps(vars(grave)) == b'{"depth":2,"extra":[{"name":"Ann","depth":2},null]}'
    record = make_dataclass("Record", ["b", "a"])(1, [2])
    for _ in range(3):
        assert dumps([record, {"a": 1, "b": 2}]) == b'[{"b":1,"a":[2]},{"a":1,"b":2}]'
    mixed: dict[Any, object] = {1: 1}
    del mixed[1]
    mixed["now"] = "str"
    assert (
        dumps([mixed, {}, dict.fromkeys("abc")])
        == b'[{"now":"str"},{},{"a":null,"b":null,"c":null}]'
    )
    many = {f"key {index}": index for index in range(70_000)}
    assert dumps(many) == standard(many)


def test_a_str_subclass_as_a_key_is_written_as_its_text() -> None:
    class Text(str):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return hash("id")

    for _ in range(3):
        assert dumps({"id": 1}) == b'{"id":1}'
        assert dumps({Text("di"): 1}) == b'{"di":1}'


def test_a_default_that_changes_what_is_written_does_no_harm() -> None:
    def clearing(_item: object) -> object:
        value.clear()
        value.update({f"other {index}": index for index in range(3)})
        return 0

    value: dict[str, object] = {"a": 1, "b": object(), "c": 3}
    text = dumps(value, default=clearing)
    assert text.startswith(b'{"a":1,"b":0')
    json.loads(text)

    def renewing(_item: object) -> object:
        del value["a"]
        value["a"] = object()
        return 0

    # Every value that is passed over is put behind the last.
    value = {"a": object()}
    with pytest.raises(RuntimeError, match="changed"):
        dumps(value, default=renewing)

    def splitting(_item: object) -> object:
        items[:] = [1, 2, 3, 4]
        return 0

    items: list[object] = [object()]
    assert dumps(items, default=splitting) == b"[0,2,3,4]"

    def growing(_item: object) -> object:
        value[f"more {len(value)}"] = 1
        return 0

    value = {"a": object(), "b": 1}
    with pytest.raises(RuntimeError, match="changed its size"):
        dumps(value, default=growing)


def test_many_ends_and_long_strings_find_their_room() -> None:
    for depth in (1, 60, 200, 900):
        deep: object = "x" * 29
        for level in range(depth):
            deep = [deep] if level % 2 else {"n" * 44: deep}
        assert dumps(deep) == standard(deep)
    for length in range(0, 700, 7):
        for text in ("x" * length, "\x01" * length, "é" * length, '"' + "x" * length):
            value = {text: [text, {"k": text}], "id": text}
            assert dumps(value) == standard(value)


def test_calls_that_interleave_keep_their_errors_and_limits_apart() -> None:
    """A `default` that lets another thread run in its midst."""
    inside = threading.Barrier(2, timeout=60)
    notes: dict[str, str] = {}

    class Grave:
        pass

    def write(name: str) -> None:
        def failing(_item: object) -> object:
            inside.wait()
            inside.wait()
            raise ValueError(name)

        try:
            dumps({name: [0, {name: Grave()}]}, default=failing)
        except ValueError as error:
            notes[name] = "".join(error.__notes__)

    for _ in range(20):
        threads = [threading.Thread(target=write, args=[name]) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert notes == {
            "one": "in the JSON value at /one/1/one",
            "two": "in the JSON value at /two/1/two",
        }


def test_a_call_in_the_midst_of_an_error_keeps_to_its_own_way() -> None:
    """The end of a replacement is code of the user's, and may write JSON that fails in its turn."""
    notes: list[str] = []

    class Items(list[object]):
        def __del__(self) -> None:
            try:
                dumps({"inner": float("nan")})
            except ValueError as error:
                notes.extend(error.__notes__)

    def replacing(item: object) -> object:
        if item is Items:
            return Items([0, item.__len__, 1])
        raise ValueError("has no form")

    with pytest.raises(ValueError, match="has no form") as failure:
        dumps({"outer": [Items]}, default=replacing)
    assert failure.value.__notes__ == ["in the JSON value at /outer/0/1"]
    assert notes == ["in the JSON value at /inner"]
