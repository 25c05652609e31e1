"""Fields of models: what a value has to keep to, and what stands for one that is not given."""

from necro._markers import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

__all__ = ["Constraints", "Field", "FieldFacts", "constraints_of"]


class FieldFacts:
    """What `necro.Field` was given."""

    __slots__ = (
        "alias",
        "bounds",
        "default",
        "default_factory",
        "length_max",
        "length_min",
        "multiple_of",
        "pattern",
        "tag",
    )

    def __init__(
        self,
        default: object,
        default_factory: "Callable[[], object] | None",
        alias: str | None,
        bounds: tuple[object, object, object, object],
        lengths: tuple[int | None, int | None],
        multiple_of: float | None,
        pattern: str | None,
        tag: str | None,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.alias = alias
        self.bounds = bounds
        self.length_min, self.length_max = lengths
        self.multiple_of = multiple_of
        self.pattern = pattern
        self.tag = tag


def Field(  # noqa: N802
    default: object = ABSENT,
    *,
    default_factory: "Callable[[], object] | None" = None,
    alias: str | None = None,
    ge: object = None,
    gt: object = None,
    le: object = None,
    lt: object = None,
    multiple_of: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    tag: str | None = None,
) -> "Any":
    """What a value has to keep to: in `Annotated`, or in the place of a field's default.

    - default: the value of a field that none is given for.
    - default_factory: makes that value, anew for each instance.
    - alias: the field's name in JSON. Construction takes it too.
    - ge, gt, le, lt: the least and greatest, of anything that compares.
    - multiple_of: a number that the value is a multiple of.
    - min_length, max_length: characters of text, octets of bytes, items of a container.
    - pattern: a regular expression that is found in the text (`re.search`).
    - tag: the field that tells the models of a union apart, where it is not the only one that can.

    Raises TypeError for what contradicts itself, re.error for a wrong pattern.
    """
    if default is not ABSENT and default_factory is not None:
        raise TypeError("a field has a default or a default_factory, not both")
    if multiple_of is not None and not multiple_of > 0:
        raise TypeError("multiple_of is a number above 0")
    for length in (min_length, max_length):
        if length is not None and length < 0:
            raise TypeError("a length is at least 0")
    if pattern is not None:
        import re

        re.compile(pattern)
    return FieldFacts(
        default,
        default_factory,
        alias,
        (ge, gt, le, lt),
        (min_length, max_length),
        multiple_of,
        pattern,
        tag,
    )


_WORDS = ("at least", "above", "at most", "below")


class Constraints:
    """The bounds and checks of a value, of all `Field`s of its annotation together."""

    __slots__ = ("bounds", "checks", "length_max", "length_min")

    def __init__(self, fields: "Iterable[FieldFacts]") -> None:
        self.bounds: list[tuple[int, Any]] = []
        self.checks: list[tuple[Callable[[Any], object], str]] = []
        self.length_min = 0
        self.length_max: int | None = None
        for field in fields:
            self.bounds += [
                (place, bound) for place, bound in enumerate(field.bounds) if bound is not None
            ]
            self.length_min = max(self.length_min, field.length_min or 0)
            if field.length_max is not None:
                self.length_max = min(field.length_max, self.length_max or field.length_max)
            if field.multiple_of is not None:
                self.checks.append(
                    (_multiple(field.multiple_of), f"a multiple of {field.multiple_of}")
                )
            if field.pattern is not None:
                self.checks.append((_found(field.pattern), f"text that matches {field.pattern}"))

    def native(self) -> tuple[object, ...] | None:
        """As `Rule` takes them; None where there are too many of a kind."""
        ends: list[object] = [None] * 4
        checks = [check for check, _ in self.checks]
        for place, bound in self.bounds:
            if ends[place] is not None:
                return None
            ends[place] = bound
        length_max = self.length_max if self.length_max is not None else (1 << 63) - 1
        return (*ends, self.length_min, length_max, tuple(checks))

    def broken(self, value: object) -> str | None:
        """What was expected of a value that does not keep to them; None for one that does."""
        if value is None:
            return None
        for place, bound in self.bounds:
            if not isinstance(value, (str, bool)) and not _within(place, value, bound):
                return f"{_WORDS[place]} {bound}"
        try:
            length = len(value)  # type: ignore[arg-type]  # pyright: ignore
        except TypeError:
            length = None
        if length is not None:
            unit = "characters" if isinstance(value, str) else "items"
            if length < self.length_min:
                return f"at least {self.length_min} {unit}"
            if self.length_max is not None and length > self.length_max:
                return f"at most {self.length_max} {unit}"
        for check, expected in self.checks:
            if not check(value):
                return expected
        return None


def constraints_of(metadata: "Iterable[object]") -> Constraints | None:
    """The constraints in the metadata of an `Annotated`; None when there is none."""
    found = [item for item in metadata if isinstance(item, FieldFacts)]
    constraints = Constraints(found)
    if constraints.bounds or constraints.checks or constraints.length_min:
        return constraints
    return constraints if constraints.length_max is not None else None


def _within(place: int, value: "Any", bound: "Any") -> bool:
    """Whether a value keeps one bound."""
    try:
        if place == 0:
            return bool(value >= bound)
        if place == 1:
            return bool(value > bound)
        return bool(value <= bound) if place == 2 else bool(value < bound)
    except TypeError:
        return False


def _multiple(divisor: float) -> "Callable[[Any], object]":
    """Whether a number is a multiple, as closely as doubles tell."""

    def is_multiple(value: "Any") -> bool:
        if isinstance(value, (str, bool)):
            return True
        if isinstance(value, float) or isinstance(divisor, float):
            from math import isclose, isfinite, remainder

            number = float(value)
            off = remainder(number, divisor) if isfinite(number) else 1.0
            return isclose(off, 0, abs_tol=divisor * 1e-9)
        return bool(value % divisor == 0)

    return is_multiple


def _found(pattern: str) -> "Callable[[Any], object]":
    """Whether a pattern is found in a text."""
    import re

    search = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or search(value) is not None
