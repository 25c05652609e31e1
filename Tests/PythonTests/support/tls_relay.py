"""Servers that a client of TLS meets: one that ends TLS in front of another, and false ones."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

SECONDS_MAX = 20.0


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Generator[int]:
    """A server that gives each connection to a function in a thread; its port."""
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(connection: socket.socket) -> None:
            connection.settimeout(SECONDS_MAX)
            with connection, suppress(OSError):
                answer(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            # A thread in accept() does not see the descriptor close, but does see it shut down.
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join(SECONDS_MAX)
            for thread in threads:
                thread.join(SECONDS_MAX)


@contextmanager
def ending_tls(context: ssl.SSLContext, port: int) -> Generator[int]:
    """A server of TLS that passes what it is told on to a port, in clear text; its own port."""

    def relay(connection: socket.socket) -> None:
        with (
            context.wrap_socket(connection, server_side=True) as secured,
            socket.create_connection(("127.0.0.1", port), SECONDS_MAX) as server,
        ):
            back = threading.Thread(target=_pass_on, args=(server, secured), daemon=True)
            back.start()
            _pass_on(secured, server)
            back.join(SECONDS_MAX)

    with answering(relay) as own:
        yield own


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while octets := source.recv(65536):
            sink.sendall(octets)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
