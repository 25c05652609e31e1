"""Cookies that are set, signed text, and sessions."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

from typing import Any

import necro
import pytest
from app_clients import client_of, result_of
from necro.testing import Response, TestClient

SECRET = "sixteen octets.."


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def set_cookie(response: Response) -> str:
    """The one cookie that a response sets."""
    (value,) = response.headers.getall("set-cookie")
    return value


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("__Host-a", {}, "user agents refuse this name without secure=True"),
        ("__Secure-a", {}, "user agents refuse this name without secure=True"),
        ("__host-a", {"secure": True, "path": "/a"}, "path='/' and no domain"),
        ("__Host-a", {"secure": True, "domain": "a.example"}, "path='/' and no domain"),
        ("a", {"partitioned": True}, "refuse partitioned without secure"),
        ("a", {"path": "/" + "a" * 1024}, "its Path has more than 1024 octets"),
    ],
)
def test_what_user_agents_refuse_is_refused(name: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match="cookie") as caught:
        necro.Response().set_cookie(name, "v", **options)
    assert says in str(caught.value)


def test_a_cookie_has_at_most_4096_octets_of_name_and_value() -> None:
    response = necro.Response()
    response.set_cookie("name", "v" * 4092)
    with pytest.raises(ValueError, match="has 4097 octets; user agents keep at most 4096"):
        response.set_cookie("name", "v" * 4093)


def test_a_cookie_with_a_prefix_is_set_and_deleted_with_its_attributes() -> None:
    response = necro.Response()
    response.set_cookie("__Host-a", "v", secure=True, partitioned=True)
    response.delete_cookie("__Host-a", secure=True, partitioned=True)
    assert [value for name, value in response.fields if name == b"set-cookie"] == [
        b"__Host-a=v; Path=/; Secure; SameSite=Lax; Partitioned",
        b"__Host-a=; Max-Age=0; Path=/; Secure; SameSite=Lax; Partitioned",
    ]


def test_vary_names_a_field_once() -> None:
    response = necro.Response()
    for name in ("cookie", "origin", "Cookie"):
        response.vary(name)
    assert response.header("vary") == "cookie, origin"
    everything = necro.Response(headers={"vary": "*"})
    everything.vary("cookie")
    assert everything.header("vary") == "*"


@pytest.mark.parametrize("text", ["", "Ann", "é€😀", "a.b.c", "\x00\n", "x" * 2000])
def test_signed_text_comes_back(text: str) -> None:
    signer = necro.Signer(SECRET)
    signed = signer.sign(text)
    assert signed.isascii()
    assert signed.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert signer.unsign(signed) == text


def test_nothing_else_than_what_was_signed_is_accepted() -> None:
    signer = necro.Signer(SECRET)
    signed = signer.sign("Ann")
    for index in range(len(signed)):
        for other in ("A", "b", "-", "+", "/", "=", ".", "é", ""):
            changed = signed[:index] + other + signed[index + 1 :]
            if changed != signed:
                assert signer.unsign(changed) is None, changed
    for text in ("", ".", "..", "a", "a.b.c", signed + "=", signed + "A", "." + signed):
        assert signer.unsign(text) is None, text
    assert necro.Signer("another secret..").unsign(signed) is None
    assert necro.Signer(SECRET, purpose="p").unsign(signed) is None


def test_a_signature_holds_for_a_time() -> None:
    clock = Clock()
    signer = necro.Signer(SECRET, clock=clock)
    signed = signer.sign("Ann")
    clock.now += 60
    assert signer.unsign(signed, max_age=60) == "Ann"
    clock.now += 1
    assert signer.unsign(signed, max_age=60) is None
    assert signer.unsign(signed) == "Ann"


def test_a_secret_is_replaced_while_old_signatures_hold() -> None:
    old = necro.Signer(SECRET)
    both = necro.Signer([b"the new secret..", SECRET])
    new = necro.Signer("the new secret..")
    assert both.unsign(old.sign("Ann")) == "Ann"
    assert new.unsign(both.sign("Ann")) == "Ann"
    assert old.unsign(both.sign("Ann")) is None


def test_a_secret_that_is_too_short_or_absent_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 octets"):
        necro.Signer("short")
    with pytest.raises(ValueError, match="a signer needs a secret"):
        necro.Signer([])


def sessions_client(**options: Any) -> TestClient:
    """An app with sessions that clients change at will."""
    app = necro.App()
    app.middleware(necro.Sessions(SECRET, **options))

    @app.get("/set")
    async def change(request, name="Ann"):
        request.session["name"] = name
        request.session.setdefault("visits", []).append(name)

    @app.get("/get")
    async def get(request):
        return dict(request.session)

    @app.get("/new")
    async def new(request):
        return request.session.is_new

    @app.get("/clear")
    async def clear(request):
        request.session.clear()
        raise necro.HTTPError(409)

    @app.get("/other")
    async def other() -> None: ...

    return client_of(app)


def test_a_session_goes_out_when_it_has_changed_and_comes_back() -> None:
    client = sessions_client()
    cookie = set_cookie(client.get("/set"))
    assert cookie.startswith("__Host-session=")
    assert cookie.endswith("; Max-Age=1209600; Path=/; Secure; HttpOnly; SameSite=Lax")
    headers = [("cookie", cookie.partition(";")[0])]
    found = client.get("/get", headers=headers)
    assert found.content == b'{"name":"Ann","visits":["Ann"]}'
    assert found.headers.get("set-cookie") is None
    assert found.headers.get("vary") == "cookie"
    again = client.get("/set?name=Bo", headers=headers)
    headers = [("cookie", set_cookie(again).partition(";")[0])]
    assert client.get("/get", headers=headers).content == b'{"name":"Bo","visits":["Ann","Bo"]}'
    assert client.get("/new", headers=headers).content == b"false"
    assert sessions_client().get("/new").content == b"true"


def test_a_session_nobody_looked_at_costs_the_response_nothing() -> None:
    response = sessions_client().get("/other")
    assert list(response.headers) == ["date"]


def test_an_empty_session_is_deleted_whatever_the_response_is() -> None:
    client = sessions_client()
    headers = [("cookie", set_cookie(client.get("/set")).partition(";")[0])]
    response = client.get("/clear", headers=headers)
    assert response.status_code == 409
    assert set_cookie(response).startswith("__Host-session=; Max-Age=0; Path=/; Secure")
    assert client.get("/clear").headers.get("set-cookie") is None


def test_a_session_of_nobody_s_making_is_an_empty_one() -> None:
    client = sessions_client()
    signed = necro.Signer(SECRET).sign('{"name":"Eve"}')
    for value in ("", "x", signed, '"quoted"'):
        assert client.get("/get", headers=[("cookie", f"__Host-session={value}")]).content == b"{}"


def test_a_session_ends() -> None:
    clock = Clock()
    client = sessions_client(clock=clock, max_age=60, secure=False)
    headers = [("cookie", set_cookie(client.get("/set")).partition(";")[0])]
    assert headers[0][1].startswith("session=")
    clock.now += 60
    assert b"Ann" in client.get("/get", headers=headers).content
    clock.now += 1
    assert client.get("/get", headers=headers).content == b"{}"


def test_what_json_does_not_hold_is_an_error() -> None:
    app = necro.App()
    app.middleware(necro.Sessions(SECRET))

    @app.get("/")
    async def handler(request):
        request.session["value"] = object()

    with pytest.raises(TypeError, match="not JSON serializable"):
        TestClient(app).get("/")


def test_without_sessions_the_request_says_what_to_do() -> None:
    async def session(request: necro.Request) -> necro.Session:
        return request.session

    with pytest.raises(RuntimeError, match=r"app\.middleware\(necro\.Sessions\(secret\)\)"):
        result_of(session)


def test_a_session_cookie_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="refuse this name without secure"):
        necro.Sessions(SECRET, cookie="__Host-a", secure=False)
    with pytest.raises(ValueError, match="is not a cookie name"):
        necro.Sessions(SECRET, cookie="a b")
