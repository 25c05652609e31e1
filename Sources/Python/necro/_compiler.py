"""From declared routes to compiled ones."""

from necro._errors import StartupError
from necro._parameters import ParameterCompiler
from necro._pool import HandlerPool
from necro._routes import CompiledRoute, Route
from necro._signatures import Signature, display_name
from necro._state import State
from necro._template import PathTemplate, TemplateError

__all__ = ["compile_routes"]

# The methods of RFC 9110 §9.3 and RFC 5789; the server knows these.
_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
)


def compile_routes(
    routes: list[tuple[str, Route]], state: State, pool: HandlerPool
) -> list[CompiledRoute]:
    """Every route with its parameters resolved, in the order of declaration.

    - routes: prefix and route.

    Raises StartupError at the first route that cannot be served.
    """
    compiled: list[CompiledRoute] = []
    taken: dict[tuple[str, str], CompiledRoute] = {}
    for prefix, route in routes:
        result, template = _compile(prefix, route, state, pool)
        for method in result.methods:
            other = taken.setdefault((method, template.shape), result)
            if other is not result:
                raise StartupError(
                    f"{method} {result.template} ({result.handler}): {other.handler} already"
                    f" answers {method} {other.template}"
                )
        compiled.append(result)
    return compiled


def _compile(
    prefix: str, route: Route, state: State, pool: HandlerPool
) -> tuple[CompiledRoute, PathTemplate]:
    """One route."""
    handler = display_name(route.handler)
    path = prefix + route.path
    where = f"{','.join(route.methods)} {path} ({handler})"
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
    signature = Signature(route.handler, where)
    if signature.is_generator:
        raise StartupError(f"{where}: the handler yields; a handler returns one result")
    if signature.is_async and route.inline:
        raise StartupError(f"{where}: inline=True is for plain functions, this one is async")
    compiler = ParameterCompiler(where, template, state)
    parameters = tuple(compiler.compile(parameter) for parameter in signature.parameters)
    in_pool = not (signature.is_async or route.inline)
    result = CompiledRoute(
        methods=route.methods,
        template=path,
        name=route.name,
        handler=handler,
        call=pool.wrap(route.handler) if in_pool else route.handler,
        is_async=not route.inline,
        status=route.status,
        none_is_empty=signature.returns_none,
        cancels=None if route.on_disconnect is None else route.on_disconnect == "cancel",
        parameters=parameters,
        keywords=tuple(p.name for p in signature.parameters if p.is_keyword),
        path_names=template.names,
        state=state,
        tags=route.tags,
        summary=route.summary,
    )
    return result, template
