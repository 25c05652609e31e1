"""API.md, "Redict": `redis` in handlers, through the test client and real hosts, and outside."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import necro
import necro.redict as nr
import pytest
from hosting import hosting, run_necro, write_app
from necro._private_servers import PrivateRedict
from necro.testing import TestClient

APP = """
import os
import necro

app = necro.App()

@app.post("/bind")
async def bind(redis, body):
    await redis.set(body.name, body.soul)
    await redis.expire(body.name, 3600)
    return {"bound": body.name, "ttl": 3600}

@app.get("/soul/{name}")
def soul(redict, name):
    return {"soul": redict.get(name), "ttl": redict.ttl(name)}

@app.get("/typed/{name}")
async def typed(store: necro.Redict, name: str):
    return await store.get(name)

@app.get("/blocking")
def blocking(store: necro.BlockingRedict):
    with store.pipeline() as pipe:
        pipe.set("a", 1)
        total = pipe.incr("a")
    with store.transaction("a") as tx:
        seen = tx.now.get("a")
        tx.set("a", int(seen) + 1)
    with store.connection() as own:
        own.select(1)
        own.set("b", 2)
        own.delete("b")
    script = store.register_script("return ARGV[1]")
    with store.subscribe("c") as messages:
        store.publish("c", "hello")
        heard = next(messages).data
    store.xadd("s", {"n": 1})
    entry = next(store.read_stream("s", "0"))[1]
    return {
        "total": total.result, "a": store.get("a"), "script": script(args=["x"]),
        "keys": sorted(store.scan_iter()), "raw": store.raw.get("a").decode(),
        "heard": heard, "entry": entry, "popped": store.blpop("none", timeout=0.01),
    }

@app.get("/url")
async def url(redis):
    return {"url": os.environ.get("REDIS_URL"), "name": await redis.client_getname()}
"""


def _app() -> necro.App:
    space: dict[str, Any] = {}
    exec(APP, space)
    app: necro.App = space["app"]
    return app


@pytest.mark.api(
    "Redict: the example is served as it stands",
    "Redict: a plain handler's redis is a blocking face with the same methods",
)
def test_the_example_of_the_api(
    redict_server: PrivateRedict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redict_server.url)
    with TestClient(_app()) as client:
        reply = client.post("/bind", json={"name": "Igor", "soul": "restless"})
        assert reply.json() == {"bound": "Igor", "ttl": 3600}
        assert client.get("/soul/Igor").json() == {"soul": "restless", "ttl": 3600}
        assert client.get("/typed/Igor").text == "restless"
        assert client.get("/typed/Nobody").status_code == 404
        assert client.get("/blocking").json() == {
            "total": 2, "a": "3", "script": "x", "keys": ["Igor", "a", "s"], "raw": "3",
            "heard": "hello", "entry": {"n": "1"}, "popped": None,
        }  # fmt: skip


@pytest.mark.api("Redict: --redis names it, else REDIS_URL")
def test_a_host_takes_the_url_from_the_option_before_the_variable(
    redict_server: PrivateRedict, tmp_path: Path
) -> None:
    url = f"{redict_server.url}?client_name=ours"
    environment = {"REDIS_URL": "redis://127.0.0.1:1"}
    options = ("--redis", url, "--redis-connections-max", "2")
    with hosting(tmp_path, APP, *options, environment=environment) as host:
        assert host.get("/url").json["name"] == "ours"
    with hosting(tmp_path, APP, environment={"REDIS_URL": url}) as host:
        assert host.get("/url").json["name"] == "ours"
        reply = host.ask("POST", "/bind", '{"name": "Igor", "soul": "restless"}')
        assert reply.json == {"bound": "Igor", "ttl": 3600}


@pytest.mark.api("Redict: --dev starts a private one where no URL names any")
def test_a_private_redict_where_no_url_names_one(tmp_path: Path) -> None:
    with hosting(tmp_path, APP, "--dev", environment={"REDIS_URL": None}) as host:
        assert host.get("/url").json["url"].startswith("unix://")
        assert host.ask("POST", "/bind", '{"name": "Igor", "soul": "x"}').status == 200
        assert host.get("/soul/Igor").json["soul"] == "x"


def test_without_a_url_the_app_does_not_start(tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    done = run_necro("host", "app.py", folder=tmp_path, environment={"REDIS_URL": None})
    assert done.returncode == 1
    assert "needs a Redict server, and none is configured: set --redis or REDIS_URL" in done.stderr
    done = run_necro("host", "app.py", "--redis", "http://x", folder=tmp_path)
    assert done.returncode != 0
    assert "begins with redis://" in done.stderr


def test_inline_and_redis_do_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    app = necro.App()

    @app.get("/", inline=True)
    def handler(redis: necro.BlockingRedict) -> str | None:
        return redis.get("k")

    with pytest.raises(necro.StartupError, match="inline=True holds up the loop"):
        TestClient(app).__enter__()


def test_a_test_can_put_another_in_its_place() -> None:
    app = _app()

    class Fake:
        async def get(self, name: str) -> str:
            return f"the soul of {name}"

    with (
        app.override(necro.Redict, Fake),
        app.override("redis", Fake),
        app.override(necro.BlockingRedict, Fake),
        app.override("redict", Fake),
        TestClient(app) as client,
    ):
        assert client.get("/typed/Igor").text == "the soul of Igor"


@pytest.mark.api("Redict: connect works outside an app, on any loop")
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_outside_an_app(redict_server: PrivateRedict, loop: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(30), nr.connect(redict_server.url) as redis:
            await asyncio.gather(*(redis.set(f"k{n}", n) for n in range(100)))
            assert await redis.mget("k1", "k99") == ["1", "99"]
            assert await asyncio.to_thread(redis.blocking.get, "k5") == "5"
            with pytest.raises(nr.InterfaceError, match="loop's own thread"):
                redis.blocking.get("k5")
            assert await asyncio.wait_for(redis.get("k7"), 5) == "7"
            async with redis.subscribe("c") as messages:
                await redis.publish("c", "m")
                assert (await anext(messages)).data == "m"

    if loop == "uvloop":
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main(), debug=True)


@pytest.mark.api("Redict: RESP3, with a fall back to RESP2")
def test_the_version_that_is_spoken(redict_server: PrivateRedict) -> None:
    async def main() -> None:
        for query, version in (("", 3), ("?protocol=2", 2), ("?protocol=3", 3)):
            async with nr.connect(redict_server.url + query) as redis:
                assert redis.counts()[2] == version
                assert f"resp={version}" in await redis.client_info()

    asyncio.run(main())


def test_a_program_that_ends_without_closing_ends(redict_server: PrivateRedict) -> None:
    program = (
        "import asyncio, os, necro.redict\n"
        "async def main():\n"
        "    redis = necro.redict.connect(os.environ['REDIS_URL'])\n"
        "    await redis.open()\n"
        "    await redis.set('k', 'v')\n"
        "    print(await redis.get('k'))\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "REDIS_URL": redict_server.tcp_url}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("v\n", "", 0)
