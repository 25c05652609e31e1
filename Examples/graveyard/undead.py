"""The models of undead.sql.

Written by `necro scribe`: change the SQL and run it again.
"""

from necro import NecroModel


class Zombie(NecroModel):
    """A row of the table zombies."""

    id: int
    decay_rate: float | None
    graveyard: str | None
