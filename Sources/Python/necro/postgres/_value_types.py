"""Python's side of types that have no counterpart in its library: ranges and shapes; and addresses.

The native side calls these by name.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Any, Literal, NamedTuple, cast

__all__ = ["Box", "Circle", "Line", "Path", "Point", "Polygon", "Range", "Segment"]

type Bounds = Literal["[]", "[)", "(]", "()", "empty"]


@dataclass(frozen=True, slots=True)
class Range[Value]:
    """A range of values.

    - lower, upper: None where the range has no bound on that side.
    - bounds: which of both belong to it, as Postgres writes them; `empty` for a range of no value.
    """

    lower: Value | None = None
    upper: Value | None = None
    bounds: Bounds = "[)"

    def __post_init__(self) -> None:
        if self.bounds not in ("[]", "[)", "(]", "()", "empty"):
            raise ValueError(f"the bounds of a Range are one of [] [) (] () empty: {self.bounds!r}")

    @property
    def is_empty(self) -> bool:
        """Whether no value is in it."""
        return self.bounds == "empty"

    def __contains__(self, value: Value) -> bool:
        if self.is_empty:
            return False
        lower, upper = self.lower, self.upper
        if lower is not None and not (
            value > lower or (value == lower and self.bounds[0] == "[")  # type: ignore[operator]
        ):
            return False
        return upper is None or bool(
            value < upper or (value == upper and self.bounds[1] == "]")  # type: ignore[operator]
        )


class Point(NamedTuple):
    """A point of the plane."""

    x: float
    y: float


class Segment(NamedTuple):
    """A line segment between two points."""

    start: Point
    end: Point


class Box(NamedTuple):
    """A rectangle by its upper right and lower left corners."""

    upper_right: Point
    lower_left: Point


class Line(NamedTuple):
    """A line, of the equation Ax + By + C = 0."""

    a: float
    b: float
    c: float


class Circle(NamedTuple):
    """A circle."""

    center: Point
    radius: float


class Path(tuple[Point, ...]):
    """A path over points; a closed one leads back to its first."""

    is_closed: bool

    def __new__(cls, points: "tuple[tuple[float, float], ...]", is_closed: bool = False) -> "Path":
        path = super().__new__(cls, (Point(*each) for each in points))
        path.is_closed = is_closed
        return path


class Polygon(tuple[Point, ...]):
    """A polygon over points."""

    __slots__ = ()

    def __new__(cls, points: "tuple[tuple[float, float], ...]") -> "Polygon":
        return super().__new__(cls, (Point(*each) for each in points))


# From the numbers in the order of the wire.


def point(numbers: tuple[float, ...]) -> Point:
    return Point(*numbers)


def segment(numbers: tuple[float, ...]) -> Segment:
    return Segment(Point(*numbers[:2]), Point(*numbers[2:]))


def box(numbers: tuple[float, ...]) -> Box:
    return Box(Point(*numbers[:2]), Point(*numbers[2:]))


def line(numbers: tuple[float, ...]) -> Line:
    return Line(*numbers)


def circle(numbers: tuple[float, ...]) -> Circle:
    return Circle(Point(*numbers[:2]), numbers[2])


def path(numbers: tuple[float, ...], is_closed: bool) -> Path:
    return Path(_pairs(numbers), is_closed)


def polygon(numbers: tuple[float, ...]) -> Polygon:
    return Polygon(_pairs(numbers))


def _pairs(numbers: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


_COUNTS = {"point": 2, "segment": 4, "box": 4, "line": 3, "circle": 3}


def flat_numbers(shape: object, kind: str) -> tuple[object, ...] | None:
    """A shape's numbers in the order of the wire; before a path's, whether it is closed.

    None for what is not the shape.
    """
    numbers: list[object] = []
    if not _flatten(shape, numbers, 0):
        return None
    if kind == "path":
        is_even = len(numbers) % 2 == 0
        return (getattr(shape, "is_closed", False), *numbers) if is_even else None
    if kind == "polygon":
        return tuple(numbers) if len(numbers) % 2 == 0 else None
    return tuple(numbers) if len(numbers) == _COUNTS[kind] else None


def _flatten(shape: object, numbers: list[object], depth: int) -> bool:
    if isinstance(shape, int | float):
        numbers.append(shape)
        return True
    if not isinstance(shape, tuple | list) or depth == 2:
        return False
    return all(_flatten(each, numbers, depth + 1) for each in shape)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]


def address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text)


def interface(text: str) -> IPv4Interface | IPv6Interface:
    return ip_interface(text)


def network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def network_parts(value: object) -> tuple[bytes, int] | None:
    """The octets of an address and the bits of its network's part; None for anything else."""
    if isinstance(value, IPv4Interface | IPv6Interface):
        return value.packed, value.network.prefixlen
    if isinstance(value, IPv4Address | IPv6Address):
        return value.packed, value.max_prefixlen
    if isinstance(value, IPv4Network | IPv6Network):
        return value.network_address.packed, value.prefixlen
    return None


def literal_text(value: Any) -> str | None:
    """A value that fits its type as text that the server reads; None where it has none here."""
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{bytes(value).hex()}"  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"
    if isinstance(value, tuple):
        opened, closed = "{}" if isinstance(value, Line) else "()"
        if isinstance(value, Path) and not value.is_closed:
            opened, closed = "[]"
        # Of numbers, and of shapes of numbers.
        parts = [f"{literal_text(each)}" for each in cast("tuple[object, ...]", value)]
        return f"{opened}{','.join(parts)}{closed}"
    if isinstance(value, dict):
        # An hstore.
        pairs = cast("dict[str, str | None]", value)
        return ", ".join(f"{_quoted(key)}=>{_quoted(item)}" for key, item in pairs.items())
    return None if isinstance(value, list) else str(value)


def _quoted(text: str | None) -> str:
    if text is None:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
