"""Every type of Docs/postgres.md in every place: by itself, in arrays of one and two dimensions, in
a composite, in a domain and in arrays of these; each as Python has it and as text, both ways, and
the same as JSON.
"""

from __future__ import annotations

import datetime
import ipaddress
import uuid
from decimal import Decimal
from typing import Any

import necro
import necro.postgres as pg
import pytest
from minions import Run

UTC = datetime.UTC
DAY = datetime.date(2026, 1, 2)

# Type, a value as Python has it, and the server's text of it.
BINARY: list[tuple[str, Any, str]] = [
    ("bool", True, "true"),
    ("int2", -5, "-5"),
    ("int4", 7, "7"),
    ("int8", 2**40, str(2**40)),
    ("float4", 1.5, "1.5"),
    ("float8", -0.1, "-0.1"),
    ("numeric", Decimal("-12.50"), "-12.50"),
    ("oid", 4294967295, "4294967295"),
    ("xid", 5, "5"),
    ("xid8", 2**63, str(2**63)),
    ("text", 'a "quoted\\" {x},(y)', 'a "quoted\\" {x},(y)'),
    ("varchar", "", ""),
    ("name", "crypt", "crypt"),
    ("bpchar", "x ", "x "),
    ("xml", "<a/>", "<a/>"),
    ("bytea", b"\x00\xff'", "\\x00ff27"),
    ("uuid", uuid.UUID(int=5), str(uuid.UUID(int=5))),
    ("json", {"a": [1, None]}, '{"a":[1,null]}'),
    ("jsonb", {"a": [1, None]}, '{"a":[1,null]}'),
    ("date", DAY, "2026-01-02"),
    ("time", datetime.time(1, 2, 3, 4), "01:02:03.000004"),
    (
        "timetz",
        datetime.time(1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
        "01:02:03+05:30",
    ),
    ("timestamp", datetime.datetime(2026, 1, 2, 3, 4, 5, 6), "2026-01-02 03:04:05.000006"),
    (
        "timestamptz",
        datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "2026-01-02 03:04:05+00",
    ),
    ("interval", datetime.timedelta(days=-3, microseconds=1), "-3 days 00:00:00.000001"),
    ("inet", ipaddress.ip_interface("10.1.2.3/8"), "10.1.2.3/8"),
    ("inet", ipaddress.ip_address("::1"), "::1"),
    ("cidr", ipaddress.ip_network("2001:db8::/32"), "2001:db8::/32"),
    ("point", pg.Point(1.0, -2.5), "(1,-2.5)"),
    ("lseg", pg.Segment(pg.Point(0, 0), pg.Point(1, 1)), "[(0,0),(1,1)]"),
    ("box", pg.Box(pg.Point(2, 2), pg.Point(1, 1)), "(2,2),(1,1)"),
    ("circle", pg.Circle(pg.Point(1, 2), 3.0), "<(1,2),3>"),
    ("line", pg.Line(1.0, 2.0, 3.0), "{1,2,3}"),
    ("polygon", pg.Polygon(((0, 0), (1, 0), (1, 1))), "((0,0),(1,0),(1,1))"),
    ("path", pg.Path(((0, 0), (1, 0)), is_closed=True), "((0,0),(1,0))"),
    ("int4range", pg.Range(1, 5), "[1,5)"),
    ("numrange", pg.Range(Decimal("1.5"), None, "()"), "(1.5,)"),
    ("daterange", pg.Range(DAY, datetime.date(2026, 2, 1)), "[2026-01-02,2026-02-01)"),
    ("tsrange", pg.Range(None, None, "empty"), "empty"),
    ("int4multirange", [pg.Range(1, 3), pg.Range(5, 9)], "{[1,3),[5,9)}"),
    ("tid", (7, 3), "(7,3)"),
    ("mood", "so, \"sad\"", 'so, "sad"'),
    ("citext", "Igor", "Igor"),
    ("hstore", {"a": "1", 'q"': None}, '"a"=>"1", "q\\""=>NULL'),
    ("pet", ("Rex", [1, None], None), '(Rex,"{1,NULL}",)'),
]  # fmt: skip
SHAPES = ("point", "lseg", "box", "circle", "line", "polygon", "path")
# Those that are str in Python.
STRINGS: list[tuple[str, str]] = [
    ('"char"', "x"),
    ("macaddr", "08:00:2b:01:02:03"),
    ("macaddr8", "08:00:2b:01:02:03:04:05"),
    ("bit(4)", "1010"),
    ("varbit", "10101"),
    ("pg_lsn", "16/B374D848"),
    ("jsonpath", '$."a"[*]'),
    ("money", "-12.34"),
    ("tsvector", "'a':1 'b''s':2"),
    ("tsquery", "'a' & 'b'"),
    ("regclass", "minions"),
    ("regtype", "integer"),
    ("aclitem", "postgres=r/postgres"),
    ("cube", "(1, 2),(3, 4)"),
    ("ltree", "a.b.c"),
    ("pg_snapshot", "10:20:10,14"),
]
# Those of them that are known as text alone.
TEXT_ALONE = (
    "tsvector", "tsquery", "regclass", "regtype", "aclitem", "cube", "ltree", "pg_snapshot",
)  # fmt: skip
EXTENSIONS = ("hstore", "citext", "cube", "ltree")


async def _prepare(db: pg.Database) -> None:
    await db.script(
        "".join(f"CREATE EXTENSION {name};" for name in EXTENSIONS)
        + "CREATE TYPE mood AS ENUM ('so, \"sad\"', 'happy');"
        "CREATE TYPE pet AS (name text, ages int[], born date)"
    )


def _same_json(row: pg.Row | None) -> None:
    """A Row's JSON, from the wire, is that of its values."""
    assert row is not None
    written = necro.json.loads(necro.json.dumps(row))
    assert written == necro.json.loads(necro.json.dumps(necro.to_dict(row)))


async def _check(db: pg.Database, kind: str, value: Any, text: str) -> None:
    """A value by itself and in every place that others may have it in."""
    row = await db.fetch_one(
        f"SELECT $1::{kind} AS a, $2::{kind} AS b, NULL::{kind} AS c", value, text
    )
    assert row == (value, value, None), (kind, row)
    _same_json(row)
    arrays = [[value, None], [], [None], [[value, None], [value, value]]]
    # A list of lists of numbers may be shapes, and so a second dimension of shapes is text.
    is_shape = kind in SHAPES or kind == "int4multirange"
    for given in arrays[: 3 if is_shape else 4]:
        row = await db.fetch_one(f"SELECT $1::{kind}[] AS a", given)
        assert row == (given,), (kind, row)
        _same_json(row)
    # Strings in an array are text, as they are by themselves; also among what is not.
    # In a list for JSON they are strings of JSON.
    is_json = kind.startswith("json") and kind != "jsonpath"
    pairs: list[tuple[Any, Any]] = [
        ([text, None], [value, None]),
        ([value, text], [value, value]),
        ([[text, text], [text, None]], [[value, value], [value, None]]),
    ]
    for strings, wanted in [] if is_json else pairs[: 2 if is_shape else 3]:
        found = await db.fetch_value(f"SELECT $1::{kind}[]", strings)
        assert found == wanted, (kind, strings)
    comma = ";" if kind == "box" else ","
    bounds = f"[5:6]={{NULL{comma}NULL}}"
    assert await db.fetch_value(f"SELECT '{bounds}'::{kind}[]") == [None, None]


@pytest.mark.parametrize("start", range(0, len(BINARY), 8))
def test_types_with_a_binary_form(run: Run, start: int) -> None:
    async def body(db: pg.Database) -> None:
        await _prepare(db)
        for number, (kind, value, text) in enumerate(BINARY[start : start + 8]):
            await _check(db, kind, value, text)
            name = f"made{number}"
            await db.script(
                f"CREATE TYPE {name} AS (one {kind}, many {kind}[]);"
                f"CREATE DOMAIN of_{name} AS {kind}; CREATE DOMAIN many_{name} AS {kind}[]"
            )
            made = (value, [value, None])
            row = await db.fetch_one(
                f"SELECT $1::{name} AS a, $2::{name}[] AS b, $3::of_{name} AS c,"
                f" $4::of_{name}[] AS d, $5::many_{name} AS e",
                made, [made, None, (None, None)], value, [value], [value],
            )  # fmt: skip
            assert row is not None
            assert row == (made, [made, None, (None, None)], value, [value], [value]), kind
            assert row.a.many == [value, None]
            _same_json(row)
            # Strings in a composite, also beside what is none.
            if not kind.startswith("json"):
                mixed = await db.fetch_value(f"SELECT $1::{name}", (text, [value, text]))
                assert mixed == (value, [value, value]), kind
            if kind not in ("json", "xml", "point", "xid", "tid", "box", "line", "polygon", "lseg"):
                equal = f"SELECT ($1::{name}).many[1] = $2::{kind}"
                if kind not in ("path", "circle"):
                    assert await db.fetch_value(equal, made, value), kind

    run(body)


def test_types_that_are_str(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await _prepare(db)
        for number, (kind, text) in enumerate(STRINGS):
            await _check(db, kind, text, text)
            name = f"made{number}"
            await db.script(
                f"CREATE TYPE {name} AS (one {kind}, many {kind}[], n int, d date, t text,"
                f" j jsonb, i interval, b bytea); CREATE DOMAIN of_{name} AS {kind}"
            )
            made = (
                text, [text, None], 7, DAY, 'x "y\\', {"a": [1]}, datetime.timedelta(1), b"\0\x01",
            )  # fmt: skip
            fields = ", ".join(
                f"($1::{name}).{field} AS {field}" for field in ("one", "many", *"ndtjib")
            )
            row = await db.fetch_one(f"SELECT {fields}", made)
            assert row == made, kind
            whole = await db.fetch_value(f"SELECT $1::{name}", made)
            if kind in TEXT_ALONE:
                # What the server writes, and takes back.
                assert isinstance(whole, str)
                assert await db.fetch_one(f"SELECT {fields}", whole) == made
            else:
                assert whole == made
            assert await db.fetch_value(f"SELECT $1::of_{name}", text) == text
            assert await db.fetch_value(f"SELECT $1::of_{name}[]", [text]) == [text]

    run(body)


def test_what_does_not_fit_in_a_list_or_tuple_is_said_before_anything_is_sent(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await _prepare(db)
        bad: list[tuple[str, object]] = [
            ("int4[]", [1, 1.5]),
            ("int4[]", [["x"], ["y", "z"]]),
            ("int4[]", ["x", [1]]),
            ("int4[]", [[[[[[[1]]]]]]]),
            ("macaddr[]", [5]),
            ("macaddr[]", ["08:00:2b:01:02:03", b"x"]),
            ("cube[]", [1.5]),
            ("money[]", [Decimal("1.5")]),
            ("tid", (1, -1)),
            ("tid", (1, 2, 3)),
            ("pet", ("Rex", [1.5], None)),
            ("pet[]", [("Rex", None)]),
            ("int4range", pg.Range(1.5, None)),
        ]
        async with db.transaction() as tx:
            for kind, value in bad:
                with pytest.raises(pg.ParameterError, match=r"parameter \$1 is "):
                    await tx.fetch_value(f"SELECT $1::{kind}", value)
            assert await tx.fetch_value("SELECT 1") == 1
        with pytest.raises(pg.InvalidTextRepresentation, match='"x"'):
            await db.fetch_value("SELECT $1::int4[]", ["1", "x"])
        with pytest.raises(pg.ParameterError, match="zero character"):
            await db.fetch_value("SELECT $1::cube[]", ["\0"])

    run(body)


def test_a_codec_of_the_users_counts_in_arrays_composites_and_ranges(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.set_type_codec(
            "numeric", encoder=lambda cents: str(Decimal(cents) / 100), decoder=lambda t: t + " €"
        )
        await db.script("CREATE TYPE offer AS (price numeric, name text)")
        assert await db.fetch_value("SELECT $1::numeric", 150) == "1.5 €"
        assert await db.fetch_value("SELECT $1::numeric[]", [150, None]) == ["1.5 €", None]
        back = await db.fetch_value("SELECT $1::numeric[]", [[150], [25]])
        assert back == [["1.5 €"], ["0.25 €"]]
        assert await db.fetch_value("SELECT ($1::offer).price", (150, "x")) == "1.5 €"
        assert await db.fetch_value("SELECT upper($1::numrange)", pg.Range(1, 150)) == "1.5 €"
        row = await db.fetch_one("SELECT $1::numeric[] AS prices", [150])
        assert necro.json.loads(necro.json.dumps(row)) == {"prices": ["1.5 €"]}

    run(body)


def test_a_type_with_a_delimiter_of_its_own(run: Run) -> None:
    """As PostGIS' geometry has it, whose texts have commas in them."""

    async def body(db: pg.Database) -> None:
        boxes = "{(2,2),(1,1);(4,4),(3,3)}"
        assert await db.fetch_value("SELECT $1::box[]::text", ["2,2,1,1", "4,4,3,3"]) == boxes
        await db.script(
            "CREATE TYPE shape;"
            "CREATE FUNCTION shape_in(cstring) RETURNS shape LANGUAGE internal IMMUTABLE STRICT"
            " AS 'textin'; CREATE FUNCTION shape_out(shape) RETURNS cstring LANGUAGE internal"
            " IMMUTABLE STRICT AS 'textout';"
            "CREATE TYPE shape (INPUT = shape_in, OUTPUT = shape_out, DELIMITER = ':')"
        )
        shapes = ["a,b", "c:d", 'e"', None]
        assert await db.fetch_value("SELECT $1::shape[]", shapes) == shapes
        assert await db.fetch_value("SELECT $1::shape[]::text", ["a", "b"]) == "{a:b}"

    run(body)


def test_errors_of_values_name_the_column_and_the_type(run: Run) -> None:
    values = [
        ("'24:00'::time", r"column far \(time\).*out of range"),
        ("'24:00+01'::timetz", r"column far \(timetz\)"),
        ("'10000-01-01'::date", r"column far \(date\)"),
        ("'4713-01-01 BC'::timestamp", r"column far \(timestamp\)"),
        ("ARRAY['24:00'::time]", r"column far \(time\[\]\)"),
        ("'[10000-01-01,)'::daterange", r"column far \(daterange\)"),
        ("'178000000 years'::interval", r"column far \(interval\)"),
        (r"""'"\ud800"'::json""", r"column far \(json\)"),
        ("(repeat('[', 1500) || repeat(']', 1500))::json", r"column far \(json\)"),
    ]

    async def body(db: pg.Database) -> None:
        for value, says in values:
            sql = f"SELECT {value} AS far, 1 AS n"
            row = await db.fetch_one(sql)
            assert row is not None
            assert row.n == 1
            with pytest.raises(pg.ResultError, match=says):
                _ = row.far
            with pytest.raises(pg.ResultError, match=says):
                await db.fetch_value(sql)
            with pytest.raises(pg.ResultError, match=says):
                tuple(row)
            with pytest.raises(pg.ResultError, match="column far"):
                necro.to_dict(row)
            assert isinstance(await db.fetch_value(f"SELECT ({value})::text AS far"), str)

    run(body)
