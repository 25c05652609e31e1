"""An app behind TLS, and clients of it."""

from __future__ import annotations

import socket
import ssl
import subprocess
from typing import Any

from certificates import Authority
from hosting import Host
from wire import SECONDS_MAX, Wire

APP = """
    import necro

    app = necro.App()

    @app.get("/")
    async def raise_dead(request: necro.Request):
        tls = request.tls
        return {
            "scheme": request.scheme,
            "url": request.url,
            "tls": None if tls is None else [*tls[:5], tls[5] is None],
        }

    @app.post("/echo")
    async def echo(body: bytes):
        return necro.Response(body)

    @app.get("/large")
    async def large():
        return necro.Response(b"brains" * 500_000)

    @app.get("/who")
    async def who():
        return id(app)
"""


def trusting(authority: Authority, **settings: Any) -> ssl.SSLContext:
    """A client that trusts the authority's root."""
    context = ssl.create_default_context(cafile=str(authority.root.certificate))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def secure(
    host: Host, context: ssl.SSLContext, name: str = "localhost", **settings: Any
) -> tuple[Wire, ssl.SSLSocket]:
    """A connection over TLS."""
    plain = socket.create_connection(("127.0.0.1", host.port), SECONDS_MAX)
    try:
        sock = context.wrap_socket(
            plain, server_hostname=name, suppress_ragged_eofs=False, **settings
        )
    except (ssl.SSLError, OSError):
        plain.close()
        raise
    return Wire(sock), sock


def ask(host: Host, context: ssl.SSLContext, name: str = "localhost") -> Any:
    """What `GET /` says on a new connection."""
    wire, _ = secure(host, context, name)
    with wire:
        wire.request("GET", "/")
        return wire.reply().json


def s_client(host: Host, *words: str, feed: bytes = b"") -> str:
    """What openssl's client says, whatever its status."""
    run = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{host.port}", *words],
        input=feed,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return (run.stdout + run.stderr).decode("utf-8", "replace")
