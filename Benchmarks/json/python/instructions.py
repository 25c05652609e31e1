"""How many instructions `necro.json` and its peers execute for a document, as valgrind counts them.

A count does not depend on what else the machine does. Each codec and document runs in two processes
under callgrind, one with more calls than the other: the difference is the calls' alone.

    python Benchmarks/json/python/instructions.py [--peers necro,orjson] [DOCUMENT ...]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

# By its name, which other benchmarks have for theirs.
compare: Any = import_module("compare")

# Calls enough that a small document's cost stands out, few for one of megabytes.
CALLS: Mapping[str, int] = {"small": 20_000, "rows": 400, "records": 400, "strings": 100}
OTHER_CALLS = 6


def count(way: str, peer: str, name: str, calls: int) -> int:
    """The instructions of a whole process that makes so many calls."""
    environment = dict(os.environ, PYTHONHASHSEED="0")
    if peer == "unspeculative":
        environment["NECRO_JSON_SPECULATION"] = "0"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command += [sys.executable, __file__, "--run", way, peer, name, str(calls)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(done.stderr)
    return int(found[1])


def run(way: str, peer: str, name: str, calls: int) -> None:
    """What a counted process does."""
    value = compare.documents()[name]
    codecs = compare.WRITERS if way == "dumps" else compare.READERS
    codec = codecs["necro" if peer == "unspeculative" else peer]
    argument = value if way == "dumps" else compare.orjson.dumps(value)
    for _ in range(calls + 5):
        codec(argument)


def per_call(way: str, peer: str, name: str) -> float:
    """The instructions of a call."""
    calls: int = CALLS.get(name, OTHER_CALLS)
    with ThreadPoolExecutor(2) as pool:
        fewer = pool.submit(count, way, peer, name, 0)
        more = count(way, peer, name, calls)
    return (more - fewer.result()) / calls


def main() -> None:
    """Counts every document both ways."""
    parser = argparse.ArgumentParser(description="Count the instructions of JSON codecs.")
    parser.add_argument("--peers", default="necro,orjson", help="of compare.py, or unspeculative")
    parser.add_argument("--ways", default="dumps,loads")
    parser.add_argument("--run", nargs=4, metavar="RUN", help=argparse.SUPPRESS)
    parser.add_argument("documents", nargs="*", help="of compare.py; all by default")
    options = parser.parse_args()
    if options.run:
        way, peer, name, calls = options.run
        run(way, peer, name, int(calls))
        return
    for name in options.documents or compare.documents():
        for way in options.ways.split(","):
            peers = options.peers.split(",")
            counts = {peer: per_call(way, peer, name) for peer in peers}
            first = counts[peers[0]]
            shown = (f"{peer} {counts[peer]:.0f} x{counts[peer] / first:.2f}" for peer in peers)
            ratios = "  ".join(shown)
            print(f"{way} {name:13} {ratios}", flush=True)


if __name__ == "__main__":
    main()
