"""CPython's own tests of asyncio pass on Necro's loop, in the main interpreter and in a worker.

What does not is listed in `expected.py` with its reason. A test that fails without being listed
fails here, and so does one that is listed and passes.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

import pytest
from expected import MAIN_EXCEPTIONS, MODULES, WORKER_EXCEPTIONS, WORKER_MODULES
from hosting import PACKAGE, Host, checkout_environment, hosting

FOLDER = Path(__file__).resolve().parent
SECONDS_MAX = 180

# The suite runs as a plain function, on a thread of the worker's: each test has a loop of its own.
APP = """
    import necro
    from run_module import outcomes

    app = necro.App()

    @app.get("/run/{module}")
    def run(module: str):
        return outcomes(module)
"""


@pytest.fixture(scope="module", autouse=True)
def installed_suite() -> None:
    """Fails where CPython's own tests are not installed."""
    if importlib.util.find_spec("test.test_asyncio") is None:
        minor = f"{sys.version_info.major}.{sys.version_info.minor}"
        pytest.fail(
            f"this Python has no package test.test_asyncio: apt-get install libpython{minor}"
            f"-testsuite, or pyenv install {minor}"
        )


@pytest.mark.parametrize("module", MODULES)
def test_cpythons_tests_pass_in_the_main_interpreter(module: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(FOLDER / "run_module.py"), module],
        env=checkout_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    outcomes = cast("dict[str, str]", json.loads(ran.stdout.splitlines()[-1]))
    _judge(module, outcomes, MAIN_EXCEPTIONS)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Generator[Host]:
    """A host whose worker runs modules of the suite."""
    path = os.pathsep.join((str(PACKAGE), str(FOLDER)))
    with hosting(tmp_path_factory.mktemp("suite"), APP, environment={"PYTHONPATH": path}) as host:
        yield host


@pytest.mark.parametrize("module", WORKER_MODULES)
def test_cpythons_tests_pass_in_a_worker(worker: Host, module: str) -> None:
    with worker.connect() as wire:
        wire.sock.settimeout(SECONDS_MAX)
        wire.request("GET", f"/run/{module}")
        reply = wire.reply("GET")
    assert reply.status == 200, worker.log
    _judge(module, cast("dict[str, str]", reply.json), WORKER_EXCEPTIONS)


def _judge(module: str, outcomes: dict[str, str], exceptions: Mapping[str, str]) -> None:
    """Compares what a module's tests came to with what is expected."""
    loops = int(outcomes.pop("loops"))
    assert loops > 0, "the tests have made no loop of ours"
    listed = [name for name in exceptions if name.startswith(f"{module}.")]
    wrong: list[str] = []
    seen: set[str] = set()
    for name, outcome in outcomes.items():
        known = [pattern for pattern in listed if fnmatchcase(name, pattern)]
        seen.update(known)
        if outcome in ("ok", "skip"):
            wrong += [f"{name} passes and is listed as {pattern}" for pattern in known]
        elif not known:
            wrong.append(f"{name}: {outcome}")
    wrong += [f"{pattern} is listed and fits no test" for pattern in listed if pattern not in seen]
    assert not wrong, "\n".join(wrong)
    assert any(outcome == "ok" for outcome in outcomes.values()), "no test has run"
