"""The cookies that a test client keeps (RFC 6265 §5)."""

import time
from datetime import UTC, datetime

import necro
import pytest
from necro.testing import CookieJar, TestClient
from necro.testing._cookie_jar import cookie_date, default_path, domain_matches, path_matches


def received(*fields: str, host: str = "a.example", path: str = "/x/y") -> CookieJar:
    """A jar that has received these fields from a request to one URL."""
    jar = CookieJar()
    for field in fields:
        jar.receive(field, host=host, path=path)
    return jar


def sent(
    jar: CookieJar, host: str = "a.example", path: str = "/x/y", *, secure: bool = False
) -> str | None:
    return jar.field(host=host, path=path, secure=secure)


def test_a_cookie_is_sent_back() -> None:
    jar = received("soul=Ann; HttpOnly; SameSite=Lax")
    assert sent(jar) == "soul=Ann"
    assert dict(jar) == {"soul": "Ann"}
    assert "soul" in jar
    assert len(jar) == 1


@pytest.mark.parametrize("field", ["", "soul", "=Ann", " ; soul=Ann", ";"])
def test_what_is_no_cookie_is_ignored(field: str) -> None:
    assert sent(received(field)) is None


def test_names_and_values_are_trimmed_and_kept_as_they_are() -> None:
    assert sent(received(' soul = "Ann=1" ;Path=/')) == 'soul="Ann=1"'


def test_a_cookie_without_a_domain_is_for_its_host_alone() -> None:
    jar = received("a=1")
    assert sent(jar, "A.example") == "a=1"
    assert sent(jar, "b.a.example") is None
    assert sent(jar, "example") is None


def test_a_domain_is_for_the_hosts_within() -> None:
    for field in (
        "a=1; Domain=a.example",
        "a=1; domain=.A.Example",
        "a=1; Domain=; Domain=a.example",
    ):
        jar = received(field)
        assert sent(jar, "a.example") == "a=1"
        assert sent(jar, "b.a.example") == "a=1"
        assert sent(jar, "ba.example") is None


def test_a_domain_that_is_not_the_hosts_is_refused() -> None:
    for domain in ("b.a.example", "other", "example", "xample"):
        assert sent(received(f"a=1; Domain={domain}")) is None
    assert sent(received("a=1; Domain=testserver", host="testserver"), "testserver") == "a=1"


def test_addresses_have_no_subdomains() -> None:
    assert not domain_matches("1.2.3.4", "3.4")
    assert domain_matches("1.2.3.4", "1.2.3.4")
    assert not domain_matches("::1", "1")


def test_the_path_is_given_or_the_requests_folder() -> None:
    jar = received("a=1")
    assert sent(jar, path="/x") == "a=1"
    assert sent(jar, path="/x/z") == "a=1"
    assert sent(jar, path="/xy") is None
    assert sent(jar, path="/") is None
    assert sent(received("a=1; Path=nonsense"), path="/x") == "a=1"
    assert sent(received("a=1; Path=/"), path="/else") == "a=1"
    assert [default_path(path) for path in ("", "x", "/", "/x", "/x/", "/x/y")] == [
        "/",
        "/",
        "/",
        "/",
        "/x",
        "/x",
    ]
    assert path_matches("/x/y", "/x/")
    assert not path_matches("/x", "/x/")


def test_longer_paths_go_first_then_older_cookies() -> None:
    jar = received("a=1; Path=/", "b=2; Path=/x", "c=3; Path=/", "a=4; Path=/")
    assert sent(jar) == "b=2; a=4; c=3"


def test_secure_cookies_go_by_tls() -> None:
    jar = received("a=1; Secure")
    assert sent(jar) is None
    assert sent(jar, secure=True) == "a=1"


def test_max_age_ends_a_cookie_and_goes_before_expires() -> None:
    past, future = "Thu, 01 Jan 1970 00:00:01 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"
    assert sent(received("a=1; Max-Age=100")) == "a=1"
    assert sent(received("a=1; Max-Age=0")) is None
    assert sent(received("a=1; Max-Age=-1")) is None
    assert sent(received("a=1; Max-Age=100", "a=1; Max-Age=0")) is None
    assert sent(received("a=1; Max-Age=nonsense")) == "a=1"
    assert sent(received(f"a=1; Expires={past}")) is None
    assert sent(received(f"a=1; Expires={future}")) == "a=1"
    assert sent(received(f"a=1; Expires={past}; Max-Age=100")) == "a=1"
    assert sent(received(f"a=1; Max-Age=0; Expires={future}")) is None
    assert sent(received("a=1; Max-Age=" + "9" * 5000)) == "a=1"


def test_a_cookie_that_has_aged_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    from necro.testing import _cookie_jar

    jar = received("a=1; Max-Age=100")
    now = time.time()
    monkeypatch.setattr(_cookie_jar, "time", lambda: now + 101)
    assert sent(jar) is None
    assert dict(jar) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "6 nov 94 8:49:37",
        "1994 08:49:37 06 November",
    ],
)
def test_dates_are_read_as_browsers_do(text: str) -> None:
    assert cookie_date(text) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    ["", "06 Nov 1994", "06 Nov 1994 24:00:00", "31 Feb 2020 00:00:00", "6 Nov 1600 00:00:00"],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert cookie_date(text) is None


def test_years_of_two_digits() -> None:
    found = [cookie_date(f"1 Jan {year} 00:00:00") for year in ("69", "70")]
    assert found == [datetime(2069, 1, 1, tzinfo=UTC).timestamp(), 1.0]


def test_a_jar_is_a_mapping_that_can_be_changed() -> None:
    jar = CookieJar({"a": "1"})
    jar["b"] = "2"
    jar.set("b", "3", path="/deep")
    assert jar["b"] == "3"
    assert sent(jar) == "a=1; b=2"
    assert sent(jar, path="/deep/er") == "b=3; a=1; b=2"
    jar.set("c", "4", domain=".a.example")
    assert sent(jar, "b.a.example") == "a=1; b=2; c=4"
    del jar["b"]
    assert dict(jar) == {"a": "1", "c": "4"}
    with pytest.raises(KeyError):
        jar.delete("b")
    with pytest.raises(KeyError):
        jar["b"]
    jar.clear()
    assert not jar


def app_with_cookies() -> necro.App:
    app = necro.App()
    app.middleware(necro.Sessions("a secret of at least thirty-two octets"))

    @app.get("/set")
    async def set_cookie() -> necro.Response:
        response = necro.Response("x")
        response.set_cookie("grave", "7")
        response.set_cookie("deep", "9", path="/deep")
        return response

    @app.get("/gone")
    async def gone() -> necro.Response:
        response = necro.Response(status=303, headers={"location": "/"})
        response.delete_cookie("grave")
        return response

    @app.get("/")
    @app.get("/deep/er")
    async def read(cookies: necro.Cookies) -> object:
        return {name: value for name, value in cookies.items() if not name.startswith("__")}

    @app.post("/count")
    async def count(request: necro.Request) -> object:
        request.session["count"] = request.session.get("count", 0) + 1
        return request.session["count"]

    return app


def test_cookies_are_kept_between_requests() -> None:
    client = TestClient(app_with_cookies(), cookies={"own": "1"})
    assert dict(client.get("/set").cookies) == {"grave": "7", "deep": "9"}
    assert client.get("/").json() == {"own": "1", "grave": "7"}
    assert client.get("/deep/er").json() == {"deep": "9", "own": "1", "grave": "7"}
    assert client.get("/", cookies={"once": "2"}).json()["once"] == "2"
    assert "once" not in client.get("/").json()
    # Also those that a redirect sets on the way.
    assert client.get("/gone").json() == {"own": "1"}
    client.cookies.clear()
    assert client.get("/").json() == {}
    assert client.get("/", headers={"cookie": "a=1"}).json() == {"a": "1"}


def test_sessions_hold_between_requests() -> None:
    client = TestClient(app_with_cookies())
    assert [client.post("/count").json() for _ in range(3)] == [1, 2, 3]
    assert TestClient(app_with_cookies()).post("/count").json() == 1
    far = TestClient(app_with_cookies(), "http://a.example")
    assert [far.post("/count").json() for _ in range(2)] == [1, 1]
    tls = TestClient(app_with_cookies(), "https://a.example")
    assert [tls.post("/count").json() for _ in range(2)] == [1, 2]
