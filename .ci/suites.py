"""Runs every suite of the project's tests and ends with the sum of what passed and failed.

A suite goes on when one before it failed, so that one run shows everything. Swift Testing and
pytest say how many tests passed; a build, a linter or a type checker counts as one test. A suite
that ends badly without naming a failed test, because it crashed or a tool is missing, counts as one
failed test.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".build-test"
PYTHON = sys.executable
BIN = Path(PYTHON).parent
SWIFT_TEST = ["swift", "test", "--disable-xctest"]
SWIFT_SOURCES = ["Package.swift", "Sources", "Tests", "Fuzz", "Examples"]
TOOLS = {
    "swift": "install Swift 6.2 or newer (swift.org/install/linux)",
    "curl": "apt-get install curl",
    "nginx": "apt-get install nginx",
    "pgbouncer": "apt-get install pgbouncer",
    "qemu-aarch64": "apt-get install qemu-user",
    "redis-server": "apt-get install redis-server",
    "wrk": "apt-get install wrk",
}


@dataclass(frozen=True)
class Suite:
    """A command and where it writes, when it does, the JUnit report of its tests."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=lambda: dict[str, str]())
    report: Path | None = None


@dataclass
class Count:
    """How many tests of a suite passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Count) -> None:
        """Adds another suite's counts."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def _suites(fuzz_seconds: int) -> Iterable[Suite]:
    swift_report = REPORTS / "swift.xml"
    pytest_report = REPORTS / "pytest.xml"
    build = ["swift", "build", "-c", "release"]
    yield Suite(
        "the shipped extension (Embedded Swift)",
        [*build, "--product", "_necro", "--scratch-path", ".build-embedded"],
        {"NECRO_EMBEDDED": "1"},
    )
    yield Suite(
        "the library of scribe (Embedded Swift)",
        [*build, "--product", "necro_sqltext", "--scratch-path", ".build-embedded"],
        {"NECRO_EMBEDDED": "1"},
    )
    yield Suite("release build", build)
    yield Suite(
        "Swift tests",
        [*SWIFT_TEST, "--xunit-output", str(swift_report)],
        report=swift_report,
    )
    # A disagreement with a peer that nobody has judged yet is news and no regression: `make fuzz`
    # looks for those, and here the judged ones are replayed.
    yield Suite(
        "fuzz targets",
        [PYTHON, ".ci/fuzz.py", "--seconds", str(fuzz_seconds), "--replay", "differential"],
    )
    yield Suite(
        "Python tests",
        [PYTHON, "-m", "pytest", "-q", f"--junitxml={pytest_report}"],
        report=pytest_report,
    )
    yield Suite("ruff check", [str(BIN / "ruff"), "check", "."])
    yield Suite("ruff format", [str(BIN / "ruff"), "format", "--check", "."])
    yield Suite("mypy", [str(BIN / "mypy")])
    yield Suite("pyright", [str(BIN / "pyright")])
    present = [name for name in SWIFT_SOURCES if (ROOT / name).exists()]
    yield Suite("swift format", ["swift", "format", "lint", "--strict", "-p", "-r", *present])


def _counted(report: Path) -> Count:
    """The counts of a JUnit report; none where the run ended before it was written."""
    count = Count()
    if not report.exists():
        return count
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except ElementTree.ParseError:
        # The run crashed while it wrote.
        return count
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif case.find("skipped") is not None:
            count.skipped += 1
        else:
            count.passed += 1
    return count


def _run(suite: Suite) -> Count:
    environment = {
        **os.environ,
        "NECRO_PYTHON_INCLUDE": sysconfig.get_config_vars()["INCLUDEPY"],
        **suite.environment,
    }
    print(f"\n=== {suite.name}: {' '.join(suite.command)}", flush=True)
    if suite.report is not None:
        suite.report.unlink(missing_ok=True)
    try:
        status = subprocess.run(suite.command, cwd=ROOT, env=environment, check=False).returncode
    except OSError as error:
        print(f"{suite.command[0]}: {error.strerror}")
        return Count(failed=1)
    if suite.report is None:
        return Count(passed=int(status == 0), failed=int(status != 0))
    count = _counted(suite.report)
    if count.failed == 0 and (status != 0 or count.passed == 0):
        print(f"{suite.name}: status {status} without a failed test")
        count.failed = 1
    return count


def _missing_tools() -> Count:
    count = Count()
    for name, advice in TOOLS.items():
        if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            print(f"{name} is missing: {advice}")
            count.failed += 1
    return count


def main() -> int:
    """Runs the suites; the exit status is 1 when anything failed."""
    parser = argparse.ArgumentParser(description="Run every suite.")
    parser.add_argument("--fuzz-seconds", type=int, default=5, metavar="N", help="per target")
    parser.add_argument("names", nargs="*", help="only suites whose name contains one of these")
    options = parser.parse_args()
    REPORTS.mkdir(exist_ok=True)
    total = _missing_tools()
    lines: list[str] = []
    for suite in _suites(options.fuzz_seconds):
        if options.names and not any(name in suite.name for name in options.names):
            continue
        start = time.monotonic()
        count = _run(suite)
        total.add(count)
        lines.append(f"{suite.name}: {count} ({time.monotonic() - start:.0f} s)")
    print("\n" + "\n".join(lines), flush=True)
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
