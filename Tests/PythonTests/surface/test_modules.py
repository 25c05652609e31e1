"""The modules on a real host."""

from __future__ import annotations

from fixtures import StartHost
from hosting import Host

APP = """
    import necro

    app = necro.App()
    app.middleware(necro.RequestIDs())
    app.middleware(necro.SecurityHeaders())
    app.middleware(necro.CORS(["https://crypt.example"], credentials=True))
    app.middleware(necro.Sessions("sixteen octets..", secure=False))

    limited = necro.Router()
    limited.middleware(necro.RateLimit(2, 60))
    app.include(limited)

    @app.get("/")
    async def index():
        return "fine"

    @app.get("/fails")
    async def fails():
        return 1 / 0

    @app.post("/name/{number}")
    async def set_name(request, number: int, body: str):
        request.session["name"] = body

    @app.get("/name")
    def get_name(request):
        return request.session.get("name", "nobody")

    @limited.get("/limited")
    async def get_limited(credentials: necro.Basic):
        return credentials.user
"""


def test_every_response_of_a_handler_has_the_fields(served: Host) -> None:
    for target, status in (("/", 200), ("/fails", 500), ("/limited", 401)):
        reply = served.get(target, {"origin": "https://crypt.example", "x-request-id": "omen"})
        assert reply.status == status
        assert reply.header("x-request-id") == "omen"
        assert reply.header("x-content-type-options") == "nosniff"
        assert reply.header("access-control-allow-origin") == "https://crypt.example"
        assert reply.header("strict-transport-security") is None
    served.wait_log("request id omen")


def test_a_preflight_request_is_answered_on_the_path_of_any_route(served: Host) -> None:
    headers = {"origin": "https://crypt.example", "access-control-request-method": "POST"}
    with served.connect() as wire:
        for target in ("/", "/name/7", "/name/x", "/limited"):
            wire.request("OPTIONS", target, headers=headers)
            reply = wire.reply("OPTIONS")
            assert reply.status == 204
            assert reply.header("access-control-allow-origin") == "https://crypt.example"
            assert "POST" in (reply.header("access-control-allow-methods") or "")
        wire.request("OPTIONS", "/name/7")
        assert wire.reply("OPTIONS").header("allow") == "POST, OPTIONS"
        wire.request("DELETE", "/name/7")
        assert wire.reply().header("allow") == "POST, OPTIONS"


def test_a_session_is_carried_by_the_client(served: Host) -> None:
    reply = served.ask("POST", "/name/1", "Ann")
    cookie = (reply.header("set-cookie") or "").partition(";")[0]
    assert cookie.startswith("session=")
    assert served.get("/name", {"cookie": f"a=b; {cookie}; c=d"}).text == "Ann"
    assert served.get("/name", {"cookie": cookie[:-1]}).text == "nobody"
    assert served.ask("POST", "/name/x", "Ann").header("set-cookie") is None


def test_a_client_is_limited_by_its_address(served: Host) -> None:
    # Others of this module have asked before.
    answers = [served.get("/limited", {"authorization": "Basic YTpi"}) for _ in range(3)]
    assert answers[-1].status == 429
    assert int(answers[-1].header("retry-after") or 0) in range(1, 61)
    assert answers[-1].header("x-content-type-options") == "nosniff"


def test_modules_that_an_app_does_not_name_are_not_there(host: StartHost) -> None:
    running = host("""
        import sys
        import necro

        app = necro.App()

        @app.get("/")
        async def loaded(request, body: bytes = b"", limit: int = 3):
            return sorted(name for name in sys.modules if name.startswith("necro."))
    """)
    loaded = set(running.get("/").json)
    assert "necro._app" in loaded
    for name in (
        "cors",
        "credentials",
        "rate_limit",
        "request_ids",
        "security_headers",
        "sessions",
        "set_cookie",
        "signing",
        "validation",
    ):
        assert f"necro._{name}" not in loaded
    assert not {"necro.postgres", "necro.testing"} & loaded
