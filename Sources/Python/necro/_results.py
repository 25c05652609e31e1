"""What a handler returned, as a response."""

from necro._responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from decimal import Decimal

    from necro._routes import CompiledRoute

__all__ = ["joined_default", "json_default", "render", "response_of", "route_response"]


def route_response(value: object, route: "CompiledRoute", method: str) -> Response:
    """The response to a handler's result, as the server would make it.

    Raises HTTPError 404 for None where that says so, and TypeError as `render` does.
    """
    if value is None and method in ("GET", "HEAD") and not route.none_is_empty:
        from necro._errors import HTTPError

        raise HTTPError(404)
    return response_of(value, route.status, route)


def response_of(value: object, status: int | None, where: object) -> Response:
    """The response to a result.

    - status: of a result that has none of its own; None for the usual one.
    - where: whose result it is, for the message.

    Raises TypeError when the value cannot be written as JSON.
    """
    if isinstance(value, Response):
        return value
    if value is None:
        return Response(None, status=status or 204)
    status = status or 200
    if type(value) is str or type(value) is bytes:
        return Response(value, status=status)
    if isinstance(value, bytes):
        from necro.json import Raw

        kind = "application/json" if isinstance(value, Raw) else None
        return Response(value, status=status, content_type=kind)
    if isinstance(value, bytearray):
        return Response(bytes(value), status=status)
    from necro._native import native

    try:
        content = native.dumps(value, json_default)
    except TypeError as error:
        if hasattr(error, "__notes__"):
            # It is about a value inside the result, and says where.
            raise
        raise TypeError(
            f"{where} returned {_kind_of(value)}, which is no result: {error}"
        ) from None
    return Response(content, status=status, content_type="application/json")


def render(value: object, route: "CompiledRoute") -> Response:
    """The response to a result that the native side does not know by itself.

    Raises TypeError, naming the route and the type, when the value cannot be written as JSON.
    """
    return response_of(value, route.status, route)


def _kind_of(value: object) -> str:
    """A value's type, with the advice that fits the usual slips."""
    if hasattr(value, "__await__"):
        return f"a {type(value).__name__} that nothing awaited"
    return f"a value of type {_type_name(value)}"


def _type_name(value: object) -> str:
    """The qualified name of a value's class, without `builtins`."""
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return module + kind.__qualname__


_NOTED_LEVELS_MAX = 16


def note_place(error: BaseException, keys: "list[str | int]") -> None:
    """Has an error say where in a value it arose, as a JSON Pointer (RFC 6901).

    - keys: the way there, the innermost first.
    """
    way = [str(key).replace("~", "~0").replace("/", "~1") for key in reversed(keys)]
    rest = "/..." if len(way) > _NOTED_LEVELS_MAX else ""
    error.add_note(f"in the JSON value at /{'/'.join(way[:_NOTED_LEVELS_MAX])}{rest}")


def joined_default(
    own: "Callable[[object], object] | None",
    decimals_are_numbers: bool,
) -> "Callable[[object], object]":
    """What asks `own` first, and then `json_default`, for what `own` raises TypeError for."""

    def joined(value: object) -> object:
        if own is not None:
            try:
                return own(value)
            except TypeError:
                pass
        if decimals_are_numbers and (type(value).__module__, type(value).__name__) == _DECIMAL:
            from necro.json import Raw

            # It needs no check, and may be beyond what a check of numbers allows.
            return bytes.__new__(Raw, _digits(value).encode())  # type: ignore[arg-type]
        return json_default(value)

    return joined


def json_default(value: object) -> object:
    """A replacement that JSON knows, for a value that it does not.

    datetime, date and time go out as ISO 8601, timedelta as an ISO 8601 duration, UUID as text,
    addresses and networks of ipaddress as text, Decimal as text with every digit (a JSON number
    would be read as a binary float by most clients), an Enum as its value, octets as base64, sets
    as arrays, dataclasses and mappings as objects.

    Raises TypeError for any other value.
    """
    # By name, so that no module is imported for the sake of a comparison.
    for kind in type(value).__mro__:
        replace = _REPLACEMENTS.get((kind.__module__, kind.__qualname__))
        if replace is not None:
            return replace(value)
    fields: dict[str, object] | None = getattr(type(value), "__dataclass_fields__", None)
    if fields is not None:
        from dataclasses import fields as dataclass_fields

        return {field.name: getattr(value, field.name) for field in dataclass_fields(type(value))}  # type: ignore[arg-type]
    from collections.abc import Mapping

    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
    raise TypeError(f"JSON cannot hold {_kind_of(value)}")


def _isoformat(value: object) -> object:
    """ISO 8601, which datetime, date and time each write themselves."""
    return value.isoformat()  # type: ignore[attr-defined]


def _digits(value: "Decimal") -> str:
    """Every digit, as text; NaN and the infinities are refused as those of float are."""
    if not value.is_finite():
        raise ValueError(f"JSON cannot hold the decimal {value}")
    return str(value)


def _enum_value(value: object) -> object:
    """The value of an Enum member; a member inside it is replaced in its turn."""
    return value.value  # type: ignore[attr-defined]


def _base64(value: object) -> object:
    """Octets in base64 with padding (RFC 4648 §4)."""
    from binascii import b2a_base64

    return b2a_base64(value, newline=False).decode("ascii")  # type: ignore[arg-type]


def _list(value: object) -> object:
    """The items, in the order iteration gives."""
    return list(value)  # type: ignore[call-overload]


def duration(value: "timedelta") -> str:
    """A timedelta as an ISO 8601 duration, `P1DT2H30M0.5S`; a negative one has a sign before it."""
    from datetime import timedelta

    sign = ""
    if value < timedelta(0):
        sign, value = "-", -value
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{value.days}D" if value.days else ""
    clock = f"{hours}H" if hours else ""
    clock += f"{minutes}M" if minutes else ""
    if value.microseconds:
        clock += f"{seconds}.{value.microseconds:06d}".rstrip("0") + "S"
    elif seconds:
        clock += f"{seconds}S"
    if clock:
        text += "T" + clock
    return f"{sign}P{text or 'T0S'}"


_DECIMAL = ("decimal", "Decimal")
_REPLACEMENTS: "dict[tuple[str, str], Callable[..., object]]" = {
    ("datetime", "datetime"): _isoformat,
    ("datetime", "date"): _isoformat,
    ("datetime", "time"): _isoformat,
    ("datetime", "timedelta"): duration,
    ("uuid", "UUID"): str,
    _DECIMAL: _digits,
    ("enum", "Enum"): _enum_value,
    ("builtins", "bytes"): _base64,
    ("builtins", "bytearray"): _base64,
    ("builtins", "memoryview"): _base64,
    ("builtins", "set"): _list,
    ("builtins", "frozenset"): _list,
    ("collections", "deque"): _list,
    ("ipaddress", "IPv4Address"): str,
    ("ipaddress", "IPv6Address"): str,
    ("ipaddress", "IPv4Network"): str,
    ("ipaddress", "IPv6Network"): str,
}
