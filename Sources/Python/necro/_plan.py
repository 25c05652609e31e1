"""What a route calls for a request besides its handler: the providers, each once, in order."""

from collections.abc import Callable, Iterable

from necro import _routes as kinds
from necro._errors import StartupError
from necro._faults import InvalidRequest, parameter_faults
from necro._parameters import ParameterCompiler
from necro._providers import ProviderRun, unwind
from necro._routes import CompiledParameter
from necro._services import is_service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro._app import Router
    from necro._pool import HandlerPool
    from necro._providers import Exit, Provider, ProviderKey
    from necro._services import Services
    from necro._signatures import Signature
    from necro._state import State
    from necro._template import PathTemplate
    from necro._views import RequestViews

    type Maker = Callable[[RequestViews, list[object]], object]

__all__ = ["Plan", "Providers"]


class Providers:
    """The providers that one route sees: those of the nearest router first."""

    __slots__ = ("_overrides", "_routers")

    def __init__(
        self,
        routers: "tuple[Router, ...]" = (),
        overrides: "dict[ProviderKey, Provider] | None" = None,
    ) -> None:
        """What a route sees.

        - routers: those around it, the app first.
        - overrides: what stands for providers in a test, wherever they are declared.
        """
        self._routers = routers[::-1]
        self._overrides = overrides or {}

    def find(self, key: "ProviderKey") -> "Provider | None":
        """The provider for a name or a class."""
        for router in self._routers:
            found = router.providers.get(key)
            if found is not None:
                return self._overrides.get(key, found)
        # What Necro itself gives can be overridden too, where it comes from outside.
        return self._overrides.get(key) if is_service(key) else None

    @property
    def names(self) -> tuple[str, ...]:
        """All names that have one."""
        return tuple(
            key for router in self._routers for key in router.providers if isinstance(key, str)
        )


class Arguments:
    """How the arguments of one function are made of a request and the providers' values."""

    __slots__ = ("_keywords", "_makers")

    def __init__(
        self,
        parameters: Iterable[CompiledParameter],
        keywords: tuple[str, ...],
        places: "dict[Provider, int]",
    ) -> None:
        makers = [_maker(parameter, places) for parameter in parameters]
        split = len(makers) - len(keywords)
        self._makers = makers[:split]
        self._keywords = list(zip(keywords, makers[split:], strict=True))

    def make(
        self, request: "RequestViews", values: list[object]
    ) -> tuple[list[object], dict[str, object]]:
        """The positional and the keyword arguments; raises ValueError for what is not valid."""
        return (
            [make(request, values) for make in self._makers],
            {name: make(request, values) for name, make in self._keywords},
        )


class Plan:
    """The providers of a route in the order they run, then its handler."""

    def __init__(
        self,
        where: str,
        template: "PathTemplate",
        state: "State",
        pool: "HandlerPool",
        providers: Providers,
        services: "Services",
    ) -> None:
        """An empty plan.

        - where: how messages begin, such as `GET / (app.index)`.
        """
        self._where = where
        self._template = template
        self._state = state
        self._pool = pool
        self._providers = providers
        self._services = services
        self._places: dict[Provider, int] = {}
        self._steps: list[tuple[ProviderRun, Arguments]] = []
        # What the request itself has to hold, for all functions together.
        self._sources: list[CompiledParameter] = []

    @property
    def has_providers(self) -> bool:
        """Whether anything is provided."""
        return bool(self._steps)

    @property
    def reads_content(self) -> bool:
        """Whether any function takes the content as a value."""
        return any(parameter.kind in kinds.BODY_KINDS for parameter in self._sources)

    def compile(
        self,
        signature: "Signature",
        where: str,
        above: "tuple[Provider, ...]" = (),
        *,
        is_inline: bool,
    ) -> tuple[CompiledParameter, ...]:
        """The parameters of a function, after the steps that make what it is provided with.

        - is_inline: whether it is a plain function that runs on the loop.

        Raises StartupError, also for providers that need each other.
        """
        compiler = ParameterCompiler(
            where,
            self._template,
            self._state,
            self._providers,
            self._services,
            in_thread=not signature.is_async,
            is_inline=is_inline,
        )
        parameters = tuple(compiler.compile(taken) for taken in signature.parameters)
        if is_inline and any(each.location in (("db",), ("redis",)) for each in parameters):
            raise StartupError(
                f"{where}: inline=True holds up the loop, and a database answers by it: make the"
                " function async, or leave inline out"
            )
        for parameter in parameters:
            if parameter.kind == kinds.PROVIDED:
                self._add(parameter.provider, above)
            else:
                self._sources.append(parameter)
        return parameters

    def _add(self, provider: "Provider", above: "tuple[Provider, ...]") -> None:
        """Adds the step of a provider, unless it is there, after those of what it takes."""
        if provider in self._places:
            return
        where = f"{self._where}, provider {provider.name}"
        if provider in above:
            circle = [*above[above.index(provider) :], provider]
            names = " needs ".join(one.name for one in circle)
            raise StartupError(f"{self._where}: providers need each other: {names}")
        run = ProviderRun(provider, where, self._pool)
        parameters = self.compile(
            run.signature, where, (*above, provider), is_inline=provider.inline
        )
        self._places[provider] = len(self._steps)
        self._steps.append((run, Arguments(parameters, _keywords(run.signature), self._places)))

    def serve(
        self,
        handler: "Callable[..., Any]",
        parameters: tuple[CompiledParameter, ...],
        keywords: tuple[str, ...],
        *,
        is_async: bool,
    ) -> "Callable[[RequestViews], Any]":
        """A coroutine function that runs the providers and the handler for a request."""
        arguments = Arguments(parameters, keywords, self._places)
        steps = tuple((run.begin, run.is_async, made) for run, made in self._steps)

        async def serve(request: "RequestViews") -> object:
            values: list[object] = []
            exits: list[Exit] = []
            try:
                for begin, is_awaited, made in steps:
                    try:
                        positional, named = made.make(request, values)
                    except ValueError as error:
                        raise self._faults(error, request) from None
                    value = begin(positional, named, exits)
                    values.append(await value if is_awaited else value)
                try:
                    positional, named = arguments.make(request, values)
                except ValueError as error:
                    raise self._faults(error, request) from None
                result = handler(*positional, **named)
                if is_async:
                    result = await result
            except BaseException as error:
                if exits:
                    await unwind(exits, error)
                raise
            if exits:
                await unwind(exits, None)
            return result

        return serve

    def _faults(self, error: ValueError, request: "RequestViews") -> Exception:
        """Every fault of a request in one error; the error itself when it shows none."""
        content = request.collected if self.reads_content else None
        faults = [
            fault
            for parameter in self._sources
            for fault in parameter_faults(parameter, request, content)
        ]
        return InvalidRequest(faults) if faults else error


def _keywords(signature: "Signature") -> tuple[str, ...]:
    """The names of the parameters that are passed by keyword."""
    return tuple(taken.name for taken in signature.parameters if taken.is_keyword)


def _maker(parameter: CompiledParameter, places: "dict[Provider, int]") -> "Maker":
    """What makes one argument, as the host does for routes that are called directly."""
    kind = parameter.kind
    if kind == kinds.PROVIDED:
        place = places[parameter.provider]
        return lambda request, values: values[place]
    if kind == kinds.REQUEST:
        return lambda request, values: request
    if kind == kinds.CONSTANT:
        constant = parameter.data
        return lambda request, values: constant
    if kind == kinds.DERIVED:
        derive = parameter.derive
        return lambda request, values: derive(request)
    if kind == kinds.PATH:
        index, convert = parameter.text_converter
        return lambda request, values: convert(request.captures[index])
    return _body_maker(parameter)


def _body_maker(parameter: CompiledParameter) -> "Maker":
    """What makes an argument of the content."""
    from necro._native import native

    kind = parameter.kind

    def make(request: "RequestViews", values: list[object]) -> object:
        content = request.collected
        if parameter.has_default and not content:
            return parameter.default
        if kind == kinds.BODY_BYTES:
            return content
        if kind == kinds.BODY_STR:
            return content.decode()
        value: object = native.loads(content)
        if kind == kinds.BODY_VALUE:
            return parameter.validate(value)
        return native.Body(value) if isinstance(value, (dict, list)) else value  # pyright: ignore

    return make
