"""Writes the table of PostgreSQL's built-in types from its catalog's data.

The data (`pg_type-builtin-oids.tsv` and `pg_range-builtin.tsv`, in the folder that NECRO_VECTORS
names, by default ../shared/vectors, under `postgresql`) is facts about the catalog; how a type's
values look in binary format is said here.

    python Spec/postgres_types.py            writes BuiltInTypes.swift in the codec's TypeCodecs
    python Spec/postgres_types.py --check    ends with status 1 when that would change it
"""

from __future__ import annotations

import csv
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODECS = ROOT / "Sources/PostgresWire/TypeCodecs"
OUTPUT = CODECS / "BuiltInTypes.swift"

_SAME = {
    "int2", "int4", "int8", "float4", "float8", "numeric", "money", "bytea", "uuid", "json",
    "jsonb", "jsonpath", "date", "time", "timetz", "timestamp", "timestamptz", "interval",
    "inet", "cidr", "macaddr", "macaddr8", "point", "lseg", "path", "box", "polygon", "line",
    "circle", "tid", "void", "char", "text",
}  # fmt: skip
"""Types whose kind has their name."""

_KINDS = {
    "bool": "boolean", "oid": "unsigned4", "xid": "unsigned4", "cid": "unsigned4",
    "xid8": "unsigned8", "oid8": "unsigned8", "pg_lsn": "lsn", "bit": "bits", "varbit": "bits",
    "name": "text", "varchar": "text", "bpchar": "text", "xml": "text", "unknown": "text",
    "cstring": "text", "refcursor": "text", "int2vector": "array", "oidvector": "array",
    "record": "composite",
}  # fmt: skip
"""Types whose kind has another name."""


def vectors() -> Path | None:
    """The folder of the catalog's data, where there is one."""
    named = os.environ.get("NECRO_VECTORS")
    folder = (Path(named) if named else ROOT.parent / "shared/vectors") / "postgresql"
    return folder if folder.is_dir() else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _kind(row: dict[str, str]) -> str:
    name = row["typname"]
    if name in _SAME:
        return name
    if name in _KINDS:
        return _KINDS[name]
    by_type = {"r": "range", "m": "multirange", "c": "composite"}
    if row["typtype"] in by_type:
        return by_type[row["typtype"]]
    return "array" if row["typreceive"] == "array_recv" else "textOnly"


def _kind_numbers() -> dict[str, int]:
    """The raw values of PostgresValueKind's cases, which count from 0."""
    text = (CODECS / "PostgresValueKind.swift").read_text()
    return {name: number for number, name in enumerate(re.findall(r"^  case (\w+)$", text, re.M))}


def table(folder: Path) -> str:
    """The Swift file."""
    rows = sorted(_rows(folder / "pg_type-builtin-oids.tsv"), key=lambda row: int(row["oid"]))
    oids = {row["typname"]: int(row["oid"]) for row in rows}
    elements: dict[str, str] = {}
    for row in _rows(folder / "pg_range-builtin.tsv"):
        elements[row["rngtypid"]] = row["rngsubtype"]
        elements[row["rngmultitypid"]] = row["rngtypid"]
    numbers = _kind_numbers()
    words: list[str] = []
    names: list[str] = []
    for row in rows:
        kind = _kind(row)
        element = 0
        if kind == "array":
            element = oids[row["typelem"]]
        elif kind in ("range", "multirange"):
            element = oids[elements[row["typname"]]]
        word = int(row["oid"]) << 48 | numbers[kind] << 40 | element << 24
        word |= int(row["array_oid"]) << 8
        digits = f"{word:016X}"
        words.append("0x" + "_".join(digits[place : place + 4] for place in range(0, 16, 4)))
        is_array = kind == "array" and row["typname"].startswith("_")
        names.append("" if is_array else row["typname"])
    lines = [f"    {', '.join(words[place : place + 4])}," for place in range(0, len(words), 4)]
    return _TEMPLATE.format(words="\n".join(lines), names=_folded(",".join(names)))


def _folded(text: str) -> str:
    """The text as lines of a Swift literal that are joined again."""
    lines = [text[place : place + 92] for place in range(0, len(text), 92)]
    return "\\\n".join(f"    {line}" for line in lines)


_TEMPLATE = '''\
// Written by Spec/postgres_types.py from PostgreSQL's catalog.

/// The types with an OID that is the same in every database.
public enum BuiltInTypes {{
  /// The type with an OID, where it is built in.
  ///
  /// Complexity: O(log n).
  public static func type(_ oid: UInt32) -> PostgresType? {{
    guard let index = index(oid) else {{ return nil }}
    let word = words[index]
    guard let kind = PostgresValueKind(rawValue: UInt8(truncatingIfNeeded: word >> 40)) else {{
      return nil
    }}
    return PostgresType(oid: oid, kind: kind, element: UInt32(word >> 24 & 0xFFFF))
  }}

  /// The OID of the arrays of a built-in type, where there are any.
  public static func array(of oid: UInt32) -> UInt32? {{
    guard let index = index(oid) else {{ return nil }}
    let array = UInt32(words[index] >> 8 & 0xFFFF)
    return array == 0 ? nil : array
  }}

  /// Where a built-in type's name is in `names`, counted in commas. That of an array is empty: it
  /// is its element's behind an underscore.
  public static func index(_ oid: UInt32) -> Int? {{
    var (low, high) = (0, words.count)
    while low < high {{
      let middle = (low + high) / 2
      let found = UInt32(words[middle] >> 48)
      if found == oid {{ return middle }}
      if found < oid {{ low = middle + 1 }} else {{ high = middle }}
    }}
    return nil
  }}

  /// How many types there are.
  public static var count: Int {{ words.count }}

  /// The OID of the type with an index.
  public static func oid(_ index: Int) -> UInt32 {{ UInt32(words[index] >> 48) }}

  /// From the top: OID (16 bits), kind (8), element (16), array (16). Sorted.
  private static let words: [UInt64] = [
{words}
  ]

  /// The types' names in the order of their OIDs, with commas between.
  public static var names: StaticString {{
    """
{names}
    """
  }}
}}
'''


def main() -> int:
    """Writes or checks the file."""
    folder = vectors()
    if folder is None:
        print("the catalog's data is absent: set NECRO_VECTORS")
        return 1
    text = table(folder)
    if sys.argv[1:] == ["--check"]:
        return 0 if OUTPUT.read_text() == text else 1
    OUTPUT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
