"""TLS of a host: reads its files, sees when they change, and has the workers read them anew."""

import os
import time
from getpass import getpass
from tempfile import TemporaryDirectory

from necro._errors import StartupError
from necro._native import native
from necro._tls_options import SELF_SIGNED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from necro._necro import Worker

__all__ = ["HostCertificates", "load"]

_CLIENT_AUTH = ("none", "optional", "required")
_LOOK_SECONDS = 1.0
_PASSPHRASE_OCTETS_MAX = 1024


def load(worker: "Worker | None", settings: "Mapping[str, Any]") -> None:
    """Reads certificates and keys for a worker, or only to see that they can be read.

    - worker: None only to see; open connections of a worker keep what they have.
    - settings: as `HostCertificates.settings` gives them. `files` has the paths of chain, key and
      OCSP response of each certificate; what is empty is not used. `secret` is what the keys of
      session tickets come from, the same for all workers, in hexadecimal.

    Raises OSError, in one line.
    """
    passphrase = os.fsencode(settings["passphrase"])
    native.load_tls(
        worker,
        [
            (os.fsencode(certificate), os.fsencode(key), passphrase, os.fsencode(response))
            for certificate, key, response in settings["files"]
        ],
        os.fsencode(settings["ca"]),
        _CLIENT_AUTH.index(settings["client_auth"]),
        int(settings["tls_min"] == "1.3"),
        settings["ciphers"].encode(),
        bytes.fromhex(settings["secret"]),
        settings["secret_seconds"],
        settings["redirect_port"],
    )


class HostCertificates:
    """The certificates of a host, and when their files were last changed."""

    def __init__(self, options: "dict[str, Any]", say: "Callable[[str], None]") -> None:
        """Reads the files. Raises StartupError, in one line, when they are not fit to be used.

        - options: those of TLS, by name.
        - say: writes a line for whoever runs the host.
        """
        self._say = say
        self._folder: TemporaryDirectory[str] | None = None
        certificates: tuple[str, ...] = options["cert"]
        keys: tuple[str, ...] = options["key"] or certificates
        responses: tuple[str, ...] = options["ocsp"] or ("",) * len(certificates)
        self._passphrase_file: str | None = options["key_passphrase_file"]
        self.settings: dict[str, Any] = {
            "passphrase": "",
            "ca": options["ca"] or "",
            "client_auth": options["client_auth"],
            "tls_min": options["tls_min"],
            "ciphers": options["tls_ciphers"] or "",
            "secret": os.urandom(32).hex(),
            "secret_seconds": int(time.time()),
            "redirect_port": 443,
        }
        try:
            if certificates == (SELF_SIGNED,):
                certificates, keys = self._make()
            self.settings["files"] = list(zip(certificates, keys, responses, strict=True))
            self._read()
        except OSError as error:
            self.close()
            raise StartupError(str(error)) from None
        self._seen = self._pending = self._stamps()
        self._looked = time.monotonic()

    def tend(self, *, is_asked: bool) -> bool:
        """Reads the files anew when they have changed. Returns whether the workers are to.

        Files that are being written are left alone until they stay as they are. Those that are not
        fit to be used change nothing, and it is said why.

        - is_asked: to read them anyhow, as for SIGHUP.
        """
        now = time.monotonic()
        if not is_asked:
            if now < self._looked + _LOOK_SECONDS:
                return False
            self._looked = now
            stamps = self._stamps()
            if stamps in (self._seen, self._pending) and self._pending == self._seen:
                return False
            if stamps != self._pending:
                self._pending = stamps
                return False
        self._seen = self._pending = self._stamps()
        try:
            self._read()
        except OSError as error:
            self._say(f"the certificates in use are kept: {error}")
            return False
        self._say("the certificates have been read anew")
        return True

    @property
    def look_seconds(self) -> float:
        """How often `tend` wants to be called."""
        return _LOOK_SECONDS

    def close(self) -> None:
        """Removes what was made for this host alone."""
        if self._folder is not None:
            self._folder.cleanup()

    def _read(self) -> None:
        """Sees that all can be read; raises OSError."""
        if self._passphrase_file is not None:
            self.settings["passphrase"] = _passphrase(self._passphrase_file)
        try:
            load(None, self.settings)
        except OSError as error:
            # Asked for once, by whoever starts the host at a terminal.
            if "no passphrase is given" not in str(error) or not os.isatty(0):
                raise
            self.settings["passphrase"] = getpass("necro: the passphrase of the private key: ")
            load(None, self.settings)

    def _stamps(self) -> list[tuple[int, int, int] | None]:
        """What tells whether a file has changed, of each."""
        files = [name for names in self.settings["files"] for name in names]
        return [_stamp(name) for name in (*files, self.settings["ca"], self._passphrase_file)]

    def _make(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """A certificate for this machine, and its key, in a folder that nobody else reads."""
        certificate, key = native.make_certificate("localhost", "127.0.0.1", "::1")
        self._folder = TemporaryDirectory(prefix="necro-tls-")
        names = [
            os.path.join(self._folder.name, name) for name in ("localhost.crt", "localhost.key")
        ]
        for name, octets in zip(names, (certificate, key), strict=True):
            with open(name, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(octets)
        self._say(f"--dev: a self-signed certificate at {names[0]}")
        return (names[0],), (names[1],)


def _stamp(name: str | None) -> tuple[int, int, int] | None:
    """What tells whether a file has changed; None while it is not there."""
    if not name:
        return None
    try:
        status = os.stat(name)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _passphrase(name: str) -> str:
    """The first line of a file; raises OSError."""
    try:
        with open(name, "rb") as file:
            line = file.readline(_PASSPHRASE_OCTETS_MAX).rstrip(b"\r\n")
    except OSError as error:
        raise OSError(f"no passphrase can be read: {name}: {error.strerror}") from None
    if not line:
        raise OSError(f"no passphrase can be read: {name}: its first line is empty")
    return os.fsdecode(line)
