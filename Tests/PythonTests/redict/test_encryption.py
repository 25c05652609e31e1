"""TLS with Redict: `rediss://`, of one server, a cluster and sentinels."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import necro.redict as nr
import pytest
import redis
from fault_proxy import FaultProxy
from necro._private_servers import PrivateRedict
from recovery import run_within
from redict_clusters import wait
from tls_crypt import Crypt, make_crypt
from tls_redict import redict_with_tls


@pytest.fixture(scope="module")
def crypt(tmp_path_factory: pytest.TempPathFactory) -> Crypt:
    return make_crypt(tmp_path_factory.mktemp("crypt"))


@pytest.fixture(scope="module")
def server(crypt: Crypt) -> Generator[tuple[PrivateRedict, int]]:
    with redict_with_tls(crypt) as made:
        yield made


def url_of(crypt: Crypt, port: int, host: str = "localhost", **options: object) -> str:
    given = {"ssl_ca_certs": crypt.authority.root.certificate, **options}
    query = "&".join(
        f"{name}={quote(str(value), safe='')}" for name, value in given.items() if value is not None
    )
    return f"rediss://{host}:{port}?{query}"


async def ping(url: str) -> str:
    async with nr.connect(url) as made:
        return str(await made.ping())


def outcome(url: str) -> str:
    """What a PING comes to."""
    try:
        return asyncio.run(ping(url))
    except nr.ConnectionFailed:
        return "failed"


def theirs(url: str) -> str:
    """The same with redis-py."""
    try:
        with redis.Redis.from_url(url) as made:  # pyright: ignore[reportUnknownMemberType]
            return "PONG" if made.ping() else "nothing"  # pyright: ignore[reportUnknownMemberType]
    except (redis.RedisError, OSError):
        return "failed"


@pytest.mark.parametrize("kind", ["good", "rsa", "other", "expired", "self-signed", "unknown"])
def test_each_certificate_is_judged_as_by_redis_py(crypt: Crypt, kind: str) -> None:
    with redict_with_tls(crypt, kind) as (_, port):
        found: dict[str, str] = {}
        ways: dict[str, dict[str, Any]] = {
            "verified": {},
            "by the system": {"ssl_ca_certs": None},
            "any name": {"ssl_check_hostname": "false"},
            "not at all": {"ssl_cert_reqs": "none", "ssl_check_hostname": "false"},
        }
        for name, options in ways.items():
            for host in ("localhost", "127.0.0.1"):
                url = url_of(crypt, port, host, **options)
                found[f"{name} {host}"] = outcome(url)
                assert found[f"{name} {host}"] == theirs(url), (name, host)
        assert found["not at all localhost"] == "PONG"
        assert found["verified localhost"] == ("PONG" if kind in ("good", "rsa") else "failed")


def test_values_pass(crypt: Crypt, server: tuple[PrivateRedict, int]) -> None:
    large = "brains" * 700_000

    async def main() -> None:
        async with nr.connect(url_of(crypt, server[1])) as made:
            await made.set("large", large)
            assert await made.get("large") == large
            await asyncio.gather(*(made.set(f"k{n}", n) for n in range(1000)))
            found = await asyncio.gather(*(made.get(f"k{n}") for n in range(1000)))
            assert found == [str(n) for n in range(1000)]
            async with made.subscribe("crypt") as messages:
                for number in range(200):
                    await made.publish("crypt", f"{number}" * 1000)
                seen = 0
                async for message in messages:
                    assert message.data == f"{seen}" * 1000
                    seen += 1
                    if seen == 200:
                        break

    run_within(main())


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_shows_its_certificate(crypt: Crypt, version: str) -> None:
    pair = crypt.authority.pair("zombie")
    with redict_with_tls(crypt, clients="yes", **{"tls-protocols": version}) as (_, port):
        given: dict[str, Any] = {"ssl_certfile": pair.certificate, "ssl_keyfile": pair.key}
        assert outcome(url_of(crypt, port, **given)) == "PONG"
        locked: dict[str, Any] = given | {"ssl_keyfile": crypt.folder / "locked.key"}
        assert outcome(url_of(crypt, port, **locked, ssl_password="mellon")) == "PONG"
        refused: list[dict[str, Any]] = [
            {},
            locked,
            locked | {"ssl_password": "friend"},
            given | {"ssl_keyfile": crypt.folder / "good.key"},
            {
                "ssl_certfile": crypt.stranger.pair("zombie").certificate,
                "ssl_keyfile": crypt.stranger.pair("zombie").key,
            },
        ]
        for wrong in refused:
            assert outcome(url_of(crypt, port, **wrong)) == "failed", wrong


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("other", {}, "localhost: hostname mismatch"),
        ("expired", {}, "localhost: certificate has expired"),
        ("unknown", {}, "localhost: unable to get local issuer certificate"),
        ("good", {"ssl_ca_certs": "/nowhere.crt"}, "/nowhere.crt: No such file"),
        ("good", {"ssl_certfile": "/nowhere.crt"}, "/nowhere.crt: No such file"),
    ],
)
def test_errors_name_the_host_and_the_reason(
    crypt: Crypt, kind: str, options: dict[str, str], says: str
) -> None:
    with redict_with_tls(crypt, kind) as (_, port), pytest.raises(nr.EncryptionFailed, match=says):
        asyncio.run(ping(url_of(crypt, port, **options)))


def test_a_server_in_clear_text_and_garbage_are_refused(
    crypt: Crypt, server: tuple[PrivateRedict, int]
) -> None:
    with pytest.raises(nr.ConnectionFailed):
        asyncio.run(ping(url_of(crypt, server[0].port)))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"\x16\x03\x03\xff\xff garbage" * 9)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(nr.EncryptionFailed, match="localhost"):
            asyncio.run(ping(url_of(crypt, listener.getsockname()[1])))
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_a_handshake_that_is_cut_or_swallowed_fails_in_time(
    crypt: Crypt, server: tuple[PrivateRedict, int]
) -> None:
    async def main() -> None:
        with FaultProxy(("127.0.0.1", server[1])) as proxy:
            url = url_of(crypt, proxy.port)
            assert await ping(url) == "PONG"
            total = proxy.newest_reply_octets
            for cut in (0, 1, 5, 90, 130, total // 2, total - 80):
                proxy.replies.cut_at = cut
                with pytest.raises((nr.ConnectionFailed, nr.ConnectionLost)):
                    await ping(f"{url}&socket_timeout=20")
            proxy.heal()
            proxy.replies.is_black_hole = True
            with pytest.raises((nr.RedictError, TimeoutError)):
                await ping(f"{url}&socket_connect_timeout=0.3&socket_timeout=3")
            proxy.heal()
            assert await ping(url) == "PONG"

    run_within(main())


def test_a_cluster_over_tls(crypt: Crypt) -> None:
    with redict_with_tls(crypt, cluster=True) as (_, port):
        url = url_of(crypt, port, "127.0.0.1").replace("rediss:", "rediss+cluster:")

        async def main() -> None:
            async with nr.connect(url) as made:
                await asyncio.gather(*(made.set(f"k{n}", n) for n in range(100)))
                assert await made.mget(*(f"k{n}" for n in range(100))) == [
                    str(n) for n in range(100)
                ]
                assert await made.masters() == [f"127.0.0.1:{port}"]

        run_within(main())


def test_sentinels_over_tls(crypt: Crypt) -> None:
    with (
        redict_with_tls(crypt) as (master, port),
        redict_with_tls(crypt, sentinel={"crypt": ("127.0.0.1", port)}) as (
            sentinel,
            sentinel_port,
        ),
    ):
        wait(lambda: "127.0.0.1" in sentinel.run_command("INFO") or True)
        url = url_of(crypt, sentinel_port, "127.0.0.1").replace("rediss:", "rediss+sentinel:")

        async def main() -> None:
            async with nr.connect(url.replace("?", "/crypt?")) as made:
                await made.set("bone", 1)
                assert await made.get("bone") == "1"

        run_within(main())
        assert master.run_command("EXISTS", "bone") == ":1"


def test_the_server_sees_the_name_and_the_version(crypt: Crypt) -> None:
    """A server of Python's ssl: the name it is told, and that no older version is spoken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = crypt.authority.pair("good")
    context.load_cert_chain(pair.certificate, pair.key)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    with context.wrap_socket(connection, server_side=True) as secured:
                        # Each command begins with the count of its words.
                        while asked := secured.recv(4096):
                            secured.sendall(b"+PONG\r\n" * asked.count(b"*"))
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        assert outcome(url_of(crypt, port, protocol=2)) == "PONG"
        assert outcome(url_of(crypt, port, "127.0.0.1", protocol=2)) == "PONG"
        assert names == ["localhost", None]
        assert outcome(url_of(crypt, port, ssl_min_version="TLSv1.3")) == "failed"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
