"""A callable's parameters with resolved annotations."""

import inspect
import sys
from collections.abc import Callable
from functools import partial

from necro._errors import StartupError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeIs

__all__ = ["Signature", "Taken", "defined_at", "display_name"]


def _is_partial(function: Callable[..., object]) -> "TypeIs[partial[object]]":
    """Whether a callable is a `functools.partial`."""
    return isinstance(function, partial)


class Taken:
    """One parameter that a call must give."""

    __slots__ = ("annotation", "default", "is_keyword", "name")

    def __init__(self, name: str, annotation: object, default: object, *, is_keyword: bool) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.is_keyword = is_keyword

    @property
    def is_annotated(self) -> bool:
        """Whether there is an annotation."""
        return self.annotation is not inspect.Parameter.empty

    @property
    def has_default(self) -> bool:
        """Whether there is a default."""
        return self.default is not inspect.Parameter.empty


class Signature:
    """The parameters of a handler or a hook, in the order of its call."""

    __slots__ = ("is_async", "is_generator", "parameters", "returns_none")

    def __init__(self, function: Callable[..., object], where: str) -> None:
        """Reads a callable's signature.

        - where: how messages begin, such as `GET / (app.index)`.

        Raises StartupError when it cannot be called with known parameters.
        """
        try:
            signature = _signature(function)
        except (TypeError, ValueError):
            raise StartupError(f"{where}: has no signature that Python can tell") from None
        bound = function.keywords if _is_partial(function) else {}
        plain = _underlying(function)
        self.parameters: list[Taken] = []
        for parameter in signature.parameters.values():
            if parameter.name in bound:
                continue
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
                raise StartupError(
                    f"{where}, parameter '{stars}{parameter.name}': name each parameter, so that"
                    " it can be filled by its name"
                )
            self.parameters.append(
                Taken(
                    parameter.name,
                    _resolve(parameter.annotation, plain, f"{where}, parameter '{parameter.name}'"),
                    parameter.default,
                    is_keyword=parameter.kind is parameter.KEYWORD_ONLY,
                )
            )
        returned = signature.return_annotation
        # A result's annotation that cannot be resolved says only that it is not None.
        self.returns_none = returned is None or returned in ("None", type(None))
        self.is_async = inspect.iscoroutinefunction(plain)
        self.is_generator = inspect.isgeneratorfunction(plain) or inspect.isasyncgenfunction(plain)


def _signature(function: Callable[..., object]) -> inspect.Signature:
    """The signature, with annotations left as text where they cannot be evaluated yet."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format

        return inspect.signature(function, annotation_format=Format.FORWARDREF)
    return inspect.signature(function)


def _underlying(function: Callable[..., object]) -> Callable[..., object]:
    """The function behind partials, wrappers and callable objects."""
    while True:
        wrapped: Callable[..., object] | None = getattr(function, "__wrapped__", None)
        if _is_partial(function):
            function = function.func
        elif inspect.iscoroutinefunction(function):
            # An async wrapper around a plain function is async.
            return function
        elif wrapped is not None:
            function = wrapped
        elif inspect.isroutine(function) or inspect.isclass(function):
            return function
        else:
            return type(function).__call__


def _resolve(annotation: object, function: Callable[..., object], where: str) -> object:
    """The annotation with every name in it looked up where the function was defined."""
    from typing import get_type_hints

    empty: object = inspect.Parameter.empty
    if annotation is empty:
        return empty

    def probe() -> None:
        """Carries the annotation for `get_type_hints`."""

    unwrapped = inspect.unwrap(function)
    unwrapped = getattr(unwrapped, "__func__", unwrapped)
    probe.__annotations__ = {"it": annotation}
    names: dict[str, object] = dict(getattr(unwrapped, "__globals__", {}))
    for parameter in getattr(unwrapped, "__type_params__", ()):
        names[parameter.__name__] = parameter
    try:
        return get_type_hints(probe, globalns=names, include_extras=True)["it"]
    except NameError as error:
        raise StartupError(
            f"{where}: its annotation names {error.name!r}, which is not defined there at run time"
        ) from None
    except Exception as error:
        # An annotation is the user's expression, and may fail in any way.
        raise StartupError(f"{where}: its annotation cannot be evaluated: {error}") from None


def defined_at(function: Callable[..., object]) -> str:
    """Where a callable is defined, for a message: `app.py:12`, as seen from the current folder."""
    from os.path import relpath

    code = getattr(inspect.unwrap(_underlying(function)), "__code__", None)
    return f"{relpath(code.co_filename)}:{code.co_firstlineno}" if code else "?"


def display_name(function: Callable[..., object]) -> str:
    """`module.qualname` of a callable, for a message."""
    plain = function.func if _is_partial(function) else function
    named = plain if hasattr(plain, "__qualname__") else type(plain)
    name: str = getattr(named, "__qualname__", repr(named)).replace("<locals>.", "")
    return f"{named.__module__}.{name}"
