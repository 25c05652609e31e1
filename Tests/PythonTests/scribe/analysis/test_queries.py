"""What the analysis says of the queries in Fixtures/scribe."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from necro_scribe._facts import SQLFault, StatementFacts
from scribe_queries import Case, cases

QUERIES = cases()
FEWEST_QUERIES = 300
# The share of the columns that are never NULL of which the analysis has to know it.
PRECISION = 0.9


def test_there_are_enough_queries() -> None:
    assert len(QUERIES) >= FEWEST_QUERIES
    assert len({case.sql for case in QUERIES}) == len(QUERIES)
    assert 3 * sum(case.is_held_out for case in QUERIES) >= len(QUERIES) * 0.95


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case.name)
def test_columns(case: Case, facts: Mapping[str, StatementFacts | SQLFault]) -> None:
    found = facts[case.name]
    assert not isinstance(found, SQLFault), found.message
    columns = [(each.name, each.type.name) for each in found.columns]
    assert columns == [(each.name, each.type) for each in case.columns]
    said = {f"{n}: {each.name}": each.why for n, each in enumerate(found.columns)}
    nullable = [each.nullable for each in found.columns]
    assert nullable == [not each.is_proven for each in case.columns], said
    assert nullable == [bool(each.why) for each in found.columns]


@pytest.mark.parametrize("is_held_out", [False, True], ids=["tuned", "held out"])
def test_precision(is_held_out: bool, facts: Mapping[str, StatementFacts | SQLFault]) -> None:
    found, proven = 0, 0
    for case in QUERIES:
        said = facts[case.name]
        if case.is_held_out != is_held_out or isinstance(said, SQLFault):
            continue
        for column, expected in zip(said.columns, case.columns, strict=True):
            found += expected.is_never_null
            proven += expected.is_never_null and not column.nullable
    print(f"{proven} of {found} columns that are never NULL are known to be: {proven / found:.1%}")
    assert proven >= PRECISION * found
