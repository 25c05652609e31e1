"""A stand-in for the native module, so that the Python half is tested before anything is built.

It says in Python what `_necro.pyi` promises. Where the native module is there, the tests use that.
"""

# What JSON holds has no type that a checker knows.
# pyright: basic

import json
from collections.abc import Callable, Iterator
from typing import Any

from necro._faults import MissingField


class JSONDecodeError(ValueError):
    """The octets are not JSON."""

    def __init__(self, msg: str, octets: bytes, offset: int) -> None:
        super().__init__(msg)
        self.msg = msg
        self.offset = offset
        self.line = octets.count(b"\n", 0, offset) + 1
        self.column = offset - (octets.rfind(b"\n", 0, offset) + 1) + 1


def dumps(value: object, default: Callable[[object], object] | None = None, /) -> bytes:
    """The JSON text of a value."""

    def plain(item: object) -> object:
        if isinstance(item, Body):
            return to_dict(item)
        if default is None:
            raise TypeError(f"JSON cannot hold a {type(item).__qualname__}")
        return default(item)

    def check(item: object) -> None:
        if isinstance(item, dict):
            for key, member in item.items():
                if not isinstance(key, str):
                    raise TypeError(f"a key is a {type(key).__qualname__}, not a str")
                check(member)
        elif isinstance(item, (list, tuple)):
            for member in item:
                check(member)

    check(value)
    text = json.dumps(
        value, default=plain, allow_nan=False, ensure_ascii=False, separators=(",", ":")
    )
    return text.encode()


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def loads(data: bytes | bytearray | memoryview | str, /) -> Any:
    """The value of a JSON text."""
    octets = data.encode() if isinstance(data, str) else bytes(data)
    try:
        text = octets.decode()
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        raise JSONDecodeError(error.msg, octets, offset) from None
    except UnicodeDecodeError as error:
        raise JSONDecodeError("invalid UTF-8", octets, error.start) from None
    except ValueError as error:
        raise JSONDecodeError(str(error), octets, 0) from None


class Body:
    """A JSON value with attribute access."""

    __slots__ = ("_path", "_value")

    def __init__(self, value: Any, path: tuple[str | int, ...] = ()) -> None:
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "_path", path)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            return object.__getattribute__(self, name)
        try:
            return _look_up(self, name)
        except (LookupError, TypeError):
            raise MissingField(name, object.__getattribute__(self, "_path")) from None

    def __getitem__(self, key: str | int) -> Any:
        return _look_up(self, key)

    def __contains__(self, key: object) -> bool:
        return key in _value(self)

    def __len__(self) -> int:
        return len(_value(self))

    def __iter__(self) -> Iterator[Any]:
        value = _value(self)
        if isinstance(value, dict):
            return iter(value)
        return iter([self[i] for i in range(len(value))])

    def __eq__(self, other: object) -> bool:
        return bool(_value(self) == to_dict(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Body({_value(self)!r})"


def _value(body: Body) -> Any:
    return object.__getattribute__(body, "_value")


def _look_up(body: Body, key: str | int) -> Any:
    path: tuple[str | int, ...] = object.__getattribute__(body, "_path")
    found = _value(body)[key]
    return Body(found, (*path, key)) if isinstance(found, (dict, list)) else found


def to_dict(value: object, /) -> Any:
    """The plain value of a Body."""
    return _value(value) if isinstance(value, Body) else value


class RequestHead:
    """Only a base: the tests' requests are `model_host.ModelRequest`."""
