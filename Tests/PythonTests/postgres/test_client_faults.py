"""API.md, "Postgres": what the client sent that does not fit is 422, naming the field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import necro
import necro.postgres as pg
import pytest
from necro.testing import TestClient

app = necro.App()
INSERT = "INSERT INTO minions (name, power, born) VALUES ($1, $2, $3)"


@dataclass
class Minion:
    name: str
    power: int


@app.on_startup
async def prepare() -> None:
    async with pg.connect() as db:
        await db.script(
            "CREATE TABLE IF NOT EXISTS minions (id serial PRIMARY KEY, name text UNIQUE,"
            " power int, born date)"
        )


@app.get("/path/{id}")
async def by_path(db: Any, id: Any) -> Any:
    return await db.fetch_one("SELECT id FROM minions WHERE id = $1", id)


@app.get("/typed/{number}")
async def typed(db: Any, number: int) -> Any:
    return await db.fetch_one("SELECT id FROM minions WHERE id = $1", number)


@app.get("/query")
async def by_query(db: Any, power: str, born: str = "2026-01-01") -> Any:
    return await db.fetch_all("SELECT id FROM minions WHERE power = $1 OR born = $2", power, born)


@app.get("/mapping")
async def by_mapping(db: Any, query: Any) -> Any:
    return await db.fetch_all("SELECT id FROM minions WHERE power = $1", query["power"])


@app.get("/alias")
async def by_alias(db: Any, wanted: Annotated[int, necro.Query(alias="state")]) -> Any:
    return await db.fetch_all("SELECT id FROM minions WHERE power = $1", wanted)


@app.get("/repeated")
async def repeated(db: Any, power: list[int]) -> Any:
    return await db.fetch_all("SELECT id FROM minions WHERE power = ANY($1)", power)


@app.post("/ids")
async def ids(db: Any, body: Any) -> Any:
    return await db.fetch_all("SELECT id FROM minions WHERE id = ANY($1::int[])", body.ids)


@app.post("/body")
async def by_body(db: Any, body: Any) -> Any:
    return await db.execute(INSERT, body.name, body.power, body.born)


@app.post("/nested")
async def nested(db: Any, body: Any) -> Any:
    async with db.transaction() as tx:
        for minion in body.minions:
            await tx.execute(INSERT, minion.name, minion.stats.power, "2026-01-01")


@app.post("/dict")
async def by_dict(db: Any, body: dict[str, Any]) -> Any:
    return await db.execute(INSERT, body["name"], body["power"], "2026-01-01")


@app.post("/dataclass")
async def by_dataclass(db: Any, body: Minion) -> Any:
    return await db.execute(INSERT, body.name, body.power, "2026-01-01")


@app.post("/many")
async def many(db: Any, body: list[Any]) -> Any:
    return await db.execute_many("INSERT INTO minions (power) VALUES ($1)", [(n,) for n in body])


@app.post("/blocking")
def blocking(db: Any, body: Any) -> Any:
    with db.transaction() as tx:
        return tx.execute(INSERT, body.name, body.power, "2026-01-01")


async def find(db: Any, key: Any) -> Any:
    """A function of the app's, between the handler and the database."""
    return await db.fetch_one("SELECT id FROM minions WHERE id = $1", key)


@app.get("/helper/{id}")
async def by_helper(db: Any, id: Any) -> Any:
    return await find(db, id)


@app.get("/own/{id}")
async def own(db: Any, id: Any) -> Any:
    return await db.fetch_value("SELECT $1::int", f"x{id}")


@app.get("/other-type/{id}")
async def other_type(db: Any, id: Any) -> Any:
    return await db.fetch_value("SELECT $1::int + $2::int", 1, [id])


@app.get("/unique/{name}")
async def unique(db: Any, name: Any) -> Any:
    await db.execute("INSERT INTO minions (name) VALUES ($1)", name)
    return await db.execute("INSERT INTO minions (name) VALUES ($1)", name)


@app.get("/mapped/{name}")
async def mapped(db: Any, name: Any) -> Any:
    return await db.fetch_value("SELECT 1 / ($1::text = 'x')::int", name)


@app.exception(pg.DivisionByZero)
async def on_division(request: necro.Request, error: pg.DivisionByZero) -> Any:
    return necro.JSON({"sqlstate": error.sqlstate}, status=409)


@pytest.fixture
def client(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    with TestClient(app, raise_server_exceptions=False) as started:
        yield started


UNFIT = {"name": "b", "stats": {"power": "y"}}
BODY = {"name": "x", "power": 1, "born": "2026-01-01"}


@pytest.mark.api(
    "Postgres: an argument that does not fit and came from path, query or body is 422 naming it"
)
@pytest.mark.parametrize(
    ("target", "body", "location"),
    [
        ("/path/abc", None, ["path", "id"]),
        ("/path/99999999999", None, ["path", "id"]),
        ("/path/1.5", None, ["path", "id"]),
        ("/helper/abc", None, ["path", "id"]),
        ("/typed/3000000000", None, ["path", "number"]),
        ("/query?power=abc", None, ["query", "power"]),
        ("/query?power=", None, ["query", "power"]),
        ("/query?power=1&born=yesteryear", None, ["query", "born"]),
        ("/query?power=1&born=2026-13-01", None, ["query", "born"]),
        ("/mapping?power=abc", None, ["query", "power"]),
        ("/alias?state=3000000000", None, ["query", "state"]),
        ("/repeated?power=1&power=3000000000", None, ["query", "power"]),
        ("/body", {**BODY, "name": 5}, ["body", "name"]),
        ("/body", {**BODY, "power": "many"}, ["body", "power"]),
        ("/body", {**BODY, "power": 2**40}, ["body", "power"]),
        ("/body", {**BODY, "power": 1.5}, ["body", "power"]),
        ("/body", {**BODY, "power": {"a": 1}}, ["body", "power"]),
        ("/body", {**BODY, "born": 20260101}, ["body", "born"]),
        ("/body", {**BODY, "born": "2026-02-30"}, ["body", "born"]),
        (
            "/nested",
            {"minions": [{"name": "a", "stats": {"power": 1}}, UNFIT]},
            ["body", "minions", 1, "stats", "power"],
        ),
        ("/dict", {"name": [1], "power": 1}, ["body", "name"]),
        ("/dict", {"name": "x", "power": "much"}, ["body", "power"]),
        ("/dataclass", {"name": "x", "power": 2**31}, ["body", "power"]),
        ("/ids", {"ids": ["1", "x"]}, ["body", "ids", 1]),
        ("/ids", {"ids": [1, 1.5]}, ["body", "ids"]),
        ("/ids", {"ids": 5}, ["body", "ids"]),
        ("/many", [1, 2, "three"], ["body", 2]),
        ("/many", [1, 2**31, 3], ["body", 1]),
        ("/blocking", {"name": "x", "power": "y"}, ["body", "power"]),
        ("/blocking", {"name": 1.5, "power": 1}, ["body", "name"]),
    ],
)  # fmt: skip
def test_what_the_client_sent_that_does_not_fit_is_422(
    client: TestClient, target: str, body: object, location: list[object]
) -> None:
    answer = client.get(target) if body is None else client.post(target, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    assert fault["location"] == location
    assert fault["code"] in ("type", "value")
    # What was sent is not sent back.
    assert "abc" not in answer.text.replace("/abc", "")


@pytest.mark.api("Postgres: by default nothing of an error leaks to a client")
@pytest.mark.parametrize("target", ["/own/abc", "/other-type/abc", "/unique/Igor"])
def test_what_is_the_servers_own_mistake_is_500_and_says_nothing(
    client: TestClient, target: str
) -> None:
    answer = client.get(target)
    assert answer.status_code == 500
    assert set(answer.json()) == {"title", "status", "request_id"}
    for word in ("minions", "Igor", "xabc", "22P02", "duplicate", "int4"):
        assert word not in answer.text


@pytest.mark.api("Postgres: an application can map the exceptions to statuses")
def test_an_exception_is_mapped_to_a_status(client: TestClient) -> None:
    assert client.get("/mapped/x").json() == 1
    answer = client.get("/mapped/y")
    assert (answer.status_code, answer.json()) == (409, {"sqlstate": "22012"})


def test_what_fits_is_answered(client: TestClient) -> None:
    assert client.post("/body", json=BODY).json() == 1
    assert client.post("/dict", json={"name": "y", "power": 2}).json() == 1
    assert client.post("/many", json=[1, 2]).json() == 2
    assert client.post("/ids", json={"ids": ["1", 99]}).json() == [{"id": 1}]
    assert client.get("/path/1").json() == {"id": 1}
    assert client.get("/repeated?power=1&power=2").status_code == 200
