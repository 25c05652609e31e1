"""From an annotation to the native `Rule` that reads JSON and checks values by it.

A rule accepts, and never more than `necro._validation` does; it may leave the decision to that.
"""

from necro._annotations import (
    all_metadata,
    display,
    is_alias,
    is_class,
    is_enum,
    is_model,
    literal_values,
    peel,
    union_members,
)
from necro._fields import Constraints, constraints_of
from necro._native import native
from necro._scalars import octets_of, scalar_converter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from necro._tags import Tagged

__all__ = ["RuleBuilder", "rule_for"]

# The kinds, as `Sources/CPython/include/Models.h` counts them.
SCALAR, TEXT, CHOICE, ARRAY, FIXED, OBJECT, MODEL, UNION, TAGGED, PYTHON = range(10)
_NULL, _BOOLEAN, _INTEGER, _FLOAT, _STRING, _ANYTHING = (1 << bit for bit in range(6))
_SCALARS: dict[object, int] = {
    None: _NULL,
    type(None): _NULL,
    bool: _BOOLEAN,
    int: _INTEGER,
    float: _FLOAT,
    str: _STRING,
    object: _ANYTHING,
}


class _Parts:
    """A rule before its constraints are known."""

    __slots__ = ("accepts", "convert", "items", "kind", "subject", "table")

    def __init__(
        self,
        kind: int,
        accepts: int = 0,
        subject: object = None,
        table: object = None,
        convert: object = None,
        items: "tuple[native.Rule | None, ...]" = (),
    ) -> None:
        self.kind = kind
        self.accepts = accepts
        self.subject = subject
        self.table = table
        self.convert = convert
        self.items = items

    def rule(
        self, bounds: tuple[object, ...] | None = None, explain: object = None
    ) -> "native.Rule":
        """The native rule."""
        return native.Rule(
            self.kind,
            self.accepts,
            self.subject,
            self.table,
            self.convert,
            self.items,
            bounds,
            explain,
        )


class RuleBuilder:
    """Builds the rules of annotations."""

    def build(
        self, annotation: object, explain: "Callable[[object], object] | None" = None
    ) -> "native.Rule":
        """The rule of an annotation.

        - explain: what is called with a plain value that is refused.

        Raises UnsupportedAnnotationError.
        """
        parts, constraints = self._described(annotation)
        bounds = None
        if constraints is not None:
            bounds = constraints.native()
            if bounds is None:
                parts = _python(annotation)
        return parts.rule(bounds, explain)

    def _described(self, annotation: object) -> tuple[_Parts, Constraints | None]:
        constraints = constraints_of(all_metadata(annotation))
        if _leads_back(annotation):
            return _python(annotation), None
        return self._parts(peel(annotation), annotation), constraints

    def _parts(self, kind: object, annotation: object) -> _Parts:
        from typing import Any, get_args, get_origin

        if kind is Any:
            return _Parts(SCALAR, _ANYTHING)
        origin = get_origin(kind) or kind
        if origin in (list, set, frozenset, tuple, dict):
            return self._container(origin, get_args(kind), annotation)
        values = literal_values(kind)
        if values is not None:
            return _choice(None, {value: value for value in values}, len(values), annotation)
        members = union_members(kind)
        if members is not None:
            return self._union(members, annotation)
        if is_class(kind):
            return self._class(kind, annotation)
        return _Parts(SCALAR, _NULL) if kind is None else _python(annotation)

    def _class(self, kind: type, annotation: object) -> _Parts:
        accepts = _SCALARS.get(kind)
        if accepts is not None:
            return _Parts(SCALAR, accepts)
        if is_model(kind):
            return _Parts(MODEL, subject=kind)
        if kind is bytes:
            return _Parts(TEXT, subject=kind, convert=octets_of)
        if (kind.__module__, kind.__qualname__) == ("decimal", "Decimal"):
            return _python(annotation, kind)
        convert = scalar_converter(kind)
        if convert is not None:
            return _Parts(TEXT, subject=kind, convert=convert)
        if is_enum(kind):
            members: dict[object, object] = {
                member.value: member for member in kind if _is_scalar(member.value)
            }
            return _choice(kind, members, len(list(kind)), annotation)
        return _python(annotation)

    def _container(
        self, origin: object, arguments: tuple[object, ...], annotation: object
    ) -> _Parts:
        if origin is dict:
            if arguments and peel(arguments[0]) is not str:
                return _python(annotation)
            if arguments and constraints_of(all_metadata(arguments[0])) is not None:
                return _python(annotation)
            return _Parts(OBJECT, items=(self.build(arguments[1] if arguments else object),))
        if origin is tuple and arguments and arguments[1:] != (...,):
            return _Parts(FIXED, items=tuple(self.build(item) for item in arguments))
        item = arguments[0] if arguments else object
        return _Parts(ARRAY, subject=origin, items=(self.build(item),))

    def _union(self, members: tuple[object, ...], annotation: object) -> _Parts:
        from necro._tags import split

        accepts = 0
        places: list[native.Rule | None] = [None, None, None]
        for member in split(members, all_metadata(annotation)):
            parts, constraints = self._member(member)
            bounds = constraints.native() if constraints is not None else None
            if constraints is not None and bounds is None:
                return _python(annotation)
            if parts.kind == SCALAR and bounds is None:
                if parts.accepts & _STRING and places[0] is not None:
                    return _python(annotation)
                accepts |= parts.accepts
                continue
            if parts.kind in (PYTHON, UNION):
                present = [each for each in members if each is not type(None)]
                if len(present) > 1 or parts.kind == UNION:
                    return _python(annotation)
                places = [parts.rule(bounds)] * 3
                continue
            place = 1 if parts.kind in (ARRAY, FIXED) else 0
            if parts.kind in (OBJECT, MODEL, TAGGED):
                place = 2
            if places[place] is not None:
                return _python(annotation)
            places[place] = parts.rule(bounds)
            overlaps = parts.accepts if parts.kind == SCALAR else _STRING
            if place == 0 and (accepts & overlaps or (parts.kind == CHOICE and accepts & ~_NULL)):
                return _python(annotation)
        if accepts & _ANYTHING:
            return _Parts(SCALAR, _ANYTHING)
        if places == [None, None, None]:
            return _Parts(SCALAR, accepts)
        first = places[0]
        if first is not None and accepts & ~_NULL and _may_take_numbers(members):
            return _python(annotation)
        return _Parts(UNION, accepts, items=tuple(places))

    def _member(self, member: "object | Tagged") -> tuple[_Parts, Constraints | None]:
        from necro._tags import Tagged

        if isinstance(member, Tagged):
            return _Parts(TAGGED, subject=member.alias, table=member.models), None
        return self._described(member)


def _may_take_numbers(members: tuple[object, ...]) -> bool:
    """Whether a choice or constrained scalar could meet what other members take as well."""
    kinds = [peel(member) for member in members]
    constrained = [
        kind
        for member, kind in zip(members, kinds, strict=True)
        if constraints_of(all_metadata(member)) is not None
    ]
    numbers = {bool, int, float}
    return bool(numbers.intersection(constrained)) and len(numbers.intersection(kinds)) > 1


def _is_scalar(value: object) -> bool:
    return type(value) in (str, int, float, bool) or value is None


def _choice(
    subject: object, members: dict[object, object], count: int, annotation: object
) -> _Parts:
    """A choice by the value, where no two are equal (as 1 and True are)."""
    if len(members) != count or not all(map(_is_scalar, members)):
        return _python(annotation, subject)
    table = {value: (value, member) for value, member in members.items()}
    return _Parts(CHOICE, subject=subject, table=table)


def _leads_back(annotation: object) -> bool:
    """Whether an annotation goes by a `type` alias, which may contain itself."""
    while True:
        if is_alias(annotation):
            return True
        if not hasattr(annotation, "__metadata__"):
            return False
        annotation = getattr(annotation, "__origin__")  # noqa: B009


def _python(annotation: object, subject: object = None) -> _Parts:
    """What Python decides alone."""
    from necro._validation import Builder, validated

    validate = Builder().build(annotation)
    name = display(annotation)

    def convert(value: object) -> object:
        return validated(validate, value, (), name)

    return _Parts(PYTHON, subject=subject, convert=convert)


_rules: "dict[object, native.Rule]" = {}
_RULES_MAX = 256


def rule_for(annotation: object) -> "native.Rule":
    """The rule of an annotation, for `necro.json.loads(data, type=annotation)`.

    Raises TypeError for an annotation that no rule reads.
    """
    from necro._annotations import UnsupportedAnnotationError
    from necro._validation import Builder, validated

    try:
        known = _rules.get(annotation)
    except TypeError:
        raise TypeError(f"{annotation!r} is no type") from None
    if known is not None:
        return known
    try:
        validate = Builder().build(annotation)
        name = display(annotation)
        rule = RuleBuilder().build(annotation, lambda value: validated(validate, value, (), name))
    except UnsupportedAnnotationError as error:
        raise TypeError(str(error)) from None
    if len(_rules) >= _RULES_MAX:
        _rules.clear()
    # Equal annotations need not be the same: 1 and True are equal, and so are Literals of them.
    if "Literal" not in repr(annotation):
        _rules[annotation] = rule
    return rule
