"""The table that the tests of Postgres are about, and the type of their fixture."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import necro.postgres as pg

type Run = Callable[[Callable[[pg.Database], Awaitable[None]]], None]

SCHEMA = """
CREATE TABLE minions (id serial PRIMARY KEY, name text NOT NULL UNIQUE, power int);
INSERT INTO minions (name, power) VALUES ('Igor', 5), ('Mortimer', 7), ('Elvira', NULL);
"""
