"""What an annotation says, without its wrappers."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import Enum
    from typing import TypeGuard, TypeIs

__all__ = [
    "UnsupportedAnnotationError",
    "all_metadata",
    "display",
    "is_alias",
    "is_class",
    "is_enum",
    "is_model",
    "literal_values",
    "metadata",
    "peel",
    "union_members",
]


class UnsupportedAnnotationError(Exception):
    """No rule reads this annotation; the text says which one and, where known, what to do."""


def is_alias(annotation: object) -> bool:
    """Whether an annotation is a name that a `type` statement gave, without arguments."""
    return type(annotation).__name__ == "TypeAliasType"


def is_class(annotation: object) -> "TypeIs[type[object]]":
    """Whether an annotation is a class, and no generic one with arguments."""
    return isinstance(annotation, type) and not hasattr(annotation, "__args__")


def is_enum(annotation: object) -> "TypeGuard[type[Enum]]":
    """Whether an annotation is an Enum class."""
    from enum import Enum

    return is_class(annotation) and issubclass(annotation, Enum)


def is_model(kind: type) -> bool:
    """Whether a class is one of models."""
    return hasattr(kind, "__model_fields__")


def all_metadata(annotation: object) -> "list[object]":
    """The metadata of an annotation and of those that `peel` takes off, the innermost first."""
    found: list[object] = []
    while True:
        if hasattr(annotation, "__metadata__"):
            found[:0] = metadata(annotation)
            annotation = getattr(annotation, "__origin__")  # noqa: B009
        elif is_alias(annotation):
            annotation = getattr(annotation, "__value__")  # noqa: B009
        elif hasattr(annotation, "__supertype__"):
            annotation = getattr(annotation, "__supertype__")  # noqa: B009
        else:
            return found


def peel(annotation: object) -> object:
    """The annotation inside `Annotated`, `type` aliases and `NewType`, however deep."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = getattr(annotation, "__origin__")  # noqa: B009
        elif is_alias(annotation):
            annotation = getattr(annotation, "__value__")  # noqa: B009
        elif hasattr(annotation, "__supertype__"):
            annotation = getattr(annotation, "__supertype__")  # noqa: B009
        else:
            return annotation


def metadata(annotation: object) -> "Sequence[object]":
    """The metadata of an `Annotated`, else nothing."""
    found: Sequence[object] = getattr(annotation, "__metadata__", ())
    return found


def union_members(annotation: object) -> tuple[object, ...] | None:
    """The members of a union, nested ones flattened by Python; None when it is no union."""
    from types import UnionType
    from typing import Union, get_args, get_origin

    origin = get_origin(annotation)
    if origin is Union or origin is UnionType:
        return get_args(annotation)
    return None


def literal_values(annotation: object) -> tuple[object, ...] | None:
    """The values of a `Literal`; None when it is none."""
    from typing import Literal, get_args, get_origin

    return get_args(annotation) if get_origin(annotation) is Literal else None


def display(annotation: object) -> str:
    """An annotation as its author wrote it, for a message."""
    if is_class(annotation):
        return annotation.__qualname__.rpartition("<locals>.")[2]
    return str(annotation).replace("typing.", "").rpartition("<locals>.")[2]
