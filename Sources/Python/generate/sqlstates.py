"""Writes `necro/postgres/_sqlstates.py`: an exception class for each SQLSTATE that is an error.

The conditions come from PostgreSQL's table of error codes (`sqlstate.tsv`, PostgreSQL licence): its
columns are SQLSTATE, kind (S, W or E), macro, name of the condition, name of the class.

Run: `python Sources/Python/generate/sqlstates.py VECTORS/postgresql/sqlstate.tsv > FILE`
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HEAD = '''"""An exception for each SQLSTATE. Written by `Sources/Python/generate/sqlstates.py`."""

from necro.postgres._errors import ServerError
'''
TAIL = """
# The exception of each SQLSTATE.
SQLSTATES: dict[str, type[ServerError]] = {
    kind.sqlstate: kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, ServerError) and kind is not ServerError
}"""

# Conditions that two classes have under one name: the second is told apart by its class.
QUALIFIERS = {"38": "ExternalRoutine", "39": "ExternalRoutineInvocation"}
# Names that Python's users would take for another exception.
RENAMED = {"SyntaxError": "PostgresSyntaxError", "SystemError": "PostgresSystemError"}


class Condition(NamedTuple):
    """A condition of the table."""

    sqlstate: str
    name: str

    @property
    def is_class(self) -> bool:
        """Whether it stands for all of its class."""
        return self.sqlstate.endswith("000")


def read(lines: Iterable[str]) -> Iterator[Condition]:
    """The conditions that are errors and have a name, in the table's order.

    Of two that share an SQLSTATE, the first counts.
    """
    seen: set[str] = set()
    for line in lines:
        fields = line.rstrip("\n").split("\t")
        if len(fields) < 5 or fields[1] != "E" or not fields[3] or fields[0] in seen:
            continue
        seen.add(fields[0])
        yield Condition(fields[0], fields[3])


def exception_name(condition: Condition, taken: set[str]) -> str:
    """The name of a condition's class: its words in capitals, without a second `Error`."""
    name = "".join(word.capitalize() for word in condition.name.split("_"))
    name = RENAMED.get(name, name)
    if name in taken:
        name = QUALIFIERS[condition.sqlstate[:2]] + name
    return name


def write(conditions: Iterable[Condition]) -> Iterator[str]:
    """The lines of the module."""
    listed = sorted(conditions, key=lambda each: (each.sqlstate[:2], not each.is_class))
    names: dict[str, str] = {}
    for condition in listed:
        names[condition.sqlstate] = exception_name(condition, set(names.values()))
    yield HEAD
    for condition in listed:
        name = names[condition.sqlstate]
        of_class = names.get(condition.sqlstate[:2] + "000")
        base = "ServerError" if condition.is_class or of_class is None else of_class
        yield f'\nclass {name}({base}):\n    sqlstate = "{condition.sqlstate}"\n'
    yield TAIL


def main() -> None:
    """Reads the table that the first argument names and writes the module to the output."""
    with Path(sys.argv[1]).open() as lines:
        print("\n".join(write(read(lines))))


if __name__ == "__main__":
    main()
