"""The examples of Docs/redict.md, run as they stand."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import necro.redict as nr
import pytest
from hosting import hosting
from necro._database_options import REDIS_OPTIONS
from necro._private_servers import PrivateRedict
from necro.testing import TestClient
from redict_clusters import cluster
from redict_running import run_with
from tls_crypt import make_crypt
from tls_redict import redict_with_tls

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "Docs/redict.md").read_text()
BLOCKS = {
    name: text for text, name in re.findall(r"```python\n(# (\w+)\.py\n.*?)```", PAGE, re.DOTALL)
}


def _block(name: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(BLOCKS[name], space)
    return space


def test_the_page_has_the_examples() -> None:
    assert set(BLOCKS) == {"app", "cluster", "encrypted", "limiter", "lock", "program"}


@pytest.mark.parametrize("protocol", [2, 3])
def test_the_program_runs(redict_server: PrivateRedict, protocol: int) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["REDIS_URL"] = f"{redict_server.url}?protocol={protocol}"
    done = subprocess.run(
        [sys.executable, "-c", BLOCKS["program"]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)


def test_the_cluster_runs_and_so_do_the_recipes() -> None:
    async def body(redis: nr.Redict) -> None:
        allowed = _block("limiter")["allowed"]
        answers = [await allowed(redis, "Igor", limit=3) for _ in range(5)]
        assert answers == [True, True, True, False, False]
        async with _block("lock")["lock"](redis, "door"):
            assert await redis.exists("door") == 1
        assert await redis.exists("door") == 0

    with cluster() as made:
        done = subprocess.run(
            [sys.executable, "-c", BLOCKS["cluster"]],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "CLUSTER_URL": made.url(nodes=1),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.stderr, done.returncode) == ("", 0)
        run_with(made.url(), body)


def test_the_encrypted_program_runs(tmp_path: Path) -> None:
    crypt = make_crypt(tmp_path / "crypt")
    with redict_with_tls(crypt) as (_, port):
        done = subprocess.run(
            [sys.executable, "-c", BLOCKS["encrypted"].replace(":6380", f":{port}")],
            cwd=crypt.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.stderr, done.returncode) == ("", 0)


def test_the_app_answers(redict_server: PrivateRedict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redict_server.url)
    with TestClient(_block("app")["app"]) as client:
        reply = client.post("/bind", json={"name": "Igor", "soul": "restless"})
        assert reply.json() == {"bound": "Igor", "ttl": 3600}
        assert client.get("/soul/Igor").json() == {"soul": "restless", "ttl": 3600}
        assert client.get("/names").json() == ["Igor"]
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    with TestClient(_block("app")["app"]) as client:
        assert client.get("/soul/Igor").status_code == 503


def test_the_app_is_served_with_a_private_redict(tmp_path: Path) -> None:
    with hosting(tmp_path, BLOCKS["app"], "--dev", environment={"REDIS_URL": None}) as host:
        assert host.ask("POST", "/bind", '{"name": "Igor", "soul": "x"}').status == 200
        assert host.get("/names").json == ["Igor"]


def test_a_lock_is_held_by_one(redict_server: PrivateRedict) -> None:
    lock = _block("lock")["lock"]
    inside = 0

    async def body(redis: nr.Redict) -> None:
        async def work() -> None:
            nonlocal inside
            async with lock(redis, "door"):
                inside += 1
                await asyncio.sleep(0.001)
                assert inside == 1
                inside -= 1

        await asyncio.gather(*(work() for _ in range(10)))
        async with lock(redis, "door"):
            # Somebody else's by now: it is not ours to release.
            await redis.set("door", "another's")
        assert await redis.get("door") == "another's"

    run_with(redict_server.url, body)


def test_the_limiter_lets_so_many_through(redict_server: PrivateRedict) -> None:
    allowed = _block("limiter")["allowed"]

    async def body(redis: nr.Redict) -> None:
        answers = [await allowed(redis, "Igor", limit=3) for _ in range(5)]
        assert answers == [True, True, True, False, False]
        assert await allowed(redis, "Mortimer", limit=3)

    run_with(redict_server.url, body)


def test_the_page_has_every_option_of_the_pool() -> None:
    listed = re.findall(r"^\| `--(redis-\S+)` \| `(\w+)` \| (\w+) \|", PAGE, re.MULTILINE)
    assert [(key, name) for key, name, _ in listed] == [
        (option.key, option.name) for option in REDIS_OPTIONS
    ]
    for option, (_, _, default) in zip(REDIS_OPTIONS, listed, strict=True):
        assert default == (str(option.default) if option.default else "none")
