"""Certificates of every kind, for the tests of outgoing TLS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certificates import Authority, Pair, openssl


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
