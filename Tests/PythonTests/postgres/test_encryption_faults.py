"""What goes wrong with TLS to Postgres: cut handshakes, false servers, octets from strangers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import necro.postgres as pg
import psycopg
import pytest
from fault_proxy import FaultProxy
from necro._private_servers import PrivatePostgres
from recovery import run_within
from tls_crypt import Crypt, make_crypt
from tls_postgres import postgres_with_tls, url_of
from tls_relay import answering, ending_tls

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_FIELDS = b"SFATAL\0VFATAL\0C28000\0Mlet me tell you\0\0"
ERROR = b"E" + struct.pack(">i", len(_FIELDS) + 4) + _FIELDS
# What a server says that lets somebody in.
WELCOME = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"


@pytest.fixture(scope="module")
def crypt(tmp_path_factory: pytest.TempPathFactory) -> Crypt:
    return make_crypt(tmp_path_factory.mktemp("crypt"))


@pytest.fixture(scope="module")
def server(crypt: Crypt) -> Iterator[PrivatePostgres]:
    with postgres_with_tls(crypt) as started:
        yield started


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without files of TLS."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


async def ping(url: str) -> int:
    async with pg.connect(url, pool_max=1) as db:
        found: int = await db.fetch_value("SELECT 1")
        return found


@pytest.mark.parametrize("fault", ["cut_at", "reset_at", "corrupt_at"])
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_start_up_that_is_broken_anywhere_fails_and_the_next_does_not(
    server: PrivatePostgres, crypt: Crypt, fault: str, version: str
) -> None:
    async def main() -> None:
        with FaultProxy(("127.0.0.1", server.port)) as proxy:
            url = url_of(
                crypt,
                proxy.port,
                "withtls",
                sslmode="verify-full",
                connect_timeout=5,
                ssl_min_protocol_version=version,
                ssl_max_protocol_version=version,
            )
            assert await ping(url) == 1
            # All of the handshake and the exchange of SCRAM, less than the server's parameters.
            total = 1400
            assert proxy.newest_reply_octets > total
            for at in (*range(8), *range(8, total, 97)):
                setattr(proxy.replies, fault, at)
                if fault == "corrupt_at" and at == 3:
                    # The minor version of a record's header counts for nothing (RFC 8446 §5.1).
                    continue
                with pytest.raises(pg.ConnectionFailed, match="localhost"):
                    await ping(url)
            proxy.heal()
            assert await ping(url) == 1

    run_within(main())


def test_a_server_that_falls_silent_is_given_up_in_time(crypt: Crypt) -> None:
    def silent(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        # Until the client gives up.
        while connection.recv(4096):
            pass

    async def main() -> None:
        with answering(silent) as port:
            began = time.monotonic()
            with pytest.raises(pg.ConnectionFailed, match="no answer within 1 second"):
                await ping(url_of(crypt, port, "igor", sslmode="require", connect_timeout=1))
            assert time.monotonic() - began < 15

    run_within(main())


@pytest.mark.parametrize(
    ("answer", "mode", "says"),
    [
        (b"N", "require", "does not support TLS"),
        (b"N", "verify-full", "does not support TLS"),
        (b"N" + WELCOME, "prefer", "broke the protocol"),
        (b"S" + WELCOME, "require", "broke the protocol"),
        (b"S" + WELCOME, "prefer", "broke the protocol"),
        (ERROR, "require", "answered the request for TLS with an error"),
        (ERROR, "prefer", "answered the request for TLS with an error"),
        (b"E", "require", "ended"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "require", "broke the protocol"),
        (b"\0", "prefer", "broke the protocol"),
        (b"", "prefer", "ended"),
        (b"G", "require", "broke the protocol"),
    ],
)
@pytest.mark.clause("PG-protocol-flow-ssl-3", "PG-protocol-flow-ssl-4", "PG-protocol-flow-ssl-5")
def test_a_false_answer_ends_it_and_nothing_more_is_sent(
    crypt: Crypt, answer: bytes, mode: str, says: str
) -> None:
    heard: list[bytes] = []

    def lie(connection: socket.socket) -> None:
        heard.append(connection.recv(8, socket.MSG_WAITALL))
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while octets := connection.recv(4096):
            heard.append(octets)

    async def main() -> None:
        with answering(lie) as port:
            with pytest.raises(pg.ConnectionFailed, match=says) as raised:
                await ping(url_of(crypt, port, "igor", sslmode=mode))
            # Nobody has authenticated whoever said it.
            assert "let me tell you" not in str(raised.value)

    run_within(main())
    assert heard == [SSL_REQUEST]


@pytest.mark.parametrize("mode", ["require", "verify-ca"])
def test_octets_in_clear_text_before_the_handshake_count_for_nothing(
    crypt: Crypt, mode: str
) -> None:
    """They come apart from the answer, so that TLS gets them: CVE-2021-23222."""
    heard: list[bytes] = []

    def lie(connection: socket.socket) -> None:
        heard.append(connection.recv(8, socket.MSG_WAITALL))
        connection.sendall(b"S")
        # Once the handshake has begun, nobody takes them for a part of the answer.
        heard.append(connection.recv(1))
        connection.sendall(WELCOME)
        while octets := connection.recv(4096):
            heard.append(octets)

    async def main() -> None:
        with answering(lie) as port, pytest.raises(pg.ConnectionFailed):
            await ping(url_of(crypt, port, "igor", sslmode=mode, channel_binding="disable"))

    run_within(main())
    assert b"igor" not in b"".join(heard)


# Direct negotiation.


def _direct(crypt: Crypt, *protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = crypt.authority.pair("good")
    context.load_cert_chain(pair.certificate, pair.key)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def theirs(url: str) -> None:
    """The same as `ping` with libpq."""
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.clause("PG-protocol-flow-ssl-7")
def test_direct_negotiation_names_the_protocol(server: PrivatePostgres, crypt: Crypt) -> None:
    async def main() -> None:
        with ending_tls(_direct(crypt, "postgresql"), server.port) as port:
            url = url_of(crypt, port, "either", sslmode="verify-full", sslnegotiation="direct")
            async with pg.connect(url, pool_max=1) as db:
                assert await db.fetch_value("SELECT 1") == 1
                # The request to cancel goes the same way.
                with pytest.raises(pg.StatementTimeout):
                    await db.fetch_value("SELECT pg_sleep(600)", timeout=0.3)
                assert await db.fetch_value("SELECT 1", timeout=60) == 1

            await asyncio.to_thread(theirs, url)
        for protocols in ((), ("http/1.1",)):
            with ending_tls(_direct(crypt, *protocols), server.port) as port:
                url = url_of(crypt, port, "either", sslmode="require", sslnegotiation="direct")
                with pytest.raises(pg.ConnectionFailed, match="no protocol above TLS"):
                    await ping(url)
                with pytest.raises(psycopg.OperationalError):
                    await asyncio.to_thread(theirs, url)

    run_within(main())
