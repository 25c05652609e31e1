"""The app that is measured end to end: API.md's, typed."""

from __future__ import annotations

from necro import App, Body, Redict

app = App()


@app.get("/")
async def root() -> dict[str, str]:
    """Says that the app is there."""
    return {"data": "the dead rise"}


@app.post("/bind")
async def bind(redis: Redict, body: Body) -> dict[str, object]:
    """Keeps a soul for an hour."""
    await redis.set(body.name, body.soul)
    await redis.expire(body.name, 3600)
    return {"bound": body.name, "ttl": 3600}
