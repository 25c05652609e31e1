"""No column that is said to be never NULL has a NULL, on rows that are chosen to make one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from necro_scribe._facts import SQLFault, StatementFacts
from scribe_crypt import Crypt
from scribe_queries import Case, cases
from scribe_referee import DATASETS, Referee, arguments_of

QUERIES = cases()
# The share of the columns that may be NULL which are so on some of the rows: else the rows would be
# no test of the others.
PROVOKED = 0.7


@pytest.fixture(scope="module")
def referees(crypt: Crypt) -> Iterator[list[Referee]]:
    """One for each set of rows."""
    opened = [Referee(crypt.url, crypt.databases[each]) for each in DATASETS]
    yield opened
    for each in opened:
        each.__exit__(None, None, None)


def _nulls(case: Case, said: StatementFacts, referees: list[Referee]) -> set[int]:
    types = [each.type for each in said.parameters]
    sets = arguments_of([each.name for each in types])
    found: set[int] = set()
    for referee in referees:
        found |= referee.nulls(case.sql, [each.oid for each in types], sets)[0]
    return found


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case.name)
def test_no_null_where_none_may_be(
    case: Case, facts: Mapping[str, StatementFacts | SQLFault], referees: list[Referee]
) -> None:
    said = facts[case.name]
    assert not isinstance(said, SQLFault), said.message
    nulls = _nulls(case, said, referees)
    assert [said.columns[each].name for each in nulls if not said.columns[each].nullable] == []
    # What is written down is true as well.
    assert [each for each in nulls if case.columns[each].is_never_null] == []


def test_the_rows_provoke_nulls(
    facts: Mapping[str, StatementFacts | SQLFault], referees: list[Referee]
) -> None:
    possible, seen = 0, 0
    for case in QUERIES:
        said = facts[case.name]
        assert not isinstance(said, SQLFault), said.message
        nulls = _nulls(case, said, referees)
        possible += sum(not each.is_never_null for each in case.columns)
        seen += len(nulls)
    print(f"{seen} of {possible} columns that may be NULL were: {seen / possible:.1%}")
    assert seen >= PROVOKED * possible


def test_every_query_runs_on_some_rows(
    facts: Mapping[str, StatementFacts | SQLFault], referees: list[Referee]
) -> None:
    failed: dict[str, str] = {}
    for case in QUERIES:
        said = facts[case.name]
        assert not isinstance(said, SQLFault), said.message
        types = [each.type for each in said.parameters]
        sets = arguments_of([each.name for each in types])
        errors = [
            error
            for referee in referees
            for arguments in sets
            if (error := referee.nulls(case.sql, [each.oid for each in types], [arguments])[1])
        ]
        if len(errors) == len(referees) * len(sets):
            failed[case.name] = errors[0]
    assert failed == {}
