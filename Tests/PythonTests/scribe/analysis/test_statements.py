"""Parameters, faults, numbers of rows and origins."""

from __future__ import annotations

import necro.postgres as pg
import pytest
from necro_scribe._analysis import Analyst
from necro_scribe._facts import SQLFault, StatementFacts
from scribe_crypt import Crypt


def look(
    crypt: Crypt, *statements: str, types: dict[int, str] | None = None
) -> list[StatementFacts]:
    found: list[StatementFacts] = []

    async def body(analyst: Analyst) -> None:
        found.extend([await analyst.statement(each, types) for each in statements])

    crypt.run(body)
    return found


def fault(crypt: Crypt, sql: str) -> SQLFault:
    with pytest.raises(SQLFault) as caught:
        look(crypt, sql)
    return caught.value


ONE_ROW = [
    "SELECT * FROM minions WHERE id = $1",
    "SELECT * FROM minions WHERE id = 1 AND mood = 'x'",
    "SELECT * FROM minions WHERE $1 = email",
    "SELECT * FROM minions ORDER BY name LIMIT 1",
    "SELECT * FROM minions LIMIT 0",
    "SELECT count(*) FROM minions",
    "SELECT max(id) FROM minions HAVING count(*) > 1",
    "SELECT 1",
    "SELECT m.*, g.* FROM minions m JOIN graves g ON g.id = m.grave_id WHERE m.id = $1",
    "SELECT m.*, g.* FROM minions m LEFT JOIN graves g ON g.id = m.grave_id WHERE m.id = $1",
    "SELECT * FROM graves WHERE graveyard_id = 1 AND number = 2",
    "SELECT * FROM learnt JOIN spells s ON s.id = spell_id WHERE minion_id = 1 AND spell_id = $1",
    "SELECT * FROM (SELECT * FROM minions WHERE id = 1) AS m",
    "SELECT * FROM events WHERE id = 1 AND at = '2024-01-01'",
    "INSERT INTO graveyards (name) VALUES ('x') RETURNING *",
    "INSERT INTO graveyards (name) VALUES ('x') ON CONFLICT DO NOTHING RETURNING *",
    "INSERT INTO graveyards (name) SELECT name FROM minions WHERE id = 1 RETURNING *",
    "UPDATE minions SET mood = 'x' WHERE id = 1 RETURNING *",
    "DELETE FROM minions WHERE email = 'x' RETURNING *",
    "SELECT * FROM spells WHERE name = 'rot'",
]
MORE_ROWS = [
    "SELECT * FROM minions",
    "SELECT * FROM minions WHERE id > 1",
    "SELECT * FROM minions WHERE id = 1 OR id = 2",
    "SELECT * FROM minions WHERE id IN (1, 2)",
    "SELECT * FROM minions WHERE name = 'x'",
    "SELECT * FROM minions LIMIT 2",
    "SELECT * FROM minions ORDER BY kind FETCH FIRST 1 ROW WITH TIES",
    "SELECT count(*) FROM minions GROUP BY kind",
    "SELECT generate_series(1, 3)",
    "SELECT m.*, g.* FROM minions m JOIN graves g ON g.id > m.grave_id WHERE m.id = $1",
    "SELECT m.*, g.* FROM minions m LEFT JOIN graves g ON m.id = 1",
    "SELECT m.*, g.* FROM minions m FULL JOIN graves g ON g.id = m.grave_id WHERE m.id = 1",
    "SELECT * FROM graves WHERE graveyard_id = 1",
    "SELECT * FROM events WHERE id = 1",
    "SELECT a.* FROM minions a JOIN minions b ON a.id = b.id",
    "SELECT id FROM minions WHERE id = 1 UNION ALL SELECT 2",
    "INSERT INTO graveyards (name) VALUES ('x'), ('y') RETURNING *",
    "INSERT INTO graveyards (name) SELECT name FROM minions RETURNING *",
    "UPDATE minions SET mood = 'x' RETURNING *",
    "SELECT count(*) FROM minions GROUP BY ROLLUP (kind)",
    "SELECT * FROM graveyards WHERE name = 'x' COLLATE \"C\"",
    "SELECT * FROM unnest(ARRAY[1, 2])",
]


def test_one_row_at_most(crypt: Crypt) -> None:
    found = look(crypt, *ONE_ROW)
    assert [sql for sql, each in zip(ONE_ROW, found, strict=True) if not each.at_most_one_row] == []


def test_more_rows(crypt: Crypt) -> None:
    found = look(crypt, *MORE_ROWS)
    assert [s for s, each in zip(MORE_ROWS, found, strict=True) if each.at_most_one_row] == []


def test_parameters(crypt: Crypt) -> None:
    (found,) = look(
        crypt,
        "INSERT INTO minions (name, mood, kind, weight, boss_id) VALUES ($1, $2, $3, $4, $5::int)",
    )
    said = [(each.type.name, each.name_hint, each.nullable) for each in found.parameters]
    assert said == [
        ("text", "name", False),
        ("text", "mood", True),
        ("rank", "kind", False),
        ("int4", "weight", True),
        ("int4", "boss_id", True),
    ]


def test_parameters_that_are_used_twice(crypt: Crypt) -> None:
    first, second, third = look(
        crypt,
        "UPDATE minions SET mood = $1 WHERE mood = $1 AND id = $2",
        "SELECT * FROM minions WHERE id = ANY ($1) AND strength > $2 AND born < $3",
        "INSERT INTO graveyards (name, city) VALUES ($1, $2), ($3, $2)",
    )
    assert [(p.name_hint, p.nullable) for p in first.parameters] == [("mood", False), ("id", False)]
    names = [(p.type.name, p.name_hint) for p in second.parameters]
    assert names == [("_int8", "id"), ("int4", "strength"), ("date", "born")]
    assert [(p.name_hint, p.nullable) for p in third.parameters] == [
        ("name", False),
        ("city", True),
        ("name", False),
    ]


def test_types_of_parameters_can_be_given(crypt: Crypt) -> None:
    (found,) = look(crypt, "SELECT $1 AS a, $2 AS b", types={2: "numeric"})
    assert [each.type.name for each in found.parameters] == ["text", "numeric"]
    assert [each.type.name for each in found.columns] == ["text", "numeric"]


def test_parameters_that_are_never_null(crypt: Crypt) -> None:
    found: list[StatementFacts] = []

    async def body(analyst: Analyst) -> None:
        sql = "INSERT INTO graveyards (name, city) VALUES ($1, $2) RETURNING city, $1 AS name"
        found.append(await analyst.statement(sql, never_null=[2]))
        found.append(await analyst.statement(sql, never_null=[1, 2]))

    crypt.run(body)
    assert [[each.nullable for each in facts.columns] for facts in found] == [
        [False, True],
        [False, False],
    ]


def test_origins(crypt: Crypt) -> None:
    (found,) = look(crypt, "SELECT m.id, upper(name) AS up, mood AS m FROM minions m")
    assert [each.origin for each in found.columns] == [
        ("public", "minions", "id"),
        None,
        ("public", "minions", "mood"),
    ]


def test_why(crypt: Crypt) -> None:
    (found,) = look(
        crypt, "SELECT m.id, m.mood, g.id FROM minions m LEFT JOIN graves g ON g.id = m.grave_id"
    )
    assert [each.why for each in found.columns] == [
        "",
        "minions.mood takes NULL",
        "the LEFT JOIN may find no row of g",
    ]


@pytest.mark.parametrize(
    ("sql", "message", "position", "sqlstate"),
    [
        ("SELECT pwoer FROM minions", 'column "pwoer" does not exist', 8, "42703"),
        ("SELECT é, nmae\nFROM minions", 'column "é" does not exist', 8, "42703"),
        ("SELECT 1 FROM\n nothing", 'relation "nothing" does not exist', 16, "42P01"),
        ("SELEC 1", 'syntax error at or near "SELEC"', 1, "42601"),
        ("SELECT 1 +", "syntax error at end of input", 11, "42601"),
        ("CREATE TABLE x (a int,)", 'syntax error at or near ")"', 23, "42601"),
        (
            "SELECT 1; SELECT 2",
            "cannot insert multiple commands into a prepared statement",
            None,
            "42601",
        ),
        ("SELECT id FROM minions GROUP BY kind", None, 8, "42803"),
        ("SELECT $1 + $2", None, 11, "42725"),
    ],
)
def test_faults(
    crypt: Crypt, sql: str, message: str | None, position: int | None, sqlstate: str
) -> None:
    found = fault(crypt, sql)
    assert message is None or found.message == message
    assert (found.position, found.sqlstate) == (position, sqlstate)


def test_the_hint_is_kept(crypt: Crypt) -> None:
    found = fault(crypt, "SELECT minions.nmae FROM minions")
    assert found.hint == 'Perhaps you meant to reference the column "minions.name".'


def test_utility_statements(crypt: Crypt) -> None:
    found = look(
        crypt,
        "CREATE TABLE x (a int)",
        "SHOW search_path",
        "-- Words\n/* and more */ REFRESH MATERIALIZED VIEW census",
        "NOTIFY bells",
    )
    assert [(each.kind, each.columns) for each in found] == [("utility", ())] * 4


def test_comments_around_a_statement(crypt: Crypt) -> None:
    first, second = look(crypt, "-- one\nSELECT 1 AS a -- two", "/* x */ (SELECT 2 AS b) -- $1;")
    assert [each.name for each in (*first.columns, *second.columns)] == ["a", "b"]


def test_nothing_is_left_behind_and_faults_do_no_harm(crypt: Crypt) -> None:
    async def body(connection: pg.Connection) -> None:
        analyst = Analyst(connection)
        async with connection.transaction():
            for sql in (
                "SELECT 1",
                "SELECT nothing",
                "INSERT INTO beings VALUES (1, 'x')",
                "SHOW a",
            ):
                try:
                    await analyst.statement(sql)
                except SQLFault:
                    assert sql == "SELECT nothing"
            assert await connection.fetch_value("SELECT count(*) FROM beings") == 0
        left = "SELECT count(*) FROM pg_proc WHERE proname LIKE 'necro_scribe%'"
        assert await connection.fetch_value(left) == 0
        assert await connection.fetch_value("SELECT count(*) FROM pg_prepared_statements") <= 99

    crypt.run_connected(body)


def test_a_statement_that_is_nested_very_deep(crypt: Crypt) -> None:
    sql = "SELECT " + "(" * 400 + "1" + " + 1)" * 400 + " AS deep"
    (found,) = look(crypt, sql)
    assert [(each.name, each.type.name) for each in found.columns] == [("deep", "int4")]


def test_an_element_of_merge(crypt: Crypt) -> None:
    (found,) = look(
        crypt,
        "MERGE INTO beings b USING (VALUES ($1::int, $2)) AS v (id, label) ON v.id = b.id"
        " WHEN MATCHED THEN UPDATE SET label = v.label"
        " WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.label)",
    )
    assert found.kind == "merge"
    assert [each.type.name for each in found.parameters] == ["int4", "text"]
