"""The examples of Docs/tls.md, run from top to bottom."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from hosting import ROOT, checkout_environment

PAGE = (ROOT / "Docs/tls.md").read_text()
READY_SECONDS_MAX = 90


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_the_page(tmp_path: Path) -> None:
    source = re.search(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert source
    (tmp_path / "app.py").write_text(source[1])
    (tmp_path / "necro").write_text(f'#!/bin/sh\nexec {sys.executable} -m necro "$@"\n')
    (tmp_path / "necro").chmod(0o755)
    environment = checkout_environment(PATH=f"{tmp_path}:{os.environ['PATH']}", NO_PROXY="*")
    ports = {port: _free_port() for port in ("8443", "8444", "8445", "8080")}
    blocks = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 5
    with ExitStack() as stack:
        for block in blocks:
            for port, free in ports.items():
                block = block.replace(f":{port}", f":{free}")
            for command, expected in re.findall(
                r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
            ):
                if command.endswith(" &"):
                    _start(command.removesuffix(" &"), tmp_path, environment, stack)
                    continue
                run = subprocess.run(
                    ["bash", "-c", command.replace("curl ", "curl -sS ")],
                    cwd=tmp_path,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                said = run.stdout + (run.stderr if not command.startswith("openssl") else "")
                pattern = re.escape(expected.rstrip("\n")).replace(r"\.\.\.", ".*")
                assert re.fullmatch(pattern, said.rstrip("\n")), f"{command}\n{said}{run.stderr}"


def _start(command: str, folder: Path, environment: dict[str, str], stack: ExitStack) -> None:
    """Starts a host of the page, which ends with the test."""
    process = subprocess.Popen(
        command.split(),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    assert process.stderr is not None
    stack.enter_context(process.stderr)
    deadline = time.monotonic() + READY_SECONDS_MAX
    for line in process.stderr:
        if "hosting" in line:
            return
        assert time.monotonic() < deadline
    raise AssertionError(f"{command} has ended with status {process.wait()}")
