"""A private server ends with its owner, however that ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from necro._private_servers import end_leftovers
from necro._private_servers._watcher import children_of, start_ticks

SOURCES = Path(__file__).resolve().parents[3] / "Sources" / "Python"
SECONDS_MAX = 30.0
OWNER = """\
import sys, time
from necro._private_servers import PrivatePostgres, PrivateRedict
server = {"postgres": PrivatePostgres, "redict": PrivateRedict}[sys.argv[1]](parent=sys.argv[2])
server.open()
print(server.process, server.folder, flush=True)
ENDING
"""


@pytest.fixture
def place() -> Generator[Path]:
    """A folder that every user can enter, with a name short enough for sockets."""
    folder = Path(f"/tmp/necro-left-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    end_leftovers(folder)
    folder.rmdir()


@contextmanager
def owner(
    kind: str, place: Path, ending: str
) -> Generator[tuple[subprocess.Popen[str], int, Path]]:
    """A process with a server: the process, the server's process id and folder."""
    words = [sys.executable, "-c", OWNER.replace("ENDING", ending), kind, str(place)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            server, _, folder = process.stdout.readline().strip().partition(" ")
            yield process, int(server), Path(folder)
        finally:
            process.kill()


def wait_until_gone(server: int, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while start_ticks(server) is not None or folder.exists():
        assert time.monotonic() < deadline, f"{server} or {folder} is still there"
        time.sleep(0.02)


@pytest.mark.parametrize("kind", ["postgres", "redict"])
def test_it_ends_with_an_owner_that_is_killed(kind: str, place: Path) -> None:
    with owner(kind, place, "time.sleep(600)") as (process, server, folder):
        assert start_ticks(server) is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until_gone(server, folder)


@pytest.mark.parametrize("ending", ["", "raise SystemExit(3)", "import os; os._exit(1)"])
def test_it_ends_with_an_owner_that_forgets_it(ending: str, place: Path) -> None:
    with owner("redict", place, ending) as (process, server, folder):
        process.wait(SECONDS_MAX)
        wait_until_gone(server, folder)


@pytest.mark.parametrize("kind", ["postgres", "redict"])
def test_what_even_the_watcher_could_not_end_is_ended_at_the_next_start(
    kind: str, place: Path
) -> None:
    with owner(kind, place, "time.sleep(600)") as (process, server, folder):
        assert end_leftovers(place) == []
        for watcher in children_of(process.pid):
            os.kill(watcher, signal.SIGKILL)
        process.kill()
        process.wait()
        assert start_ticks(server) is not None
        backends = children_of(server)
        with owner(kind, place, "server.close()") as (other, _, _):
            other.wait(SECONDS_MAX)
        assert start_ticks(server) is None
        assert not any(start_ticks(one) for one in backends)
        assert not folder.exists()


def test_only_what_is_ours_and_left_behind_is_touched(place: Path) -> None:
    young = place / "necro-private-postgres-young"
    young.mkdir()
    old = place / "necro-private-postgres-old"
    old.mkdir()
    os.utime(old, (0, 0))
    other = place / "somebody-else"
    other.mkdir()
    os.utime(other, (0, 0))
    assert end_leftovers(place) == [old]
    assert young.exists()
    assert other.exists()
    other.rmdir()
    young.rmdir()


def test_a_mark_that_names_another_process_harms_nobody(place: Path) -> None:
    folder = place / "necro-private-redict-false"
    folder.mkdir()
    with subprocess.Popen(["sleep", "600"]) as bystander:
        noted = {
            "process": bystander.pid,
            "ticks": (start_ticks(bystander.pid) or 0) + 1,
            "namespace": os.readlink("/proc/self/ns/pid"),
        }
        (folder / "owner.json").write_text(json.dumps(noted))
        assert end_leftovers(place) == [folder]
        assert bystander.poll() is None
        bystander.kill()
