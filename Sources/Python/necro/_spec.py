"""Which app to serve: `app`, `package.module:attribute` or `path/to/file.py[:attribute]`."""

import os
import sys

from necro._app import App
from necro._errors import StartupError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType, TracebackType

__all__ = ["AppSpec", "SpecError", "load", "parse_spec"]

_ATTRIBUTE = "app"


class SpecError(StartupError):
    """No app can be had under that name: one line, and a traceback where importing it raised."""


class AppSpec:
    """Where an app is. `text` is what was given; a worker parses it again for itself."""

    __slots__ = ("attribute", "module", "path", "text")

    def __init__(self, text: str, module: str, path: str | None, attribute: str) -> None:
        """Where an app is.

        - module: the name it is imported under.
        - path: the absolute path of its file, None when it is found by name.
        - attribute: the app's name in the module, dots allowed.
        """
        self.text = text
        self.module = module
        self.path = path
        self.attribute = attribute

    def __repr__(self) -> str:
        """The text."""
        return f"AppSpec({self.text!r})"


def parse_spec(text: str) -> AppSpec:
    """The parts of a spec; raises SpecError when it has not the form of one."""
    place, colon, attribute = text.rpartition(":")
    if not colon:
        place, attribute = text, _ATTRIBUTE
    if not all(part.isidentifier() for part in attribute.split(".")):
        raise SpecError(f"{text!r}: what follows the ':' is not the name of an attribute")
    if place.endswith(".py") or "/" in place:
        path = os.path.abspath(place)
        if not place.endswith(".py"):
            raise SpecError(f"{text!r} is a path that does not end in '.py'")
        return AppSpec(text, os.path.basename(path).removesuffix(".py"), path, attribute)
    if not all(part.isidentifier() for part in place.split(".")):
        raise SpecError(f"{text!r} is neither a module, nor 'module:attribute', nor a '.py' file")
    return AppSpec(text, place, None, attribute)


def load(spec: AppSpec) -> App:
    """The app, its module imported if it was not yet.

    The current folder comes first on `sys.path`, as with `python -m`; for a file its own folder.

    Raises SpecError.
    """
    folder = os.getcwd() if spec.path is None else os.path.dirname(spec.path)
    if folder not in sys.path[:1]:
        sys.path.insert(0, folder)
    module = _import(spec, folder)
    found: object = module
    for name in spec.attribute.split("."):
        owner, found = found, getattr(found, name, None)
        if found is None:
            raise SpecError(_no_attribute(spec, name, owner))
    if not isinstance(found, App):
        kind = type(found)
        raise SpecError(
            f"{spec.text!r}: '{spec.attribute}' is a {kind.__module__}.{kind.__qualname__},"
            " not a necro.App"
        )
    return found


def _import(spec: AppSpec, folder: str) -> "ModuleType":
    """The module of a spec."""
    from importlib import import_module

    if spec.path is not None and not os.path.isfile(spec.path):
        raise SpecError(f"{spec.text!r}: there is no file {spec.path}{_near_file(spec.path)}")
    try:
        if spec.path is not None:
            return _import_file(spec.module, spec.path)
        return import_module(spec.module)
    except ModuleNotFoundError as error:
        # The module itself, or a package on the way to it, and not something that it imports.
        if error.name and (spec.module + ".").startswith(error.name + "."):
            raise SpecError(_no_module(spec, error.name, folder)) from None
        raise _import_failure(spec, error) from error
    except (Exception, SystemExit) as error:
        raise _import_failure(spec, error) from error


def _import_file(name: str, path: str) -> "ModuleType":
    """The module of a file, under its stem."""
    from importlib.util import module_from_spec, spec_from_file_location

    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == path:
        return loaded
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _import_failure(spec: AppSpec, error: BaseException) -> SpecError:
    """What importing the app raised, with the traceback from the app's first frame on."""
    from traceback import format_exception, format_exception_only

    own = os.path.dirname(__file__) + os.sep
    frames: TracebackType | None = error.__traceback__
    while frames is not None:
        file = frames.tb_frame.f_code.co_filename
        if not file.startswith((own, "<frozen importlib")) and os.sep + "importlib" not in file:
            break
        frames = frames.tb_next
    # The original stays as it is: the frames are cut for the text alone.
    text = "".join(format_exception(type(error), error, frames))
    last = format_exception_only(error)[-1].strip()
    if isinstance(error, ImportError):
        from necro._refused import refused_extension

        refusal = refused_extension(error)
        if refusal is not None:
            last = f"{refusal}, and a worker is one (see Docs/asyncio.md)"
    return SpecError(f"{spec.text!r} fails to import: {last}", text)


def _no_module(spec: AppSpec, missing: str, folder: str) -> str:
    """The line for a module that is nowhere."""
    if missing != spec.module:
        return f"{spec.text!r}: there is no module {missing!r}"
    names = [
        name.removesuffix(".py")
        for name in sorted(os.listdir(folder))
        if name.endswith(".py") or os.path.isfile(os.path.join(folder, name, "__init__.py"))
    ]
    return f"there is no module {missing!r} in {folder}{_suggestion(missing, names)}"


def _no_attribute(spec: AppSpec, name: str, owner: object) -> str:
    """The line for a module without the attribute; it names the apps that are there."""
    apps = [key for key, value in vars(owner).items() if isinstance(value, App)]
    line = f"{spec.text!r}: module {spec.module!r} has no attribute {name!r}"
    if apps:
        place = spec.text.rpartition(":")[0] or spec.text
        return f"{line}; did you mean {place + ':' + apps[0]!r}?"
    return f"{line} and no necro.App"


def _near_file(path: str) -> str:
    """A file of a like name in the same folder, as the end of a sentence."""
    folder, name = os.path.split(path)
    try:
        names = [other for other in os.listdir(folder) if other.endswith(".py")]
    except OSError:
        return ""
    return _suggestion(name, names)


def _suggestion(name: str, known: "Iterable[str]") -> str:
    """The nearest known name as the end of a sentence, empty when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
