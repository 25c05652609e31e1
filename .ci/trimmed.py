"""Runs Python tests on the package as a wheel has it: trimmed, in a copy of the checkout.

Words are for pytest; by default all tests run but those of the sources' own text and types.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "Sources/Python/build"))

from trimming import trim_package  # noqa: E402

# They read the sources, build the package or check the types of both sides themselves.
APART = ("typing", "unit/test_trimming.py", "endtoend/test_package.py")


def main() -> int:
    """Copies what the repository holds, trims the package there and runs pytest on it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, ROOT.name)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
        trim_package(ROOT / "Sources/Python/necro", copy / "Sources/Python")
        apart = [f"--ignore=Tests/PythonTests/{name}" for name in APART]
        extension = os.environ.get("NECRO_EXTENSION", ROOT / ".build-embedded/release/lib_necro.so")
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *apart, *sys.argv[1:]],
            cwd=copy,
            env={**os.environ, "NECRO_EXTENSION": str(extension)},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
