"""The connection parameters that libpq knows, and the environment variables that set them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

__all__ = ["ENVIRONMENT", "KEYWORDS", "ConnectionStringError", "unknown_keyword"]

# libpq's "Parameter Key Words", each with its variable where it has one.
ENVIRONMENT: Mapping[str, str] = {
    "service": "PGSERVICE",
    "servicefile": "PGSERVICEFILE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "dbname": "PGDATABASE",
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "client_encoding": "PGCLIENTENCODING",
    "options": "PGOPTIONS",
    "application_name": "PGAPPNAME",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "sslcompression": "PGSSLCOMPRESSION",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcertmode": "PGSSLCERTMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "sslcrldir": "PGSSLCRLDIR",
    "sslsni": "PGSSLSNI",
    "requirepeer": "PGREQUIREPEER",
    "require_auth": "PGREQUIREAUTH",
    "min_protocol_version": "PGMINPROTOCOLVERSION",
    "max_protocol_version": "PGMAXPROTOCOLVERSION",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "gssencmode": "PGGSSENCMODE",
    "krbsrvname": "PGKRBSRVNAME",
    "gsslib": "PGGSSLIB",
    "gssdelegation": "PGGSSDELEGATION",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "load_balance_hosts": "PGLOADBALANCEHOSTS",
    "oauth_ca_file": "PGOAUTHCAFILE",
}
KEYWORDS = frozenset(ENVIRONMENT) | {
    "fallback_application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "sslpassword",
    "sslkeylogfile",
    "replication",
    "scram_client_key",
    "scram_server_key",
    "oauth_issuer",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_scope",
}
# What other drivers call them.
_OTHER_NAMES = {
    "database": "dbname",
    "db": "dbname",
    "username": "user",
    "pass": "password",
    "hostname": "host",
    "ssl": "sslmode",
    "timeout": "connect_timeout",
}


class ConnectionStringError(ValueError):
    """A connection string, or what adds to it, that cannot be; the message names the part.

    No message quotes what may be a password or a piece of one.
    """


def unknown_keyword(name: str) -> str:
    """What to say of a name that is no keyword, with the nearest that is."""
    near = _OTHER_NAMES.get(name.lower()) or next(iter(get_close_matches(name, KEYWORDS, 1)), None)
    if near is not None:
        return f"there is no connection parameter {name!r}; did you mean {near!r}?"
    # A word unlike any keyword may be a piece of a password whose quotes are missing.
    return "there is no connection parameter of that name"
