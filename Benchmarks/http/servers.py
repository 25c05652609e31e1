"""The servers that are compared: how each is built and started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from processes import ServerProcess, free_port, running

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / ".build-bench"
COMPARED = ROOT / ".venv-bench"
CONTENT = b'{"data":"the dead rise"}'
REQUESTS_PER_CONNECTION_MAX = 1_000_000_000

NGINX_CONFIGURATION = """\
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests {requests};
  keepalive_timeout 3600s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 '{content}'; }}
  }}
}}
"""


class CannotBuild(Exception):
    """Something that a server needs is missing; the message says what to do."""


@dataclass
class Command:
    """What starts a server on a port."""

    words: list[str]
    environment: dict[str, str] = field(default_factory=lambda: dict[str, str]())


def tool(name: str, package: str) -> str:
    """The path of a program of the system's. Raises CannotBuild."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        raise CannotBuild(f"{name} is missing: apt-get install {package}")
    return path


def c_compiler() -> str:
    """The C compiler. Raises CannotBuild."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        raise CannotBuild("no C compiler: put the Swift toolchain's clang on PATH")
    return compiler


def _ceiling(port: int) -> Command:
    """Compiles the ceiling program against the interpreter that runs this script."""
    program = BUILD / "ceiling"
    source = HERE / "ceiling.c"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        compiler = c_compiler()
        names = sysconfig.get_config_vars()
        shared = bool(names.get("Py_ENABLE_SHARED"))
        folder = names["LIBDIR"] if shared else names["LIBPL"]
        library = f"-lpython{names['LDVERSION']}"
        flags = ["-O3", "-Wall", "-Wextra", "-Werror", f"-I{names['INCLUDEPY']}"]
        link = [f"-L{folder}", f"-Wl,-rpath,{folder}", library]
        link += [*str(names["LIBS"]).split(), *str(names["SYSLIBS"]).split()]
        link += [] if shared else str(names["LINKFORSHARED"]).split()
        BUILD.mkdir(exist_ok=True)
        subprocess.run([compiler, *flags, str(source), "-o", str(program), *link], check=True)
    return Command([str(program), str(port), sys.base_prefix])


def _nginx(port: int) -> Command:
    folder = BUILD / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX_CONFIGURATION.format(
            folder=folder,
            port=port,
            content=CONTENT.decode(),
            requests=REQUESTS_PER_CONNECTION_MAX,
        )
    )
    program = tool("nginx", "nginx")
    return Command([program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)])


def compared_program(
    program: str, requirements: Path = HERE / "requirements.txt", folder: Path = COMPARED
) -> str:
    """A program of the virtual environment that holds what we compare with, made when missing."""
    stamp = folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run(
            [str(folder / "bin/pip"), "install", "-q", "-r", str(requirements)], check=True
        )
        stamp.write_text(requirements.read_text())
    return str(folder / "bin" / program)


def _uvicorn(port: int) -> Command:
    words = [
        compared_program("uvicorn"),
        "--app-dir",
        str(HERE),
        "compared:asgi",
        "--port",
        str(port),
    ]
    words += ["--workers", "1", "--loop", "uvloop", "--http", "httptools", "--lifespan", "off"]
    words += ["--no-access-log", "--log-level", "error", "--backlog", "4096"]
    return Command(words)


def _granian(port: int) -> Command:
    words = [compared_program("granian"), "--working-dir", str(HERE), "compared:rsgi"]
    words += ["--port", str(port), "--interface", "rsgi", "--http", "1", "--no-ws"]
    words += ["--workers", "1", "--runtime-mode", "st", "--runtime-threads", "1"]
    words += ["--loop", "uvloop", "--backlog", "4096", "--log-level", "error"]
    return Command(words)


def necro_environment() -> dict[str, str]:
    """What has a Python process import necro from the checkout, with the extension as it ships."""
    extension = ROOT / ".build-embedded/release/lib_necro.so"
    if not extension.exists():
        raise CannotBuild(f"{extension.relative_to(ROOT)} is missing: make build")
    return {"PYTHONPATH": str(ROOT / "Sources/Python"), "NECRO_EXTENSION": str(extension)}


def necro(port: int, workers: int = 1, app: Path = ROOT / "Examples/hello/app.py") -> Command:
    """`necro host APP`, from the checkout, as `make run` serves Examples/hello.

    It may be asked on a connection as often as nginx here: what a reconnect costs is not measured.
    """
    words = [sys.executable, "-m", "necro", "host", str(app)]
    words += [f"--requests-per-connection-max={REQUESTS_PER_CONNECTION_MAX}"]
    words += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    return Command(words, necro_environment())


def _necro_tasks(port: int) -> Command:
    """necro with an eager Task for each request: what driving handlers natively spares."""
    command = necro(port)
    return Command(command.words, {**command.environment, "NECRO_TASK_PER_REQUEST": "1"})


SERVERS: dict[str, Callable[[int], Command]] = {
    "ceiling": _ceiling,
    "necro": necro,
    "necro-tasks": _necro_tasks,
    "nginx": _nginx,
    "uvicorn": _uvicorn,
    "granian": _granian,
}


@contextmanager
def started(name: str, core: int) -> Generator[ServerProcess]:
    """The named server on a free port of loopback, pinned to a core."""
    port = free_port()
    command = SERVERS[name](port)
    with running(
        command.words, port, core=core, content=CONTENT, environment=command.environment
    ) as server:
        yield server


def cores() -> tuple[int, int]:
    """The core that serves and the core that loads."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise CannotBuild("two cores are needed: one serves, the other loads")
    return usable[0], usable[1]
