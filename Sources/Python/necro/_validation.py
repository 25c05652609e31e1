"""From an annotation to the validator of a parsed JSON value.

A validator takes the value, its location and a list, and returns the value that the annotation
asks for; each fault goes into the list, so that one pass finds them all. JSON's types are kept
apart: a string is no number, and `true` is no integer.
"""

from collections.abc import Callable
from contextlib import suppress

from necro._annotations import (
    UnsupportedAnnotationError,
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
from necro._faults import Fault, Faults, InvalidRequest, ValidationError
from necro._fields import constraints_of
from necro._markers import ABSENT
from necro._scalars import octets_of, scalar_converter, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeIs

    from necro._faults import Location
    from necro._fields import Constraints
    from necro._tags import Tagged

__all__ = ["Builder", "JSONValidator", "body_validator", "gather", "hints", "validated"]

type JSONValidator = "Callable[[object, Location, list[Fault]], object]"


def body_validator(annotation: object) -> Callable[[object], object]:
    """What turns a body into the annotated value, or raises InvalidRequest.

    It is a native Rule, by which the server reads the octets; called, it takes a parsed value.

    Raises UnsupportedAnnotationError for an annotation that no rule reads.
    """
    from necro._rules import RuleBuilder

    validate = Builder().build(annotation)

    def body_value(value: object) -> object:
        try:
            return validated(validate, value, ("body",), "body")
        except ValidationError as error:
            raise InvalidRequest(error.faults) from None

    rule: Callable[[object], object] = RuleBuilder().build(annotation, body_value)
    return rule


def gather(validate: "Callable[[Faults], object]", at: "Location", name: str) -> object:
    """What `validate` returns; raises ValidationError with the faults that it has noted."""
    faults, result = Faults(), None
    try:
        result = validate(faults)
    except Faults.Enough:
        pass
    except RecursionError:
        faults.append(Fault("value", at, "expected less nesting"))
    if faults:
        raise ValidationError(faults, name)
    return result


def validated(validate: JSONValidator, value: object, at: "Location", name: str) -> object:
    """The value that a validator makes of another; raises ValidationError.

    - at: where the value lies.
    - name: that of its type, for the message.
    """
    return gather(lambda faults: validate(value, at, faults), at, name)


def _is_sequence(value: object) -> "TypeIs[list[object] | tuple[object, ...]]":
    """Whether a value is what tuples and lists are made of."""
    return isinstance(value, (list, tuple))


def _is_collection(value: object) -> "TypeIs[set[object] | frozenset[object]]":
    """Whether a value is a set."""
    return isinstance(value, (set, frozenset))


def _is_object(value: object) -> "TypeIs[dict[str, object]]":
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def _mismatch(expected: str, at: "Location", faults: list[Fault]) -> object:
    """Notes that the JSON type is another; the result is not used."""
    faults.append(Fault("type", at, f"expected {expected}"))
    return None


def _anything(value: object, at: "Location", faults: list[Fault]) -> object:
    return value


def _null(value: object, at: "Location", faults: list[Fault]) -> object:
    return None if value is None else _mismatch("null", at, faults)


def _string(value: object, at: "Location", faults: list[Fault]) -> object:
    return value if isinstance(value, str) else _mismatch("a string", at, faults)


def _boolean(value: object, at: "Location", faults: list[Fault]) -> object:
    return value if isinstance(value, bool) else _mismatch("true or false", at, faults)


def _integer(value: object, at: "Location", faults: list[Fault]) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _mismatch("an integer", at, faults)


def _number(value: object, at: "Location", faults: list[Fault]) -> object:
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            faults.append(Fault("value", at, "expected a number within range"))
            return None
    return _mismatch("a number", at, faults)


def _decimal(value: object, at: "Location", faults: list[Fault]) -> object:
    from decimal import Decimal

    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # repr gives the shortest digits that read back, which is what the client wrote.
        return Decimal(value) if isinstance(value, int) else Decimal(repr(value))
    return _from_text(scalar_converter(Decimal) or text_of, Decimal)(value, at, faults)


def _from_text(convert: Callable[[str], object], kind: type) -> JSONValidator:
    """The validator of what JSON carries as a string; instances of the class stay as they are."""

    def validate(value: object, at: "Location", faults: list[Fault]) -> object:
        # A datetime is a date as well, and no date of day's precision.
        if isinstance(value, kind) and (kind.__name__ != "date" or not hasattr(value, "hour")):
            return value
        if not isinstance(value, str):
            return _mismatch("a string", at, faults)
        try:
            return convert(value)
        except ValueError as error:
            faults.append(Fault("value", at, str(error)))
            return None

    return validate


def _is_of_postgres(kind: object) -> bool:
    """Whether a class is of values that Postgres alone has: ranges, shapes, rows."""
    if not isinstance(kind, type):
        return False
    module = kind.__module__
    return module == "necro.postgres._value_types" or (module, kind.__name__) == (
        "necro._necro",
        "Row",
    )


def _instance(kind: "Any") -> JSONValidator:
    """The validator of a class that JSON has nothing of: its instances are taken as they are."""

    def validate(value: object, at: "Location", faults: list[Fault]) -> object:
        if isinstance(value, kind):
            return value  # pyright: ignore[reportUnknownVariableType]
        return _mismatch(f"a {kind.__name__}", at, faults)

    return validate


_JSON_SCALARS: "dict[object, JSONValidator]" = {
    str: _string,
    int: _integer,
    float: _number,
    bool: _boolean,
    bytes: _from_text(octets_of, bytes),
    type(None): _null,
    object: _anything,
}


class Builder:
    """Builds the validators of one annotation; a class that holds itself is built once."""

    def __init__(self) -> None:
        self._classes: dict[type, JSONValidator] = {}
        self._aliases: dict[object, JSONValidator] = {}

    def build(self, annotation: object) -> JSONValidator:
        """The validator of an annotation; raises UnsupportedAnnotationError."""
        if is_alias(annotation):
            return self._alias(annotation)
        facts = all_metadata(annotation)
        constraints = constraints_of(facts)
        if constraints is not None:
            return _constrained(self._bare(annotation, facts), constraints)
        return self._bare(annotation, facts)

    def _bare(self, annotation: object, facts: "list[object]") -> JSONValidator:
        """The validator of an annotation without its constraints."""
        from typing import Any, TypeVar, get_args, get_origin

        annotation = peel(annotation)
        if annotation is Any:
            return _anything
        if annotation is None:
            return _null
        origin = get_origin(annotation)
        if origin in (list, set, frozenset, tuple, dict):
            return self._container(origin, get_args(annotation), annotation)
        if _is_of_postgres(origin or annotation):
            return _instance(origin or annotation)
        values = literal_values(annotation)
        if values is not None:
            return _choice({(type(value), value): value for value in values}, None)
        members = union_members(annotation)
        if members is not None:
            return self._union(members, facts)
        if is_class(annotation):
            return self._class(annotation)
        if isinstance(annotation, TypeVar):
            raise UnsupportedAnnotationError(
                f"the type variable {display(annotation)} stands for no class"
            )
        raise UnsupportedAnnotationError(f"JSON cannot be read as {display(annotation)}")

    def _alias(self, alias: object) -> JSONValidator:
        """The validator of a `type` alias, which may lead back to itself."""
        known = self._aliases.get(alias)
        if known is not None:
            return known
        built: list[JSONValidator] = []

        def validate(value: object, at: "Location", faults: list[Fault]) -> object:
            return built[0](value, at, faults)

        self._aliases[alias] = validate
        built.append(self.build(getattr(alias, "__value__")))  # noqa: B009
        return built[0]

    def _class(self, kind: type) -> JSONValidator:
        """The validator of a class: scalar, bare container, Enum, dataclass or TypedDict."""
        from typing import is_typeddict

        scalar = _JSON_SCALARS.get(kind)
        if scalar is not None:
            return scalar
        if kind in (list, set, frozenset, tuple, dict):
            return self._container(kind, (), kind)
        if (kind.__module__, kind.__qualname__) == ("decimal", "Decimal"):
            return _decimal
        text = scalar_converter(kind)
        if text is not None:
            return _from_text(text, kind)
        if is_model(kind):
            return self._model(kind)
        if is_enum(kind):
            return _choice({(type(member.value), member.value): member for member in kind}, kind)
        if hasattr(kind, "__dataclass_fields__"):
            return self._object(kind, _dataclass_fields, kind)
        if is_typeddict(kind):
            return self._object(kind, _typeddict_fields, dict)
        raise UnsupportedAnnotationError(f"JSON cannot be read as {display(kind)}")

    def _container(
        self, origin: type, arguments: tuple[object, ...], annotation: object
    ) -> JSONValidator:
        """The validator of a list, set, frozenset, tuple or dict."""
        if origin is dict:
            if arguments and peel(arguments[0]) is not str:
                raise UnsupportedAnnotationError(
                    f"the keys of {display(annotation)} are not str, as those of JSON are"
                )
            return _mapping(self.build(arguments[1]) if arguments else _anything)
        if origin is not tuple:
            return _sequence(origin, self.build(arguments[0]) if arguments else _anything)
        if not arguments:
            return _sequence(tuple, _anything)
        if arguments[1:] == (...,):
            return _sequence(tuple, self.build(arguments[0]))
        return _fixed([self.build(argument) for argument in arguments])

    def _model(self, kind: type) -> JSONValidator:
        """The validator of a class of models: of instances, and of objects by their aliases."""
        known = self._classes.get(kind)
        if known is not None:
            return known
        from necro._models import fields_of, make

        fields = fields_of(kind)
        forbids = getattr(kind, "__model_extra__", "ignore") == "forbid"
        built: list[JSONValidator] = []

        def validate(value: object, at: "Location", faults: list[Fault]) -> object:
            if isinstance(value, kind):
                return value
            if not _is_object(value):
                return _mismatch("an object", at, faults)
            before = len(faults)
            values: dict[str, object] = {}
            for field, check in zip(fields, built, strict=True):
                member: object = value.get(field.alias, ABSENT)
                if member is not ABSENT:
                    values[field.name] = check(member, (*at, field.alias), faults)
                elif field.is_required:
                    faults.append(Fault("missing", (*at, field.alias), "expected a value"))
            if forbids:
                for key in value.keys() - {field.alias for field in fields}:
                    faults.append(Fault("extra", (*at, key), "expected no such key"))
            if len(faults) > before:
                return None
            try:
                return make(kind, values)
            except ValueError as error:
                # A `__post_init__` that refuses the values.
                faults.append(Fault("value", at, str(error) or "expected other values"))
                return None

        # Noted before its fields are built, for a class whose fields lead back to it.
        self._classes[kind] = validate
        for field in fields:
            try:
                built.append(self.build(field.annotation))
            except UnsupportedAnnotationError as error:
                raise UnsupportedAnnotationError(f"{display(kind)}.{field.name}: {error}") from None
        return validate

    def _tagged(self, tagged: "Tagged") -> JSONValidator:
        """The validator of models that a field tells apart."""
        models = {tag: self.build(kind) for tag, kind in tagged.models.items()}
        kinds = tuple(dict.fromkeys(tagged.models.values()))
        expected = f"expected one of {', '.join(map(str, models))}"

        def validate(value: object, at: "Location", faults: list[Fault]) -> object:
            if isinstance(value, kinds):
                return value
            if not _is_object(value):
                return _mismatch("an object", at, faults)
            tag: object = value.get(tagged.alias, ABSENT)
            if tag is ABSENT:
                faults.append(Fault("missing", (*at, tagged.alias), "expected a value"))
                return None
            # Neither True nor a value without a hash is a tag.
            known = isinstance(tag, (str, int)) and not isinstance(tag, bool)
            model = models.get(tag) if known else None  # type: ignore[call-overload]  # pyright: ignore
            if model is None:
                faults.append(Fault("value", (*at, tagged.alias), expected))
                return None
            return model(value, at, faults)

        return validate

    def _union(self, members: tuple[object, ...], facts: "list[object]") -> JSONValidator:
        """The validator of a union: the first member without a fault.

        When none fits, the faults are those of the only member that takes the value's JSON type,
        if there is just one; otherwise one fault names every expectation.
        """
        from necro._tags import Tagged, split

        validators = [
            self._tagged(member) if isinstance(member, Tagged) else self.build(member)
            for member in split(members, facts)
        ]
        if len(validators) == 1:
            return validators[0]

        def validate(value: object, at: "Location", faults: list[Fault]) -> object:
            attempts: list[Faults] = []
            for validator in validators:
                attempt, result = Faults(), None
                with suppress(Faults.Enough):
                    result = validator(value, at, attempt)
                if not attempt:
                    return result
                attempts.append(attempt)
            fitting = [
                attempt
                for attempt in attempts
                if not any(fault.code == "type" and fault.location == at for fault in attempt)
            ]
            if len(fitting) == 1:
                for fault in fitting[0]:
                    faults.append(fault)
                return None
            if fitting:
                attempts = [a for a in fitting if any(f.location == at for f in a)] or attempts
            reasons = dict.fromkeys(
                fault.detail.removeprefix("expected ")
                for attempt in attempts
                for fault in attempt
                if fault.location == at
            )
            expected = " or ".join(reasons) or "another value"
            code = "value" if fitting else "type"
            faults.append(Fault(code, at, f"expected {expected}"))
            return None

        return validate

    def _object(
        self,
        kind: type,
        fields_of: "Callable[[type], dict[str, tuple[object, bool]]]",
        make: "Callable[..., Any]",
    ) -> JSONValidator:
        """The validator of a JSON object with known fields; other keys are ignored."""
        known = self._classes.get(kind)
        if known is not None:
            return known
        fields: list[tuple[str, JSONValidator, bool]] = []

        def validate(value: object, at: "Location", faults: list[Fault]) -> object:
            if make is kind and isinstance(value, kind):
                return value
            if not _is_object(value):
                return _mismatch("an object", at, faults)
            before = len(faults)
            arguments: dict[str, object] = {}
            for name, validator, required in fields:
                member: object = value.get(name, ABSENT)
                if member is not ABSENT:
                    arguments[name] = validator(member, (*at, name), faults)
                elif required:
                    faults.append(Fault("missing", (*at, name), "expected a value"))
            if len(faults) > before:
                return None
            try:
                return make(**arguments)
            except ValueError as error:
                # A `__post_init__` that refuses the values.
                faults.append(Fault("value", at, str(error) or "expected other values"))
                return None

        # Noted before its fields are built, for a class whose fields lead back to it.
        self._classes[kind] = validate
        for name, (annotation, required) in fields_of(kind).items():
            try:
                fields.append((name, self.build(annotation), required))
            except UnsupportedAnnotationError as error:
                raise UnsupportedAnnotationError(f"{display(kind)}.{name}: {error}") from None
        return validate


def _constrained(validate: JSONValidator, constraints: "Constraints") -> JSONValidator:
    """The validator of a value that has to keep to constraints as well."""

    def check(value: object, at: "Location", faults: list[Fault]) -> object:
        before = len(faults)
        result = validate(value, at, faults)
        if len(faults) == before:
            broken = constraints.broken(result)
            if broken is not None:
                faults.append(Fault("value", at, f"expected {broken}"))
        return result

    return check


def _sequence(make: "Callable[..., Any]", item: JSONValidator) -> JSONValidator:
    """The validator of an array of any length."""

    is_set = make in (set, frozenset)

    def validate(value: object, at: "Location", faults: list[Fault]) -> object:
        if not (_is_sequence(value) or (is_set and _is_collection(value))):
            return _mismatch("an array", at, faults)
        before = len(faults)
        items = [item(element, (*at, i), faults) for i, element in enumerate(value)]
        if make is list or len(faults) > before:
            return items
        try:
            return make(items)
        except TypeError:
            faults.append(Fault("type", at, "expected items that a set can hold"))
            return None

    return validate


def _fixed(items: list[JSONValidator]) -> JSONValidator:
    """The validator of an array with a validator for each place."""

    def validate(value: object, at: "Location", faults: list[Fault]) -> object:
        if not _is_sequence(value) or len(value) != len(items):
            return _mismatch(f"an array of {len(items)}", at, faults)
        return tuple(
            item(element, (*at, i), faults)
            for i, (item, element) in enumerate(zip(items, value, strict=True))
        )

    return validate


def _mapping(item: JSONValidator) -> JSONValidator:
    """The validator of an object with any keys."""

    def validate(value: object, at: "Location", faults: list[Fault]) -> object:
        if not _is_object(value):
            return _mismatch("an object", at, faults)
        made: dict[str, object] = {}
        for key, member in value.items():
            if isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                made[key] = item(member, (*at, key), faults)
            else:
                faults.append(Fault("type", at, "expected keys that are text"))
        return made

    return validate


def _choice(members: dict[tuple[type, object], object], kind: type | None) -> JSONValidator:
    """The validator of an Enum or a Literal: by value and type, since `1 == True`."""
    expected = f"expected one of {', '.join(str(value) for _, value in members)}"

    def validate(value: object, at: "Location", faults: list[Fault]) -> object:
        if kind is not None and isinstance(value, kind):
            return value
        # An array or an object has no hash and is never a choice.
        if isinstance(value, (str, int, float, bool, type(None))):
            key = (type(value), value)
            if key in members:
                return members[key]
        faults.append(Fault("value", at, expected))
        return None

    return validate


def hints(kind: type) -> "dict[str, Any]":
    """The resolved annotations of a class."""
    from typing import get_type_hints

    try:
        return get_type_hints(kind, include_extras=True)
    except NameError as error:
        raise UnsupportedAnnotationError(
            f"{display(kind)} has an annotation that names {error.name!r}, which is not defined"
        ) from None


def _dataclass_fields(kind: type) -> dict[str, tuple[object, bool]]:
    """The init fields of a dataclass: annotation, and whether it is required."""
    from dataclasses import MISSING, fields

    found = hints(kind)
    return {
        field.name: (
            found[field.name],
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(kind)
        if field.init
    }


def _typeddict_fields(kind: type) -> dict[str, tuple[object, bool]]:
    """The items of a TypedDict: annotation, and whether it is required."""
    from typing import NotRequired, ReadOnly, Required, get_args, get_origin

    required: frozenset[str] = getattr(kind, "__required_keys__")  # noqa: B009
    found: dict[str, tuple[object, bool]] = {}
    for name, annotation in hints(kind).items():
        is_required = name in required
        # Under `from __future__ import annotations` the class could not see these two itself.
        while (origin := get_origin(annotation)) in (Required, NotRequired, ReadOnly):
            is_required = (is_required or origin is Required) and origin is not NotRequired
            annotation = get_args(annotation)[0]
        found[name] = (annotation, is_required)
    return found
