"""Conversion of text to single values: what a path, a query string or a JSON string carries.

Each converter takes a `str` and raises ValueError whose text says what was expected. None of them
echoes the text: it is the peer's. The rules are stricter than Python's constructors, so that one
value has one reading: no white space, no underscores, no NaN.
"""

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID

__all__ = ["TextConverter", "enum_converter", "scalar_converter"]

type TextConverter = Callable[[str], object]

_FLOAT_CHARACTERS = frozenset("0123456789+-.eE")
# The space may stand for the T between date and time (RFC 3339 §5.6).
_ISO_CHARACTERS = frozenset("0123456789+-.,:TtWZz ")


def text_of(text: str) -> str:
    """The text itself, unless it held octets that were not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("expected UTF-8") from None
    return text


def integer(text: str) -> int:
    """An integer in decimal digits."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("expected an integer")
    try:
        return int(text)
    except ValueError:
        # The interpreter bounds the digits it converts (sys.set_int_max_str_digits).
        raise ValueError("expected an integer with fewer digits") from None


def number(text: str) -> float:
    """A finite decimal number."""
    if not _FLOAT_CHARACTERS.issuperset(text):
        raise ValueError("expected a number")
    try:
        value = float(text)
    except ValueError:
        raise ValueError("expected a number") from None
    if value in (float("inf"), float("-inf")):
        raise ValueError("expected a number within range")
    return value


def boolean(text: str) -> bool:
    """`true`, `1`, `yes`, `on` or `false`, `0`, `no`, `off`, in any case."""
    folded = text.lower()
    if folded in ("true", "1", "yes", "on"):
        return True
    if folded in ("false", "0", "no", "off"):
        return False
    raise ValueError("expected true or false")


def uuid(text: str) -> "UUID":
    """A UUID in its text form, 8-4-4-4-12 (RFC 9562 §4), or as 32 hexadecimal digits."""
    from uuid import UUID

    try:
        value = UUID(text)
    except ValueError:
        raise ValueError("expected a UUID") from None
    # The constructor also takes braces, `urn:` and hyphens anywhere.
    if text.lower() not in (str(value), value.hex):
        raise ValueError("expected a UUID")
    return value


def _iso(text: str) -> str:
    """The text, if it has no other characters than dates and times do.

    `fromisoformat` takes any character between date and time, and a NUL at the end.
    """
    if not _ISO_CHARACTERS.issuperset(text):
        raise ValueError
    return text


def date_of(text: str) -> "date":
    """A date as ISO 8601 has it."""
    from datetime import date

    try:
        return date.fromisoformat(_iso(text))
    except ValueError:
        raise ValueError("expected a date such as 2025-10-31") from None


def datetime_of(text: str) -> "datetime":
    """A date and time as ISO 8601 has it."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(_iso(text))
    except ValueError:
        raise ValueError("expected a date and time such as 2025-10-31T23:59:00Z") from None


def time_of(text: str) -> "time":
    """A time of day as ISO 8601 has it."""
    from datetime import time

    try:
        return time.fromisoformat(_iso(text))
    except ValueError:
        raise ValueError("expected a time such as 23:59:00") from None


def timedelta_of(text: str) -> "timedelta":
    """A duration as ISO 8601 has it, in weeks or in days, hours, minutes and seconds.

    Years and months have no fixed length and are refused.
    """
    import re
    from datetime import timedelta

    match = re.fullmatch(
        r"([+-]?)P(?=[0-9T])(?:([0-9]+)W)?(?:([0-9]+)D)?"
        r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:[.,]([0-9]{1,6}))?S)?)?",
        text,
    )
    if match is None:
        raise ValueError("expected a duration such as P1DT2H30M")
    sign, weeks, days, hours, minutes, seconds, fraction = match.groups(default="0")
    try:
        value = timedelta(
            weeks=int(weeks),
            days=int(days),
            hours=int(hours),
            minutes=int(minutes),
            seconds=int(seconds),
            microseconds=int(fraction.ljust(6, "0")),
        )
    except (OverflowError, ValueError):
        raise ValueError("expected a shorter duration") from None
    return -value if sign == "-" else value


def decimal_of(text: str) -> "Decimal":
    """A finite decimal number, with every digit."""
    from decimal import Decimal, InvalidOperation

    if not _FLOAT_CHARACTERS.issuperset(text):
        raise ValueError("expected a number")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("expected a number") from None


def octets_of(text: str) -> bytes:
    """Octets in base64 (RFC 4648 §4)."""
    from binascii import Error, a2b_base64

    try:
        return a2b_base64(text, strict_mode=True)
    except (Error, ValueError):
        raise ValueError("expected base64") from None


def enum_converter(members: "type[Enum]") -> TextConverter:
    """The converter of an Enum class: by the members' values, as text."""
    by_text = {str(member.value): member for member in members}
    expected = f"expected one of {', '.join(by_text)}"

    def convert(text: str) -> object:
        member = by_text.get(text)
        if member is None:
            raise ValueError(expected)
        return member

    return convert


# Keyed by name, so that building the table imports none of these modules.
_SCALARS: dict[tuple[str, str], TextConverter] = {
    ("builtins", "str"): text_of,
    ("builtins", "int"): integer,
    ("builtins", "float"): number,
    ("builtins", "bool"): boolean,
    ("uuid", "UUID"): uuid,
    ("datetime", "date"): date_of,
    ("datetime", "datetime"): datetime_of,
    ("datetime", "time"): time_of,
    ("datetime", "timedelta"): timedelta_of,
    ("decimal", "Decimal"): decimal_of,
}


def _address(kind: type) -> TextConverter:
    """The converter of an address, interface or network of `ipaddress`."""

    def convert(text: str) -> object:
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"expected an {kind.__name__}") from None

    return convert


def scalar_converter(annotation: object) -> TextConverter | None:
    """The converter of a scalar class, None for any other annotation."""
    if not isinstance(annotation, type):
        return None
    if annotation.__module__ == "ipaddress":
        return _address(annotation)
    return _SCALARS.get((annotation.__module__, annotation.__qualname__))
