"""What scribe writes: the same every time, formatted, strictly typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Project

ROOT = Path(__file__).resolve().parents[3]


def test_it_is_the_same_every_time(graveyard: Project) -> None:
    before = {name: graveyard.text(name) for name in ("undead.py", "spells.py", "scribe.lock")}
    assert graveyard.write()[0] == 0
    assert before == {name: graveyard.text(name) for name in before}


def test_it_is_formatted(graveyard: Project) -> None:
    words = ["ruff", "format", "--check", "--isolated", "--line-length", "100"]
    done = subprocess.run(
        [sys.executable, "-m", *words, graveyard.folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_strict_type_checkers_accept_it_and_its_use(graveyard: Project) -> None:
    graveyard.add(
        "use.py",
        """
from typing import assert_type

from spells import BlockingSpells, SearchRow, Spells, WithGraveRow
from undead import Grave, Mood, Zombie


async def use(spells: Spells) -> None:
    assert_type(await spells.summon_zombie(id=1), Zombie | None)
    assert_type(await spells.raise_horde(), list[Zombie])
    assert_type(await spells.zombie_names(), list[str])
    assert_type(await spells.grave_of(id=1), str | None)
    assert_type(await spells.moods(), list[Mood])
    assert_type(await spells.forget(name="Igor"), int)
    await spells.bury(grave=None, ids=[1, 2])
    async for row in spells.walk():
        assert_type(row.name, str)
    async for number in spells.ids():
        assert_type(number, int)
    assert_type(await spells.dig([("a", None, 1)]), int)
    assert_type(await spells.rename([("a", 1)]), list[int])
    assert_type(await spells.search(limit=3), list[SearchRow])
    assert_type(await spells.search(limit=3, grave="x", moods=[Mood.CALM]), list[SearchRow])
    rows = await spells.with_grave()
    assert_type(rows, list[WithGraveRow])
    assert_type(rows[0].zombie, Zombie)
    assert_type(rows[0].grave, Grave | None)


def wait(spells: BlockingSpells) -> None:
    assert_type(spells.summon_zombie(id=1), Zombie | None)
    for row in spells.walk():
        assert_type(row.id, int)
""",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null", "use.py", "spells.py"],
        cwd=graveyard.folder,
        env={"MYPYPATH": str(ROOT / "Sources/Python"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    graveyard.add(
        "pyrightconfig.json",
        f'{{"typeCheckingMode": "strict", "pythonVersion": "3.13",'
        f' "extraPaths": ["{ROOT / "Sources/Python"}"]}}',
    )
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "use.py", "spells.py", "undead.py"],
        cwd=graveyard.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_trailing_comma_is_accepted_with_a_warning(project: Project) -> None:
    project.add("undead.sql", "CREATE TABLE t (\n    id int,\n    a text,\n);")
    project.add("spells.sql", "-- name: A :many\nSELECT * FROM t;")
    status, said = project.write()
    assert (status, said.split("\n")[0]) == (
        0,
        "undead.sql:3:11: warning: a comma before a closing parenthesis",
    )


def test_migrations_are_a_schema(project: Project) -> None:
    project.add(
        "migrations/0002_more.sql",
        "-- migrate:up\nALTER TABLE t ADD b int NOT NULL;\n-- migrate:down\nDROP TABLE t;",
    )
    project.add("migrations/0001_init.up.sql", "CREATE TABLE t (id int PRIMARY KEY);")
    project.add("migrations/0001_init.down.sql", "DROP TABLE t;")
    project.add(
        "migrations/0010_last.sql", "-- +goose Up\nALTER TABLE t ADD c int;\n-- +goose Down\nx"
    )
    project.add("spells.sql", "-- name: A :many\nSELECT * FROM t;")
    assert project.write() == (0, "")
    assert "    id: int\n    b: int\n    c: int | None\n" in project.text("undead.py")


def test_a_schema_may_hold_functions_and_schemas(project: Project) -> None:
    project.add(
        "undead.sql",
        "CREATE SCHEMA crypt; SET search_path = crypt, public;\n"
        "CREATE TABLE coffins (id int PRIMARY KEY);\n"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;\n"
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN RETURN NULL; -- {x}\nEND $$;",
    )
    project.add("spells.sql", "-- name: A :many\nSELECT * FROM crypt.coffins;")
    assert project.write() == (0, "")
    assert "class Coffin(" in project.text("undead.py")


def test_settings_name_files_types_and_names(project: Project) -> None:
    project.add(
        "pyproject.toml",
        '[tool.necro.scribe]\nschema = "db/tables.sql"\nqueries = ["db/a.sql", "db/more"]\n'
        'models = "app/models.py"\nspells = "app/queries.py"\nnull_elements = false\n'
        '[tool.necro.scribe.types]\nnumeric = "float"\nxml = "xml.dom.minidom.Document"\n',
    )
    project.add("app/__init__.py", "")
    project.add("db/tables.sql", "CREATE TABLE t (n numeric, x xml, tags text[] NOT NULL);")
    project.add("db/a.sql", "-- name: A :many\nSELECT * FROM t;")
    project.add("db/more/b.sql", "-- name: B :many\nSELECT n FROM t;")
    assert project.write() == (0, "")
    models = project.text("app/models.py")
    assert "from xml.dom.minidom import Document\n" in models
    assert "    n: float | None\n    x: Document | None\n    tags: list[str]\n" in models
    assert "from .models import T\n" in project.text("app/queries.py")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("scema = 1", "has no key 'scema'; did you mean schema?"),
        ("schema = 1", "schema is a path or a list of paths"),
        ('models = "a.txt"', "models: 'a.txt' is no name of a module"),
        ('models = "spells.py"', "models and spells are the same file"),
        ("null_elements = 1", "null_elements is true or false"),
    ],
)
def test_settings_that_are_wrong_are_one_line(
    project: Project, settings: str, expected: str
) -> None:
    from necro_scribe import run

    project.add("undead.sql", "")
    project.add("spells.sql", "")
    project.add("pyproject.toml", f"[tool.necro.scribe]\n{settings}\n")
    assert run(str(project.folder), database=None, check=False, watch=False) == 2
    assert project.capture.readouterr().err == f"necro scribe: [tool.necro.scribe] {expected}\n"
