"""Signed text: what a client keeps for the app and cannot change."""

import time
from binascii import a2b_base64, b2a_base64
from hmac import compare_digest, digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Signer"]

_SECRET_OCTETS_MIN = 16


class Signer:
    """Signs text with HMAC-SHA256 (RFC 2104) and the time; it is signed, not encrypted."""

    __slots__ = ("_clock", "_keys")

    def __init__(
        self,
        secret: "str | bytes | Sequence[str | bytes]",
        *,
        purpose: str = "",
        clock: "Callable[[], float]" = time.time,
    ) -> None:
        """A signer.

        - secret: 16 octets at least, the same in all workers and hosts. Of several, the first signs
          and all are accepted, so that a secret can be replaced while old signatures hold.
        - purpose: what is signed with one purpose is not accepted for another.
        - clock: seconds since the epoch.

        Raises ValueError for a secret that is too short.
        """
        secrets = (secret,) if isinstance(secret, (str, bytes)) else tuple(secret)
        if not secrets:
            raise ValueError("a signer needs a secret")
        keys: list[bytes] = []
        for one in secrets:
            octets = one.encode() if isinstance(one, str) else one
            if len(octets) < _SECRET_OCTETS_MIN:
                raise ValueError(f"a secret has at least {_SECRET_OCTETS_MIN} octets")
            # A key of its own for each purpose (RFC 5869 has the same idea).
            keys.append(digest(octets, b"necro signer\0" + purpose.encode(), "sha256"))
        self._keys = tuple(keys)
        self._clock = clock

    def sign(self, text: str) -> str:
        """The text, the time and a signature of both, as a cookie or a URL can hold them."""
        signed = f"{_base64(text.encode())}.{int(self._clock()):x}"
        return f"{signed}.{_signature(self._keys[0], signed.encode())}"

    def unsign(self, signed: str, *, max_age: float | None = None) -> str | None:
        """The text that was signed; None for anything that was not signed with a secret of ours.

        - max_age: seconds after which a signature does not hold any more.
        """
        content, _, signature = signed.rpartition(".")
        try:
            octets, given = content.encode("ascii"), signature.encode("ascii")
        except UnicodeEncodeError:
            return None
        # Compared as text, so that no other spelling of a signature is accepted.
        if not any(compare_digest(_signature(key, octets).encode(), given) for key in self._keys):
            return None
        encoded, _, moment = content.partition(".")
        # Signed by us, so well-formed.
        if max_age is not None and self._clock() - int(moment, 16) > max_age:
            return None
        return _octets(encoded).decode()


def _signature(key: bytes, octets: bytes) -> str:
    """The signature of octets, as it is sent."""
    return _base64(digest(key, octets, "sha256"))


def _base64(octets: bytes) -> str:
    """Octets in base64url without padding (RFC 4648 §5)."""
    text = b2a_base64(octets, newline=False).rstrip(b"=")
    return text.translate(_TO_URL).decode("ascii")


def _octets(text: str) -> bytes:
    """The octets of base64url without padding, of our own making."""
    standard = text.encode("ascii").translate(_FROM_URL)
    return a2b_base64(standard + b"=" * (-len(standard) % 4), strict_mode=True)


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
