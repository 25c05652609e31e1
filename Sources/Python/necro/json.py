"""JSON as Necro reads and writes it.

`dumps` writes everything a handler may return: besides JSON's own types also datetime, date, time,
timedelta, UUID, Decimal, Enum, bytes, set, dataclasses and `necro.Body`.
"""

from necro._native import native
from necro._results import json_default

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["JSONDecodeError", "dumps", "loads"]

JSONDecodeError = native.JSONDecodeError


def dumps(value: object, *, default: "Callable[[object], object] | None" = None) -> bytes:
    """The JSON text of a value, as UTF-8 without insignificant white space.

    - default: is asked first for what JSON does not know; it returns a replacement, or raises
      TypeError to leave the value to Necro.

    Raises TypeError for what cannot be written, and for an object key that is not a `str`;
    ValueError for NaN, an infinity, a lone surrogate and a value that contains itself. A note on
    the exception says where in the value that is, as a JSON Pointer (RFC 6901).
    """
    if default is None:
        return native.dumps(value, json_default)
    own = default

    def chained(item: object) -> object:
        try:
            return own(item)
        except TypeError:
            return json_default(item)

    return native.dumps(value, chained)


def loads(data: "bytes | bytearray | memoryview | str") -> "Any":
    """The value of a JSON text.

    Raises JSONDecodeError, which carries `offset`, `line` and `column` in octets, and the `path` to
    the value that was being read, as a JSON Pointer (RFC 6901). Of duplicate keys the last wins.
    Integers are exact, up to as many digits as Python converts: see `sys.set_int_max_str_digits`.
    """
    return native.loads(data)
