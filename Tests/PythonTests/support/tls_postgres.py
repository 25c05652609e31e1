"""A Postgres with TLS."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import quote

from necro._private_servers import PrivatePostgres
from tls_crypt import Crypt

PASSWORD = "brain"
RULES = (
    "local all all trust",
    "hostssl all withtls 127.0.0.1/32 scram-sha-256",
    "hostnossl all clear 127.0.0.1/32 scram-sha-256",
    "host all either 127.0.0.1/32 scram-sha-256",
    "host all hashed 127.0.0.1/32 md5",
    "hostssl all zombie 127.0.0.1/32 cert clientcert=verify-full",
    "host all trusted 127.0.0.1/32 trust",
)
ROLES = ("withtls", "clear", "either", "hashed", "zombie", "trusted")


def url_of(crypt: Crypt, port: int, role: str, host: str = "localhost", **options: object) -> str:
    """A URL; the options as libpq names them, sslrootcert the authority's by default."""
    given = {"sslrootcert": crypt.authority.root.certificate, **options}
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
    return f"postgresql://{role}:{PASSWORD}@{host}:{port}/postgres?{query}"


@contextmanager
def postgres_with_tls(crypt: Crypt) -> Generator[PrivatePostgres]:
    """A server that shows the good certificate."""
    with PrivatePostgres(
        tcp=True, settings={"ssl": "on", "ssl_ca_file": "root.crt"}, hba=RULES, files=_files(crypt)
    ) as server:
        for role in ROLES:
            kind = "md5" if role == "hashed" else "scram-sha-256"
            server.run_sql(
                f"SET password_encryption = '{kind}';"
                f" CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"
            )
        yield server


def _files(crypt: Crypt, kind: str = "good") -> dict[str, bytes]:
    pair = crypt.stranger.pair(kind) if kind == "unknown" else crypt.server(kind)
    return {
        "server.crt": pair.certificate.read_bytes(),
        "server.key": pair.key.read_bytes(),
        "root.crt": crypt.authority.root.certificate.read_bytes(),
    }


def show(server: PrivatePostgres, crypt: Crypt, kind: str) -> None:
    """Has a server show another certificate to those who connect from now on."""
    for name, content in _files(crypt, kind).items():
        # Of the server's user, as it was made.
        (server.data_folder / name).write_bytes(content)
    server.restart()
