"""From an annotation to the converter of text: of a path, a query string, a field, a cookie."""

from necro._annotations import (
    UnsupportedAnnotationError,
    display,
    is_enum,
    literal_values,
    peel,
    union_members,
)
from necro._scalars import TextConverter, enum_converter, scalar_converter, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["repeated_item", "text_converter"]


_CONTAINERS: "tuple[Callable[[Iterable[object]], object], ...]" = (list, set, frozenset, tuple)


def text_converter(annotation: object) -> TextConverter:
    """The converter of text to what the annotation says.

    - annotation: resolved, not a string.

    Raises UnsupportedAnnotationError when text cannot carry it.
    """
    from typing import Any

    annotation = peel(annotation)
    if annotation is Any or annotation is object:
        return text_of
    found = scalar_converter(annotation)
    if found is not None:
        return found
    values = literal_values(annotation)
    if values is not None:
        return _literal_converter(values)
    members = union_members(annotation)
    if members is not None:
        return _union_converter(members)
    if is_enum(annotation):
        return enum_converter(annotation)
    raise UnsupportedAnnotationError(f"text cannot be read as {display(annotation)}")


def _literal_converter(values: tuple[object, ...]) -> TextConverter:
    """The converter of a Literal, by its values as text; None among them has no text."""
    from enum import Enum

    by_text = {
        str(value.value if isinstance(value, Enum) else value): value
        for value in values
        if value is not None
    }
    expected = f"expected one of {', '.join(by_text)}"

    def convert(text: str) -> object:
        if text not in by_text:
            raise ValueError(expected)
        return by_text[text]

    return convert


def _union_converter(members: tuple[object, ...]) -> TextConverter:
    """The converter of a union: the first member that takes the text; no text means None."""
    converters = [text_converter(member) for member in members if member is not type(None)]
    if len(converters) == 1:
        return converters[0]

    def convert(text: str) -> object:
        reasons: list[str] = []
        for converter in converters:
            try:
                return converter(text)
            except ValueError as error:
                reasons.append(str(error).removeprefix("expected "))
        raise ValueError(f"expected {' or '.join(reasons)}")

    return convert


def repeated_item(
    annotation: object,
) -> "tuple[Callable[[Iterable[object]], object], object] | None":
    """The container and the annotation of one item, when a parameter may be repeated.

    `list[int]`, `set[int]`, `frozenset[int]` and `tuple[int, ...]` are, and those with `| None`.
    """
    from typing import get_args, get_origin

    annotation = peel(annotation)
    members = union_members(annotation)
    if members is not None:
        present = [member for member in members if member is not type(None)]
        if len(present) != 1:
            return None
        annotation = peel(present[0])
    container: object = get_origin(annotation) or annotation
    arguments: tuple[object, ...] = get_args(annotation)
    if container is tuple and arguments and arguments[1:] != (...,):
        return None
    item = arguments[0] if arguments else str
    for kind in _CONTAINERS:
        if container is kind:
            return kind, item
    return None
