"""TLS with Postgres: what each sslmode comes to, as libpq has it, and what certificates are for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import necro.postgres as pg
import psycopg
import pytest
from necro._private_servers import PrivatePostgres
from recovery import run_within
from tls_crypt import Crypt, make_crypt
from tls_postgres import PASSWORD, RULES, postgres_with_tls, show, url_of

MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
FACTS = "SELECT coalesce(version, 'clear') FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def crypt(tmp_path_factory: pytest.TempPathFactory) -> Crypt:
    return make_crypt(tmp_path_factory.mktemp("crypt"))


@pytest.fixture(scope="module")
def server(crypt: Crypt) -> Iterator[PrivatePostgres]:
    with postgres_with_tls(crypt) as started:
        yield started


@pytest.fixture
def shown(server: PrivatePostgres, crypt: Crypt) -> Iterator[PrivatePostgres]:
    """The server, of which the test may change the certificate."""
    yield server
    server.configure(ssl="on")
    server.set_hba(*RULES)
    show(server, crypt, "good")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without files of TLS."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


async def ours(url: str, sql: str = FACTS) -> str:
    """What a query gives on a new connection."""
    async with pg.connect(url, pool_max=1) as db:
        found: str = await db.fetch_value(sql)
        return found


def theirs(url: str) -> str:
    """The same through libpq; `failed` where there is no connection."""
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute(FACTS).fetchone()
            assert row is not None
            return str(row[0])
    except psycopg.OperationalError:
        return "failed"


async def outcome(url: str) -> str:
    """What a query gives, or `failed`."""
    try:
        return await ours(url)
    except pg.ConnectionFailed:
        return "failed"


@pytest.mark.parametrize(
    "kind",
    ["good", "rsa", "other", "localhost", "expired", "self-signed", "unknown", "none"],
)
def test_each_sslmode_comes_to_what_it_does_with_libpq(
    shown: PrivatePostgres, crypt: Crypt, kind: str
) -> None:
    if kind == "none":
        shown.configure(ssl="off")
        shown.set_hba("host all all 127.0.0.1/32 scram-sha-256", "local all all trust")
        shown.restart()
    else:
        show(shown, crypt, kind)
    roots = {
        "trusted": crypt.authority.root.certificate,
        "stranger": crypt.stranger.root.certificate,
        "missing": crypt.folder / "missing.crt",
        "broken": crypt.folder / "zombie.key",
    }
    found: dict[tuple[str, ...], str] = {}
    wrong: dict[tuple[str, ...], tuple[str, str]] = {}

    async def main() -> None:
        for mode in MODES:
            for role in ("either", "withtls", "clear"):
                for root, file in roots.items():
                    for host in ("localhost", "127.0.0.1"):
                        url = url_of(crypt, shown.port, role, host, sslmode=mode, sslrootcert=file)
                        got = await outcome(url)
                        found[mode, role, root, host] = got
                        wanted = await asyncio.to_thread(theirs, url)
                        if got != wanted:
                            wrong[mode, role, root, host] = (got, wanted)

    run_within(main())
    assert not wrong
    # The table is not empty of either outcome.
    assert {"failed", "clear"} <= set(found.values())
    if kind == "good":
        assert found["verify-full", "withtls", "trusted", "localhost"] == "TLSv1.3"
        assert found["verify-full", "withtls", "stranger", "localhost"] == "failed"
        assert found["prefer", "clear", "trusted", "localhost"] == "clear"
        assert found["allow", "withtls", "trusted", "localhost"] == "TLSv1.3"
        assert found["require", "withtls", "stranger", "localhost"] == "failed"
        assert found["require", "withtls", "missing", "localhost"] == "TLSv1.3"


# The key of a client, and what stands between it and the server.
CLIENTS = [
    ("zombie.crt", "zombie.key", ""),
    ("zombie.crt", "locked.key", "mellon"),
    ("zombie.crt", "locked.key", "friend"),
    ("zombie.crt", "locked.key", ""),
    ("zombie.crt", "missing.key", ""),
    ("zombie.crt", "good.key", ""),
    ("zombie.crt", "open.key", ""),
    ("zombie.crt", ".", ""),
    ("stranger/zombie.crt", "stranger/zombie.key", ""),
    ("missing.crt", "zombie.key", ""),
    ("broken.crt", "zombie.key", ""),
    ("good.crt", "private.key", ""),
]


@pytest.mark.parametrize(("certificate", "key", "passphrase"), CLIENTS)
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_with_a_certificate_is_taken_as_with_libpq(
    server: PrivatePostgres,
    crypt: Crypt,
    certificate: str,
    key: str,
    passphrase: str,
    version: str,
) -> None:
    folder = crypt.folder
    if key == "open.key":
        (folder / key).write_bytes((folder / "zombie.key").read_bytes())
        (folder / key).chmod(0o644)
        os.chown(folder / key, os.geteuid(), os.getegid())
    if key == "private.key":
        (folder / key).write_bytes((folder / "good.key").read_bytes())
        (folder / key).chmod(0o600)
    (folder / "broken.crt").write_text("no certificate")
    url = url_of(
        crypt,
        server.port,
        "zombie",
        sslmode="verify-full",
        sslcert=folder / certificate,
        sslkey=folder / key,
        sslpassword=passphrase,
        ssl_min_protocol_version=version,
        ssl_max_protocol_version=version,
    )

    async def main() -> None:
        got = await outcome(url)
        assert got == await asyncio.to_thread(theirs, url)
        assert got == (
            version
            if passphrase == "mellon" or (key == "zombie.key" and certificate == "zombie.crt")
            else "failed"
        )

    run_within(main())


def test_the_files_are_found_at_home(server: PrivatePostgres, crypt: Crypt, home: Path) -> None:
    (home / ".postgresql").mkdir()
    places = {
        "root.crt": "root.crt",
        "postgresql.crt": "zombie.crt",
        "postgresql.key": "zombie.key",
    }
    url = f"postgresql://zombie@localhost:{server.port}/postgres?sslmode=verify-full"

    async def main() -> None:
        with pytest.raises(pg.EncryptionFailed, match=r"root\.crt: put it there"):
            await only(url)
        for name, source in places.items():
            (home / ".postgresql" / name).write_bytes((crypt.folder / source).read_bytes())
        (home / ".postgresql" / "postgresql.key").chmod(0o600)
        assert await ours(url) == "TLSv1.3"
        assert theirs(url) == "TLSv1.3"
        (home / ".postgresql" / "root.crl").write_bytes(crypt.revocations("good"))
        with pytest.raises(pg.EncryptionFailed, match="revoked"):
            await only(url)
        assert theirs(url) == "failed"

    run_within(main())


async def only(url: str) -> None:
    """Opens a connection, and raises what a host has failed with."""
    with pytest.raises(pg.ConnectionFailed, match=r"localhost|127\.0\.0\.1") as raised:
        await ours(url)
    raise raised.value.__cause__ or raised.value


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("other", {}, "hostname mismatch"),
        ("expired", {}, "certificate has expired"),
        ("self-signed", {}, "self-signed certificate"),
        ("unknown", {}, "unable to get local issuer certificate"),
        ("good", {"ssl_max_protocol_version": "TLSv1.2", "sslcert": "/dev/null"}, "private key"),
        ("good", {"sslrootcert": "/nowhere.crt"}, "no root certificate /nowhere.crt"),
    ],
)
def test_errors_name_the_host_and_the_reason(
    shown: PrivatePostgres, crypt: Crypt, kind: str, options: dict[str, str], says: str
) -> None:
    show(shown, crypt, kind)

    async def main() -> None:
        with pytest.raises(pg.EncryptionFailed, match=says):
            await only(url_of(crypt, shown.port, "either", sslmode="verify-full", **options))

    run_within(main())


# Channel binding.


@pytest.mark.parametrize("kind", ["good", "rsa", "ed25519"])
@pytest.mark.parametrize("binding", ["disable", "prefer", "require"])
def test_channel_binding(shown: PrivatePostgres, crypt: Crypt, kind: str, binding: str) -> None:
    show(shown, crypt, kind)

    async def main() -> None:
        for role, mode in (
            ("either", "verify-full"),
            ("either", "disable"),
            ("trusted", "require"),
            ("hashed", "require"),
        ):
            url = url_of(
                crypt,
                shown.port,
                role,
                sslmode=mode,
                channel_binding=binding,
                sslrootcert=crypt.server(kind).certificate
                if kind == "ed25519"
                else crypt.authority.root.certificate,
            )
            got = await outcome(url)
            wanted = await asyncio.to_thread(theirs, url)
            if kind == "ed25519" and (binding, mode, role) == ("prefer", "verify-full", "either"):
                # Its signature has no hash function to bind with: libpq gives up, we go without.
                assert (got, wanted) == ("TLSv1.3", "failed")
                continue
            assert got == wanted, (role, mode)
            is_possible = (role, mode) == ("either", "verify-full") and kind != "ed25519"
            assert (got != "failed") == (binding != "require" or is_possible)
        if binding == "require":
            with pytest.raises(pg.AuthenticationFailed, match="without channel binding"):
                await only(url)

    run_within(main())


# What goes on behind the handshake.


def test_a_cancel_request_is_encrypted(server: PrivatePostgres, crypt: Crypt) -> None:
    server.configure(log_connections="on")
    server.reload()

    async def main() -> None:
        url = url_of(crypt, server.port, "withtls", sslmode="verify-full")
        async with pg.connect(url, pool_max=1) as db:
            with pytest.raises(pg.StatementTimeout):
                await db.fetch_value("SELECT pg_sleep(600)", timeout=0.3)
            # The same session answers again, and soon: the request was heard.
            assert await db.fetch_value("SELECT 1", timeout=60) == 1

    run_within(main())


def test_large_results_and_copies_pass(server: PrivatePostgres, crypt: Crypt) -> None:
    async def main() -> None:
        url = url_of(crypt, server.port, "withtls", sslmode="verify-full")
        async with pg.connect(url, pool_max=4) as db:
            text = "brains" * 500_000
            assert await db.fetch_value("SELECT $1::text", text) == text
            rows = await db.fetch_all("SELECT n, repeat('x', 99) FROM generate_series(1, 50000) n")
            assert [row[0] for row in rows] == list(range(1, 50_001))
            calls = (db.fetch_value("SELECT $1::int", number) for number in range(500))
            assert await asyncio.gather(*calls) == list(range(500))
            copied = 0
            async for octets in db.copy_out(
                "COPY (SELECT repeat('y', 9999) FROM generate_series(1, 900)) TO STDOUT"
            ):
                copied += len(octets)
            assert copied == 900 * 10_000
            async with db.connection() as one:
                await one.execute("CREATE TEMP TABLE grave (name text)")
                assert await one.copy_in("COPY grave FROM STDIN", b"bone\n" * 100_000) == 100_000

    run_within(main())


def test_the_blocking_face_and_uvloop_have_it_too(server: PrivatePostgres, crypt: Crypt) -> None:
    import uvloop

    url = url_of(crypt, server.port, "withtls", sslmode="verify-full", channel_binding="require")

    async def main() -> None:
        async with pg.connect(url) as db:
            face = db.blocking
            assert await asyncio.to_thread(lambda: face.fetch_value(FACTS)) == "TLSv1.3"

    run_within(main())
    uvloop.run(main())


def test_the_environment_and_both_forms_of_the_string(
    server: PrivatePostgres, crypt: Crypt, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = crypt.authority.root.certificate
    text = (
        f"host=localhost port={server.port} user=withtls password={PASSWORD} dbname=postgres"
        f" sslmode=verify-full sslrootcert='{root}'"
    )

    async def main() -> None:
        assert await ours(text) == "TLSv1.3"
        variables = {
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(root),
            "PGSSLMAXPROTOCOLVERSION": "TLSv1.2",
            "PGCHANNELBINDING": "require",
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        plain = f"postgresql://withtls:{PASSWORD}@localhost:{server.port}/postgres"
        assert await ours(plain) == "TLSv1.2"
        # Without a name there is nothing to verify.
        with pytest.raises(pg.EncryptionFailed, match="needs a host"):
            await only(f"hostaddr=127.0.0.1 port={server.port} user=withtls dbname=postgres")

    run_within(main())
