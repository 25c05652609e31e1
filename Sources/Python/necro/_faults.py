"""What is wrong with a request, where, and the response that says so."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from necro._native import native
    from necro._responses import Response
    from necro._routes import CompiledParameter, CompiledRoute
    from necro._views import RequestViews

__all__ = [
    "ClientDisconnect",
    "Fault",
    "Faults",
    "InvalidRequest",
    "Location",
    "MissingField",
    "ValidationError",
    "argument_response",
    "fault_response",
    "lookup_fault",
    "parameter_faults",
]

type Location = tuple[str | int, ...]


class ClientDisconnect(ConnectionError):
    """The peer is gone: no more content arrives, and no response can be sent."""


class MissingField(AttributeError, KeyError, IndexError):
    """A handler asked the body for a key it does not have; answered 422, naming the key.

    It is all three of Python's errors for such a lookup, so that `getattr(body, "name", None)` and
    `except KeyError` work as they do elsewhere. The native module raises it.
    """

    def __init__(self, field: str | int, path: "Location" = ()) -> None:
        """A key or an index that is not there.

        - field: the key or the index.
        - path: the keys and indexes that lead to the value that lacks it.
        """
        super().__init__(f"the body has no {field!r}")
        self.field = field
        self.location: Location = ("body", *path, field)


class Fault:
    """One thing that is wrong with a request.

    `location` begins with `path`, `query`, `header`, `cookie` or `body`; `code` is for programs,
    `detail` for people. Of the peer's text they hold no more than the keys that lead to a value.
    """

    __slots__ = ("code", "detail", "location", "place")

    def __init__(
        self,
        code: str,
        location: "Location",
        detail: str,
        place: tuple[int, int, int, str] | None = None,
    ) -> None:
        """A fault.

        - code: `missing`, `type`, `value`, `extra`, `json`, `encoding`, or `more` where some are
          left out.
        - location: the way to the value.
        - detail: a phrase without a full stop.
        - place: offset in octets, line, column and JSON Pointer in the body's text, where that is
          malformed.
        """
        self.code = code
        self.location = location
        self.detail = detail
        self.place = place

    def to_dict(self) -> dict[str, object]:
        """The fault as it stands in a problem document."""
        members: dict[str, object] = {
            "location": list(self.location),
            "code": self.code,
            "detail": self.detail,
        }
        if self.place is not None:
            members |= zip(("offset", "line", "column", "path"), self.place, strict=True)
        return members

    def __repr__(self) -> str:
        """The place and the detail."""
        return f"<Fault {'.'.join(map(str, self.location))}: {self.detail}>"


_FAULTS_MAX = 100


class Faults(list[Fault]):
    """The faults of one parameter: so many, then one that says that there are more.

    A body of a megabyte can have hundreds of thousands, which nobody reads.
    """

    class Enough(Exception):
        """Ends the validation."""

    def append(self, fault: Fault) -> None:
        """Adds a fault; raises Enough when there are too many."""
        if len(self) == _FAULTS_MAX:
            super().append(Fault("more", fault.location[:1], "further faults are not listed"))
            raise Faults.Enough
        super().append(fault)


class InvalidRequest(ValueError):
    """The request does not hold what the handler needs; answered 422 with every fault."""

    def __init__(self, faults: "Iterable[Fault]") -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(repr, self.faults)))


class ValidationError(ValueError):
    """A value is not what its type asks for; `faults` has everything that is wrong with it."""

    def __init__(self, faults: "Iterable[Fault]", name: str = "value") -> None:
        """What is wrong with a value.

        - name: that of its type.
        """
        self.faults = tuple(faults)
        self.name = name
        lines = [
            f"{'.'.join(map(str, fault.location)) or 'the whole'}: {fault.detail}"
            for fault in self.faults
        ]
        super().__init__(f"{name}: {'; '.join(lines)}")

    def __reduce__(self) -> "tuple[type, tuple[tuple[Fault, ...], str]]":
        """For pickle, which would call it with the message."""
        return type(self), (self.faults, self.name)


def lookup_fault(error: BaseException) -> Fault | None:
    """What is wrong with a body in which a handler did not find something, for such an error."""
    if isinstance(error, MissingField):
        return Fault("missing", error.location, "expected a value")
    if isinstance(error, (AttributeError, TypeError)):
        from necro._body_faults import body_fault

        return body_fault(error)
    return None


def fault_response(faults: "Iterable[Fault]") -> "Response":
    """The 422 problem document that lists the faults (RFC 9457 §3)."""
    from necro._problems import problem

    errors = [fault.to_dict() for fault in faults]
    count = "1 fault" if len(errors) == 1 else f"{len(errors)} faults"
    return problem(422, f"{count} in the request", members={"errors": errors})


def argument_response(
    error: Exception,
    request: "RequestViews",
    route: "CompiledRoute",
    content: bytes | None,
) -> "Response":
    """The response to a request whose arguments could not be made.

    Every parameter is evaluated again, since the first failure ended the evaluation and a client
    wants all faults at once. When none shows a fault, the error is no fault of the request.

    - error: what the first failure raised.
    - content: the whole body, None when the route does not read it.
    """
    from necro._errors import error_response

    if isinstance(error, InvalidRequest) or (
        isinstance(error, ValueError) and not isinstance(error, MissingField)
    ):
        faults: list[Fault] = []
        for parameter in route.parameters:
            try:
                faults.extend(parameter_faults(parameter, request, content))
            except Exception as other:
                return error_response(other, request, route)
        if faults:
            return fault_response(faults)
        if isinstance(error, InvalidRequest):
            return fault_response(error.faults)
    return error_response(error, request, route)


def parameter_faults(
    parameter: "CompiledParameter", request: "RequestViews", content: bytes | None
) -> "Iterable[Fault]":
    """The faults of one parameter, evaluated in Python."""
    from necro import _routes as kinds

    kind = parameter.kind
    if kind == kinds.PATH:
        return _path_faults(parameter, request)
    if kind == kinds.DERIVED:
        try:
            parameter.derive(request)
        except InvalidRequest as error:
            return error.faults
    elif kind in kinds.BODY_KINDS and not (parameter.has_default and not content):
        return body_faults(parameter, content or b"")
    return ()


def _path_faults(parameter: "CompiledParameter", request: "RequestViews") -> "Iterable[Fault]":
    """The fault of a path parameter whose segment does not convert."""
    index, converter = parameter.text_converter
    try:
        converter(request.captures[index])
    except ValueError as error:
        return (Fault("value", parameter.location, str(error)),)
    return ()


def body_faults(parameter: "CompiledParameter", content: bytes) -> "Iterable[Fault]":
    """The faults of a body for one parameter that reads it."""
    from necro import _routes as kinds

    kind = parameter.kind
    if kind == kinds.BODY_BYTES:
        return ()
    if kind == kinds.BODY_STR:
        try:
            content.decode()
        except UnicodeDecodeError as error:
            return (Fault("encoding", ("body",), f"expected UTF-8 at octet {error.start}"),)
        return ()
    if not content:
        return (Fault("missing", ("body",), "expected JSON, the body is empty"),)
    from necro._native import native

    try:
        value = native.loads(content)
    except native.JSONDecodeError as error:
        return (json_fault(error),)
    if kind == kinds.BODY_VALUE:
        try:
            parameter.validate(value)
        except InvalidRequest as error:
            return error.faults
    return ()


def json_fault(error: "native.JSONDecodeError") -> Fault:
    """The fault of a body that is not JSON."""
    place = (error.offset, error.line, error.column, error.path)
    return Fault("json", ("body",), f"unreadable JSON: {error}", place)
