"""From declared routes to compiled ones."""

from collections.abc import Callable

from necro._background import BackgroundWork
from necro._compose import compose
from necro._errors import HTTPError, StartupError
from necro._exceptions import CompiledHandler, ErrorAnswers, ExceptionHandler
from necro._middleware import Filter, check_middleware
from necro._parameters import suggestion
from necro._plan import Plan, Providers
from necro._pool import HandlerPool
from necro._responses import Response
from necro._routes import REQUEST, CompiledParameter, CompiledRoute, Handler, Route
from necro._scope import Scope
from necro._services import Services, is_service
from necro._signatures import Signature, defined_at, display_name
from necro._state import State
from necro._template import PathTemplate, TemplateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._app import Router
    from necro._providers import Provider, ProviderKey
    from necro._views import RequestViews

__all__ = ["RouteCompiler"]

# The methods of RFC 9110 §9.3 and RFC 5789; the server knows these.
_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
)


class RouteCompiler:
    """Compiles the routes of an app for one worker."""

    def __init__(
        self,
        state: State,
        pool: HandlerPool,
        background: BackgroundWork,
        overrides: "dict[ProviderKey, Provider]",
        services: Services,
    ) -> None:
        """A compiler.

        - overrides: what stands for providers in a test.
        """
        self._state = state
        self._pool = pool
        self._background = background
        self._overrides = overrides
        self._services = services
        self._handlers: dict[ExceptionHandler, CompiledHandler] = {}
        self._checked: set[Router] = set()

    def compile(self, top: Scope, routes: list[tuple[Scope, Route]]) -> list[CompiledRoute]:
        """Every route with its parameters resolved, in the order of declaration; then, where
        anything stands around the whole app, one for the requests that match none.

        - top: the app's own place.

        Raises StartupError at the first route that cannot be served.
        """
        compiled: list[CompiledRoute] = []
        places: dict[str, Scope] = {}
        taken: dict[tuple[str, str], CompiledRoute] = {}
        handlers: dict[CompiledRoute, Handler] = {}
        for scope, route in routes:
            result, template = self._compile(scope, route)
            # What the app itself has stands around the route for requests that match none.
            if any(one.answers_options for one in self._around(scope.below_top)[1]):
                places.setdefault(template.shape, scope)
            for method in result.methods:
                other = taken.setdefault((method, template.shape), result)
                if other is not result:
                    places_of = f"{defined_at(handlers[other])} and {defined_at(route.handler)}"
                    raise StartupError(
                        f"{method} {result.template} ({result.handler}): {other.handler} already"
                        f" answers {method} {other.template} ({places_of})"
                    )
            compiled.append(result)
            handlers[result] = route.handler
        for shape, scope in places.items():
            if ("OPTIONS", shape) not in taken:
                methods = {method: one for (method, its), one in taken.items() if its == shape}
                compiled.append(self._options(scope, methods))
        self._check_overrides(routes)
        fallback = self._fallback(top)
        return compiled if fallback is None else [*compiled, fallback]

    def _fallback(self, top: Scope) -> CompiledRoute | None:
        """The route for requests that match no other; None where the server may answer them."""
        middleware, filters = self._around(top)
        answers = self._answers(top)
        if not (middleware or filters or answers.has_handlers):
            return None
        return CompiledRoute(
            methods=(),
            template="",
            name="",
            handler="no route",
            call=compose(_answer_unmatched, answers, middleware, filters),
            is_async=True,
            status=None,
            none_is_empty=False,
            cancels=None,
            parameters=(_REQUEST,),
            keywords=(),
            path_names=(),
            reads_content=False,
            state=self._state,
            background=self._background,
            tags=(),
            summary=None,
        )

    def _options(self, scope: Scope, methods: dict[str, CompiledRoute]) -> CompiledRoute:
        """The route that answers OPTIONS as the server would, inside the filters."""
        served = ("GET", "HEAD") if "GET" in methods else ()
        allow = ", ".join(dict.fromkeys((*served, *methods, "OPTIONS")))

        def options() -> Response:
            return Response(None, status=204, headers={"allow": allow})

        path = next(iter(methods.values())).template.removeprefix(scope.prefix)
        route = Route(path, options, ("OPTIONS",), inline=True)
        return self._compile(scope, route)[0]

    def _check_overrides(self, routes: list[tuple[Scope, Route]]) -> None:
        """Raises StartupError for an override of what nothing provides: it would do nothing."""
        known = {key for scope, _ in routes for router in scope.routers for key in router.providers}
        for key, override in self._overrides.items():
            if key not in known and not is_service(key):
                hint = suggestion(str(key), [one for one in known if isinstance(one, str)])
                raise StartupError(f"override {override.name}: there is no such provider{hint}")

    def _compile(self, scope: Scope, route: Route) -> tuple[CompiledRoute, PathTemplate]:
        """One route."""
        handler = display_name(route.handler)
        path = scope.prefix + route.path
        where = f"{','.join(route.methods)} {path} ({handler})"
        template = _checked_template(route, path, where)
        signature = Signature(route.handler, where)
        if signature.is_generator:
            raise StartupError(f"{where}: the handler yields; a handler returns one result")
        if signature.is_async and route.inline:
            raise StartupError(f"{where}: inline=True is for plain functions, this one is async")
        providers = Providers(scope.routers, self._overrides)
        plan = Plan(where, template, self._state, self._pool, providers, self._services)
        parameters = plan.compile(signature, where, is_inline=route.inline)
        places = {each.name: each.location for each in parameters}
        keywords = tuple(taken.name for taken in signature.parameters if taken.is_keyword)
        in_pool = not (signature.is_async or route.inline)
        call = self._pool.wrap(route.handler) if in_pool else route.handler
        is_async = not route.inline
        middleware, filters = self._around(scope)
        answers = self._answers(scope)
        if plan.has_providers or middleware or filters or answers.has_handlers:
            served = plan.serve(call, parameters, keywords, is_async=is_async)
            call = compose(served, answers, middleware, filters)
            parameters, keywords, is_async = (_REQUEST,), (), True
        result = CompiledRoute(
            methods=route.methods,
            template=path,
            name=route.name,
            handler=handler,
            call=call,
            is_async=is_async,
            status=route.status,
            none_is_empty=signature.returns_none,
            cancels=None if route.on_disconnect is None else route.on_disconnect == "cancel",
            parameters=parameters,
            keywords=keywords,
            path_names=template.names,
            reads_content=plan.reads_content,
            state=self._state,
            background=self._background,
            tags=(*scope.tags, *route.tags),
            summary=route.summary,
            places=places,
        )
        return result, template

    def _around(self, scope: Scope) -> tuple[list[Callable[..., object]], list[Filter]]:
        """The middleware functions and the filters around a route, the outermost first."""
        functions: list[Callable[..., object]] = []
        filters: list[Filter] = []
        for router in scope.routers:
            for one in router.around:
                if isinstance(one, Filter):
                    filters.append(one)
                    continue
                if router not in self._checked:
                    check_middleware(one)
                functions.append(one)
            self._checked.add(router)
        return functions, filters

    def _answers(self, scope: Scope) -> ErrorAnswers:
        """The responses to what a route raises."""
        return ErrorAnswers(
            tuple(
                {key: self._handler(one) for key, one in router.exceptions.items()}
                for router in reversed(scope.routers)
            )
        )

    def _handler(self, declared: ExceptionHandler) -> CompiledHandler:
        """An exception handler, compiled once for all routes."""
        found = self._handlers.get(declared)
        if found is None:
            found = CompiledHandler(declared, self._state, self._pool)
            self._handlers[declared] = found
        return found


def _checked_template(route: Route, path: str, where: str) -> PathTemplate:
    """The route's template; raises StartupError for what no route can be."""
    try:
        template = PathTemplate(path)
    except TemplateError as error:
        raise StartupError(f"{where}: the path {error}") from None
    if not route.methods:
        raise StartupError(f"{where}: the route has no method")
    for method in route.methods:
        if method not in _METHODS:
            raise StartupError(f"{where}: {method!r} is no method the server knows")
    if route.status is not None and not 200 <= route.status <= 599:
        raise StartupError(f"{where}: status {route.status} is not a final status code")
    if route.on_disconnect not in (None, "cancel", "finish"):
        raise StartupError(
            f"{where}: on_disconnect is 'cancel' or 'finish', not {route.on_disconnect!r}"
        )
    return template


_REQUEST = CompiledParameter(REQUEST, "request", None, ("request",))


async def _answer_unmatched(request: "RequestViews") -> Response:
    """Answers a request that matches no route as the server would."""
    unmatched = request.unmatched
    assert unmatched is not None
    status, allow = unmatched
    headers = {} if allow is None else {"allow": allow}
    if status == 204:
        return Response(None, status=status, headers=headers)
    raise HTTPError(status, headers=headers)
