"""What the installed package is made of: the library by module and function, Python by folder.

`make size` links the library with a map and gives it to this program. The octets are those of the
file that ships, in which symbols are left out; sequences that functions have in common count for
the module that they were found in.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "Sources/Python/necro"
sys.path.append(str(ROOT / "Sources/Python/build"))

from trimming import trim_package  # noqa: E402

# Address twice, size and alignment in hexadecimal; then, indented the more the smaller the part, an
# output section, an input section with its file, or a symbol.
LINE = re.compile(r" *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ ( *)(.*)")
DEPTHS = {0: "section", 8: "input", 16: "symbol"}
OBJECT = re.compile(r"([^/]+)\.build/([^/]+)\.o:\(")
NOT_SHIPPED = (".debug", ".symtab", ".strtab", ".shstrtab", ".comment", ".bss")


class Part(NamedTuple):
    """A line of the map."""

    kind: str
    octets: int
    name: str


def parts(lines: Iterable[str]) -> Iterator[Part]:
    """The lines of a map that have a size, without those of sections that do not ship."""
    is_shipped = True
    for line in lines:
        match LINE.match(line):
            case re.Match() as found if len(found[3]) in DEPTHS:
                kind = DEPTHS[len(found[3])]
                if kind == "section":
                    is_shipped = not found[4].startswith(NOT_SHIPPED)
                octets = int(found[2], 16)
                if is_shipped and octets:
                    yield Part(kind, octets, found[4])
            case _:
                pass


def print_table(title: str, rows: Iterable[tuple[str, int]]) -> None:
    """Prints octets and what has them, and their sum."""
    listed = list(rows)
    print(f"\n{title}")
    for name, octets in listed:
        print(f"{octets:>9,}  {name}")
    print(f"{sum(octets for _, octets in listed):>9,}  in all")


def print_library(path: Path, functions: int) -> None:
    """Prints what a library is made of, from the map of its linking."""
    sections: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    symbols: Counter[tuple[str, str]] = Counter()
    module = ""
    with path.open() as lines:
        for part in parts(lines):
            if part.kind == "section":
                sections[part.name] += part.octets
            elif part.kind == "input":
                found = OBJECT.search(part.name)
                module = found[1] if found else "the toolchain, and what the linker merges"
                modules[module] += part.octets
            else:
                symbols[module, part.name] += part.octets
    print_table("Library by section", sections.most_common())
    print_table("Library by module, code and data", modules.most_common())
    largest = symbols.most_common(functions)
    demangled = subprocess.run(
        ["swift", "demangle", "--simplified"],
        input="\n".join(name for (_, name), _ in largest),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    named = zip(largest, demangled, strict=True)
    rows = [(f"{owner}: {name}", octets) for ((owner, _), octets), name in named]
    print_table(f"The {functions} largest functions and tables", rows)


def print_python() -> None:
    """Prints the Python files as a wheel has them, by folder."""
    folders: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for copy, name in trim_package(PACKAGE, Path(folder)).items():
            folders[f"{name.parent}/*{name.suffix}"] += copy.stat().st_size
    print_table("Python as a wheel has it", folders.most_common())


def main() -> None:
    """Prints all tables."""
    parser = argparse.ArgumentParser(description="Show what the installed package is made of.")
    parser.add_argument("map", type=Path, help="what the linker wrote of the library")
    parser.add_argument("--functions", type=int, default=40, metavar="N", help="how many to list")
    options = parser.parse_args()
    print_library(options.map, options.functions)
    print_python()


if __name__ == "__main__":
    main()
