"""Decides, once per route, where each parameter of a handler comes from."""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from necro._annotations import UnsupportedAnnotationError, display, metadata, peel, union_members
from necro._conversion import repeated_item, text_converter
from necro._errors import StartupError
from necro._faults import Fault, Faults, InvalidRequest
from necro._mappings import Cookies, Headers, QueryParameters
from necro._markers import ABSENT, Marker, marker_of
from necro._routes import (
    BODY,
    BODY_BYTES,
    BODY_STR,
    BODY_VALUE,
    CONSTANT,
    DERIVED,
    PATH,
    PROVIDED,
    REQUEST,
    CompiledParameter,
)
from necro._services import ServiceMissing, Services
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._faults import Location
    from necro._plan import Providers
    from necro._scalars import TextConverter
    from necro._signatures import Taken
    from necro._template import PathTemplate
    from necro._views import RequestViews

__all__ = ["ParameterCompiler", "suggestion"]

_MAPPINGS: dict[str, type] = {
    "cookies": Cookies,
    "headers": Headers,
    "query": QueryParameters,
}
_KNOWN = ("body", "db", "redict", "redis", "request", "spells", "state", *_MAPPINGS)


class ParameterCompiler:
    """Compiles the parameters of one handler on one path template."""

    def __init__(
        self,
        where: str,
        template: "PathTemplate",
        state: State,
        providers: "Providers",
        services: Services,
        *,
        in_thread: bool,
        is_inline: bool,
    ) -> None:
        """A compiler for one function on one route.

        - where: how messages begin, such as `GET /summon/{id} (app.summon_one)`.
        - state: the worker's State.
        - providers: those that the route sees.
        - services: the worker's databases.
        - in_thread: whether the function runs in a thread, where databases have blocking faces.
        - is_inline: whether it runs on the loop instead, where there are none at all.
        """
        self._providers = providers
        self._where = where
        self._template = template
        self._state = state
        self._services = services
        self._in_thread = in_thread
        self._is_inline = is_inline
        self._body: str | None = None

    def compile(self, taken: "Taken") -> CompiledParameter:
        """Where one parameter comes from; raises StartupError when nothing gives it."""
        marker = self._marker(taken)
        try:
            if marker is not None:
                return self._marked(taken, marker)
            if taken.name in self._template.names:
                return self._path(taken, taken.name)
            provider = self._providers.find(taken.name)
            if provider is not None:
                return CompiledParameter(PROVIDED, taken.name, provider, ("provider", taken.name))
            return self._by_annotation(taken) or self._by_name(taken)
        except UnsupportedAnnotationError as error:
            raise self._error(taken, str(error)) from None

    def _error(self, taken: "Taken", reason: str) -> StartupError:
        return StartupError(f"{self._where}, parameter '{taken.name}': {reason}")

    def _marker(self, taken: "Taken") -> Marker | None:
        """The parameter's marker, from its default or its `Annotated` metadata."""
        found = marker_of(taken.default)
        if found is not None:
            return found
        for item in metadata(taken.annotation):
            found = marker_of(item)
            if found is not None:
                default = taken.default if taken.has_default else found.default
                return Marker(found.source, found.alias, default)
        return None

    def _marked(self, taken: "Taken", marker: Marker) -> CompiledParameter:
        """A parameter whose source its marker says."""
        if marker.source == "path":
            alias = marker.alias or taken.name
            if alias not in self._template.names:
                hint = suggestion(alias, self._template.names)
                raise self._error(taken, f"the path has no {{{alias}}}{hint}")
            return self._path(taken, alias)
        alias = marker.alias or taken.name
        if marker.source == "header" and marker.alias is None:
            alias = alias.replace("_", "-")
        return self._text(taken, marker.source, alias, marker.default)

    def _path(self, taken: "Taken", name: str) -> CompiledParameter:
        """A segment of the path."""
        kind = peel(taken.annotation) if taken.is_annotated else str
        converter: TextConverter | type | None
        if kind is str:
            converter = None
        elif kind is int or kind is float:
            converter = kind
        else:
            converter = text_converter(kind)
        index = self._template.names.index(name)
        return CompiledParameter(PATH, taken.name, (index, converter), ("path", name))

    def _by_annotation(self, taken: "Taken") -> CompiledParameter | None:
        """A parameter whose annotation is one of the public types, under whatever name."""
        kind = peel(taken.annotation)
        members = union_members(kind) or ()
        present = [peel(member) for member in members if member is not type(None)]
        if len(present) == 1:
            kind = present[0]
        credentials = sys.modules.get("necro._credentials")
        if credentials is not None and credentials.are_credentials(present or [kind]):
            derive = credentials.credentials_reader(
                present or [kind],
                is_required=not taken.has_default and type(None) not in members,
                default=taken.default if taken.has_default else None,
            )
            return CompiledParameter(DERIVED, taken.name, derive, ("header", "authorization"))
        if not isinstance(kind, type):
            return None
        if issubclass(kind, State):
            return CompiledParameter(CONSTANT, taken.name, self._state, ("state",))
        # The classes below are loaded where an annotation can name them.
        postgres = sys.modules.get("necro.postgres")
        if postgres is not None and kind in (postgres.Database, postgres.BlockingDatabase):
            self._check_face(taken, kind.__name__ == "BlockingDatabase")
            override = self._providers.find(kind)  # pyright: ignore[reportUnknownArgumentType]
            if override is not None:
                return CompiledParameter(PROVIDED, taken.name, override, ("provider", taken.name))
            return self._database(taken)
        redict = sys.modules.get("necro.redict")
        if redict is not None and kind in (redict.Redict, redict.BlockingRedict):
            override = self._providers.find(kind)  # pyright: ignore[reportUnknownArgumentType]
            if override is not None:
                return CompiledParameter(PROVIDED, taken.name, override, ("provider", taken.name))
            return self._redict(taken)
        spells = sys.modules.get("necro.spells")
        if spells is not None and issubclass(kind, (spells.SpellsBase, spells.BlockingSpellsBase)):
            return self._spells(taken, kind)  # pyright: ignore[reportUnknownArgumentType]
        views = sys.modules.get("necro._views")
        if views is not None and issubclass(kind, views.RequestViews):
            return CompiledParameter(REQUEST, taken.name, None, ("request",))
        native = sys.modules.get("necro._necro")
        if native is not None and kind is native.Body:
            return self._read_body(taken, BODY, None)
        for name, mapping in _MAPPINGS.items():
            if kind is mapping:
                return self._mapping(taken, name)
        provider = self._providers.find(kind)  # pyright: ignore[reportUnknownArgumentType]
        if provider is not None:
            return CompiledParameter(PROVIDED, taken.name, provider, ("provider", taken.name))
        return None

    def _by_name(self, taken: "Taken") -> CompiledParameter:
        """A parameter that its name tells, else one of the query string."""
        name = taken.name
        if name == "body":
            return self._annotated_body(taken)
        if name in ("request", "state"):
            self._refuse_annotation(taken, "Request" if name == "request" else "State")
            if name == "request":
                return CompiledParameter(REQUEST, name, None, ("request",))
            return CompiledParameter(CONSTANT, name, self._state, ("state",))
        if name == "db":
            return self._database(taken)
        if name in ("redict", "redis"):
            return self._redict(taken)
        if name in _MAPPINGS:
            if getattr(peel(taken.annotation), "__name__", "") != "Mapping":
                self._refuse_annotation(taken, _MAPPINGS[name].__name__)
            return self._mapping(taken, name)
        if name == "spells":
            return self._spells(taken, None)
        if taken.is_annotated or taken.has_default:
            default = taken.default if taken.has_default else ABSENT
            return self._text(taken, "query", name, default)
        known = (*self._template.names, *self._providers.names, *_KNOWN)
        hint = suggestion(name, known)
        raise self._error(
            taken,
            f"nothing has this name{hint or ', and it has neither annotation nor default'}",
        )

    def _database(self, taken: "Taken") -> CompiledParameter:
        """The worker's database."""
        try:
            database = self._services.database(blocking=self._in_thread)
        except (ServiceMissing, ValueError) as error:
            raise self._error(taken, str(error)) from None
        return CompiledParameter(CONSTANT, taken.name, database, ("db",))

    def _spells(self, taken: "Taken", kind: type | None) -> CompiledParameter:
        """The queries that scribe wrote, of a class that is given or found."""
        from necro.spells import BlockingSpellsBase, SpellsMissing, spells_class

        if kind is not None:
            faces = ("Spells", "BlockingSpells")
            self._check_face(taken, issubclass(kind, BlockingSpellsBase), faces)
        try:
            kind = kind or spells_class(blocking=self._in_thread)
            spells = self._services.spells(kind, blocking=self._in_thread)
        except (ServiceMissing, SpellsMissing, ValueError) as error:
            raise self._error(taken, str(error)) from None
        return CompiledParameter(CONSTANT, taken.name, spells, ("db",))

    def _check_face(
        self,
        taken: "Taken",
        is_blocking: bool,
        faces: tuple[str, str] = ("necro.Database", "necro.BlockingDatabase"),
    ) -> None:
        """Refuses an annotation with the methods that the handler is not given."""
        if self._is_inline:
            return
        if self._in_thread and not is_blocking:
            raise self._error(
                taken,
                "a plain `def` runs in a thread, where the database's methods wait: annotate it"
                f" with {faces[1]}, or make the handler an `async def`",
            )
        if is_blocking and not self._in_thread:
            raise self._error(
                taken,
                f"the methods of {faces[1]} wait, and would hold up the event loop:"
                f" annotate it with {faces[0]}, or make the handler a plain `def`",
            )

    def _redict(self, taken: "Taken") -> CompiledParameter:
        """The worker's Redict."""
        try:
            redict = self._services.redict(blocking=self._in_thread)
        except (ServiceMissing, ValueError) as error:
            raise self._error(taken, str(error)) from None
        return CompiledParameter(CONSTANT, taken.name, redict, ("redis",))

    def _refuse_annotation(self, taken: "Taken", public: str) -> None:
        """Refuses an annotation that contradicts what the name gives."""
        from typing import Any

        kind = peel(taken.annotation)
        if taken.is_annotated and kind is not Any and kind is not object:
            raise self._error(
                taken,
                f"this name gives necro.{public}, not {display(kind)}; for a query parameter"
                f' rename it and set necro.Query(alias="{taken.name}")',
            )

    def _mapping(self, taken: "Taken", name: str) -> CompiledParameter:
        """One of the request's mappings."""
        from operator import attrgetter

        derive: Callable[[RequestViews], object] = attrgetter(name)
        return CompiledParameter(DERIVED, taken.name, derive, (name,))

    def _annotated_body(self, taken: "Taken") -> CompiledParameter:
        """The parameter `body`, by its annotation."""
        from typing import Any

        kind = peel(taken.annotation)
        if not taken.is_annotated or kind is Any or kind is object:
            return self._read_body(taken, BODY, None)
        if kind is bytes:
            return self._read_body(taken, BODY_BYTES, None)
        if kind is str:
            return self._read_body(taken, BODY_STR, None)
        from necro._validation import body_validator

        return self._read_body(taken, BODY_VALUE, body_validator(kind))

    def _read_body(self, taken: "Taken", kind: int, data: object) -> CompiledParameter:
        """A parameter that reads the body; there is one at most, since each would parse it."""
        if self._body is not None:
            raise self._error(taken, f"the body already goes to '{self._body}'")
        self._body = taken.name
        default = taken.default if taken.has_default else ABSENT
        return CompiledParameter(kind, taken.name, data, ("body",), default)

    def _text(self, taken: "Taken", source: str, alias: str, default: object) -> CompiledParameter:
        """A parameter of the query string, a header field or a cookie."""
        annotation = taken.annotation
        if not taken.is_annotated:
            # `limit=10` says as much as `limit: int = 10`.
            annotation = str if default is ABSENT or default is None else type(default)
        location: Location = (source, alias)
        repeated = repeated_item(annotation)
        try:
            if repeated is not None:
                make, item = repeated
                derive = _repeated(source, alias, location, make, text_converter(item), default)
            else:
                derive = _single(source, alias, location, text_converter(annotation), default)
        except UnsupportedAnnotationError as error:
            hint = ""
            if source == "query" and taken.is_annotated and self._body is None:
                hint = "; name the parameter 'body' to read it from the request body"
            raise UnsupportedAnnotationError(f"{error}{hint}") from None
        return CompiledParameter(DERIVED, taken.name, derive, location)


def _single(
    source: str, alias: str, location: "Location", convert: "TextConverter", default: object
) -> "Callable[[RequestViews], object]":
    """Derives the one value of a query parameter, header field or cookie."""

    def derive(request: "RequestViews") -> object:
        text: str | None
        if source == "query":
            text = request.query.get(alias)
        elif source == "header":
            text = request.header(alias)
        else:
            text = request.cookies.get(alias)
        if text is None:
            if default is ABSENT:
                raise InvalidRequest((Fault("missing", location, "expected a value"),))
            return default
        try:
            return convert(text)
        except ValueError as error:
            raise InvalidRequest((Fault("value", location, str(error)),)) from None

    return derive


def _repeated(
    source: str,
    alias: str,
    location: "Location",
    make: Callable[[Iterable[object]], object],
    convert: "TextConverter",
    default: object,
) -> "Callable[[RequestViews], object]":
    """Derives every value of a query parameter, header field or cookie, as a container."""

    def derive(request: "RequestViews") -> object:
        if source == "query":
            texts = request.query.getall(alias)
        elif source == "header":
            texts = request.header_values(alias)
        else:
            texts = request.cookies.getall(alias)
        if not texts:
            if default is ABSENT:
                raise InvalidRequest((Fault("missing", location, "expected a value"),))
            # Each request has a container of its own, which the handler may change.
            return default.copy() if isinstance(default, (list, set)) else default  # pyright: ignore
        values: list[object] = []
        faults = Faults()
        with suppress(Faults.Enough):
            for index, text in enumerate(texts):
                try:
                    values.append(convert(text))
                except ValueError as error:
                    faults.append(Fault("value", (*location, index), str(error)))
        if faults:
            raise InvalidRequest(faults)
        return make(values)

    return derive


def suggestion(name: str, known: Iterable[str]) -> str:
    """The nearest known name as the end of a sentence, empty when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""
