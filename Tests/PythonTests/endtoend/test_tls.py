"""`necro host --cert --key`, spoken to by Python's ssl, curl and openssl s_client."""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import time
from contextlib import suppress

import pytest
from certificates import Authority, Pair
from fixtures import StartHost
from tls import APP, ask, s_client, secure, trusting
from wire import Wire


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    return authority.signed("localhost", "localhost", "127.0.0.1")


@pytest.mark.clause("RFC9112-9.7-1")
@pytest.mark.parametrize("key", ["rsa", "p256", "ed25519"])
def test_versions_keys_and_groups(host: StartHost, authority: Authority, key: str) -> None:
    pair = authority.signed(f"{key}.test", "localhost", key=key)
    running = host(APP, *pair.options)
    assert running.url.startswith("https://127.0.0.1:")
    for version, name in (("TLSv1_2", "TLSv1.2"), ("TLSv1_3", "TLSv1.3")):
        number = ssl.TLSVersion[version]
        context = trusting(authority, minimum_version=number, maximum_version=number)
        said = ask(running, context)
        assert said["scheme"] == "https"
        assert said["url"] == "https://necro.test/"
        assert said["tls"][0] == name
        assert said["tls"][3:] == ["localhost", None, True]
    for group in ("X25519", "P-256", "P-384", "P-521"):
        said = s_client(running, "-groups", group, "-CAfile", str(authority.root.certificate))
        assert "Verify return code: 0" in said, said
    curl = subprocess.run(
        ["curl", "-s", "--cacert", str(authority.root.certificate), "--http1.1",
         f"https://localhost:{running.port}/", f"https://localhost:{running.port}/large"],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert curl.stdout.endswith(b"brains" * 500_000)
    assert b'"http/1.1"' in curl.stdout
    said = s_client(running, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
    assert "alert protocol version" in said, said


def test_content_both_ways_and_pipelined(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options)
    wire, _ = secure(running, trusting(authority))
    content = bytes(range(256)) * 3_000
    with wire:
        wire.request("POST", "/echo", content)
        assert wire.reply().content == content
        wire.request("GET", "/large")
        assert wire.reply().content == b"brains" * 500_000
        wire.send(b"GET /who HTTP/1.1\r\nhost: a\r\n\r\n" * 100)
        assert {wire.reply().status for _ in range(100)} == {200}
        # A request whose octets come one by one, each in a record of its own.
        wire.send_slowly(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert wire.reply().status == 200


def test_protocols(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options)
    context = trusting(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    wire, sock = secure(running, context)
    assert sock.selected_alpn_protocol() == "http/1.1"
    wire.close()
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match=r"(?i)no.application.protocol"):
        secure(running, context)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_tickets_are_good_with_every_worker(
    host: StartHost, authority: Authority, pair: Pair, version: str
) -> None:
    running = host(APP, *pair.options, workers=2)
    number = ssl.TLSVersion[version]
    context = trusting(authority, minimum_version=number, maximum_version=number)
    wire, sock = secure(running, context)
    wire.request("GET", "/who")
    workers = {wire.reply().json}
    session = sock.session
    assert session is not None
    assert not sock.session_reused
    wire.close()
    for _ in range(200):
        wire, sock = secure(running, context, session=session)
        assert sock.session_reused
        wire.request("GET", "/who")
        workers.add(wire.reply().json)
        wire.close()
        if len(workers) == 2:
            return
    raise AssertionError("only one worker answered")


def test_http_in_clear_text(host: StartHost, pair: Pair) -> None:
    running = host(APP, *pair.options)
    for method in ("GET", "OPTIONS"):
        with running.connect() as wire:
            wire.request(method, "/")
            reply = wire.reply()
            assert reply.status == 400
            assert reply.header("content-type") == "text/plain"
            assert reply.text.startswith("This port speaks HTTPS")
            assert wire.is_closed()


def test_clear_text_is_sent_to_https(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options, "--redirect-bind", "127.0.0.1:0")
    port = int(running.wait_log(r"sending http://127\.0\.0\.1:(\d+) to https")[1])
    for target, location in (
        ("/a/b?c=d", f"https://grave.example:{running.port}/a/b?c=d"),
        ("http://other.example:80", f"https://other.example:{running.port}/"),
    ):
        with Wire.to_port(port) as wire:
            for _ in range(2):
                wire.send(f"POST {target} HTTP/1.1\r\nhost: grave.example:{port}\r\n")
                wire.send("content-length: 3\r\n\r\nabc")
                reply = wire.reply()
                assert reply.status == 308
                assert reply.header("location") == location
    with Wire.to_port(port) as wire:
        wire.send("GET / HTTP/1.0\r\n\r\n")
        assert wire.reply().status == 400
    assert ask(running, trusting(authority))["scheme"] == "https"


@pytest.mark.clause("RFC9112-9.8-6", "RFC9112-9.8-7")
def test_closure_alerts(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options)
    for version in ("TLSv1_2", "TLSv1_3"):
        context = trusting(authority, maximum_version=ssl.TLSVersion[version])
        # The server closes: its alert comes first, or reading would raise SSLEOFError.
        wire, sock = secure(running, context)
        wire.request("GET", "/", headers={"connection": "close"})
        assert wire.reply().status == 200
        assert wire.is_closed()
        sock.unwrap().close()
        # The client says that it sends no more, and still gets its answers.
        wire, sock = secure(running, context)
        wire.send(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n" * 2)
        # Python's ssl has no closure alert that does not wait for the other one.
        socket.socket.shutdown(sock, socket.SHUT_WR)
        for _ in range(2):
            assert len(wire.reply().content) == 3_000_000
        assert wire.is_closed()
        wire.close()


@pytest.mark.clause("RFC9112-9.8-6")
def test_a_client_that_ends_its_side_is_still_answered(
    host: StartHost, authority: Authority, pair: Pair
) -> None:
    running = host(APP, *pair.options)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(authority).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with running.connect() as wire:

        def receive() -> bool:
            wire.send(outgoing.read())
            octets = wire.sock.recv(65_536)
            incoming.write(octets)
            return octets != b""

        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                receive()
        client.write(b"GET /who HTTP/1.1\r\nhost: a\r\n\r\n" * 3)
        # The closure alert goes out behind the requests; then it waits for the other one.
        with suppress(ssl.SSLError):
            client.unwrap()
        answers = b""
        while True:
            try:
                part = client.read(65_536)
            except ssl.SSLWantReadError:
                assert receive(), "the server's closure alert comes before its end"
                continue
            except ssl.SSLZeroReturnError:
                break
            if part == b"":
                break
            answers += part
        assert answers.count(b"HTTP/1.1 200 OK") == 3
        assert wire.is_closed()


@pytest.mark.clause("RFC9112-9.8-5")
def test_no_closure_alert_from_the_client(
    host: StartHost, authority: Authority, pair: Pair
) -> None:
    running = host(APP, *pair.options)
    for _ in range(3):
        wire, _ = secure(running, trusting(authority))
        wire.request("GET", "/")
        assert wire.reply().status == 200
        # Python's ssl closes without a word of TLS.
        wire.close()
    wire, sock = secure(running, trusting(authority))
    wire.request("POST", "/echo", headers={"content-length": "5"})
    socket.socket.shutdown(sock, socket.SHUT_WR)
    assert wire.reply().status == 400
    assert wire.is_closed()
    wire.close()
    assert ask(running, trusting(authority))["scheme"] == "https"


def test_bad_records(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options)
    hello = bytes.fromhex("1603010005010000ff00")
    for octets in (
        b"\x00" * 64,
        b"\x16\x03\x01\xff\xff" + b"\x01" * 4096,
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"\x17\x03\x03\x00\x04abcd",
        b"\x80\x2e\x01\x03\x01" + b"\x00" * 60,
        hello + b"\x00" * 70_000,
    ):
        with running.connect() as wire:
            wire.send(octets)
            # An alert at most, and the end.
            with suppress(ConnectionResetError):
                assert len(wire.rest()) <= 16
    # What is changed after the handshake ends the connection too.
    wire, sock = secure(running, trusting(authority))
    socket.socket.send(sock, b"\x17\x03\x03\x00\x20" + b"\x00" * 32)
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        wire.rest()
    wire.close()
    assert ask(running, trusting(authority))["scheme"] == "https"
    assert running.log.count("\n") == 0


def test_renegotiation_is_refused(host: StartHost, pair: Pair) -> None:
    running = host(APP, *pair.options)
    said = s_client(running, "-tls1_2", feed=b"R\n")
    assert "no renegotiation" in said or "NO_RENEGOTIATION" in said.upper(), said


def test_slow_and_too_many_handshakes(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options, "--handshake-seconds", "1", "--handshakes-max", "3")
    context = trusting(authority)
    with running.connect() as silent:
        assert silent.rest() == b""
    slow = [running.connect() for _ in range(3)]
    for wire in slow:
        wire.send(b"\x16\x03\x01\x01\x00")
    time.sleep(0.2)
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        ask(running, context)
    for wire in slow:
        assert wire.rest() == b""
    assert ask(running, context)["scheme"] == "https"
    # Who has come through waits as long as others do.
    wire, _ = secure(running, context)
    time.sleep(1.5)
    wire.request("GET", "/")
    assert wire.reply().status == 200
    wire.close()


def test_a_flood_of_handshakes_takes_no_memory(
    host: StartHost, authority: Authority, pair: Pair
) -> None:
    running = host(APP, *pair.options)
    context = trusting(authority)

    def flood(count: int) -> None:
        for index in range(count):
            if index % 3 == 0:
                wire, _ = secure(running, context)
                wire.reset()
            elif index % 3 == 1:
                with running.connect() as wire:
                    wire.send(b"\x16\x03\x01\x01\x00" + b"\x01" * 40)
                    wire.reset()
            else:
                with running.connect() as wire:
                    wire.send(b"nonsense" * 10)
                    wire.reset()

    flood(300)
    before, descriptors = running.rss_octets, running.descriptor_count
    flood(1_500)
    assert running.rss_octets - before < 4 << 20
    deadline = time.monotonic() + 15
    while running.descriptor_count > descriptors + 4:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert ask(running, context)["scheme"] == "https"


def test_a_reset_in_the_midst_of_a_response(
    host: StartHost, authority: Authority, pair: Pair
) -> None:
    running = host(APP, *pair.options)
    for _ in range(5):
        wire, sock = secure(running, trusting(authority))
        wire.send(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n" * 5)
        wire.sock.recv(1_000)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wire.close()
    assert ask(running, trusting(authority))["scheme"] == "https"
