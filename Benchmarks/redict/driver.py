"""Runs `redict-driver` beside a private server, each on a core of its own where there are two."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from necro._private_servers import PrivateRedict


def main() -> int:
    """The status of the program."""
    parser = argparse.ArgumentParser(description="Measure the Redict driver beside hiredis.")
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    options = parser.parse_args()
    usable = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {usable[-1]})
    with PrivateRedict() as server:
        os.sched_setaffinity(0, {usable[0]})
        environment = {
            **os.environ,
            "NECRO_REDICT": str(server.socket_file),
            "ROUNDS": str(options.rounds),
        }
        return subprocess.run([options.program], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
