"""Short names for what a module's functions call by themselves: variables, and what is imported.

What can be seen keeps its name: functions and classes, also those within functions, which
tracebacks and pickles go by; attributes; the parameters of what users call; and imported names that
another module takes from this one or that stand in an annotation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from python_minifier import unparse
from surface import (
    Function,
    Surface,
    bound_names,
    identifiers,
    is_private,
    parameters,
    statements,
)

# The native side takes names from these by what it is told, also those that they import.
READ_BY_NAME = frozenset({"necro.postgres._value_types"})


def renamed(source: str, seen: Surface, *, module: str, is_hidden: bool) -> str:
    """A module's text in the least white space, with short names.

    - module: its name with those of its packages.
    - is_hidden: whether users have no business in the module, so that its imports may be renamed.
    """
    tree = ast.parse(source)
    # What finds the names of a tree and their scopes is untyped.
    parents: Any = import_module("python_minifier.ast_annotation")
    scopes: Any = import_module("python_minifier.rename")
    parents.add_parent(tree)
    scopes.add_namespace(tree)
    scopes.bind_names(tree)
    scopes.resolve_names(tree)
    noted: Any = tree
    kept: set[str] = _read_elsewhere(tree, seen, module=module)
    for node in ast.walk(tree):
        for binding in getattr(node, "bindings", ()):
            if node is tree:
                may_change = is_hidden and binding.name not in kept and _is_import(binding)
            else:
                may_change = binding.name not in noted.preserved and not _is_definition(binding)
            if noted.tainted or not may_change:
                binding.disallow_rename()
    for function in _shown_functions(tree, seen):
        shown = {parameter.arg for parameter in parameters(function)}
        own: Any = function
        for binding in own.bindings:
            if binding.name in shown:
                binding.disallow_rename()
    scopes.rename(tree, prefix_globals=False, preserved_globals=sorted(kept))
    return unparse(tree)


def _is_import(binding: Any) -> bool:
    """Whether a name is bound by one `from … import` alone."""
    stored = [one for one in binding.references if not _is_read(one)]
    return (
        len(stored) == 1
        and isinstance(stored[0], ast.alias)
        and isinstance(getattr(stored[0], "_parent", None), ast.ImportFrom)
    )


def _is_read(reference: ast.AST) -> bool:
    return isinstance(reference, ast.Name) and isinstance(reference.ctx, ast.Load)


def _is_definition(binding: Any) -> bool:
    """Whether a function or class has the name, which its qualified name shows."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(one, kinds) for one in binding.references)


def _read_elsewhere(tree: ast.Module, seen: Surface, *, module: str) -> set[str]:
    """The names of a module that are read by other means than its own code."""
    kept = {name for name, taken_from in seen.taken if taken_from == module} | seen.typed
    if module in READ_BY_NAME:
        kept |= {name for one in statements(tree.body) for name in bound_names(one)}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                noted = [node.returns, *(one.annotation for one in parameters(node))]
                kept |= {name for one in noted if one is not None for name in identifiers(one)}
            case ast.AnnAssign():
                kept |= identifiers(node.annotation)
            case ast.TypeAlias():
                kept |= identifiers(node.value)
            case ast.Constant(value=str()):
                kept |= identifiers(node)
            case _:
                pass
    return kept


def _shown_functions(tree: ast.Module, seen: Surface) -> Iterator[Function]:
    """The functions that users may call."""
    waiting = [one for one in statements(tree.body) if bound_names(one) & seen.typed]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.ClassDef):
            waiting += [m for m in statements(one.body) if not all(map(is_private, bound_names(m)))]
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield one
