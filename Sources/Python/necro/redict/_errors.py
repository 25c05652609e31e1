"""What goes wrong with Redict: a class for each kind of error that a server gives, and for each way
in which a call gets no reply."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "AskError",
    "AuthenticationFailed",
    "BusyGroupError",
    "BusyKeyError",
    "BusyScriptError",
    "ClusterDownError",
    "CommandTimeout",
    "ConnectionFailed",
    "ConnectionLost",
    "CrossSlotError",
    "EncryptionFailed",
    "ExecAbortError",
    "InterfaceError",
    "LoadingError",
    "MasterDownError",
    "MisconfigurationError",
    "MovedError",
    "NoGroupError",
    "NoPermissionError",
    "NoReplicasError",
    "NoScriptError",
    "NotBusyError",
    "OutOfMemoryError",
    "PoolExhausted",
    "ProtocolError",
    "ReadOnlyError",
    "RedictError",
    "ServerError",
    "TryAgainError",
    "UnkillableError",
    "WatchError",
    "WrongTypeError",
]


class RedictError(Exception):
    """Any error of this package, but for wrong arguments, which are TypeError and ValueError."""


class InterfaceError(RedictError):
    """Something was asked for that cannot be in this state."""


class ConnectionFailed(RedictError):
    """No connection could be made; the message says why."""


class EncryptionFailed(ConnectionFailed):
    """There is no TLS with the server, or it is not trusted; the message says why."""


class ConnectionLost(RedictError):
    """The connection ended before the reply.

    - was_sent: whether the server may have done what it was asked.
    """

    def __init__(self, message: str, *, was_sent: bool) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class CommandTimeout(RedictError, TimeoutError):
    """There was no reply in time; the server may have done what it was asked."""


class PoolExhausted(RedictError):
    """Too many calls wait, or none could be sent in time."""


class ProtocolError(RedictError):
    """The server sent what is not the protocol; the connection was closed."""


class WatchError(RedictError):
    """A watched key changed, and the transaction was not run."""


class ServerError(RedictError):
    """An error that the server gave.

    - code: its first word, such as `WRONGTYPE`; `ERR` for what has no code of its own.
    - message: what stands behind the code.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        code, _, message = text.partition(" ")
        self.code, self.message = (code, message) if code.isupper() else ("", text)


class WrongTypeError(ServerError):
    """WRONGTYPE: the key has a value of another type."""


class NoScriptError(ServerError):
    """NOSCRIPT: the server does not know the script."""


class OutOfMemoryError(ServerError):
    """OOM: the server's `maxmemory` is used up."""


class LoadingError(ServerError):
    """LOADING: the server still reads its data."""


class ReadOnlyError(ServerError):
    """READONLY: the server is a replica."""


class BusyScriptError(ServerError):
    """BUSY: the server runs a script that takes long."""


class BusyKeyError(ServerError):
    """BUSYKEY: the key exists already."""


class BusyGroupError(ServerError):
    """BUSYGROUP: the consumer group exists already."""


class NoGroupError(ServerError):
    """NOGROUP: there is no such stream or consumer group."""


class NotBusyError(ServerError):
    """NOTBUSY: no script runs."""


class UnkillableError(ServerError):
    """UNKILLABLE: the script has written already."""


class AuthenticationFailed(ServerError):
    """NOAUTH, WRONGPASS: the server wants another user or password."""


class NoPermissionError(ServerError):
    """NOPERM: the user may not do that."""


class ExecAbortError(ServerError):
    """EXECABORT: a command of the transaction was refused, and none was run."""


class MisconfigurationError(ServerError):
    """MISCONF: the server cannot save, and takes no writes."""


class MasterDownError(ServerError):
    """MASTERDOWN: a replica has lost its master."""


class NoReplicasError(ServerError):
    """NOREPLICAS: too few replicas are there to take a write."""


class ClusterDownError(ServerError):
    """CLUSTERDOWN: the cluster is not whole."""


class CrossSlotError(ServerError):
    """CROSSSLOT: the keys lie in different slots."""


class MovedError(ServerError):
    """MOVED: another node has the slot."""


class AskError(ServerError):
    """ASK: the slot is on its way to another node."""


class TryAgainError(ServerError):
    """TRYAGAIN: some of the keys are on their way to another node."""


_CODES: dict[str, type[ServerError]] = {
    "WRONGTYPE": WrongTypeError,
    "NOSCRIPT": NoScriptError,
    "OOM": OutOfMemoryError,
    "LOADING": LoadingError,
    "READONLY": ReadOnlyError,
    "BUSY": BusyScriptError,
    "BUSYKEY": BusyKeyError,
    "BUSYGROUP": BusyGroupError,
    "NOGROUP": NoGroupError,
    "NOTBUSY": NotBusyError,
    "UNKILLABLE": UnkillableError,
    "NOAUTH": AuthenticationFailed,
    "WRONGPASS": AuthenticationFailed,
    "NOPERM": NoPermissionError,
    "EXECABORT": ExecAbortError,
    "MISCONF": MisconfigurationError,
    "MASTERDOWN": MasterDownError,
    "NOREPLICAS": NoReplicasError,
    "CLUSTERDOWN": ClusterDownError,
    "CROSSSLOT": CrossSlotError,
    "MOVED": MovedError,
    "ASK": AskError,
    "TRYAGAIN": TryAgainError,
}


def failure(kind: str, detail: str | None) -> RedictError:
    """The exception of a failure.

    - kind: a name of the native side's.
    - detail: of `server` the error's text, of `protocol_broken` what was wrong.
    """
    if kind == "server":
        text = detail or ""
        return _CODES.get(text.partition(" ")[0], ServerError)(text)
    make = _KINDS.get(kind)
    if make is not None:
        return make()
    if kind == "encryption_failed":
        return EncryptionFailed(f"no connection to Redict: {detail}")
    if kind == "protocol_broken":
        return ProtocolError(f"the server broke the protocol: {detail}; the connection was closed")
    return InterfaceError(_SENTENCES.get(kind, kind))


_KINDS: "dict[str, Callable[[], RedictError]]" = {
    "connection_lost": lambda: ConnectionLost(
        "the connection to Redict ended before the reply; the server may have run the command",
        was_sent=True,
    ),
    "connection_lost_unsent": lambda: ConnectionLost(
        "the connection to Redict ended; the command was not sent", was_sent=False
    ),
    "timed_out": lambda: CommandTimeout("the command was not answered in time"),
    "server_silent": lambda: ConnectionLost(
        "Redict has said nothing for too long, and the connection was closed; it may have run the"
        " command",
        was_sent=True,
    ),
    "reply_unexpected": lambda: ProtocolError(
        "the server sent a reply that has no place here; the connection was closed"
    ),
    "too_many_waiters": lambda: PoolExhausted("too many commands wait for Redict already"),
    "watched_key_changed": lambda: WatchError(
        "a watched key changed, and the transaction was not run"
    ),
}
_SENTENCES = {
    "not_open": "the Redict is not open: use `async with`, or open()",
    "cancelled": "the call was cancelled",
    "unknown_node": "no server of that address is known: take one of masters()",
    "closed": "the connection to Redict is closed, or was given back",
    "connection_state_misplaced": (
        "the command would change a connection that others share: use connection(), transaction()"
        " or subscribe()"
    ),
}
