"""What a wheel leaves out of the package's sources: comments, doc strings of what is private, and
three of the four spaces of each indent, which becomes a tab.

Installed, necro is to fit in 1 MB. What users call and import keeps its doc strings, which editors
show and type checkers read; the code itself stays as it is written, line by line.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

INDENT = "    "
# Comments that are read by programs.
MARKS = ("# type:", "# pyright:", "# noqa", "#!")

type Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public_names(package: Path) -> set[str]:
    """The names that the package's `__init__` files offer, of whatever module they are from."""
    names: set[str] = set()
    for path in package.rglob("__init__.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
            elif isinstance(node, ast.alias):
                names.add(node.asname or node.name)
    return names


def trimmed(source: str, *, public: set[str], is_private: bool) -> str:
    """A module's text without comments and private doc strings, indented by tabs.

    - public: the names at its top level that keep theirs.
    - is_private: whether the module's own doc string goes.
    """
    tree = ast.parse(source)
    source_lines = source.splitlines(keepends=True)
    lines: list[str | None] = list(source_lines)
    for node in _private(tree, public, is_private):
        first = node.body[0]
        assert first.end_lineno is not None
        lines[first.lineno - 1 : first.end_lineno] = [None] * (first.end_lineno - first.lineno + 1)
        if len(node.body) == 1 and node is not tree:
            lines[first.lineno - 1] = " " * first.col_offset + "...\n"
    within_strings: set[int] = set()
    begun: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = token.start
        if token.type == tokenize.COMMENT and not token.string.startswith(MARKS):
            before = source_lines[row - 1][:column].rstrip()
            lines[row - 1] = before + "\n" if before else None
        elif token.type == tokenize.STRING:
            within_strings.update(range(row + 1, token.end[0] + 1))
        elif token.type == tokenize.FSTRING_START:
            begun.append(row)
        elif token.type == tokenize.FSTRING_END:
            within_strings.update(range(begun.pop() + 1, token.end[0] + 1))
    for number, line in enumerate(lines, start=1):
        if line is not None and number not in within_strings:
            code = line.lstrip(" ")
            levels, rest = divmod(len(line) - len(code), len(INDENT))
            lines[number - 1] = "\t" * levels + " " * rest + code
    return "".join(line for line in lines if line is not None)


def _private(tree: ast.Module, public: set[str], is_private: bool) -> Iterator[Documented]:
    """Those nodes with a doc string that users do not see."""
    if is_private and ast.get_docstring(tree) is not None:
        yield tree
    waiting: list[tuple[ast.AST, bool]] = [(tree, True)]
    while waiting:
        parent, is_seen = waiting.pop()
        for node in ast.iter_child_nodes(parent):
            shown = is_seen
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                named = node.name in public if parent is tree else not _is_private(node.name)
                # What stands in a function cannot be reached from outside.
                shown = is_seen and named and not isinstance(parent, ast.FunctionDef)
                if not shown and ast.get_docstring(node) is not None:
                    yield node
            waiting.append((node, shown))


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")
