"""What all Python tests share: the extension module that the checkout has built, and servers."""

from __future__ import annotations

import os
from pathlib import Path

from database_fixtures import (
    postgres_database,
    postgres_server,
    postgres_url,
    redict_server,
    shared_redict,
)

__all__ = [
    "postgres_database",
    "postgres_server",
    "postgres_url",
    "redict_server",
    "shared_redict",
]

ROOT = Path(__file__).resolve().parent.parent.parent

# The end-to-end tests and the tests of the package run what ships: the Embedded Swift build.
os.environ.setdefault("NECRO_EXTENSION", str(ROOT / ".build-embedded/release/lib_necro.so"))
os.environ.setdefault("NECRO_SQLTEXT", str(ROOT / ".build-embedded/release/libnecro_sqltext.so"))
