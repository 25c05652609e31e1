"""API.md, "Postgres" and "Handlers": `db` in handlers, through the test client and a real host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import necro
import pytest
from necro.testing import TestClient

APP = """
import necro

app = necro.App()

@app.get("/summon/{id}")
async def summon_one(db, id):
    return await db.fetch_one("SELECT id, name, power FROM minions WHERE id = $1", id)

@app.post("/raise")
async def raise_dead(db, body):
    return await db.execute(
        "INSERT INTO minions (name, power) VALUES ($1, $2)", body.name, body.power
    )

@app.get("/minions")
def minions(db, least: int = 0):
    return db.fetch_all("SELECT name FROM minions WHERE power >= $1 ORDER BY id", least)

@app.post("/horde")
def horde(db, body):
    with db.transaction() as tx:
        for name in body.names:
            tx.execute("INSERT INTO minions (name) VALUES ($1)", name)
    return {"count": db.fetch_value("SELECT count(*) FROM minions")}

@app.get("/server-fault")
async def server_fault(db):
    return await db.fetch_value("SELECT $1::int", "abc")
"""
SCHEMA = "CREATE TABLE minions (id serial PRIMARY KEY, name text NOT NULL UNIQUE, power int)"


def _app() -> necro.App:
    space: dict[str, Any] = {}
    exec(APP, space)
    app: necro.App = space["app"]
    return app


@pytest.fixture
def client(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    subprocess.run(["psql", "-qc", SCHEMA, postgres_url], check=True)
    return TestClient(_app(), raise_server_exceptions=False)


@pytest.mark.api("Postgres: the examples are served as they stand")
def test_the_examples_of_the_api(client: TestClient) -> None:
    with client:
        assert client.post("/raise", json={"name": "Igor", "power": 5}).json() == 1
        assert client.get("/summon/1").json() == {"id": 1, "name": "Igor", "power": 5}
        assert client.get("/summon/99").status_code == 404
        assert client.get("/minions?least=3").json() == [{"name": "Igor"}]
        assert client.post("/horde", json={"names": ["a", "b"]}).json() == {"count": 3}
        assert client.post("/horde", json={"names": ["c", "a"]}).status_code == 500
        assert len(client.get("/minions").json()) == 1


@pytest.mark.parametrize(
    ("path", "json", "location"),
    [
        ("/summon/abc", None, ["path", "id"]),
        ("/summon/99999999999", None, ["path", "id"]),
        ("/raise", {"name": 5, "power": 1}, ["body", "name"]),
        ("/raise", {"name": "x", "power": [1]}, ["body", "power"]),
        ("/raise", {"name": "x", "power": 2**40}, ["body", "power"]),
        ("/raise", {"name": "x", "power": "many"}, ["body", "power"]),
    ],
)
def test_what_the_client_sent_that_does_not_fit_is_422(
    client: TestClient, path: str, json: object, location: list[str]
) -> None:
    with client:
        answer = client.get(path) if json is None else client.post(path, json=json)
        assert answer.status_code == 422
        assert [each["location"] for each in answer.json()["errors"]] == [location]


def test_what_the_handler_made_itself_is_500(client: TestClient) -> None:
    with client:
        assert client.get("/server-fault").status_code == 500


def test_a_database_that_is_not_configured_is_a_start_up_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "app.py").write_text(APP)
    done = subprocess.run(
        [sys.executable, "-m", "necro", "host", str(tmp_path / "app.py")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 1
    assert "set --database or DATABASE_URL" in done.stderr


@pytest.mark.parametrize("name", ["db", "graves"])
def test_a_face_that_the_handler_is_not_given_is_a_start_up_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A type checker takes the annotation's word for it, and so it has to be true."""
    monkeypatch.setenv("DATABASE_URL", "postgresql:///x")
    app = necro.App()
    space: dict[str, Any] = {"necro": necro}
    exec(f"def waits({name}: necro.Database): ...", space)
    app.get("/")(space["waits"])
    with pytest.raises(necro.StartupError) as refused, TestClient(app):
        pass
    assert f"parameter '{name}'" in str(refused.value)
    assert "annotate it with necro.BlockingDatabase" in str(refused.value)

    app = necro.App()
    exec(f"async def awaits({name}: necro.BlockingDatabase): ...", space)
    app.get("/")(space["awaits"])
    with pytest.raises(necro.StartupError, match=r"annotate it with necro\.Database"):
        TestClient(app).get("/")


def test_inline_and_a_database_do_not_go_together() -> None:
    app = necro.App()

    @app.get("/", inline=True)
    def handler(db: Any) -> None: ...

    os.environ["DATABASE_URL"] = "postgresql:///x"
    try:
        with pytest.raises(necro.StartupError, match="inline=True"):
            TestClient(app).get("/")
    finally:
        del os.environ["DATABASE_URL"]
