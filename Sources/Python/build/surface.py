"""What of the package users see: the names that they import, and what the types of those are of.

A type checker reads an installed package from what is imported on, through annotations and base
classes; an editor shows the doc strings that lie on that way. Nothing else needs either.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeIs


class Surface(NamedTuple):
    """Names at the top level of modules, of whatever module they are from."""

    # What users import, and its base classes: an editor shows their doc strings.
    documented: frozenset[str]
    # That, and whatever stands in its annotations: a type checker reads theirs.
    typed: frozenset[str]
    # Not names but modules: those of which a program reads `__all__`, for an import with a star.
    listed: frozenset[str]
    # Names that the package's modules take of one another, with the module that each is taken from.
    taken: frozenset[tuple[str, str]] = frozenset()


type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Definition = Function | ast.ClassDef


def is_private(name: str) -> bool:
    """Whether a name is of those that a leading underscore hides."""
    return name.startswith("_") and not name.endswith("__")


def sources(package: Path) -> Iterator[Path]:
    """The files of the package that hold code or types."""
    yield from sorted(package.rglob("*.py"))
    yield from sorted(package.rglob("*.pyi"))


def identifiers(node: ast.AST) -> set[str]:
    """The names in a node, also those in strings that may be annotations."""
    found: set[str] = set()
    doc_strings = {id(one.value) for one in ast.walk(node) if isinstance(one, ast.Expr)}
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
            case ast.Constant(value=str() as text) if id(inner) not in doc_strings:
                with suppress(SyntaxError, ValueError):
                    found |= identifiers(ast.parse(text, mode="eval").body)
            case _:
                pass
    return found


def parameters(function: Function) -> Iterator[ast.arg]:
    """All parameters of a function, in no order."""
    given = function.args
    yield from (*given.posonlyargs, *given.args, *given.kwonlyargs)
    yield from (one for one in (given.vararg, given.kwarg) if one is not None)


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module or class, also those under an `if`."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from statements(statement.body)
            yield from statements(statement.orelse)
        else:
            yield statement


def bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module or class defines."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Assign():
            return {one.id for one in statement.targets if isinstance(one, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.TypeAlias(name=ast.Name(id=name)):
            return {name}
        case ast.Import() | ast.ImportFrom():
            return {one.asname or one.name.partition(".")[0] for one in statement.names}
        case _:
            return set()


def surface(package: Path) -> Surface:
    """What users see of a package."""
    trees = {path: ast.parse(path.read_text()) for path in sources(package)}
    definitions: dict[str, list[ast.stmt]] = {}
    for tree in trees.values():
        for statement in statements(tree.body):
            for name in bound_names(statement):
                definitions.setdefault(name, []).append(statement)
    exported = {name for path, tree in trees.items() for name in _exported(package, path, tree)}
    return Surface(
        documented=_closure(exported, definitions, _bases),
        typed=_closure(exported, definitions, _mentioned),
        listed=frozenset(
            statement.module
            for tree in trees.values()
            for statement in statements(tree.body)
            if isinstance(statement, ast.ImportFrom) and statement.module is not None
            if any(one.name in ("*", "__all__") for one in statement.names)
        ),
        taken=frozenset(taken for tree in trees.values() for taken in _taken(tree)),
    )


def _taken(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module takes of others, by import or as an attribute of a module that it imports."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for one in node.names:
                yield one.name, node.module
                modules[one.asname or one.name] = f"{node.module}.{one.name}"
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=taken) if name in modules:
                yield taken, modules[name]
            case _:
                pass


def _closure(
    names: set[str],
    definitions: dict[str, list[ast.stmt]],
    following: Callable[[ast.stmt], set[str]],
) -> frozenset[str]:
    """Names, and those that follow from their definitions."""
    waiting = set(names)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for statement in definitions.get(name, ()):
            waiting |= following(statement) - seen
    return frozenset(seen)


def is_private_module(package: Path, path: Path) -> bool:
    """Whether users have no business in a module."""
    parts = path.relative_to(package).with_suffix("").parts
    return any(is_private(part) for part in parts)


def _exported(package: Path, path: Path, tree: ast.Module) -> set[str]:
    """What a module that users import offers; what it imports with a star, is offered too."""
    if is_private_module(package, path):
        return set()
    names: set[str] = set()
    for statement in statements(tree.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                names |= identifiers(value)
            case ast.ImportFrom(module=str() as module, names=[ast.alias(name="*")]):
                source = package.parent / (module.replace(".", "/") + ".py")
                names |= _listed(ast.parse(source.read_text()))
            case ast.Assign() | ast.FunctionDef() if path.name != "__init__.py":
                names |= {name for name in bound_names(statement) if not name.startswith("_")}
            case _:
                pass
    return names


def _listed(tree: ast.Module) -> set[str]:
    """What a star takes of a module."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and bound_names(statement) == {"__all__"}:
            return identifiers(statement.value)
    named = {name for statement in tree.body for name in bound_names(statement)}
    return {name for name in named if not name.startswith("_")}


def _bases(statement: ast.stmt) -> set[str]:
    """The names of a class's base classes, and of what is imported under another name."""
    match statement:
        case ast.ClassDef():
            return {name for base in statement.bases for name in identifiers(base)}
        case ast.ImportFrom():
            return {one.name for one in statement.names}
        case _:
            return set()


def _mentioned(statement: ast.stmt) -> set[str]:
    """The names that the type of what a statement defines depends on."""
    match statement:
        case ast.ClassDef():
            heads: list[ast.AST] = [
                *statement.bases,
                *statement.keywords,
                *statement.decorator_list,
                *statement.type_params,
            ]
            names = {name for head in heads for name in identifiers(head)}
            for member in statements(statement.body):
                if not all(map(is_private, bound_names(member))):
                    names |= _mentioned(member)
            return names
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            signature: list[ast.AST | None] = [one.annotation for one in parameters(statement)]
            signature += [statement.returns, *statement.type_params, *statement.decorator_list]
            if statement.name == "__init__":
                signature += [
                    inner.annotation for inner in ast.walk(statement) if is_shown_attribute(inner)
                ]
            return {name for one in signature if one is not None for name in identifiers(one)}
        case ast.AnnAssign():
            return identifiers(statement.annotation)
        case ast.TypeAlias():
            return identifiers(statement.value) | {
                name for one in statement.type_params for name in identifiers(one)
            }
        case ast.Import() | ast.ImportFrom():
            return {one.name for one in statement.names}
        case ast.Assign(value=ast.Subscript() | ast.BinOp() | ast.Name() | ast.Attribute()):
            return identifiers(statement.value)
        case _:
            return set()


def is_shown_attribute(node: ast.AST) -> TypeIs[ast.AnnAssign]:
    """Whether a node declares an attribute of an object that is no private one."""
    return (
        isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Attribute)
        and not is_private(node.target.attr)
    )
