"""The package itself: what importing it costs, and what is said where it cannot run."""

import os
import subprocess
import sys
from pathlib import Path

import necro
import pytest

SOURCES = Path(necro.__file__).parents[1]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process of its own, without the native module."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NECRO_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PYTHONPATH": str(SOURCES), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_importing_necro_loads_no_heavy_module() -> None:
    heavy = "asyncio dataclasses typing json inspect argparse re logging enum socket threading"
    code = (
        "import sys; before = set(sys.modules); import necro; print(*(set(sys.modules) - before))"
    )
    loaded = run(code).stdout.split()
    assert "necro" in loaded
    assert not set(loaded) & set(heavy.split())


def test_declaring_an_app_needs_no_native_module() -> None:
    code = "import necro; app = necro.App(); app.get('/')(print); print(necro.State())"
    assert run(code).stdout == "<State: empty>\n"


def test_every_public_name_is_there() -> None:
    for name in necro.__all__:
        assert getattr(necro, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = necro.nothing  # type: ignore[attr-defined]  # pyright: ignore


@pytest.mark.parametrize(
    ("set_up", "environment", "says"),
    [
        ("", {"NECRO_EXTENSION": "/nowhere.so"}, "NECRO_EXTENSION names no file: /nowhere.so"),
        ("", {"NECRO_EXTENSION": __file__}, "does not load here"),
        ("sys.platform = 'darwin'", {}, "necro runs on Linux; this is darwin"),
        ("sys.abiflags = 't'", {}, "necro does not run on a free-threaded build"),
        ("sys.implementation.name = 'pypy'", {}, "necro needs CPython; this is pypy"),
        (
            "os.listdir = lambda _: ['_necro.cpython-399-x86_64-linux-gnu.so'];"
            "sys.meta_path.insert(0, Absent())",
            {},
            "necro was built for another Python (_necro.cpython-399-x86_64-linux-gnu.so)",
        ),
        (
            "os.listdir = lambda _: []; sys.meta_path.insert(0, Absent())",
            {},
            "necro's native module is not there",
        ),
    ],
)
def test_a_native_module_that_cannot_load_is_one_line(
    set_up: str, environment: dict[str, str], says: str
) -> None:
    code = f"""
import os, sys, necro
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "necro._necro":
            raise ModuleNotFoundError("absent", name=name)
{set_up}
try:
    from necro import Request
except ImportError as error:
    print(type(error).__name__, error, sep=": ")
"""
    lines = run(code, **environment).stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("ImportError: ")
    assert says in lines[0]
