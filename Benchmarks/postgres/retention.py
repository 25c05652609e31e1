"""Measures what `necro host` holds over a million queries: `GET /summon/{id}`, a row from Postgres.

The resident memory is read after a warm-up and then after each tenth of the requests, so that a
leak shows as a slope and not only as a difference.
"""

from __future__ import annotations

import argparse
import os
import sys

from endtoend import HERE, LOAD, PATH
from load import run_load
from necro._private_servers import PrivatePostgres, PrivateServerError
from processes import ServerFailed, ServerProcess, end_servers_when_terminated, free_port, running
from servers import CONTENT, CannotBuild, cores, necro
from workloads import SCHEMA, VACUUM

WARM_UP_QUERIES = 50_000
PARTS = 10


def _send(server: ServerProcess, queries: int, core: int) -> int:
    """Sends at least so many requests, in loads of a second; returns how many it were."""
    sent = 0
    while sent < queries:
        sample = run_load(server, LOAD, 1, core, PATH)
        if sample.errors:
            raise ServerFailed(f"{sample.errors:.0f} of the requests failed")
        sent += round(sample.requests_per_second)
    return sent


def _measure(queries: int) -> tuple[list[int], list[float]]:
    """The number of queries so far and the RSS in octets, from the end of the warm-up on."""
    serving, loading = cores()
    usable = os.sched_getaffinity(0)
    # What Postgres starts inherits the core.
    os.sched_setaffinity(0, {loading})
    with PrivatePostgres() as database:
        os.sched_setaffinity(0, usable)
        database.run_sql(SCHEMA)
        database.run_sql(VACUUM)
        port = free_port()
        command = necro(port, app=HERE / "necro_minions.py")
        environment = {**command.environment, "DATABASE_URL": database.url}
        with running(
            command.words, port, core=serving, content=CONTENT, environment=environment
        ) as server:
            _send(server, WARM_UP_QUERIES, loading)
            counts = [0]
            sizes: list[float] = [server.rss_octets()]
            for _ in range(PARTS):
                counts.append(counts[-1] + _send(server, queries // PARTS, loading))
                sizes.append(server.rss_octets())
            return counts, sizes


def main(arguments: list[str] | None = None) -> int:
    """Runs the measurement; the exit status is 1 when it could not be made."""
    parser = argparse.ArgumentParser(description="Measure necro's memory over queries.")
    parser.add_argument("--queries", type=int, default=1_000_000, metavar="N")
    options = parser.parse_args(arguments)
    if options.queries < PARTS:
        parser.error(f"queries start at {PARTS}")
    end_servers_when_terminated()
    try:
        counts, sizes = _measure(options.queries)
    except (CannotBuild, PrivateServerError, ServerFailed) as error:
        print(f"bench-postgres: {error}", file=sys.stderr)
        return 1
    print("| queries | RSS MB |\n|---:|---:|")
    for count, size in zip(counts, sizes, strict=True):
        print(f"| {count:,} | {size / 1e6:.2f} |")
    per_query = (sizes[-1] - sizes[0]) / counts[-1]
    print(f"\n{per_query:+.2f} octets per query, {(sizes[-1] - sizes[0]) / 1e6:+.2f} MB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
