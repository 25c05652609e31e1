"""Every promise is quoted by a test, and no test quotes what is not promised."""

import ast
from collections.abc import Iterator
from pathlib import Path

from promises import PROMISES

TESTS = Path(__file__).parents[1]


def quoted(tree: ast.Module) -> Iterator[str]:
    """What the marks of a module's test functions quote."""
    for function in tree.body:
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for mark in function.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.api":
                assert function.name.startswith("test_")
                yield from (ast.literal_eval(argument) for argument in mark.args)


def test_every_promise_is_quoted_by_a_test_and_nothing_else_is() -> None:
    promised = {f"{heading}: {one}" for heading, all_ in PROMISES.items() for one in all_}
    found = {
        text for path in TESTS.rglob("test_*.py") for text in quoted(ast.parse(path.read_text()))
    }
    assert (sorted(promised - found), sorted(found - promised)) == ([], [])
