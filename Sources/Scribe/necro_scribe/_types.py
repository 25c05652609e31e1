"""The types of Python that values of Postgres' types are given as by necro's driver."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from necro_scribe._facts import TableFacts, TypeFacts
from necro_scribe._module import Module
from necro_scribe._names import class_name, singular
from necro_scribe._settings import Settings

__all__ = ["NameClash", "PythonTypes", "is_converted"]

_BUILTIN = {
    "bool": "bool", "int2": "int", "int4": "int", "int8": "int", "oid": "int", "xid": "int",
    "xid8": "int", "cid": "int", "float4": "float", "float8": "float", "bytea": "bytes",
}  # fmt: skip
_IMPORTED = {
    "numeric": ("decimal", "Decimal"),
    "uuid": ("uuid", "UUID"),
    "json": ("typing", "Any"),
    "jsonb": ("typing", "Any"),
    "date": ("datetime", "date"),
    "time": ("datetime", "time"),
    "timetz": ("datetime", "time"),
    "timestamp": ("datetime", "datetime"),
    "timestamptz": ("datetime", "datetime"),
    "interval": ("datetime", "timedelta"),
    "point": ("necro.postgres", "Point"),
    "lseg": ("necro.postgres", "Segment"),
    "box": ("necro.postgres", "Box"),
    "path": ("necro.postgres", "Path"),
    "polygon": ("necro.postgres", "Polygon"),
    "line": ("necro.postgres", "Line"),
    "circle": ("necro.postgres", "Circle"),
}
_NETWORKS = ("IPv4Network", "IPv6Network")
_ADDRESSES = ("IPv4Address", "IPv4Interface", "IPv6Address", "IPv6Interface")
_IDENTIFIERS = re.compile(r"(?<![\w.'\"])((?:[A-Za-z_]\w*\.)*)([A-Za-z_]\w*)(?![\w'\"])")


@dataclass(frozen=True, slots=True)
class NameClash:
    """Two things of Postgres that would have one class."""

    name: str
    first: str
    second: str


class PythonTypes:
    """Annotations for types, and the names of the classes that are made for some.

    - models: the module of those classes, as the other module imports it.
    """

    def __init__(
        self,
        settings: Settings,
        tables: Sequence[TableFacts],
        types: Sequence[TypeFacts],
        models: str,
    ) -> None:
        self._settings = settings
        self._models = models
        self.clashes: list[NameClash] = []
        self.tables: dict[tuple[str, str], str] = {}
        self.types: dict[tuple[str, str], str] = {}
        taken: dict[str, str] = {}
        for table in tables:
            name = self._chosen(table.schema, table.name) or class_name(singular(table.name))
            self._take(taken, name, f"{table.schema}.{table.name}")
            self.tables[table.schema, table.name] = name
        for one in types:
            name = self._chosen(one.schema, one.name) or class_name(one.name)
            self._take(taken, name, f"{one.schema}.{one.name}")
            self.types[one.schema, one.name] = name

    def _chosen(self, schema: str, name: str) -> str | None:
        names: Mapping[str, str] = self._settings.names
        return names.get(f"{schema}.{name}") or names.get(name)

    def _take(self, taken: dict[str, str], name: str, whose: str) -> None:
        if name in taken:
            self.clashes.append(NameClash(name, taken[name], whose))
        taken.setdefault(name, whose)

    def annotation(
        self, type_: TypeFacts, module: Module, *, is_models: bool, is_argument: bool
    ) -> str:
        """What values of a type are, without whether they may be NULL.

        - is_models: whether the module is that of the models.
        - is_argument: whether it is for what a caller gives.
        """
        override = self._settings.types.get(
            f"{type_.schema}.{type_.name}"
        ) or self._settings.types.get(type_.name)
        if override is not None:
            return self.written(override, module)
        own = self.types.get((type_.schema, type_.name))
        if own is not None and type_.kind == "composite" and is_argument:
            fields = [
                self.annotation(one.type, module, is_models=is_models, is_argument=True)
                for one in type_.fields
            ]
            inner = ", ".join(one if one == "Any" else f"{one} | None" for one in fields)
            return f"{module.use('builtins', 'tuple')}[{inner}]"
        if own is not None:
            return own if is_models else module.use(self._models, own)
        table = self.tables.get((type_.schema, type_.name))
        if type_.kind == "composite" and table is not None:
            # A row of a table as a value: its constraints do not hold for it.
            return module.use("necro.postgres", "Row")
        if type_.kind == "array" and type_.element is not None:
            element = self.annotation(
                type_.element, module, is_models=is_models, is_argument=is_argument
            )
            if self._settings.null_elements and element != "Any" and not is_argument:
                element = f"{element} | None"
            head = (
                module.use("collections.abc", "Sequence")
                if is_argument
                else module.use("builtins", "list")
            )
            return f"{head}[{element}]"
        if type_.kind in ("range", "multirange") and type_.element is not None:
            over = type_.element.element if type_.kind == "multirange" else None
            value = self.annotation(
                over or type_.element, module, is_models=is_models, is_argument=is_argument
            )
            found = f"{module.use('necro.postgres', 'Range')}[{value}]"
            return found if type_.kind == "range" else f"{module.use('builtins', 'list')}[{found}]"
        if type_.kind == "domain" and type_.element is not None:
            return self.annotation(
                type_.element, module, is_models=is_models, is_argument=is_argument
            )
        return self._base(type_, module, is_argument=is_argument)

    def _base(self, type_: TypeFacts, module: Module, *, is_argument: bool) -> str:
        name = type_.name
        if name == "hstore":
            text = module.use("builtins", "str")
            head = (
                module.use("collections.abc", "Mapping")
                if is_argument
                else module.use("builtins", "dict")
            )
            return f"{head}[{text}, {text} | None]"
        if name == "vector":
            head = (
                module.use("collections.abc", "Sequence")
                if is_argument
                else module.use("builtins", "list")
            )
            return f"{head}[{module.use('builtins', 'float')}]"
        if name in ("inet", "cidr"):
            names = _NETWORKS if name == "cidr" else _ADDRESSES
            return " | ".join(module.use("ipaddress", one) for one in names)
        if name in ("record", "_record") or type_.kind == "composite":
            return module.use("necro.postgres", "Row")
        if name == "void":
            return "None"
        if name in _IMPORTED:
            return module.use(*_IMPORTED[name])
        return module.use("builtins", _BUILTIN.get(name, "str"))

    @staticmethod
    def written(annotation: str, module: Module) -> str:
        """An annotation that the user has written, whose dotted names are imported.

        `decimal.Decimal` imports Decimal; names without a dot are builtins.
        """

        def imported(match: re.Match[str]) -> str:
            path, name = match[1].rstrip("."), match[2]
            if name in ("None", "True", "False"):
                return name
            return module.use(path or "builtins", name)

        return _IDENTIFIERS.sub(imported, annotation)


def is_converted(type_: TypeFacts) -> bool:
    """Whether the driver's value is not yet what is annotated: enums, and what holds them."""
    if type_.kind == "enum":
        return True
    if type_.kind == "composite":
        return type_.name != "record"
    return type_.element is not None and is_converted(type_.element)
