"""From the files of SQL to the text of the modules, by way of a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from necro_scribe._analysis import Analyst
from necro_scribe._copying import copying
from necro_scribe._database import Scratch, apply
from necro_scribe._embedding import embedding
from necro_scribe._facts import SQLFault, StatementFacts, TableFacts
from necro_scribe._models_file import models_module
from necro_scribe._problems import Problem
from necro_scribe._queries import Prepared, Query, prepare
from necro_scribe._resolved import Resolved, resolve
from necro_scribe._settings import Settings
from necro_scribe._sources import Sources
from necro_scribe._spells_file import spells_module
from necro_scribe._sqltext import Kind
from necro_scribe._types import PythonTypes

__all__ = ["Written", "write"]


@dataclass(frozen=True, slots=True)
class Written:
    """The text of the modules."""

    models: str
    spells: str


async def write(sources: Sources, settings: Settings, scratch: Scratch) -> Written | None:
    """Applies the schema, asks for every query, and writes; None where there are errors.

    - scratch: an empty database, or a schema of one.
    """
    problems = sources.problems
    await apply(scratch, sources.schema, problems)
    if any(not one.is_warning for one in problems if one.source is None) or _failed(
        problems, {one.source.name for one in sources.schema}
    ):
        return None
    analyst = Analyst(scratch.connection)
    tables = await analyst.tables(await scratch.schemas())
    types = await analyst.types(await scratch.schemas())
    python = PythonTypes(settings, tables, types, _module_of(settings))
    for clash in python.clashes:
        problems.append(
            Problem(
                f"{clash.first} and {clash.second} would both be the class {clash.name}",
                hint="give one another name in [tool.necro.scribe.names] of pyproject.toml",
            )
        )
    resolved = [await _resolve(one, analyst, scratch, tables, problems) for one in sources.queries]
    if any(not one.is_warning for one in problems):
        return None
    ready = [one for one in resolved if one is not None]
    schema_names = ", ".join(sorted({Path(one.source.name).name for one in sources.schema}))
    query_names = ", ".join(sorted({Path(one.source.name).name for one in sources.queries}))
    return Written(
        models_module(tables, types, python, _heading("models", schema_names)),
        spells_module(ready, python, _module_of(settings), _heading("queries", query_names)),
    )


def _failed(problems: list[Problem], files: set[str]) -> bool:
    return any(
        not one.is_warning and one.source is not None and one.source.name in files
        for one in problems
    )


def _heading(what: str, files: str) -> str:
    return (
        f"The {what} of {files or 'no file'}.\n\n"
        "Written by `necro scribe`: change the SQL and run it again.\n"
    )


def _module_of(settings: Settings) -> str:
    """How the module of queries imports that of the models, which is below the same folder."""
    models, spells = Path(settings.models), Path(settings.spells)
    is_package = (settings.folder / spells.parent / "__init__.py").exists()
    if models.parent == spells.parent:
        return f".{models.stem}" if is_package else models.stem
    return ".".join(models.with_suffix("").parts)


async def _resolve(
    query: Query,
    analyst: Analyst,
    scratch: Scratch,
    tables: Sequence[TableFacts],
    problems: list[Problem],
) -> Resolved | None:
    others = tuple(embedding(query, problems))
    prepared = prepare(query, others=others)
    facts = await _ask(query, prepared, analyst, problems)
    if facts is None:
        return None
    if query.kind == Kind.COPYFROM:
        replaced = tuple(copying(query, facts, scratch.own_schema, problems))
        if not replaced:
            return None
        copied = prepare(query, others=replaced)
        if await _ask(query, copied, analyst, problems) is None:
            return None
        return resolve(
            query,
            Prepared(copied.sql, prepared.parameters, copied.starts, copied.pieces),
            facts,
            facts,
            tables,
            problems,
        )
    loosest = facts
    for name, _ in query.optional:
        # Each condition by itself can be left out, and so can all of them.
        without = prepare(query, frozenset({name}), others)
        if await _ask(query, without, analyst, problems, f" (without {name})") is None:
            return None
    if query.optional:
        without = prepare(query, frozenset(name for name, _ in query.optional), others)
        found = await _ask(query, without, analyst, problems, " (without optional conditions)")
        if found is None:
            return None
        loosest = found
    return resolve(query, prepared, facts, loosest, tables, problems)


async def _ask(
    query: Query, prepared: Prepared, analyst: Analyst, problems: list[Problem], which: str = ""
) -> StatementFacts | None:
    try:
        return await analyst.statement(prepared.sql)
    except SQLFault as fault:
        offset = query.lexed.statement.offset
        if fault.position is not None:
            offset = prepared.offset_of(fault.position)
        problems.append(
            Problem(f"{fault.message}{which}", query.source, offset, fault.hint or fault.detail)
        )
        return None
