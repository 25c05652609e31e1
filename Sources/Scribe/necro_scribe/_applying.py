"""The schema of an app in the private database of `necro host --dev`."""

import asyncio
from pathlib import Path

import necro.postgres

from necro_scribe._database import Scratch, apply
from necro_scribe._problems import Problem
from necro_scribe._settings import SettingsError, read_settings
from necro_scribe._sources import Sources, read_schema_files

__all__ = ["SchemaError", "apply_schema"]


class SchemaError(Exception):
    """The schema does not apply; the text has all that is wrong with it."""


def apply_schema(folder: str, url: str) -> list[str]:
    """Applies the schema of the project in a folder, if it has one, to an empty database.

    Returns the names of its files. Raises SchemaError.
    """
    try:
        settings = read_settings(Path(folder), needs_queries=False)
    except SettingsError as error:
        if error.is_absence:
            return []
        raise SchemaError(str(error)) from None
    sources = Sources()
    read_schema_files(settings, sources)
    asyncio.run(_apply(sources, url))
    errors = [str(one) for one in sources.problems if not one.is_warning]
    if errors:
        raise SchemaError("\n".join(errors))
    return [one.name for one in sources.files]


async def _apply(sources: Sources, url: str) -> None:
    problems: list[Problem] = sources.problems
    async with (
        necro.postgres.connect(url, pool_min=0, pool_max=1) as db,
        db.connection() as connection,
    ):
        await apply(Scratch(connection, "public", is_private=True), sources.schema, problems)
