"""JSON as Necro reads and writes it.

`dumps` writes everything a handler may return: besides JSON's own types also datetime, date, time,
timedelta, UUID, Decimal, Enum, bytes, set, dataclasses and `necro.Body`, and `Raw` as it stands.
Its options are those that users of the standard library, orjson and msgspec know: `default`,
`sort_keys`, `indent`, `non_str_keys`, `nan`, `decimal` and `big_int`.

A note on an exception of `dumps` says where in the value it arose, as a JSON Pointer (RFC 6901).

`loads` gives the value of a JSON text; of duplicate keys the last wins, or is an error. It raises
JSONDecodeError, which carries `offset`, `line` and `column` in octets, and the `path` to the value
that was being read, as a JSON Pointer. Integers are exact, up to as many digits as Python converts:
see `sys.set_int_max_str_digits`.

`dumps_lines` and `loads_lines` are for NDJSON, `merge_patch` for patches (RFC 7396).
"""

from necro._native import native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Literal, Self, TypedDict, Unpack

    class LoadOptions(TypedDict, total=False):
        """The options of `loads`."""

        duplicates: Literal["last", "error"]
        float_hook: Callable[[str], Any] | None
        i_json: bool

    class DumpOptions(TypedDict, total=False):
        """The options of `dumps` but `indent`, which would make more lines of one."""

        default: Callable[[object], object] | None
        sort_keys: bool
        non_str_keys: bool
        nan: Literal["error", "null"]
        decimal: Literal["string", "number"]
        big_int: Literal["number", "string", "error"]


__all__ = [
    "JSONDecodeError",
    "Raw",
    "dumps",
    "dumps_lines",
    "loads",
    "loads_lines",
    "merge_patch",
]

JSONDecodeError = native.JSONDecodeError
# Without a function of Python's around them, which would take as long as a small text does.
dumps = native.dumps
loads = native.loads


class Raw(bytes):
    """A JSON text that is written as it stands: checked once, when it is made, and never again.

    Raises JSONDecodeError for what is no JSON text.
    """

    __slots__ = ()

    def __new__(cls, text: "bytes | bytearray | memoryview | str") -> "Self":
        """The text, checked."""
        raw = super().__new__(cls, text.encode() if isinstance(text, str) else memoryview(text))
        native.check(raw)
        return raw


def dumps_lines(values: "Iterable[object]", /, **options: "Unpack[DumpOptions]") -> bytes:
    """Values as NDJSON: a line each, which a line feed ends.

    - options: those of `dumps`, without `indent`.

    Raises what `dumps` does.
    """
    if "indent" in options:
        raise TypeError("a line of NDJSON has no indent")
    # Only a Raw can have line feeds, and there they are white space.
    lines = [dumps(value, **options).replace(b"\n", b" ") for value in values]
    return b"\n".join([*lines, b""])


def loads_lines(
    data: "bytes | bytearray | memoryview | str", /, **options: "Unpack[LoadOptions]"
) -> "list[Any]":
    """The values of NDJSON, a line each. Lines of white space alone are passed over.

    - options: those of `loads`.

    Raises JSONDecodeError, with offset and line in all of the data.
    """
    lines = (data.encode() if isinstance(data, str) else bytes(data)).split(b"\n")
    values: list[Any] = []
    for index, line in enumerate(lines):
        try:
            values.append(loads(line, **options))
        except JSONDecodeError as error:
            if not line.strip(b" \t\r"):
                continue
            error.line = index + 1
            error.offset += sum(map(len, lines[:index])) + index
            error.args = (f"{error.msg} at line {error.line}, column {error.column}",)
            raise
    return values


def merge_patch(target: "Any", patch: "Any") -> "Any":
    """What a value becomes by a merge patch (RFC 7396); neither is changed.

    - target: a value as `loads` gives it, or a Body.
    - patch: likewise. Of a dict, None removes a key; a dict is merged; all else takes its place.
    """
    target, patch = native.to_dict(target), native.to_dict(patch)
    if not isinstance(patch, dict):
        return patch
    merged: dict[Any, Any] = dict(target) if isinstance(target, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    for name, value in patch.items():  # pyright: ignore[reportUnknownVariableType]
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
