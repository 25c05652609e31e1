"""The value of a `set-cookie` field (RFC 6265 §4.1).

What user agents refuse today is in its successor, draft-ietf-httpbis-rfc6265bis.
"""

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

# What user agents take; a cookie beyond is dropped without a word (rfc6265bis §5.6).
_PAIR_OCTETS_MAX = 4_096
_ATTRIBUTE_OCTETS_MAX = 1_024


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
    partitioned: bool = False,
) -> str:
    """The field value that sets a cookie; raises ValueError for what it cannot hold."""
    if not name or not _NAME_CHARACTERS.issuperset(name):
        raise ValueError(f"{name!r} is not a cookie name")
    if not (value.isascii() and value.isprintable()) or not _NOT_IN_VALUES.isdisjoint(value):
        raise ValueError(f"the value of cookie {name!r} has a character that no cookie can hold")
    if len(name) + len(value) > _PAIR_OCTETS_MAX:
        raise ValueError(
            f"cookie {name!r} has {len(name) + len(value)} octets; user agents keep at most"
            f" {_PAIR_OCTETS_MAX}"
        )
    _check_prefix(name, path=path, domain=domain, secure=secure)
    parts = [f"{name}={value}"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if expires is not None:
        parts.append(f"Expires={_date(expires)}")
    for attribute, text in (("Path", path), ("Domain", domain)):
        if text is not None:
            if not (text.isascii() and text.isprintable()) or ";" in text:
                raise ValueError(f"cookie {name!r} cannot have the {attribute} {text!r}")
            if len(text) > _ATTRIBUTE_OCTETS_MAX:
                raise ValueError(
                    f"cookie {name!r}: its {attribute} has more than {_ATTRIBUTE_OCTETS_MAX} octets"
                )
            parts.append(f"{attribute}={text}")
    if samesite == "none" and not secure:
        raise ValueError(f"cookie {name!r}: user agents refuse samesite='none' without secure=True")
    if partitioned and not secure:
        raise ValueError(f"cookie {name!r}: user agents refuse partitioned without secure=True")
    if secure:
        parts.append("Secure")
    if httponly:
        parts.append("HttpOnly")
    if samesite is not None:
        parts.append(f"SameSite={samesite.capitalize()}")
    if partitioned:
        parts.append("Partitioned")
    return "; ".join(parts)


def _check_prefix(name: str, *, path: str | None, domain: str | None, secure: bool) -> None:
    """Raises ValueError where user agents refuse the name's prefix (rfc6265bis §4.1.3)."""
    folded = name.lower()
    if folded.startswith(("__secure-", "__host-")) and not secure:
        raise ValueError(f"cookie {name!r}: user agents refuse this name without secure=True")
    if folded.startswith("__host-") and (path != "/" or domain is not None):
        raise ValueError(f"cookie {name!r}: user agents want this name with path='/' and no domain")


def _date(moment: "datetime") -> str:
    """A moment as an HTTP date (RFC 9110 §5.6.7)."""
    from datetime import UTC
    from email.utils import format_datetime

    if moment.tzinfo is None:
        raise ValueError("a cookie's expiry needs a time zone")
    return format_datetime(moment.astimezone(UTC), usegmt=True)
