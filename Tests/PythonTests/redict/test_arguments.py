"""What may be an argument of a command, and what is refused before anything is sent."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import necro.redict as nr
import pytest
from redict_running import Run


class Growing(Mapping[str, str]):
    """A mapping whose length is not the number of its items."""

    def __getitem__(self, key: str, /) -> str:
        return key

    def __iter__(self) -> Iterator[str]:
        return iter(("a", "b"))

    def __len__(self) -> int:
        return 1


MAPPINGS: list[Mapping[str, str]] = [
    {"a": "1", "b": "2"},
    OrderedDict(a="1", b="2"),
    UserDict({"a": "1", "b": "2"}),
    MappingProxyType({"a": "1", "b": "2"}),
    ChainMap({"a": "1"}, {"b": "2"}),
]


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda each: str(type(each).__name__))
def test_any_mapping_is_one(run: Run, mapping: Mapping[str, str]) -> None:
    async def body(redis: nr.Redict) -> None:
        assert await redis.hset("h", mapping=mapping) == 2
        assert await redis.hgetall("h") == dict(mapping)
        await redis.mset(mapping)
        assert await redis.mget("a", "b") == ["1", "2"]
        await redis.xadd("s", mapping)
        assert [fields for _, fields in await redis.xrange("s", "-", "+")] == [dict(mapping)]
        assert await redis.zadd("z", {key: float(value) for key, value in mapping.items()}) == 2
        async with redis.pipeline() as pipe:
            pipe.hset("p", mapping=mapping)
            pipe.mset(mapping)
        assert await redis.hgetall("p") == dict(mapping)

    run(body)


def test_a_mapping_that_changes_is_refused(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        with pytest.raises(RuntimeError, match="changed while they were read"):
            await redis.mset(Growing())
        assert await redis.exists("a", "b") == 0

    run(body)


@pytest.mark.parametrize("value", [True, False])
def test_a_bool_is_no_argument_wherever_it_stands(run: Run, value: bool) -> None:
    async def body(redis: nr.Redict) -> None:
        for call in (
            lambda: redis.set("k", value),
            lambda: redis.hset("h", "f", value),
            lambda: redis.hset("h", "f", value=value),
            lambda: redis.hset("h", mapping={"f": value}),
            lambda: redis.pipeline().hset("h", "f", value=value),
        ):
            with pytest.raises(TypeError, match="this is none: <class 'bool'>"):
                call()
        # What is left out is None.
        assert await redis.hset("h", "f", 0) == 1
        assert await redis.exists("k") == 0

    run(body)
