"""Certificates and keys for tests, made with the program `openssl`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

KEYS = {
    "rsa": ["-newkey", "rsa:2048"],
    "p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ed25519": ["-newkey", "ed25519"],
}


def openssl(*words: str, folder: Path, feed: bytes = b"") -> str:
    """Runs `openssl`, which has to succeed, and returns what it printed."""
    run = subprocess.run(
        ["openssl", *words], cwd=folder, input=feed, capture_output=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace")
    return run.stdout.decode("utf-8", "replace")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @property
    def options(self) -> list[str]:
        """The options of `necro host` for it."""
        return ["--cert", str(self.certificate), "--key", str(self.key)]


class Authority:
    """A folder of certificates, with an authority that signs some of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = self.self_signed("root", is_authority=True)

    def self_signed(
        self, name: str, *hosts: str, key: str = "p256", is_authority: bool = False
    ) -> Pair:
        """A certificate that signs itself."""
        more = ["-addext", f"subjectAltName={_names(hosts)}"] if hosts else []
        if is_authority:
            more += ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        openssl(
            "req", "-x509", *KEYS[key], "-nodes", "-days", "30", "-subj", f"/CN={name}", *more,
            "-keyout", f"{name}.key", "-out", f"{name}.crt", folder=self.folder,
        )  # fmt: skip
        return self.pair(name)

    def signed(
        self,
        name: str,
        *hosts: str,
        key: str = "p256",
        by: Pair | None = None,
        is_authority: bool = False,
        days: int = 30,
    ) -> Pair:
        """A certificate signed by the root, or by another pair."""
        by = by or self.root
        openssl(
            "req", "-new", *KEYS[key], "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", folder=self.folder,
        )  # fmt: skip
        lines = (
            ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"] if is_authority else []
        )
        lines += [f"subjectAltName={_names(hosts)}"] if hosts else []
        (self.folder / f"{name}.ext").write_text("\n".join(lines))
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", str(by.certificate), "-CAkey",
            str(by.key), "-CAcreateserial", "-days", str(days), "-extfile", f"{name}.ext",
            "-out", f"{name}.crt", folder=self.folder,
        )  # fmt: skip
        return self.pair(name)

    def pair(self, name: str) -> Pair:
        """The files of a certificate made before."""
        return Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")


def _names(hosts: tuple[str, ...]) -> str:
    return ",".join(
        f"IP:{host}" if host.replace(".", "").isdigit() else f"DNS:{host}" for host in hosts
    )
