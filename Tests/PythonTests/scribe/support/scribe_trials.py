"""Has the referee look at queries that are made at random.

`make scribe-referee QUERIES=10000 SEED=1`; a column that was held to be never NULL and had one is
printed with the number that its query is made from.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

import necro.postgres as pg
from necro._private_servers import PrivatePostgres
from necro_scribe._analysis import Analyst
from necro_scribe._facts import SQLFault
from scribe_generator import made_query
from scribe_referee import Referee, make_databases

__all__ = ["Trials", "try_queries"]

# A query that is made at random may multiply rows without end.
_MILLISECONDS_MAX = 300
_ROUND = 500


@dataclass
class Trials:
    """What became of queries.

    - wrong: for each column with a NULL that was held to have none, in words.
    - proven: columns that were held to be never NULL, in queries that gave rows.
    - possible: the other columns, and how many of them had a NULL.
    """

    queries: int = 0
    refused: list[str] = field(default_factory=list[str])
    failed: int = 0
    proven: int = 0
    possible: int = 0
    seen: int = 0
    wrong: list[str] = field(default_factory=list[str])


async def _look(
    analyst: Analyst, seeds: Iterable[int], referees: list[Referee], trials: Trials
) -> None:
    for seed in seeds:
        sql = made_query(seed)
        trials.queries += 1
        try:
            facts = await analyst.statement(sql)
        except SQLFault as fault:
            trials.refused.append(f"{seed}: {fault.message}: {sql}")
            continue
        nulls: set[int] = set()
        errors = 0
        for referee in referees:
            found, error = referee.nulls(sql, [], [[]])
            nulls |= found
            errors += error is not None
        trials.failed += errors == len(referees)
        for number, column in enumerate(facts.columns):
            trials.proven += not column.nullable
            trials.possible += column.nullable
            trials.seen += column.nullable and number in nulls
            if number in nulls and not column.nullable:
                trials.wrong.append(f"{seed}: column {number + 1} of {sql}")


def try_queries(server: PrivatePostgres, databases: dict[str, str], seeds: range) -> Trials:
    """Makes queries, has them looked at and runs them on all sets of rows."""
    trials = Trials()

    async def main() -> None:
        with ExitStack() as stack:
            referees = [
                stack.enter_context(Referee(server.url, name, _MILLISECONDS_MAX))
                for name in databases.values()
            ]
            url = server.url_of(databases["empty"])
            async with pg.connect(url) as database, database.connection() as connection:
                await _look(Analyst(connection), seeds, referees, trials)

    asyncio.run(main())
    return trials


def main() -> int:
    """Tries queries; the status is 1 when the proof was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = False
    with PrivatePostgres() as server:
        databases = make_databases(server.url)
        for first in range(options.seed, options.seed + options.queries, _ROUND):
            last = min(first + _ROUND, options.seed + options.queries)
            trials = try_queries(server, databases, range(first, last))
            print(
                f"{first} to {last - 1}: {trials.proven} columns never NULL, {trials.possible} that"
                f" may be, {trials.seen} of them were; {len(trials.refused)} queries refused,"
                f" {trials.failed} failed; {len(trials.wrong)} wrong",
                flush=True,
            )
            print("".join(f"{each}\n" for each in trials.wrong), end="", flush=True)
            wrong = wrong or bool(trials.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
