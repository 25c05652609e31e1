"""API.md, "Postgres": the methods of a database, against a real server, on stock asyncio."""

from __future__ import annotations

import asyncio
import copy
import datetime
import decimal
import gc
import ipaddress
import os
import pickle
import uuid
import weakref
from typing import Any

import necro
import necro.postgres as pg
import pytest
from minions import Run
from necro._native import native


@pytest.mark.api("Postgres: fetch_one, fetch_all, fetch_value and execute")
def test_rows_come_as_one_as_all_and_as_a_value(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        row = await db.fetch_one("SELECT id, name FROM minions WHERE id = $1", 1)
        assert row == (1, "Igor")
        assert await db.fetch_one("SELECT 1 FROM minions WHERE id = $1", 99) is None
        rows = await db.fetch_all("SELECT name FROM minions ORDER BY id")
        assert [each.name for each in rows] == ["Igor", "Mortimer", "Elvira"]
        assert await db.fetch_all("SELECT 1 WHERE false") == []
        assert await db.fetch_value("SELECT count(*) FROM minions") == 3
        assert await db.fetch_value("SELECT power FROM minions WHERE id = 3") is None
        await db.execute("DELETE FROM minions WHERE id = 3")
        assert await db.fetch_value("SELECT count(*) FROM minions") == 2

    run(body)


def test_execute_gives_the_rows_affected(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        assert await db.execute("UPDATE minions SET power = 0") == 3
        assert await db.execute("CREATE TABLE other (id int)") == 0

    run(body)


def test_a_row_is_a_tuple_with_names() -> None:
    row: Any = pg.Row(("id", "count", "keys"), (1, 2, 3))
    assert (row[0], row[-1], row[0:2], len(row), list(row)) == (1, 3, (1, 2), 3, [1, 2, 3])
    assert (row.count, row["count"], row.keys) == (2, 2, 3)
    assert row == (1, 2, 3)
    assert row < (1, 2, 4)
    assert hash(row) == hash((1, 2, 3))
    assert row + row == (1, 2, 3, 1, 2, 3)
    assert 2 in row
    match row:
        case (1, second, _):
            assert second == 2
        case _:
            pytest.fail("a row is a sequence to match")
    assert repr(row) == "Row(id=1, count=2, keys=3)"
    assert necro.to_dict(row) == {"id": 1, "count": 2, "keys": 3}
    assert pickle.loads(pickle.dumps(row)) == row
    assert copy.copy(row).count == 2
    # The match above has narrowed its type.
    other: Any = copy.copy(row)
    with pytest.raises(AttributeError, match="no column 'name'; it has id, count, keys"):
        _ = other.name
    with pytest.raises(KeyError):
        other["name"]
    with pytest.raises(IndexError):
        other[3]


def test_a_row_from_the_wire_is_the_same_by_every_way(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        row = await db.fetch_one("SELECT 1 AS a, NULL AS b, 'x' AS c, 4 AS a")
        assert row is not None
        assert row.c == "x"
        assert (row[3], row[0], row.b) == (4, 1, None)
        assert tuple(row) == (1, None, "x", 4)
        assert necro.json.dumps(row) == b'{"a":1,"b":null,"c":"x"}'
        assert necro.to_dict(row) == {"a": 1, "b": None, "c": "x"}

    run(body)


VALUES: list[tuple[str, object]] = [
    ("bool", True),
    ("int2", -32768),
    ("int4", 2147483647),
    ("int8", -9223372036854775808),
    ("oid", 4294967295),
    ("float4", 1.5),
    ("float8", 0.1),
    ("numeric", decimal.Decimal("-12345678901234567890.0001000")),
    ("numeric", decimal.Decimal("0")),
    ("text", "ä\N{GHOST}"),
    ("varchar", ""),
    ("bytea", b"\x00\xff"),
    ("uuid", uuid.UUID("12345678-1234-5678-1234-567812345678")),
    ("json", {"a": [1, None, "x"]}),
    ("jsonb", [1.5, True]),
    ("date", datetime.date(1, 1, 1)),
    ("date", datetime.date(9999, 12, 31)),
    ("time", datetime.time(23, 59, 59, 999999)),
    ("timetz", datetime.time(1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))),
    ("timestamp", datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)),
    ("timestamptz", datetime.datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=datetime.UTC)),
    ("interval", datetime.timedelta(days=-3, microseconds=1)),
    ("inet", ipaddress.ip_interface("10.1.2.3/8")),
    ("inet", ipaddress.ip_address("::1")),
    ("cidr", ipaddress.ip_network("10.0.0.0/8")),
    ("int4[]", [1, None, 3]),
    ("int4[]", []),
    ("int4[]", [[1, 2], [3, 4]]),
    ("text[]", ["a,b", '"', None]),
    ("uuid[]", [uuid.UUID(int=1)]),
    ("int4range", pg.Range(1, 5, "[)")),
    ("int4range", pg.Range(None, None, "empty")),
    ("tstzrange", pg.Range(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), None, "[)")),
    ("int4multirange", [pg.Range(1, 3, "[)"), pg.Range(5, 9, "[)")]),
    ("point", pg.Point(1.0, -2.5)),
    ("lseg", pg.Segment(pg.Point(0, 0), pg.Point(1, 1))),
    ("box", pg.Box(pg.Point(2, 2), pg.Point(1, 1))),
    ("circle", pg.Circle(pg.Point(1, 2), 3.0)),
    ("line", pg.Line(1.0, 2.0, 3.0)),
    ("polygon", pg.Polygon(((0, 0), (1, 0), (1, 1)))),
    ("path", pg.Path(((0, 0), (1, 0)), is_closed=True)),
]


def test_values_go_there_and_back(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        for kind, value in VALUES:
            back = await db.fetch_value(f"SELECT $1::{kind}", value)
            assert back == value, kind
            # What the server makes of its own text is the same value.
            again = await db.fetch_value(f"SELECT $1::{kind}::text::{kind}", value)
            assert again == value, kind

    run(body)


def test_a_row_and_its_values_have_the_same_json(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        for kind, value in VALUES:
            row = await db.fetch_one(f"SELECT $1::{kind} AS v", value)
            assert row is not None
            assert necro.json.loads(necro.json.dumps(row)) == necro.json.loads(
                necro.json.dumps({"v": value})
            ), kind

    run(body)


@pytest.mark.api("Postgres: a str goes as text to a parameter of any type")
@pytest.mark.parametrize(
    ("kind", "text"),
    [("int4", "42"), ("date", "2026-01-02"), ("uuid", str(uuid.UUID(int=5))), ("int4[]", "{1,2}")],
)
def test_a_str_fits_every_parameter(run: Run, kind: str, text: str) -> None:
    async def body(db: pg.Database) -> None:
        assert await db.fetch_value(f"SELECT ($1::{kind})::text", text) == text

    run(body)


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("int4", 2147483648, r"parameter \$1 is int4, which takes an int of 32 bits"),
        ("int4", True, "which takes an int of 32 bits; it got True of type bool"),
        ("int4", 1.5, "it got 1.5 of type float"),
        ("text", 5, "which takes a str"),
        ("timestamptz", datetime.datetime(2026, 1, 1), "a datetime with a zone"),
        ("timestamp", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "without a zone"),
        ("int4[]", [1.5], "a list whose items fit"),
        ("int4[]", [[1], [2, 3]], "a list whose items fit"),
        ("uuid", 5, "a UUID"),
        ("json", object(), "JSON cannot hold"),
    ],
)
def test_what_does_not_fit_is_a_type_error_and_nothing_is_sent(
    run: Run, kind: str, value: object, says: str
) -> None:
    async def body(db: pg.Database) -> None:
        with pytest.raises(TypeError, match=says) as raised:
            await db.fetch_value(f"SELECT $1::{kind}", value)
        assert isinstance(raised.value, pg.ParameterError)
        assert raised.value.argument is value
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_dates_outside_of_python_are_an_error_that_says_so(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        row = await db.fetch_one("SELECT '10000-01-01'::date AS d, 1 AS n")
        assert row is not None
        assert row.n == 1
        with pytest.raises(pg.ResultError, match="date"):
            _ = row.d
        assert await db.fetch_value("SELECT 'infinity'::date") == datetime.date.max
        assert await db.fetch_value("SELECT '-infinity'::timestamp") == datetime.datetime.min

    run(body)


def test_types_of_the_database_are_learnt(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script(
            "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN age AS int CHECK (VALUE > 0);"
            "CREATE TYPE pet AS (name text, mood mood, ages age[]);"
            "CREATE TYPE floatrange AS RANGE (subtype = float8);"
            "CREATE EXTENSION IF NOT EXISTS hstore"
        )
        row = await db.fetch_one(
            "SELECT 'sad'::mood AS m, ARRAY['sad', NULL]::mood[] AS ms, 5::age AS a,"
            " ROW('Rex', 'happy', ARRAY[1, 2])::pet AS p, '[1,2)'::floatrange AS f,"
            " 'a=>1,b=>NULL'::hstore AS h"
        )
        assert row is not None
        assert (row.m, row.ms, row.a) == ("sad", ["sad", None], 5)
        assert (row.p.name, row.p.mood, row.p.ages) == ("Rex", "happy", [1, 2])
        assert (row.f, row.h) == (pg.Range(1.0, 2.0, "[)"), {"a": "1", "b": None})
        assert await db.fetch_value("SELECT ($1::pet).name", ("Rex", "sad", [3])) == "Rex"
        assert await db.fetch_value("SELECT $1::hstore -> 'k'", {"k": "v"}) == "v"
        assert await db.fetch_value("SELECT $1::mood[]", ["happy"]) == ["happy"]

    run(body)


def test_a_codec_of_the_users(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.set_type_codec("numeric", encoder=str, decoder=float)
        assert await db.fetch_value("SELECT $1::numeric", 1.25) == 1.25

    run(body)


def test_errors_are_told_apart_by_sqlstate(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        with pytest.raises(pg.UniqueViolation) as raised:
            await db.execute("INSERT INTO minions (name) VALUES ($1)", "Igor")
        error = raised.value
        assert (error.sqlstate, error.table, error.constraint) == (
            "23505",
            "minions",
            "minions_name_key",
        )
        assert isinstance(error, pg.IntegrityConstraintViolation)
        with pytest.raises(pg.PostgresSyntaxError):
            await db.execute("SELEC 1")
        with pytest.raises(pg.InterfaceError, match="has 1 parameter, and 2 were given"):
            await db.fetch_value("SELECT $1::int", 1, 2)
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_concurrent_calls_get_their_own_answers(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        async def one(number: int) -> None:
            if number % 7 == 0:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.001 * (number % 5)):
                        await db.fetch_value("SELECT $1::int + pg_sleep(0.02)::text::int", number)
                return
            if number % 11 == 0:
                with pytest.raises(pg.DivisionByZero):
                    await db.fetch_value("SELECT 1 / $1::int", 0)
                return
            assert await db.fetch_value("SELECT $1::int", number) == number

        await asyncio.gather(*(one(number) for number in range(2000)))

    run(body)


def test_it_runs_on_uvloop(postgres_url: str) -> None:
    import uvloop

    async def main() -> None:
        async with pg.connect(postgres_url) as db:
            rows = await asyncio.gather(
                *(db.fetch_value("SELECT $1::int", number) for number in range(100))
            )
            assert rows == list(range(100))

    uvloop.run(main())


def test_without_prepared_statements(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, statement_cache_size=0) as db:
            for number in range(3):
                assert await db.fetch_value("SELECT $1::int", number) == number
            assert await db.fetch_value("SELECT count(*) FROM pg_prepared_statements") == 0

    asyncio.run(main())


def test_a_table_that_changes_is_read_as_it_is_now(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        first = await db.fetch_one("SELECT * FROM minions WHERE id = 1")
        assert first is not None
        assert len(first) == 3
        await db.execute("ALTER TABLE minions ADD COLUMN soul text DEFAULT 'none'")
        second = await db.fetch_one("SELECT * FROM minions WHERE id = 1")
        assert second is not None
        assert second.soul == "none"
        await db.execute("DEALLOCATE ALL")
        third = await db.fetch_one("SELECT * FROM minions WHERE id = 1")
        assert third == second

    run(body)


def test_a_call_is_a_future(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        call: Any = db.fetch_value("SELECT 1")
        assert asyncio.isfuture(call)
        assert type(call).__name__ == "PostgresCall"
        assert await asyncio.wait_for(asyncio.shield(call), 10) == 1
        assert call.result() == 1
        assert not call.cancel()
        dropped = db.fetch_value("SELECT 2")
        del dropped
        assert await db.fetch_value("SELECT 3") == 3

    run(body)


def test_a_server_that_is_not_there_is_said_with_each_host() -> None:
    async def main() -> None:
        with pytest.raises(pg.ConnectionFailed, match=r"/nowhere.*127\.0\.0\.1:1: "):
            async with pg.connect("host=/nowhere,127.0.0.1 port=5432,1 user=x dbname=x"):
                pass

    asyncio.run(main())


def test_a_database_that_is_given_up_leaves_nothing_behind(postgres_url: str) -> None:
    async def use(number: int) -> tuple[pg.Row, weakref.ref[pg.Database]]:
        async with pg.connect(postgres_url) as db:
            row = await db.fetch_one("SELECT $1::int AS n, 'x' AS x", number)
            assert row is not None
            async with db.connection() as own:
                assert await own.fetch_value("SELECT 1") == 1
            async with db.transaction():
                assert await db.fetch_value("SELECT 1") == 1
        return row, weakref.ref(db)

    async def main() -> None:
        before = len(os.listdir("/proc/self/fd"))
        used = [await use(number) for number in range(30)]
        # One that was never opened has nothing to close.
        unopened = [weakref.ref(pg.connect(postgres_url)) for _ in range(30)]
        await asyncio.sleep(0)
        gc.collect()
        assert not any(each() for each in (*unopened, *(known for _, known in used)))
        assert len(os.listdir("/proc/self/fd")) <= before
        # Rows outlive the pool that they came by.
        assert [row.n for row, _ in used] == list(range(30))
        assert {row.x for row, _ in used} == {"x"}

    asyncio.run(main())


def test_the_native_types_are_no_more_than_the_python_side_needs() -> None:
    assert issubclass(pg.Database, native.PostgresPool)
    with pytest.raises(TypeError):
        native.PostgresConnection()
