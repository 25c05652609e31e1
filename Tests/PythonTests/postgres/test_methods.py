"""The rest of what API.md says of the methods: copies of every kind, errors, listening."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import necro.postgres as pg
import pytest
from minions import Run
from necro._private_servers import PrivatePostgres
from recovery import run_within

COUNT = "SELECT count(*) FROM minions"


def test_copies_take_octets_iterables_asynchronous_ones_and_files(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "minions.tsv"
    file.write_bytes(b"".join(b"f%d\t%d\n" % (number, number) for number in range(5000)))

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(10):
            yield b"a%d\t" % number
            await asyncio.sleep(0)
            yield b"%d\n" % number

    def lines() -> Iterator[bytearray]:
        for number in range(10):
            yield bytearray(b"i%d\t\\N\n" % number)

    async def body(db: pg.Database) -> None:
        sql = "COPY minions (name, power) FROM STDIN"
        assert await db.copy_in(sql, memoryview(b"m\t1\n")) == 1
        assert await db.copy_in(sql, b"") == 0
        assert await db.copy_in(sql, [b"l\t", b"1", b"\n"]) == 1
        assert await db.copy_in(sql, lines()) == 10
        assert await db.copy_in(sql, chunks()) == 10
        with file.open("rb") as source:
            assert await db.copy_in(sql, source) == 5000
        assert await db.copy_in(f"{sql} WITH (FORMAT csv, HEADER)", b'name,power\n"a,b",1\n') == 1
        assert await db.fetch_value(COUNT) == 3 + 5023
        out = tmp_path / "out.tsv"
        with out.open("wb") as sink:
            async for chunk in db.copy_out(
                "COPY (SELECT name, power FROM minions WHERE name LIKE 'f%' ORDER BY power)"
                " TO STDOUT"
            ):
                sink.write(chunk)
        assert out.read_bytes() == file.read_bytes()

    run(body)


def test_binary_copies_go_there_and_back(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        binary = "(FORMAT binary)"
        octets = b"".join(
            [each async for each in db.copy_out(f"COPY minions TO STDOUT WITH {binary}")]
        )
        assert octets.startswith(b"PGCOPY\n\xff\r\n\0")
        await db.script("CREATE TABLE again (LIKE minions)")
        assert await db.copy_in(f"COPY again FROM STDIN WITH {binary}", octets) == 3
        assert await db.fetch_all("SELECT * FROM again ORDER BY id") == await db.fetch_all(
            "SELECT * FROM minions ORDER BY id"
        )
        head, row, end = octets[:19], struct.pack("!hiihii", 3, 4, 9, 1, 120, -1), b"\xff\xff"
        row = struct.pack("!hii", 3, 4, 9) + struct.pack("!ic", 1, b"x") + struct.pack("!i", -1)
        assert await db.copy_in(f"COPY again FROM STDIN WITH {binary}", head + row + end) == 1
        assert await db.fetch_one("SELECT * FROM again WHERE id = 9") == (9, "x", None)
        with pytest.raises(pg.BadCopyFileFormat):
            await db.copy_in(f"COPY again FROM STDIN WITH {binary}", b"nonsense")
        # Half of it is none of it.
        with pytest.raises(pg.BadCopyFileFormat):
            await db.copy_in(f"COPY again FROM STDIN WITH {binary}", octets[:-10])
        assert await db.fetch_value("SELECT count(*) FROM again") == 4

    run(body)


def test_a_copy_out_that_is_left_frees_its_connection(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        large = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) TO STDOUT"
        for _ in range(3):
            octets = 0
            source = db.copy_out(large)
            async for chunk in source:
                octets += len(chunk)
                if octets > 3_000_000:
                    break
            await source.aclose()
        with pytest.raises(TimeoutError):  # noqa: PT012
            async with asyncio.timeout(0.2):
                async for _ in db.copy_out(large):
                    pass
        with pytest.raises(pg.StatementTimeout):
            async for _ in db.copy_out(large, timeout=0.2):
                pass
        with pytest.raises(pg.UndefinedTable):
            async for _ in db.copy_out("COPY nowhere TO STDOUT"):
                pass
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_a_copy_in_transactions_is_part_of_them(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        with pytest.raises(RuntimeError):  # noqa: PT012
            async with db.transaction() as tx:
                assert await tx.copy_in("COPY minions (name) FROM STDIN", b"x\n") == 1
                out = [each async for each in tx.copy_out("COPY minions (name) TO STDOUT")]
                assert len(b"".join(out).splitlines()) == 4
                raise RuntimeError
        assert await db.fetch_value(COUNT) == 3

    run(body)


@pytest.mark.api("Postgres: connection is a dedicated one")
def test_what_a_connection_has_set_is_undone_behind_it(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        async with db.connection() as own:
            pid = own.process_id
            await own.execute("SET work_mem = '3MB'")
            await own.execute("SELECT pg_advisory_lock(7)")
            await own.execute("CREATE TEMPORARY TABLE notes (n int)")
            await own.script("BEGIN; INSERT INTO notes VALUES (1)")
            assert own.is_in_transaction
        locked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        async with asyncio.timeout(30):
            while await db.fetch_value(locked):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        for _ in range(20):
            async with db.connection() as again:
                if again.process_id == pid:
                    assert await again.fetch_value("SHOW work_mem") != "3MB"
                    assert not again.is_in_transaction
                    return
        pytest.fail("the connection was not used again")

    run(body)


@pytest.mark.api("Postgres: SQLSTATEs are exceptions with every field")
def test_every_field_of_an_error_is_there(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script(
            "CREATE SCHEMA crypt;"
            "CREATE DOMAIN crypt.soul AS int CONSTRAINT weighs CHECK (VALUE > 0);"
            "CREATE TABLE crypt.graves (id int NOT NULL, soul crypt.soul,"
            " CONSTRAINT deep CHECK (id < 9));"
            "CREATE FUNCTION crypt.dig() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
            " EXECUTE 'SELECT spade'; END $$;"
            "CREATE FUNCTION crypt.shout() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'the seal' USING ERRCODE = 'NE666', DETAIL = 'is broken',"
            " HINT = 'run', TABLE = 'graves', COLUMN = 'id'; END $$"
        )
        with pytest.raises(pg.NotNullViolation) as null:
            await db.execute("INSERT INTO crypt.graves VALUES ($1, 1)", None)
        error = null.value
        assert (error.schema, error.table, error.column) == ("crypt", "graves", "id")
        assert (error.severity, error.sqlstate, error.arguments) == ("ERROR", "23502", (None,))
        assert error.query == "INSERT INTO crypt.graves VALUES ($1, 1)"
        assert error.detail == "Failing row contains (null, 1)."
        assert error.file
        assert error.line
        assert error.routine
        with pytest.raises(pg.CheckViolation) as check:
            await db.execute("INSERT INTO crypt.graves VALUES (10, 1)")
        assert check.value.constraint == "deep"
        with pytest.raises(pg.CheckViolation) as domain:
            await db.execute("INSERT INTO crypt.graves VALUES (1, -1)")
        assert (domain.value.datatype, domain.value.constraint) == ("soul", "weighs")
        with pytest.raises(pg.UndefinedColumn) as internal:
            await db.fetch_value("SELECT crypt.dig()")
        assert internal.value.internal_query == "SELECT spade"
        assert internal.value.internal_position == 8
        assert internal.value.where is not None
        assert "crypt.dig()" in internal.value.where
        with pytest.raises(pg.PostgresSyntaxError) as syntax:
            await db.fetch_value("SELECT 1,\n  ä, FROM x")
        assert syntax.value.position == 16
        assert str(syntax.value).splitlines()[-2:] == ["LINE 2:   ä, FROM x", "             ^"]
        # A SQLSTATE of the user's own: of the class, or of the server's errors as such.
        with pytest.raises(pg.ServerError) as own:
            await db.fetch_value("SELECT crypt.shout()")
        assert type(own.value) is pg.ServerError
        raised = own.value
        assert (raised.sqlstate, raised.message, raised.detail, raised.hint) == (
            "NE666", "the seal", "is broken", "run",
        )  # fmt: skip
        assert (raised.table, raised.column) == ("graves", "id")
        with pytest.raises(pg.DataException):
            await db.script("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '22ZZZ'; END $$")

    run(body)


@pytest.mark.api("Postgres: listen survives reconnects")
def test_listening_survives_the_end_of_the_backend_and_of_the_server() -> None:
    async def main(server: PrivatePostgres) -> None:
        async with pg.connect(server.url) as db, db.listen('two "words"') as bells:
            heard: list[str] = []

            async def listen() -> None:
                async for payload in bells:
                    heard.append(payload)

            listening = asyncio.ensure_future(listen())

            async def until_heard(payload: str) -> None:
                async with asyncio.timeout(60):
                    while payload not in heard:
                        with suppress(pg.PostgresError):
                            await db.execute("SELECT pg_notify($1, $2)", 'two "words"', payload)
                        await asyncio.sleep(0.05)

            await until_heard("first")
            await db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
            await until_heard("after the backend")
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            await until_heard("after the server")
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
        assert sorted(set(heard)) == ["after the backend", "after the server", "first"]

    with PrivatePostgres() as started:
        run_within(main(started))


def test_many_channels_and_listeners(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        async with db.listen("a") as one, db.listen("a") as two, db.listen("b") as three:
            for number in range(200):
                await db.execute(
                    "SELECT pg_notify('a', $1), pg_notify('b', $2)", f"{number}", "x" * number
                )
            for listener in (one, two):
                assert [await anext(listener) for _ in range(200)] == [f"{n}" for n in range(200)]
            assert [len(await anext(three)) for _ in range(200)] == list(range(200))
        # The connections are given back, and listen to nothing.
        async with db.connection() as own:
            assert await own.fetch_value("SELECT count(*) FROM pg_listening_channels()") == 0

    run(body)
