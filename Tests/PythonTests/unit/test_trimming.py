"""What a wheel leaves out of the sources changes nothing that runs or that users see."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest
from naming import renamed
from surface import (
    Surface,
    bound_names,
    is_private,
    is_private_module,
    sources,
    statements,
    surface,
)
from trimming import laid_out, module_name, pruned, trim_package, trimmed

PACKAGE = Path(__file__).resolve().parents[3] / "Sources/Python/necro"
MODULES = [path for path in sources(PACKAGE) if path.suffix == ".py"]

SOURCE = '''"""The module."""

from collections.abc import Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from necro._deep import Depth, Width

    type Tool = Literal["spade", "shovel"]

__all__ = ["Grave"]

# A comment.
VALUE: int = 1  # a comment
TEXT = "# no comment"


class Grave(Site):
    """What users see."""

    name: str
    _mark: str = ""

    def __init__(self, depth: "Depth") -> None:
        """What users see."""
        self.depth: Depth = depth
        self._width: "Any" = 0

    def open(self, tools: Iterable["Tool"]) -> None:
        """What users see."""

        def lift(lid: "Any") -> None:
            """What nobody sees."""

        for tool in tools:
            handle: Any = f"{tool!r}{VALUE}"
            lift(handle)
            print(handle)
        if not tools:
            return

    def _close(self, lid: "Any") -> None:
        """What nobody sees."""


class Hole:
    """What nobody sees."""

    width: "Width" = 0


def dig(depth: int, *, width: int = 1) -> int:
    """What nobody sees,

    in several lines.
    """
    try:
        if depth:
            depth -= 1
            return depth + width
        elif width:
            return width
    except (ValueError, TypeError):
        raise
    return VALUE
'''

TRIMMED = """
from collections.abc import Iterable
TYPE_CHECKING=False
if TYPE_CHECKING:
	from typing import Literal
	from necro._deep import Depth
	type Tool=Literal['spade','shovel']
VALUE=1
TEXT='# no comment'
class Grave(Site):
	'What users see.'
	name:str
	_mark:str=''
	def __init__(self,depth:'Depth')->None:
		'What users see.'
		(self.depth):Depth=depth
		self._width=0
	def open(self,tools:Iterable['Tool'])->None:
		'What users see.'
		def lift(lid):pass
		for B in tools:
			A=f"{B!r}{VALUE}"
			lift(A)
			print(A)
		if not tools:return
	def _close(A,lid):pass
class Hole:width=0
def dig(depth,*,width=1):
	B=width
	try:
		if depth:
			depth-=1
			return depth+B
		elif B:return B
	except(ValueError,TypeError):raise
	return VALUE
"""
SURFACE = Surface(
    documented=frozenset({"Grave", "Site"}),
    typed=frozenset({"Grave", "Site", "Depth", "Iterable", "Tool", "Literal"}),
    listed=frozenset(),
)


@pytest.fixture(scope="module")
def seen() -> Surface:
    """What users see of the package."""
    return surface(PACKAGE)


def test_what_only_authors_need_goes_and_each_statement_keeps_a_line() -> None:
    text = trimmed(SOURCE, SURFACE, module="necro._grave", is_hidden=True)
    assert text == TRIMMED.lstrip("\n")


def test_a_list_of_names_stays_where_a_star_reads_it() -> None:
    listed = SURFACE._replace(listed=frozenset({"necro._grave"}))
    assert "\n__all__=" in trimmed(SOURCE, listed, module="necro._grave", is_hidden=True)
    assert "\n__all__=" in trimmed(SOURCE, SURFACE, module="necro.grave", is_hidden=False)


def test_the_surface_reaches_through_bases_annotations_and_stars(tmp_path: Path) -> None:
    package = tmp_path / "crypt"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from crypt._a import Tomb\nfrom crypt._b import *\n__all__ = ['Tomb']\n"
    )
    (package / "_a.py").write_text(
        "class Base: ...\n"
        "class Hidden: ...\n"
        "class Tomb(Base):\n"
        "    def open(self) -> 'Lid | None': ...\n"
        "    def _shut(self) -> Hidden: ...\n"
        "class Lid:\n"
        "    def __init__(self) -> None:\n"
        "        self.hinge: Hinge = Hinge()\n"
        "class Hinge: ...\n"
    )
    (package / "_b.py").write_text("__all__ = ['star']\ndef star(): ...\ndef moon(): ...\n")
    found = surface(package)
    assert found.documented == {"Tomb", "Base", "star"}
    assert found.typed == {"Tomb", "Base", "star", "Lid", "Hinge"}
    assert found.listed == {"crypt._b"}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_code_of_each_module_stays(path: Path, seen: Surface) -> None:
    source = path.read_text()
    module = module_name(path.relative_to(PACKAGE.parent))
    hidden = is_private_module(PACKAGE, path)
    tree = pruned(ast.parse(source), seen, module=module, is_hidden=hidden)
    # Where the lines are broken changes nothing.
    text = renamed(ast.unparse(tree), seen, module=module, is_hidden=hidden)
    assert ast.dump(ast.parse(laid_out(text))) == ast.dump(ast.parse(text))
    # Functions, also those in functions, and attributes keep their names, which tracebacks, pickles
    # and tests go by; what is imported from elsewhere may have another.
    after = compile(laid_out(text), "", "exec")
    before = compile(ast.unparse(tree), "", "exec")
    imported = {
        name.asname: name.name
        for statement in statements(ast.parse(text).body)
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
        if name.asname is not None
    }
    own = {name for one in tree.body for name in bound_names(one)} if not hidden else set[str]()
    assert own.isdisjoint(imported)
    assert [code.co_qualname for code in _codes(after)] == [
        code.co_qualname for code in _codes(before)
    ]
    for new, old in zip(_codes(after), _codes(before), strict=True):
        assert {imported.get(name, name) for name in new.co_names} == set(old.co_names)


NESTED = """
from asyncio import open_unix_connection as connect
from necro._deep import Depth, Width, helper
__all__ = ["Depth"]
def dig(site, spade: "Width"):
    class DugGrave(Depth):
        def measured(self):
            return helper(self, helper, connect, connect)
    def lifting_function():
        return DugGrave
    return lifting_function
"""


def test_functions_and_classes_within_functions_keep_their_names() -> None:
    text = trimmed(NESTED, SURFACE, module="necro._grave", is_hidden=True)
    found: dict[str, object] = {}
    names = {code.co_qualname for code in _codes(compile(text, "", "exec", dont_inherit=True))}
    assert names == {
        "<module>",
        "dig",
        "dig.<locals>.DugGrave",
        "dig.<locals>.DugGrave.measured",
        "dig.<locals>.lifting_function",
    }
    start = text.index("def dig")
    exec("class Depth: pass\n" + text[start:], found)
    dig = found["dig"]
    assert callable(dig)
    assert dig(1, 2).__name__ == "lifting_function"
    assert dig(1, 2)().__qualname__ == "dig.<locals>.DugGrave"


def test_what_is_imported_gets_a_short_name_unless_others_read_it() -> None:
    text = trimmed(NESTED, SURFACE, module="necro._grave", is_hidden=True)
    assert "import open_unix_connection as" in text
    assert "connect" not in text.replace("open_unix_connection", "")
    assert text.count("helper") == 1
    # Depth is of what users see.
    assert "class DugGrave(Depth)" in text
    taken = SURFACE._replace(taken=frozenset({("helper", "necro._grave")}))
    assert trimmed(NESTED, taken, module="necro._grave", is_hidden=True).count("helper") == 3
    assert trimmed(NESTED, SURFACE, module="necro.grave", is_hidden=False).count("helper") == 3


def test_the_surface_knows_what_modules_take_of_one_another(tmp_path: Path) -> None:
    package = tmp_path / "crypt"
    package.mkdir()
    (package / "__init__.py").write_text("from crypt._a import Tomb\n__all__ = ['Tomb']\n")
    (package / "_a.py").write_text("class Tomb: ...\nimport crypt\n")
    (package / "_b.py").write_text("from crypt import _a\nx = _a.seal\n")
    found = surface(package).taken
    assert found == {("Tomb", "crypt._a"), ("_a", "crypt"), ("seal", "crypt._a")}


def _signatures(tree: ast.Module, names: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or node.name not in names:
            continue
        for member in node.body:
            match member:
                case ast.FunctionDef() | ast.AsyncFunctionDef() if not is_private(member.name):
                    returns = ast.unparse(member.returns) if member.returns else ""
                    found[f"{node.name}.{member.name}"] = ast.unparse(member.args) + returns
                case _:
                    pass
    return found


def test_what_users_call_keeps_its_signature_and_doc_string(tmp_path: Path, seen: Surface) -> None:
    compared = 0
    for copy, name in trim_package(PACKAGE, tmp_path).items():
        if copy.suffix != ".py":
            continue
        before = ast.parse((PACKAGE.parent / name).read_text())
        after = ast.parse(copy.read_text())
        expected = _signatures(before, seen.typed)
        assert _signatures(after, seen.typed) == expected
        compared += len(expected)
        for old in before.body:
            if isinstance(old, ast.ClassDef) and old.name in seen.documented:
                (new,) = (
                    one
                    for one in after.body
                    if isinstance(one, ast.ClassDef) and one.name == old.name
                )
                assert inspect.cleandoc(ast.get_docstring(new) or "") == inspect.cleandoc(
                    ast.get_docstring(old) or ""
                )
    assert compared > 100
