"""Where a handler looks into a body's value as into an object or array, which the client did not
send: `body.name.first` of a number.

Such a value is Python's own, and its error does not tell where it comes from. The code that failed
does: a chain of names and keys behind a variable that holds a `necro.Body`.
"""

from necro._faults import Fault, MissingField
from necro._native import native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dis import Instruction
    from types import FrameType
    from typing import Any

    from necro._faults import Location

__all__ = ["body_fault"]


def body_fault(error: AttributeError | TypeError) -> Fault | None:
    """What is wrong with the body; None where the client is not to blame."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return None
    frame = traceback.tb_frame
    if not any(isinstance(value, native.Body) for value in frame.f_locals.values()):
        return None
    from dis import get_instructions

    last = traceback.tb_lasti
    run = [each for each in get_instructions(frame.f_code) if each.offset <= last]
    is_call = _is_call(run[-1])
    found = _chain(run)
    return None if found is None else _fault(frame, *found, is_call=is_call)


def _is_call(last: "Instruction") -> bool:
    """Whether what was looked up would have been called at once."""
    return last.opname == "LOAD_ATTR" and bool((last.arg or 0) & 1)


def _chain(run: "list[Instruction]") -> "tuple[str, list[str | int]] | None":
    """The variable and the names and keys behind it, of which the last was not found."""
    keys: list[str | int] = []
    while run:
        last = run.pop()
        if last.opname == "LOAD_ATTR":
            keys.append(last.argval)
        elif last.opname == "BINARY_SUBSCR" or (
            last.opname == "BINARY_OP" and last.argrepr == "[]"
        ):
            if not run or not isinstance(run[-1].argval, str | int):
                return None
            if not run[-1].opname.startswith(("LOAD_CONST", "LOAD_SMALL_INT")):
                return None
            keys.append(run.pop().argval)
        elif ("LOAD_FAST" in last.opname or last.opname == "LOAD_DEREF") and keys:
            # Two instructions may be one, with two names.
            names: str | tuple[str, str] = last.argval
            return names if isinstance(names, str) else names[1], keys[::-1]
        else:
            return None
    return None


def _fault(frame: "FrameType", name: str, keys: list[str | int], *, is_call: bool) -> Fault | None:
    body = frame.f_locals.get(name)
    if not isinstance(body, native.Body):
        return None
    value: Any = body
    try:
        for key in keys[:-1]:
            value = value[key]
    except (LookupError, TypeError):
        return None
    # A method that a str does not have is a mistake of the handler's.
    if isinstance(value, native.Body) or (isinstance(value, str) and is_call):
        return None
    location = (*_location(body), *keys[:-1])
    return Fault("type", location, f"expected a value that has {keys[-1]!r}")


def _location(body: "native.Body") -> "Location":
    """Where in the request a Body is."""
    try:
        # No document has it: the error says where it was looked for.
        body["\ud800"]
    except MissingField as error:
        return error.location[:-1]
    return ("body",)
