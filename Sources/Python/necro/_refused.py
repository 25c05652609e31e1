"""Says which extension module does not load in a worker, whatever was made of its error."""

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["refused_extension"]

_ERRORS_MAX = 64
# CPython names the module; those made with older PyO3 refuse by themselves, and do not.
_NAMED = re.compile(r"module (\S+) does not support loading in subinterpreters")
_UNNAMED = re.compile(r"sub-?interpreter", re.IGNORECASE)


def refused_extension(error: BaseException) -> str | None:
    """What ails an import that an extension module's refusal is behind; None for any other error.

    A package may wrap the refusal in an error of its own, which has it as cause or context.
    """
    found: BaseException | None = error
    for _ in range(_ERRORS_MAX):
        if found is None:
            return None
        if isinstance(found, ImportError):
            named = _NAMED.search(str(found))
            importer = _importer(found.__traceback__)
            if named is not None:
                own = named[1]
                by = f", imported by {importer}," if importer and importer != own else ""
                return f"the extension module {own}{by} does not support sub-interpreters"
            if _UNNAMED.search(str(found)):
                return f"an extension module that {importer or 'it'} imports does not support" + (
                    " sub-interpreters"
                )
        found = found.__cause__ or found.__context__
    return None


def _importer(traceback: "TracebackType | None") -> str | None:
    """The module whose import statement failed: that of the innermost frame outside importlib."""
    name: str | None = None
    while traceback is not None:
        own: object = traceback.tb_frame.f_globals.get("__name__")
        if isinstance(own, str) and own.partition(".")[0] != "importlib":
            name = own
        traceback = traceback.tb_next
    return name
