"""The tables, and the statements that every peer runs on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MINIONS = 100_000
HORDE = 10_000
WIDE = 1_000
PAGE = 100
# Prime to every range of ids above, so that it visits all of them in no order a cache would like.
STEP = 7919

SCHEMA = f"""
CREATE TABLE minions (id int PRIMARY KEY, name text NOT NULL, power int NOT NULL, lair text,
  raised timestamptz NOT NULL);
INSERT INTO minions SELECT n, 'minion ' || n, n % 1000, 'crypt ' || n % 37,
  '2024-01-01Z'::timestamptz + n * interval '1 minute' FROM generate_series(1, {MINIONS}) n;
CREATE TABLE raised (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
  power int NOT NULL);
CREATE TABLE horde (id int PRIMARY KEY, name text NOT NULL, decay float8 NOT NULL,
  raised timestamptz NOT NULL);
INSERT INTO horde SELECT n, 'zombie number ' || n, n / 7.0,
  '2024-01-01Z'::timestamptz + n * interval '1 second' FROM generate_series(1, {HORDE}) n;
CREATE TABLE wide (id int PRIMARY KEY,
  a1 bool, a2 int2, a3 int4, a4 int8, a5 float4, a6 float8, a7 numeric, a8 text, a9 varchar(40),
  b1 bytea, b2 uuid, b3 date, b4 time, b5 timestamp, b6 timestamptz, b7 interval, b8 jsonb,
  b9 int4[], c1 text[], c2 bool, c3 int4, c4 int8, c5 float8, c6 numeric, c7 text, c8 text,
  c9 timestamptz, d1 int4, d2 text);
INSERT INTO wide SELECT n,
  n % 2 = 0, n % 1000, n, n * 10000000000, n / 3.0, n / 7.0, n / 100.0, 'text ' || n, 'name ' || n,
  decode(md5(n::text), 'hex'), md5(n::text)::uuid, '2024-01-01'::date + n, '12:34:56.789',
  '2024-01-01'::timestamp + n * interval '1 hour', '2024-01-01Z'::timestamptz + n * interval '1 s',
  n * interval '1 minute', jsonb_build_object('n', n, 'tags', ARRAY['cold', 'old']),
  ARRAY[n, n + 1, n + 2], ARRAY['a' || n, 'b'], NULL, -n, -n, -n / 9.0, n * 1.5, repeat('x', 60),
  NULL, now(), NULL, 'end' FROM generate_series(1, {WIDE}) n;
"""
# Outside a transaction, so by itself.
VACUUM = "VACUUM ANALYZE"
EMPTY_RAISED = "TRUNCATE raised"


@dataclass(frozen=True)
class Workload:
    """One statement, run again and again.

    - parameters: none; an `id` of 1 to `ids`; or a name and a power, for the insert.
    - taken: what is done with the reply: the row's or all rows' columns are looked at, the rows
      become JSON, or there are none.
    """

    name: str
    sql: str
    parameters: Literal["none", "id", "raise"]
    taken: Literal["row", "rows", "json", "nothing"]
    ids: int = 1

    def arguments(self) -> Iterator[tuple[int | str, ...]]:
        """The arguments of one call after the other, without end."""
        number = 0
        while True:
            number += STEP
            if self.parameters == "none":
                yield ()
            elif self.parameters == "id":
                yield (number % self.ids + 1,)
            else:
                yield "Mortimer", number % 1000


_SCAN = "SELECT id, name, decay, raised FROM horde"
WORKLOADS = {
    "row": Workload(
        "one row by primary key",
        "SELECT id, name, power FROM minions WHERE id = $1",
        "id",
        "row",
        MINIONS,
    ),
    "page": Workload(
        f"{PAGE} rows of 4 columns",
        f"{_SCAN} WHERE id >= $1 ORDER BY id LIMIT {PAGE}",
        "id",
        "rows",
        HORDE - PAGE,
    ),
    "insert": Workload(
        "insert", "INSERT INTO raised (name, power) VALUES ($1, $2)", "raise", "nothing"
    ),
    "wide": Workload("a row of 30 columns", "SELECT * FROM wide WHERE id = $1", "id", "row", WIDE),
    "scan": Workload("10,000 rows, to objects", _SCAN, "none", "rows"),
    "json": Workload("10,000 rows, to JSON", _SCAN, "none", "json"),
}
