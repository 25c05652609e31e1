"""Handshakes, by openssl's own client, and the memory of connections that idle."""

from __future__ import annotations

import re
import resource
import socket
import ssl
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass

from processes import ServerFailed, ServerProcess
from servers import CONTENT, tool
from tls_servers import client_context

CONNECT_SECONDS_MAX = 10


@dataclass(frozen=True)
class Handshakes:
    """One server for a few seconds of connections that ask once each."""

    per_second: float
    per_cpu_second: float
    resumed_share: float


def run_handshakes(
    server: ServerProcess, seconds: int, core: int, *, version: str, resumes: bool
) -> Handshakes:
    """Opens connections one after another, each with one request.

    - version: `tls1_2` or `tls1_3`.
    - resumes: whether each goes on with the first one's session.
    """
    words = ["taskset", "-c", str(core), tool("openssl", "openssl"), "s_time"]
    words += ["-connect", f"127.0.0.1:{server.port}", f"-{version}", "-www", "/"]
    words += ["-reuse" if resumes else "-new", "-time", str(seconds)]
    cpu_before = server.cpu_seconds()
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    cpu = server.cpu_seconds() - cpu_before
    found = re.search(r"(\d+) connections in (\d+) real seconds", run.stdout)
    if found is None or int(found[1]) == 0:
        raise ServerFailed(f"openssl s_time: {run.stdout[-300:]}{run.stderr[-300:]}")
    count = int(found[1])
    # It prints a letter for each connection: r for one whose session goes on.
    marks = max((line for line in run.stdout.splitlines() if set(line) <= set("rtu*.")), key=len)
    return Handshakes(
        per_second=count / int(found[2]),
        per_cpu_second=count / max(cpu, 0.01),
        resumed_share=marks.count("r") / count,
    )


def idle_octets(server: ServerProcess, connections: int) -> float:
    """How many octets of memory a connection takes that has been asked once and idles."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < connections + 256:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, connections + 1024), hard))
    context = client_context()
    with ExitStack() as stack:
        # The first ones bring what is there once for all.
        for _ in range(64):
            stack.enter_context(_asked(server, context))
        before = server.rss_octets()
        for _ in range(connections):
            stack.enter_context(_asked(server, context))
        return (server.rss_octets() - before) / connections


def _asked(server: ServerProcess, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", server.port), CONNECT_SECONDS_MAX)
    sock = context.wrap_socket(plain, server_hostname="localhost")
    sock.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    received = b""
    while not received.endswith(CONTENT):
        part = sock.recv(65_536)
        if not part:
            raise ServerFailed(f"closed after {received!r}")
        received += part
    return sock
