"""The queries of spells.sql.

Written by `necro scribe`: change the SQL and run it again.
"""

from necro import NecroModel
from necro.spells import BlockingSpellsBase, Query, SpellsBase

from undead import Zombie


class CountByGraveyardRow(NecroModel):
    """A row of CountByGraveyard."""

    graveyard: str | None
    zombies: int
    worst: float | None


_SUMMON_ZOMBIE = Query[Zombie](
    "SELECT * FROM zombies WHERE id = $1",
    ("id",),
    model=Zombie,
)

_RAISE_HORDE = Query[Zombie](
    "SELECT * FROM zombies ORDER BY decay_rate ASC",
    (),
    model=Zombie,
)

_BURY_ZOMBIE = Query[Zombie](
    "INSERT INTO zombies (decay_rate, graveyard) VALUES ($1, $2) RETURNING *",
    ("decay_rate", "graveyard"),
    model=Zombie,
)

_SEARCH_ZOMBIES = Query[Zombie](
    (
        "SELECT * FROM zombies WHERE ",
        ((0,), ("graveyard = ", 0)),
        " AND ",
        ((1,), ("decay_rate < ", 1)),
        " ORDER BY id",
    ),
    ("graveyard", "fresher_than"),
    model=Zombie,
)

_COUNT_BY_GRAVEYARD = Query[CountByGraveyardRow](
    """\
SELECT graveyard, count(*) AS zombies, max(decay_rate) AS worst FROM zombies GROUP BY graveyard
ORDER BY zombies DESC, graveyard""",
    (),
    model=CountByGraveyardRow,
)

_LAY_TO_REST = Query[None](
    "DELETE FROM zombies WHERE id = $1",
    ("id",),
)


class Spells(SpellsBase):
    """The queries."""

    async def summon_zombie(self, *, id: int) -> Zombie | None:
        """SummonZombie of spells.sql."""
        return await self.one_(_SUMMON_ZOMBIE, id)

    async def raise_horde(self) -> list[Zombie]:
        """RaiseHorde of spells.sql."""
        return await self.many_(_RAISE_HORDE)

    async def bury_zombie(
        self,
        *,
        decay_rate: float | None,
        graveyard: str | None,
    ) -> Zombie | None:
        """A new zombie, with the number that it was given."""
        return await self.one_(_BURY_ZOMBIE, decay_rate, graveyard)

    async def search_zombies(
        self,
        *,
        graveyard: str | None = None,
        fresher_than: float | None = None,
    ) -> list[Zombie]:
        """SearchZombies of spells.sql."""
        return await self.many_(_SEARCH_ZOMBIES, graveyard, fresher_than)

    async def count_by_graveyard(self) -> list[CountByGraveyardRow]:
        """CountByGraveyard of spells.sql."""
        return await self.many_(_COUNT_BY_GRAVEYARD)

    async def lay_to_rest(self, *, id: int) -> int:
        """LayToRest of spells.sql."""
        return await self.execute_(_LAY_TO_REST, id)


class BlockingSpells(BlockingSpellsBase):
    """The queries, for threads: their methods wait."""

    def summon_zombie(self, *, id: int) -> Zombie | None:
        """SummonZombie of spells.sql."""
        return self.one_(_SUMMON_ZOMBIE, id)

    def raise_horde(self) -> list[Zombie]:
        """RaiseHorde of spells.sql."""
        return self.many_(_RAISE_HORDE)

    def bury_zombie(self, *, decay_rate: float | None, graveyard: str | None) -> Zombie | None:
        """A new zombie, with the number that it was given."""
        return self.one_(_BURY_ZOMBIE, decay_rate, graveyard)

    def search_zombies(
        self,
        *,
        graveyard: str | None = None,
        fresher_than: float | None = None,
    ) -> list[Zombie]:
        """SearchZombies of spells.sql."""
        return self.many_(_SEARCH_ZOMBIES, graveyard, fresher_than)

    def count_by_graveyard(self) -> list[CountByGraveyardRow]:
        """CountByGraveyard of spells.sql."""
        return self.many_(_COUNT_BY_GRAVEYARD)

    def lay_to_rest(self, *, id: int) -> int:
        """LayToRest of spells.sql."""
        return self.execute_(_LAY_TO_REST, id)
