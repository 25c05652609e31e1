"""Times a test client once, in a process of its own; prints seconds as JSON.

`sample.py necro` or `sample.py fastapi`: `import` is that of app and client, `first` is from the
client's construction to its first response, `next` is the median of later requests.
"""

from __future__ import annotations

import json
import sys
from statistics import median
from time import perf_counter
from typing import Any

REQUESTS = 200


def _necro() -> tuple[Any, Any]:
    """An app of Necro's, and what makes a client."""
    import necro
    from necro.testing import TestClient

    app = necro.App()

    @app.get("/")
    async def raise_dead() -> dict[str, str]:
        return {"data": "the dead rise"}

    return app, TestClient


def _fastapi() -> tuple[Any, Any]:
    """The same of FastAPI's."""
    # The project's own environment does not have it.
    from importlib import import_module

    app: Any = import_module("fastapi").FastAPI()

    async def raise_dead() -> dict[str, str]:
        return {"data": "the dead rise"}

    app.get("/")(raise_dead)
    return app, import_module("fastapi.testclient").TestClient


def main() -> None:
    """Takes the times."""
    make = {"necro": _necro, "fastapi": _fastapi}[sys.argv[1]]
    began = perf_counter()
    app, client_type = make()
    imported = perf_counter()
    client = client_type(app)
    answered = client.get("/").json()
    first = perf_counter()
    later: list[float] = []
    for _ in range(REQUESTS):
        asked = perf_counter()
        client.get("/")
        later.append(perf_counter() - asked)
    if answered != {"data": "the dead rise"}:
        sys.exit(f"{sys.argv[1]} answered {answered}")
    times = {"import": imported - began, "first": first - imported, "next": median(later)}
    print(json.dumps(times))


if __name__ == "__main__":
    main()
