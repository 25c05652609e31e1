"""JSON of Postgres values, made from the server's own text, without its binary formats.

The session has `IntervalStyle` iso_8601, `TimeZone` UTC, `DateStyle` ISO and `bytea_output` hex.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

SETTINGS = """
SET IntervalStyle = iso_8601; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = hex;
SET extra_float_digits = 1; SET lc_monetary = 'C'
"""

type Converter = Callable[[str], object]


class Refused(Exception):
    """The value has no JSON; the argument is the error's code."""


def _truth(text: str) -> object:
    return text == "t"


def _float8(text: str) -> object:
    value = float(text)
    if value != value or abs(value) == float("inf"):
        raise Refused("notFinite")
    return value


def _float4(text: str) -> object:
    _float8(text)
    return struct.unpack("<f", struct.pack("<f", float(text)))[0]


def _numeric(text: str) -> object:
    value = Decimal(text)
    if not value.is_finite():
        raise Refused("notFinite")
    return str(value)


def _money(text: str) -> object:
    return re.sub(r"[$,]", "", text)


def _octets(text: str) -> object:
    return base64.b64encode(bytes.fromhex(text.removeprefix("\\x"))).decode()


def _date(text: str) -> object:
    if text == "infinity":
        return "9999-12-31"
    if text == "-infinity":
        return "0001-01-01"
    if text.endswith(" BC") or len(text) > len("2000-01-01"):
        raise Refused("outOfRange")
    return text


def _fraction(text: str) -> str:
    """A time with six digits of its second's fraction, or none."""
    whole, point, digits = text.partition(".")
    return f"{whole}.{digits:0<6}" if point else whole


def _time(text: str) -> object:
    if text.startswith("24:"):
        raise Refused("outOfRange")
    return _fraction(text)


def _zone(text: str) -> str:
    return text if ":" in text else f"{text}:00"


def _timetz(text: str) -> object:
    match = re.fullmatch(r"([^+-]*)([+-].*)", text)
    assert match is not None, text
    return f"{_time(match[1])}{_zone(match[2])}"


def _timestamp(text: str) -> object:
    if text == "infinity":
        return "9999-12-31T23:59:59.999999"
    if text == "-infinity":
        return "0001-01-01T00:00:00"
    if text.endswith(" BC") or re.match(r"\d{5}", text):
        raise Refused("outOfRange")
    date, time = text.split(" ")
    return f"{date}T{_fraction(time)}"


def _timestamptz(text: str) -> object:
    return f"{_timestamp(text.replace('+00', ''))}+00:00"


_DURATION = re.compile(
    r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?"
)


def _interval(text: str) -> object:
    """A duration in days, a month of 30 and a year of 365, with one sign before it."""
    match = _DURATION.fullmatch(text)
    assert match is not None, text
    years, months, days, hours, minutes = (int(part or 0) for part in match.groups()[:5])
    months += years * 12
    years = int(months / 12)
    months -= years * 12
    seconds = Decimal(match[6] or 0)
    try:
        value = timedelta(
            days=years * 365 + months * 30 + days,
            microseconds=int((hours * 3600 + minutes * 60 + seconds) * 1_000_000),
        )
    except OverflowError:
        raise Refused("outOfRange") from None
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, rest = divmod(rest, 60)
    fraction = f"{rest}.{value.microseconds:06}".rstrip("0").rstrip(".")
    clock = f"{hours}H" if hours else ""
    clock += f"{minutes}M" if minutes else ""
    clock += f"{fraction}S" if fraction != "0" else ""
    date = f"{value.days}D" if value.days else ""
    if not date and not clock:
        clock = "0S"
    return f"{sign}P{date}{'T' if clock else ''}{clock}"


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"[-+\w.]+", text)]


def _points(text: str) -> object:
    numbers = _numbers(text)
    return [[numbers[index], numbers[index + 1]] for index in range(0, len(numbers), 2)]


def _point(text: str) -> object:
    return _numbers(text)


def _circle(text: str) -> object:
    x, y, radius = _numbers(text)
    return [[x, y], radius]


def _tid(text: str) -> object:
    return [int(number) for number in _numbers(text)]


def _lsn(text: str) -> object:
    return text


class _Scanner:
    """Reads the text of arrays, ranges and composites from its front."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, wanted: str) -> None:
        assert self.peek() == wanted, (self.text, self.at, wanted)
        self.at += 1

    def item(self, ends: str, *, doubles: bool) -> str | None:
        """A part up to one of `ends`; None where nothing stands there. Quotes may double."""
        if self.peek() in ends:
            return None
        text, quoted = "", False
        while quoted or self.peek() not in ends:
            character = self.peek()
            self.at += 1
            if character == "\\":
                text += self.peek()
                self.at += 1
            elif character == '"':
                if doubles and quoted and self.peek() == '"':
                    text += '"'
                    self.at += 1
                else:
                    quoted = not quoted
            else:
                text += character
        return text


def array_of(element: Converter, delimiter: str = ",") -> Converter:
    """Converts the text of an array; where its dimensions begin is left out."""

    def converted(text: str) -> object:
        scanner = _Scanner(re.sub(r"^(\[[-:\d]+\])+=", "", text))

        def row() -> list[object]:
            values: list[object] = []
            scanner.take("{")
            while scanner.peek() != "}":
                if scanner.peek() == "{":
                    values.append(row())
                else:
                    is_quoted = scanner.peek() == '"'
                    item = scanner.item(delimiter + "}", doubles=False)
                    assert item is not None
                    values.append(None if item == "NULL" and not is_quoted else element(item))
                if scanner.peek() == delimiter:
                    scanner.take(delimiter)
            scanner.take("}")
            return values

        return row()

    return converted


def _one_range(bound: Converter, scanner: _Scanner) -> object:
    if scanner.text.startswith("empty", scanner.at):
        scanner.at += len("empty")
        return {"lower": None, "upper": None, "bounds": "empty"}
    opening = scanner.peek()
    scanner.take(opening)
    lower = scanner.item(",", doubles=True)
    scanner.take(",")
    upper = scanner.item(")]", doubles=True)
    closing = scanner.peek()
    scanner.take(closing)
    return {
        "lower": None if lower is None else bound(lower),
        "upper": None if upper is None else bound(upper),
        "bounds": opening + closing,
    }


def range_of(bound: Converter) -> Converter:
    """Converts the text of a range."""
    return lambda text: _one_range(bound, _Scanner(text))


def multirange_of(bound: Converter) -> Converter:
    """Converts the text of a multirange."""

    def converted(text: str) -> object:
        scanner = _Scanner(text)
        ranges: list[object] = []
        scanner.take("{")
        while scanner.peek() != "}":
            ranges.append(_one_range(bound, scanner))
            if scanner.peek() == ",":
                scanner.take(",")
        return ranges

    return converted


def composite_of(*fields: Converter) -> Converter:
    """Converts the text of a composite whose fields' names are not known."""

    def converted(text: str) -> object:
        scanner = _Scanner(text)
        values: list[object] = []
        scanner.take("(")
        for index, field in enumerate(fields):
            if index > 0:
                scanner.take(",")
            item = scanner.item(",)", doubles=True)
            values.append(None if item is None else field(item))
        scanner.take(")")
        return values

    return converted


def hstore(text: str) -> object:
    """Converts the text of an hstore."""
    scanner = _Scanner(text)
    pairs: dict[str, object] = {}
    while scanner.peek():
        key = scanner.item("=", doubles=False)
        assert key is not None
        scanner.at += len("=>")
        is_quoted = scanner.peek() == '"'
        value = scanner.item(",", doubles=False) if scanner.peek() else ""
        pairs[key] = None if value == "NULL" and not is_quoted else value
        if scanner.peek() == ",":
            scanner.at += len(", ")
    return pairs


CONVERTERS: dict[str, Converter] = {
    "bool": _truth,
    "int2": int, "int4": int, "int8": int, "oid": int, "xid": int, "cid": int, "xid8": int,
    "float4": _float4, "float8": _float8, "numeric": _numeric, "money": _money,
    "text": str, "varchar": str, "bpchar": str, "name": str, "char": str, "jsonpath": str,
    "bytea": _octets, "uuid": str, "json": json.loads, "jsonb": json.loads,
    "date": _date, "time": _time, "timetz": _timetz, "timestamp": _timestamp,
    "timestamptz": _timestamptz, "interval": _interval,
    "inet": str, "cidr": str, "macaddr": str, "macaddr8": str, "bit": str, "varbit": str,
    "point": _point, "lseg": _points, "path": _points, "box": _points, "polygon": _points,
    "line": _point, "circle": _circle, "tid": _tid, "pg_lsn": _lsn,
}  # fmt: skip
"""By the type's name."""
