"""Builds the fuzz targets and runs each for a while.

A product of the package in Fuzz/ is called `<codec>-<kind>`: it starts from the files in
`Corpus/<codec>/seed` and `Corpus/<codec>/fail`, and what crashes it lands in `Corpus/<codec>/fail`.
`Fuzz/dictionaries/<codec>.dict`, where there is one, has the words of its language.
What it finds on the way stays in the build folder, for the next run to start from; `--merge` adds
what of that reaches code that the seeds do not to `Corpus/<codec>/seed`, smallest first. `canary-*`
must crash, which shows that the harness sees crashes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / ".build-fuzz"
SWIFT = ["--package-path", str(ROOT / "Fuzz"), "--scratch-path", str(SCRATCH)]
# Swift heeds only the last -sanitize; the first two make the package manager link what the third
# asks for. With one fewer, the targets are built without coverage and find nothing.
SANITIZERS = ["--sanitize=fuzzer", "--sanitize=address", "-Xswiftc", "-sanitize=fuzzer,address"]
# The linker says so of hundreds of symbols of the address sanitizer, and it is right.
LINKER_NOISE = "Cannot export local symbol"
CANARY = "canary"
# As long as a machine may need to find what is wrong with the canary.
CANARY_SECONDS = 60
INPUT_OCTETS_MAX = 16 * 1024
INPUT_SECONDS_MAX = 10
MERGED_OCTETS_MAX = 1024


def _build() -> bool:
    built = subprocess.run(
        ["swift", "build", *SWIFT, *SANITIZERS],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        lines = [line for line in built.stdout.splitlines() if LINKER_NOISE not in line]
        print("\n".join(lines))
    return built.returncode == 0


def _products() -> list[str]:
    described = subprocess.run(
        ["swift", "package", *SWIFT, "describe", "--type", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    products = json.loads(described.stdout)["products"]
    return sorted(product["name"] for product in products if "executable" in product["type"])


def _run(product: str, seconds: int, replayed: list[str]) -> bool:
    """Fuzzes one product, or replays its corpus; True when it did what it should."""
    codec, _, kind = product.rpartition("-")
    is_canary = codec == CANARY
    seconds = CANARY_SECONDS if is_canary else seconds
    found = SCRATCH / "found" / product
    found.mkdir(parents=True, exist_ok=True)
    corpus = ROOT / "Corpus" / codec
    failures = SCRATCH / "found" / "crashes" if is_canary else corpus / "fail"
    failures.mkdir(parents=True, exist_ok=True)
    words = [str(SCRATCH / "debug" / product), f"-max_total_time={seconds}"]
    words += [f"-max_len={INPUT_OCTETS_MAX}", f"-timeout={INPUT_SECONDS_MAX}", "-verbosity=0"]
    words += [f"-artifact_prefix={failures}/", "-print_final_stats=1", str(found)]
    if kind in replayed:
        words.append("-runs=0")
    dictionary = ROOT / "Fuzz" / "dictionaries" / f"{codec}.dict"
    if dictionary.exists():
        words.append(f"-dict={dictionary}")
    words += [str(folder) for folder in (corpus / "seed", corpus / "fail") if folder.exists()]
    # Else Swift's own report of a crash comes first, and libFuzzer never writes the input down.
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
    done = subprocess.run(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    output = done.stdout.decode(errors="replace")
    if is_canary:
        print(f"{product}: {'crashed, as it must' if done.returncode else 'DID NOT CRASH'}")
        return done.returncode != 0
    if done.returncode != 0:
        print(output)
        print(f"{product}: FAILED with status {done.returncode}")
        return False
    if "Is the code instrumented for coverage?" in output:
        print(f"{product}: FAILED, no coverage was seen")
        return False
    runs = [line.split()[-1] for line in output.splitlines() if "executed_units" in line]
    print(f"{product}: {runs[-1] if runs else '?'} inputs", flush=True)
    return True


def _merge(product: str, folders: list[Path]) -> bool:
    """Adds the inputs that reach new code to the seeds of a product's codec."""
    codec = product.rpartition("-")[0]
    if codec == CANARY:
        return True
    seeds = ROOT / "Corpus" / codec / "seed"
    found = [folder for folder in (SCRATCH / "found" / product, *folders) if folder.exists()]
    # Edges alone: how often each was taken would keep thousands that show nothing else.
    words = [str(SCRATCH / "debug" / product), "-merge=1", "-use_counters=0"]
    words += [f"-max_len={MERGED_OCTETS_MAX}", f"-timeout={INPUT_SECONDS_MAX}", str(seeds)]
    words += [str(folder) for folder in found]
    before = set(seeds.iterdir())
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        print(done.stdout.decode(errors="replace"))
        print(f"{product}: FAILED with status {done.returncode}")
        return False
    added = sorted(set(seeds.iterdir()) - before)
    for path in added:
        path.rename(path.with_name(f"found-{path.name[:12]}"))
    print(f"{product}: {len(added)} inputs added to {seeds.relative_to(ROOT)}", flush=True)
    return True


def main() -> int:
    """Builds and fuzzes; the exit status is 1 when a target crashed or the canary did not."""
    parser = argparse.ArgumentParser(description="Run the fuzz targets.")
    parser.add_argument("--seconds", type=int, default=10, metavar="N", help="per target")
    parser.add_argument(
        "--replay", action="append", default=[], metavar="KIND", help="only the corpus of this kind"
    )
    parser.add_argument("--merge", action="store_true", help="add what was found to the seeds")
    parser.add_argument(
        "--from", action="append", default=[], type=Path, metavar="FOLDER", dest="folders",
        help="with --merge: of inputs, beside those in the build folder",
    )  # fmt: skip
    parser.add_argument("names", nargs="*", help="only products whose name contains one of these")
    options = parser.parse_args()
    if not _build():
        return 1
    chosen = [
        product
        for product in _products()
        if not options.names or any(name in product for name in options.names)
    ]
    if options.merge:
        results = [_merge(product, options.folders) for product in chosen]
    else:
        results = [_run(product, options.seconds, options.replay) for product in chosen]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
