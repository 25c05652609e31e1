"""The trees of other versions of Postgres, which differ, lead to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from necro._private_servers import PrivatePostgres
from necro._private_servers._binaries import package_folders
from necro_scribe._analysis import Analyst
from necro_scribe._facts import SQLFault
from scribe_crypt import Crypt
from scribe_queries import cases
from scribe_referee import make_databases
from scribe_trials import try_queries

FOLDERS = package_folders()
SEEDS = range(500, 540)


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.parent.name)
def other(request: pytest.FixtureRequest) -> Iterator[Crypt]:
    """The databases on a server of another version."""
    folder = request.param
    assert isinstance(folder, Path)
    with PrivatePostgres(programs=folder) as server:
        yield Crypt(server, make_databases(server.url))


def test_there_is_another_version() -> None:
    assert FOLDERS


def test_the_queries(other: Crypt) -> None:
    wrong: dict[str, object] = {}

    async def look(analyst: Analyst) -> None:
        for case in cases():
            try:
                facts = await analyst.statement(case.sql)
            except SQLFault as fault:
                wrong[case.name] = fault.message
                continue
            found = [(each.name, each.type.name, each.nullable) for each in facts.columns]
            if found != [(each.name, each.type, not each.is_proven) for each in case.columns]:
                wrong[case.name] = [(each.name, each.type.name, each.why) for each in facts.columns]

    other.run(look)
    assert wrong == {}


def test_queries_made_at_random(other: Crypt) -> None:
    trials = try_queries(other.server, dict(other.databases), SEEDS)
    assert trials.wrong == []
    assert trials.proven > len(SEEDS)
