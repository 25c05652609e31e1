"""Values and replies of a live server, as libpq has them and as our codec has them.

A value is asked for through libpq in text and in binary format. What our codec makes of the binary
has to be the JSON that the server's own text stands for. Replies are recorded octet by octet and
given to libpq and to our decoder: errors with every field, notices, copies, several results.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import subprocess
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import necro.postgres as pg
import postgres_text as text_of
import pytest
from necro._private_servers import PrivatePostgres
from postgres_text import CONVERTERS, Converter, array_of, composite_of, multirange_of, range_of
from psycopg import pq

ROOT = Path(__file__).resolve().parents[3]

COMPOSITE, HSTORE, TEXT = 42, 43, 1
"""Raw values of `PostgresValueKind` for types that a database adds."""

LONG = "x" * 70_000
VALUES: dict[str, list[str]] = {
    "bool": ["t", "f"],
    "int2": ["0", "32767", "-32768"],
    "int4": ["0", "2147483647", "-2147483648"],
    "int8": ["0", "9223372036854775807", "-9223372036854775808"],
    "oid": ["0", "4294967295"],
    "xid": ["0", "4294967295"],
    "cid": ["7"],
    "xid8": ["0", "18446744073709551615"],
    "float4": ["0", "-0", "0.1", "3.4028235e38", "1e-45", "16777217", "NaN", "Infinity"],
    "float8": [
        "0", "-0", "0.1", "1.7976931348623157e308", "5e-324", "123456789012345678",
        "2.2250738585072014e-308", "1e21", "1e-7", "NaN", "Infinity", "-Infinity",
    ],
    "numeric": [
        "0", "0.0", "1.50", "-0.000001", "1e-7", "1e-383", "1e50", "9" * 40, "-" + "9" * 20 + ".5",
        "0.00012340000", "10000", "99999999", "12345678.000100001", "1e131071", "1e-16383", "NaN",
        "Infinity", "-Infinity",
    ],
    "money": ["0", "92233720368547758.07", "-92233720368547758.08", "-0.01", "1.5"],
    "text": ["", "a", 'quote " \\ \t\n', "\u00e9\u20ac\U0010ffff", LONG],
    "varchar": ["", "x"],
    "bpchar": ["a"],
    "name": ["a" * 63],
    "char": ["", "a"],
    "bytea": ["", "\\x00ff5c27", "\\x" + "ab" * 300],
    "uuid": ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "json": ['{"a": [1, null, "x"]}', "1", '"\\u00e9"'],
    "jsonb": ['{"b": 1.50, "a": {}}', "[]", "null"],
    "jsonpath": ["$.a[*] ? (@ > 1)"],
    "date": [
        "2000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "0001-12-31 BC", "4713-01-01 BC",
        "5874897-12-31", "infinity", "-infinity", "2024-02-29",
    ],
    "time": ["00:00", "23:59:59.999999", "12:30:00.5", "24:00:00", "00:00:00.000001"],
    "timetz": ["00:00+00", "23:59:59.999999-15:59:59", "01:00:00+05:30", "12:00:00.25-08"],
    "timestamp": [
        "2000-01-01", "1999-12-31 23:59:59.999999", "0001-01-01", "9999-12-31 23:59:59.999999",
        "10000-01-01", "4713-01-01 BC", "294276-12-31 23:59:59.999999", "infinity", "-infinity",
    ],
    "timestamptz": [
        "2000-01-01", "1970-01-01 00:00:00.000001", "9999-12-31 23:59:59.999999", "infinity",
        "-infinity", "294276-12-31", "2024-03-10 02:30:00-08",
    ],
    "interval": [
        "0", "1 day", "1 year 2 months 3 days 4:05:06.7", "-1 microsecond", "-14 months", "1 mon",
        "1 day -1 microsecond", "178000000 years", "-178000000 years", "23:59:59.999999", "1000 h",
        "-2 years 3 months", "2147483647 days",
    ],
    "inet": ["0.0.0.0", "192.168.1.5/24", "255.255.255.255", "::", "::1/64", "1:2:3:4:5:6:7:8",
             "::ffff:1.2.3.4", "2001:db8::ff00:42:8329", "10.0.0.0/8", "fe80::1/10"],
    "cidr": ["0.0.0.0/0", "10.0.0.0/8", "192.168.1.1/32", "::/0", "2001:db8::/32", "::1/128"],
    "macaddr": ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03"],
    "macaddr8": ["08:00:2b:01:02:03:04:05"],
    "bit": ["1"],
    "varbit": ["", "1", "10101010", "101010101", "0" * 65],
    "point": ["(0,0)", "(-1.5,1e300)"],
    "lseg": ["[(0,1),(2,3)]"],
    "box": ["(3,4),(1,2)"],
    "path": ["((0,0),(1,1),(2,0))", "[(0,0),(1,1)]", "((5,5))"],
    "polygon": ["((0,0),(1,1),(2,0))"],
    "line": ["{1,-1,0}"],
    "circle": ["<(1,2),3>"],
    "tid": ["(0,0)", "(4294967295,65535)"],
    "pg_lsn": ["0/0", "FFFFFFFF/FFFFFFFF", "16/B374D848"],
}  # fmt: skip

ARRAYS: dict[str, list[str]] = {
    "int4": ["{}", "{1,NULL,-3}", "{{1,2},{3,4}}", "[0:1]={7,8}", "[-2:-1][5:5]={{1},{2}}",
             "{{{{{{1}}}}}}", "{" + ",".join(map(str, range(3000))) + "}"],
    "text": ['{a,"b,c","\\"","\\\\",NULL,"NULL",""}', "{\u20ac}"],
    "bool": ["{t,f,NULL}"],
    "numeric": ["{1.50,0,-1e-7}"],
    "timestamptz": ["{2000-01-01,infinity}"],
    "uuid": ["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"],
    "inet": ["{10.0.0.1,::1}"],
    "interval": ['{"1 day","1 h"}'],
    "bytea": ['{"\\\\x00ff"}'],
    "json": ['{"{\\"a\\": 1}","[]"}'],
}  # fmt: skip
RANGES: dict[str, tuple[str, list[str]]] = {
    "int4range": ("int4", ["[1,5)", "(,)", "[,3]", "(1,)", "empty", "[1,1]"]),
    "int8range": ("int8", ["[-9223372036854775808,9223372036854775807)"]),
    "numrange": ("numeric", ["[1.50,2]", "(0,)", "(1,2)"]),
    "daterange": ("date", ["[2000-01-01,2000-01-02]", "[,infinity)"]),
    "tsrange": ("timestamp", ['["2000-01-01 00:00","2000-01-01 12:00:00.5")']),
    "tstzrange": ("timestamptz", ['("2000-01-01",)']),
}
MULTIRANGES: dict[str, tuple[str, list[str]]] = {
    "int4multirange": ("int4", ["{}", "{[1,2),[5,9)}", "{(,)}"]),
    "nummultirange": ("numeric", ["{(0,1),[2,3]}"]),
    "datemultirange": ("date", ["{[2000-01-01,2001-01-01)}"]),
}


@dataclass
class Case:
    """A value and how its text is converted."""

    type: str
    value: str
    converter: Converter


def _quoted(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _built_in() -> Iterable[Case]:
    for name, values in VALUES.items():
        written = f'"{name}"' if name == "char" else name
        yield from (Case(written, value, CONVERTERS[name]) for value in values)
        # Every type is in arrays as well.
        if name not in {"json", "char", "text", "bytea", "jsonb", "jsonpath"}:
            value = values[-1] if name != "money" else "1"
            delimiter = ";" if name == "box" else ","
            converter = array_of(CONVERTERS[name], delimiter)
            yield Case(
                f"{written}[]",
                f'{{"{value}",NULL}}'.replace(",NULL", f"{delimiter}NULL"),
                converter,
            )
    for name, values in ARRAYS.items():
        yield from (Case(f"{name}[]", value, array_of(CONVERTERS[name])) for value in values)
    for name, (bound, values) in RANGES.items():
        yield from (Case(name, value, range_of(CONVERTERS[bound])) for value in values)
        yield Case(
            f"{name}[]",
            f'{{"{values[0].replace(chr(34), "")}"}}',
            array_of(range_of(CONVERTERS[bound])),
        )
    for name, (bound, values) in MULTIRANGES.items():
        yield from (Case(name, value, multirange_of(CONVERTERS[bound])) for value in values)


class Peer:
    """A connection of libpq."""

    def __init__(self, url: str) -> None:
        self.connection = pq.PGconn.connect(url.encode())
        assert self.connection.status == pq.ConnStatus.OK, self.connection.error_message

    def run(self, query: str) -> None:
        result = self.connection.exec_(query.encode())
        assert result.status == pq.ExecStatus.COMMAND_OK, result.error_message

    def value(self, query: str, *, binary: bool) -> tuple[int, bytes]:
        """The type's OID and the octets of the one value of a query."""
        result = self.connection.exec_params(query.encode(), None, result_format=int(binary))
        assert result.status == pq.ExecStatus.TUPLES_OK, (query[:200], result.error_message)
        value = result.get_value(0, 0)
        assert value is not None
        return result.ftype(0), value


@pytest.fixture(scope="module")
def answering() -> Path:
    """The program that has our codec answer lines."""
    subprocess.run(
        ["swift", "build", "-q", "-c", "release", "--product", "postgres-values"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return ROOT / ".build/release/postgres-values"


def _answers(program: Path, lines: list[str]) -> list[str]:
    done = subprocess.run(
        [program], input="\n".join(lines) + "\n", capture_output=True, check=True, text=True
    )
    return done.stdout.splitlines()


@pytest.fixture
def peer(postgres_url: str) -> Generator[Peer]:
    """libpq, connected to an empty database in which text is as the oracle wants it."""
    peer = Peer(postgres_url)
    peer.run(text_of.SETTINGS)
    yield peer
    peer.connection.finish()


def _expected(case: Case, text: str) -> object:
    try:
        return case.converter(text)
    except text_of.Refused as refusal:
        return f"error {refusal}"


def _compare(program: Path, peer: Peer, cases: list[Case], taught: list[str]) -> list[str]:
    """What differs, a line each."""
    lines: list[str] = []
    expected: list[object] = []
    for case in cases:
        query = f"SELECT {_quoted(case.value)}::{case.type}"
        _, text = peer.value(query, binary=False)
        oid, octets = peer.value(query, binary=True)
        lines.append(f"{oid} {octets.hex()}")
        expected.append(_expected(case, text.decode()))
    answers = _answers(program, [*taught, *lines])
    assert len(answers) == len(cases)
    differences: list[str] = []
    for case, answer, wanted in zip(cases, answers, expected, strict=True):
        got: Any = answer if answer.startswith("error ") else json.loads(answer)
        if got != wanted or type(got) is not type(wanted):
            differences.append(f"{case.type} {case.value[:60]}: {got!r:.120}, not {wanted!r:.120}")
    return differences


def test_every_type_is_what_its_text_says(answering: Path, peer: Peer) -> None:
    cases = list(_built_in())
    assert {case.type.strip('"') for case in cases} >= set(VALUES)
    assert _compare(answering, peer, cases, []) == []


def test_types_of_a_database_are_what_their_text_says(answering: Path, peer: Peer) -> None:
    peer.run("CREATE TYPE mood AS ENUM ('sad', 'h\u00e4ppy \"x\"')")
    peer.run("CREATE TYPE pair AS (a int, b text, c timestamptz)")
    peer.run("CREATE TYPE nest AS (p pair, q int[])")
    peer.run("CREATE DOMAIN small AS int CHECK (value < 10)")
    peer.run("CREATE EXTENSION hstore")
    taught: list[str] = []
    for name, kind in [
        ("mood", TEXT),
        ("pair", COMPOSITE),
        ("nest", COMPOSITE),
        ("hstore", HSTORE),
    ]:
        oid = peer.value(f"SELECT '{name}'::regtype::oid::text", binary=False)[1].decode()
        taught.append(f"type {oid} {kind} 0")
    pair = composite_of(int, str, CONVERTERS["timestamptz"])
    cases = [
        Case("mood", "sad", str),
        Case("mood", 'h\u00e4ppy "x"', str),
        Case("pair", '(1,"a ""q"" \\\\ ,)",2000-01-01)', pair),
        Case("pair", '(,"",)', pair),
        Case("nest", '("(1,x,)","{1,2}")', composite_of(pair, array_of(int))),
        Case("nest", "(,)", composite_of(pair, array_of(int))),
        Case("small", "7", int),
        Case("hstore", "", text_of.hstore),
        Case("hstore", '"a b"=>"1", "c"=>NULL, "q\\"x"=>"\\\\"', text_of.hstore),
    ]
    assert _compare(answering, peer, cases, taught) == []


AS_TEXT_ALONE = {"money", "macaddr", "macaddr8", "bit", "varbit", "pg_lsn", "tid"}
"""Types whose parameters are text, so that lists of them are written as the text of an array."""


def _keeps_its_text(case: Case) -> bool:
    """Whether the Python object of a value stands for the same text.

    `datetime.max` stands for infinity and `timedelta` has no months; lists begin at 1; JSON is an
    object, without its white space and digits.
    """
    if case.type.startswith(("date", "ts", "timestamp")) and "infinity" in case.value:
        return False
    return not case.type.startswith(("interval", "json")) and "]=" not in case.value


def test_a_value_that_was_read_is_written_as_it_was(
    postgres_server: PrivatePostgres, postgres_database: str, peer: Peer
) -> None:
    for setting in text_of.SETTINGS.replace("SET ", "").split(";"):
        postgres_server.run_sql(f"ALTER DATABASE {postgres_database} SET {setting}")

    async def compared(db: pg.Database, case: Case) -> str | None:
        value = f"{_quoted(case.value)}::{case.type}"
        text = peer.value(f"SELECT ({value})::text", binary=False)[1].decode()
        is_refused = str(_expected(case, text)) == "error outOfRange"
        try:
            read: Any = await db.fetch_value(f"SELECT {value}")
        except (pg.ResultError, ValueError) as error:
            return None if is_refused else f"{case.type} {case.value[:60]}: {error}"
        if read is None or (isinstance(read, str) and case.type.startswith("json")):
            # NULL, and a str that would be JSON's text.
            return None
        if case.type.removesuffix("[]") in AS_TEXT_ALONE and not isinstance(read, str):
            return None
        again: Any = await db.fetch_value(f"SELECT $1::{case.type}", read)
        written: Any = await db.fetch_value(f"SELECT ($1::{case.type})::text", read)
        # NaN is not equal to itself.
        if again != read and "NaN" not in case.value:
            return f"{case.type} {case.value[:60]}: {again!r:.120}, not {read!r:.120}"
        if _keeps_its_text(case) and written != text:
            return f"{case.type} {case.value[:60]}: {written:.120}, not {text:.120}"
        return None

    async def body() -> list[str]:
        async with (
            asyncio.timeout(300),
            pg.connect(postgres_server.url_of(postgres_database)) as db,
        ):
            found = [await compared(db, case) for case in _built_in()]
        return [difference for difference in found if difference]

    assert asyncio.run(body()) == []


class Recorder:
    """A client that sends messages and keeps what the server says, octet by octet."""

    def __init__(self, path: str, database: str, user: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        pairs = f"user\0{user}\0database\0{database}\0client_encoding\0UTF8\0\0".encode()
        self.socket.sendall(struct.pack(">II", len(pairs) + 8, 3 << 16) + pairs)
        self._until_ready()

    def _message(self) -> bytes:
        head = self._exactly(5)
        return head + self._exactly(struct.unpack(">I", head[1:])[0] - 4)

    def _exactly(self, count: int) -> bytes:
        octets = b""
        while len(octets) < count:
            received = self.socket.recv(count - len(octets))
            assert received, "the server is there"
            octets += received
        return octets

    def _until_ready(self, copy: bytes | None = None, *, syncs: bool = False) -> bytes:
        """Everything up to ReadyForQuery; a copy to the server is answered with `copy`."""
        octets = b""
        while True:
            message = self._message()
            octets += message
            if message[:1] == b"Z":
                return octets
            if message[:1] == b"G":
                data = message_of("d", copy) if copy is not None else b""
                end = message_of("c") if copy is not None else message_of("f", b"no\0")
                self.socket.sendall(data + end + (message_of("S") if syncs else b""))

    def query(self, query: str, copy: bytes | None = None) -> str:
        """The line that has our codec report the reply to a simple query."""
        self.socket.sendall(message_of("Q", query.encode() + b"\0"))
        return f"reply query {self._until_ready(copy).hex()}"

    def parameters(self, query: str, *, binary: bool = False) -> str:
        """The same of an extended query."""
        self.socket.sendall(self._extended(query, binary) + message_of("S"))
        return f"reply parameters {self._until_ready(b'', syncs=True).hex()}"

    def pipeline(self, first: str, second: str) -> str:
        """The same of two extended queries with one Sync."""
        messages = self._extended(first, False) + self._extended(second, False)
        self.socket.sendall(messages + message_of("S"))
        return f"reply pipeline {self._until_ready().hex()}"

    def describe(self, query: str) -> list[str]:
        """The same of Parse, and of Describe."""
        self.socket.sendall(message_of("P", b"s\0" + query.encode() + b"\0\0\0") + message_of("S"))
        prepared = f"reply prepare {self._until_ready().hex()}"
        self.socket.sendall(message_of("D", b"Ss\0") + message_of("S"))
        described = f"reply describe {self._until_ready().hex()}"
        self.socket.sendall(message_of("C", b"Ss\0") + message_of("S"))
        self._until_ready()
        return [prepared, described]

    @staticmethod
    def _extended(query: str, binary: bool) -> bytes:
        formats = struct.pack(">HH", 1, 1) if binary else b"\0\0"
        return (
            message_of("P", b"\0" + query.encode() + b"\0\0\0")
            + message_of("B", b"\0\0" + b"\0\0" + b"\0\0" + formats)
            + message_of("D", b"P\0")
            + message_of("E", b"\0\0\0\0\0")
        )


def message_of(kind: str, contents: bytes = b"") -> bytes:
    """A message of a frontend."""
    return kind.encode() + struct.pack(">I", len(contents) + 4) + contents


TABLES = """
CREATE TABLE graves (id int PRIMARY KEY, name text NOT NULL, deep numeric CHECK (deep > 0));
CREATE TABLE urns (grave int REFERENCES graves DEFERRABLE INITIALLY DEFERRED);
INSERT INTO graves VALUES (1, 'Lucy', 2.5);
CREATE FUNCTION warn() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  RAISE WARNING 'look' USING DETAIL = 'out', HINT = 'now', ERRCODE = '01234';
  RAISE NOTICE USING MESSAGE = 'table', SCHEMA = 'public', TABLE = 'graves', COLUMN = 'id',
    DATATYPE = 'int4', CONSTRAINT = 'none';
  EXECUTE 'SELECT nothing'; RETURN 1; END $$
"""

QUERIES = [
    "SELECT 1 AS a, NULL AS b, '' AS c", "SELECT", "", ";", "SELECT * FROM graves WHERE false",
    "SELECT 1; BEGIN; SELECT 2; ROLLBACK", "SELECT 1; SELECT 1/0; SELECT 2", "BEGIN", "SELECT 1/0",
    "SELECT 1", "ROLLBACK", "SELEC 1", "SELECT nothing", "SELECT * FROM nothing",
    "INSERT INTO graves VALUES (1, 'x', 1)", "INSERT INTO graves VALUES (2, NULL, 1)",
    "INSERT INTO graves VALUES (2, 'x', -1)", "INSERT INTO urns VALUES (9)",
    "INSERT INTO graves SELECT n, 'x', 1 FROM generate_series(10, 20) n", "SELECT warn()",
    "SET TimeZone = 'Asia/Tokyo'", "SET application_name = '\u00e9'", "RESET TimeZone",
    "LISTEN bones", "NOTIFY bones, 'rattle'", "SELECT pg_notify('bones', '')",
    "UPDATE graves SET name = 'y' WHERE id > 9", "DELETE FROM graves WHERE id > 9",
    "SELECT * FROM graves, generate_series(1, 500)", "CREATE TEMP TABLE t (a int)", "DROP TABLE t",
    "SELECT 'x'::int", "SELECT repeat('x', 100000)", "EXPLAIN SELECT 1", "SHOW TimeZone",
    "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P0042', HINT = 'h'; END $$",
]  # fmt: skip

COPIES = [
    "COPY graves TO STDOUT",
    "COPY graves TO STDOUT (FORMAT binary)",
    "COPY (SELECT 1/(3-n) FROM generate_series(1, 5) n) TO STDOUT",
]
KINDS = [
    "rows", "command", "empty", "error", "aborted", "copyIn 0", "copyIn 1", "copyOut 0",
    "copyOut 1", "copy =", "notice", "notification", "parameter application_name",
    "parameter TimeZone",
]  # fmt: skip
"""What the lines of reports begin with, and the replies bring all of."""


def test_a_live_servers_replies_are_what_libpq_reports(
    answering: Path, postgres_server: PrivatePostgres, postgres_database: str, peer: Peer
) -> None:
    peer.run(TABLES)
    info = {option.keyword: option.val for option in peer.connection.info}
    directory, port = info[b"host"], info[b"port"]
    assert directory is not None
    assert port is not None
    path = f"{directory.decode()}/.s.PGSQL.{port.decode()}"
    recorder = Recorder(path, postgres_database, peer.connection.user.decode())
    lines: list[str] = []
    for query in QUERIES:
        lines.append(recorder.query(query))
        if ";" not in query.strip(";") or query.startswith("DO"):
            lines.append(recorder.parameters(query))
            lines.append(recorder.parameters(query, binary=True))
        lines += recorder.describe(query)
    for first, second in [("SELECT 1", "SELECT 2"), ("SELECT 1/0", "SELECT 2"), ("SELECT 1", "x")]:
        lines.append(recorder.pipeline(first, second))
    for copy in COPIES:
        lines += [recorder.query(copy), recorder.parameters(copy)]
    rows = b"30\ta\t1\n31\tb\t\\N\n"
    lines.append(recorder.query("COPY graves FROM STDIN", rows))
    lines.append(recorder.query("COPY graves FROM STDIN", rows))
    lines.append(recorder.query("COPY graves FROM STDIN", b"x\n"))
    lines.append(recorder.query("COPY graves FROM STDIN (FORMAT binary)", b"PGCOPY\n\xff\r\n\0"))
    lines.append(recorder.query("COPY graves FROM STDIN"))
    lines.append(recorder.parameters("COPY graves FROM STDIN"))
    recorder.socket.close()
    reports = [json.loads(answer) for answer in _answers(answering, lines)]
    assert len(reports) == len(lines)
    for line, report in zip(lines, reports, strict=True):
        assert "surprise" not in report, (line[:300], report["surprise"])
        assert report["isComplete"], line[:300]
    said = "\n".join(line for report in reports for line in report["lines"])
    for field in "SVCMDHPpqWstcdnFLR":
        assert f" {field}=" in said, f"no reply has the field {field}"
    for word in KINDS:
        assert f"\n{word}" in f"\n{said}", f"no reply has {word}"
