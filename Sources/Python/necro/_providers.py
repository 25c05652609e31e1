"""Providers: functions whose values handlers and other providers take as arguments."""

import inspect
from collections.abc import Callable, Generator
from contextvars import copy_context

from necro._errors import StartupError
from necro._signatures import Signature, display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable
    from typing import Any

    from necro._pool import HandlerPool

    type ProviderKey = str | type[object]

__all__ = ["Provider", "ProviderRun", "check_key", "unwind"]

# What a parameter of these names gets is not the app's to say.
_RESERVED = ("body", "cookies", "headers", "query", "request", "state")


def check_key(key: object) -> None:
    """Raises TypeError or ValueError for what no provider can be declared for."""
    if isinstance(key, str):
        if not key.isidentifier():
            raise ValueError(f"{key!r} is no name that a parameter can have")
        if key in _RESERVED:
            raise ValueError(f"{key!r} is given by Necro itself; choose another name")
    elif not isinstance(key, type):
        raise TypeError(f"a provider is for a name or a class, not {key!r}")
    elif key.__module__ == "builtins":
        raise ValueError(f"{key.__name__} is read from the request; provide it under a name")


class Provider:
    """A provider as it was declared: what makes a value for one request."""

    __slots__ = ("function", "inline", "key")

    def __init__(
        self, key: "ProviderKey", function: Callable[..., object], *, inline: bool = False
    ) -> None:
        """A provider.

        - key: the name of the parameters that get its value, or the class they are annotated with.
        - inline: runs a plain function on the loop instead of in the thread pool.
        """
        self.key = key
        self.function = function
        self.inline = inline

    @property
    def name(self) -> str:
        """How messages call it: `'user' (app.get_user)`."""
        key = self.key if isinstance(self.key, str) else self.key.__qualname__
        return f"'{key}' ({display_name(self.function)})"


class ProviderRun:
    """How a provider is run; `is_async` says whether the result of `begin` is awaited.

    `begin` takes positional and keyword arguments and the list of what is to be cleaned up.
    """

    __slots__ = ("_function", "_name", "_pool", "begin", "is_async", "signature")

    def __init__(self, provider: Provider, where: str, pool: "HandlerPool") -> None:
        """Looks at a provider's function; raises StartupError."""
        self.signature = Signature(provider.function, where)
        self._function: Callable[..., Any] = provider.function
        self._name = provider.name
        self._pool = pool
        is_generator = self.signature.is_generator
        is_plain = not (
            self.signature.is_async or inspect.isasyncgenfunction(_called(provider.function))
        )
        if provider.inline and not is_plain:
            raise StartupError(f"{where}: inline=True is for plain functions, this one is async")
        self.is_async = not (is_plain and provider.inline)
        self.begin: Callable[[list[object], dict[str, object], list[Exit]], Any]
        if not is_plain:
            self.begin = self._begin_async_generator if is_generator else self._call
        elif provider.inline:
            self.begin = self._begin_generator if is_generator else self._call
        elif is_generator:
            self.begin = self._begin_pooled_generator
        else:
            self._function = pool.wrap(provider.function)
            self.begin = self._call

    def _call(
        self, arguments: list[object], keywords: dict[str, object], exits: "list[Exit]"
    ) -> object:
        return self._function(*arguments, **keywords)

    async def _begin_async_generator(
        self, arguments: list[object], keywords: dict[str, object], exits: "list[Exit]"
    ) -> object:
        generator: AsyncGenerator[object] = self._function(*arguments, **keywords)
        try:
            value = await anext(generator)
        except StopAsyncIteration:
            raise RuntimeError(f"provider {self._name} ended without a yield") from None
        exits.append(AsyncExit(generator, self._name))
        return value

    def _begin_generator(
        self, arguments: list[object], keywords: dict[str, object], exits: "list[Exit]"
    ) -> object:
        generator: Generator[object] = self._function(*arguments, **keywords)
        try:
            value = next(generator)
        except StopIteration:
            raise RuntimeError(f"provider {self._name} ended without a yield") from None
        exits.append(InlineExit(generator, self._name))
        return value

    async def _begin_pooled_generator(
        self, arguments: list[object], keywords: dict[str, object], exits: "list[Exit]"
    ) -> object:
        generator: Generator[object] = self._function(*arguments, **keywords)
        # One Context for both halves, so that a variable set before the yield can be reset after.
        context = copy_context()
        has_yielded, value = await self._pool.run(
            lambda: context.run(_advance, generator), orphaned=generator.close
        )
        if not has_yielded:
            raise RuntimeError(f"provider {self._name} ended without a yield")
        leave = InlineExit(generator, self._name)
        exits.append(PooledExit(leave, self._pool, lambda error: context.run(leave.finish, error)))
        return value


def _called(function: Callable[..., object]) -> Callable[..., object]:
    """What a call of it runs: the function itself, or the `__call__` of an object."""
    plain = inspect.unwrap(function)
    while hasattr(plain, "func") and not inspect.isroutine(plain):
        plain = plain.func  # pyright: ignore
    if inspect.isroutine(plain) or inspect.isclass(plain):
        return plain
    return type(plain).__call__


def _advance(generator: Generator[object]) -> tuple[bool, object]:
    """Whether a generator yields once more, and what; no future can carry StopIteration."""
    try:
        return True, next(generator)
    except StopIteration:
        return False, None


class Exit:
    """The second half of a generator: what is after its `yield`."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def leave(self, error: BaseException | None) -> "Awaitable[None] | None":
        """Ends the generator; raises what it raises, unless that is `error` itself.

        - error: what the request ended with; it is raised at the `yield`.
        """
        raise NotImplementedError

    def abandon(self) -> None:
        """Ends the generator where nothing can be awaited any more."""

    def _yields_twice(self) -> RuntimeError:
        return RuntimeError(f"provider {self._name} yields twice")


class InlineExit(Exit):
    """The second half of a plain generator."""

    __slots__ = ("_generator",)

    def __init__(self, generator: Generator[object], name: str) -> None:
        super().__init__(name)
        self._generator = generator

    def finish(self, error: BaseException | None) -> None:
        """Ends the generator in this thread."""
        try:
            if error is None:
                next(self._generator)
            else:
                self._generator.throw(error)
        except StopIteration:
            return
        except BaseException as raised:
            if raised is error:
                return
            raise
        self._generator.close()
        raise self._yields_twice()

    def leave(self, error: BaseException | None) -> None:
        self.finish(error)

    def abandon(self) -> None:
        self._generator.close()


class PooledExit(Exit):
    """The second half of a plain generator that runs in the thread pool."""

    __slots__ = ("_finish", "_inner", "_pool")

    def __init__(
        self,
        inner: InlineExit,
        pool: "HandlerPool",
        finish: Callable[[BaseException | None], None],
    ) -> None:
        super().__init__("")
        self._inner = inner
        self._pool = pool
        self._finish = finish

    def leave(self, error: BaseException | None) -> "Awaitable[None]":
        return self._pool.finish(lambda: self._finish(error))

    def abandon(self) -> None:
        self._inner.abandon()


class AsyncExit(Exit):
    """The second half of an async generator."""

    __slots__ = ("_generator",)

    def __init__(self, generator: "AsyncGenerator[object]", name: str) -> None:
        super().__init__(name)
        self._generator = generator

    async def leave(self, error: BaseException | None) -> None:
        try:
            if error is None:
                await anext(self._generator)
            else:
                await self._generator.athrow(error)
        except StopAsyncIteration:
            return
        except BaseException as raised:
            if raised is error:
                return
            raise
        await self._generator.aclose()
        raise self._yields_twice()


async def unwind(exits: list[Exit], error: BaseException | None) -> None:
    """Ends the generators of a request, the last begun first; each is ended whatever others raise.

    A generator cannot make an error disappear: the request has no result then.

    - error: what the request ended with, if it failed.

    Raises what a generator raised in place of it.
    """
    first, traceback = error, error.__traceback__ if error is not None else None
    while exits:
        leaving = exits.pop()
        if isinstance(error, GeneratorExit):
            # The coroutine is being closed and must not await; the loop ends async generators.
            leaving.abandon()
            continue
        try:
            left = leaving.leave(error)
            if left is not None:
                await left
        except BaseException as raised:
            error = raised
    if error is not first and error is not None:
        raise error
    if first is not None:
        # Each generator that it went through has added its frames.
        first.__traceback__ = traceback
