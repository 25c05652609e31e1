"""What goes wrong with Postgres, as exceptions.

`PostgresError` is above all of them. `ServerError` and its subclasses (`_sqlstates`) are what the
server reports; the others are the driver's own.
"""

__all__ = [
    "AuthenticationFailed",
    "BatchAborted",
    "ConnectionFailed",
    "ConnectionLost",
    "EncryptionFailed",
    "InterfaceError",
    "ParameterError",
    "PoolExhausted",
    "PostgresError",
    "ProtocolError",
    "ResultError",
    "ServerError",
    "StatementTimeout",
]


class PostgresError(Exception):
    """Above all that goes wrong with Postgres."""


class ServerError(PostgresError):
    """An error that the server reported; its subclasses are told apart by SQLSTATE.

    Attributes are the fields of the report, None where it lacks one:

    - severity: such as ERROR or FATAL, never translated.
    - sqlstate: five characters.
    - message, detail, hint: for people.
    - position: of a character in the statement, counted from 1.
    - internal_position, internal_query: of a statement that the server made itself.
    - where: the context, such as a stack of functions.
    - schema, table, column, datatype, constraint: the names of what it is about.
    - file, line, routine: of the server's source.
    - query: the statement that failed.
    - arguments: those of the call.
    """

    severity: str
    sqlstate: str
    message: str
    detail: str | None
    hint: str | None
    position: int | None
    internal_position: int | None
    internal_query: str | None
    where: str | None
    schema: str | None
    table: str | None
    column: str | None
    datatype: str | None
    constraint: str | None
    file: str | None
    line: int | None
    routine: str | None
    query: str | None
    arguments: tuple[object, ...]

    def __init__(
        self,
        fields: dict[str, str],
        query: str | None = None,
        arguments: tuple[object, ...] = (),
    ) -> None:
        """An error of the fields of a report.

        - fields: the values by the letters of the protocol (PG protocol-error-fields).
        - query: the statement that failed.
        - arguments: of its call.
        """
        self.severity = fields.get("V", fields.get("S", "ERROR"))
        self.sqlstate = fields.get("C", "XX000")
        self.message = fields.get("M", "")
        self.detail = fields.get("D")
        self.hint = fields.get("H")
        self.position = _number(fields.get("P"))
        self.internal_position = _number(fields.get("p"))
        self.internal_query = fields.get("q")
        self.where = fields.get("W")
        self.schema = fields.get("s")
        self.table = fields.get("t")
        self.column = fields.get("c")
        self.datatype = fields.get("d")
        self.constraint = fields.get("n")
        self.file = fields.get("F")
        self.line = _number(fields.get("L"))
        self.routine = fields.get("R")
        self.query = query
        self.arguments = arguments
        super().__init__(fields, query, arguments)

    def __str__(self) -> str:
        lines = [f"{self.message} ({self.sqlstate})"]
        if self.detail:
            lines.append(f"DETAIL: {self.detail}")
        if self.hint:
            lines.append(f"HINT: {self.hint}")
        if self.query is not None and self.position is not None:
            lines.append(_pointed(self.query, self.position))
        return "\n".join(lines)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _pointed(query: str, position: int) -> str:
    """The line of a statement that a position lies in, and a caret below the place."""
    before = query[: position - 1]
    start = before.rfind("\n") + 1
    end = query.find("\n", position - 1)
    line = query[start : end if end >= 0 else len(query)]
    number = before.count("\n") + 1
    lead = f"LINE {number}: "
    indent = "".join("\t" if each == "\t" else " " for each in before[start:])
    return f"{lead}{line}\n{' ' * len(lead)}{indent}^"


class InterfaceError(PostgresError):
    """The driver was asked for what it cannot do, such as a query on a closed connection."""


class ParameterError(InterfaceError, TypeError):
    """An argument does not fit its parameter; nothing was sent.

    - number: of the parameter, counted from 1 as in `$1`.
    - argument: the object that does not fit.
    - type_name: the parameter's type.
    """

    def __init__(self, message: str, number: int, argument: object, type_name: str) -> None:
        super().__init__(message, number, argument, type_name)
        self.number = number
        self.argument = argument
        self.type_name = type_name

    def __str__(self) -> str:
        return str(self.args[0])


class ResultError(PostgresError, ValueError):
    """A value of a result has no form in Python, such as a date in the year 10000."""


class ConnectionFailed(PostgresError, ConnectionError):
    """No connection could be made; the message says what became of each host.

    `__cause__` is what the last host's attempt ended with, such as a ServerError.
    """


class AuthenticationFailed(ConnectionFailed):
    """The server, or this side, refused the other's credentials."""


class EncryptionFailed(ConnectionFailed):
    """There is no TLS with the server, or none that is trusted.

    - is_lasting: whether connecting again will not help.
    """

    def __init__(self, message: str, is_lasting: bool = True) -> None:
        super().__init__(message)
        self.is_lasting = is_lasting


class ConnectionLost(PostgresError, ConnectionError):
    """The connection ended while a statement was under way.

    - was_sent: whether the server may have run the statement. It is never sent again by itself.
    """

    def __init__(self, message: str, was_sent: bool = True) -> None:
        # OSError would take a second argument for the text of an error number.
        super().__init__(message)
        self.was_sent = was_sent


class ProtocolError(PostgresError):
    """The server sent what the protocol does not allow; the connection was closed."""


class PoolExhausted(PostgresError, TimeoutError):
    """No connection became free in time."""


class StatementTimeout(PostgresError, TimeoutError):
    """A statement was not answered in the time that its call allowed; it was cancelled."""


class BatchAborted(PostgresError):
    """A statement of a batch was not run, or undone, since another one failed."""
