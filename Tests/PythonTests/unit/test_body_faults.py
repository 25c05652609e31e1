"""API.md, "Handlers": a body that is not what the handler looks into is answered 422."""

from __future__ import annotations

from typing import Any

import necro
import pytest
from necro.testing import TestClient

app = necro.App()


@app.post("/attributes")
async def attributes(body: Any) -> Any:
    return body.name.first


@app.post("/keys")
async def keys(body: Any) -> Any:
    return body["name"]["first"]


@app.post("/mixed")
def mixed(body: Any) -> Any:
    powers: list[Any] = []
    for minion in body.minions:
        powers.append(minion.stats["power"].least)
    return powers


@app.post("/index")
async def index(request: necro.Request, body: Any) -> Any:
    return [request.method, body.name[0]]


@app.post("/method")
async def method(body: Any) -> Any:
    return body.name.upper()


@app.post("/closure")
async def closure(body: Any) -> Any:
    def first() -> Any:
        return body.name.first

    return first()


@app.post("/typo")
async def typo(body: Any) -> Any:
    return body.name.uper()


@app.post("/own")
async def own(body: Any) -> Any:
    name: Any = len(body.name)
    return name.first


@app.post("/called")
async def called(body: Any) -> Any:
    return len(body).first  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


@app.post("/mapped")
async def mapped(body: Any) -> Any:
    return body.name.first


mapping = necro.App()
mapping.post("/")(mapped)


@mapping.exception(necro.InvalidRequest)
async def invalid(request: necro.Request, error: necro.InvalidRequest) -> Any:
    return necro.JSON([fault.location for fault in error.faults], status=400)


@pytest.mark.parametrize(
    ("path", "body", "location"),
    [
        ("/attributes", {"name": 5}, ["body", "name"]),
        ("/attributes", {"name": None}, ["body", "name"]),
        ("/attributes", {"name": True}, ["body", "name"]),
        ("/attributes", {"name": 1.5}, ["body", "name"]),
        ("/attributes", {"name": "Igor"}, ["body", "name"]),
        ("/keys", {"name": 5}, ["body", "name"]),
        ("/keys", {"name": "Igor"}, ["body", "name"]),
        ("/keys", {"name": None}, ["body", "name"]),
        ("/index", {"name": 5}, ["body", "name"]),
        ("/mixed", {"minions": [{"stats": {"power": {"least": 1}}}, {"stats": 5}]},
         ["body", "minions", 1, "stats"]),
        ("/mixed", {"minions": [{"stats": {"power": 5}}]},
         ["body", "minions", 0, "stats", "power"]),
        ("/method", {"name": 5}, ["body", "name"]),
        ("/closure", {"name": 5}, ["body", "name"]),
    ],
)  # fmt: skip
def test_a_value_that_is_looked_into_as_what_it_is_not_is_422(
    path: str, body: object, location: list[object]
) -> None:
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post(path, json=body)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert (fault["code"], fault["location"]) == ("type", location)
        assert fault["detail"].startswith("expected a value that has ")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/typo", {"name": "Igor"}),
        ("/own", {"name": "Igor"}),
        ("/called", {"name": "Igor"}),
    ],
)
def test_a_mistake_of_the_handlers_own_is_500(path: str, body: object) -> None:
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post(path, json=body).status_code == 500


def test_what_is_there_is_answered() -> None:
    with TestClient(app) as client:
        assert client.post("/attributes", json={"name": {"first": 1}}).json() == 1
        assert client.post("/method", json={"name": "x"}).text == "X"
        assert client.post("/index", json={"name": "xy"}).json() == ["POST", "x"]


def test_an_apps_own_answer_to_invalid_requests_is_given() -> None:
    with TestClient(mapping, raise_server_exceptions=False) as client:
        answer = client.post("/", json={"name": 5})
        assert (answer.status_code, answer.json()) == (400, [["body", "name"]])
