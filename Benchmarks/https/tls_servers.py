"""The servers that are compared behind TLS, with one key and one cipher."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from processes import ServerProcess, free_port, running
from servers import (
    BUILD,
    CONTENT,
    HERE,
    NGINX_CONFIGURATION,
    REQUESTS_PER_CONNECTION_MAX,
    Command,
    compared_program,
    necro,
    tool,
)

CIPHER = "TLS_AES_256_GCM_SHA384"
FOLDER = BUILD / "https"
CERTIFICATE = FOLDER / "localhost.crt"
KEY = FOLDER / "localhost.key"


def make_certificate() -> None:
    """A key of P-256 and a certificate that signs itself, made once."""
    if CERTIFICATE.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    words = [tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    words += ["ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    words += ["-keyout", str(KEY), "-out", str(CERTIFICATE)]
    subprocess.run(words, check=True, capture_output=True)


def client_context() -> ssl.SSLContext:
    """What a client is made with."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def _necro(port: int) -> Command:
    command = necro(port)
    words = [*command.words, "--cert", str(CERTIFICATE), "--key", str(KEY)]
    return Command([*words, "--tls-ciphers", CIPHER], command.environment)


def _nginx(port: int) -> Command:
    folder = FOLDER / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    plain = NGINX_CONFIGURATION.format(
        folder=folder,
        port=port,
        content=CONTENT.decode(),
        requests=REQUESTS_PER_CONNECTION_MAX,
    )
    # Tickets alone, as necro has them: with a cache it would keep sessions as well.
    text = plain.replace(
        "backlog=4096;",
        f"backlog=4096 ssl; ssl_certificate {CERTIFICATE}; ssl_certificate_key {KEY};"
        f" ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command Ciphersuites {CIPHER};"
        " ssl_session_cache off; ssl_session_tickets on;",
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(text)
    program = tool("nginx", "nginx")
    return Command([program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)])


def _granian(port: int) -> Command:
    words = [compared_program("granian"), "--working-dir", str(HERE), "compared:rsgi"]
    words += ["--port", str(port), "--interface", "rsgi", "--http", "1", "--no-ws"]
    words += ["--workers", "1", "--runtime-mode", "st", "--runtime-threads", "1"]
    words += ["--loop", "uvloop", "--backlog", "4096", "--log-level", "error"]
    return Command(
        [
            *words,
            "--ssl-certificate",
            str(CERTIFICATE),
            "--ssl-keyfile",
            str(KEY),
            "--ssl-protocol-min",
            "tls1.2",
        ]
    )


SERVERS: dict[str, Callable[[int], Command]] = {
    "necro": _necro,
    "nginx": _nginx,
    "granian": _granian,
}


@contextmanager
def started(name: str, core: int) -> Generator[ServerProcess]:
    """The named server on a free port of loopback, pinned to a core."""
    make_certificate()
    port = free_port()
    command = SERVERS[name](port)
    with running(
        command.words,
        port,
        core=core,
        content=CONTENT,
        environment=command.environment,
        context=client_context(),
    ) as server:
        yield server


def library_of(server: ServerProcess) -> str:
    """The path of libssl in a server's memory; empty for one that has TLS of its own."""
    for line in Path(f"/proc/{server.process.pid}/maps").read_text().splitlines():
        if "libssl" in line:
            return line.split()[-1]
    return ""
