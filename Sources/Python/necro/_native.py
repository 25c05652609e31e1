"""Finds and loads the native module `necro._necro`, or says in one line why it cannot.

`NECRO_EXTENSION` names the file in a checkout; an installed wheel carries it in the package.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from necro import _necro as native

__all__ = ["native"]

_MODULE = "necro._necro"


def _unsupported() -> str | None:
    """Why this interpreter can never load the native module, or None."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.implementation.name != "cpython":
        return f"necro needs CPython; this is {sys.implementation.name}"
    if not sys.platform.startswith("linux"):
        return f"necro runs on Linux; this is {sys.platform}"
    # The floor holds for whoever copies the package instead of installing it.
    if tuple(sys.version_info) < (3, 13):
        return f"necro needs CPython 3.13 or newer; this is {running}"
    if "t" in getattr(sys, "abiflags", ""):
        return f"necro does not run on a free-threaded build; this is {running}t"
    return None


def _absent() -> str:
    """Why the package holds no module for this interpreter."""
    folder = os.path.dirname(__file__)
    built = [
        name
        for name in sorted(os.listdir(folder))
        if name.startswith("_necro.") and name.endswith(".so")
    ]
    if built:
        running = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"necro was built for another Python ({', '.join(built)}); this is CPython {running}"
    return (
        "necro's native module is not there: install a wheel, or build it and name the file in"
        " NECRO_EXTENSION"
    )


def _load() -> "ModuleType":
    """The native module, loaded once per interpreter."""
    loaded = sys.modules.get(_MODULE)
    if loaded is not None:
        return loaded
    reason = _unsupported()
    if reason is not None:
        raise ImportError(reason, name=_MODULE)
    from importlib import import_module, machinery, util

    path = os.environ.get("NECRO_EXTENSION")
    if not path:
        try:
            return import_module(_MODULE)
        except ModuleNotFoundError as error:
            if error.name != _MODULE:
                raise
            raise ImportError(_absent(), name=_MODULE) from None
    if not os.path.isfile(path):
        raise ImportError(f"NECRO_EXTENSION names no file: {path}", name=_MODULE, path=path)
    loader = machinery.ExtensionFileLoader(_MODULE, path)
    spec = util.spec_from_file_location(_MODULE, path, loader=loader)
    if spec is None:
        raise ImportError(f"NECRO_EXTENSION is no module: {path}", name=_MODULE, path=path)
    try:
        module = util.module_from_spec(spec)
        sys.modules[_MODULE] = module
        loader.exec_module(module)
    except ImportError as error:
        sys.modules.pop(_MODULE, None)
        # The loader's text already says which symbol or library is missing.
        raise ImportError(
            f"necro's native module {path} does not load here: {error}", name=_MODULE, path=path
        ) from None
    return module


if not TYPE_CHECKING:
    native = _load()
