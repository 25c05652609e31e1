"""Addresses to listen on, as they are given."""

import os

from necro._option_error import OptionError

__all__ = ["Bind", "parse_bind"]


class Bind:
    """One address to listen on: TCP, a unix socket, or a descriptor that was inherited."""

    __slots__ = ("descriptor", "host", "kind", "path", "port", "text")

    def __init__(
        self,
        text: str,
        kind: str,
        *,
        host: str = "",
        port: int = 0,
        path: str = "",
        descriptor: int = -1,
    ) -> None:
        """One address.

        - text: as it was given.
        - kind: `tcp` with host and port (0 for any), `unix` with path, or `fd` with descriptor.
        """
        self.text = text
        self.kind = kind
        self.host = host
        self.port = port
        self.path = path
        self.descriptor = descriptor

    def __eq__(self, other: object) -> bool:
        """Whether both were given by the same text."""
        return isinstance(other, Bind) and other.text == self.text

    def __hash__(self) -> int:
        """That of the text."""
        return hash(self.text)

    def __repr__(self) -> str:
        """The text."""
        return self.text


def parse_bind(text: str) -> Bind:
    """The address in `HOST:PORT`, `[IPV6]:PORT`, `unix:/path` or `fd:N`; raises OptionError."""
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        if not path:
            raise OptionError(f"{text!r} names no path")
        # sockaddr_un has room for 108 octets with the final zero.
        if len(os.fsencode(path)) > 107:
            raise OptionError(f"{text!r}: the path of a unix socket has at most 107 octets")
        return Bind(text, "unix", path=path)
    if text.startswith("fd:"):
        number = text.removeprefix("fd:")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise OptionError(f"{text!r}: 'fd:' is followed by the number of a descriptor")
        return Bind(text, "fd", descriptor=int(number))
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise OptionError(f"{text!r}: an IPv6 address stands in brackets, [{host}]:{port}")
    if not colon or not host:
        raise OptionError(f"{text!r} is not HOST:PORT, unix:/path or fd:N")
    if not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536):
        raise OptionError(f"{text!r}: the port is a number from 0 to 65535")
    return Bind(text, "tcp", host=host, port=int(port))
