"""A Postgres with TLS and every kind of certificate, for the tests of outgoing TLS."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from certificates import Authority, Pair, openssl
from necro._private_servers import PrivatePostgres

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


@dataclass(frozen=True)
class Crypt:
    """A folder with certificates.

    - authority: signs `server`, `other` and `client`.
    - stranger: an authority that nobody trusts.
    """

    folder: Path
    authority: Authority
    stranger: Authority

    def server(self, kind: str) -> Pair:
        """A server's pair: `good`, `other` (of another host), `expired`, `self-signed`, …"""
        return self.authority.pair(kind)

    def url(self, port: int, role: str, host: str = "localhost", **options: object) -> str:
        """A URL; the options as libpq names them, sslrootcert the authority's by default."""
        given = {"sslrootcert": self.authority.root.certificate, **options}
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
        return f"postgresql://{role}:{PASSWORD}@{host}:{port}/postgres?{query}"

    def revocations(self, name: str) -> bytes:
        """A list of revoked certificates, with that of one pair, in PEM."""
        folder = self.folder
        (folder / "index.txt").write_text("")
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\ndefault_md=sha256\n"
            "default_crl_days=30\n"
        )
        authority = ["-config", "ca.cnf", "-cert", "root.crt", "-keyfile", "root.key"]
        openssl("ca", *authority, "-revoke", f"{name}.crt", folder=folder)
        return openssl("ca", *authority, "-gencrl", folder=folder).encode()


def make_crypt(folder: Path) -> Crypt:
    """Makes the certificates."""
    (folder / "stranger").mkdir(parents=True)
    authority = Authority(folder)
    crypt = Crypt(folder, authority, Authority(folder / "stranger"))
    authority.signed("good", "localhost", "127.0.0.1")
    authority.signed("rsa", "localhost", key="rsa")
    authority.signed("other", "elsewhere.example")
    # A name in the subject alone, as certificates were once made.
    authority.signed("localhost")
    authority.signed("expired", "localhost", days=-1)
    authority.self_signed("ed25519", "localhost", key="ed25519")
    authority.self_signed("self-signed", "localhost")
    crypt.stranger.signed("unknown", "localhost")
    authority.signed("zombie")
    crypt.stranger.signed("zombie")
    openssl(
        "pkey", "-in", "zombie.key", "-aes256", "-passout", "pass:mellon", "-out", "locked.key",
        folder=folder,
    )  # fmt: skip
    for name in ("zombie.key", "locked.key"):
        (folder / name).chmod(0o600)
    (folder / "stranger" / "zombie.key").chmod(0o600)
    return crypt


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
