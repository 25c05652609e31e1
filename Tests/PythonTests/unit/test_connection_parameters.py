"""Connection parameters: what a string, files, the environment and defaults give together."""

from __future__ import annotations

import logging
import os
import pwd
from pathlib import Path

import pytest
from necro.postgres._conninfo import parse_connection_string
from necro.postgres._dsn import ConnectionParameters, Host, connection_parameters
from necro.postgres._keywords import ConnectionStringError

ME = pwd.getpwuid(os.geteuid()).pw_name


def parameters(text: str = "", **environment: str) -> ConnectionParameters:
    """The parameters of a string in an environment of only these variables."""
    return connection_parameters(text, environment={"HOME": "/nowhere", **environment})


def places(found: ConnectionParameters) -> list[tuple[str, str | None, int]]:
    return [(host.host, host.hostaddr, host.port) for host in found.hosts]


def test_defaults_are_the_unix_socket_and_the_systems_user() -> None:
    found = parameters()
    assert (found.user, found.database) == (ME, ME)
    assert found.hosts[0].is_unix
    assert found.hosts[0].socket_path.endswith("/.s.PGSQL.5432")
    assert found.hosts[0].password is None
    assert found.sslmode == "prefer"
    assert found.startup == {"user": ME, "database": ME, "client_encoding": "UTF8"}
    assert (found.connect_timeout, found.keepalives, found.target_session_attrs) == (0, True, "any")
    assert (found.protocol_version_min, found.protocol_version_max) == ((3, 0), (3, 2))


def test_the_database_is_the_users_by_default() -> None:
    assert parameters("postgres://igor@crypt").database == "igor"


def test_the_string_counts_before_the_environment_and_arguments_before_it() -> None:
    environment = {"PGHOST": "e", "PGPORT": "1", "PGUSER": "eu", "PGPASSWORD": "ep", "HOME": "/no"}
    found = connection_parameters("host=s user=su", environment=environment, user="au", port=7)
    assert places(found) == [("s", None, 7)]
    assert found.user == "au"
    assert found.hosts[0].password == "ep"
    # What is empty counts as not given.
    assert connection_parameters("user=''", environment=environment).user == "eu"


def test_every_session_variable_is_sent() -> None:
    found = parameters(
        "application_name=app replication=database options='-c a=b'",
        PGDATESTYLE="ISO",
        PGTZ="UTC",
        PGGEQO="default",
        PGCLIENTENCODING="utf-8",
    )
    assert dict(found.session) == {
        "client_encoding": "UTF8",
        "application_name": "app",
        "options": "-c a=b",
        "replication": "database",
        "datestyle": "ISO",
        "timezone": "UTC",
    }
    assert parameters("fallback_application_name=f").session["application_name"] == "f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host=a,b port=1,2", [("a", None, 1), ("b", None, 2)]),
        ("host=a,b port=7", [("a", None, 7), ("b", None, 7)]),
        ("host=a,b port=,7", [("a", None, 5432), ("b", None, 7)]),
        ("postgres://a:1,b/", [("a", None, 1), ("b", None, 5432)]),
        ("postgres://[::1]:9/", [("::1", None, 9)]),
        ("hostaddr=127.0.0.1", [("", "127.0.0.1", 5432)]),
        ("hostaddr=fe80::1%eth0", [("", "fe80::1%eth0", 5432)]),
        ("host=a,b hostaddr=,::1", [("a", None, 5432), ("b", "::1", 5432)]),
        (
            "host=/tmp,@abstract,c",
            [("/tmp", None, 5432), ("@abstract", None, 5432), ("c", None, 5432)],
        ),
    ],
)
def test_several_hosts(text: str, expected: list[tuple[str, str | None, int]]) -> None:
    assert places(parameters(text)) == expected


def test_unix_sockets() -> None:
    assert Host("/tmp", None, 5433).socket_path == "/tmp/.s.PGSQL.5433"
    assert Host("@x", None, 5433).socket_path == "\0x/.s.PGSQL.5433"
    assert not Host("/tmp", "127.0.0.1", 1).is_unix
    assert [str(Host("::1", None, 1)), str(Host("/t", None, 2)), str(Host("a", None, 3))] == [
        "[::1]:1",
        "/t/.s.PGSQL.2",
        "a:3",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("host=a,b hostaddr=::1", "host names 2 servers and hostaddr 1"),
        ("host=a port=1,2", "port names 2 ports, and there are 1 hosts"),
        ("port=0", "port 0 of host 1 is not from 1 to 65535"),
        ("host=a,b port=1,65536", "port 65536 of host 2 is not"),
        ("hostaddr=localhost", "hostaddr 1 is no IP address: 'localhost'"),
        ("connect_timeout=soon", "connect_timeout is no integer: 'soon'"),
        ("keepalives_idle=99999999999", "keepalives_idle is no integer"),
        ("sslmode=on", "sslmode is 'on', and not disable, allow, prefer"),
        ("sslrootcert=system sslmode=prefer", "sslrootcert=system needs sslmode=verify-full"),
        ("sslnegotiation=direct", "sslnegotiation=direct needs sslmode=require"),
        ("gssencmode=require", "GSSAPI is not supported"),
        ("channel_binding=yes", "channel_binding is 'yes'"),
        (
            "target_session_attrs=master",
            "target_session_attrs is 'master', and not any,",
        ),
        ("load_balance_hosts=yes", "load_balance_hosts is 'yes', and not disable, random"),
        ("client_encoding=latin1", "client_encoding is 'latin1', and Necro uses UTF8 alone"),
        ("min_protocol_version=3.1", "min_protocol_version is '3.1', and not 3.0, 3.2, latest"),
        ("min_protocol_version=3.2 max_protocol_version=3.0", "min_protocol_version is above"),
        ("require_auth=scram", "names the method 'scram', and not one of"),
        ("require_auth=md5,!password", "either names methods or, with !, excludes them"),
        ("require_auth=md5,md5", "names md5 more than once"),
        ("require_auth=md5,", "names the method ''"),
        ("hots=a", "no connection parameter 'hots'; did you mean 'host'"),
        ("host=a database=b", "'database'; did you mean 'dbname'.*at character 8"),
        ("postgres://a?ssl=false", "'ssl'; did you mean 'sslmode'.*query parameter 1"),
        ("host", 'no "=" after the word at character 1'),
        ("mysql://a", "begins with postgresql:// or postgres://"),
        ("host=\0", "zero character"),
        ("postgres://%ff%", "two hexadecimal digits"),
        ("user=" + "a" * 70_000, "at most 65536 characters"),
        ("host=" + "," * 300, "at most 256 hosts"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(ConnectionStringError, match=says):
        parameters(text)


def test_an_argument_that_is_no_keyword_is_refused() -> None:
    with pytest.raises(ConnectionStringError, match="did you mean 'password'"):
        connection_parameters("", environment={}, pasword="x")


@pytest.mark.parametrize(
    "text",
    [
        "postgres://igor:necronom@icon@crypt/db",
        "postgres://igor:necronom/icon@crypt/db",
        "postgres://igor:necronom:icon/x@crypt",
        "postgres://igor:necronom%icon@crypt/db",
        "postgres://igor:necronom icon@crypt/db",
        "user=igor password=necronom icon",
        "user=igor password='necronom icon",
        "user=igor password=necronom icon=book",
        "postgres://crypt?password=necronom=icon",
        "postgres://crypt?password=necronom&icon",
    ],
)
def test_no_error_quotes_a_piece_of_a_password(text: str) -> None:
    with pytest.raises(ConnectionStringError) as raised:
        parameters(text)
    assert "necronom" not in str(raised.value)
    assert "icon" not in str(raised.value)


def test_no_representation_shows_a_secret() -> None:
    found = parameters("host=a password=necronomicon sslpassword=necronomicon")
    assert found.hosts[0].password == "necronomicon"
    assert "necronomicon" not in repr(found) + str(found) + str(found.hosts[0])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("scram_client_key=necronomicon", "scram_client_key and scram_server_key are not"),
        ("min_protocol_version=3.2", "min_protocol_version is above 3.0"),
        ("sslcertmode=require", "sslcertmode=require is not supported"),
        ("ssl_max_protocol_version=TLSv1.1", "is below TLSv1.2"),
        ("ssl_min_protocol_version=SSLv3", "ssl_min_protocol_version is 'SSLv3', and not TLSv1,"),
        (
            "ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=tlsv1.2",
            "is above ssl_max_protocol_version",
        ),
        ("gssencmode=require", "GSSAPI"),
    ],
)
def test_what_the_driver_cannot_do_is_refused_and_not_left_out(text: str, says: str) -> None:
    with pytest.raises(ConnectionStringError, match=says) as raised:
        parameters(f"host=a {text}")
    assert "necronomicon" not in str(raised.value)


def test_sslmode_comes_from_everywhere() -> None:
    assert parameters("host=a sslmode=disable").sslmode == "disable"
    assert parameters("host=a").sslmode == "prefer"
    assert parameters("host=a sslrootcert=system").sslmode == "verify-full"
    assert parameters("host=a", PGREQUIRESSL="1").sslmode == "require"
    assert parameters("host=a", PGREQUIRESSL="1", PGSSLMODE="disable").sslmode == "disable"


def test_the_files_of_tls_come_from_everywhere() -> None:
    found = parameters("host=a sslkey=/k", PGSSLROOTCERT="/r", HOME="/home/igor")
    assert found.tls == {
        "sslrootcert": "/r",
        "sslcert": "/home/igor/.postgresql/postgresql.crt",
        "sslkey": "/k",
        "sslcrl": "/home/igor/.postgresql/root.crl",
        "sslcrldir": "",
        "sslpassword": "",
        "sslsni": "1",
        "sslcertmode": "allow",
    }
    assert parameters("host=a sslcrldir=/d", HOME="/home/igor").tls["sslcrl"] == ""
    assert found.tls_versions == (0, 1)
    for text, versions in (
        ("ssl_min_protocol_version=TLSv1.3", (1, 1)),
        ("ssl_max_protocol_version=tlsv1.2", (0, 0)),
        ("ssl_min_protocol_version=TLSv1", (0, 1)),
    ):
        assert parameters(f"host=a {text}").tls_versions == versions


def test_require_auth() -> None:
    assert parameters("require_auth=md5,password").authentication_methods == {"md5", "password"}
    excluded = parameters("require_auth=!none,!md5").authentication_methods
    assert "scram-sha-256" in excluded
    assert not excluded & {"none", "md5"}


# The password file.


@pytest.fixture
def passfile(tmp_path: Path) -> Path:
    path = tmp_path / ".pgpass"
    path.write_text(
        "# crypt:1:db:igor:comment\n"
        "short:line\n"
        "crypt:1:db:igor:first\r\n"
        "crypt:*:*:igor:second\n"
        "we\\:ird:5432:d\\\\b:*:pass:word\\:\\\\\n"
        "localhost:*:*:*:home\n"
        "/tmp/x:*:*:*:folder\n"
        "10.0.0.1:*:*:*:address\n"
    )
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("host=crypt port=1 dbname=db user=igor", "first"),
        ("host=crypt port=2 dbname=db user=igor", "second"),
        ("host=crypt port=2 dbname=db user=ygor", None),
        ("host=we:ird dbname='d\\\\b'", "pass:word:\\"),
        ("host=localhost", "home"),
        ("", "home"),
        ("host=/tmp/x", "folder"),
        ("hostaddr=10.0.0.1", "address"),
        ("host=crypt hostaddr=10.0.0.1 user=igor", "second"),
        ("host=crypt user=igor password=given", "given"),
    ],
)
def test_the_password_file(passfile: Path, text: str, password: str | None) -> None:
    found = connection_parameters(text, environment={"HOME": str(passfile.parent)})
    assert found.hosts[0].password == password
    elsewhere = {"HOME": "/nowhere", "PGPASSFILE": str(passfile)}
    assert connection_parameters(text, environment=elsewhere).hosts[0].password == password


def test_each_host_has_its_own_password(passfile: Path) -> None:
    found = parameters("host=crypt,localhost,none user=igor", PGPASSFILE=str(passfile))
    assert [host.password for host in found.hosts] == ["second", "home", None]


def test_a_password_file_that_others_can_read_is_ignored(
    passfile: Path, caplog: pytest.LogCaptureFixture
) -> None:
    passfile.chmod(0o640)
    with caplog.at_level(logging.WARNING):
        found = parameters("host=localhost", PGPASSFILE=str(passfile))
    assert found.hosts[0].password is None
    assert "chmod 0600" in caplog.text
    caplog.clear()
    assert parameters("", PGPASSFILE=str(passfile.parent)).hosts[0].password is None
    assert "is no plain file" in caplog.text
    assert parameters("", PGPASSFILE="/nowhere").hosts[0].password is None


# The service file.


@pytest.fixture
def services(tmp_path: Path) -> Path:
    path = tmp_path / ".pg_service.conf"
    path.write_text(
        "# comment\n[other]\nhost=wrong\n\n [mydb]\nhost=somehost\nport=5433\nuser=admin\n"
        "user=later\n[nested]\nservice=mydb\n[typo]\nhots=a\n[bare]\nhost\n[tree]\nldap://x\n"
    )
    return path


def test_a_service_counts_before_the_environment_and_after_the_string(services: Path) -> None:
    environment = {"HOME": str(services.parent), "PGUSER": "env", "PGAPPNAME": "app"}
    found = connection_parameters("service=mydb port=5434", environment=environment)
    assert places(found) == [("somehost", None, 5434)]
    assert (found.user, found.session["application_name"]) == ("admin", "app")
    named = parameters("", PGSERVICE="mydb", PGSERVICEFILE=str(services))
    assert places(named) == [("somehost", None, 5433)]
    by_uri = parameters(f"postgres://?service=mydb&servicefile={services}")
    assert by_uri.user == "admin"


def test_the_systems_service_file(services: Path) -> None:
    services.rename(services.parent / "pg_service.conf")
    found = parameters("service=mydb", PGSYSCONFDIR=str(services.parent))
    assert found.user == "admin"


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ("none", "there is no service 'none' in"),
        ("nested", "line 11: a service cannot name another"),
        ("typo", "line 13: .*did you mean 'host'"),
        ("bare", 'line 15: there is no "="'),
        ("tree", "line 17: parameters from LDAP are not supported"),
    ],
)
def test_a_wrong_service_is_named(services: Path, service: str, says: str) -> None:
    with pytest.raises(ConnectionStringError, match=says):
        parameters(f"service={service}", PGSERVICEFILE=str(services))


def test_a_missing_service_file_is_named() -> None:
    with pytest.raises(ConnectionStringError, match="no service file /nowhere"):
        parameters("service=mydb", PGSERVICEFILE="/nowhere")


def test_percent_encoded_octets_are_decoded_together() -> None:
    assert parse_connection_string("postgres://%C3%A9@h")["user"] == "é"
