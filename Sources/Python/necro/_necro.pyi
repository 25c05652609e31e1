"""The native module: written in Swift, in `Sources/PythonHost`."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextvars import Context
from types import FrameType
from typing import Any, Literal, Self, final, overload, type_check_only

from necro._client_tls import ClientTLS
from necro._routes import CompiledRoute

class JSONDecodeError(ValueError):
    """The octets are not a JSON text (RFC 8259)."""

    msg: str
    """What is wrong, without the place."""
    offset: int
    """Where, in octets from the start."""
    line: int
    """The line, from 1."""
    column: int
    """The column in octets, from 1."""
    path: str
    """The value that was being read, as a JSON Pointer (RFC 6901); empty for the whole text."""

def dumps(
    value: object,
    fallback: Callable[[object], object] | None = None,
    /,
    *,
    default: Callable[[object], object] | None = None,
    sort_keys: bool = False,
    indent: int | None = None,
    non_str_keys: bool = False,
    nan: Literal["error", "null"] = "error",
    decimal: Literal["string", "number"] = "string",
    big_int: Literal["number", "string", "error"] = "number",
) -> bytes:
    """The JSON text of a value, as UTF-8 without insignificant white space.

    - fallback: gives a replacement for what JSON does not know, in place of Necro's own.
    - default: is asked before Necro's own; it returns a replacement, or raises TypeError to leave
      the value to Necro.
    - sort_keys: members are written in the order of their names' code points.
    - indent: spaces of each level, from 0 to 32; each value is then on a line of its own.
    - non_str_keys: keys of other types are written as text: numbers, booleans and None as JSON has
      them, others as `default` and Necro replace them.
    - nan: whether NaN and the infinities are an error or `null`.
    - decimal: whether a Decimal is a string with every digit, or a number with every digit.
    - big_int: whether an int beyond 2**53 - 1, which many readers round, is a number with every
      digit, a string, or an error.

    Raises TypeError for a value that JSON does not know and for a key that is not a `str`,
    ValueError for NaN, an infinity, a lone surrogate or a value that contains itself.
    """

def loads(
    data: bytes | bytearray | memoryview | str,
    /,
    *,
    duplicates: Literal["last", "error"] = "last",
    float_hook: Callable[[str], Any] | None = None,
    i_json: bool = False,
) -> Any:
    """The value of a JSON text.

    - duplicates: whether of duplicate keys the last wins, or the second is an error.
    - float_hook: makes the value of a number with fraction or exponent of its text, as
      `decimal.Decimal` does. Integers are ints.
    - i_json: whether duplicate keys, and strings with noncharacters, are an error (RFC 7493).

    Raises JSONDecodeError for what is no JSON text, and what `float_hook` does.
    """

def check(data: bytes | bytearray | memoryview | str, /) -> None:
    """Raises JSONDecodeError for what is no JSON text, and makes no value."""

def load_tls(
    worker: Worker | None,
    certificates: list[tuple[bytes, bytes, bytes, bytes]],
    authorities: bytes,
    client_auth: int,
    version_min: int,
    ciphers: bytes,
    secret: bytes,
    secret_seconds: int,
    redirect_port: int,
    /,
) -> None:
    """Reads certificates and keys for a worker's new connections, or only to see that it can.

    `necro._tls.load` says what the arguments are. Raises OSError, in one line.
    """

def make_certificate(*names: str) -> tuple[bytes, bytes]:
    """A certificate that signs itself, for hosts and addresses, and its key; in PEM."""

@final
class Body:
    """A JSON value with attribute access: `body.name`, `body["name"]`, `"name" in body`.

    Its attributes are the document's keys alone, so no key is hidden by a method. A missing one
    attribute raises `MissingField`, which is answered 422 naming it; a missing index raises what
    a dict or a list raises. Values inside are wrapped alike.
    """

    def __new__(cls, value: object, /) -> Body: ...
    # `Any`, since the document is the peer's.
    def __getattribute__(self, name: str, /) -> Any: ...
    def __getitem__(self, key: str | int, /) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

def to_dict(value: object, /) -> Any:
    """The plain value of a Body; any other value is returned as it is."""

class RequestHead:
    """The head of one request, and its content as it arrives; owns copies of its octets."""

    @property
    def method(self) -> str: ...
    @property
    def target(self) -> bytes:
        """The request-target as it was sent."""

    @property
    def path(self) -> str:
        """The path, percent-decoded; octets that are not UTF-8 become lone surrogates."""

    @property
    def raw_path(self) -> bytes: ...
    @property
    def query_string(self) -> bytes:
        """What follows the `?`, as it was sent; empty when there is none."""

    @property
    def http_version(self) -> str:
        """`"1.0"` or `"1.1"`."""

    @property
    def scheme(self) -> str:
        """`"http"` or `"https"`."""

    @property
    def client(self) -> tuple[str, int] | None:
        """The peer's address and port; None for a unix socket."""

    @property
    def tls_facts(self) -> tuple[str, str, str, str, str | None, bytes | None] | None:
        """Version, cipher, protocol (ALPN), server name, and the client's subject and certificate.

        The certificate is in DER; both are None where the client showed none. None without TLS.
        """

    @property
    def authority(self) -> str:
        """Host and perhaps port: the target's, if it has them, else the `host` field's."""

    @property
    def unmatched(self) -> tuple[int, str | None] | None:
        """What a request is to be answered that matches no route: its status and the methods for
        the `allow` field, None where there is no such field. None when a route matches.
        """

    @property
    def captures(self) -> tuple[str, ...]:
        """The decoded path parameters, in the template's order."""

    def header(self, name: str, /) -> str | None:
        """The first field value of that name, in any case; None when there is none."""

    def header_values(self, name: str, /) -> list[str]: ...
    def header_items(self) -> list[tuple[str, str]]:
        """Every field line, names in lower case, in wire order."""

    def precondition_status(
        self, etag: str | None, last_modified: int | None, exists: bool, /
    ) -> int:
        """304 or 412 when the request's conditions keep its method from being performed, else 0.

        - etag: of the representation, with its quotation marks.
        - last_modified: when that was changed last, in seconds since 1970.
        - exists: whether there is one.
        """

    def accepts(self, *media_types: str) -> str | None:
        """The one that the client likes best, by its `accept` fields; None if it accepts none.

        Of those it likes equally the one that it names more closely goes first, then the first.
        Raises ValueError for what is no media type.
        """

    def take_content(self) -> bytes | None:
        """What has arrived since the last call: `b""` when nothing yet, None at the end.

        Raises ClientDisconnect when the peer is gone, HTTPError when the rest was refused.
        """

    def wait_content(self) -> asyncio.Future[None]:
        """A future that is done once `take_content` has something to say."""

    def when_answered(self, call: Callable[[bool], object], /) -> None:
        """Has a callable called once the response is complete, on the loop's thread, with whether
        the request was cancelled instead.

        One at most is kept. After the response it is called soon. Any thread may call this.
        """

@final
class Dispatcher:
    """The coroutine that a worker's Task runs, serving request after request; Worker makes it."""

    def send(self, value: object, /) -> object: ...
    def throw(
        self,
        type: object,  # noqa: A002
        value: object = None,
        traceback: object = None,
        /,
    ) -> object: ...
    def close(self) -> None: ...
    def __await__(self) -> Self: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> object: ...

@final
class Host:
    """The listeners of a process, and the threads of its workers."""

    def __new__(cls, binds: list[str], workers: int, redirects_from: int, /) -> Host:
        """Opens the listeners; raises OSError naming the address that cannot be had.

        - redirects_from: how many of the addresses serve; the others send requests to HTTPS.
        """

    def urls(self) -> list[str]:
        """The URL of each bind, with the real port."""

    def start(self, index: int, settings: str, report: int, log: int, /) -> None:
        """Starts a worker on a thread of its own.

        - index: its number, from 0.
        - settings: a JSON object with `path` and `argv` for `sys` and `spec`.
        - report: a descriptor that the worker writes single octets to: `i` when its interpreter is
          there, `r` when it serves, `d` when it has drained, `f` when it failed.
        - log: the descriptor of the access log, -1 for none.
        """

    def drain(self) -> None:
        """Asks all workers to finish."""

    def close(self) -> None:
        """Closes the listeners and removes the files of unix sockets."""

@final
class Worker:
    """The server of one sub-interpreter."""

    def __new__(cls, start: object, limits: dict[str, int], logs_json: bool, /) -> Worker:
        """A server that listens to nothing yet.

        - start: the capsule that the worker's thread gives; None for a worker without listeners.
        - logs_json: whether a line of the access log is a JSON object.
        - limits: by the names of the properties of `ServerLimits` and its `http`, times in
          milliseconds; what is not named has its default.
        """

    def add_route(self, route: CompiledRoute, /) -> None:
        """Adds a route. One without methods gets the requests that match no other."""

    def attach(
        self,
        loop: asyncio.AbstractEventLoop,
        ready: MutableSequence[asyncio.Handle],
        task_type: type[asyncio.Task[Any]],
        drained: Callable[[], object],
        /,
    ) -> None:
        """Names the event loop, its queue, the type of the tasks that requests run in, and what to
        call when a drain has ended.
        """

    def listen(self) -> None:
        """Begins to accept, and reports the worker as ready."""

    def serve(
        self, timeout: float | None, scheduled: list[asyncio.TimerHandle], /
    ) -> list[tuple[int, int]]:
        """Serves until the loop has something to do; gives descriptors and epoll masks."""

    def add_descriptor(self, descriptor: int, mask: int, /) -> None: ...
    def modify_descriptor(self, descriptor: int, mask: int, /) -> None: ...
    def remove_descriptor(self, descriptor: int, /) -> None: ...
    def task_touched(self) -> None:
        """Says that the current task was changed by its request."""

    def set_debug(self, enabled: bool, /) -> None:
        """Whether the loop's `handler_took` is told how long each handler's first step took."""

    def set_task_per_request(self, enabled: bool, /) -> None:
        """Whether every request has a new Task, as if each handler had suspended."""

    def watch(self, seconds: float, /) -> tuple[CompiledRoute | None, float, FrameType | None]:
        """Waits until the worker's thread has been at one thing for so long; for another thread.

        Returns the route whose handler it is, None for anything else on the loop; for how long; and
        the thread's frame, None when it has gone on meanwhile.
        """

    def embed(
        self,
        loop: asyncio.AbstractEventLoop,
        task_type: type[asyncio.Task[Any]],
        wake: Callable[[], object],
        /,
    ) -> None:
        """Names an event loop of any kind, in place of `attach`.

        It calls `turn` soon after `wake` is called, when `fileno()` is readable, and when the time
        has come that the last turn gave.
        """

    def turn(self) -> float | None:
        """Serves what is there without waiting.

        Gives after how many seconds there is more to do; None when that is for others to say.
        """

    def fileno(self) -> int:
        """The descriptor that is readable when a turn is due."""

    def connect(self, host: str, port: int, changed: Callable[[], object], /) -> Connection:
        """Opens a connection in memory.

        - host, port: what the app sees as the client's address.
        - changed: called when there is something to take, when the server has ended the
          connection, and when all that was fed has been received. It only takes notice.

        Raises OSError when the worker has as many connections as it takes.
        """

    def remove_routes(self) -> None:
        """Forgets the routes; requests under way keep theirs."""

    def close(self) -> None:
        """Closes all connections and gives up the loop and the routes."""

@final
class Connection:
    """The client's end of a connection in memory; `Worker.connect` makes it."""

    def feed(self, octets: bytes, /) -> None:
        """Gives the server octets, for its next turn."""

    def finish(self) -> None:
        """Says that no more are fed, as a client that closes its side; the server still answers."""

    def take(self) -> bytes:
        """The octets that the server has sent since the last call."""

    def close(self) -> None:
        """Goes away."""

    def serves(self, request: RequestHead, /) -> bool:
        """Whether a request that is being answered came from here."""

    @property
    def ended(self) -> bool:
        """Whether the server sends no more; what it has sent can still be taken."""

    @property
    def pending(self) -> int:
        """How many octets that were fed the server has not received."""

@final
class Row(Sequence[Any]):
    """A row of a result: a tuple whose values have names as well."""

    def __new__(cls, names: Sequence[str], values: Sequence[Any], /) -> Row: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: int | str, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[Any, ...]: ...
    def __getattribute__(self, name: str, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __contains__(self, value: object, /) -> bool: ...
    def __add__(self, other: tuple[Any, ...] | Row, /) -> tuple[Any, ...]: ...
    def __lt__(self, other: tuple[Any, ...] | Row, /) -> bool: ...
    def __le__(self, other: tuple[Any, ...] | Row, /) -> bool: ...
    def __gt__(self, other: tuple[Any, ...] | Row, /) -> bool: ...
    def __ge__(self, other: tuple[Any, ...] | Row, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def keys(self) -> tuple[str, ...]: ...
    def values(self) -> tuple[Any, ...]: ...
    def items(self) -> tuple[tuple[str, Any], ...]: ...
    def get(self, name: str, default: Any = None, /) -> Any: ...

@type_check_only
class PostgresCall[Value](Future[Value]):
    """A future whose result a database gives."""

@type_check_only
class RedictCall[Value](Future[Value]):
    """A future whose result a Redict server gives."""

    def add_done_callback(
        self, fn: Callable[[Self], object], /, *, context: Context | None = None
    ) -> None: ...
    def remove_done_callback(self, fn: Callable[[Self], object], /) -> int: ...

class RedictPool:
    """Connections to a Redict server."""

    def __new__(
        cls, loop: AbstractEventLoop, settings: dict[str, Any], hooks: object, /
    ) -> Self: ...
    def _call(self, shape: str, name: str, /, *arguments: Any, **options: Any) -> Any: ...
    def _call_raw(self, shape: str, name: str, /, *arguments: Any, **options: Any) -> Any: ...
    def begin(self) -> None: ...
    def _call_at(
        self, address: str, is_raw: bool, shape: str, name: str, /, *arguments: Any, **options: Any
    ) -> Any: ...
    def _masters(self) -> list[str]: ...
    def acquire(self, key: str | bytes | None, /) -> RedictCall[RedictConnection]: ...
    def attach(
        self,
        descriptor: int,
        greeting: tuple[bytes, bytes, int, bytes, bytes, bytes, int],
        number: int,
        tls: ClientTLS | None,
        /,
    ) -> None: ...
    def connection_failed(self, number: int, /) -> None: ...
    def begin_subscription(self, kind: int, topics: list[bytes], listener: object, /) -> int: ...
    def end_subscription(self, number: int, /) -> None: ...
    def pause_messages(self, is_paused: bool, /) -> None: ...
    def fileno(self) -> int: ...
    def turn(self) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...
    def counts(self) -> tuple[int, int, int]: ...

@final
class RedictConnection:
    """A connection of a RedictPool that was acquired."""

    def _call(self, shape: str, name: str, /, *arguments: Any, **options: Any) -> Any: ...
    def _call_raw(self, shape: str, name: str, /, *arguments: Any, **options: Any) -> Any: ...
    def release(self) -> None: ...

@final
class RedictBatch:
    """Commands that are sent together."""

    def __new__(cls, pool: RedictPool, is_transaction: bool, is_raw: bool, /) -> Self: ...
    def __len__(self) -> int: ...
    def append(self, shape: str, name: str, /, *arguments: Any, **options: Any) -> None: ...
    def submit(self, connection: RedictConnection | None, /) -> RedictCall[list[Any]]: ...
    def clear(self) -> None: ...

class PostgresPool:
    """The native part of `necro.postgres.Database`."""

    def __new__(
        cls, loop: AbstractEventLoop, settings: dict[str, int], hooks: object, /
    ) -> Self: ...
    def fetch_one(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[Row | None]: ...
    def fetch_all(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[list[Row]]: ...
    def fetch_value(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[Any]: ...
    def execute(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[int]: ...
    def query_apart(
        self, mode: int, sql: str, parameters: tuple[Any, ...], timeout: float | None, /
    ) -> PostgresCall[Any]: ...
    def acquire(self, timeout: float | None, /) -> PostgresCall[PostgresConnection]: ...
    def attach(
        self,
        descriptor: int,
        startup: tuple[
            bytes,
            bytes,
            bytes,
            bytes,
            tuple[tuple[bytes, bytes], ...],
            int,
            float | None,
            bytes | None,
            int,
        ],
        answers_wanted: bool,
        is_exclusive: bool,
        tls: ClientTLS | None,
        /,
    ) -> PostgresConnection: ...
    def connection_failed(self) -> None: ...
    def fail_waiting(self) -> None: ...
    def fileno(self) -> int: ...
    def turn(self) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...
    def counts(self) -> tuple[int, int, int]: ...
    def connections(self) -> list[PostgresConnection]: ...
    def learn(
        self,
        oid: int,
        kind: str,
        element: int,
        fields: list[tuple[str, int]] | None,
        delimiter: int,
        name: str,
        /,
    ) -> None: ...
    def alias(self, oid: int, base: int, name: str, /) -> None: ...
    def types_known(self, token: int, /) -> None: ...
    def set_codec(
        self, oid: int, encoder: Callable[[Any], str], decoder: Callable[[str], Any], /
    ) -> None: ...

@final
class PostgresConnection:
    """A session of a PostgresPool."""

    def fetch_one(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[Row | None]: ...
    def fetch_all(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[list[Row]]: ...
    def fetch_value(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[Any]: ...
    def execute(
        self, sql: str, /, *arguments: Any, timeout: float | None = None
    ) -> PostgresCall[int]: ...
    def fetch_types(self, sql: str, parameters: tuple[Any, ...], /) -> PostgresCall[list[Row]]: ...
    def script(self, sql: str, timeout: float | None, /) -> PostgresCall[None]: ...
    def batch(
        self, members: list[tuple[Any, ...]], timeout: float | None, /
    ) -> list[PostgresCall[int | list[Row]]]: ...
    def cursor_open(
        self, sql: str, parameters: tuple[Any, ...], rows_max: int, /
    ) -> tuple[int, PostgresCall[tuple[list[Row], bool]]]: ...
    def cursor_fetch(
        self, sql: str, portal: int, rows_max: int, /
    ) -> PostgresCall[tuple[list[Row], bool]]: ...
    def cursor_close(self, sql: str, portal: int, rows_max: int, /) -> PostgresCall[None]: ...
    def copy_in(self, sql: str, timeout: float | None, /) -> PostgresCall[int]: ...
    def copy_out(self, sql: str, timeout: float | None, /) -> PostgresCall[bytes]: ...
    def copy_write(self, call: PostgresCall[int], data: bytes, /) -> bool: ...
    def copy_end(self, call: PostgresCall[int], reason: bytes | None, /) -> None: ...
    def copy_token(self, call: PostgresCall[Any], /) -> int: ...
    def copy_begun(self, call: PostgresCall[Any], /) -> bool: ...
    def copy_take(self, call: PostgresCall[bytes], /) -> bytes: ...
    def release(self, resetting: bool, /) -> None: ...
    def close(self) -> None: ...
    def retire(self) -> None: ...
    def parameter(self, name: str, /) -> str | None: ...
    def ages(self) -> tuple[float, float]: ...
    @property
    def process_id(self) -> int: ...
    @property
    def transaction_status(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def is_idle(self) -> bool: ...
    @property
    def is_encrypted(self) -> bool: ...
    @property
    def is_authenticated(self) -> bool: ...
