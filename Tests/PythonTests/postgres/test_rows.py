"""API.md, "Postgres": a Row is a tuple with names, read from the wire when it is looked at."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Sequence
from typing import Any

import necro
import necro.postgres as pg
import pytest
from minions import Run
from necro.testing import TestClient

NAMES = "count, index, items, keys, values, get, _fields, __class__"


async def _row(db: pg.Database, sql: str, *arguments: object) -> Any:
    row = await db.fetch_one(sql, *arguments)
    assert row is not None
    return row


@pytest.mark.api("Postgres: a Row is indexed, sliced, unpacked, compared and matched as a tuple")
def test_a_row_from_the_wire_behaves_as_a_tuple(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        sql = "SELECT 1 AS id, 'Igor' AS name, NULL::int AS power, 2.5::float8 AS weight"
        row = await _row(db, sql)
        plain = (1, "Igor", None, 2.5)
        assert row == plain
        assert plain == row
        assert row == await _row(db, sql)
        assert row != (1, "Igor", None)
        assert row != list(plain)
        assert hash(row) == hash(plain)
        assert {row: "x"}[plain] == "x"
        assert (row[0], row[-1], row[1:3], row[::-1]) == (1, 2.5, ("Igor", None), plain[::-1])
        assert type(row[1:3]) is tuple
        assert (len(row), bool(row), list(row), tuple(row)) == (4, True, list(plain), plain)
        number, name, *rest = row
        assert (number, name, rest) == (1, "Igor", [None, 2.5])
        assert row < (2,) < (3, *row)
        assert row >= (1, "Igor")
        assert ("Igor" in row, 7 in row) == (True, False)
        assert row + (5,) == (*plain, 5)  # noqa: RUF005
        assert isinstance(row, Sequence)
        match row:
            case (1, "Igor", None, 2.5):
                pass
            case _:  # pyright: ignore[reportUnknownVariableType]
                pytest.fail("a row is a sequence to match")

    run(body)


@pytest.mark.api("Postgres: a Row's columns are attributes and keys, before its methods")
def test_columns_come_before_methods(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        columns = ", ".join(f'{n} AS "{name}"' for n, name in enumerate(NAMES.split(", ")[:7]))
        row = await _row(db, f"SELECT {columns}")
        assert (row.count, row.index, row.items, row.keys, row.values, row.get) == (
            0,
            1,
            2,
            3,
            4,
            5,
        )
        assert row["_fields"] == 6
        assert necro.to_dict(row) == {name: n for n, name in enumerate(NAMES.split(", ")[:7])}
        other = await _row(db, 'SELECT 1 AS "two words", 2 AS "\N{GHOST}", 3 AS "two words"')
        assert (other["two words"], other["\N{GHOST}"], other[2]) == (1, 2, 3)
        assert getattr(other, "\N{GHOST}") == 2
        with pytest.raises(AttributeError, match="no column 'power'"):
            _ = other.power
        with pytest.raises(KeyError):
            other["power"]
        with pytest.raises(IndexError):
            other[3]
        with pytest.raises(TypeError):
            other[1.5]
        for change in (lambda: setattr(other, "power", 1), lambda: other.__setitem__(0, 1)):
            with pytest.raises((AttributeError, TypeError)):
                change()
        assert not hasattr(other, "__dict__")

    run(body)


@pytest.mark.api("Postgres: tuple(row) and to_dict(row) convert")
def test_a_row_is_converted_copied_and_kept(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        rows = await db.fetch_all(
            "SELECT n, repeat('x', n) AS x FROM generate_series(1, 1000) n ORDER BY n"
        )
        assert tuple(rows[2]) == (3, "xxx")
        assert type(tuple(rows[2])) is tuple
        assert necro.to_dict(rows[2]) == {"n": 3, "x": "xxx"}
        assert [necro.to_dict(row) for row in rows[:2]] == [{"n": 1, "x": "x"}, {"n": 2, "x": "xx"}]
        last = rows[-1]
        del rows
        gc.collect()
        assert last == (1000, "x" * 1000)
        for one in (copy.copy(last), copy.deepcopy(last), pickle.loads(pickle.dumps(last))):
            assert one == last
            assert one.n == 1000
        assert repr(await _row(db, "SELECT 1 AS a, 'b' AS b")) == "Row(a=1, b='b')"
        assert len(await _row(db, "SELECT")) == 0

    run(body)


def test_a_row_of_many_columns_finds_each_by_name(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        columns = ", ".join(f"{n} AS c{n}" for n in range(1600))
        row = await _row(db, f"SELECT {columns}")
        assert [row[f"c{n}"] for n in range(1600)] == list(range(1600))
        assert row.c1599 == 1599
        assert tuple(row) == tuple(range(1600))

    run(body)


@pytest.mark.api("Postgres: a Row and a list of Rows are JSON straight from the wire")
def test_a_handler_returns_rows_as_they_came(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    app = necro.App()
    sql = (
        "SELECT 9223372036854775807 AS big, 0.1::float8 AS x, 1.50::numeric AS n, NULL AS nothing,"
        " 'ä\"\\\u2028' AS text, '\\x00ff'::bytea AS octets, '{\"a\": [1, 2.50]}'::jsonb AS doc,"
        " ARRAY[[1, NULL], [2, 3]] AS grid, '2026-01-02'::date AS day, true AS yes,"
        " '2026-01-02 03:04:05.6+01'::timestamptz AS moment, int4range(1, 5) AS range,"
        " '12345678-1234-5678-1234-567812345678'::uuid AS id, ROW(1, 'x'::text) AS pair,"
        " ARRAY[]::text[] AS none"
    )

    @app.get("/one")
    async def one(db: Any) -> Any:
        return await db.fetch_one(sql)

    @app.get("/all")
    async def every(db: Any) -> Any:
        return await db.fetch_all(f"{sql} FROM generate_series(1, 3)")

    @app.get("/within")
    async def within(db: Any) -> Any:
        row = await db.fetch_one(sql)
        return {"row": row, "rows": [row], "values": tuple(row)}

    @app.get("/none")
    async def none(db: Any) -> Any:
        return await db.fetch_one("SELECT 1 WHERE false")

    @app.get("/far")
    async def far(db: Any) -> Any:
        return await db.fetch_one("SELECT 'NaN'::float8 AS x")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/one")
        assert answer.headers["content-type"] == "application/json"
        document = answer.json()
        assert document["big"] == 9223372036854775807
        assert (document["x"], document["nothing"], document["yes"]) == (0.1, None, True)
        assert document["text"] == 'ä"\\\u2028'
        assert document["doc"] == {"a": [1, 2.5]}
        assert document["grid"] == [[1, None], [2, 3]]
        assert (document["day"], document["octets"]) == ("2026-01-02", "AP8=")
        assert document["id"] == "12345678-1234-5678-1234-567812345678"
        assert document["none"] == []
        assert client.get("/all").json() == [document] * 3
        inner = client.get("/within").json()
        assert (inner["row"], inner["rows"]) == (document, [document])
        # What its values are as Python's objects is the same JSON.
        assert inner["values"] == list(document.values())
        assert client.get("/none").status_code == 404
        assert client.get("/far").status_code == 500
