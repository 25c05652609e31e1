"""Writes `Sources/Redict/CommandTraitsTable.swift`: what the driver has to know of each command.

The commands come from the schemas that Valkey keeps of its own (a JSON file each, BSD licence):
their flags tell what only reads and what blocks. What changes a connection is in no schema and
stands below.

Run: `python Sources/Python/generate/commandtraits.py VECTORS/valkey-commands > FILE`
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The bits of `CommandTraits`.
READ_ONLY, BLOCKING, BEGINS, ENDS, CHANGES, BREAKS, HAS_SUBCOMMANDS = 1, 2, 4, 8, 16, 32, 64

CONNECTION = {
    **dict.fromkeys(("MULTI", "WATCH"), BEGINS),
    **dict.fromkeys(("EXEC", "DISCARD", "UNWATCH"), ENDS),
    **dict.fromkeys(
        (
            "ASKING", "AUTH", "CLIENT CACHING", "CLIENT CAPA", "CLIENT NO-EVICT",
            "CLIENT NO-TOUCH", "CLIENT SETNAME", "CLIENT TRACKING", "QUIT", "READONLY",
            "READWRITE", "SCRIPT DEBUG", "SELECT",
        ),
        CHANGES,
    ),
    **dict.fromkeys(
        (
            "CLIENT REPLY", "HELLO", "MONITOR", "PSUBSCRIBE", "PSYNC", "PUNSUBSCRIBE", "REPLCONF",
            "RESET", "SSUBSCRIBE", "SUBSCRIBE", "SUNSUBSCRIBE", "SYNC", "UNSUBSCRIBE",
        ),
        BREAKS,
    ),
}  # fmt: skip

HEAD = """/// What the driver has to know of each command. Written by
/// `Sources/Python/generate/commandtraits.py`.
enum CommandTraitsTable {
  /// Lines in the order of their octets: a name, or a container and its subcommand, and the traits.
  static var lines: StaticString {
    \"\"\"
"""
TAIL = """

    \"\"\"
  }
}
"""


def read(folder: Path) -> Iterator[tuple[str, int]]:
    """Names with their traits."""
    for path in sorted(folder.glob("*.json")):
        schemas: dict[str, dict[str, Any]] = json.loads(path.read_text())
        for name, schema in schemas.items():
            container = schema.get("container")
            full = f"{container} {name}" if container else name
            flags = schema.get("command_flags", [])
            traits = CONNECTION.get(full, 0)
            traits |= READ_ONLY if "READONLY" in flags else 0
            traits |= BLOCKING if "BLOCKING" in flags else 0
            yield full, traits


def table(commands: dict[str, int]) -> Iterator[str]:
    """The lines of the table; commands without traits need none."""
    told = {name: traits for name, traits in commands.items() if traits}
    containers = {name.split()[0] for name in told if " " in name}
    for name in containers:
        told[name] = commands.get(name, 0) | HAS_SUBCOMMANDS
    for name in sorted(told, key=str.encode):
        yield f"{name}{chr(0x20 + told[name])}"


def main() -> None:
    """Writes the file to standard output."""
    commands = dict(read(Path(sys.argv[1])))
    for name in CONNECTION.keys() - commands.keys():
        sys.exit(f"no schema of {name}")
    print(HEAD + "\n".join(f"    {line}" for line in table(commands)) + TAIL, end="")


if __name__ == "__main__":
    main()
