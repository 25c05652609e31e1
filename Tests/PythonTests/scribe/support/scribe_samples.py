"""Values at the edges of types, and calls of functions with them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product

import psycopg

__all__ = ["SAMPLES", "Calls", "calls_of"]

# As text, by the name of the type; those that a version does not know are refused and passed over.
SAMPLES: dict[str, tuple[str, ...]] = {
    "_float4": ("{}", "{1}"),
    "_float8": ("{}", "{0.5,1}"),
    "_int2": ("{}", "{1}"),
    "_int4": ("{}", "{1,2,3}", "{NULL}", "{{1,2},{3,4}}", "[0:1]={1,2}"),
    "_int8": ("{}", "{1,NULL}"),
    "_numeric": ("{}", "{1,NaN}"),
    "_text": ("{}", "{a,b}", "{NULL}", "{a,NULL}"),
    "anyarray": ("{}", "{1,2,3}", "{NULL}", "{{1,2},{3,4}}"),
    "anycompatible": ("1",),
    "anycompatiblearray": ("{}", "{1,2,3}", "{NULL}"),
    "anycompatiblemultirange": ("{}", "{(,)}"),
    "anycompatiblenonarray": ("1",),
    "anycompatiblerange": ("empty", "(,)", "[1,5)"),
    "anyelement": ("1", "0"),
    "anymultirange": ("{}", "{(,)}", "{[1,2),[5,7)}"),
    "anynonarray": ("1",),
    "anyrange": ("empty", "(,)", "[1,5)", "[3,)", "(,2)"),
    "bit": ("", "1", "0101"),
    "bool": ("true", "false"),
    "box": ("(0,0),(1,1)", "(5,5),(6,6)"),
    "bpchar": ("", "abc "),
    "bytea": ("", "\\x00", "\\x616263"),
    "char": ("a", ""),
    "cid": ("0",),
    "cidr": ("10.0.0.0/8", "::/0"),
    "circle": ("<(0,0),0>", "<(1,1),2>"),
    "date": ("infinity", "-infinity", "2024-02-29", "1970-01-01"),
    "daterange": ("empty", "(,)", "[2024-01-01,)"),
    "float4": ("0", "1", "-1.5", "NaN", "Infinity", "-Infinity"),
    "float8": ("0", "1", "-1.5", "NaN", "Infinity", "-Infinity", "0.5"),
    "inet": ("0.0.0.0/0", "::1", "10.1.2.3/8", "255.255.255.255"),
    "int2": ("0", "1", "-1", "32767", "-32768", "3"),
    "int4": ("0", "1", "-1", "2147483647", "-2147483648", "3", "100"),
    "int4multirange": ("{}", "{[1,2)}"),
    "int4range": ("empty", "(,)", "[1,5)", "[3,)", "(,2)"),
    "int8": ("0", "1", "-1", "9223372036854775807", "-9223372036854775808", "5"),
    "interval": ("0", "1 month", "-1 day", "1.5 seconds", "100 years", "infinity"),
    "json": ("null", "1", '"a"', "[]", "{}", '{"a":1,"b":[1,null]}', '[1,null,"x"]'),
    "jsonb": ("null", "1", '"a"', "[]", "{}", '{"a":1,"b":[1,null]}', '[1,null,"x"]'),
    "jsonpath": ("$", "$.a", "strict $.x", "$[*] ? (@ > 1)", '$.a > "x"'),
    "line": ("{1,-1,0}", "{1,-1,5}", "{0,1,2}"),
    "lseg": ("[(0,0),(1,1)]", "[(5,0),(6,0)]", "[(0,0),(0,0)]"),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "money": ("0", "-5.25"),
    "name": ("", "abc", "UTF8", "public"),
    "numeric": (
        "0",
        "1",
        "-1.5",
        "NaN",
        "Infinity",
        "-Infinity",
        "0.25",
        "12345678901234567890.123",
    ),
    "numrange": ("empty", "(,)", "[1,5)"),
    "oid": ("0", "1", "23", "1259"),
    "path": ("((0,0),(1,1))", "[(0,0),(2,1)]"),
    "pg_lsn": ("0/0", "16/B374D848"),
    "point": ("(0,0)", "(1,NaN)", "(1,2)"),
    "polygon": ("((0,0),(1,1),(1,0))", "((5,5),(6,6),(6,5))"),
    "regclass": ("pg_class",),
    "regconfig": ("english", "simple"),
    "regdictionary": ("simple",),
    "regtype": ("int4",),
    "text": (
        "",
        "abc",
        "a b c",
        "[",
        "%",
        "é",
        "UTF8",
        "1",
        "yes",
        "YYYY-MM-DD",
        "a,b,c",
        "year",
        "UTC",
        "{}",
        "hour",
        "g",
        "epoch",
        "base64",
        "english",
        "0",
    ),
    "tid": ("(0,1)",),
    "time": ("00:00", "24:00", "12:30:01.5"),
    "timestamp": ("infinity", "-infinity", "2024-02-29 12:00"),
    "timestamptz": ("infinity", "-infinity", "2024-02-29 12:00+02"),
    "timetz": ("00:00+00", "24:00+05"),
    "tsquery": ("", "a", "a & !b", "a <-> b", "!a"),
    "tsvector": ("", "a b", "'x':1A,2"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "varbit": ("", "1", "0101"),
    "varchar": ("", "abc"),
    "xid": ("0", "5"),
    "xid8": ("0", "5"),
    "xml": ("<a/>", "<a>b</a>"),
}
# Types that stand for any, and what is taken for them.
_ANY = {
    "anyarray": "int4[]",
    "anycompatible": "int4",
    "anycompatiblearray": "int4[]",
    "anycompatiblemultirange": "int4multirange",
    "anycompatiblenonarray": "int4",
    "anycompatiblerange": "int4range",
    "anyelement": "int4",
    "anymultirange": "int4multirange",
    "anynonarray": "int4",
    "anyrange": "int4range",
    "bit": "bit varying",
    "char": '"char"',
}
_CALLS_MAX = 300
# Runs expressions, passes over those that are refused, and ends with the first that is NULL. A
# composite value of NULLs is none.
_RUN = """
CREATE FUNCTION pg_temp.run(calls text[], OUT done int, OUT found text) LANGUAGE plpgsql AS $$
DECLARE each text; is_null boolean;
BEGIN
    done := 0;
    FOREACH each IN ARRAY calls LOOP
        BEGIN
            EXECUTE 'SELECT (' || each || ') IS NOT DISTINCT FROM NULL' INTO is_null;
            done := done + 1;
            IF is_null THEN found := each; RETURN; END IF;
        EXCEPTION WHEN others THEN NULL;
        END;
    END LOOP;
END $$
"""


def calls_of(name: str, types: Sequence[str], *, nulls: bool = False) -> list[str]:
    """Calls of a function of Postgres with values of these types; none where one has no samples.

    - nulls: NULL is among the values.
    """
    values: list[list[str]] = []
    for each in types:
        given = _ANY.get(each, each)
        samples = [
            f"'{text.replace(chr(39), chr(39) * 2)}'::{given}" for text in SAMPLES.get(each, ())
        ]
        if not samples:
            return []
        values.append([*samples, f"NULL::{given}"] if nulls else samples)
    sets = list(islice(product(*values), 100_000))
    # The last argument changes first: take them from everywhere.
    step = max(1, len(sets) // _CALLS_MAX)
    return [f'pg_catalog."{name}"({", ".join(each)})' for each in sets[::step]]


class Calls:
    """A connection that runs calls."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(_RUN.encode())
        self._connection.execute(b"SET client_min_messages = error")

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def run(self, calls: Sequence[str]) -> tuple[int, str | None]:
        """How many calls gave a value, and the first that gave NULL."""
        row = self._connection.execute("SELECT * FROM pg_temp.run(%s)", [list(calls)]).fetchone()
        assert row is not None
        return row[0], row[1]
