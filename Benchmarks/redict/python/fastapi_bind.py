"""What is compared with: the app of necro_bind.py in FastAPI, with redis-py."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

fastapi: Any = import_module("fastapi")
pydantic: Any = import_module("pydantic")
redis_py: Any = import_module("redis.asyncio")

redis = redis_py.from_url(os.environ["REDIS_URL"], decode_responses=True)
app = fastapi.FastAPI()
Bond = pydantic.create_model("Bond", name=(str, ...), soul=(str, ...))


async def root() -> dict[str, str]:
    """Says that the app is there."""
    return {"data": "the dead rise"}


async def bind(body: Any) -> dict[str, Any]:
    """Keeps a soul for an hour."""
    await redis.set(body.name, body.soul)
    await redis.expire(body.name, 3600)
    return {"bound": body.name, "ttl": 3600}


bind.__annotations__["body"] = Bond
app.add_api_route("/", root)
app.add_api_route("/bind", bind, methods=["POST"])
