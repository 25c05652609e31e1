"""The value of a `set-cookie` field (RFC 6265 §4.1)."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal

    type SameSite = Literal["lax", "strict", "none"]

__all__ = ["set_cookie_value"]

_NAME_CHARACTERS = frozenset(
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
_NOT_IN_VALUES = frozenset(' ",;\\')


def set_cookie_value(
    name: str,
    value: str,
    *,
    max_age: int | None,
    expires: "datetime | None",
    path: str | None,
    domain: str | None,
    secure: bool,
    httponly: bool,
    samesite: "SameSite | None",
) -> str:
    """The field value that sets a cookie; raises ValueError for what it cannot hold."""
    if not name or not _NAME_CHARACTERS.issuperset(name):
        raise ValueError(f"{name!r} is not a cookie name")
    if not (value.isascii() and value.isprintable()) or not _NOT_IN_VALUES.isdisjoint(value):
        raise ValueError(f"the value of cookie {name!r} has a character that no cookie can hold")
    parts = [f"{name}={value}"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if expires is not None:
        parts.append(f"Expires={_date(expires)}")
    for attribute, text in (("Path", path), ("Domain", domain)):
        if text is not None:
            if not (text.isascii() and text.isprintable()) or ";" in text:
                raise ValueError(f"cookie {name!r} cannot have the {attribute} {text!r}")
            parts.append(f"{attribute}={text}")
    if samesite == "none" and not secure:
        raise ValueError(f"cookie {name!r}: user agents refuse samesite='none' without secure=True")
    if secure:
        parts.append("Secure")
    if httponly:
        parts.append("HttpOnly")
    if samesite is not None:
        parts.append(f"SameSite={samesite.capitalize()}")
    return "; ".join(parts)


def _date(moment: "datetime") -> str:
    """A moment as an HTTP date (RFC 9110 §5.6.7)."""
    from datetime import UTC
    from email.utils import format_datetime

    if moment.tzinfo is None:
        raise ValueError("a cookie's expiry needs a time zone")
    return format_datetime(moment.astimezone(UTC), usegmt=True)
