"""Apps and routers: where handlers are declared."""

from collections.abc import Callable, Iterable, Iterator

from necro._errors import StartupError
from necro._routes import CompiledRoute, Route
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypedDict, Unpack

    from necro._pool import HandlerPool

    class RouteOptions(TypedDict, total=False):
        """What every route decorator takes besides the path.

        - status: of a result without one of its own; else 200, or 204 for None.
        - name: else the function's.
        - tags, summary: for people; `necro routes` shows the summary.
        - inline: runs a plain function on the loop instead of in the thread pool.
        - on_disconnect: whether the handler ends with its client; else GET and HEAD do.
        """

        status: int | None
        name: str | None
        tags: Iterable[str]
        summary: str | None
        inline: bool
        on_disconnect: Literal["cancel", "finish"] | None


__all__ = ["App", "Router"]

_THREADS_MAX = 16
_QUEUE_MAX = 256


class Declaration:
    """A route decorator: declares a function as a handler and returns it unchanged."""

    __slots__ = ("_entries", "_methods", "_options", "_path")

    def __init__(
        self,
        entries: "list[Route | tuple[str, Router]]",
        path: str,
        methods: tuple[str, ...],
        options: "RouteOptions",
    ) -> None:
        self._entries = entries
        self._path = path
        self._methods = methods
        self._options = options

    def __call__[H: Callable[..., object]](self, handler: H) -> H:
        """Declares the handler; its parameters are looked at when the app starts."""
        self._entries.append(Route(self._path, handler, self._methods, **self._options))
        return handler


class Router:
    """A set of routes, which an app or another router includes under a prefix."""

    def __init__(self) -> None:
        """A router without routes."""
        self._entries: list[Route | tuple[str, Router]] = []

    def route(
        self, path: str, *, methods: Iterable[str], **options: "Unpack[RouteOptions]"
    ) -> Declaration:
        """Declares the decorated function as the handler of a path for several methods.

        - path: a template such as `/summon/{id}` or `/files/{rest:path}`.
        - methods: such as `["GET", "POST"]`.
        """
        listed = (methods,) if isinstance(methods, str) else tuple(methods)
        distinct = tuple(dict.fromkeys(method.upper() for method in listed))
        # A misspelt option is an error on its own line, not one when the app starts.
        Route.check_options(options)
        return Declaration(self._entries, path, distinct, options)

    def get(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for GET; HEAD follows it."""
        return self.route(path, methods=("GET",), **options)

    def post(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for POST."""
        return self.route(path, methods=("POST",), **options)

    def put(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for PUT."""
        return self.route(path, methods=("PUT",), **options)

    def patch(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for PATCH."""
        return self.route(path, methods=("PATCH",), **options)

    def delete(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for DELETE."""
        return self.route(path, methods=("DELETE",), **options)

    def head(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for HEAD, in place of the one that follows GET."""
        return self.route(path, methods=("HEAD",), **options)

    def options(self, path: str, **options: "Unpack[RouteOptions]") -> Declaration:
        """Declares a handler for OPTIONS, in place of the server's answer."""
        return self.route(path, methods=("OPTIONS",), **options)

    def include(self, router: "Router", *, prefix: str = "") -> None:
        """Includes another router's routes, also those that it gets later.

        - prefix: goes before their paths, such as `/v1`; it may hold parameters.
        """
        if not isinstance(router, Router) or isinstance(router, App):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"include takes a necro.Router, not a {type(router).__name__}")
        if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
            raise ValueError(f"the prefix {prefix!r} must begin with '/' and not end with it")
        self._entries.append((prefix, router))

    def _flat(
        self, prefix: str = "", above: "tuple[Router, ...]" = ()
    ) -> "Iterator[tuple[str, Route]]":
        """Every route with its whole prefix, in the order of declaration."""
        if self in above:
            raise StartupError(f"a router includes itself, under {prefix!r}")
        for entry in self._entries:
            if isinstance(entry, Route):
                yield prefix, entry
            else:
                yield from entry[1]._flat(prefix + entry[0], (*above, self))


class App(Router):
    """An app: its routes, and what happens when a worker starts and stops.

    It is imported once in every worker, so module level code runs once per worker.
    """

    def __init__(self, *, threads_max: int = _THREADS_MAX, queue_max: int = _QUEUE_MAX) -> None:
        """An app without routes.

        - threads_max: how many plain `def` handlers one worker runs at once.
        - queue_max: how many more wait for a thread; beyond it a request is answered 503.
        """
        super().__init__()
        if threads_max < 1 or queue_max < 0:
            raise ValueError("threads_max is at least 1 and queue_max at least 0")
        self._threads_max = threads_max
        self._queue_max = queue_max
        self._pool: HandlerPool | None = None
        self._startup: list[Callable[..., object]] = []
        self._shutdown: list[Callable[..., object]] = []

    def on_startup[H: Callable[..., object]](self, hook: H) -> H:
        """Declares a function that runs in each worker before it takes requests.

        It may be async, and may take `state` to store things for the handlers. A worker whose hook
        raises does not start.
        """
        self._startup.append(hook)
        return hook

    def on_shutdown[H: Callable[..., object]](self, hook: H) -> H:
        """Declares a function that runs in each worker after its last request.

        It may be async, and may take `state`. The hooks run in reverse order, so that what was
        made last goes first, and each runs even when another raised.
        """
        self._shutdown.append(hook)
        return hook

    def compile(self, state: State) -> list[CompiledRoute]:
        """Every route, ready to serve, with its parameters resolved.

        - state: the worker's State.

        Raises StartupError, one line that names handler and parameter.
        """
        from necro._compiler import compile_routes
        from necro._hooks import check_hook
        from necro._pool import HandlerPool

        for event, hooks in (("on_startup", self._startup), ("on_shutdown", self._shutdown)):
            for hook in hooks:
                check_hook(hook, event)
        if self._pool is None:
            self._pool = HandlerPool(self._threads_max, self._queue_max)
        return compile_routes(list(self._flat()), state, self._pool)

    async def run_startup(self, state: State) -> None:
        """Runs the startup hooks in order; what one raises goes to the caller."""
        from necro._hooks import run_hook

        for hook in self._startup:
            await run_hook(hook, state)

    async def run_shutdown(self, state: State) -> None:
        """Runs every shutdown hook, the last declared first, then ends the thread pool.

        What the hooks raised is raised when all have run, as an ExceptionGroup.
        """
        from necro._hooks import run_hook

        errors: list[Exception] = []
        for hook in reversed(self._shutdown):
            try:
                await run_hook(hook, state)
            except Exception as error:
                errors.append(error)
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        if errors:
            raise ExceptionGroup("shutdown hooks failed", errors)
