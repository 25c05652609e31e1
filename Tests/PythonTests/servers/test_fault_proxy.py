"""The relay that makes faults, in front of a server that echoes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fault_proxy import Address, FaultProxy, Faults, wait_until
from necro._private_servers import PrivateRedict

SECONDS = 10.0


@pytest.fixture
def echo() -> Generator[tuple[str, int]]:
    """A server that gives every octet back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                while octets := connection.recv(65536):
                    connection.sendall(octets)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(SECONDS)


@contextmanager
def relayed(server: Address) -> Generator[tuple[FaultProxy, socket.socket]]:
    with (
        FaultProxy(server) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), SECONDS) as client,
    ):
        yield proxy, client


def received(client: socket.socket) -> bytes:
    """All octets until the end of input."""
    found = b""
    while octets := client.recv(65536):
        found += octets
    return found


def test_without_faults_all_octets_pass(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        sent = bytes(range(256)) * 4000
        thread = threading.Thread(target=client.sendall, args=(sent,))
        thread.start()
        found = b""
        while len(found) < len(sent):
            found += client.recv(65536)
        thread.join(SECONDS)
        assert found == sent
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
        assert (proxy.accepted, proxy.request_octets) == (1, len(sent))
        assert proxy.reply_octets == len(sent)


@pytest.mark.parametrize("at", range(6))
def test_replies_are_cut_at_every_octet(echo: tuple[str, int], at: int) -> None:
    with relayed(echo) as (proxy, client):
        proxy.replies = Faults(cut_at=at)
        client.sendall(b"minion")
        assert received(client) == b"minion"[:at]


def test_requests_are_cut(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        proxy.requests = Faults(cut_at=3)
        client.sendall(b"minion")
        assert b"min".startswith(received(client))
        assert proxy.request_octets == 3


def test_a_reset_is_a_reset(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        proxy.replies = Faults(reset_at=0)
        client.sendall(b"minion")
        with pytest.raises(ConnectionResetError):
            received(client)


def test_a_black_hole_swallows_and_heals(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        proxy.requests = Faults(is_black_hole=True)
        client.sendall(b"minion")
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(1)
        proxy.heal()
        client.settimeout(SECONDS)
        client.sendall(b"x")
        assert client.recv(9) == b"x"


def test_a_half_close_leaves_the_other_direction(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        proxy.replies = Faults(half_close_at=2)
        client.sendall(b"minion")
        assert received(client) == b"mi"
        client.sendall(b"more")
        wait_until(lambda: proxy.request_octets == 10)


def test_an_octet_is_corrupted(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        proxy.replies = Faults(corrupt_at=2, delay_seconds=0.01)
        client.sendall(b"minion")
        assert client.recv(6, socket.MSG_WAITALL) == b"mi" + bytes([ord("n") ^ 0xFF]) + b"ion"


def test_connections_are_refused_and_cut(echo: tuple[str, int]) -> None:
    with relayed(echo) as (proxy, client):
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        proxy.cut_all()
        assert client.recv(1) == b""
        proxy.is_refusing = True
        # The reset may arrive before `connect` has returned, or after.
        with (
            pytest.raises(ConnectionResetError),
            socket.create_connection(("127.0.0.1", proxy.port), SECONDS) as refused,
        ):
            refused.recv(1)


def test_unix_sockets_on_both_sides(redict_server: PrivateRedict, tmp_path: Path) -> None:
    listen = tmp_path / "s"
    with FaultProxy(redict_server.socket_file, listen), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(SECONDS)
        client.connect(str(listen))
        client.sendall(b"PING\r\n")
        assert client.recv(7, socket.MSG_WAITALL) == b"+PONG\r\n"
