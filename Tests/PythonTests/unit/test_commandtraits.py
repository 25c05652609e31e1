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


def _lines(table: str) -> dict[str, tuple[int, str]]:
    lines = [line.strip() for line in table.split('"""')[1].splitlines() if line.strip()]
    return {line[:-2]: (ord(line[-2]) - 0x20, line[-1]) for line in lines}


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas are not at hand")
def test_the_table_is_what_the_generator_writes() -> None:
    assert _generate(SCHEMAS).stdout == TABLE.read_text()


def test_names_are_in_order_and_their_traits_visible() -> None:
    lines = _lines(TABLE.read_text())
    assert list(lines) == sorted(lines, key=str.encode)
    assert len(lines) > 240
    assert all(0 <= traits < 0x5F for traits, _ in lines.values())
    assert (lines["GET"], lines["BLPOP"], lines["XREAD"]) == ((1, "A"), (2, "d"), (3, "m"))
    assert (lines["CLIENT"], lines["CLIENT REPLY"]) == ((64, "-"), (32, "-"))
    assert (lines["SET"], lines["MULTI"], lines["SELECT"]) == ((0, "a"), (4, "-"), (16, "-"))


def test_where_keys_are() -> None:
    letters = {name: letter for name, (_, letter) in _lines(TABLE.read_text()).items()}
    assert (letters["MGET"], letters["MSET"], letters["RENAME"]) == ("C", "e", "f")
    assert (letters["EVAL"], letters["ZUNIONSTORE"], letters["SORT"]) == ("j", "h", "n")
    assert (letters["OBJECT ENCODING"], letters["PUBLISH"], letters["PING"]) == ("b", "-", "-")
    # Only reads are kept, and none whose reply depends on time or chance.
    assert not {"TTL", "SRANDMEMBER", "RANDOMKEY", "SCAN", "SET", "XREAD"} & {
        name for name, letter in letters.items() if letter.isupper()
    }


def test_a_command_that_no_schema_has_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "get.json").write_text(json.dumps({"GET": {"command_flags": ["READONLY"]}}))
    generated = _generate(tmp_path)
    assert generated.returncode != 0
    assert "no schema of" in generated.stderr
