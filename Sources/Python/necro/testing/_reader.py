"""Reads a server's response from octets as they come (RFC 9112)."""

__all__ = ["MalformedResponse", "ResponseReader"]


class MalformedResponse(Exception):
    """The server sent what is no HTTP response, or not all of it: that is a fault of Necro's."""


class ResponseReader:
    """One response: its head and content, once `complete`.

    Interim responses are passed over. It reads what the server may write and is not lenient.
    """

    def __init__(self, method: str) -> None:
        """Nothing read yet.

        - method: of the request, which says whether there is content.
        """
        self._method = method
        self._buffer = bytearray()
        self._length: int | None = None
        self._is_chunked = False
        self._has_head = False
        self.status = 0
        self.reason = ""
        self.fields: list[tuple[str, str]] = []
        self.content = bytearray()
        self.complete = False
        self.persists = True

    def feed(self, octets: bytes) -> None:
        """Reads on; raises MalformedResponse."""
        self._buffer += octets
        while not self._has_head:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end])
            del self._buffer[: end + 4]
            self._read_head(head.decode("latin-1"))
        if self._is_chunked:
            self._read_chunks()
        elif self._length is None:
            self.content += self._buffer
            self._buffer.clear()
        else:
            self._take(self._length - len(self.content))
            self.complete = len(self.content) == self._length

    def finish(self) -> None:
        """Takes note that the server has closed; raises MalformedResponse when it is too early."""
        self.persists = False
        if self._has_head and self._length is None and not self._is_chunked:
            self.complete = True
        elif not self.complete:
            raise MalformedResponse("the server closed before the end of its response")

    def _read_head(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        version, _, rest = first.partition(" ")
        status, _, self.reason = rest.partition(" ")
        if not version.startswith("HTTP/1.") or len(status) != 3 or not status.isdigit():
            raise MalformedResponse(f"{first!r} is no status line")
        self.status = int(status)
        if self.status < 200:
            return
        self._has_head = True
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise MalformedResponse(f"{line!r} is no field line")
            self.fields.append((name.lower(), value.strip(" \t")))
        fields = dict(self.fields)
        self.persists = version == "HTTP/1.1" and fields.get("connection", "").lower() != "close"
        if self._method == "HEAD" or self.status in (204, 304):
            self._length = 0
        elif fields.get("transfer-encoding", "").lower() == "chunked":
            self._is_chunked = True
        elif "content-length" in fields:
            self._length = int(fields["content-length"])

    def _read_chunks(self) -> None:
        while not self.complete:
            end = self._buffer.find(b"\r\n")
            if end < 0:
                return
            size = int(bytes(self._buffer[:end]).partition(b";")[0], 16)
            following = self._buffer.find(b"\r\n", end + 2) if size == 0 else end + 2 + size
            # The last chunk is followed by trailers, which nobody asked for, and an empty line.
            if following < 0 or len(self._buffer) < following + 2:
                return
            self.content += self._buffer[end + 2 : end + 2 + size]
            del self._buffer[: following + 2]
            self.complete = size == 0

    def _take(self, count: int) -> None:
        self.content += self._buffer[:count]
        del self._buffer[:count]
