"""The trees of other versions of Postgres, which differ, lead to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import necro.postgres as pg
import pytest
from necro._private_servers import PrivatePostgres
from necro._private_servers._binaries import package_folders
from necro_scribe._analysis import Analyst
from necro_scribe._facts import SQLFault
from scribe_crypt import Crypt
from scribe_queries import cases
from scribe_referee import Referee, make_databases
from scribe_trials import try_queries

FOLDERS = package_folders()
SEEDS = range(500, 540)
# HAVING has looked at the values of a grouping set since version 18.
PROVEN_FROM_18 = {"found:5"}


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.parent.name)
def other(request: pytest.FixtureRequest) -> Iterator[Crypt]:
    """The databases on a server of another version."""
    folder = request.param
    assert isinstance(folder, Path)
    with PrivatePostgres(programs=folder) as server:
        yield Crypt(server, make_databases(server.url))


def test_there_is_another_version() -> None:
    assert FOLDERS


def test_the_queries(other: Crypt) -> None:
    wrong: dict[str, object] = {}

    version = int(other.server.run_sql("SHOW server_version_num")) // 10_000

    async def look(analyst: Analyst) -> None:
        for case in cases():
            try:
                facts = await analyst.statement(case.sql)
            except SQLFault as fault:
                # Some are built without XML, and say so.
                if "XMLTABLE" not in case.sql or fault.message != "unsupported XML feature":
                    wrong[case.name] = fault.message
                continue
            found = [(each.name, each.type.name, each.nullable) for each in facts.columns]
            if case.name in PROVEN_FROM_18 and version >= 18:
                assert not any(is_nullable for _, _, is_nullable in found)
            elif found != [(each.name, each.type, not each.is_proven) for each in case.columns]:
                wrong[case.name] = [(each.name, each.type.name, each.why) for each in facts.columns]

    other.run(look)
    assert wrong == {}


def test_queries_made_at_random(other: Crypt) -> None:
    trials = try_queries(other.server, dict(other.databases), SEEDS)
    assert trials.wrong == []
    # Many columns are made to be unknown; that some are known shows that there is something to try.
    assert trials.proven > len(SEEDS) // 2


# Statements that only newer versions know: the first that does, the columns, and whether each of
# them is never NULL.
NEWER = (
    (
        16,
        "SELECT any_value(name) AS a, any_value(mood) AS b FROM minions GROUP BY kind",
        "a, b?",
    ),
    (
        16,
        "SELECT JSON_OBJECT('a': mood) AS o, JSON_ARRAY(mood) AS a, mood IS JSON AS j,"
        " JSON_ARRAYAGG(name) AS g FROM minions GROUP BY kind, mood",
        "o, a, j?, g?",
    ),
    (
        18,
        "SELECT t.n, t.a FROM JSON_TABLE('[{\"a\": 1}, {}]'::jsonb, '$[*]'"
        " COLUMNS (n FOR ORDINALITY, a int PATH '$.a')) AS t",
        "n?, a?",
    ),
    (
        18,
        "SELECT JSON_VALUE(gear, '$.hat') AS v, JSON_QUERY(gear, '$.hat') AS q FROM minions",
        "v?, q?",
    ),
    (
        18,
        "MERGE INTO beings b USING (VALUES (1, 'x'), (9, 'y')) AS v (id, label) ON v.id = b.id"
        " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.id, NULL)"
        " RETURNING merge_action() AS m, b.id, b.label, v.id AS w",
        "m, id, label?, w",
    ),
    (
        18,
        "MERGE INTO beings b USING (VALUES (1, 'x'), (9, 'y')) AS v (id, label) ON v.id = b.id"
        " WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN MATCHED THEN UPDATE SET label = v.label"
        " RETURNING b.id, b.label, v.id AS w",
        "id, label?, w?",
    ),
    (
        18,
        "UPDATE beings SET label = 'x' RETURNING label AS l, old.label AS o, new.id AS i",
        "l, o?, i?",
    ),
    (
        18,
        "INSERT INTO beings VALUES (7, 'x') RETURNING label AS l, old.id AS o, new.label AS n",
        "l, o?, n?",
    ),
    (18, "SELECT uuidv7() AS u, uuidv4() AS v, crc32('a') AS c", "u, v, c"),
    (18, "SELECT (gear -> 'none')::int AS n, ('null'::jsonb)::int AS i FROM minions", "n?, i?"),
    (18, "SELECT array_sort(ARRAY[2, 1]) AS a, array_reverse(seals) AS r FROM minions", "a?, r?"),
)


def test_statements_of_newer_versions(other: Crypt) -> None:
    version = int(other.server.run_sql("SHOW server_version_num")) // 10_000
    wrong: dict[str, str] = {}
    known = [(sql, columns) for first, sql, columns in NEWER if first <= version]

    async def look(analyst: Analyst) -> None:
        for sql, columns in known:
            facts = await analyst.statement(sql)
            found = ", ".join(f"{each.name}{'?' * each.nullable}" for each in facts.columns)
            if found != columns:
                wrong[sql] = found
            nulls: set[int] = set()
            for name in other.databases.values():
                with Referee(other.url, name) as referee:
                    nulls |= referee.nulls(sql, [], [[]])[0]
            if any(not facts.columns[each].nullable for each in nulls):
                wrong[sql] = f"NULL in {nulls}"

    other.run(look)
    assert known
    assert wrong == {}


def test_not_null_that_is_not_valid(other: Crypt) -> None:
    if int(other.server.run_sql("SHOW server_version_num")) < 180000:
        return
    found: list[list[bool]] = []

    async def look(connection: pg.Connection) -> None:
        await connection.script(
            """
            CREATE TABLE trial (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL);
            INSERT INTO trial VALUES (NULL);
            ALTER TABLE trial ADD CONSTRAINT late NOT NULL a NOT VALID;
            """
        )
        sql = "SELECT a, b FROM trial"
        found.append([each.nullable for each in (await Analyst(connection).statement(sql)).columns])
        await connection.script(
            "UPDATE trial SET a = 1; ALTER TABLE trial VALIDATE CONSTRAINT late"
        )
        found.append([each.nullable for each in (await Analyst(connection).statement(sql)).columns])
        await connection.script("DROP TABLE trial")

    other.run_connected(look)
    assert found == [[True, True], [False, False]]
