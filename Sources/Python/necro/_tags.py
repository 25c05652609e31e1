"""Unions of models that are told apart by a field: each has a Literal of its own there."""

from collections.abc import Iterable, Sequence

from necro._annotations import UnsupportedAnnotationError, is_model, literal_values, peel
from necro._fields import FieldFacts

__all__ = ["Tagged", "split"]


class Tagged:
    """Models and the field that tells them apart: its name in JSON, and which value is whose."""

    __slots__ = ("alias", "models")

    def __init__(self, alias: str, models: dict[str | int, type]) -> None:
        self.alias = alias
        self.models = models


def split(members: "Iterable[object]", metadata: "Sequence[object]") -> "list[object | Tagged]":
    """The members of a union, those models together that a tag tells apart.

    `float` comes last, since it takes every integer.

    Raises UnsupportedAnnotationError for a named tag that does not tell them apart.
    """
    named = next((item.tag for item in metadata if isinstance(item, FieldFacts) and item.tag), None)
    ordered: list[object | Tagged] = sorted(members, key=lambda member: peel(member) is float)
    models = [kind for kind in map(peel, ordered) if isinstance(kind, type) and is_model(kind)]
    tagged = _tagged(models, named) if len(models) > 1 else None
    if tagged is None:
        if named is not None:
            raise UnsupportedAnnotationError(
                f"the field {named!r} does not tell the models of the union apart: each needs a"
                " Literal of its own there"
            )
        return ordered
    others = [member for member in ordered if not any(peel(member) is one for one in models)]
    return [*others, tagged]


def _tagged(models: list[type], named: str | None) -> Tagged | None:
    """The tag of some models, if they have one."""
    from necro._models import fields_of

    tables = [
        {field.name: (field.alias, literal_values(peel(field.annotation))) for field in fields}
        for fields in map(fields_of, models)
    ]
    for name in [named] if named is not None else list(tables[0]):
        found: dict[str | int, type] = {}
        count = 0
        aliases: set[str] = set()
        for kind, table in zip(models, tables, strict=True):
            alias, values = table.get(name, (name, None))
            if not values or not all(type(value) in (str, int) for value in values):
                break
            aliases.add(alias)
            count += len(values)
            found |= dict.fromkeys(values, kind)  # type: ignore[arg-type]  # pyright: ignore
        else:
            if len(found) == count and len(aliases) == 1:
                return Tagged(aliases.pop(), found)
    return None
