"""Exceptions of what the native driver says has failed."""

from necro.postgres._errors import (
    AuthenticationFailed,
    BatchAborted,
    ConnectionLost,
    EncryptionFailed,
    InterfaceError,
    PoolExhausted,
    PostgresError,
    ProtocolError,
    ResultError,
    ServerError,
    StatementTimeout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["argument_count", "failure"]


def failure(
    kind: str, detail: object, query: str | None, arguments: tuple[object, ...]
) -> PostgresError:
    """The exception of a failure.

    - kind: a name of the native side's.
    - detail: of `server` the fields of the report, of `protocol_broken` what was wrong.
    - query: the statement, where there is one.
    - arguments: of its call.
    """
    if kind == "server":
        assert isinstance(detail, dict)
        return server_error(detail, query, arguments)  # pyright: ignore[reportUnknownArgumentType]
    if kind == "protocol_broken":
        return ProtocolError(f"the server broke the protocol: {detail}; the connection was closed")
    if kind in ("encryption_failed", "encryption_cut"):
        return EncryptionFailed(f"{detail}", kind == "encryption_failed")
    make = _KINDS.get(kind)
    if make is not None:
        return make()
    return InterfaceError(_SENTENCES.get(kind, kind))


def server_error(
    fields: dict[str, str], query: str | None, arguments: tuple[object, ...]
) -> ServerError:
    """The exception of an ErrorResponse."""
    from necro.postgres._sqlstates import SQLSTATES

    sqlstate = fields.get("C", "")
    if sqlstate in _POOLER_STATES and "H" not in fields:
        fields["H"] = _POOLER_HINT
    kind = SQLSTATES.get(sqlstate) or SQLSTATES.get(sqlstate[:2] + "000", ServerError)
    return kind(fields, query, arguments)


def argument_count(wanted: int, given: int) -> InterfaceError:
    """The exception of a call with too many arguments, or too few."""
    parameters = "1 parameter" if wanted == 1 else f"{wanted} parameters"
    were = "1 was" if given == 1 else f"{given} were"
    return InterfaceError(f"the statement has {parameters}, and {were} given")


# A prepared statement that is not there, or is there already, although this side knows better.
_POOLER_STATES = ("26000", "42P05")
_POOLER_HINT = (
    "Behind a pooler that hands each transaction to another server, such as pgbouncer in"
    " transaction mode, prepare no statements: statement_cache_size=0 in necro.postgres.connect(),"
    " or --database-statements-max 0."
)
_KINDS: "dict[str, Callable[[], PostgresError]]" = {
    "connection_lost": lambda: ConnectionLost(
        "the connection to Postgres ended before the answer; the server may have run the statement"
    ),
    "connection_lost_unsent": lambda: ConnectionLost(
        "there is no connection to Postgres; the statement was not sent", was_sent=False
    ),
    "timed_out": lambda: StatementTimeout("the statement was not answered in time"),
    "too_many_waiters": lambda: PoolExhausted(
        "too many calls wait for a connection to Postgres already"
    ),
    "message_unexpected": lambda: ProtocolError(
        "the server sent a message that has no place here; the connection was closed"
    ),
    "result_too_large": lambda: ResultError(
        "the result is larger than result_octets_max allows; read it with stream()"
    ),
    "scram_failed": lambda: AuthenticationFailed(
        "the SCRAM exchange failed: the server did not prove that it knows the password"
    ),
    "channel_binding_missing": lambda: AuthenticationFailed(
        "channel_binding=require, and the server authenticates without channel binding"
    ),
    "encryption_refused": lambda: EncryptionFailed(
        "the server does not support TLS, which sslmode requires"
    ),
    "encryption_erred": lambda: ProtocolError(
        "the server answered the request for TLS with an error; the connection was closed"
    ),
    "batch_aborted": lambda: BatchAborted("another statement of the batch failed"),
    "authentication_unsupported": lambda: AuthenticationFailed(
        "the server asks for a way of authentication that is not allowed or not supported"
    ),
}
_SENTENCES = {
    "cancelled": "the call was cancelled",
    "owner_failed": "the arguments could not be encoded",
    "closed": "the connection is closed, or was given back",
    "transaction_left_open": (
        "the statement began a transaction on a connection that others share, and it was rolled"
        " back: use transaction() or connection()"
    ),
    "copy_misplaced": "COPY goes by copy_in() and copy_out(), and nothing else goes by them",
    "misuse": "the statement or a name in it has a zero character, or is too long",
}
