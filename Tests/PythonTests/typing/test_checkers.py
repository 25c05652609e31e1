"""mypy and pyright in strict mode, on what users write and on what they get wrong.

Both read a copy in a folder of its own, with the package beside it, as a user's project has it:
that of the checkout, and that of a wheel, which leaves out what users do not see.
"""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import necro
import pytest
from trimming import trim_package

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SOURCES = Path(necro.__file__).parents[1]
GRAVEYARD = ROOT / "Examples/graveyard/app.py"
MARK = re.compile(r"# mistake(?:$|:)")
REPORTED = re.compile(r"^mistakes\.py:(\d+): error: (.*)$", re.MULTILINE)

type Reports = dict[int, list[str]]


def copied(name: str, folder: Path, source: Path = HERE) -> str:
    """Copies a file, by default of this folder; gives its text."""
    text = (source / name).read_text()
    (folder / name).write_text(text)
    return text


@pytest.fixture(scope="module", params=["the checkout's package", "a wheel's package"])
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment where the package is installed beside all that is here."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python3.*/site-packages")
    here = sysconfig.get_path("purelib")
    if request.param == "a wheel's package":
        trim_package(SOURCES / "necro", packages)
        (packages / "necro" / "py.typed").touch()
        (packages / "here.pth").write_text(f"{here}\n")
    else:
        (packages / "here.pth").write_text(f"{SOURCES}\n{here}\n")
    return folder / "bin" / "python"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a module of the virtual environment."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def mypy(folder: Path, name: str, python: Path) -> subprocess.CompletedProcess[str]:
    """What mypy says of a file."""
    words = ("--strict", "--no-pretty", "--config-file=", f"--python-executable={python}")
    return run(folder, "mypy", *words, name)


def pyright(folder: Path, name: str, python: Path) -> Reports:
    """What pyright says of a file, by line."""
    settings = {
        "typeCheckingMode": "strict",
        "include": [name],
        "pythonVersion": "3.13",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    ended = run(folder, "pyright", "--outputjson", "--pythonpath", str(python))
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    assert said["summary"]["filesAnalyzed"] == 1
    reports: Reports = {}
    for found in said["generalDiagnostics"]:
        line = int(found["range"]["start"]["line"]) + 1
        reports.setdefault(line, []).append(str(found["message"]))
    return reports


def assert_reported(text: str, reports: Reports) -> None:
    """The marked lines are those that were reported."""
    lines = text.splitlines()
    marked = {number for number, line in enumerate(lines, 1) if MARK.search(line)}
    assert marked
    missed = [f"{number}: {lines[number - 1]}" for number in sorted(marked - reports.keys())]
    surplus = [f"{number}: {reports[number]}" for number in sorted(reports.keys() - marked)]
    assert (missed, surplus) == ([], [])


def test_mypy_accepts_what_users_write(tmp_path: Path, python: Path) -> None:
    copied("typical.py", tmp_path)
    ended = mypy(tmp_path, "typical.py", python)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_pyright_accepts_what_users_write(tmp_path: Path, python: Path) -> None:
    copied("typical.py", tmp_path)
    assert pyright(tmp_path, "typical.py", python) == {}


# The graveyard's app has handlers without annotations, as users are shown them.
EXAMPLES = [path for path in sorted((ROOT / "Examples").glob("*/*.py")) if path != GRAVEYARD]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_both_accept_the_examples(example: Path, tmp_path: Path, python: Path) -> None:
    for path in example.parent.glob("*.py"):
        copied(path.name, tmp_path, example.parent)
    ended = mypy(tmp_path, example.name, python)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert pyright(tmp_path, example.name, python) == {}


def test_mypy_reports_every_mistake(tmp_path: Path, python: Path) -> None:
    text = copied("mistakes.py", tmp_path)
    ended = mypy(tmp_path, "mistakes.py", python)
    reports: Reports = {}
    for line, message in REPORTED.findall(ended.stdout):
        reports.setdefault(int(line), []).append(message)
    assert len(re.findall(r": error: ", ended.stdout)) == sum(map(len, reports.values()))
    assert_reported(text, reports)


def test_pyright_reports_every_mistake(tmp_path: Path, python: Path) -> None:
    text = copied("mistakes.py", tmp_path)
    assert_reported(text, pyright(tmp_path, "mistakes.py", python))


def test_what_users_write_works(tmp_path: Path) -> None:
    copied("typical.py", tmp_path)
    (tmp_path / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    )
    words = ("-q", "-W", "error", "-p", "no:cacheprovider", "-o", "anyio_mode=auto", "typical.py")
    ended = run(tmp_path, "pytest", "-o", f"pythonpath={SOURCES}", *words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^3 passed in ", ended.stdout, re.MULTILINE), ended.stdout


def test_the_stub_of_the_native_module_is_as_the_module() -> None:
    # It is loaded before, so that stubtest finds it where a wheel would have it. The decorator for
    # disjoint bases is in typing_extensions alone, which is no dependency.
    code = (
        "import sys; import necro._native; from mypy.stubtest import main;"
        " sys.argv[1:] = ['necro._necro', '--ignore-disjoint-bases']; sys.exit(main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=SOURCES,
        env={**os.environ, "PYTHONPATH": str(SOURCES), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith("Success: no issues found in 1 module")
