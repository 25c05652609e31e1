"""JSON as Necro reads and writes it.

`dumps` writes everything a handler may return: besides JSON's own types also datetime, date, time,
timedelta, UUID, Decimal, Enum, bytes, set, dataclasses and `necro.Body`. Its options are those that
users of the standard library, orjson and msgspec know: `default`, `sort_keys`, `indent`,
`non_str_keys`, and `nan="null"`.

A note on an exception of `dumps` says where in the value it arose, as a JSON Pointer (RFC 6901).

`loads` gives the value of a JSON text; of duplicate keys the last wins. It raises JSONDecodeError,
which carries `offset`, `line` and `column` in octets, and the `path` to the value that was being
read, as a JSON Pointer. Integers are exact, up to as many digits as Python converts: see
`sys.set_int_max_str_digits`.
"""

from necro._native import native

__all__ = ["JSONDecodeError", "dumps", "loads"]

JSONDecodeError = native.JSONDecodeError
# Without a function of Python's around them, which would take as long as a small text does.
dumps = native.dumps
loads = native.loads
