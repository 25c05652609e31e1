"""API.md, "Handlers": in a plain `def` handler, and in any other thread, `db` waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import necro
import necro.postgres as pg
import pytest
import uvloop
from minions import SCHEMA
from necro.testing import TestClient

type Work = Callable[[pg.BlockingDatabase], object]


def every_method(db: pg.BlockingDatabase) -> None:
    """Uses each method of the blocking face, and checks what it gives."""
    assert db.fetch_one("SELECT name FROM minions WHERE id = $1", 1) == ("Igor",)
    assert db.fetch_one("SELECT 1 WHERE false") is None
    names = db.fetch_all("SELECT name FROM minions ORDER BY id")
    assert [row.name for row in names] == ["Igor", "Mortimer", "Elvira"]
    assert db.fetch_value("SELECT count(*) FROM minions") == 3
    assert db.execute("UPDATE minions SET power = 1") == 3
    insert = "INSERT INTO minions (name, power) VALUES ($1, $2)"
    assert db.execute_many(insert, [("a", 1), ("b", 2)]) == 2
    with pytest.raises(pg.UniqueViolation):
        db.execute_many(insert, [("c", 1), ("a", 2)])
    assert db.fetch_value("SELECT count(*) FROM minions") == 5
    assert [row.n for row in db.stream("SELECT generate_series(1, 25) AS n", rows=10)] == [
        *range(1, 26)
    ]
    for row in db.stream("SELECT generate_series(1, 1000000) AS n"):
        if row.n == 3:
            break
    assert db.copy_in("COPY minions (name) FROM STDIN", [b"d\n", b"e\n"]) == 2
    assert (
        b"".join(db.copy_out("COPY (SELECT name FROM minions WHERE id = 1) TO STDOUT")) == b"Igor\n"
    )
    db.script("CREATE TABLE IF NOT EXISTS souls (n int); TRUNCATE souls")
    with db.batch() as batch:
        batch.execute("SELECT $1::int", 7)
        batch.execute("INSERT INTO souls VALUES (1)")
    assert batch.results == [[(7,)], 1]
    with db.transaction(isolation="repeatable read") as tx:
        tx.execute("INSERT INTO souls VALUES (2)")
        with pytest.raises(RuntimeError), tx.transaction():  # noqa: PT012
            tx.execute("INSERT INTO souls VALUES (3)")
            raise RuntimeError
        assert tx.is_in_transaction
        assert tx.fetch_value("SHOW transaction_isolation") == "repeatable read"
    with pytest.raises(RuntimeError), db.transaction() as tx:  # noqa: PT012
        tx.execute("DELETE FROM souls")
        raise RuntimeError
    assert db.fetch_value("SELECT array_agg(n ORDER BY n) FROM souls") == [1, 2]
    with pytest.raises(pg.ReadOnlySqlTransaction), db.transaction(readonly=True) as tx:
        tx.execute("DELETE FROM souls")
    with db.connection(timeout=30) as own:
        own.execute("SET work_mem = '3MB'")
        assert own.fetch_value("SHOW work_mem") == "3MB"
        assert own.process_id == own.fetch_value("SELECT pg_backend_pid()")
        assert own.parameter("client_encoding") == "UTF8"
        assert not own.is_in_transaction
    with db.listen("bells") as bells:
        db.execute("NOTIFY bells, 'one'")
        db.execute("NOTIFY bells, 'two'")
        assert [next(bells), next(iter(bells))] == ["one", "two"]
    with pytest.raises(pg.StatementTimeout):
        db.execute("SELECT pg_sleep(60)", timeout=0.05)
    with pytest.raises(pg.DivisionByZero):
        db.fetch_value("SELECT 1 / 0")
    with pytest.raises(TypeError, match=r"\$1 is int4"):
        db.fetch_value("SELECT $1::int4", 1.5)


@pytest.mark.api("Postgres: connect works in any asyncio program, on any loop")
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_every_method_waits_in_a_thread(postgres_url: str, run: Callable[[Any], None]) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url) as db:
            await db.script(SCHEMA)
            await asyncio.to_thread(every_method, db.blocking)
            # The loop has gone on meanwhile, and does.
            assert await db.fetch_value("SELECT 1") == 1

    run(main())


def test_on_the_loops_own_thread_it_is_refused(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url) as db:
            with pytest.raises(pg.InterfaceError, match="the loop's own thread"):
                db.blocking.fetch_value("SELECT 1")
            with pytest.raises(pg.InterfaceError), db.blocking.transaction():
                pass
            assert await db.fetch_value("SELECT 1") == 1

    asyncio.run(main())


@pytest.fixture
def client(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    app = necro.App()

    @app.on_startup
    async def prepare() -> None:
        async with pg.connect() as db:
            await db.script(SCHEMA)

    @app.get("/every")
    def every(db: pg.BlockingDatabase) -> Any:
        every_method(db)
        return threading.current_thread() is threading.main_thread()

    @app.get("/slow")
    def slow(db: Any) -> Any:
        return db.fetch_value("SELECT pg_sleep(0.3)::text")

    with TestClient(app) as started:
        yield started


@pytest.mark.api("Postgres: a plain handler's db is a blocking face with the same methods")
def test_every_method_waits_in_a_plain_handler(client: TestClient) -> None:
    assert client.get("/every").json() is False


def test_the_blocking_face_has_the_methods_of_the_database() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    # Of the pool, and of the native side's own.
    of_the_pool = {"open", "aclose", "blocking", "hooks"}
    native = {
        name for name in public(pg.Database.__mro__[1]) if not name.startswith(("fetch", "exec"))
    }
    assert public(pg.Database) - native - of_the_pool - public(pg.BlockingDatabase) == set()
    assert {"fetch_one", "fetch_all", "fetch_value", "execute"} <= public(pg.BlockingDatabase)
    assert public(pg.Connection) - public(pg.BlockingConnection) <= {"run_batch"}


def test_threads_wait_each_for_its_own(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=4) as db:
            blocking = db.blocking

            def work(number: int) -> int:
                with blocking.transaction() as tx:
                    inner: int = tx.fetch_value("SELECT $1::int", number)
                outer: int = blocking.fetch_value("SELECT $1::int", number)
                return inner + outer

            began = time.monotonic()
            threads = [asyncio.to_thread(work, number) for number in range(100)]
            assert await asyncio.gather(*threads) == [2 * number for number in range(100)]
            assert time.monotonic() - began < 60

    asyncio.run(main())
