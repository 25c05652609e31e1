"""Every way to log in, with passwords of every kind and from every place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import necro.postgres as pg
import pytest
from necro._private_servers import PrivatePostgres
from recovery import run_within

# By SASLprep (RFC 4013) the first of each pair is the second: SOFT HYPHEN is mapped to nothing,
# ROMAN NUMERAL NINE to two letters, NO-BREAK SPACE to a space. A combining accent is composed.
PREPARED = [
    ("I\u00adX\u2168", "IXIX"),
    ("grave\u00a0yard", "grave yard"),
    ("cafe\u0301", "caf\u00e9"),
    # SASLprep refuses it (a private character): then it counts as it is.
    ("x\ue000y", "x\ue000y"),
]
PLAIN = ["brain", "gr\u00e4ber", "\u2168\u00adraw", "a'b\"c\\d", "x" * 300]
HBA = (
    "local all postgres trust",
    "host all scram 127.0.0.1/32 scram-sha-256",
    "host all md5 127.0.0.1/32 md5",
    "host all clear 127.0.0.1/32 password",
    "host all upgraded 127.0.0.1/32 md5",
    "local all peered peer",
)


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tcp=True, hba=HBA) as started:
        started.run_sql("CREATE ROLE scram LOGIN; CREATE ROLE md5 LOGIN; CREATE ROLE clear LOGIN;")
        started.run_sql("CREATE ROLE upgraded LOGIN; CREATE ROLE peered LOGIN")
        yield started


def _set_password(server: PrivatePostgres, role: str, password: str, encryption: str) -> None:
    quoted = password.replace("'", "''")
    server.run_sql(
        f"SET password_encryption = '{encryption}'; SET standard_conforming_strings = on;"
        f" ALTER ROLE {role} PASSWORD '{quoted}'"
    )


def _url(server: PrivatePostgres, role: str, password: str, options: str = "") -> str:
    return (
        f"postgresql://{role}:{quote(password, safe='')}@127.0.0.1:{server.port}/postgres{options}"
    )


async def _user(url: str) -> str:
    async with pg.connect(url) as db:
        found: str = await db.fetch_value("SELECT current_user::text")
        return found


@pytest.mark.parametrize(
    ("role", "encryption", "method"),
    [
        ("scram", "scram-sha-256", "scram-sha-256"),
        ("md5", "md5", "md5"),
        ("clear", "scram-sha-256", "password"),
        ("clear", "md5", "password"),
        # A server that asks for MD5 uses SCRAM where the password is kept for it.
        ("upgraded", "scram-sha-256", "scram-sha-256"),
    ],
)
def test_every_method_takes_every_password(
    server: PrivatePostgres, role: str, encryption: str, method: str
) -> None:
    async def main() -> None:
        for password in PLAIN:
            _set_password(server, role, password, encryption)
            url = _url(server, role, password, f"?require_auth={method}")
            assert await _user(url) == role
            with pytest.raises(pg.AuthenticationFailed):
                await _user(_url(server, role, password + "x"))
            with pytest.raises(pg.AuthenticationFailed, match="not allowed"):
                await _user(_url(server, role, password, f"?require_auth=!{method}"))

    run_within(main())


def test_passwords_are_prepared_for_scram_and_for_nothing_else(server: PrivatePostgres) -> None:
    async def main() -> None:
        for given, prepared in PREPARED:
            for kept in {given, prepared}:
                _set_password(server, "scram", kept, "scram-sha-256")
                for used in {given, prepared}:
                    assert await _user(_url(server, "scram", used)) == "scram"
            _set_password(server, "md5", given, "md5")
            assert await _user(_url(server, "md5", given)) == "md5"
            if given != prepared:
                with pytest.raises(pg.AuthenticationFailed):
                    await _user(_url(server, "md5", prepared))

    run_within(main())


def test_the_password_file_has_it(
    server: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_password(server, "scram", "gr\u00e4:b\\er", "scram-sha-256")
    file = tmp_path / "passwords"
    file.write_text(
        f"# a comment\n127.0.0.1:1:*:scram:no\n127.0.0.1:{server.port}:*:scram:gr\u00e4\\:b\\\\er\n"
    )
    file.chmod(0o600)
    plain = f"postgresql://scram@127.0.0.1:{server.port}/postgres"

    async def main() -> None:
        assert await _user(f"{plain}?passfile={quote(str(file))}") == "scram"
        monkeypatch.setenv("PGPASSFILE", str(file))
        assert await _user(plain) == "scram"
        # One that others may read is left alone, as libpq does.
        file.chmod(0o644)
        with pytest.raises(pg.AuthenticationFailed):
            await _user(plain)
        monkeypatch.delenv("PGPASSFILE")
        file.chmod(0o600)
        file.rename(tmp_path / ".pgpass")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert await _user(plain) == "scram"

    run_within(main())


def test_the_service_file_has_it_all(
    server: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_password(server, "scram", "brain", "scram-sha-256")
    file = tmp_path / "services"
    file.write_text(
        f"[other]\nhost=nowhere\n\n[crypt]\nhost=127.0.0.1\nport={server.port}\nuser=scram\n"
        "password=brain\ndbname=postgres\napplication_name=from the file\n"
    )

    async def main() -> None:
        monkeypatch.setenv("PGSERVICEFILE", str(file))
        for text in ("service=crypt", "postgresql:///?service=crypt"):
            async with pg.connect(text) as db:
                assert await db.fetch_value("SHOW application_name") == "from the file"
        monkeypatch.setenv("PGSERVICE", "crypt")
        assert await _user("") == "scram"
        with pytest.raises(ValueError, match="grave"):
            pg.connect("service=grave")

    run_within(main())


def test_the_environment_has_it_all(
    server: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_password(server, "scram", "brain", "scram-sha-256")
    variables = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGUSER": "scram",
        "PGPASSWORD": "brain",
        "PGDATABASE": "postgres",
        "PGAPPNAME": "from outside",
        "PGTZ": "Europe/Vienna",
        "PGOPTIONS": "-c search_path=graves",
        "PGREQUIREAUTH": "scram-sha-256",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)

    async def main() -> None:
        async with pg.connect() as db:
            assert await db.fetch_value("SELECT current_user::text") == "scram"
            assert await db.fetch_value("SHOW application_name") == "from outside"
            assert await db.fetch_value("SHOW timezone") == "Europe/Vienna"
            assert await db.fetch_value("SHOW search_path") == "graves"
        monkeypatch.delenv("PGREQUIREAUTH")
        # DATABASE_URL counts before them, and what is given before it.
        monkeypatch.setenv("DATABASE_URL", server.url)
        async with pg.connect() as db:
            assert await db.fetch_value("SELECT current_user::text") == "postgres"
        assert await _user(_url(server, "scram", "brain")) == "scram"

    run_within(main())


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://postgres@{host}:{port}/postgres?options=-c%20work_mem%3D3MB%20-c%20a.b%3Dc%5C%20d"
        "&application_name=graves",
        "host={folder} port={port} user=postgres dbname=postgres"
        " options='-c work_mem=3MB -c a.b=c\\\\ d' application_name = graves",
    ],
)
def test_options_go_to_the_session_from_both_forms(server: PrivatePostgres, text: str) -> None:
    folder = str(server.socket_folder)
    url = text.format(host=quote(folder, safe=""), folder=folder, port=server.port)

    async def main() -> None:
        async with pg.connect(url, pool_min=2) as db:
            shown = "SELECT current_setting('work_mem'), current_setting('a.b')"
            for _ in range(4):
                assert await db.fetch_one(shown) == ("3MB", "c d")
                assert await db.fetch_value("SHOW application_name") == "graves"

    run_within(main())


def test_the_servers_user_is_checked_on_a_unix_socket(server: PrivatePostgres) -> None:
    import pwd

    status = server.socket_file.stat()
    owner = pwd.getpwuid(status.st_uid).pw_name

    async def main() -> None:
        assert await _user(f"{server.url}?requirepeer={owner}") == "postgres"
        with pytest.raises(pg.AuthenticationFailed, match=f"the server runs as {owner}"):
            await _user(f"{server.url}?requirepeer=nobody_else")

    run_within(main())


def test_what_proves_nothing_is_not_believed(server: PrivatePostgres) -> None:
    """A server that lets anybody in does not fulfil `require_auth`."""

    async def main() -> None:
        for method in ("scram-sha-256", "md5", "password", "!none"):
            with pytest.raises(pg.AuthenticationFailed, match="not allowed"):
                await _user(f"{server.url}?require_auth={method}")
        assert await _user(f"{server.url}?require_auth=none") == "postgres"

    run_within(main())
