"""`NecroModel`: classes with typed fields, which are checked where values come from outside.

What runs for each instance is native (`Sources/CPython/Model*.c`). Here classes are put together,
and refused values are looked at again, to say everything that is wrong with them.
"""

from collections.abc import Callable
from functools import lru_cache

from necro._annotations import UnsupportedAnnotationError, all_metadata
from necro._faults import Fault, Faults
from necro._fields import Field, FieldFacts
from necro._markers import ABSENT
from necro._native import native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, dataclass_transform

    from necro._validation import JSONValidator
else:

    def dataclass_transform(**_):
        """Says nothing at run time."""
        return lambda kind: kind


__all__ = ["ModelField", "ModelMeta", "NecroModel", "compile_plan", "construct", "explain", "plain"]

_EXTRAS = ("ignore", "forbid")


class ModelField:
    """A field of a class of models."""

    __slots__ = ("alias", "annotation", "default", "factory", "is_keyword", "name")

    def __init__(self, name: str, annotation: object, default: object, is_keyword: bool) -> None:
        facts = [item for item in all_metadata(annotation) if isinstance(item, FieldFacts)]
        self.factory: Callable[[], object] | None = None
        if isinstance(default, FieldFacts):
            facts.append(default)
            default = ABSENT
        alias = name
        for each in facts:
            alias = each.alias or alias
            if each.default is not ABSENT:
                default = each.default
            if each.default_factory is not None:
                self.factory = each.default_factory
        if isinstance(default, (list, dict, set, bytearray)) and self.factory is None:
            # Each instance has one of its own.
            from copy import deepcopy
            from functools import partial

            kept: Any = default  # pyright: ignore[reportUnknownVariableType]
            default = ABSENT
            self.factory = partial(deepcopy, kept) if kept else type(kept)
        self.name = name
        self.annotation = annotation
        self.default: object = ABSENT if self.factory is not None else default  # pyright: ignore[reportUnknownMemberType]
        self.is_keyword = is_keyword
        self.alias = alias

    @property
    def is_required(self) -> bool:
        """Whether an instance cannot be without a value given for it."""
        return self.default is ABSENT and self.factory is None

    def preset(self) -> object:
        """The value of a new instance that none is given for."""
        return self.factory() if self.factory is not None else self.default


@dataclass_transform(field_specifiers=(Field,))
class ModelMeta(native.ModelClass):
    """Makes classes of models."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: "dict[str, Any]",
        *,
        frozen: bool | None = None,
        extra: str | None = None,
        kw_only: bool = False,
        **keywords: "Any",
    ) -> "Any":
        """A class of models.

        - frozen: whether instances stay as they are, and so can be hashed; as in the base class.
        - extra: `forbid` refuses keys in JSON that are no field's, `ignore` passes over them; as in
          the base class, at first `ignore`.
        - kw_only: whether the fields declared here are given by keyword alone.

        Raises TypeError for what no class of models can have.
        """
        if extra is not None and extra not in _EXTRAS:
            raise TypeError(f"{name}: extra is 'forbid' or 'ignore', not {extra!r}")
        for taken in ("__init__", "__new__", "__slots__"):
            if taken in namespace:
                raise TypeError(f"{name} has its own {taken}: a model checks in __post_init__")
        own = _declared(namespace)
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        inherited = {field for base in bases for field in getattr(base, "__model_fields__", {})}
        for field in own:
            if field.startswith("__"):
                raise TypeError(f"{name}: no field can have the name {field!r}")
        namespace["__slots__"] = tuple(field for field in own if field not in inherited)
        if extra is not None:
            namespace["__model_extra__"] = extra
        if frozen is not None:
            namespace["__model_frozen__"] = frozen
        made = super().__new__(mcls, name, bases, namespace, **keywords)
        made._adopt()
        fields: dict[str, tuple[type, object, bool]] = {}
        for base in reversed(made.__mro__[1:]):
            fields |= base.__dict__.get("__model_own__", {})
        owned = {field: (made, defaults.get(field, ABSENT), kw_only) for field in own}
        fields |= owned
        type.__setattr__(made, "__model_own__", owned)
        type.__setattr__(made, "__model_fields__", fields)
        positional = tuple(field for field, (_, _, keyword) in fields.items() if not keyword)
        if "__match_args__" not in namespace:
            type.__setattr__(made, "__match_args__", positional)
        return made


def _declared(namespace: "dict[str, Any]") -> list[str]:
    """The names that a class body annotates, but for class variables."""
    annotations: dict[str, object] | None = namespace.get("__annotations__")
    if annotations is None:
        # From Python 3.14 on they are made when they are asked for.
        annotate = namespace.get("__annotate_func__") or namespace.get("__annotate__")
        if annotate is None:
            return []
        import annotationlib  # type: ignore[import-not-found,unused-ignore]  # pyright: ignore

        annotations = annotationlib.call_annotate_function(  # pyright: ignore
            annotate,
            annotationlib.Format.FORWARDREF,  # pyright: ignore
        )
    return [
        name
        for name, annotation in annotations.items()  # pyright: ignore
        if "ClassVar" not in str(annotation).partition("[")[0]  # pyright: ignore
    ]


@lru_cache(maxsize=1024)
def fields_of(kind: type) -> tuple[ModelField, ...]:
    """The fields of a class of models, in order; raises UnsupportedAnnotationError."""
    from necro._validation import hints

    declared: dict[str, tuple[type, object, bool]] = getattr(kind, "__model_fields__")  # noqa: B009
    found = hints(kind)
    return tuple(
        ModelField(name, found[name], default, keyword)
        for name, (_, default, keyword) in declared.items()
    )


def compile_plan(kind: type) -> None:
    """Gives a class the plan that instances are made by; raises TypeError for its annotations."""
    from necro._rules import RuleBuilder

    fields: list[tuple[object, ...]] = []
    try:
        described = fields_of(kind)
        aliases = [field.alias for field in described]
        for field in described:
            if aliases.count(field.alias) > 1:
                raise UnsupportedAnnotationError(
                    f"two fields have the name {field.alias!r} in JSON"
                )
            try:
                rule = RuleBuilder().build(field.annotation)
            except UnsupportedAnnotationError as error:
                raise UnsupportedAnnotationError(f"{field.name}: {error}") from None
            written = native.dumps(field.alias) + b":"
            factory = ABSENT if field.factory is None else field.factory
            fields.append((field.name, field.alias, written, rule, field.default, factory))
    except UnsupportedAnnotationError as error:
        raise TypeError(f"{kind.__qualname__}: {error}") from None
    positional = 0
    while positional < len(described) and not described[positional].is_keyword:
        positional += 1
    kind._set_plan(  # type: ignore[attr-defined]  # pyright: ignore
        native.Rule,
        ABSENT,
        tuple(fields),
        positional,
        getattr(kind, "__model_frozen__", False),
        getattr(kind, "__model_extra__", "ignore") == "forbid",
        hasattr(kind, "__post_init__"),
    )


def make(kind: type, values: dict[str, object]) -> object:
    """An instance of checked values; raises what `__post_init__` does."""
    # For pyright a class is not known to be one of models.
    new: Any = kind.__new__
    instance = new(kind)
    instance.__setstate__(
        tuple(
            values[field.name] if field.name in values else field.preset()
            for field in fields_of(kind)
        )
    )
    if hasattr(kind, "__post_init__"):
        instance.__post_init__()
    return instance


@lru_cache(maxsize=256)
def _validator(kind: type) -> "JSONValidator":
    """The validator of a class of models."""
    from necro._validation import Builder

    return Builder().build(kind)


def explain(target: "Any", value: object) -> object:
    """What a class of models or a Rule makes of a value that was refused.

    Raises ValidationError with every fault.
    """
    if not isinstance(target, type):
        return target(value)
    from necro._validation import validated

    return validated(_validator(target), value, (), target.__name__)


def construct(kind: type, arguments: tuple[object, ...], keywords: dict[str, object]) -> object:
    """The instance that a call asked for, which was refused.

    Raises TypeError for a call that fits no signature, ValidationError with every fault of the
    values.
    """
    from necro._validation import Builder, gather

    fields = fields_of(kind)
    name = kind.__name__
    positional = [field for field in fields if not field.is_keyword]
    if len(arguments) > len(positional):
        raise TypeError(
            f"{name}() takes {len(positional)} values by position, not {len(arguments)}"
        )
    given = {field.name: value for field, value in zip(positional, arguments, strict=False)}
    by_name = {field.alias: field.name for field in fields} | {
        field.name: field.name for field in fields
    }
    for keyword, value in keywords.items():
        field_name = by_name.get(keyword)
        if field_name is None:
            from necro._parameters import suggestion

            raise TypeError(f"{name}() has no field {keyword!r}{suggestion(keyword, by_name)}")
        if field_name in given:
            raise TypeError(f"{name}() got {field_name!r} twice")
        given[field_name] = value

    def validate(faults: Faults) -> object:
        values: dict[str, object] = {}
        for field in fields:
            if field.name in given:
                check = Builder().build(field.annotation)
                values[field.name] = check(given[field.name], (field.name,), faults)
            elif field.is_required:
                faults.append(Fault("missing", (field.name,), "expected a value"))
        if faults:
            return None
        try:
            return make(kind, values)
        except ValueError as error:
            faults.append(Fault("value", (), str(error) or "expected other values"))
            return None

    return gather(validate, (), name)


def plain(value: "Any") -> object:
    """A value in which models are dicts, by the names of their fields; other values stay."""
    if isinstance(value, native.Model):
        kind: Any = type(value)
        return {name: plain(getattr(value, name)) for name in kind.__model_fields__}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(plain(item) for item in value)
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}  # pyright: ignore
    return value


class NecroModel(native.Model, metaclass=ModelMeta):
    """A class with typed fields::

        class Zombie(NecroModel):
            id: int
            decay_rate: Annotated[float, necro.Field(ge=0)] | None = None

    Construction, `from_json` and a handler's `body` check every value: against the annotation, and
    the constraints of `necro.Field`. A value that JSON has in another form is taken in that form
    too: text for a date, an object for a model, an array for a tuple. Raises ValidationError with
    every fault. A `__post_init__` that raises ValueError refuses the values together.

    Instances have slots and no `__dict__`. They compare, pickle, copy and match by their fields.
    What is assigned later is not checked.
    """

    if TYPE_CHECKING:

        @classmethod
        def from_json(cls, data: bytes | bytearray | memoryview | str, /) -> Self:
            """The model of a JSON text; raises JSONDecodeError or ValidationError."""
            ...

    else:
        from_json = classmethod(native.read_as)

    def to_dict(self) -> "dict[str, Any]":
        """The values by the names of their fields; models inside are dicts too."""
        return plain(self)  # type: ignore[return-value]  # pyright: ignore

    def replace(self, **changes: "Any") -> "Self":
        """A copy with other values for some fields, all of which are checked."""
        kind: Callable[..., Self] = type(self)
        fields: dict[str, object] = getattr(kind, "__model_fields__")  # noqa: B009
        kept = {name: getattr(self, name) for name in fields if name not in changes}
        return kind(**kept, **changes)

    __replace__ = replace
