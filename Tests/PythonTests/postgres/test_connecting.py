"""Servers that cannot be reached, or that refuse: one clear exception, in time, with the reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import necro.postgres as pg
import pytest
from fault_proxy import FaultProxy
from necro._private_servers import PrivatePostgres
from recovery import recovers, run_within, through

HBA = (
    "local all postgres trust",
    "local all lonely trust",
    "local all rejected reject",
    "local all all scram-sha-256",
    "host all all 127.0.0.1/32 scram-sha-256",
)


@pytest.fixture(scope="module")
def guarded() -> Iterator[PrivatePostgres]:
    """A server that asks for passwords."""
    with PrivatePostgres(tcp=True, hba=HBA) as started:
        started.run_sql(
            "CREATE ROLE igor LOGIN PASSWORD 'brain'; CREATE ROLE rejected LOGIN;"
            " CREATE ROLE lonely LOGIN CONNECTION LIMIT 2"
        )
        yield started


async def _opened(url: str) -> None:
    async with pg.connect(url):
        pass


REFUSALS = [
    # user and password, database and parameters; the exception, its cause, what it says.
    (
        "igor:wrong",
        "postgres",
        pg.AuthenticationFailed,
        pg.InvalidPassword,
        'password authentication failed for user "igor"',
    ),
    (
        "nobody_here:x",
        "postgres",
        pg.AuthenticationFailed,
        pg.InvalidPassword,
        'password authentication failed for user "nobody_here"',
    ),
    (
        "igor",
        "postgres",
        pg.AuthenticationFailed,
        pg.InvalidPassword,
        "password authentication failed",
    ),
    (
        "igor:brain",
        "nowhere",
        pg.ConnectionFailed,
        pg.InvalidCatalogName,
        'database "nowhere" does not exist',
    ),
    (
        "rejected",
        "postgres",
        pg.AuthenticationFailed,
        pg.InvalidAuthorizationSpecification,
        "pg_hba.conf rejects connection",
    ),
    (
        "postgres",
        "postgres?require_auth=scram-sha-256",
        pg.AuthenticationFailed,
        pg.AuthenticationFailed,
        "a way of authentication that is not allowed",
    ),
    (
        "igor:brain",
        "postgres?require_auth=md5,password",
        pg.AuthenticationFailed,
        pg.AuthenticationFailed,
        "a way of authentication that is not allowed",
    ),
    # A method that the driver does not have allows no other one.
    (
        "igor:brain",
        "postgres?require_auth=gss",
        pg.AuthenticationFailed,
        pg.AuthenticationFailed,
        "a way of authentication that is not allowed",
    ),
]


@pytest.mark.parametrize(("user", "rest", "error", "cause", "says"), REFUSALS)
def test_who_is_refused_is_told_why_and_at_once(
    guarded: PrivatePostgres,
    user: str,
    rest: str,
    error: type[Exception],
    cause: type[Exception],
    says: str,
) -> None:
    async def main() -> None:
        url = guarded.url_of("").replace("//postgres@", f"//{user}@") + rest
        with pytest.raises(error, match=says) as raised:
            await _opened(url)
        assert type(raised.value) is error
        assert isinstance(raised.value.__cause__, cause)
        # A call of a pool that opens lazily does not wait for what waiting does not mend.
        async with pg.connect(url, pool_min=0, acquire_timeout=100) as db:
            calls = (db.fetch_value("SELECT 1") for _ in range(5))
            for ended in await asyncio.gather(*calls, return_exceptions=True):
                assert type(ended) is error
                assert says in str(ended)

    run_within(main(), 60)


def test_a_connection_that_is_refused_is_said_with_each_host(tmp_path: object) -> None:
    async def main() -> None:
        url = f"host=127.0.0.1,{tmp_path} port=1,5432 user=x dbname=x"
        says = r"127\.0\.0\.1:1: Connection refused; .*/\.s\.PGSQL\.5432: No such file"
        with pytest.raises(pg.ConnectionFailed, match=says):
            await _opened(url)
        async with pg.connect(url, pool_min=0, acquire_timeout=0.3) as db:
            with pytest.raises(pg.ConnectionFailed, match=says):
                await db.fetch_value("SELECT 1")
            with pytest.raises(pg.ConnectionFailed, match=says):
                async with db.transaction():
                    pass

    run_within(main(), 60)


def test_a_connection_that_is_reset_is_tried_again(guarded: PrivatePostgres) -> None:
    async def main() -> None:
        with FaultProxy(guarded.socket_file) as proxy:
            url = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"
            proxy.is_refusing = True
            with pytest.raises(pg.ConnectionFailed, match="127"):
                await _opened(url)
            async with pg.connect(url, pool_min=0) as db:
                call = asyncio.ensure_future(db.fetch_value("SELECT 1"))
                while proxy.accepted < 3:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                proxy.heal()
                assert await call == 1

    run_within(main(), 60)


def test_a_server_that_swallows_the_start_up_is_given_up_in_time(
    guarded: PrivatePostgres,
) -> None:
    async def main() -> None:
        with FaultProxy(("127.0.0.1", guarded.port)) as proxy:
            proxy.requests.is_black_hole = True
            url = through(proxy, guarded)
            began = time.monotonic()
            with pytest.raises(pg.ConnectionFailed, match="no answer within 1 second"):
                await _opened(f"{url}?connect_timeout=1")
            # A call's own deadline is shorter.
            async with pg.connect(f"{url}?connect_timeout=60", pool_min=0) as db:
                with pytest.raises(pg.StatementTimeout):
                    await db.fetch_value("SELECT 1", timeout=0.2)
                with pytest.raises(pg.PoolExhausted):
                    async with db.connection(timeout=0.2):
                        pass
            assert time.monotonic() - began < 30

    run_within(main(), 60)


def test_the_limit_of_connections_is_said_in_the_servers_words(guarded: PrivatePostgres) -> None:
    async def main() -> None:
        url = guarded.url_of(user="lonely")
        async with pg.connect(url, pool_min=2):
            with pytest.raises(pg.ConnectionFailed, match="too many connections") as raised:
                await _opened(url)
            assert isinstance(raised.value.__cause__, pg.TooManyConnections)
        # Fewer connections than a pool may have are enough for all its calls.
        async with pg.connect(url, pool_max=8) as db:
            calls = (
                db.fetch_value("SELECT pg_sleep(0.02)::text || $1::text", str(n)) for n in range(30)
            )
            assert await asyncio.gather(*calls) == [str(number) for number in range(30)]
        async with pg.connect(url, pool_max=8, acquire_timeout=0.3) as db:
            async with db.connection(), db.connection():
                with pytest.raises(pg.PoolExhausted, match=r"there are no more: .*too many"):
                    await db.fetch_value("SELECT 1")
            await recovers(db)

    run_within(main(), 60)


def test_a_full_pool_says_so_after_the_time_to_wait(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=1, acquire_timeout=0.2) as db:
            async with db.connection():
                with pytest.raises(pg.PoolExhausted, match="became free in time"):
                    await db.fetch_value("SELECT 1")
                with pytest.raises(pg.PoolExhausted):
                    async with db.connection():
                        pass
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main(), 60)


def test_a_database_that_is_not_open_says_so(postgres_url: str) -> None:
    async def main() -> None:
        db = pg.connect(postgres_url)
        with pytest.raises(pg.InterfaceError, match="async with"):
            await db.fetch_value("SELECT 1")
        async with db:
            assert await db.fetch_value("SELECT 1") == 1
        with pytest.raises(pg.InterfaceError, match="closed"):
            await db.fetch_value("SELECT 1")

    run_within(main(), 60)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_without_tls_the_weaker_modes_connect_in_clear_text(
    guarded: PrivatePostgres, mode: str
) -> None:
    async def main() -> None:
        url = guarded.url_of(tcp=True).replace("//postgres@", "//igor:brain@")
        async with pg.connect(f"{url}?sslmode={mode}") as db:
            assert (
                await db.fetch_value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                is False
            )

    run_within(main(), 60)
