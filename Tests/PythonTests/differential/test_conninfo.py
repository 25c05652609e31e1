"""Connection strings are read as libpq itself reads them (PQconninfoParse)."""

from __future__ import annotations

import random

import pytest
from necro.postgres._conninfo import parse_connection_string
from necro.postgres._keywords import ENVIRONMENT, KEYWORDS, ConnectionStringError
from psycopg import OperationalError, pq

# What libpq has since the version that psycopg's binary package carries.
NEWER = {"servicefile", "oauth_ca_file"}

STRINGS = [
    "",
    "   ",
    "host=localhost port=5432 dbname=mydb connect_timeout=10",
    "host = localhost\tport\n=\r5432",
    "host='a b' user='it\\'s' password='back\\\\slash'",
    "host=a\\ b user=\\'x\\'",
    "password=''",
    "password='' user=a",
    "host='a'user='b'",
    "host=",
    "host= user=b",
    "host=a\\",
    "host='a\\",
    "host='a",
    "host='a\\'",
    "host",
    "host user=b",
    "=a",
    "host==a",
    "host=a=b",
    "host=a'b'c",
    "HOST=a",
    "nothing=a",
    "host=a host=b",
    "host=a nothing",
    "requiressl=1",
    "requiressl=0 sslmode=disable",
    "sslmode=require requiressl=",
    "user=mörk password=☠",
    "postgresql:/localhost",
    "POSTGRESQL://localhost",
    "mysql://localhost",
    "postgresql://",
    "postgres://",
    "postgresql://localhost",
    "postgresql://localhost/",
    "postgresql://localhost:5433",
    "postgresql://localhost:/x",
    "postgresql://localhost/mydb",
    "postgresql://user@localhost",
    "postgresql://user:secret@localhost",
    "postgresql://user:@localhost",
    "postgresql://:secret@localhost",
    "postgresql://@localhost",
    "postgresql://:@",
    "postgresql://a:b:c@d:5",
    "postgresql://a@b@c",
    "postgresql://a:b@c@d/e",
    "postgresql://a:b/c@d",
    "postgresql://a:b?c@d",
    "postgresql://a?b@c=d",
    "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
    "postgresql://host1:123,host2:456/somedb?target_session_attrs=any&application_name=myapp",
    "postgresql://host1,host2:456/",
    "postgresql://,/",
    "postgresql://:1,:2/",
    "postgresql://,host:3",
    "postgresql:///mydb?host=localhost&port=5433",
    "postgresql:///dbname?host=/var/lib/postgresql",
    "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
    "postgresql://%2fvar:5433?",
    "postgresql://[2001:db8::1234]/database",
    "postgresql://[::1]:5433/database",
    "postgresql://[::1],[::2]:7/x",
    "postgresql://a@[::1]?user=b",
    "postgresql://[::1",
    "postgresql://[]",
    "postgresql://[::1]x",
    "postgresql://[::1]x/",
    "postgresql://x[::1]",
    "postgresql://[a%20b]",
    "postgresql://user@localhost:5433/mydb?options=-c%20synchronous_commit%3Doff",
    "postgresql://localhost?options=-c%20a=b",
    "postgresql://localhost/a/b",
    "postgresql://localhost/a?",
    "postgresql://localhost?user=a&",
    "postgresql://localhost?user=a&&",
    "postgresql://localhost?&",
    "postgresql://localhost?user",
    "postgresql://localhost?user=",
    "postgresql://localhost?user=&password=",
    "postgresql://localhost?=a",
    "postgresql://localhost?nothing=a",
    "postgresql://localhost?user=a?b=c",
    "postgresql://localhost?user=a?b",
    "postgresql://localhost?user=a/b",
    "postgresql://localhost?us%65r=a",
    "postgresql://localhost?ssl=true",
    "postgresql://localhost?ssl=false",
    "postgresql://localhost?ssl=true&sslmode=disable",
    "postgresql://localhost?requiressl=1",
    "postgresql://localhost#fragment",
    "postgresql://localhost/db#fragment",
    "postgresql://%6Cocalhost:%35",
    "postgresql://a%40b:c%3Ad%2F@e",
    "postgresql://%",
    "postgresql://%4",
    "postgresql://%4g",
    "postgresql://a%",
    "postgresql://%00",
    "postgresql://a%00b@c",
    "postgresql://localhost?user=%",
    "postgresql://localhost?%=a",
    "postgresql:// localhost /db ",
    "postgresql://a b",
    "postgresql://a:p w@b",
    "postgresql://a?user= b ",
    "postgresql://a?user=b c",
    "postgresql://a?user=b+c",
    "postgresql://a\tb",
    "postgresql://%C3%A9:%E2%98%A0@h",
    "postgresql://mörk@h",
    " postgresql://localhost",
]
PIECES = [
    *("postgresql://", "postgres://", "host", "user", "password", "sslmode", "port", "dbname"),
    *("=", "=", "=", " ", " ", "'", "\\", "@", ":", ":", "/", "?", "&", "[", "]", ",", "%", "%41"),
    *("%00", "a", "b", "1", "::1", "ssl", "true", "requiressl", "\t", "+", "#", "é"),
]


def by_libpq(text: str) -> dict[str, str] | None:
    """What PQconninfoParse gives; None where it refuses."""
    try:
        options = pq.Conninfo.parse(text.encode())
    except OperationalError:
        return None
    return {
        option.keyword.decode(): option.val.decode("utf-8", "surrogateescape")
        for option in options
        if option.val is not None
    }


def by_necro(text: str) -> dict[str, str] | None:
    """What Necro gives; None where it refuses."""
    try:
        return parse_connection_string(text)
    except ConnectionStringError:
        return None


@pytest.mark.parametrize("text", STRINGS)
def test_a_string_is_read_alike(text: str) -> None:
    assert by_necro(text) == by_libpq(text)


@pytest.mark.parametrize("scheme", ["", "postgresql://"])
def test_random_strings_are_read_alike(scheme: str) -> None:
    chance = random.Random(1)
    refused = 0
    for _ in range(20_000):
        pieces = (chance.choice(PIECES) for _ in range(chance.randrange(1, 12)))
        text = scheme + "".join(pieces)
        expected = by_libpq(text)
        refused += expected is None
        assert by_necro(text) == expected, text
    # Both kinds are there to compare.
    assert 1_000 < refused < 19_900


def test_the_keywords_and_variables_are_libpqs() -> None:
    options = {option.keyword.decode(): option for option in pq.Conninfo.get_defaults()}
    # These are known, and not shown.
    assert set(options) == KEYWORDS - NEWER
    for name, option in options.items():
        variable = option.envvar.decode() if option.envvar else None
        assert ENVIRONMENT.get(name) == variable
