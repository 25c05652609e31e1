"""Measures how soon a test client answers, beside FastAPI's in the same run.

Every sample is a process of its own. The two take turns, and figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from servers import ROOT, compared_program

HERE = Path(__file__).resolve().parent
COMPARED = ROOT / ".venv-bench-client"
EXTENSION = ROOT / ".build-embedded/release/lib_necro.so"
SHOWN = {
    "import": "import of app and client",
    "first": "construction to first response",
    "next": "a later request",
}


def _sample(python: str, name: str) -> dict[str, float]:
    """The times of one process, in seconds."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "Sources/Python"),
        "NECRO_EXTENSION": str(EXTENSION),
    }
    ended = subprocess.run(
        [python, str(HERE / "sample.py"), name],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    times: dict[str, float] = json.loads(ended.stdout)
    return times


def main() -> int:
    """Prints a table in milliseconds."""
    parser = argparse.ArgumentParser(description="Measure how soon a test client answers.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    rounds: int = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds is 1 or more")
    if not EXTENSION.exists():
        print(f"{EXTENSION.relative_to(ROOT)} is missing: make build", file=sys.stderr)
        return 1
    compared = compared_program("python", HERE / "requirements.txt", COMPARED)
    pythons = {"necro": sys.executable, "fastapi": compared}
    # The first of each writes and reads files that the others find at hand.
    for name, python in pythons.items():
        _sample(python, name)
    samples: dict[str, list[dict[str, float]]] = {name: [] for name in pythons}
    for _ in range(rounds):
        for name, python in pythons.items():
            samples[name].append(_sample(python, name))
    print(f"| ms, medians of {rounds} | necro | fastapi | necro of fastapi |\n|---|---|---|---|")
    for key, label in SHOWN.items():
        own, other = (median(times[key] for times in samples[name]) for name in pythons)
        print(f"| {label} | {own * 1000:.2f} | {other * 1000:.2f} | {own / other:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
