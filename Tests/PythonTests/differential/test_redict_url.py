"""Redict's URLs are read as redis-py reads them."""

from __future__ import annotations

from typing import Any, cast

import pytest
from necro.redict._url import RedictParameters, RedictTLS, RedictURLError, parse_redict_url

URLS = [
    "redis://",
    "redis:///",
    "redis://localhost",
    "redis://localhost:6380/2",
    "redis://localhost/0/",
    "redis://user:secret@localhost:6379/0?socket_timeout=2.5&client_name=necro",
    "redis://:secret@localhost",
    "redis://user@localhost",
    "redis://user:@localhost",
    "redis://u%40ser:p%3Aa%2Fss@host",
    "redis://user:p:w@host",
    "redis://user:p@w@host",
    "redis://a@b?username=c&password=d",
    "redis://h?username=c&password=d%2520e+f",
    "redis://h/1?db=3",
    "redis://h?db=3&db=4",
    "redis://[::1]:7/5",
    "redis://[::1]",
    "redis://h:/1",
    "redis://h?protocol=2",
    "redis://h?socket_keepalive=no&socket_connect_timeout=1&health_check_interval=30",
    "unix:///tmp/redict.socket",
    "unix://:secret@/tmp/redict.socket?db=1",
    "unix:///tmp/a%20b",
    "rediss://user:secret@h:7/3",
    "rediss://h?ssl_cert_reqs=none&ssl_check_hostname=false&ssl_ca_certs=/a%20b",
    "rediss://h?ssl_certfile=/c&ssl_keyfile=/k&ssl_password=secret",
    "unix://igor:sec%40ret@/tmp/x?db=2&socket_timeout=3",
]


def by_redis_py(url: str) -> RedictParameters:
    from redis import connection

    given = cast("dict[str, Any]", cast("Any", connection).parse_url(url))
    return RedictParameters(
        host=given.get("host", "localhost"),
        port=given.get("port", 6379),
        path=given.get("path"),
        database=given.get("db", 0),
        username=given.get("username"),
        password=given.get("password"),
        protocol=given.get("protocol", 3),
        client_name=given.get("client_name"),
        timeout=given.get("socket_timeout"),
        connect_timeout=given.get("socket_connect_timeout"),
        keepalive=given.get("socket_keepalive", True),
        health_check_interval=given.get("health_check_interval"),
        tls=_tls(given) if url.startswith("rediss") else None,
    )


def _tls(given: dict[str, Any]) -> RedictTLS:
    return RedictTLS(
        authorities=given.get("ssl_ca_certs", ""),
        certificate=given.get("ssl_certfile", ""),
        key=given.get("ssl_keyfile", ""),
        passphrase=given.get("ssl_password", ""),
        is_verified=given.get("ssl_cert_reqs") != "none",
        is_name_checked=given.get("ssl_check_hostname", True),
    )


@pytest.mark.parametrize("url", URLS)
def test_a_url_is_read_alike(url: str) -> None:
    found = parse_redict_url(url)
    assert found == by_redis_py(url)
    assert "secret" not in repr(found) + str(found)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("localhost:6379", "begins with redis://, rediss:// or unix://"),
        ("http://localhost", "begins with redis://"),
        ("redis://h?ssl_cert_reqs=none", "ssl_cert_reqs is for rediss://"),
        ("rediss://h?ssl_cert_reqs=never", "ssl_cert_reqs is none, optional or required"),
        ("rediss://h?ssl_min_version=1.3", "ssl_min_version is TLSv1.2 or TLSv1.3"),
        ("rediss://h?ssl_check_hostname=maybe", "neither true nor false"),
        ("rediss://h?ssl_keyfile=k", "ssl_keyfile needs ssl_certfile"),
        ("rediss://h?ssl_ca_cert=k", "did you mean 'ssl_ca_certs'"),
        ("redis://h/necro", "database of the URL is no number"),
        ("redis://h/01", "without leading zeros"),
        ("redis://h/1/2", "database of the URL is no number"),
        ("redis://h?db=-1", "database of the URL is no number"),
        ("redis://h:0", "not from 1 to 65535: 0"),
        ("redis://h:65536", "not from 1 to 65535: 65536"),
        ("redis://user:necronom/icon@h", "port of the URL is no number"),
        ("redis://user:necronom%icon@h", 'password of the URL has a "%"'),
        ("redis://user:necronom#icon@h", "no fragment"),
        ("redis://user:necronom%00icon@h", "password of the URL has a zero character"),
        ("redis://h?password=necronom&icon", 'query parameter 2 of the URL has no "="'),
        ("redis://h?password=necronom&icon=1", "no parameter of that name"),
        ("redis://h?socket_timout=1", "did you mean 'socket_timeout'"),
        ("redis://h?socket_timeout=soon", "socket_timeout is no number of seconds"),
        ("redis://h?socket_keepalive=maybe", "neither true nor false"),
        ("redis://h?protocol=4", "protocol is 2 or 3"),
        ("redis://%ff", "host of the URL is no UTF-8"),
        ("redis://[::1", "an IPv6 address"),
        ("redis://[::1]7", "an IPv6 address"),
        ("unix://tmp/x", "after three slashes"),
        ("unix://", "after three slashes"),
        ("redis+cluster://a,:0", "not from 1 to 65535: 0"),
        ("redis+cluster://a/necro", "database of the URL is no number"),
        ("redis+sentinel://a:1", "the master's name behind its slash"),
        ("redis+sentinel://a:1/", "the master's name behind its slash"),
        ("redis+sentinel://a:1/m/x", "database of the URL is no number"),
        ("redis://h?client_cache=much", "client_cache is no number of octets"),
        ("redis://h?read_from_replicas=maybe", "neither true nor false"),
        ("redis://" + "h" * 70_000, "at most 65536 characters"),
    ],
)
def test_what_is_wrong_is_named(url: str, says: str) -> None:
    with pytest.raises(RedictURLError, match=says) as raised:
        parse_redict_url(url)
    assert "necronom" not in str(raised.value)
    assert "icon" not in str(raised.value)


def test_several_servers() -> None:
    found = parse_redict_url("redis+cluster://u:p@a:1,[::1]:2,c?read_from_replicas=yes")
    assert found.nodes == (("a", 1), ("::1", 2), ("c", 6379))
    assert (found.master, found.username, found.password) == (None, "u", "p")
    assert (found.read_from_replicas, found.client_cache, found.database) == (True, 0, 0)
    found = parse_redict_url(
        "redis+sentinel://:secret@a,b:2/my%2Fmaster/3?sentinel_username=s&sentinel_password=secret"
        "&client_cache=5000"
    )
    assert found.nodes == (("a", 26379), ("b", 2))
    assert (found.master, found.database, found.client_cache) == ("my/master", 3, 5000)
    assert (found.sentinel_username, found.sentinel_password) == ("s", "secret")
    assert "secret" not in repr(found) + str(found)
    assert parse_redict_url("redis+sentinel://a/m").database == 0
    assert parse_redict_url("redis://a?client_cache=true").client_cache == 16 << 20


def test_servers_are_named_without_secrets() -> None:
    assert str(parse_redict_url("redis://a:b@[::1]:7")) == "[::1]:7"
    assert str(parse_redict_url("redis://a:b@h")) == "h:6379"
    assert str(parse_redict_url("unix://a:b@/x")) == "/x"
