"""Fixtures with real servers: one Postgres and one Redict for the whole run of the tests."""

from __future__ import annotations

from collections.abc import Generator
from itertools import count

import pytest
from necro._private_servers import PrivatePostgres, PrivateRedict

TEMPLATE = "template0"
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PrivatePostgres]:
    """A Postgres with room for many connections, on a unix socket and on TCP.

    Tests that end it, or change its configuration, start one of their own.
    """
    with PrivatePostgres(tcp=True, settings={"max_connections": 200}) as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: PrivatePostgres) -> Generator[str]:
    """The name of an empty database of the test's own; `postgres_server.url_of` makes a URL."""
    name = f"test{next(_numbers)}"
    postgres_server.run_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield name
    # Connections that the test left open do not keep the database.
    postgres_server.run_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: PrivatePostgres, postgres_database: str) -> str:
    """A URL, over the unix socket, of an empty database of the test's own."""
    return postgres_server.url_of(postgres_database)


@pytest.fixture(scope="session")
def shared_redict() -> Generator[PrivateRedict]:
    """The Redict that `redict_server` empties."""
    with PrivateRedict(tcp=True) as server:
        yield server


@pytest.fixture
def redict_server(shared_redict: PrivateRedict) -> PrivateRedict:
    """A Redict on a unix socket and on TCP, empty when the test begins."""
    shared_redict.run_command("FLUSHALL")
    return shared_redict
