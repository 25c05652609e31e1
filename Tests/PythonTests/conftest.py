"""What all Python tests share: the extension module that the checkout has built."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# The end-to-end tests and the tests of the package run what ships: the Embedded Swift build.
os.environ.setdefault("NECRO_EXTENSION", str(ROOT / ".build-embedded/release/lib_necro.so"))
