"""The cookies of a client, kept and sent as RFC 6265 §5 says."""

import re
from collections.abc import Iterator, Mapping
from time import time

__all__ = ["CookieJar"]

# RFC 6265 §5.1.1: what parts a date into tokens, and what the tokens are.
_DELIMITERS = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})(?:\D.*)?", re.ASCII)
_YEAR = re.compile(r"(\d{2,4})(?:\D.*)?", re.ASCII)
_MAX_AGE = re.compile(r"-?\d+", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_NEVER = float("inf")
_LONG_AGO = 0.0


class _Cookie:
    """A stored cookie (RFC 6265 §5.3)."""

    __slots__ = ("domain", "expires", "host_only", "name", "path", "secure", "value")

    def __init__(
        self,
        name: str,
        value: str,
        *,
        domain: str,
        host_only: bool,
        path: str,
        secure: bool,
        expires: float,
    ) -> None:
        self.name = name
        self.value = value
        self.domain = domain
        self.host_only = host_only
        self.path = path
        self.secure = secure
        self.expires = expires


class CookieJar(Mapping[str, str]):
    """The cookies that a test client keeps: a mapping of names to values.

    What the app sets is stored and sent back by host, path, scheme and age, as a browser does.
    """

    def __init__(self, cookies: Mapping[str, str] | None = None) -> None:
        # By domain, path and name, which tell cookies apart; the oldest first.
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}
        if cookies is not None:
            self.update(cookies)

    def set(self, name: str, value: str, *, domain: str = "", path: str = "/") -> None:
        """Stores a cookie for the rest of the session.

        - domain: whose hosts are sent it; all, when empty.
        - path: below which it is sent.
        """
        self._store(
            _Cookie(
                name,
                value,
                domain=domain.lower().removeprefix("."),
                host_only=False,
                path=path,
                secure=False,
                expires=_NEVER,
            )
        )

    def update(self, cookies: Mapping[str, str]) -> None:
        """Stores cookies for all hosts and paths."""
        for name, value in cookies.items():
            self.set(name, value)

    def delete(self, name: str) -> None:
        """Forgets the cookies of a name; KeyError when there is none."""
        found = [key for key, cookie in self._live() if cookie.name == name]
        if not found:
            raise KeyError(name)
        for key in found:
            del self._cookies[key]

    __delitem__ = delete

    def __setitem__(self, name: str, value: str) -> None:
        """Stores a cookie for all hosts and paths."""
        self.set(name, value)

    def clear(self) -> None:
        """Forgets all cookies."""
        self._cookies.clear()

    def __getitem__(self, name: str) -> str:
        """The value of a cookie, of the one that was stored last; KeyError without one."""
        values = [cookie.value for _, cookie in self._live() if cookie.name == name]
        if not values:
            raise KeyError(name)
        return values[-1]

    def __iter__(self) -> Iterator[str]:
        """Each name once."""
        return iter(dict.fromkeys(cookie.name for _, cookie in self._live()))

    def __len__(self) -> int:
        """How many different names there are."""
        return len(list(iter(self)))

    def __repr__(self) -> str:
        """The names and values."""
        return f"<CookieJar {dict(self)!r}>"

    def _live(self) -> "list[tuple[tuple[str, str, str], _Cookie]]":
        """What has not expired."""
        now = time()
        return [(key, one) for key, one in self._cookies.items() if one.expires > now]

    def _store(self, cookie: _Cookie) -> None:
        """Stores a cookie in place of its predecessor, whose age in the order it takes over."""
        key = (cookie.domain, cookie.path, cookie.name)
        if cookie.expires <= time():
            self._cookies.pop(key, None)
        else:
            self._cookies[key] = cookie

    def receive(self, field: str, *, host: str, path: str) -> None:
        """Takes a `set-cookie` field's value in; one that is malformed is ignored (§5.2, §5.3).

        - host, path: of the request that was answered.
        """
        pair, *attributes = field.split(";")
        name, equals, value = (part.strip(" \t") for part in pair.partition("="))
        if not equals or not name:
            return
        given: dict[str, str] = {}
        for attribute in attributes:
            key, _, text = attribute.partition("=")
            key, text = key.strip(" \t").lower(), text.strip(" \t")
            # What cannot be read is as if it were not there, and the last one counts.
            if _is_readable(key, text):
                given[key] = text
        host = host.lower()
        domain = given.get("domain", "").lower().removeprefix(".")
        if domain and not domain_matches(host, domain):
            return
        if domain and "." not in domain and domain != host:
            return
        self._store(
            _Cookie(
                name,
                value,
                domain=domain or host,
                host_only=not domain,
                path=given.get("path") or default_path(path),
                secure="secure" in given,
                expires=_expiry(given),
            )
        )

    def field(self, *, host: str, path: str, secure: bool) -> str | None:
        """The value of the `cookie` field of a request; None without cookies for it (§5.4).

        - secure: whether it goes by https, or to where no TLS is needed.
        """
        host = host.lower()
        fitting = [
            cookie
            for _, cookie in self._live()
            if (
                not cookie.domain
                or host == cookie.domain
                or (not cookie.host_only and domain_matches(host, cookie.domain))
            )
            and path_matches(path, cookie.path)
            and (secure or not cookie.secure)
        ]
        # Sorting keeps the older ones first among paths of one length.
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{one.name}={one.value}" for one in fitting) or None


def domain_matches(host: str, domain: str) -> bool:
    """Whether a host is a domain or lies in it (RFC 6265 §5.1.3)."""
    if host == domain:
        return True
    return host.endswith("." + domain) and not _is_address(host)


def _is_address(host: str) -> bool:
    """Whether a host is no name but an IP address."""
    return ":" in host or host.replace(".", "").isdigit()


def default_path(path: str) -> str:
    """The path of a cookie that says none, for the request's path (RFC 6265 §5.1.4)."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"


def path_matches(path: str, cookie_path: str) -> bool:
    """Whether a request's path is a cookie's or lies below it (RFC 6265 §5.1.4)."""
    return path == cookie_path or (
        path.startswith(cookie_path)
        and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
    )


def _is_readable(key: str, text: str) -> bool:
    """Whether an attribute's value means something (RFC 6265 §5.2.1 to §5.2.4)."""
    if key == "max-age":
        return _MAX_AGE.fullmatch(text) is not None
    if key == "expires":
        return cookie_date(text) is not None
    if key == "domain":
        return bool(text)
    if key == "path":
        return text.startswith("/")
    return True


def _expiry(given: Mapping[str, str]) -> float:
    """When a cookie with these attributes expires, in seconds since 1970 (RFC 6265 §5.3)."""
    if "max-age" in given:
        seconds = int(given["max-age"][:20])
        return _LONG_AGO if seconds <= 0 else time() + seconds
    return cookie_date(given.get("expires", "")) or _NEVER


def cookie_date(text: str) -> float | None:
    """A date in seconds since 1970, however it is written; None for what is none (§5.1.1)."""
    from calendar import timegm
    from datetime import UTC, datetime

    clock: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _DELIMITERS.split(text):
        if clock is None and (found := _TIME.fullmatch(token)):
            clock = (int(found[1]), int(found[2]), int(found[3]))
        elif day is None and (found := _DAY.fullmatch(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.fullmatch(token)):
            year = int(found[1])
    if clock is None or day is None or month is None or year is None:
        return None
    if 70 <= year <= 99:
        year += 1900
    elif year <= 69:
        year += 2000
    if year < 1601:
        return None
    try:
        moment = datetime(year, month, day, *clock, tzinfo=UTC)
    except ValueError:
        return None
    # What lies before 1970 is long ago all the same.
    return max(float(timegm(moment.timetuple())), 1.0)
