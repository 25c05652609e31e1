"""A Redict with a port for TLS."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from necro._private_servers import PrivateRedict
from necro._private_servers._server import free_port
from tls_crypt import Crypt


@contextmanager
def redict_with_tls(
    crypt: Crypt, kind: str = "good", clients: str = "optional", **more: object
) -> Generator[tuple[PrivateRedict, int]]:
    """A server with a port for TLS, and that port."""
    port = free_port()
    pair = crypt.stranger.pair(kind) if kind == "unknown" else crypt.authority.pair(kind)
    settings: dict[str, object] = {
        "tls-port": port,
        "tls-cert-file": pair.certificate,
        "tls-key-file": pair.key,
        "tls-ca-cert-file": crypt.authority.root.certificate,
        "tls-auth-clients": clients,
        "tls-cluster": "yes",
        "tls-replication": "yes",
    }
    is_cluster = bool(more.pop("cluster", False))
    sentinel = more.pop("sentinel", None)
    with PrivateRedict(
        tcp=True,
        cluster=is_cluster,
        sentinel=sentinel,  # type: ignore[arg-type]
        settings={**settings, **more},
    ) as server:
        yield server, port
