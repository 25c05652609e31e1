"""Tables, views and types of a schema, and what other schemas than the crypt have in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import necro.postgres as pg
from necro_scribe._analysis import Analyst
from necro_scribe._facts import TableFacts, TypeFacts
from scribe_crypt import Crypt


def crypt_tables(crypt: Crypt) -> dict[str, TableFacts]:
    found: dict[str, TableFacts] = {}

    async def body(analyst: Analyst) -> None:
        found.update({each.name: each for each in await analyst.tables(["public"])})

    crypt.run(body)
    return found


def in_own(url: str, body: Callable[[pg.Connection, Analyst], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), pg.connect(url) as database, database.connection() as own:
            await body(own, Analyst(own))

    asyncio.run(main())


async def nullable(analyst: Analyst, sql: str) -> list[bool]:
    analyst.forget()
    return [each.nullable for each in (await analyst.statement(sql)).columns]


def test_tables(crypt: Crypt) -> None:
    tables = crypt_tables(crypt)
    assert {name: each.kind for name, each in tables.items()} == {
        "graveyards": "table",
        "graves": "table",
        "minions": "table",
        "spells": "table",
        "learnt": "table",
        "events": "partitioned",
        "events_early": "table",
        "events_late": "table",
        "beings": "table",
        "beasts": "table",
        "curses": "table",
        "open_graveyards": "view",
        "cities": "view",
        "occupied": "view",
        "hordes": "view",
        "named": "view",
        "census": "materialized",
    }
    assert tables["learnt"].primary_key == ("minion_id", "spell_id")
    assert tables["cities"].primary_key == ()


def test_columns(crypt: Crypt) -> None:
    columns = {each.name: each for each in crypt_tables(crypt)["graves"].columns}
    assert [each for each, column in columns.items() if column.nullable] == [
        "graveyard_id",
        "epitaph",
        "discount",
        "half",
    ]
    assert [name for name, each in columns.items() if each.has_default] == ["id", "dug"]
    assert [name for name, each in columns.items() if each.is_generated] == ["total", "half"]
    minions = {each.name: each for each in crypt_tables(crypt)["minions"].columns}
    assert minions["id"].is_identity
    # A check says so.
    assert not minions["weight"].nullable
    # A domain that is NOT NULL lets NULL through.
    assert minions["nickname"].nullable
    assert minions["nickname"].type.not_null
    views = {each.name: each.nullable for each in crypt_tables(crypt)["occupied"].columns}
    assert views == {
        "id": False,
        "number": False,
        "minion": True,
        "minion_id": True,
        "graveyard": True,
    }


def test_types(crypt: Crypt) -> None:
    found: dict[str, TypeFacts] = {}

    async def body(analyst: Analyst) -> None:
        found.update({each.name: each for each in await analyst.types(["public"])})
        tables = {each.name: each for each in await analyst.tables(["public"])}
        found.update({each.name: each.type for each in tables["minions"].columns})

    crypt.run(body)
    assert found["rank"].kind == "enum"
    assert found["rank"].labels == ("thrall", "ghoul", "lich")
    assert found["place"].kind == "composite"
    fields = [(each.name, each.type.name, each.nullable) for each in found["place"].fields]
    assert fields == [("crypt", "text", True), ("depth", "int4", True)]
    assert found["power"].kind == "domain"
    assert found["power"].element is not None
    assert found["power"].element.name == "int4"
    assert not found["power"].not_null
    assert found["title"].not_null
    assert "minions" not in found
    assert found["shifts"].kind == "range"
    assert found["shifts"].element is not None
    assert found["shifts"].element.name == "date"
    assert found["seals"].kind == "array"
    assert found["seals"].element is not None
    assert found["seals"].element.name == "int4"
    assert found["gear"].kind == "base"


def test_comments_and_schemas(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE SCHEMA deep;
            CREATE TABLE deep.graves (id int, "Odd name" text NOT NULL);
            CREATE TABLE shallow (id int);
            COMMENT ON TABLE deep.graves IS 'Where they lie.';
            COMMENT ON COLUMN deep.graves.id IS 'Counted from the gate.';
            CREATE TYPE deep.mood AS ENUM ('grim');
            COMMENT ON TYPE deep.mood IS 'How they feel.';
            """
        )
        (table,) = await analyst.tables(["deep"])
        assert (table.schema, table.name, table.comment) == ("deep", "graves", "Where they lie.")
        assert [each.comment for each in table.columns] == ["Counted from the gate.", None]
        assert [each.name for each in table.columns] == ["id", "Odd name"]
        (mood,) = await analyst.types(["deep"])
        assert mood.comment == "How they feel."

    in_own(postgres_url, body)


def test_a_schema_that_changes(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script("CREATE TABLE graves (id int)")
        assert await nullable(analyst, "SELECT id FROM graves") == [True]
        await own.script("ALTER TABLE graves ALTER id SET NOT NULL")
        assert await nullable(analyst, "SELECT id FROM graves") == [False]

    in_own(postgres_url, body)


def test_tables_that_inherit(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE TABLE beings (id int NOT NULL);
            CREATE TABLE beasts () INHERITS (beings);
            CREATE TABLE worms () INHERITS (beasts);
            """
        )
        assert await nullable(analyst, "SELECT id FROM beings") == [False]
        if int(await own.fetch_value("SHOW server_version_num")) < 180000:
            # What is further down may have it taken back.
            await own.script("ALTER TABLE worms ALTER id DROP NOT NULL")
            await own.script("INSERT INTO worms VALUES (NULL)")
            assert await nullable(analyst, "SELECT id FROM beings") == [True]
            assert await nullable(analyst, "SELECT id FROM ONLY beings") == [False]
            assert await nullable(analyst, "SELECT id FROM beasts") == [True]

    in_own(postgres_url, body)


def test_foreign_tables_enforce_nothing(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE FOREIGN DATA WRAPPER void;
            CREATE SERVER beyond FOREIGN DATA WRAPPER void;
            CREATE FOREIGN TABLE souls (id int NOT NULL) SERVER beyond;
            CREATE TABLE events (id int NOT NULL) PARTITION BY LIST (id);
            CREATE TABLE here PARTITION OF events FOR VALUES IN (1);
            """
        )
        assert await nullable(analyst, "SELECT id FROM souls") == [True]
        assert await nullable(analyst, "SELECT id FROM souls WHERE id > 0") == [False]
        assert await nullable(analyst, "SELECT id FROM events") == [False]
        await own.script(
            "CREATE FOREIGN TABLE away PARTITION OF events FOR VALUES IN (2) SERVER beyond"
        )
        assert await nullable(analyst, "SELECT id FROM events") == [True]

    in_own(postgres_url, body)


def test_checks(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE TABLE graves (
                a int CHECK (a IS NOT NULL), b int CHECK (b > 0),
                c int, d int, CHECK (c IS NOT NULL AND d > 0),
                e int CHECK (e IS NOT NULL OR a > 0), f int, g int
            );
            INSERT INTO graves (a, c) VALUES (1, 1);
            ALTER TABLE graves ADD CHECK (f IS NOT NULL) NOT VALID;
            CREATE TABLE more () INHERITS (graves);
            ALTER TABLE graves ADD CONSTRAINT own CHECK (g IS NOT NULL) NO INHERIT NOT VALID;
            """
        )
        found = await nullable(analyst, "SELECT * FROM graves")
        assert found == [False, True, False, True, True, True, True]

    in_own(postgres_url, body)


def test_rules_and_triggers_take_the_place_of_a_write(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE TABLE graves (id int NOT NULL, epitaph text);
            CREATE VIEW front AS SELECT id, epitaph FROM graves WHERE epitaph IS NOT NULL;
            CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN NEW.id := NULL; RETURN NEW; END$$;
            """
        )
        insert = "INSERT INTO graves VALUES (1, 'x') RETURNING id, epitaph"
        view = "UPDATE front SET epitaph = NULL RETURNING epitaph"
        assert await nullable(analyst, insert) == [False, False]
        assert await nullable(analyst, view) == [True]
        await own.script(
            "CREATE TRIGGER forget INSTEAD OF INSERT ON front"
            " FOR EACH ROW EXECUTE FUNCTION forget()"
        )
        assert await nullable(analyst, "INSERT INTO front VALUES (1, 'x') RETURNING id") == [True]
        await own.script(
            "CREATE RULE none AS ON INSERT TO graves DO INSTEAD"
            " UPDATE graves SET id = 0 RETURNING NULL::int, NULL::text"
        )
        assert await nullable(analyst, insert) == [True, True]

    in_own(postgres_url, body)


def test_a_trigger_on_a_partition(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE TABLE events (id int NOT NULL, what text) PARTITION BY LIST (id);
            CREATE TABLE first PARTITION OF events FOR VALUES IN (1);
            CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN NEW.what := NULL; RETURN NEW; END$$;
            """
        )
        insert = "INSERT INTO events VALUES (1, 'x') RETURNING id, what"
        assert await nullable(analyst, insert) == [False, False]
        await own.script(
            "CREATE TRIGGER forget BEFORE INSERT ON first FOR EACH ROW EXECUTE FUNCTION forget()"
        )
        assert await nullable(analyst, insert) == [False, True]
        assert await own.fetch_value("INSERT INTO events VALUES (1, 'x') RETURNING what") is None

    in_own(postgres_url, body)


def test_functions_and_operators_of_users_are_not_trusted(postgres_url: str) -> None:
    async def body(own: pg.Connection, analyst: Analyst) -> None:
        await own.script(
            """
            CREATE TABLE graves (id int NOT NULL, epitaph text);
            CREATE SCHEMA mine;
            CREATE FUNCTION mine.lower(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
                'SELECT NULL::text';
            CREATE FUNCTION mine.plus(int, text) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS
                'SELECT NULL::int';
            CREATE OPERATOR mine.+ (LEFTARG = int, RIGHTARG = text, FUNCTION = mine.plus);
            """
        )
        sql = "SELECT mine.lower('A'), lower('A'), id OPERATOR(mine.+) 'a'::text FROM graves"
        assert await nullable(analyst, sql) == [True, False, True]
        # That it is strict is enough to know that nothing was NULL where it is not.
        sql = "SELECT epitaph FROM graves WHERE mine.lower(epitaph) = 'x'"
        assert await nullable(analyst, sql) == [False]

    in_own(postgres_url, body)
