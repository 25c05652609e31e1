"""The graveyard: Postgres through typed queries, models, validation and Redict.

`make run` serves it with private servers; `necro scribe Examples/graveyard` wrote undead.py and
spells.py from the files of SQL.
"""

from typing import Annotated

import necro
from spells import CountByGraveyardRow, Spells
from undead import Zombie

app = necro.App()


class NewZombie(necro.NecroModel, extra="forbid"):
    """What a client sends."""

    decay_rate: Annotated[float, necro.Field(ge=0, le=1)] | None = None
    graveyard: Annotated[str, necro.Field(min_length=1, max_length=80)] | None = None


@app.get("/summon/{id}")
async def summon_zombie(db, id):
    return await db.spells.summon_zombie(id=id)


@app.get("/horde")
async def raise_horde(spells) -> list[Zombie]:
    return await spells.raise_horde()


@app.post("/zombies", status=201)
async def bury_zombie(spells: Spells, body: NewZombie) -> Zombie | None:
    return await spells.bury_zombie(decay_rate=body.decay_rate, graveyard=body.graveyard)


@app.get("/zombies")
async def search_zombies(
    spells: Spells, graveyard: str | None = None, fresher_than: float | None = None
) -> list[Zombie]:
    return await spells.search_zombies(graveyard=graveyard, fresher_than=fresher_than)


@app.get("/graveyards")
async def count_by_graveyard(spells: Spells) -> list[CountByGraveyardRow]:
    return await spells.count_by_graveyard()


@app.delete("/zombies/{id}")
async def lay_to_rest(spells: Spells, id: int) -> None:
    if not await spells.lay_to_rest(id=id):
        raise necro.HTTPError(404, "no such zombie")


@app.post("/bind")
async def bind(redis, body):
    await redis.set(body.name, body.soul)
    await redis.expire(body.name, 3600)
    return {"bound": body.name, "ttl": 3600}
