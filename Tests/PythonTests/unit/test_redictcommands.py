"""The methods of `necro.redict`, and the generator that writes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = ROOT / "Sources/Python/generate/redictcommands.py"
METHODS = ROOT / "Sources/Python/necro/redict/_commands.py"
SCHEMAS = Path(os.environ.get("NECRO_VECTORS", ROOT.parent / "shared/vectors")) / "valkey-commands"


def _generate(schemas: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(GENERATOR), str(schemas)], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas are not at hand")
def test_the_methods_are_what_the_generator_writes() -> None:
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(METHODS), "-"]
    written = _generate(SCHEMAS).stdout
    done = subprocess.run(ruff, input=written, capture_output=True, text=True, check=True)
    assert done.stdout == METHODS.read_text()


def test_an_override_of_no_command_is_refused(tmp_path: Path) -> None:
    schema = {"GET": {"arguments": [{"name": "key", "type": "key"}], "command_flags": []}}
    (tmp_path / "get.json").write_text(json.dumps(schema))
    done = _generate(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("no schema of ")


def test_what_needs_an_override_says_so() -> None:
    from redictcommands import Method

    block: dict[str, object] = {"name": "data", "type": "block", "multiple": True, "arguments": []}
    with pytest.raises(NotImplementedError, match="X: data needs an override"):
        Method("X", {"arguments": [block]})


def test_a_method_follows_from_a_schema() -> None:
    from redictcommands import method

    schema = {
        "reply_schema": {"oneOf": [{"type": "null"}, {"type": "string"}]},
        "arguments": [
            {"name": "key", "type": "key"},
            {"name": "count", "type": "integer", "token": "COUNT", "optional": True},
            {"name": "now", "type": "pure-token", "token": "NOW", "optional": True},
            {"name": "value", "type": "string", "multiple": True},
        ],
    }
    assert method("SOME THING", schema) == (
        "    @typed\n"
        "    def some_thing(self, key: Key, *values: Argument, count: int | None = None, "
        "now: bool = False) -> Request[T | None]:\n"
        '        return self._call(".", "SOME THING", key, COUNT=count, NOW=now, _=values)\n'
    )
