"""The app that is measured end to end."""

from __future__ import annotations

from necro import App
from necro.postgres import Database, Row

app = App()


@app.get("/")
async def root() -> dict[str, str]:
    """Says that the app is there."""
    return {"data": "the dead rise"}


@app.get("/summon/{id}")
async def summon_one(db: Database, id: str) -> Row | None:
    """One minion."""
    return await db.fetch_one("SELECT id, name, power FROM minions WHERE id = $1", id)
