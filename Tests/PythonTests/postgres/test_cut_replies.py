"""Replies that end at any octet: one error for the caller concerned, and the next call works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import necro.postgres as pg
import pytest
from fault_proxy import FaultProxy, Faults
from necro._private_servers import PrivatePostgres
from recovery import recovers, run_within, through

# BindComplete, DataRow of "1", CommandComplete "SELECT 1" and ReadyForQuery.
READ_OCTETS = 5 + (1 + 4 + 2 + 4 + 4) + (1 + 4 + 9) + 6
# BindComplete, CommandComplete "INSERT 0 1" and ReadyForQuery.
WRITE_OCTETS = 5 + (1 + 4 + 11) + 6


@pytest.fixture
def proxy(postgres_server: PrivatePostgres) -> Iterator[FaultProxy]:
    with FaultProxy(("127.0.0.1", postgres_server.port)) as started:
        yield started


@pytest.mark.parametrize("is_reset", [False, True])
def test_a_reply_that_is_cut_at_any_octet_is_a_lost_connection(
    postgres_server: PrivatePostgres, postgres_database: str, proxy: FaultProxy, is_reset: bool
) -> None:
    async def main() -> None:
        url = through(proxy, postgres_server, postgres_database)
        async with pg.connect(url, pool_max=1) as db:
            for offset in range(READ_OCTETS + 1):
                # The statement is prepared on the connection, so that the reply is as counted.
                await recovers(db)
                before = proxy.newest_reply_octets
                assert await db.fetch_value("SELECT 1") == 1
                assert proxy.newest_reply_octets - before == READ_OCTETS
                place = proxy.newest_reply_octets + offset
                proxy.replies = Faults(reset_at=place) if is_reset else Faults(cut_at=place)
                if offset < READ_OCTETS:
                    with pytest.raises(pg.ConnectionLost) as raised:
                        await db.fetch_value("SELECT 1")
                    assert raised.value.was_sent
                elif not is_reset:
                    # The whole reply came, and then the end. A reset might have overtaken it.
                    assert await db.fetch_value("SELECT 1") == 1
                proxy.heal()
                assert await db.fetch_value("SELECT 2") == 2

    run_within(main())


def test_a_write_whose_reply_is_cut_is_done_at_most_once(
    postgres_server: PrivatePostgres, postgres_database: str, proxy: FaultProxy
) -> None:
    async def main() -> None:
        url = through(proxy, postgres_server, postgres_database)
        direct = postgres_server.url_of(postgres_database)
        async with pg.connect(url, pool_max=1) as db, pg.connect(direct) as other:
            await other.execute("CREATE TABLE written (n int)")
            insert = "INSERT INTO written VALUES ($1)"
            for offset in range(WRITE_OCTETS):
                await recovers(db)
                before = proxy.newest_reply_octets
                assert await db.execute(insert, -1) == 1
                if proxy.newest_reply_octets - before != WRITE_OCTETS:
                    # It was prepared with this one; the next is as counted.
                    before = proxy.newest_reply_octets
                    assert await db.execute(insert, -1) == 1
                    assert proxy.newest_reply_octets - before == WRITE_OCTETS
                proxy.replies = Faults(cut_at=proxy.newest_reply_octets + offset)
                with pytest.raises(pg.ConnectionLost) as raised:
                    await db.execute(insert, offset)
                assert raised.value.was_sent
                proxy.heal()
            count = "SELECT count(*) FROM written WHERE n = $1"
            for offset in range(WRITE_OCTETS):
                # The server had done it: it answered, and only the answer was lost.
                assert await other.fetch_value(count, offset) == 1

    run_within(main())


def test_a_start_up_that_is_cut_at_any_octet_is_no_connection(
    postgres_server: PrivatePostgres, postgres_database: str, proxy: FaultProxy
) -> None:
    async def main() -> None:
        url = through(proxy, postgres_server, postgres_database)
        async with pg.connect(url) as db:
            whole = proxy.newest_reply_octets
            assert await db.fetch_value("SELECT 1") == 1
        for offset in range(whole):
            proxy.replies = Faults(cut_at=offset)
            with pytest.raises(pg.ConnectionFailed, match=rf"127\.0\.0\.1:{proxy.port}: ."):
                async with pg.connect(url):
                    pass
        proxy.heal()
        async with pg.connect(url) as db:
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main())


def test_octets_that_are_no_protocol_are_said_to_be_none(
    postgres_server: PrivatePostgres, postgres_database: str, proxy: FaultProxy
) -> None:
    async def main() -> None:
        url = through(proxy, postgres_server, postgres_database)
        async with pg.connect(url, pool_max=1) as db:
            for offset in (0, 1, 5, 6, 10, 12, 20, 34, READ_OCTETS - 1):
                await recovers(db)
                assert await db.fetch_value("SELECT 1") == 1
                proxy.replies = Faults(corrupt_at=proxy.newest_reply_octets + offset)
                with pytest.raises((pg.ProtocolError, pg.StatementTimeout)):
                    # A length that grew is waited for, as long as the call says.
                    await db.fetch_value("SELECT 1", timeout=0.5)
                proxy.heal()
                proxy.cut_all()

            await recovers(db)

    run_within(main())


def test_a_server_that_swallows_everything_is_given_up_in_time(
    postgres_server: PrivatePostgres, postgres_database: str, proxy: FaultProxy
) -> None:
    async def main() -> None:
        url = through(proxy, postgres_server, postgres_database)
        async with pg.connect(f"{url}?connect_timeout=1", pool_max=2) as db:
            proxy.replies.is_black_hole = True
            with pytest.raises(pg.StatementTimeout):
                await db.fetch_value("SELECT 1", timeout=0.3)

            async def within() -> None:
                async with db.transaction() as tx:
                    await tx.execute("SELECT 1", timeout=0.3)

            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await within()
            proxy.heal()
            # What was swallowed leaves the connections useless: they are closed and replaced.
            await recovers(db)
            assert await asyncio.gather(*(db.fetch_value("SELECT 1") for _ in range(4))) == [1] * 4

    run_within(main())
