"""TLS for Postgres: which files count, and which attempts an sslmode makes.

Source: libpq, "SSL Support".
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from errno import ENOENT, ENOTDIR

from necro._client_tls import (
    NAME_INDICATED,
    NAME_VERIFIED,
    ClientTLS,
    is_address,
    tls_settings,
)
from necro.postgres._dsn import ConnectionParameters, Host
from necro.postgres._errors import EncryptionFailed, ServerError

__all__ = ["attempts", "client_tls", "is_worth_another"]

# Beside those of necro._client_tls.
_OPTIONAL = 4
_DIRECT = 8


def attempts(parameters: ConnectionParameters, host: Host) -> tuple[bool, ...]:
    """Whether to ask for TLS, in the order of the attempts."""
    # A unix socket is never encrypted, whatever the mode.
    if host.is_unix or parameters.sslmode == "disable":
        return (False,)
    if parameters.sslmode == "allow":
        return (False, True)
    return (True, False) if parameters.sslmode == "prefer" else (True,)


def is_worth_another(is_encrypted: bool, is_authenticated: bool, error: BaseException) -> bool:
    """Whether the other attempt of `allow` and `prefer` may fare better than this one.

    A server's rules may take a user with TLS alone, or without: that it says before anything else.
    """
    if isinstance(error, EncryptionFailed):
        return not is_encrypted
    return isinstance(error, ServerError) and not is_authenticated


def client_tls(parameters: ConnectionParameters, host: Host) -> ClientTLS:
    """What a connection is encrypted with. Raises EncryptionFailed where a file is wrong."""
    given = parameters.tls
    mode = parameters.sslmode
    certificate, key = _certificate(given)
    # With a root certificate at hand it is always checked.
    authorities = _authorities(given, is_needed=mode.startswith("verify"))
    flags = 0
    if mode == "verify-full":
        if not host.host:
            raise EncryptionFailed("sslmode=verify-full needs a host beside hostaddr")
        flags |= NAME_VERIFIED
    if given["sslsni"] == "1" and not is_address(host.host):
        flags |= NAME_INDICATED
    if mode in ("allow", "prefer"):
        flags |= _OPTIONAL
    if parameters.sslnegotiation == "direct":
        flags |= _DIRECT
    settings = tls_settings(
        authorities,
        revocations=_existing(given["sslcrl"]) if authorities else "",
        revocation_folder=_existing(given["sslcrldir"]) if authorities else "",
        certificate=certificate,
        key=key,
        passphrase=given["sslpassword"],
        versions=parameters.tls_versions,
        protocol="postgresql",
    )
    return settings, host.host.encode(), flags


def _existing(file: str) -> str:
    return file if file and os.path.exists(file) else ""


def _authorities(given: Mapping[str, str], *, is_needed: bool) -> str | None:
    file = given["sslrootcert"]
    if file == "system":
        return ""
    if _existing(file):
        return file
    if is_needed:
        raise EncryptionFailed(
            f"there is no root certificate {file or 'root.crt'}: put it there, name another with"
            " sslrootcert, or take the system's with sslrootcert=system"
        )
    return None


def _certificate(given: Mapping[str, str]) -> tuple[str, str]:
    """The files of the client's certificate and its key; empty for none."""
    certificate, key = given["sslcert"], given["sslkey"]
    if not certificate or given["sslcertmode"] == "disable":
        return "", ""
    try:
        os.stat(certificate)
    except OSError as error:
        if error.errno in (ENOENT, ENOTDIR):
            # The server may do without one.
            return "", ""
        raise EncryptionFailed(f"certificate {certificate}: {error.strerror}") from None
    try:
        status = os.stat(key)
    except OSError as error:
        raise EncryptionFailed(
            f"there is a certificate {certificate}, but private key {key or 'postgresql.key'}:"
            f" {error.strerror}"
        ) from None
    if not stat.S_ISREG(status.st_mode):
        raise EncryptionFailed(f"private key {key} is no plain file")
    # A key of the system's may be read by a group of root's choice.
    if status.st_mode & (0o037 if status.st_uid == 0 else 0o077):
        raise EncryptionFailed(
            f"private key {key} can be read by others: chmod 0600 it, or 0640 where it is root's"
        )
    return certificate, key
