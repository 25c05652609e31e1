"""What a wheel leaves out of the sources changes nothing that runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from trimming import public_names, trimmed

PACKAGE = Path(__file__).resolve().parents[3] / "Sources/Python/necro"
MODULES = sorted(PACKAGE.rglob("*.py"))

SOURCE = '''"""The module."""

# A comment.
VALUE = 1  # pyright: ignore[reportPrivateUsage]
TEXT = "# no comment"  # a comment
LINES = f"""
    as {VALUE}
    they are
"""


class Grave:
    """What users see."""

    def __init__(self) -> None:
        """What users see."""

    def open(self) -> None:
        """What users see."""

        def lift() -> None:
            """What nobody sees."""

        lift()

    def _close(self) -> None:
        """What nobody sees."""


def dig() -> int:
    """What nobody sees,

    in several lines.
    """
    return VALUE
'''

TRIMMED = '''
VALUE = 1  # pyright: ignore[reportPrivateUsage]
TEXT = "# no comment"
LINES = f"""
    as {VALUE}
    they are
"""


class Grave:
	"""What users see."""

	def __init__(self) -> None:
		"""What users see."""

	def open(self) -> None:
		"""What users see."""

		def lift() -> None:
			...

		lift()

	def _close(self) -> None:
		...


def dig() -> int:
	return VALUE
'''


def _without_doc_strings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            is_empty = len(node.body) == 1 and ast.unparse(node.body[0]) == "..."
            if is_empty or ast.get_docstring(node) is not None:
                del node.body[0]
    return ast.dump(tree)


def test_comments_private_doc_strings_and_spaces_go() -> None:
    assert trimmed(SOURCE, public={"Grave"}, is_private=True) == TRIMMED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_code_of_each_module_stays(path: Path) -> None:
    source = path.read_text()
    text = trimmed(source, public=public_names(PACKAGE), is_private=True)
    assert len(text) <= len(source)
    assert _without_doc_strings(text) == _without_doc_strings(source)
