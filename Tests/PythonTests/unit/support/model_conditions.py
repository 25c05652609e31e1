"""Conditions and Accept as the native host reads them, as far as pages of the documentation show.

No dates, no quoted commas, no parameters but weights.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["best_of", "status_of"]


def _elements(values: Iterable[str]) -> list[str]:
    """The elements of a list field."""
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


def status_of(
    method: str, if_match: list[str], if_none_match: list[str], etag: str | None, exists: bool
) -> int:
    """304, 412 or 0, as `RequestHead.precondition_status` says it."""
    wanted, unwanted = _elements(if_match), _elements(if_none_match)
    if if_match and not (exists and ("*" in wanted or etag in wanted)):
        return 412
    weak = {tag.removeprefix("W/") for tag in unwanted}
    if exists and ("*" in weak or (etag or "").removeprefix("W/") in weak):
        return 304 if method in ("GET", "HEAD") else 412
    return 0


def best_of(media_types: Iterable[str], accept: list[str]) -> str | None:
    """The media type that a client likes best, as `RequestHead.accepts` says it."""
    ranges = [(name, float(q or 1)) for name, _, q in (
        item.replace(" ", "").partition(";q=") for item in _elements(accept)
    )] or [("*/*", 1.0)]  # fmt: skip

    def weight(media_type: str) -> float:
        kind = media_type.partition("/")[0]
        for name in (media_type, f"{kind}/*", "*/*"):
            found = [q for known, q in ranges if known == name]
            if found:
                return found[0]
        return 0.0

    best = max(media_types, key=weight)
    return best if weight(best) > 0 else None
