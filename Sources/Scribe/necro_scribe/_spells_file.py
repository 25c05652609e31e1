"""The module of the queries: classes with a method for each, and models of their rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from necro_scribe._models_file import ModelField, emit_model
from necro_scribe._module import WIDTH, Module, call, docstring, string, text_constant
from necro_scribe._names import class_name, field_names, method_name
from necro_scribe._queries import Query
from necro_scribe._resolved import Column, Parameter, Resolved
from necro_scribe._sqltext import Kind
from necro_scribe._template import Part, template_parts
from necro_scribe._types import PythonTypes, is_converted

__all__ = ["spells_module"]

_ASYNC = {
    Kind.ONE: "one_",
    Kind.MANY: "many_",
    Kind.EXEC: "execute_",
    Kind.EXECROWS: "execute_",
    Kind.STREAM: "stream_",
    Kind.BATCH: "batch_",
    Kind.COPYFROM: "copy_",
}


@dataclass(frozen=True, slots=True)
class _Result:
    """What a query gives for a row.

    - annotation: None where it gives no rows.
    - convert: the class that values are made by where the driver's are not of the annotation yet.
    - is_value: whether it is the one column and no model.
    """

    annotation: str | None
    convert: str | None = None
    is_value: bool = False


class _Spells:
    """The writing of one module."""

    def __init__(self, resolved: Sequence[Resolved], python: PythonTypes, models: str) -> None:
        names = {one for query in resolved for one in field_names([c.name for c in query.columns])}
        names |= {parameter.name for query in resolved for parameter in query.parameters}
        self.module = Module(names)
        self._python = python
        self._models = models
        self._results = [self._result(one) for one in resolved]
        self._resolved = resolved

    # What there is before the classes.

    def _result(self, resolved: Resolved) -> _Result:
        columns = resolved.columns
        if not columns or resolved.query.kind in (Kind.EXEC, Kind.EXECROWS, Kind.COPYFROM):
            return _Result(None)
        if len(columns) == 1:
            column = columns[0]
            annotation = self._declared(column)
            may_be_null = " | None" if column.nullable and annotation not in ("Any", "None") else ""
            is_made = is_converted(column.type) and column.annotation is None
            return _Result(
                f"{annotation}{may_be_null}", annotation if is_made else None, is_value=True
            )
        if resolved.table is not None:
            name = self._python.tables[resolved.table.schema, resolved.table.name]
            return _Result(self.module.use(self._models, name))
        return _Result(self._row_class(resolved))

    def _declared(self, column: Column) -> str:
        """A column's annotation, without None."""
        if column.annotation is not None:
            return self._python.written(column.annotation, self.module)
        if column.is_embedded:
            name = self._python.tables[column.type.schema, column.type.name]
            return self.module.use(self._models, name)
        return self._python.annotation(column.type, self.module, is_models=False, is_argument=False)

    def _row_class(self, resolved: Resolved) -> str:
        """Writes the model of a query's rows."""
        name = f"{class_name(resolved.query.name)}Row"
        attributes = field_names([one.name for one in resolved.columns])
        fields = [
            ModelField(one.name, attribute, self._declared(one), one.nullable)
            for one, attribute in zip(resolved.columns, attributes, strict=True)
        ]
        emit_model(self.module, name, f"A row of {resolved.query.name}.", fields)
        return name

    def _constant(self, resolved: Resolved, result: _Result) -> None:
        """Writes the query's text and what its rows become."""
        name = f"_{method_name(resolved.query.name).rstrip('_').upper()}"
        make = self.module.use("necro.spells", "Query")
        annotation = result.annotation or "None"
        names = f"({''.join(f'{string(one.name)}, ' for one in resolved.parameters).rstrip()})"
        if len(resolved.parameters) > 1:
            names = names.replace(",)", ")")
        if resolved.query.optional:
            parts = template_parts(resolved)
            self.module.add("", f"{name} = {make}[{annotation}](")
            self.module.add("    (", *(f"        {_part(one)}," for one in parts), "    ),")
        else:
            lines = text_constant("", "", resolved.prepared.sql)
            lines[0] = lines[0].removeprefix(" = ")
            self.module.add("", f"{name} = {make}[{annotation}](", f"    {lines[0]}", *lines[1:])
            self.module.body[-1] += ","
        self.module.add(*_wrapped(names))
        if result.annotation is not None and not result.is_value:
            self.module.add(f"    model={result.annotation},")
        elif result.convert is not None:
            self.module.add(f"    convert={result.convert},")
        self.module.add(")")

    # The classes.

    def text(self, heading: str) -> str:
        """The whole module."""
        if self._resolved:
            self.module.add("")
        for resolved, result in zip(self._resolved, self._results, strict=True):
            self._constant(resolved, result)
        self._class(is_blocking=False)
        self._class(is_blocking=True)
        return self.module.text(heading)

    def _class(self, *, is_blocking: bool) -> None:
        name = "BlockingSpells" if is_blocking else "Spells"
        base = self.module.use("necro.spells", f"{name}Base")
        says = "The queries, for threads: their methods wait." if is_blocking else "The queries."
        self.module.add("", "", f"class {name}({base}):", f'    """{says}"""')
        for resolved, result in zip(self._resolved, self._results, strict=True):
            self.module.add("")
            self._method(resolved, result, is_blocking=is_blocking)

    def _method(self, resolved: Resolved, result: _Result, *, is_blocking: bool) -> None:
        query = resolved.query
        returned = self._returned(query, result, is_blocking=is_blocking)
        arguments = ["self"]
        passed = [f"_{method_name(query.name).rstrip('_').upper()}"]
        if query.kind in (Kind.BATCH, Kind.COPYFROM):
            arguments.append(f"rows: {self._sets(resolved.parameters)}")
            passed.append("rows")
        elif resolved.parameters:
            arguments.append("*")
            ordered = sorted(resolved.parameters, key=lambda one: one.is_optional)
            arguments += [self._argument(one) for one in ordered]
            passed += [one.name for one in resolved.parameters]
        is_awaited = not is_blocking and query.kind != Kind.STREAM
        head = f"{'async ' if is_awaited else ''}def {method_name(query.name)}"
        self.module.add(*call(head, arguments, f" -> {returned}:", 4))
        self.module.add(*docstring(query.comment or f"{query.name} of {query.source.name}.", 8))
        run = _ASYNC[query.kind]
        said = "" if query.kind == Kind.EXEC else "return "
        await_ = "await " if is_awaited else ""
        self.module.add(*call(f"{said}{await_}self.{run}", passed, "", 8))

    def _returned(self, query: Query, result: _Result, *, is_blocking: bool) -> str:
        row = result.annotation
        match query.kind:
            case Kind.ONE:
                assert row is not None
                return row if row == "Any" or row.endswith("None") else f"{row} | None"
            case Kind.MANY:
                return f"{self.module.use('builtins', 'list')}[{row}]"
            case Kind.EXEC:
                return "None"
            case Kind.EXECROWS | Kind.COPYFROM:
                return self.module.use("builtins", "int")
            case Kind.STREAM:
                kind = "Iterator" if is_blocking else "AsyncIterator"
                return f"{self.module.use('collections.abc', kind)}[{row}]"
            case Kind.BATCH:
                one = self.module.use("builtins", "list")
                if row is None:
                    return f"{one}[{self.module.use('builtins', 'int')}]"
                return f"{one}[{one}[{row}]]"

    def _argument(self, parameter: Parameter) -> str:
        annotation = self._argument_annotation(parameter)
        if parameter.is_optional:
            none = "" if annotation == "Any" or annotation.endswith("None") else " | None"
            return f"{parameter.name}: {annotation}{none} = None"
        return f"{parameter.name}: {annotation}"

    def _argument_annotation(self, parameter: Parameter) -> str:
        if parameter.annotation is not None:
            return self._python.written(parameter.annotation, self.module)
        found = self._python.annotation(
            parameter.facts.type, self.module, is_models=False, is_argument=True
        )
        return f"{found} | None" if parameter.facts.nullable and found != "Any" else found

    def _sets(self, parameters: Sequence[Parameter]) -> str:
        """Many sets of arguments."""
        inner = ", ".join(self._argument_annotation(one) for one in parameters)
        made = f"{self.module.use('builtins', 'tuple')}[{inner}]"
        return f"{self.module.use('collections.abc', 'Iterable')}[{made}]"


def _part(part: Part) -> str:
    """A part of a template as a literal."""
    if isinstance(part, str):
        return string(part)
    if isinstance(part, int):
        return str(part)
    names, inner = part
    shown = ", ".join(_part(one) for one in inner)
    numbers = "".join(f"{one}, " for one in names).rstrip()
    numbers = numbers if len(names) == 1 else numbers.rstrip(",")
    return f"(({numbers}), ({shown},))" if len(inner) == 1 else f"(({numbers}), ({shown}))"


def _wrapped(names: str) -> list[str]:
    """A tuple of names as an argument."""
    if len(names) + 5 <= WIDTH:
        return [f"    {names},"]
    inner = names.removeprefix("(").removesuffix(")").rstrip(",").split(", ")
    return ["    (", *(f"        {one}," for one in inner), "    ),"]


def spells_module(
    resolved: Sequence[Resolved], python: PythonTypes, models: str, heading: str
) -> str:
    """The text of the module.

    - models: the module of the models, as this one imports it.
    """
    return _Spells(resolved, python, models).text(heading)
