"""What the tests of the analysis share: databases with the crypt, and all queries looked at."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from necro._private_servers import PrivatePostgres
from necro_scribe._analysis import Analyst
from necro_scribe._facts import SQLFault, StatementFacts
from scribe_crypt import Crypt
from scribe_queries import cases
from scribe_referee import make_databases


@pytest.fixture(scope="session")
def crypt(postgres_server: PrivatePostgres) -> Crypt:
    """The databases, made once."""
    return Crypt(postgres_server, make_databases(postgres_server.url))


@pytest.fixture(scope="session")
def facts(crypt: Crypt) -> Mapping[str, StatementFacts | SQLFault]:
    """What the analysis says of each query of the fixtures, by its name."""
    found: dict[str, StatementFacts | SQLFault] = {}

    async def look(analyst: Analyst) -> None:
        for case in cases():
            try:
                found[case.name] = await analyst.statement(case.sql)
            except SQLFault as fault:
                found[case.name] = fault

    crypt.run(look)
    return found
