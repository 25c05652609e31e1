"""As much of RESP as it takes to ask a private server whether it is ready, and to set it up."""

import socket

__all__ = ["ask", "command"]

_ANSWER_SECONDS_MAX = 5.0
_LINE_OCTETS_MAX = 4096


def command(*words: str) -> bytes:
    """A command: an array of bulk strings."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        octets = word.encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(octets), octets))
    return b"".join(parts)


def ask(connection: socket.socket, *words: str) -> str:
    """Sends a command and returns the first line of its answer, its type in front."""
    connection.settimeout(_ANSWER_SECONDS_MAX)
    connection.sendall(command(*words))
    line = b""
    while not line.endswith(b"\r\n"):
        octets = connection.recv(1) if len(line) < _LINE_OCTETS_MAX else b""
        if not octets:
            raise ConnectionResetError("the server ended the connection")
        line += octets
    return line[:-2].decode(errors="replace")
