"""Necro: a Python web framework whose whole stack is Swift.

An app is made of handlers whose parameters are filled by name and annotation::

    import necro

    app = necro.App()

    @app.get("/")
    async def raise_dead():
        return {"data": "the dead rise"}

`necro host app` serves it.
"""

from necro._app import App, Router
from necro._conditions import NotModified, etag
from necro._errors import HTTPError, StartupError
from necro._faults import ClientDisconnect, InvalidRequest
from necro._mappings import Cookies, Headers, QueryParameters
from necro._markers import Cookie, Header, Path, Query
from necro._middleware import CallNext, Filter
from necro._responses import HTML, JSON, Redirect, Response
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro import json
    from necro._native import native as _native
    from necro._request import Request

    Body = _native.Body
    to_dict = _native.to_dict

__version__ = "0.1.0"

__all__ = [
    "HTML",
    "JSON",
    "App",
    "Body",
    "CallNext",
    "ClientDisconnect",
    "Cookie",
    "Cookies",
    "Filter",
    "HTTPError",
    "Header",
    "Headers",
    "InvalidRequest",
    "NotModified",
    "Path",
    "Query",
    "QueryParameters",
    "Redirect",
    "Request",
    "Response",
    "Router",
    "StartupError",
    "State",
    "__version__",
    "etag",
    "json",
    "to_dict",
]

# A type checker must not see it: it would take any misspelt name for one of ours.
if not TYPE_CHECKING:

    def __getattr__(name):
        """Loads, when first asked for, the names that need the native module.

        What only looks at an app, such as `necro routes` or a unit test of its functions, then
        works without it, and `import necro` stays light.
        """
        if name in ("Body", "to_dict"):
            from necro._native import native

            value = getattr(native, name)
        elif name == "Request":
            from necro._request import Request

            value = Request
        elif name == "json":
            from importlib import import_module

            value = import_module("necro.json")
        else:
            raise AttributeError(f"module 'necro' has no attribute {name!r}", name=name)
        globals()[name] = value
        return value
