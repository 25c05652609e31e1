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
from necro._faults import ClientDisconnect, InvalidRequest, ValidationError
from necro._fields import Field
from necro._mappings import Cookies, Headers, QueryParameters
from necro._markers import Cookie, Header, Path, Query
from necro._middleware import CallNext, Filter
from necro._responses import HTML, JSON, Redirect, Response
from necro._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro import json, postgres, redict
    from necro._cors import CORS
    from necro._credentials import Basic, Bearer
    from necro._models import NecroModel
    from necro._native import native as _native
    from necro._rate_limit import RateLimit
    from necro._request import Request
    from necro._request_ids import RequestIDs
    from necro._security_headers import SecurityHeaders
    from necro._sessions import Session, Sessions
    from necro._signing import Signer
    from necro._tls_facts import TLS
    from necro.postgres import BlockingDatabase, Database
    from necro.redict import BlockingRedict, Redict

    Body = _native.Body
    to_dict = _native.to_dict

__version__ = "0.1.0"

__all__ = [
    "CORS",
    "HTML",
    "JSON",
    "TLS",
    "App",
    "Basic",
    "Bearer",
    "BlockingDatabase",
    "BlockingRedict",
    "Body",
    "CallNext",
    "ClientDisconnect",
    "Cookie",
    "Cookies",
    "Database",
    "Field",
    "Filter",
    "HTTPError",
    "Header",
    "Headers",
    "InvalidRequest",
    "NecroModel",
    "NotModified",
    "Path",
    "Query",
    "QueryParameters",
    "RateLimit",
    "Redict",
    "Redirect",
    "Request",
    "RequestIDs",
    "Response",
    "Router",
    "SecurityHeaders",
    "Session",
    "Sessions",
    "Signer",
    "StartupError",
    "State",
    "ValidationError",
    "__version__",
    "etag",
    "json",
    "postgres",
    "redict",
    "to_dict",
]

# A type checker must not see it: it would take any misspelt name for one of ours.
if not TYPE_CHECKING:
    # Names that an app may do without, and the modules that have them.
    _LATER = {
        "Basic": "_credentials",
        "Bearer": "_credentials",
        "BlockingDatabase": "postgres",
        "BlockingRedict": "redict",
        "CORS": "_cors",
        "Database": "postgres",
        "NecroModel": "_models",
        "RateLimit": "_rate_limit",
        "Redict": "redict",
        "Request": "_request",
        "RequestIDs": "_request_ids",
        "SecurityHeaders": "_security_headers",
        "Session": "_sessions",
        "Sessions": "_sessions",
        "Signer": "_signing",
        "TLS": "_tls_facts",
    }

    def __getattr__(name):
        """Loads a name when it is first asked for, so that `import necro` stays light.

        What only looks at an app, such as `necro routes` or a unit test of its functions, then
        works without the native module too.
        """
        if name in ("Body", "to_dict"):
            from necro._native import native

            value = getattr(native, name)
        elif name in _LATER:
            from importlib import import_module

            value = getattr(import_module(f"necro.{_LATER[name]}"), name)
        elif name in ("json", "postgres", "redict"):
            from importlib import import_module

            value = import_module(f"necro.{name}")
        else:
            raise AttributeError(f"module 'necro' has no attribute {name!r}", name=name)
        globals()[name] = value
        return value
