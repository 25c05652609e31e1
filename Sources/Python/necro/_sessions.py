"""Sessions: a dict that a client carries from request to request in a signed cookie."""

import json
import time

from necro._middleware import Filter
from necro._signing import Signer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from necro._responses import Response
    from necro._set_cookie import SameSite
    from necro._views import RequestViews

__all__ = ["Session", "Sessions"]

_DAY_SECONDS = 86_400


class Session(dict[str, "Any"]):
    """What an app keeps for one client: values that JSON holds, under names that are text.

    It is signed and not encrypted: the client can read it.
    """

    __slots__ = ("_before",)

    def __init__(self, text: str | None) -> None:
        """The session in a JSON text; an empty one for None."""
        super().__init__(json.loads(text) if text is not None else {})
        self._before = text

    @property
    def is_new(self) -> bool:
        """Whether the client brought none."""
        return self._before is None

    def changed(self) -> str | None:
        """The JSON text, where it is not what the client has already."""
        if not self and self._before is None:
            return None
        text = json.dumps(self, separators=(",", ":"), allow_nan=False)
        return text if text != self._before else None


class Sessions(Filter):
    """Gives requests a `session`, kept in a signed cookie: `app.middleware(necro.Sessions(…))`."""

    __slots__ = ("_cookie", "_domain", "_max_age", "_path", "_samesite", "_secure", "_signer")

    def __init__(
        self,
        secret: "str | bytes | Sequence[str | bytes]",
        *,
        cookie: str | None = None,
        max_age: int = 14 * _DAY_SECONDS,
        path: str = "/",
        domain: str | None = None,
        secure: bool = True,
        samesite: "SameSite" = "lax",
        clock: "Callable[[], float]" = time.time,
    ) -> None:
        """Sessions.

        - secret: as a Signer takes it; several allow to replace it.
        - cookie: the cookie's name; else `__Host-session`, which user agents hold to one host, or
          `session` where path, domain or `secure` do not allow that.
        - max_age: seconds that a session lasts after it was changed.
        - secure: whether the cookie is only sent over TLS, and to localhost.

        Raises ValueError for a cookie that cannot be.
        """
        from necro._set_cookie import set_cookie_value

        if cookie is None:
            is_held = secure and path == "/" and domain is None
            cookie = "__Host-session" if is_held else "session"
        self._signer = Signer(secret, purpose=f"session {cookie}", clock=clock)
        self._cookie = cookie
        self._max_age = max_age
        self._path = path
        self._domain = domain
        self._secure = secure
        self._samesite: SameSite = samesite
        set_cookie_value(
            cookie,
            "",
            max_age=max_age,
            expires=None,
            path=path,
            domain=domain,
            secure=secure,
            httponly=True,
            samesite=samesite,
        )

    def before(self, request: "RequestViews", /) -> None:
        """Says where the session comes from; it is read when it is asked for."""
        request.local["necro.sessions"] = self

    def load(self, request: "RequestViews") -> Session:
        """The session that the client brought, or an empty one."""
        for signed in request.cookies.getall(self._cookie):
            text = self._signer.unsign(signed, max_age=self._max_age)
            if text is not None:
                return Session(text)
        return Session(None)

    def after(self, request: "RequestViews", response: "Response", /) -> None:
        """Sends the session where the handler has changed it."""
        session = request.local.get("necro.session")
        if session is None:
            return
        response.vary("cookie")
        text = session.changed()
        if text is None:
            return
        response.set_cookie(
            self._cookie,
            self._signer.sign(text) if session else "",
            max_age=self._max_age if session else 0,
            path=self._path,
            domain=self._domain,
            secure=self._secure,
            httponly=True,
            samesite=self._samesite,
        )
