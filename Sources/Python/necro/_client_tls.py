"""TLS of outgoing connections, as the native drivers take it."""

import os
from ipaddress import ip_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "NAME_INDICATED",
    "NAME_VERIFIED",
    "ClientTLS",
    "TLSSettings",
    "is_address",
    "tls_settings",
]

# Bits of the flags beside the settings, of which the drivers have more.
NAME_VERIFIED = 1
NAME_INDICATED = 2

type Stamp = tuple[int, int, int] | None
type TLSSettings = tuple[
    bytes | None, bytes, bytes, bytes, bytes, bytes, int, int, bytes, tuple[Stamp, ...]
]
# Settings, the host, and flags.
type ClientTLS = tuple[TLSSettings, bytes, int]


def tls_settings(
    authorities: str | None,
    *,
    revocations: str = "",
    revocation_folder: str = "",
    certificate: str = "",
    key: str = "",
    passphrase: str = "",
    versions: "Sequence[int]" = (0, 1),
    protocol: str = "",
) -> TLSSettings:
    """What a context is made of; equal as long as the files are the same.

    - authorities: a file, "" for those that the system trusts, None to believe any certificate.
    - versions: the lowest and the highest, 0 for TLS 1.2 and 1 for 1.3.
    - protocol: what is spoken above TLS, for ALPN.
    """
    files = (authorities or "", revocations, revocation_folder, certificate, key)
    return (
        None if authorities is None else os.fsencode(authorities),
        os.fsencode(revocations),
        os.fsencode(revocation_folder),
        os.fsencode(certificate),
        os.fsencode(key),
        passphrase.encode("utf-8", "surrogateescape"),
        versions[0],
        versions[1],
        protocol.encode(),
        tuple(_stamp(file) for file in files),
    )


def _stamp(file: str) -> Stamp:
    try:
        status = os.stat(file) if file else None
    except OSError:
        # Whoever reads it will say why.
        status = None
    return status and (status.st_ino, status.st_size, status.st_mtime_ns)


def is_address(host: str) -> bool:
    """Whether a host is an IP address, which is never told to a server (RFC 6066 §3)."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
