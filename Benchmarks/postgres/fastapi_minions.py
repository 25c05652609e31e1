"""What is compared with: the app of necro_minions.py in FastAPI, with a pool of asyncpg's."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

asyncpg: Any = import_module("asyncpg")
fastapi: Any = import_module("fastapi")


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncGenerator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"]) as pool:
        app.state.pool = pool
        yield


app = fastapi.FastAPI(lifespan=_lifespan)


async def root() -> dict[str, str]:
    """Says that the app is there."""
    return {"data": "the dead rise"}


async def summon_one(id: int) -> dict[str, Any]:
    """One minion."""
    row = await app.state.pool.fetchrow("SELECT id, name, power FROM minions WHERE id = $1", id)
    if row is None:
        raise fastapi.HTTPException(404)
    return dict(row)


app.add_api_route("/", root)
app.add_api_route("/summon/{id}", summon_one)
