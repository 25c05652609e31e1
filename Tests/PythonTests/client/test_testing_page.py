"""The tests that `Docs/testing.md` shows are run by pytest and pass.

The first line of a block names its file. The files from one `app.py` to the next are a folder.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import necro
import pytest

PAGE = Path(__file__).parents[3] / "Docs/testing.md"
SOURCES = Path(necro.__file__).parents[1]

BLOCK = re.compile(r"^```python\n# (\w+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def folders() -> list[tuple[str, dict[str, str]]]:
    """The heading that each app stands below, and the files of its folder."""
    text = PAGE.read_text()
    found: list[tuple[str, dict[str, str]]] = []
    for match in BLOCK.finditer(text):
        name, content = match.groups()
        if name == "app.py":
            heading = re.findall(r"^#+ (.+)$", text[: match.start()], re.MULTILINE)[-1]
            found.append((heading, {}))
        assert name not in found[-1][1]
        found[-1][1][name] = content
    return found


@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in folders()])
def test_the_tests_of_the_page_pass(files: dict[str, str], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    expected = sum(len(re.findall(r"^(?:async )?def test_", text, re.M)) for text in files.values())
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert expected > 0
    assert re.search(rf"^{expected} passed in ", ended.stdout, re.MULTILINE), ended.stdout


def test_every_python_block_of_the_page_is_a_file() -> None:
    blocks = PAGE.read_text().count("```python\n")
    assert sum(len(files) for _, files in folders()) == blocks
