"""What is wrong with a project's SQL, as scribe says it."""

import pytest

from .conftest import Project

TABLE = "CREATE TABLE t (id int PRIMARY KEY, a text);"


def test_an_error_of_postgres_has_its_place_line_and_hint(project: Project) -> None:
    spells = (
        "-- name: A :many\nSELECT id,\n\tpwoer FROM t WHERE id = {x} AND id = {x};\n"
        "-- name: B :one\nSELECT t.aa FROM t WHERE id = {é} LIMIT 1;\n"
    )
    assert project.refused(spells).split("\n") == [
        'spells.sql:3:2: column "pwoer" does not exist',
        "    \tpwoer FROM t WHERE id = {x} AND id = {x};",
        "    \t^",
        "spells.sql:5:8: column t.aa does not exist",
        "    SELECT t.aa FROM t WHERE id = {é} LIMIT 1;",
        "           ^",
        '    hint: Perhaps you meant to reference the column "t.a".',
    ]


def test_a_place_behind_parameters_is_that_of_the_file(project: Project) -> None:
    said = project.refused(
        "-- name: A :many\nSELECT id FROM t WHERE a = {a_long_name} AND id = {b} AND oops = 1"
    )
    assert said.startswith('spells.sql:2:59: column "oops" does not exist\n')


def test_a_schema_that_is_refused_is_shown_whole(project: Project) -> None:
    said = project.refused(
        "-- name: A :one\nSELECT nothing;",
        "CREATE TABLE a (id integr);\nCREATE TABLE b (id int REFERENCES c);\nCREATE TABLE d ();",
    )
    assert [line for line in said.split("\n") if line.startswith("undead.sql")] == [
        'undead.sql:1:20: type "integr" does not exist',
        'undead.sql:2:1: relation "c" does not exist',
    ]


@pytest.mark.parametrize(
    ("spells", "expected"),
    [
        ("SELECT 1;", "spells.sql:1:1: a statement without a name"),
        ("-- name: A :one", "spells.sql:1:10: A has no statement"),
        (
            "-- name: A :one\nSELECT 1 AS a; SELECT 2;",
            "spells.sql:2:16: a second statement under one name",
        ),
        ("-- name: A\nSELECT 1;", "spells.sql:1:1: this is no name and kind"),
        ("-- name: 1A :one\nSELECT 1;", "spells.sql:1:10: '1A' is no identifier"),
        ("-- name: A :wun\nSELECT 1;", "spells.sql:1:12: there is no kind :wun"),
        (
            "-- name: A :exec\nDELETE FROM t;\n-- name: A :exec\nDELETE FROM t;",
            "spells.sql:3:10: there is another query A",
        ),
        (
            "-- name: FooBar :exec\nDELETE FROM t;\n-- name: foo_bar :exec\nDELETE FROM t;",
            "spells.sql:3:10: foo_bar would be the method foo_bar, which FooBar of spells.sql:1 is",
        ),
        ("-- name: A :exec\nDELETE FROM t WHERE id = {}", "spells.sql:2:26: { begins no parameter"),
        (
            "-- name: A :exec\nDELETE FROM t WHERE id = $1 OR id = {b}",
            "spells.sql:2:37: {b} beside parameters of the other form",
        ),
        ("-- name: A :one\nSELECT 'a", "spells.sql:2:8: the string has no closing quote"),
        ("-- name: A :one\nSELECT 1 /* a", "spells.sql:2:10: the comment has no */"),
        ("-- name: A :one\n\\d\nSELECT 1 AS a;", "spells.sql:2:1: \\d is a command to psql"),
        ("-- name: A :one\nSELECT 1 AS a \x01", "spells.sql:2:15: unexpected octet 0x01"),
        ("-- name: A :exec\nSELECT id FROM t;", "spells.sql:1:10: A is :exec, and runs a SELECT"),
        (
            "-- name: A :many\nDELETE FROM t;",
            "spells.sql:1:10: A is :many, and its statement has no result",
        ),
        ("-- name: A :many\nSELECT 1 + 1;", "spells.sql:1:10: a column has no name"),
        (
            "-- name: A :many\nSELECT id, id FROM t;",
            "spells.sql:1:10: two columns are called id",
        ),
        (
            "-- name: A :many\n-- nullable: b\nSELECT id FROM t;",
            "spells.sql:2:14: A has no column b",
        ),
        (
            "-- name: A :many\n-- optional: y\nSELECT id FROM t WHERE id = {x};",
            "spells.sql:2:14: A has no parameter y",
        ),
        (
            "-- name: A :many\n-- optional: x\nSELECT id FROM t LIMIT {x};",
            "spells.sql:3:24: x cannot be optional: here it stands in no condition",
        ),
        (
            "-- name: A :many\n-- embed: z\nSELECT id FROM t;",
            "spells.sql:2:11: A selects no z.*",
        ),
        (
            "-- name: A :copyfrom\nDELETE FROM t WHERE id = {x};",
            "spells.sql:1:10: A is :copyfrom, and is no INSERT of one row of VALUES",
        ),
        (
            "-- name: A :copyfrom\nINSERT INTO t VALUES ({a}, {b}), (1, '');",
            "spells.sql:1:10: A is :copyfrom, and is no INSERT of one row of VALUES",
        ),
        (
            "-- name: A :copyfrom\nINSERT INTO t VALUES ({a}, {b})"
            " ON CONFLICT (id) DO UPDATE SET a = {b};",
            "spells.sql:2:68: A is :copyfrom, and has b outside of VALUES",
        ),
        (
            "-- name: A :batch\nDELETE FROM t;",
            "spells.sql:1:10: A is :batch, and has no parameters",
        ),
        (
            "-- name: A :many\nSELECT * FROM ghosts;",
            'spells.sql:2:15: relation "ghosts" does not exist',
        ),
        (
            "-- name: A :many\n-- type: id\nSELECT id FROM t;",
            "spells.sql:2:10: a type needs a name and an annotation",
        ),
    ],
)
def test_each_fault_of_a_query_has_its_place(project: Project, spells: str, expected: str) -> None:
    assert project.refused(spells).split("\n")[0] == expected


def test_every_fault_of_a_run_is_shown(project: Project) -> None:
    said = project.refused(
        "-- name: A :wun\nSELECT 1;\n-- name: B :one\nSELECT x;\n-- name: C :exec\nSELECT 1 AS a;"
    )
    heads = [line for line in said.split("\n") if line.startswith("spells.sql")]
    assert [line.split(": ")[0] for line in heads] == [
        "spells.sql:1:12",
        "spells.sql:4:8",
        "spells.sql:5:10",
    ]


def test_two_tables_of_one_class_clash(project: Project) -> None:
    said = project.refused(
        "-- name: A :one\nSELECT 1 AS a;",
        "CREATE TABLE zombie (id int); CREATE TABLE zombies (id int);",
    )
    assert said.split("\n")[0] == "public.zombie and public.zombies would both be the class Zombie"
    project.add("pyproject.toml", '[tool.necro.scribe.names]\nzombie = "OneZombie"\n')
    assert project.write() == (0, "")
    assert "class OneZombie(" in project.text("undead.py")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"-- name: A :one\nSELECT '\xff' AS a;", "spells.sql:2:9: this is not UTF-8"),
        (b"-- name: A :one\nSELECT 1 \0AS a;", "spells.sql:2:10: NUL, which no SQL has"),
    ],
)
def test_octets_that_are_no_text_are_refused(
    project: Project, octets: bytes, expected: str
) -> None:
    project.add("undead.sql", TABLE)
    (project.folder / "spells.sql").write_bytes(octets)
    status, said = project.write()
    assert (status, said.split("\n")[0]) == (1, expected)


def test_what_there_is_stays_when_anything_is_wrong(graveyard: Project) -> None:
    before = {name: graveyard.text(name) for name in ("undead.py", "spells.py", "scribe.lock")}
    graveyard.add("spells.sql", "-- name: A :one\nSELECT oops;")
    status, _ = graveyard.write()
    assert status == 1
    assert before == {name: graveyard.text(name) for name in before}
    assert not [one for one in graveyard.folder.iterdir() if one.name.startswith(".")]


def test_a_one_that_may_have_more_rows_is_a_warning(project: Project) -> None:
    project.add("undead.sql", TABLE)
    project.add("spells.sql", "-- name: A :one\nSELECT a FROM t;\n")
    status, said = project.write()
    assert (status, said.split("\n")[0]) == (
        0,
        "spells.sql:1:10: warning: A is :one, and may have more rows",
    )
