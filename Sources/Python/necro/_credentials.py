"""Credentials that a request carries in its `authorization` field (RFC 9110 §11.6.2)."""

from binascii import Error as Base64Error
from binascii import a2b_base64

from necro._errors import HTTPError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from necro._views import RequestViews

__all__ = ["Basic", "Bearer", "are_credentials", "credentials_reader"]

_TOKEN_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="
)


class Basic:
    """User and password of HTTP Basic authentication (RFC 7617).

    A parameter annotated `necro.Basic` gets them; a request without is answered 401. One annotated
    `necro.Basic | None` gets None then.
    """

    __slots__ = ("password", "user")

    challenge = 'Basic realm="necro", charset="UTF-8"'

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.password = password

    @classmethod
    def read(cls, request: "RequestViews") -> "Basic | None":
        """The credentials of a request; None without or when they are malformed."""
        text = _after_scheme(request, "basic")
        if text is None:
            return None
        try:
            decoded = a2b_base64(text.encode("ascii"), strict_mode=True).decode()
        except (Base64Error, UnicodeError):
            return None
        user, colon, password = decoded.partition(":")
        return cls(user, password) if colon else None

    def matches(self, user: str, password: str) -> bool:
        """Whether these are the user and the password; takes as long however wrong they are."""
        from hmac import compare_digest

        is_user = compare_digest(self.user.encode(), user.encode())
        return compare_digest(self.password.encode(), password.encode()) and is_user

    def __repr__(self) -> str:
        """The user; a password does not belong in a log."""
        return f"<Basic {self.user!r}>"


class Bearer:
    """The token of bearer authentication (RFC 6750).

    A parameter annotated `necro.Bearer` gets it; a request without is answered 401. One annotated
    `necro.Bearer | None` gets None then.
    """

    __slots__ = ("token",)

    challenge = "Bearer"

    def __init__(self, token: str) -> None:
        self.token = token

    @classmethod
    def read(cls, request: "RequestViews") -> "Bearer | None":
        """The token of a request; None without or when it is malformed."""
        text = _after_scheme(request, "bearer")
        return cls(text) if text and _TOKEN_CHARACTERS.issuperset(text) else None

    def matches(self, token: str) -> bool:
        """Whether this is the token; takes as long however wrong it is."""
        from hmac import compare_digest

        return compare_digest(self.token.encode(), token.encode())

    def __repr__(self) -> str:
        """Without the token, which does not belong in a log."""
        return "<Bearer>"


def are_credentials(kinds: "Sequence[object]") -> bool:
    """Whether all classes are those of credentials."""
    return all(kind is Basic or kind is Bearer for kind in kinds)


def credentials_reader(
    kinds: "Sequence[type[Basic | Bearer]]", *, is_required: bool, default: object
) -> "Callable[[RequestViews], object]":
    """Reads credentials of one of several kinds for a parameter.

    It raises HTTPError 401, with the challenge of each kind, where they are required.
    """
    challenge = ", ".join(kind.challenge for kind in kinds)

    def read(request: "RequestViews") -> object:
        for kind in kinds:
            found = kind.read(request)
            if found is not None:
                return found
        if is_required:
            raise HTTPError(401, headers={"www-authenticate": challenge})
        return default

    return read


def _after_scheme(request: "RequestViews", scheme: str) -> str | None:
    """What follows the scheme, which is compared in any case; None for another scheme."""
    given = request.header_values("authorization")
    # Two fields contradict each other; neither is believed.
    if len(given) != 1:
        return None
    name, _, text = given[0].partition(" ")
    return text.strip(" ") if name.lower() == scheme else None
