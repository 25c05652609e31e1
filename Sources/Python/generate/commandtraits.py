"""Writes `Sources/Redict/CommandTraitsTable.swift`: what the driver has to know of each command.

The commands come from the schemas that Valkey keeps of its own (a JSON file each, BSD licence):
their flags tell what only reads and what blocks, their key specifications which arguments are keys.
What changes a connection, and what may be kept by a cache, is in no schema and stands below.

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

# Where keys are, as `CommandKeys` reads it: the key specifications of a command in a short form,
# and the letter that stands for them. A position, `+` for all arguments from there on, `+-1` for
# all but the last of these, `/2` for every second; `#2` for as many as the argument at 2 says.
KEYS: dict[tuple[str, ...], str] = {
    (): "-",
    ("1",): "a",
    ("2",): "b",
    ("1+",): "c",
    ("1+-1",): "d",
    ("1+/2",): "e",
    ("1..2",): "f",
    ("1", "2"): "f",
    ("2", "3+"): "g",
    ("1", "2+"): "c",
    ("1", "#2"): "h",
    ("#1",): "i",
    ("#2",): "j",
    ("1", "STORE", "STOREDIST"): "k",
    ("3", "KEYS"): "l",
    ("STREAMS",): "m",
    ("1", "?"): "n",
    ("1", "?", "?"): "n",
}

# What a client may keep of its own: reads whose reply depends on their keys alone, and not on time
# or chance.
CACHEABLE = frozenset(
    (
        "BITCOUNT", "BITFIELD_RO", "BITPOS", "EXISTS", "GEODIST", "GEOHASH", "GEOPOS",
        "GEORADIUSBYMEMBER_RO", "GEORADIUS_RO", "GEOSEARCH", "GET", "GETBIT", "GETRANGE", "HEXISTS",
        "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HSTRLEN", "HVALS", "LCS", "LINDEX", "LLEN",
        "LPOS", "LRANGE", "MGET", "SCARD", "SDIFF", "SINTER", "SINTERCARD", "SISMEMBER", "SMEMBERS",
        "SMISMEMBER", "STRLEN", "SUBSTR", "SUNION", "TYPE", "XLEN", "XRANGE", "XREVRANGE", "ZCARD",
        "ZCOUNT", "ZDIFF", "ZINTER", "ZINTERCARD", "ZLEXCOUNT", "ZMSCORE", "ZRANGE", "ZRANGEBYLEX",
        "ZRANGEBYSCORE", "ZRANK", "ZREVRANGE", "ZREVRANGEBYLEX", "ZREVRANGEBYSCORE", "ZREVRANK",
        "ZSCORE", "ZUNION",
    )
)  # fmt: skip

HEAD = """/// What the driver has to know of each command. Written by
/// `Sources/Python/generate/commandtraits.py`.
enum CommandTraitsTable {
  /// Lines in the order of their octets: a name, or a container and its subcommand, then the traits
  /// and the letter for where its keys are.
  static var lines: StaticString {
    \"\"\"
"""
MIDDLE = """

    \"\"\"
  }

  /// The same for what a cluster's nodes do together, then the letters for who does it and for what
  /// becomes of their replies.
  static var scattered: StaticString {
    \"\"\"
"""
TAIL = """

    \"\"\"
  }
}
"""

# What the tips of a command say of a cluster, as `Scattering` reads it: who does it, and what
# becomes of the replies.
REQUESTS = {"ALL_NODES": "n", "ALL_SHARDS": "s", "MULTI_SHARD": "m", "SPECIAL": "r"}
RESPONSES = {
    "ALL_SUCCEEDED": "a",
    "ONE_SUCCEEDED": "o",
    "AGG_SUM": "+",
    "AGG_MIN": "<",
    "AGG_LOGICAL_AND": "&",
    "AGG_LOGICAL_OR": "|",
    "": "c",
}
# The tips leave it to the client: any node's key will do, and SCAN is for one node at a time. What
# else is special tells of a server, and any of them is asked.
SPECIAL = {"RANDOMKEY": "?", "SCAN": "-"}


def place(spec: dict[str, Any]) -> str:
    """A key specification in the short form of `KEYS`."""
    begin, find = spec["begin_search"], spec["find_keys"]
    if "keyword" in begin:
        return str(begin["keyword"]["keyword"])
    if "index" not in begin:
        return "?"
    position = begin["index"]["pos"]
    if "keynum" in find:
        return f"#{position}"
    found = find["range"]
    if found["lastkey"] >= 0:
        last = position + found["lastkey"]
        return str(position) if last == position else f"{position}..{last}"
    text = f"{position}+" + (f"{found['lastkey'] + 1}" if found["lastkey"] < -1 else "")
    return text + (f"/{found['step']}" if found["step"] > 1 else "")


def read(folder: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    """Names with their traits and the letter for their keys."""
    for path in sorted(folder.glob("*.json")):
        schemas: dict[str, dict[str, Any]] = json.loads(path.read_text())
        for name, schema in schemas.items():
            container = schema.get("container")
            full = f"{container} {name}" if container else name
            flags = schema.get("command_flags", [])
            traits = CONNECTION.get(full, 0)
            traits |= READ_ONLY if "READONLY" in flags else 0
            traits |= BLOCKING if "BLOCKING" in flags else 0
            letter = KEYS[tuple(place(spec) for spec in schema.get("key_specs", []))]
            yield full, (traits, letter.upper() if full in CACHEABLE else letter)


def scattered(folder: Path) -> Iterator[str]:
    """The lines of what several nodes do."""
    for path in sorted(folder.glob("*.json")):
        schemas: dict[str, dict[str, Any]] = json.loads(path.read_text())
        for name, schema in schemas.items():
            tips = dict(tip.split(":") for tip in schema.get("command_tips", []) if ":" in tip)
            full = f"{schema['container']} {name}" if "container" in schema else name
            # What a client is called is its connections' own.
            if "REQUEST_POLICY" not in tips or full in CONNECTION or full == "CLIENT SETINFO":
                continue
            response = tips.get("RESPONSE_POLICY", "")
            letter = SPECIAL.get(full) if response == "SPECIAL" else RESPONSES[response]
            if letter:
                yield f"{full}{REQUESTS[tips['REQUEST_POLICY']]}{letter}"


def table(commands: dict[str, tuple[int, str]]) -> Iterator[str]:
    """The lines of the table: every command, and subcommands that are not like their container."""
    told = {name: entry for name, entry in commands.items() if " " not in name or entry != (0, "-")}
    for container in {name.split()[0] for name in commands if " " in name}:
        is_told = any(name.startswith(f"{container} ") for name in told)
        traits, letter = commands.get(container, (0, "-"))
        told[container] = traits | (HAS_SUBCOMMANDS if is_told else 0), letter
    for name in sorted(told, key=str.encode):
        traits, letter = told[name]
        yield f"{name}{chr(0x20 + traits)}{letter}"


def main() -> None:
    """Writes the file to standard output."""
    commands = dict(read(Path(sys.argv[1])))
    for name in (CONNECTION.keys() | CACHEABLE) - commands.keys():
        sys.exit(f"no schema of {name}")
    print(HEAD + "\n".join(f"    {line}" for line in table(commands)), end="")
    lines = sorted(scattered(Path(sys.argv[1])), key=lambda line: line[:-2].encode())
    print(MIDDLE + "\n".join(f"    {line}" for line in lines) + TAIL, end="")


if __name__ == "__main__":
    main()
