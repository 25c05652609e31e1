"""What a wheel leaves out of the package's sources: whatever neither runs nor is seen by users.

Installed, necro is to fit in 1 MB. So comments go, and of what users do not see doc strings,
annotations and the imports that only those need; local variables and imported names get short ones
(`naming.py` says which), and white space is what Python needs. What users call and import keeps its
doc strings, which editors show, and its annotations and parameters, which type checkers read. Every
function and attribute keeps its name and every statement its line, for tracebacks.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeIs

from naming import renamed
from surface import (
    Definition,
    Function,
    Surface,
    bound_names,
    identifiers,
    is_private,
    is_private_module,
    is_shown_attribute,
    parameters,
    sources,
    surface,
)

FOR_CHECKERS = "TYPE_CHECKING"


def trim_package(package: Path, folder: Path) -> dict[Path, Path]:
    """Writes trimmed copies of a package's modules and stubs below a folder.

    Returns where each copy of a file belongs, relative to what holds the package, by the copy.
    """
    seen = surface(package)
    copies: dict[Path, Path] = {}
    for path in sources(package):
        name = path.relative_to(package.parent)
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".pyi":
            copy.write_text(trimmed_stub(path.read_text(), seen))
        else:
            module = module_name(name)
            hidden = is_private_module(package, path)
            text = trimmed(path.read_text(), seen, module=module, is_hidden=hidden)
            copy.write_text(text)
        shutil.copystat(path, copy)
        copies[copy] = name
    return copies


def module_name(path: Path) -> str:
    """The name of a module by its file, relative to what holds its package."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def trimmed(source: str, seen: Surface, *, module: str, is_hidden: bool) -> str:
    """A module's text without what only its authors need.

    - module: its name with those of its packages.
    - is_hidden: whether users have no business in the module.
    """
    tree = pruned(ast.parse(source), seen, module=module, is_hidden=is_hidden)
    return laid_out(renamed(ast.unparse(tree), seen, module=module, is_hidden=is_hidden))


def trimmed_stub(source: str, seen: Surface) -> str:
    """The text of a stub with what users see alone."""
    tree = ast.parse(source)
    _prune(tree.body, seen, is_documented=True, is_typed=True, within=tree)
    tree.body = [
        one
        for one in tree.body
        if isinstance(one, ast.Import | ast.ImportFrom) or bound_names(one) & seen.typed
    ]
    return laid_out(renamed(ast.unparse(tree), seen, module="", is_hidden=False))


def pruned(tree: ast.Module, seen: Surface, *, module: str, is_hidden: bool) -> ast.Module:
    """A module without the doc strings, annotations and imports that users do not need."""
    if is_hidden:
        _remove_doc_string(tree)
        if module not in seen.listed:
            tree.body = [one for one in tree.body if bound_names(one) != {"__all__"}]
    _prune(tree.body, seen, is_documented=True, is_typed=True, within=tree)
    _remove_unused(tree, seen)
    return ast.fix_missing_locations(tree)


def laid_out(source: str) -> str:
    """A module's text with a line for each statement, but for one that is alone after its colon."""
    columns: dict[int, list[int]] = {}
    for body in _bodies(ast.parse(source)):
        if len({one.lineno for one in body}) < len(body):
            for one in body:
                columns.setdefault(one.lineno, []).append(one.col_offset)
    lines: list[bytes] = []
    for number, line in enumerate(source.encode().split(b"\n"), start=1):
        start, indent = 0, b""
        for column in sorted(columns.get(number, ())):
            before = line[start:column]
            if before.strip():
                lines.append(indent + before.rstrip(b"; \t"))
                if start == 0:
                    depth = len(line) - len(line.lstrip(b"\t"))
                    indent = b"\t" * (depth + before.endswith(b":"))
                start = column
        lines.append(indent + line[start:])
    return b"\n".join(lines).decode() + "\n"


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """All lists of statements."""
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield value


def _prune(
    body: list[ast.stmt],
    seen: Surface,
    *,
    is_documented: bool,
    is_typed: bool,
    within: ast.Module | Definition,
) -> None:
    """Prunes the statements of a module, class or function in place.

    - is_documented, is_typed: whether users see the whole around them.
    """
    kept: list[ast.stmt] = []
    # Methods that the decorators of others are given say what those take.
    given = {
        name
        for one in body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in one.decorator_list
        if isinstance(decorator, ast.Call)
        for name in identifiers(decorator)
    }
    for statement in body:
        match statement:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                documented, typed = is_documented, is_typed
                if isinstance(within, ast.Module):
                    documented = statement.name in seen.documented
                    typed = statement.name in seen.typed
                elif not isinstance(within, ast.ClassDef) or is_private(statement.name):
                    # What stands in a function cannot be reached from outside.
                    documented = False
                    typed = typed and statement.name in given
                if not documented:
                    _remove_doc_string(statement)
                if not typed and not isinstance(statement, ast.ClassDef):
                    _remove_annotations(statement)
                _prune(
                    statement.body,
                    seen,
                    is_documented=documented,
                    is_typed=typed,
                    within=statement,
                )
                kept.append(statement)
            case ast.AnnAssign() if not _stays(statement, seen, is_typed=is_typed, within=within):
                if statement.value is not None:
                    kept.append(ast.Assign([statement.target], statement.value))
            case ast.If() if _is_for_checkers(statement) and not is_typed:
                _prune(
                    statement.orelse,
                    seen,
                    is_documented=is_documented,
                    is_typed=is_typed,
                    within=within,
                )
                kept.extend(statement.orelse)
            case _:
                for inner in _blocks(statement):
                    _prune(
                        inner,
                        seen,
                        is_documented=is_documented,
                        is_typed=is_typed,
                        within=within,
                    )
                kept.append(statement)
    body[:] = kept or ([ast.Pass()] if body else [])


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements in a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        inner: list[ast.stmt] | None = getattr(statement, name, None)
        if inner:
            yield inner
    for name in ("handlers", "cases"):
        for holder in getattr(statement, name, ()):
            yield holder.body


def _stays(
    declared: ast.AnnAssign, seen: Surface, *, is_typed: bool, within: ast.Module | Definition
) -> bool:
    """Whether the annotation of a variable or attribute has to stay."""
    if isinstance(within, ast.ClassDef):
        # A dataclass, a NamedTuple and their like are made of them.
        return is_typed or bool(within.bases or within.decorator_list)
    if isinstance(within, ast.Module):
        return bool(bound_names(declared) & seen.typed)
    return is_typed and is_shown_attribute(declared)


def _remove_doc_string(node: ast.Module | Definition) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
        if not node.body and not isinstance(node, ast.Module):
            node.body.append(ast.Pass())


def _remove_annotations(function: Function) -> None:
    function.returns = None
    for parameter in parameters(function):
        parameter.annotation = None


def _remove_unused(tree: ast.Module, seen: Surface) -> None:
    """Removes what stands for type checkers alone and is of no use any more."""
    blocks = [one for one in tree.body if _is_for_checkers(one)]
    lines = [line for block in blocks for line in block.body]
    used = {
        name
        for one in (*tree.body, *(line for block in blocks for line in block.orelse))
        if one not in blocks
        for name in identifiers(one)
    }
    # What is defined here may be in the annotations of another module.
    used |= seen.typed & {
        name
        for line in lines
        if not isinstance(line, ast.Import | ast.ImportFrom)
        for name in bound_names(line)
    }
    kept: list[ast.stmt] = []
    while found := [line for line in lines if line not in kept and bound_names(line) & used]:
        kept += found
        used |= {
            name
            for line in found
            if not isinstance(line, ast.Import | ast.ImportFrom)
            for name in identifiers(line)
        }
    for block in blocks:
        block.body = [line for line in block.body if line in kept]
        for line in block.body:
            if isinstance(line, ast.Import | ast.ImportFrom):
                line.names = [one for one in line.names if (one.asname or one.name) in used]
    body: list[ast.stmt] = []
    for one in tree.body:
        body += one.orelse if _is_for_checkers(one) and not one.body else [one]
    tree.body = [one for one in body if bound_names(one) != {FOR_CHECKERS}]
    if FOR_CHECKERS in identifiers(tree):
        tree.body = body


def _is_for_checkers(statement: ast.stmt) -> TypeIs[ast.If]:
    """Whether a statement is `if TYPE_CHECKING`."""
    return (
        isinstance(statement, ast.If)
        and isinstance(statement.test, ast.Name)
        and statement.test.id == FOR_CHECKERS
    )
