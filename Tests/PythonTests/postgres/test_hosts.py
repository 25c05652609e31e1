"""Several hosts: the first that answers, and the one that is of the kind that is wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import necro.postgres as pg
import pytest
from necro._private_servers import PrivatePostgres
from recovery import recovers, run_within


@pytest.fixture(scope="module")
def primary() -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tcp=True) as started:
        yield started


@pytest.fixture(scope="module")
def standby() -> Iterator[PrivatePostgres]:
    """A server in recovery, which takes reads alone: it waits for a primary that never comes."""
    with PrivatePostgres(tcp=True) as started:
        started.stop()
        signal = started.data_folder / "standby.signal"
        signal.touch()
        if started.user is not None:
            import os

            os.chown(signal, started.user, started.group or 0)
        started.start()
        yield started


async def _port(url: str) -> int:
    async with pg.connect(url) as db:
        return int(await db.fetch_value("SELECT inet_server_port()"))


def _hosts(*servers: PrivatePostgres | None, **parameters: str) -> str:
    ports = ",".join("1" if each is None else str(each.port) for each in servers)
    hosts = ",".join("127.0.0.1" for _ in servers)
    more = " ".join(f"{name}={value}" for name, value in parameters.items())
    return f"host={hosts} port={ports} user=postgres dbname=postgres {more}"


def test_the_first_that_answers_is_taken(
    primary: PrivatePostgres, standby: PrivatePostgres
) -> None:
    async def main() -> None:
        assert await _port(_hosts(None, primary, standby)) == primary.port
        assert await _port(_hosts(standby, primary)) == standby.port
        uri = f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{primary.port}/postgres"
        assert await _port(uri) == primary.port
        # hostaddr goes without a look at the name.
        text = f"host=no.such.name hostaddr=127.0.0.1 port={primary.port} user=postgres"
        assert await _port(f"{text} dbname=postgres") == primary.port
        with pytest.raises(pg.ConnectionFailed, match=r"no\.such\.name\.invalid:5432: "):
            await _port("host=no.such.name.invalid user=postgres")

    run_within(main())


@pytest.mark.parametrize(
    ("wanted", "is_standby"),
    [
        ("any", True),
        ("primary", False),
        ("read-write", False),
        ("standby", True),
        ("read-only", True),
        ("prefer-standby", True),
    ],
)
def test_the_kind_of_server_that_is_wanted_is_taken(
    primary: PrivatePostgres, standby: PrivatePostgres, wanted: str, is_standby: bool
) -> None:
    async def main() -> None:
        found = await _port(_hosts(None, standby, primary, target_session_attrs=wanted))
        assert found == (standby if is_standby else primary).port
        if wanted != "any":
            found = await _port(_hosts(primary, standby, target_session_attrs=wanted))
            assert found == (standby if is_standby else primary).port

    run_within(main())


def test_a_kind_that_is_not_there_is_said(
    primary: PrivatePostgres, standby: PrivatePostgres
) -> None:
    async def main() -> None:
        with pytest.raises(pg.ConnectionFailed, match="the server is not standby"):
            await _port(_hosts(primary, target_session_attrs="standby"))
        with pytest.raises(pg.ConnectionFailed, match="the server is not read-write"):
            await _port(_hosts(standby, target_session_attrs="read-write"))
        assert await _port(_hosts(primary, target_session_attrs="prefer-standby")) == primary.port

    run_within(main())


def test_a_database_that_is_read_only_by_default_counts(primary: PrivatePostgres) -> None:
    primary.run_sql("CREATE DATABASE frozen")
    primary.run_sql("ALTER DATABASE frozen SET default_transaction_read_only = on")

    async def main() -> None:
        frozen = _hosts(primary).replace("dbname=postgres", "dbname=frozen")
        assert await _port(f"{frozen} target_session_attrs=read-only") == primary.port
        assert await _port(f"{frozen} target_session_attrs=primary") == primary.port
        with pytest.raises(pg.ConnectionFailed, match="not read-write"):
            await _port(f"{frozen} target_session_attrs=read-write")

    run_within(main())


def test_load_is_spread_over_the_hosts(primary: PrivatePostgres, standby: PrivatePostgres) -> None:
    async def main() -> None:
        text = _hosts(primary, standby, load_balance_hosts="random")
        found = Counter([await _port(text) for _ in range(40)])
        assert set(found) == {primary.port, standby.port}
        text = _hosts(primary, standby, load_balance_hosts="disable")
        assert {await _port(text) for _ in range(5)} == {primary.port}

    run_within(main())


def test_a_pool_goes_over_to_another_host(
    primary: PrivatePostgres, standby: PrivatePostgres
) -> None:
    async def main() -> None:
        async with pg.connect(_hosts(standby, primary), pool_max=2) as db:
            assert await db.fetch_value("SELECT inet_server_port()") == standby.port
            standby.kill()
            try:
                await recovers(db)
                assert await db.fetch_value("SELECT inet_server_port()") == primary.port
            finally:
                standby.start()

    run_within(main())
