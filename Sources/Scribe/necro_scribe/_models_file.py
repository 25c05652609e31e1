"""The module of the models: a class for each table and view, enum, composite and domain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from necro_scribe._facts import TableFacts, TypeFacts
from necro_scribe._module import Module, docstring, string
from necro_scribe._names import field_names
from necro_scribe._types import PythonTypes

__all__ = ["ModelField", "emit_model", "models_module"]

_KINDS = {
    "table": "table",
    "partitioned": "table",
    "view": "view",
    "materialized": "materialized view",
    "foreign": "foreign table",
}


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field of a model that is written.

    - name: as in JSON and in Postgres.
    - attribute: as in Python.
    - annotation: the type; None stands behind it where the field is nullable.
    """

    name: str
    attribute: str
    annotation: str
    nullable: bool
    comment: str | None = None

    @property
    def declared(self) -> str:
        """The annotation with None."""
        is_anything = self.annotation in ("Any", "None")
        return f"{self.annotation} | None" if self.nullable and not is_anything else self.annotation


def emit_model(module: Module, name: str, comment: str, fields: Sequence[ModelField]) -> None:
    """Appends a class."""
    base = module.use("necro", "NecroModel")
    module.add("", "", f"class {name}({base}):", *docstring(comment, 4), "")
    previous_has_comment = False
    for field in fields:
        if previous_has_comment:
            module.add("")
        if field.attribute != field.name:
            head, make = module.use("typing", "Annotated"), module.use("necro", "Field")
            annotation = f"{head}[{field.declared}, {make}(alias={string(field.name)})]"
        else:
            annotation = field.declared
        module.add(f"    {field.attribute}: {annotation}")
        previous_has_comment = bool(field.comment)
        if field.comment:
            module.add(*docstring(field.comment, 4))
    if not fields:
        module.body.pop()


def models_module(
    tables: Sequence[TableFacts], types: Sequence[TypeFacts], python: PythonTypes, heading: str
) -> str:
    """The text of the module."""
    attributes: set[str] = set()
    for table in tables:
        attributes |= set(field_names([one.name for one in table.columns]))
    for type_ in types:
        attributes |= set(field_names([one.name for one in type_.fields]))
    module = Module(attributes)
    for type_ in (one for one in types if one.kind == "enum"):
        _enum(module, python.types[type_.schema, type_.name], type_)
    for type_ in (one for one in types if one.kind == "domain"):
        _domain(module, python, type_)
    for type_ in _in_order([one for one in types if one.kind == "composite"]):
        _composite(module, python, type_)
    for table in tables:
        _table(module, python, table)
    return module.text(heading)


def _in_order(types: list[TypeFacts]) -> list[TypeFacts]:
    """Composites behind those that their fields are of."""
    ordered: list[TypeFacts] = []
    waiting = list(types)
    names = {(one.schema, one.name) for one in types}
    while waiting:
        done = {(one.schema, one.name) for one in ordered}
        ready = [one for one in waiting if not (_needs(one) & names) - done]
        # Types cannot contain themselves, so that one is ready.
        ordered += ready or waiting
        waiting = [one for one in waiting if one not in ordered]
    return ordered


def _needs(type_: TypeFacts) -> set[tuple[str, str]]:
    needed: set[tuple[str, str]] = set()
    for field in type_.fields:
        inner: TypeFacts | None = field.type
        while inner is not None:
            needed.add((inner.schema, inner.name))
            inner = inner.element
    return needed


def _enum(module: Module, name: str, type_: TypeFacts) -> None:
    base = module.use("enum", "StrEnum")
    module.add("", "", f"class {name}({base}):")
    module.add(*docstring(type_.comment or f"The enum {type_.name}.", 4), "")
    taken: set[str] = set()
    for label in type_.labels:
        member = re.sub(r"\W+", "_", label).strip("_").upper() or "EMPTY"
        if member[0].isdigit():
            member = f"N{member}"
        while member in taken or member == "MRO":
            member += "_"
        taken.add(member)
        module.add(f"    {member} = {string(label)}")


def _domain(module: Module, python: PythonTypes, type_: TypeFacts) -> None:
    assert type_.element is not None
    below = python.annotation(type_.element, module, is_models=True, is_argument=False)
    module.add("", "", f"type {python.types[type_.schema, type_.name]} = {below}")
    module.add(*docstring(type_.comment or f"The domain {type_.name}.", 0))


def _composite(module: Module, python: PythonTypes, type_: TypeFacts) -> None:
    attributes = field_names([one.name for one in type_.fields])
    fields = [
        ModelField(
            one.name,
            attribute,
            python.annotation(one.type, module, is_models=True, is_argument=False),
            one.nullable,
        )
        for one, attribute in zip(type_.fields, attributes, strict=True)
    ]
    name = python.types[type_.schema, type_.name]
    emit_model(module, name, type_.comment or f"The composite type {type_.name}.", fields)


def _table(module: Module, python: PythonTypes, table: TableFacts) -> None:
    attributes = field_names([one.name for one in table.columns])
    fields = [
        ModelField(
            one.name,
            attribute,
            python.annotation(one.type, module, is_models=True, is_argument=False),
            one.nullable,
            one.comment,
        )
        for one, attribute in zip(table.columns, attributes, strict=True)
    ]
    name = python.tables[table.schema, table.name]
    comment = table.comment or f"A row of the {_KINDS[table.kind]} {table.name}."
    emit_model(module, name, comment, fields)
