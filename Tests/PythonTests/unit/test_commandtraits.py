"""The table of what the Redict driver knows of commands, and the generator that writes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = ROOT / "Sources/Python/generate/commandtraits.py"
TABLE = ROOT / "Sources/Redict/CommandTraitsTable.swift"
SCHEMAS = Path(os.environ.get("NECRO_VECTORS", ROOT.parent / "shared/vectors")) / "valkey-commands"


def _generate(schemas: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(GENERATOR), str(schemas)], capture_output=True, text=True, check=False
    )


def _lines(table: str) -> dict[str, int]:
    lines = [line.strip() for line in table.split('"""')[1].splitlines() if line.strip()]
    return {line[:-1]: ord(line[-1]) - 0x20 for line in lines}


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas are not at hand")
def test_the_table_is_what_the_generator_writes() -> None:
    assert _generate(SCHEMAS).stdout == TABLE.read_text()


def test_names_are_in_order_and_their_traits_visible() -> None:
    lines = _lines(TABLE.read_text())
    assert list(lines) == sorted(lines, key=str.encode)
    assert len(lines) > 120
    assert all(0 < traits < 0x5F or traits == 64 for traits in lines.values())
    assert (lines["GET"], lines["BLPOP"], lines["XREAD"], lines["MULTI"]) == (1, 2, 3, 4)
    assert (lines["CLIENT"], lines["CLIENT REPLY"], lines["SELECT"]) == (64, 32, 16)
    assert "SET" not in lines


def test_a_command_that_no_schema_has_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "get.json").write_text(json.dumps({"GET": {"command_flags": ["READONLY"]}}))
    generated = _generate(tmp_path)
    assert generated.returncode != 0
    assert "no schema of" in generated.stderr
