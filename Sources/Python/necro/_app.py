"""Apps and routers: where handlers are declared."""

from collections.abc import Callable, Iterable, Iterator

from necro._errors import StartupError
from necro._middleware import Filter, check_declared
from necro._routes import CompiledRoute, Route
from necro._scope import Scope
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager
    from typing import Literal, TypedDict, Unpack

    from necro._background import BackgroundWork
    from necro._exceptions import ErrorKey, ExceptionHandler
    from necro._pool import HandlerPool
    from necro._providers import Provider, ProviderKey
    from necro._services import Services

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
_BACKGROUND_MAX = 1024
_BACKGROUND_SECONDS = 30.0


class Declaration:
    """A route decorator: declares a function as a handler and returns it unchanged."""

    __slots__ = ("_entries", "_methods", "_options", "_path")

    def __init__(
        self,
        entries: "list[Route | Inclusion]",
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


class Inclusion:
    """A router that another one includes."""

    __slots__ = ("prefix", "router", "tags")

    def __init__(self, router: "Router", prefix: str, tags: tuple[str, ...]) -> None:
        self.router = router
        self.prefix = prefix
        self.tags = tags


class Router:
    """A set of routes, which an app or another router includes under a prefix.

    What is declared on a router beside routes (providers, middleware, exception handlers) holds for
    its routes and those of the routers that it includes.
    """

    def __init__(self) -> None:
        """A router without routes."""
        self._entries: list[Route | Inclusion] = []
        self.providers: dict[ProviderKey, Provider] = {}
        self.exceptions: dict[ErrorKey, ExceptionHandler] = {}
        self.around: list[Filter | Callable[..., object]] = []

    def route(
        self, path: str, *, methods: Iterable[str], **options: "Unpack[RouteOptions]"
    ) -> Declaration:
        """Declares the decorated function as the handler of a path for several methods.

        - path: a template such as `/summon/{id}` or `/files/{rest:path}`.
        - methods: such as `["GET", "POST"]`.
        """
        if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            # `@app.get` without parentheses would leave no route, and no word about it.
            raise TypeError(f"a route begins with its path, as in @app.get('/'), not with {path!r}")
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

    def include(self, router: "Router", *, prefix: str = "", tags: Iterable[str] = ()) -> None:
        """Includes another router's routes, also those that it gets later.

        - prefix: goes before their paths, such as `/v1`; it may hold parameters.
        - tags: go before theirs.
        """
        if not isinstance(router, Router) or isinstance(router, App):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"include takes a necro.Router, not a {type(router).__name__}")
        if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
            raise ValueError(f"the prefix {prefix!r} must begin with '/' and not end with it")
        self._entries.append(Inclusion(router, prefix, tuple(tags)))

    def provide[P: Callable[..., object]](
        self, key: "ProviderKey", *, inline: bool = False
    ) -> Callable[[P], P]:
        """Declares what gives parameters their values: `@app.provide("user")`.

        The function takes parameters as a handler does, also what other providers give, and is
        called once per request at most. What a generator yields is the value; what follows the
        `yield` runs when the handler has ended, however it did.

        - key: the name of the parameters, or the class that they are annotated with. A name that
          is in the route's path is that of a path parameter.
        - inline: runs a plain function on the loop instead of in the thread pool.
        """
        from necro._providers import Provider, check_key

        check_key(key)
        found = self.providers.get(key)
        if found is not None:
            raise ValueError(f"there is a provider {found.name} already")

        def declare(function: P) -> P:
            self.providers[key] = Provider(key, function, inline=inline)
            return function

        return declare

    def middleware[M: Filter | Callable[..., object]](self, middleware: M) -> M:
        """Declares what stands around every handler: a function or a `necro.Filter`.

        A function is `async def mw(request, call_next)`; it returns a Response, as a rule that of
        `await call_next(request)`. The first that is declared is the outermost; a router's stand
        inside the app's. Filters stand outside all functions.
        """
        check_declared(middleware)
        self.around.append(middleware)
        return middleware

    def exception[H: Callable[..., object]](
        self, *keys: "ErrorKey", status: int | None = None, inline: bool = False
    ) -> Callable[[H], H]:
        """Declares a handler for what the routes raise: `@app.exception(GraveRobbed)`.

        It may take `error`, `request`, `state`, `headers`, `cookies` and `query`, and returns what
        a handler may return.

        - keys: exception classes, with their subclasses, or statuses of `HTTPError`; 422 is also
          that of a request that is not valid, and 500 that of exceptions nobody expected.
        - status: of a result without one of its own; else that of the exception.
        - inline: runs a plain function on the loop instead of in the thread pool.
        """
        from necro._exceptions import ExceptionHandler, check_key

        if not keys:
            raise TypeError("an exception handler is for one Exception class or status at least")
        for key in keys:
            check_key(key)
            if key in self.exceptions:
                raise ValueError(f"{key!r} has an exception handler already")
        if status is not None and not 200 <= status <= 599:
            raise ValueError(f"{status} is not a final status code")

        def declare(handler: H) -> H:
            declared = ExceptionHandler(handler, status, inline=inline)
            self.exceptions.update(dict.fromkeys(keys, declared))
            return handler

        return declare

    def _flat(self, scope: Scope) -> "Iterator[tuple[Scope, Route]]":
        """Every route with the place where it stands, in the order of declaration."""
        for entry in self._entries:
            if isinstance(entry, Route):
                yield scope, entry
            elif entry.router in scope.routers:
                raise StartupError(
                    f"a router includes itself, under {scope.prefix + entry.prefix!r}"
                )
            else:
                yield from entry.router._flat(scope.inside(entry.router, entry.prefix, entry.tags))


class Run:
    """What the routes of one worker, or of one test client, share."""

    __slots__ = ("background", "pool")

    def __init__(self, pool: "HandlerPool", background: "BackgroundWork") -> None:
        self.pool = pool
        self.background = background


class App(Router):
    """An app: its routes, and what happens when a worker starts and stops.

    It is imported once in every worker, so module level code runs once per worker.
    """

    def __init__(
        self,
        *,
        threads_max: int = _THREADS_MAX,
        queue_max: int = _QUEUE_MAX,
        background_max: int = _BACKGROUND_MAX,
        background_seconds: float = _BACKGROUND_SECONDS,
    ) -> None:
        """An app without routes.

        - threads_max: how many plain `def` handlers one worker runs at once.
        - queue_max: how many more wait for a thread; beyond it a request is answered 503.
        - background_max: how many calls of `request.after` wait or run in one worker; beyond it
          a further one raises HTTPError 503.
        - background_seconds: how long a worker that ends waits for them.
        """
        super().__init__()
        if threads_max < 1 or queue_max < 0:
            raise ValueError("threads_max is at least 1 and queue_max at least 0")
        if background_max < 1 or background_seconds < 0:
            raise ValueError("background_max is at least 1 and background_seconds at least 0")
        self._threads_max = threads_max
        self._queue_max = queue_max
        self._background_max = background_max
        self._background_seconds = background_seconds
        self._runs: dict[State, Run] = {}
        self._startup: list[Callable[..., object]] = []
        self._shutdown: list[Callable[..., object]] = []
        self._overrides: dict[ProviderKey, Provider] = {}

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

    def override(
        self, key: "ProviderKey", function: Callable[..., object], *, inline: bool = False
    ) -> "AbstractContextManager[None]":
        """Puts another function in the place of a provider, for tests: `with app.override(…):`.

        It holds for what is started inside the block, in whatever router the provider is declared.
        `"db"` and `necro.Database` can be overridden as well.

        - key, inline: as in `provide`.
        - function: takes parameters as a provider does.
        """
        from contextlib import contextmanager

        from necro._providers import Provider, check_key

        check_key(key)

        @contextmanager
        def overriding() -> "Generator[None]":
            before = self._overrides
            self._overrides = {**before, key: Provider(key, function, inline=inline)}
            try:
                yield
            finally:
                self._overrides = before

        return overriding()

    def compile(self, state: State, services: "Services | None" = None) -> list[CompiledRoute]:
        """Every route, ready to serve, with its parameters resolved; one without methods, at the
        end, is for the requests that match no other.

        - state: the worker's State.
        - services: the worker's databases; None only checks.

        Raises StartupError, one line that names handler and parameter.
        """
        from necro._compiler import RouteCompiler
        from necro._hooks import check_hook
        from necro._services import Services

        for event, hooks in (("on_startup", self._startup), ("on_shutdown", self._shutdown)):
            for hook in hooks:
                check_hook(hook, event)
        run = self.run_of(state)
        top = Scope("", (), (self,))
        compiler = RouteCompiler(
            state, run.pool, run.background, self._overrides, services or Services()
        )
        return compiler.compile(top, list(self._flat(top)))

    @property
    def overrides(self) -> "dict[ProviderKey, Provider]":
        """What stands in the place of providers now; another dict whenever that changes."""
        return self._overrides

    def release(self, state: State) -> None:
        """Ends the thread pool of the routes compiled for a State."""
        run = self._runs.pop(state, None)
        if run is not None:
            run.pool.shutdown()

    def run_of(self, state: State) -> "Run":
        """What the routes compiled for a State share, until `run_shutdown`."""
        run = self._runs.get(state)
        if run is None:
            from necro._background import BackgroundWork
            from necro._pool import HandlerPool

            pool = HandlerPool(self._threads_max, self._queue_max)
            background = BackgroundWork(
                pool, pending_max=self._background_max, seconds_max=self._background_seconds
            )
            run = self._runs[state] = Run(pool, background)
        return run

    async def run_startup(self, state: State) -> None:
        """Runs the startup hooks in order; what one raises goes to the caller."""
        from necro._hooks import run_hook

        for hook in self._startup:
            await run_hook(hook, state)

    async def run_startup_of_worker(self, state: State) -> None:
        """Runs the startup hooks in order; raises StartupError, which names the one that raised."""
        from necro._errors import traceback_of
        from necro._hooks import failure, run_hook

        for hook in self._startup:
            try:
                await run_hook(hook, state)
            except (Exception, SystemExit) as error:
                line = failure("startup", hook, error)
                raise StartupError(line, traceback_of(error)) from error

    async def run_shutdown(
        self,
        state: State,
        *,
        hooks: bool = True,
        report: "Callable[[str, BaseException], object] | None" = None,
    ) -> None:
        """Waits for work in the background, runs every shutdown hook, ends the thread pool.

        The hook that was declared last runs first.

        - hooks: False where the startup hooks did not run.
        - report: is called with a line that names a hook, and what that raised.

        What the hooks raised is raised when all have run, as an ExceptionGroup.
        """
        from necro._hooks import failure, run_hook

        run = self._runs.get(state)
        if run is not None:
            await run.background.finish()
        errors: list[Exception] = []
        for hook in reversed(self._shutdown if hooks else ()):
            try:
                await run_hook(hook, state)
            except (Exception, SystemExit) as error:
                line = failure("shutdown", hook, error)
                errors.append(error if isinstance(error, Exception) else RuntimeError(line))
                if report is not None:
                    report(line, error)
        self.release(state)
        if errors:
            raise ExceptionGroup("shutdown hooks failed", errors)
